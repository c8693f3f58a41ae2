"""What a reviewer reads of her own sessions when they are resolved, and what nobody else reads of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Grant
from review.appealing import appeal, decline_appeal, grant_appeals
from review.label_studio.screens.build import build
from review.label_studio.screens.controls import controls_of
from review.models import Item
from review.outcomes import REJECTED, why_rejected
from review.raters import rater_for
from review.rounds import close_round
from review.workflow import adjudicate
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
    noor = person("Noor", "annotator")
    made = appeal(item=settled, by=ben, reason="It was fine as it was.")
    versions = {"pairs_version": settled.round.pairs_version, "rubric_version": settled.round.rubric_version}
    readers = [rater_for(noor), rater_for(person("Omar", "annotator"))]
    assert "fine as it was" in words(log_in(lena).get("/rounds/appeals/"))
    grant_appeals(appeals=[made], name="Appeals", raters=readers, by=lena, **versions)
    Grant.objects.create(user=noor, role="lead")
    noor.__dict__.pop("roles", None)
    assert "fine as it was" in words(log_in(lena).get("/rounds/appeals/?show=answered"))
    for show in ("", "?show=answered"):
        assert "fine as it was" not in words(log_in(noor).get(f"/rounds/appeals/{show}"))
    assert log_in(noor).post(f"/rounds/appeals/{made.public_id}/decline/", {"answer": "x"}).status_code == 404


def test_from_the_page_of_a_session_a_pair_is_said_to_be_unclear(log_in, settled, ben):
    text = log_in(ben).get(page(settled)).content.decode()
    assert re.search(r"/guidelines/novice-mistakes/unclear/minimising/\?on=1", text)


def test_why_she_rejected_it_is_told_in_the_words_of_the_screen(log_in, round, item, ben, chloe, lena):
    for who in (ben, chloe):
        judge(item, who, says("reject"))
    close_round(round=round, by=lena)
    shown = words(log_in(ben).get(page(item)))
    assert "Reject (too vague to act on)" in shown or "reject (too vague to act on)" in shown
    assert "(vague)" not in shown


def test_every_reason_that_the_screen_offers_has_its_words():
    offered = controls_of(build("aided", pairs=[], dimensions=[]))["reject_reasons"].values
    assert set(offered) == set(REJECTED)
    assert (
        why_rejected(["wrong_mistake", "of an earlier screen"])
        == "names the wrong mistake; of an earlier screen"
    )


def test_the_approved_wording_is_there_to_be_read_as_it_stands(log_in, settled, ben, chloe):
    """Whose it is, is told to her alone whose it is."""
    for who in (ben, chloe):
        assert (
            f'style="white-space: pre-line">{EDIT}</div>' in log_in(who).get(page(settled)).content.decode()
        )
