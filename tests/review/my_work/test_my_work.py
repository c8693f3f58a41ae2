"""What a reviewer reads of her own sessions when they are resolved, and what nobody else reads of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Grant
from accounts.roles import Refused
from guidelines import access as guidelines_access
from guidelines.models import Proposal
from guidelines.proposals.taking import take
from review import feedback
from review.appealing import appeal, decline_appeal, grant_appeals
from review.models import Item
from review.raters import rater_for
from review.releasing import move_release
from review.rounds import close_round
from review.workflow import adjudicate
from synthesis.models import Mark
from tests.conftest import person
from tests.review.factories import judge, made_instances, mistake, published_pairs, round_of, says

EDIT, HERS = "Stay with the hesitation first.", "Ask what holds her back."
REASON = "Nobody has listened yet."


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(item) -> str:
    return f"/desk/mine/{item.public_id}/"


@pytest.fixture
def settled(round, item, ben, chloe, dan, lena):
    """Ben accepts, Chloe edits; Dan approves her words; the round is closed."""
    judge(item, ben, says("accept", findings=[mistake("minimising", (4,), 1)], comment="Fits this client.", ratings={
        "specific": 2, "supportive": 4}))  # fmt: skip
    theirs = judge(item, chloe, says("edit", EDIT, ratings={"specific": 5, "supportive": 4}))
    adjudicate(item=item, by=dan, verdict="edit", approved_edits=[str(theirs.public_id)], reason=REASON)
    close_round(round=round, by=lena)
    return Item.objects.get(pk=item.pk)


def test_ben_reads_how_his_session_was_resolved_and_why(log_in, settled, ben):
    shown = words(log_in(ben).get(page(settled)))
    assert "accepted after an edit" in shown and REASON in shown
    assert "An adjudicator settled what was in dispute" in shown
    # His own judgement as he gave it, with what was before him.
    assert "Fits this client." in shown and "Plays the problem down" in shown and "turn 5, minor" in shown
    assert "You should simply ring him tonight." in shown and "shown here to you alone" in shown
    # Beside it what a colleague marked, and how colleagues rated on average; nobody's name.
    assert "Gives advice too soon – turn 3, serious; marked by 1 of 1" in shown
    assert re.search(r"Specific 2 .{0,20}anchor 2 5\.0", shown)
    for name in ("Chloe", "Dan", "Lena", "@example.org"):
        assert name not in shown


def test_the_words_are_compared_word_by_word(log_in, settled, ben, chloe):
    his = log_in(ben).get(page(settled))
    assert "From the draft to an approved text" in words(his)
    assert re.search("<ins>|<del>", his.content.decode())
    hers = words(log_in(chloe).get(page(settled)))
    assert "your edited text approved" in hers and "From the draft to your words" in hers
    assert "Chloe" in hers and "Ben" not in hers  # her own name, at the foot of the rail


def test_an_edit_that_was_not_approved_is_laid_beside_the_one_that_was(
    log_in, round, item, ben, chloe, dan, lena
):
    judge(item, ben, says("edit", HERS))
    theirs = judge(item, chloe, says("edit", EDIT))
    adjudicate(item=item, by=dan, approved_edits=[str(theirs.public_id)], equivalent=False, reason="Plainer.")
    close_round(round=round, by=lena)
    shown = words(log_in(ben).get(page(item)))
    assert "1 edited text approved, not yours" in shown and "From your words to the approved text" in shown
    assert "Your words for the guideline" not in shown


def test_of_a_session_without_the_draft_the_mistakes_are_settled(log_in, ben, chloe, dan, lena):
    pairs = published_pairs()
    round = round_of(
        0, [ben, chloe], lena, pairs_version=pairs, instances=made_instances(10, pairs), unaided_share=0.5
    )
    item = round.items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("minimising", (2,), 1)]))
    judge(item, chloe, says(None))
    found = [{"mistake": "premature-advice", "utterances": [3], "severity": 3}]
    adjudicate(item=item, by=dan, findings=found, reason=REASON)
    close_round(round=round, by=lena)
    shown = words(log_in(ben).get(page(item)))
    assert (
        "Gives advice too soon – turn 3, harmful" in shown
        and "Plays the problem down turn 3, minor –" in shown
    )
    assert "not settled one by one" not in shown and "The draft" not in shown


def test_nobody_else_reads_it_and_she_only_when_it_is_open(
    log_in, settled, round, ben, chloe, dan, lena, eve
):
    assert log_in(ben).get(page(settled)).status_code == 200
    for other, status in ((dan, 403), (lena, 403), (eve, 403), (person("Noor", "annotator"), 404)):
        for path in ("", "appeal/", "propose/"):
            assert log_in(other).get(page(settled) + path).status_code in (status, 405)
    still_open = round_of(
        2, [ben, chloe], lena, pairs_version=round.pairs_version, rubric_version=round.rubric_version
    )
    own = still_open.items.first()
    for reader in (ben, chloe):
        judge(own, reader, says("accept"))
    assert log_in(ben).get(page(own)).status_code == 404


def test_while_resolutions_are_open_early_only_settled_sessions_have_a_page(log_in, ben, chloe, lena):
    round = round_of(3, [ben, chloe], lena, resolutions_from=timezone.now() - timedelta(minutes=1))
    first, second, _third = round.items.all()
    for reader in (ben, chloe):
        judge(first, reader, says("accept"))
    judge(second, chloe, says("reject"))
    judge(second, ben, says("accept"))
    client = log_in(ben)
    assert "You and a colleague agreed." in words(client.get(page(first)))
    assert client.get(page(second)).status_code == 404
    assert str(second.public_id) not in client.get("/desk/mine/").content.decode()


# The list.


def test_the_list_is_narrowed_by_its_address(log_in, round, settled, ben, chloe, lena):
    again = round_of(
        3, [ben, chloe], lena, pairs_version=round.pairs_version, rubric_version=round.rubric_version
    )
    same, other, _unread = again.items.all()
    for reader in (ben, chloe):
        judge(same, reader, says("accept"))
        judge(other, reader, says("reject"))
    close_round(round=again, by=lena)
    appeal(item=other, by=ben, reason="Too harsh, both of us.")

    def listed(client, show):
        found = re.findall(
            r'href="/desk/mine/([0-9a-f-]{36})/"', client.get(f"/desk/mine/?show={show}").content.decode()
        )
        return set(found)

    client = log_in(ben)
    of = {
        name: str(item.public_id) for name, item in (("settled", settled), ("same", same), ("other", other))
    }
    assert listed(client, "") == set(of.values()) == listed(client, "nonsense")
    assert listed(client, "differ") == {of["settled"]}
    assert listed(client, "appealed") == {of["other"]}
    assert "waits for a lead" in words(client.get("/desk/mine/?show=appealed"))
    assert listed(log_in(chloe), "differ") == set() == listed(log_in(chloe), "appealed")


def test_an_edit_that_was_not_approved_and_a_safety_that_was_not_shared_differ_too(ben, chloe, dan, lena):
    from review.my_work.judged import judged_by

    round = round_of(4, [ben, chloe], lena, resolutions_from=timezone.now() - timedelta(minutes=1))
    first, second, third, _fourth = round.items.all()
    judge(first, ben, says("edit", HERS))
    theirs = judge(first, chloe, says("edit", EDIT))
    adjudicate(
        item=first, by=dan, approved_edits=[str(theirs.public_id)], equivalent=False, reason="Plainer."
    )
    judge(second, ben, says("reject", unsafe=True))
    judge(second, chloe, says("reject"))
    adjudicate(item=second, by=dan, verdict="reject", unsafe=False, reason="Unkind, not unsafe.")
    for reader in (ben, chloe):
        judge(third, reader, says("accept"))
    assert {one.item for one in judged_by(ben) if one.differs} == {first.pk, second.pk}
    assert {one.item for one in judged_by(chloe) if one.differs} == set()


@pytest.fixture
def many(monkeypatch):
    from review.my_work import views

    monkeypatch.setattr(views, "PAGE", 3)


@pytest.mark.parametrize("show", ["", "differ"])
def test_the_list_goes_on_by_key_and_shows_each_once(log_in, ben, chloe, dan, lena, many, show):
    round = round_of(7, [ben, chloe], lena, unaided_share=0)
    for item in round.items.all():
        judge(item, ben, says("accept"))
        judge(item, chloe, says("reject"))
        adjudicate(item=item, by=dan, verdict="reject", reason=REASON)
    close_round(round=round, by=lena)
    client, address, seen = log_in(ben), f"/desk/mine/?show={show}", []
    while address:
        text = client.get(address).content.decode()
        seen.append(re.findall(r'href="/desk/mine/([0-9a-f-]{36})/"', text))
        found = re.search(r'href="\?([^"]*before=\d+)"', text)
        address = found and "/desk/mine/?" + found[1].replace("&amp;", "&")
    assert [len(one) for one in seen] == [3, 3, 1]
    assert len({name for one in seen for name in one}) == 7


def test_pages_ask_no_more_for_many_sessions_and_colleagues(log_in, ben, chloe, dan, lena):
    noor = person("Noor", "annotator")
    pairs = published_pairs()
    first = round_of(
        0, [ben, chloe], lena, pairs_version=pairs, instances=made_instances(3, pairs), unaided_share=0
    )
    counted = {}
    for n, readers in ((3, [ben, chloe]), (12, [ben, chloe, noor])):
        round = first if n == 3 else round_of(
            0, readers, lena, pairs_version=pairs, rubric_version=first.rubric_version, overlap=3, unaided_share=0,
            instances=made_instances(n, pairs),
        )  # fmt: skip
        for item in round.items.all():
            for reader in readers:
                judge(item, reader, says("reject" if reader is ben else "accept"))
            adjudicate(item=item, by=dan, verdict="reject", reason=REASON)
        close_round(round=round, by=lena)
        client = log_in(ben)
        one = page(round.items.first())
        for place, address in (("all", "/desk/mine/"), ("differ", "/desk/mine/?show=differ"),
                               ("differences", "/desk/mine/differences/"), ("session", one)):  # fmt: skip
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counted.setdefault(place, []).append(len(asked))
    assert {place: few for place, (few, _many) in counted.items()} == {
        place: many for place, (_few, many) in counted.items()
    }


# Appeals on the page.


def test_ben_appeals_by_clicking_and_reads_the_answer(log_in, settled, ben, lena):
    client = log_in(ben)
    refused = client.post(page(settled) + "appeal/", {"reason": " "})
    assert refused.status_code == 400
    said = client.post(page(settled) + "appeal/", {"reason": "It was fine as it was."}, follow=True)
    assert "waits for a lead" in words(said)
    lead = log_in(lena)
    assert "1 appeal waits for an answer" in words(lead.get("/rounds/"))
    assert "1 waiting" in words(lead.get("/rounds/"))
    shown = lead.get("/rounds/appeals/")
    assert "It was fine as it was." in words(shown) and "Ben" in words(shown)
    made = settled.appeals.get()
    empty = lead.post(f"/rounds/appeals/{made.public_id}/decline/", {"answer": ""})
    assert empty.status_code == 400 and "Say why" in words(empty)
    lead.post(f"/rounds/appeals/{made.public_id}/decline/", {"answer": "Read section two."})
    assert "No appeal waits" in words(lead.get("/rounds/appeals/"))
    assert "Read section two." in words(lead.get("/rounds/appeals/?show=answered"))
    assert "Read section two." in words(log_in(ben).get(page(settled)))


def test_lena_grants_by_clicking_and_ben_reads_the_later_outcome_when_its_round_is_closed(
    log_in, settled, ben, chloe, lena
):
    noor, omar = person("Noor", "annotator"), person("Omar", "annotator")
    made = appeal(item=settled, by=ben, reason="It was fine as it was.")
    lead, address = log_in(lena), f"/rounds/appeals/grant/?appeal={made.public_id}"
    assert "Tick at least one" in words(lead.get("/rounds/appeals/grant/?appeal=nonsense", follow=True))
    offered = lead.get(address)
    assert "Noor" in words(offered) and "Share read without the draft" not in words(offered)
    given = {"name": "Appeals", "overlap": 2, "pairs_version": settled.round.pairs_version_id,
             "rubric_version": settled.round.rubric_version_id}  # fmt: skip
    refused = lead.post(address, given | {"reviewers": [noor.public_id, chloe.public_id]})
    assert refused.status_code == 400 and "is not one of the available choices" in words(refused)
    assert "they have had one of these sessions" in words(refused) and "Chloe (" in words(refused)
    lead.post(address, given | {"reviewers": [noor.public_id, omar.public_id]})
    new = Item.objects.get(supersedes=settled)
    assert "judged again by others; you see the outcome" in words(log_in(ben).get(page(settled)))
    for reader in (noor, omar):
        judge(new, reader, says("reject"))
    # Those who judge anew have nothing of the old item, before or after.
    assert log_in(noor).get(page(settled)).status_code == 404
    before = words(log_in(ben).get(page(settled)))
    assert "rejected" not in before
    close_round(round=new.round, by=lena)
    after = words(log_in(ben).get(page(settled)))
    assert "rejected" in after and "accepted after an edit" in after
    assert log_in(ben).get(page(new)).status_code == 404


def test_after_the_answer_the_way_to_appeal_is_closed(log_in, settled, ben, lena):
    decline_appeal(appeal=appeal(item=settled, by=ben, reason="Fine as it was."), by=lena, answer="No.")
    shown = log_in(ben).get(page(settled)).content.decode()
    assert "I think that this was settled wrongly" not in shown
    assert log_in(ben).post(page(settled) + "appeal/", {"reason": "Again."}).status_code == 403


def test_a_lead_who_judges_the_session_anew_sees_no_appeal_of_it(log_in, settled, ben, lena):
    noor = person("Noor", "annotator", "lead")
    made = appeal(item=settled, by=ben, reason="It was fine as it was.")
    versions = {"pairs_version": settled.round.pairs_version, "rubric_version": settled.round.rubric_version}
    readers = [rater_for(noor), rater_for(person("Omar", "annotator"))]
    assert "fine as it was" in words(log_in(noor).get("/rounds/appeals/"))
    grant_appeals(appeals=[made], name="Appeals", raters=readers, by=lena, **versions)
    for show in ("", "?show=answered"):
        assert "fine as it was" not in words(log_in(noor).get(f"/rounds/appeals/{show}"))
    assert log_in(noor).post(f"/rounds/appeals/{made.public_id}/decline/", {"answer": "x"}).status_code == 404


# Her words for the guideline.


@pytest.fixture
def approved(round, item, ben, chloe, lena):
    judge(item, ben, says("edit", HERS))
    judge(item, chloe, says("edit", EDIT))
    adjudicate(
        item=item, by=person("Dora", "adjudicator"), equivalent=True, reason="Both.",
        approved_edits=[str(d.public_id) for d in item.decisions.all()],
    )  # fmt: skip
    close_round(round=round, by=lena)
    return Item.objects.get(pk=item.pk)


def test_a_clinician_proposes_her_approved_words_in_one_click(log_in, approved, ben):
    Grant.objects.create(user=ben, role="clinician")
    client = log_in(type(ben).objects.get(pk=ben.pk))
    assert "Propose them as a correction of “Gives advice too soon”" in words(client.get(page(approved)))
    answer = client.post(page(approved) + "propose/", {"pair": "premature-advice"})
    made = Proposal.objects.get()
    assert answer.url.endswith(f"/proposals/{made.n}/") and made.by == ben
    assert made.parts.get().texts["corrections"] == ["reflect first", HERS] and made.words_by == ben
    assert "Proposal 1" in words(client.get(page(approved)))


def test_one_who_is_no_clinician_proposes_hers_and_clinicians_decide(log_in, approved, ben, ana):
    client = log_in(ben)
    shown = words(client.get(page(approved)))
    assert "Clinicians vote on it and decide" in shown and "Cut them down first" not in shown
    told = client.post(page(approved) + "propose/", {"pair": "premature-advice"}, follow=True)
    made = Proposal.objects.get()
    assert made.by == made.words_by == ben and made.parts.get().texts["corrections"][-1] == HERS
    assert "what becomes of it stands here" in words(told) and "Proposal 1 (open)" in words(told)
    # What colleagues say of it is not for her, nor does anything stand there to be clicked once more.
    address = f"/guidelines/{made.guideline.slug}/proposals/{made.n}/"
    assert address not in told.content.decode() and client.get(address).status_code == 403
    client.post(page(approved) + "propose/", {"pair": "premature-advice"})
    assert Proposal.objects.count() == 1
    assert HERS in words(log_in(ana).get(address))
    taken = take(proposal=made, by=ana, seen={"premature-advice": 1})
    assert HERS in taken.entries.get(pair_revision__pair__key="premature-advice").pair_revision.corrections
    assert "Proposal 1 (taken into the draft)" in words(log_in(ben).get(page(approved)))


def test_what_is_not_hers_she_does_not_propose_and_nobody_else_proposes_hers(approved, ben, chloe, dan, ana):
    mine, theirs = (approved.decisions.get(rater__user=who) for who in (ben, chloe))
    given = {"pair": "premature-advice", "correction": HERS, "reason": "Helps."}
    for decision, by, why in (
        (theirs, ben, "Only clinicians and leads see the corrections"),
        (mine, chloe, "Only clinicians and leads see the corrections"),
        (mine, dan, "Only clinicians and leads see the corrections"),
    ):
        with pytest.raises(Refused, match=why):
            feedback.propose(decision=feedback.find(decision.public_id), by=by, **given)
    assert not Proposal.objects.exists()
    # By the guideline's own rule too: of no words but hers.
    assert not guidelines_access.may_propose(ben) and not guidelines_access.may_propose(ben, words_by=chloe)
    assert guidelines_access.may_propose(ben, words_by=ben)


def test_she_proposes_as_soon_as_she_reads_how_it_was_resolved(log_in, round, item, ben, chloe, dan, lena):
    """Its own round may be open still; while another one has the session, her words would say what was found."""
    judge(item, ben, says("edit", HERS))
    judge(item, chloe, says("accept"))
    mine = item.decisions.get(rater__user=ben)
    adjudicate(item=item, by=dan, verdict="edit", approved_edits=[str(mine.public_id)], reason=REASON)
    client, sent = log_in(ben), {"pair": "premature-advice"}
    assert client.post(page(item) + "propose/", sent).status_code == 404
    move_release(round=round, to=timezone.now(), by=lena)
    versions = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}
    others = [person("Noor", "annotator"), person("Omar", "annotator")]
    again = round_of(1, others, lena, name="Again", instances=[item.instance], **versions)
    refused = client.post(page(item) + "propose/", sent)
    assert refused.status_code == 403 and "judged again in an open round" in words(refused)
    close_round(round=again, by=lena)
    client.post(page(item) + "propose/", sent)
    assert Proposal.objects.get().by == ben
    # Nobody who judges, or settles, in the round reads it meanwhile.
    for who in (chloe, dan):
        Grant.objects.create(user=who, role="clinician")
        address = f"/guidelines/{round.pairs_version.guideline.slug}/proposals/1/"
        assert log_in(type(who).objects.get(pk=who.pk)).get(address).status_code == 404


def test_of_a_session_at_risk_a_lead_proposes(log_in, approved, ben):
    Mark.objects.create(
        instance=approved.instance, kind="tier", tier="ideation", by_machine="rule", reason="words"
    )
    refused = log_in(ben).post(page(approved) + "propose/", {"pair": "premature-advice"})
    assert refused.status_code == 403 and "a lead proposes what was written there" in words(refused)


def test_words_that_are_not_hers_are_not_hers_to_propose(log_in, settled, ben):
    Grant.objects.create(user=ben, role="clinician")
    client = log_in(type(ben).objects.get(pk=ben.pk))
    assert client.post(page(settled) + "propose/", {"pair": "premature-advice"}).status_code == 404


def test_from_the_page_of_a_session_a_pair_is_said_to_be_unclear(log_in, settled, ben):
    text = log_in(ben).get(page(settled)).content.decode()
    assert re.search(r"/guidelines/novice-mistakes/unclear/minimising/\?on=1", text)
