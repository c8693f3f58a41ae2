"""A correction made in review becomes a proposal: after the round is closed, and hidden from whoever judges."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant, Role
from accounts.roles import Refused
from guidelines import authorship
from guidelines.checking import BadTexts
from guidelines.discussion.talking import reply
from guidelines.models import Proposal
from guidelines.proposals import showing
from guidelines.proposals.taking import take
from guidelines.publishing import approve, open_draft, save_entry, submit
from review.appealing import appeal, grant_appeals
from review.feedback import CannotPropose, approved, page_of, propose, suggested
from review.models import Decision
from review.raters import rater_for
from review.rounds import close_round
from synthesis.models import Mark, Opening
from tests.conftest import person
from tests.review.factories import (
    judge,
    made_instances,
    mistake,
    published_pairs,
    published_rubric,
    round_of,
    says,
)

EDIT = "What went well\n- Opens with a question.\n\nWhat to work on\nStay with what holds her back."
STAY = "Stay with what holds her back."


def edited(round, ben, chloe, item=0, text=EDIT, **more) -> Decision:
    """Ben and Chloe both accept after an edit, each in her own words: the wording is for a third reader."""
    found = round.items.order_by("position")[item]
    mine = judge(found, ben, says("edit", text, **more))
    judge(found, chloe, says("edit", text + " ", **more))
    return mine


def approved_edit(round, ben, chloe, dan, item=0, text=EDIT, **more) -> Decision:
    from review.workflow import adjudicate

    mine = edited(round, ben, chloe, item, text, **more)
    adjudicate(
        item=mine.item, by=dan, approved_edits=[str(mine.public_id)], equivalent=True, reason="Plainer."
    )
    return Decision.objects.select_related("item__round", "item__instance", "rater").get(pk=mine.pk)


@pytest.fixture
def made(ben, chloe, lena):
    return round_of(2, [ben, chloe], lena, unaided_share=0)


@pytest.fixture
def decision(made, ben, chloe, dan, lena):
    """An approved edit of Ben's in a closed round."""
    found = approved_edit(made, ben, chloe, dan)
    close_round(round=made, by=lena)
    return Decision.objects.get(pk=found.pk)


def give(decision, by, **more):
    given = {"pair": "premature-advice", "correction": STAY, "reason": "It helps with others too."}
    return propose(decision=decision, by=by, **(given | more))


def test_an_approved_correction_becomes_a_proposal_that_leads_back(decision, ana):
    proposal = give(decision, ana)
    assert (proposal.kind, proposal.source, proposal.by) == ("change", "review", ana)
    assert proposal.instance == decision.item.instance.public_id and proposal.decision == decision.public_id
    assert proposal.parts.get().texts["corrections"] == ["reflect first", STAY]
    assert proposal.targets.get().revision.pair.key == "premature-advice"


def test_a_mistake_that_is_not_in_the_guideline_becomes_a_new_pair(decision, lena):
    proposal = give(decision, lena, pair=None, name="Talks of himself", shows="Tells his own story.")
    [part] = proposal.parts.all()
    assert proposal.kind == "add" and part.texts["corrections"] == [STAY]
    with pytest.raises(BadTexts, match="name: is missing"):
        give(decision, lena, pair=None)


def test_nothing_is_proposed_while_the_round_is_open(made, ben, chloe, dan, lena, ana):
    decision = approved_edit(made, ben, chloe, dan)
    for who in (ana, lena):
        with pytest.raises(Refused, match="The round is open"):
            give(decision, who)


def test_those_who_judge_propose_no_words_but_their_own(decision, ben, chloe, dan, eve):
    assert give(decision, ben).words_by == ben
    for who in (chloe, dan, eve):
        with pytest.raises(Refused, match="Only clinicians and leads"):
            give(decision, who)


def test_only_approved_words_are_proposed(made, ben, chloe, dan, lena, ana):
    approved_edit(made, ben, chloe, dan)
    accepted = made.items.order_by("position")[1]
    other = judge(accepted, ben, says())
    judge(accepted, chloe, says())
    close_round(round=made, by=lena)
    passed_over = Decision.objects.get(verdict="edit", rater__user=chloe)
    for decision in (passed_over, other):
        with pytest.raises(CannotPropose, match="words were approved"):
            give(Decision.objects.get(pk=decision.pk), ana)


def test_what_a_rehearsal_wrote_changes_no_guideline(ben, chloe, dan, lena, ana):
    from accounts.models import ReviewerRecord

    for user in (ben, chloe, dan):
        ReviewerRecord.objects.create(
            user=user, n=2, profession="none", terms_version="2026-11", simulated=True
        )
    rehearsal = round_of(1, [ben, chloe], lena, unaided_share=0)
    assert rehearsal.rehearsal
    decision = approved_edit(rehearsal, ben, chloe, dan)
    close_round(round=rehearsal, by=lena)
    with pytest.raises(Refused, match="rehearsal"):
        give(Decision.objects.get(pk=decision.pk), lena)
    assert not approved().exists()


@pytest.fixture
def again(decision, chloe, lena, made):
    """Amal, who is a clinician as well, judges the same session once more; with her Chloe."""
    amal = person("Amal", Role.CLINICIAN, Role.ANNOTATOR)
    instance = decision.item.instance
    round = round_of(
        1, [amal, chloe], lena, instances=[instance], name="December",
        pairs_version=made.pairs_version, rubric_version=made.rubric_version, unaided_share=0,
    )  # fmt: skip
    return amal, round


def test_nobody_proposes_from_a_session_that_is_judged_again(decision, again, ana, lena):
    amal, round = again
    with pytest.raises(Refused, match="judged again in an open round"):
        give(decision, ana)
    with pytest.raises(Refused, match="You judge this session"):
        give(decision, amal)
    close_round(round=round, by=lena)
    give(decision, ana)


def test_while_an_appeal_is_judged_the_correction_is_listed_still_and_proposed_by_nobody(
    client, decision, made, ana, ben, chloe, lena
):
    """What was settled stands until it is settled anew."""
    appealed = appeal(item=decision.item, by=chloe, reason="The draft was right.")
    others = [rater_for(person(name, Role.ANNOTATOR)) for name in ("Noor", "Omar")]
    anew = grant_appeals(appeals=[appealed], name="Anew", raters=others, by=lena,
                         pairs_version=made.pairs_version, rubric_version=made.rubric_version)  # fmt: skip
    client.force_login(ana)
    address = reverse("correction", args=[decision.public_id])
    assert address in client.get(reverse("corrections")).content.decode()
    assert "judged again in an open round" in client.get(address).content.decode()
    with pytest.raises(Refused, match="judged again in an open round"):
        give(decision, ana)
    close_round(round=anew, by=lena)  # before anybody has judged it: what was settled stands
    give(decision, ana)


def test_the_list_never_says_that_nothing_was_approved_when_it_may_only_be_hidden(
    client, decision, again, ana
):
    amal, _round = again
    client.force_login(amal)
    told = client.get(reverse("corrections")).content.decode()
    assert "There is none that you may see now." in told and "No round of people" not in told


def test_a_proposal_is_hidden_from_whoever_judges_its_session_later(decision, made, ana, chloe, lena, log_in):
    proposal = give(decision, ana)
    amal = person("Amal", Role.CLINICIAN, Role.ANNOTATOR)
    reply(thread=proposal.thread, by=ana, words="@Amal: turn 3.")
    slug = proposal.guideline.slug
    pages = [reverse("proposals", args=[slug]), reverse("discussions"), reverse("home")]
    told = ["Gives advice too soon", "turn 3", "proposal to vote on", "mention of you"]
    browser = log_in(amal)
    assert all(any(word in browser.get(page).content.decode() for word in told) for page in pages)
    round = round_of(
        1, [amal, chloe], lena, instances=[decision.item.instance], name="December",
        pairs_version=made.pairs_version, rubric_version=made.rubric_version, unaided_share=0,
    )  # fmt: skip
    for page in pages:
        assert not any(word in browser.get(page).content.decode() for word in told), page
    refused = [
        browser.get(reverse("proposal", args=[slug, 1])),
        browser.get(reverse("thread", args=[slug, proposal.thread.n])),
        browser.post(reverse("thread", args=[slug, proposal.thread.n]), {"words": "x"}),
        browser.get(reverse("correction", args=[decision.public_id])),
    ]
    assert [answer.status_code for answer in refused] == [404] * 4
    assert str(decision.public_id) not in browser.get(reverse("corrections")).content.decode()
    assert not showing.to_vote_on(amal).exists()
    close_round(round=round, by=lena)
    assert browser.get(reverse("proposal", args=[slug, 1])).status_code == 200


def test_the_reviewer_whose_words_they_are_does_not_approve_them(decision, ben, ana, amir):
    Grant.objects.create(user=ben, role=Role.CLINICIAN)
    proposal = give(decision, ana)
    draft = take(proposal=proposal, by=amir, seen={"premature-advice": 1})
    revision = draft.entries.get(pair_revision__pair__key="premature-advice").pair_revision
    assert (revision.author, revision.reason) == (ana, "Proposal 1"), "reviewers read the history too"
    submit(version=draft, by=amir)
    ben.refresh_from_db()
    for who in (ben, ana):
        with pytest.raises(Refused, match="You wrote part of this draft"):
            approve(version=draft, by=who)
    assert authorship.authors(draft) == {ben.pk, ana.pk}


def test_the_same_correction_is_proposed_once_at_a_time(decision, ana, amir):
    give(decision, ana)
    with pytest.raises(BadTexts, match="is proposal 1 already"):
        give(decision, amir, correction="Other words.")


def test_the_lines_that_the_edit_put_in_are_suggested(decision):
    assert STAY in suggested(decision) and "Opens with a question" not in suggested(decision)


def test_lena_and_ana_find_the_correction_and_propose_it_by_clicking(client, decision, made, ana, ben, lena):
    client.force_login(lena)
    assert "corrections to propose" in client.get(reverse("round", args=[made.public_id])).content.decode()
    there = reverse("correction", args=[decision.public_id])
    for who, address in ((lena, f"?round={made.public_id}"), (ana, "?guideline=novice-mistakes")):
        client.force_login(who)
        assert there in client.get(reverse("corrections") + address).content.decode()
    page = client.get(there).content.decode()
    assert "<ins>" in page and STAY in page and "I keep putting off a call" in page
    for name in ("Ben", "Chloe"):
        assert name not in page.split("<main")[1], "no reviewer is named"
    sent = {"pair": "premature-advice", "correction": "", "reason": "Helps.", "name": "", "shows": ""}
    assert client.post(there, sent).status_code == 400
    made_at = client.post(there, sent | {"correction": "reflect first"})
    assert made_at.status_code == 400 and "twice" in made_at.content.decode()
    answer = client.post(there, sent | {"correction": STAY})
    assert answer.url == reverse("proposal", args=["novice-mistakes", 1])
    assert there in client.get(answer.url).content.decode()
    client.force_login(lena)
    page = client.get(answer.url).content.decode()
    assert reverse("instance", args=[Proposal.objects.get().instance]) in page
    client.force_login(ben)
    for address in (there, reverse("corrections"), answer.url):
        assert client.get(address).status_code == 403


def test_another_pair_than_those_found_is_named_and_counts_instead(client, made, ben, chloe, dan, ana, lena):
    decision = approved_edit(made, ben, chloe, dan, findings=[mistake()])
    close_round(round=made, by=lena)
    client.force_login(ana)
    there = reverse("correction", args=[decision.public_id])
    form = client.get(there).content.decode().split("<form")[-1]
    assert "Gives advice too soon" in form and "Interrupts the client" not in form
    sent = {"pair": "premature-advice", "correction": STAY, "reason": "Helps.", "name": "", "shows": ""}
    odd = client.post(there, sent | {"other-add": "Interupts the client"})
    assert odd.status_code == 400 and "Perhaps you mean: “Interrupts the client”" in odd.content.decode()
    two = client.post(there, sent | {"other": "minimising", "other-add": "Interrupts the client"})
    assert two.status_code == 400 and "Name only 1." in two.content.decode()
    client.post(there, sent | {"other-add": "interrupts the CLIENT"})
    assert Proposal.objects.get().targets.get().revision.pair.key == "interrupting"


def test_the_form_of_a_correction_is_as_long_for_hundreds_of_pairs(client, decision, ana):
    client.force_login(ana)
    there = reverse("correction", args=[decision.public_id])
    client.get(there)
    with CaptureQueriesContext(connection) as few:
        short = client.get(there)
    draft = open_draft(guideline=decision.item.round.pairs_version.guideline, by=ana)
    texts = {"shows": "It shows.", "corrections": ["Wait."]}
    for n in range(40):
        save_entry(version=draft, key=f"other-{n}", texts=texts | {"name": f"Other {n}"}, by=ana, base=None)
    with CaptureQueriesContext(connection) as many:
        long = client.get(there)
    assert len(many) <= len(few) and abs(len(long.content) - len(short.content)) < 200


@pytest.mark.parametrize("query", ["guideline=%00", "guideline=nowhere", "round=x", "before=%00"])
def test_odd_questions_find_nothing(client, db, lena, query):
    client.force_login(lena)
    assert client.get(reverse("corrections") + "?" + query).status_code in (200, 404)


def test_a_session_at_risk_is_the_leads(client, decision, ana, lena):
    Mark.objects.create(
        instance=decision.item.instance, kind="tier", tier="ideation", by_machine="rule", reason="words"
    )
    with pytest.raises(Refused, match="risk tier"):
        give(decision, ana)
    client.force_login(ana)
    page = re.sub(r"\s+", " ", client.get(reverse("corrections")).content.decode())
    assert str(decision.public_id) not in page and "1 is left out here" in page
    give(decision, lena)


def test_a_page_of_corrections_asks_no_more_for_many(ben, chloe, dan, lena):
    pairs, rubric = published_pairs(), published_rubric()
    asked = []
    for n in (1, 5):
        round = round_of(n, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric, unaided_share=0)
        for item in range(n):
            approved_edit(round, ben, chloe, dan, item, findings=[mistake()])
        close_round(round=round, by=lena)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows, _unseen, _more = page_of(approved().filter(item__round=round), lena, None)
        assert len(rows) == n and all(row.mistakes == ["Gives advice too soon"] for row in rows)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def read_again(decision, made, people, lena):
    versions = {"pairs_version": made.pairs_version, "rubric_version": made.rubric_version}
    return round_of(
        1, people, lena, instances=[decision.item.instance], name="December", unaided_share=0, **versions
    )


def test_a_proposal_is_not_taken_while_its_session_is_judged_again(decision, made, ana, amir, chloe, lena):
    proposal = give(decision, ana)
    read_again(decision, made, [person("Noor", Role.ANNOTATOR), chloe], lena)
    with pytest.raises(Refused, match="judged again in an open round"):
        take(proposal=proposal, by=amir, seen={"premature-advice": 1})


def test_a_clinician_who_adjudicates_does_not_see_what_was_found_before_she_settles(
    decision, made, ana, lena, log_in
):
    dora = person("Dora", Role.ADJUDICATOR, Role.CLINICIAN)
    give(decision, ana)
    readers = [person("Noor", Role.ANNOTATOR), person("Nils", Role.ANNOTATOR)]
    again = read_again(decision, made, readers, lena)
    browser = log_in(dora)
    pages = [
        reverse("correction", args=[decision.public_id]),
        reverse("proposal", args=["novice-mistakes", 1]),
    ]
    assert [browser.get(page).status_code for page in pages] == [404, 404]
    assert str(decision.public_id) not in browser.get(reverse("corrections")).content.decode()
    close_round(round=again, by=lena)
    assert [browser.get(page).status_code for page in pages] == [200, 200]


@pytest.fixture(params=["another run's", "its edited child"])
def twin(request, decision):
    """What is the same session again: of the same cell, or the same up to a turn."""
    instance, version = decision.item.instance, decision.pairs_version
    if request.param == "another run's":
        return made_instances(1, version, cell=instance.cell, origin="evaluation")[0]
    child = made_instances(1, version, parent=instance, origin="edit")[0]
    said = instance.content["utterances"][:3]
    Opening.objects.create(
        instance=child, utterances=said, before="x", reason="Warmer.", by=decision.rater.user
    )
    return child


def test_whoever_judges_the_same_session_of_another_run_reads_nothing_of_what_was_found(
    decision, made, twin, ana, amir, chloe, lena, log_in
):
    """Neither the correction nor what is proposed of it; and meanwhile it is neither proposed again nor taken."""
    proposal = give(decision, ana)
    reply(thread=proposal.thread, by=ana, words="@Cora: turn 3.")
    cora = person("Cora", Role.CLINICIAN, Role.ANNOTATOR)
    slug = proposal.guideline.slug
    pages = [reverse("proposals", args=[slug]), reverse("discussions"), reverse("home")]
    told = ["Gives advice too soon", "turn 3", "proposal to vote on", "mention of you"]
    browser = log_in(cora)
    assert all(any(word in browser.get(page).content.decode() for word in told) for page in pages)
    versions = {"pairs_version": made.pairs_version, "rubric_version": made.rubric_version}
    round = round_of(1, [cora, chloe], lena, instances=[twin], name="Twin", unaided_share=0, **versions)
    for page in pages:
        assert not any(word in browser.get(page).content.decode() for word in told), page
    one = [reverse("proposal", args=[slug, 1]), reverse("correction", args=[decision.public_id])]
    assert [browser.get(page).status_code for page in one] == [404, 404]
    listed = browser.get(reverse("corrections"))
    assert not listed.context["rows"] and str(decision.public_id) not in listed.content.decode()
    assert len(log_in(ana).get(reverse("corrections")).context["rows"]) == 1
    with pytest.raises(Refused, match="judged again in an open round"):
        give(decision, amir)
    with pytest.raises(Refused, match="judged again in an open round"):
        take(proposal=proposal, by=amir, seen={"premature-advice": 1})
    close_round(round=round, by=lena)
    assert [log_in(cora).get(page).status_code for page in one] == [200, 200]
    assert take(proposal=proposal, by=amir, seen={"premature-advice": 1})
