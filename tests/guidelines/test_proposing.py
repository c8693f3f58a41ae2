"""Words put before colleagues: what may be proposed, the votes, and how it ends without being taken."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.roles import Refused
from guidelines.checking import BadTexts
from guidelines.discussion.talking import reply
from guidelines.drafts import WrongState
from guidelines.models import Proposal, ProposedText, Vote
from guidelines.proposals import showing
from guidelines.proposals.deciding import decline, withdraw
from guidelines.proposals.origins import Origin
from guidelines.proposals.voting import counted, vote
from guidelines.publishing import propose_pair
from tests.conftest import person
from tests.guidelines.conftest import dimension_texts, pair_texts, revision_in


def changing(version, by, key="forcing-change", **more):
    now = revision_in(version, key)
    texts = now.texts | ({"shows": f"Presses ({by.name})."} | more)
    return propose_pair(
        guideline=version.guideline, kind="change", texts=[texts], of=[now], by=by, reason="Plainer."
    )


@pytest.fixture
def proposal(mistakes, ana):
    return changing(mistakes, ana)


def test_a_change_is_proposed_with_its_words_its_reason_and_the_text_it_was_written_on(proposal, mistakes):
    assert (proposal.n, proposal.kind, proposal.state, proposal.source) == (1, "change", "open", "person")
    assert proposal.targets.get().revision == revision_in(mistakes, "forcing-change")
    assert proposal.parts.get().texts["shows"] == "Presses (Ana)."
    assert not mistakes.guideline.versions.unpublished().exists(), "nothing in the guideline changed"


def test_a_lead_proposes_too_and_whoever_judges_does_not(mistakes, lena, ben, eve):
    assert changing(mistakes, lena).by == lena
    for other in (ben, eve):
        with pytest.raises(Refused, match="could sway"):
            changing(mistakes, other)


def kinds(version):
    forcing, poor = revision_in(version, "forcing-change"), revision_in(version, "poor-listening")
    a, b = pair_texts("Arguing"), pair_texts("Urging")
    return {
        "add": ([pair_texts("Lecturing")], []),
        "change": ([forcing.texts | {"shows": "Presses."}], [forcing]),
        "split": ([a, b], [forcing]),
        "merge": ([pair_texts("Not listening", confused_with=["good-practice"])], [forcing, poor]),
        "retire": ([], [poor]),
    }


@pytest.mark.parametrize("kind", ["add", "change", "split", "merge", "retire"])
def test_each_kind_takes_its_own_number_of_entries_and_words(kind, mistakes, ana):
    given = {"guideline": mistakes.guideline, "by": ana, "reason": "Why."}
    texts, of = kinds(mistakes)[kind]
    made = propose_pair(kind=kind, texts=texts, of=of, **given)
    assert made.parts.count() == len(texts) and made.targets.count() == len(of)
    for other, (texts, of) in kinds(mistakes).items():
        if other != kind:
            with pytest.raises(BadTexts, match="kind"):
                propose_pair(kind=kind, texts=texts, of=of, **given)


def test_proposed_words_are_checked_as_a_save_would_check_them(mistakes, ana):
    given = {"guideline": mistakes.guideline, "kind": "add", "by": ana, "reason": "Why."}
    for texts, why in (
        (pair_texts("X", corrections=[]), "corrections: is missing"),
        (pair_texts("poor  Listening"), "also the name of poor-listening"),
        (pair_texts("X", confused_with=["nowhere"]), "not a pair of this guideline"),
        (pair_texts("X", shows="a\x00"), "control character"),
        (pair_texts("X") | {"colour": "red"}, "not a known field"),
    ):
        with pytest.raises(BadTexts, match=why):
            propose_pair(texts=[texts], **given)
    assert not Proposal.objects.exists()


def test_a_split_may_keep_the_old_name_and_two_parts_may_not_share_one(mistakes, ana):
    forcing = revision_in(mistakes, "forcing-change")
    given = {"guideline": mistakes.guideline, "kind": "split", "of": [forcing], "by": ana, "reason": "Why."}
    propose_pair(texts=[pair_texts(), pair_texts("Urging")], **given)
    with pytest.raises(BadTexts, match="also the name of"):
        propose_pair(texts=[pair_texts("Urging"), pair_texts("urging")], **given)


def test_a_change_that_changes_nothing_and_one_without_a_reason_are_refused(mistakes, ana):
    now = revision_in(mistakes, "forcing-change")
    given = {"guideline": mistakes.guideline, "kind": "change", "of": [now], "by": ana}
    with pytest.raises(BadTexts, match="says the same"):
        propose_pair(texts=[now.texts], reason="Why.", **given)
    with pytest.raises(BadTexts, match="reason: is missing"):
        propose_pair(texts=[now.texts | {"shows": "Y."}], reason=" ", **given)


def test_a_dimension_is_proposed_as_a_pair_is(rubric, ana):
    made = propose_pair(
        guideline=rubric.guideline, kind="add", texts=[dimension_texts("Warmth")], by=ana, reason="Missing."
    )
    assert made.parts.get().texts["scale"] == "ordinal"


def test_clinicians_vote_once_each_and_may_change_their_vote(proposal, amir, lena, ana):
    asha = person("Asha", "clinician")
    vote(proposal=proposal, by=amir, choice="against", reason="Too short.")
    vote(proposal=proposal, by=asha, choice="for", reason="Plain.")
    vote(proposal=proposal, by=amir, choice="for", reason="I see now.")
    assert counted(proposal) == {"for": 2, "against": 0, "abstain": 0}
    assert [v.choice for v in Vote.objects.filter(voter=amir)] == ["against", "for"]
    with pytest.raises(Refused, match="your colleagues vote"):
        vote(proposal=proposal, by=ana, choice="for", reason="Mine.")
    with pytest.raises(Refused, match="Only clinicians vote"):
        vote(proposal=proposal, by=lena, choice="for", reason="x")
    with pytest.raises(BadTexts, match="reason: is missing"):
        vote(proposal=proposal, by=amir, choice="against", reason="")
    with pytest.raises(WrongState, match="for it, against it"):
        vote(proposal=proposal, by=amir, choice="maybe", reason="x")


def test_the_same_vote_sent_twice_makes_no_second_row(proposal, amir):
    for _ in range(2):
        vote(proposal=proposal, by=amir, choice="for", reason="Plain.")
    assert Vote.objects.count() == 1


def test_a_declined_or_withdrawn_proposal_is_closed_and_says_by_whom_and_why(mistakes, ana, amir):
    first, second = changing(mistakes, ana), changing(mistakes, ana, shows="Leans on her.")
    with pytest.raises(Refused, match="withdraw it instead"):
        decline(proposal=first, by=ana, reason="x")
    with pytest.raises(Refused, match="Only its proposer"):
        withdraw(proposal=first, by=amir)
    with pytest.raises(BadTexts, match="reason: is missing"):
        decline(proposal=first, by=amir, reason="")
    decline(proposal=first, by=amir, reason="The old text is plainer.")
    withdraw(proposal=second, by=ana)
    last = first.thread.remarks.get()
    assert (last.kind, last.by, last.words) == ("declined", amir, "The old text is plainer.")
    for closed in (first, second):
        with pytest.raises(WrongState, match="already, by"):
            vote(proposal=closed, by=amir, choice="for", reason="x")
    with pytest.raises(WrongState, match="declined already, by Amir"):
        withdraw(proposal=first, by=ana)


def test_a_proposal_is_discussed_before_and_after_it_is_closed(proposal, amir, ana):
    reply(thread=proposal.thread, by=amir, words="Shorter?")
    withdraw(proposal=proposal, by=ana)
    reply(thread=proposal.thread, by=amir, words="A pity.")
    assert [r.kind for r in proposal.thread.remarks.all()] == ["said", "withdrawn", "said"]


@pytest.mark.parametrize(
    ("model", "changed"),
    [(Proposal, {"reason": "x"}), (Proposal, {"kind": "add"}), (ProposedText, {"texts": {}}),
     (Vote, {"choice": "against"})],
)  # fmt: skip
def test_the_database_refuses_to_change_what_was_proposed_and_voted(model, changed, proposal, amir):
    vote(proposal=proposal, by=amir, choice="for", reason="x")
    for act in (lambda: model.objects.update(**changed), lambda: model.objects.first().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_closed_proposal_stays_closed_in_the_database(proposal, ana):
    withdraw(proposal=proposal, by=ana)
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.update(state="open")


def test_proposals_wait_for_the_votes_of_other_clinicians(proposal, ana, amir):
    assert [showing.to_vote_on(user).count() for user in (ana, amir)] == [0, 1]
    vote(proposal=proposal, by=amir, choice="abstain", reason="No view.")
    assert not showing.to_vote_on(amir)


def test_a_proposal_out_of_a_session_is_hidden_from_whoever_still_judges_it(
    mistakes, ana, amir, judged_by_amir
):
    origin = Origin(instance=judged_by_amir, decision=uuid4())
    made = propose_pair(
        guideline=mistakes.guideline,
        kind="add",
        texts=[pair_texts("Lecturing")],
        by=ana,
        reason="@Amir",
        origin=origin,
    )
    reply(thread=made.thread, by=ana, words="@Amir see turn 3.")
    assert (made.source, made.instance) == ("review", judged_by_amir)
    assert not showing.to_vote_on(amir)
    for act in (
        lambda: vote(proposal=made, by=amir, choice="for", reason="x"),
        lambda: reply(thread=made.thread, by=amir, words="x"),
        lambda: decline(proposal=made, by=amir, reason="x"),
    ):
        with pytest.raises(Refused, match="You judge the session"):
            act()
    with pytest.raises(BadTexts, match="is proposal 1 already"):
        propose_pair(
            guideline=mistakes.guideline,
            kind="add",
            texts=[pair_texts("Preaching")],
            by=ana,
            reason="Again.",
            origin=origin,
        )
