"""A dispute in two steps: the texts alone, and then what the readers said."""

import uuid

import pytest

from accounts.identity import Installation
from accounts.models import Role
from review import disputes, revealing
from review.disputes import Dispute, longest_waiting, waiting_for
from review.models import Decision, FirstJudgement
from review.workflow import CannotSettle
from tests.conftest import person
from tests.review.factories import judge, mistake, round_of, says, settle, standings

EDITS = ["Stay with the hesitation.", "First reflect, then ask."]


def edited(item, ben, chloe):
    return [judge(item, who, says("edit", words)) for who, words in zip((ben, chloe), EDITS, strict=True)]


@pytest.fixture
def disputed(item, ben, chloe):
    """Ben accepts, Chloe edits."""
    judge(item, ben, says(comment="Fits this client well."))
    judge(item, chloe, says("edit", EDITS[1]))
    return item


def draft_of(item) -> str:
    return Dispute(item).judged["draft"]


def test_a_wording_dispute_shows_the_edits_and_never_the_draft(item, ben, chloe):
    edited(item, ben, chloe)
    dispute = Dispute(item)
    assert sorted(text.words for text in dispute.texts) == sorted(EDITS)
    assert dispute.first_asked.equivalent and not dispute.asks_verdict


def test_a_verdict_dispute_hides_which_text_was_the_draft(ben, chloe, lena):
    # Their order follows from their ids, and these from the installation's namespace: here always the same one.
    Installation.objects.update_or_create(pk=1, defaults={"namespace": uuid.UUID(int=1)})
    round = round_of(9, [ben, chloe], lena)
    first = set()
    for item in round.items.all():
        judge(item, ben, says())
        judge(item, chloe, says("edit", EDITS[1]))
        texts = Dispute(item).texts
        assert [t.is_draft for t in texts].count(True) == 1
        first.add(texts[0].is_draft)
        assert [t.token for t in Dispute(item).texts] == [t.token for t in texts]
    assert first == {True, False}


@pytest.mark.parametrize(
    "gives_draft, gives_edit, verdict",
    [(True, False, "accept"), (False, True, "edit"), (False, False, "reject")],
)
def test_what_dan_would_give_is_the_verdict(disputed, chloe, dan, gives_draft, gives_edit, verdict):
    given = [draft_of(disputed)] * gives_draft + [EDITS[1]] * gives_edit
    settle(disputed, dan, given)
    expected = {"verdict": ("settled", verdict)}
    if verdict == "edit":
        edit = Decision.objects.get(item=disputed, rater__user=chloe)
        expected["wording"] = ("settled", [str(edit.public_id)])
    assert standings(disputed) == expected


def test_nothing_is_settled_before_dan_has_judged_blind(disputed, dan):
    dispute = disputes.of(disputed, dan)
    approved = {text.token: True for text in dispute.texts}
    with pytest.raises(CannotSettle, match="Judge the texts first"):
        dispute.settle(by=dan, approved=approved, reason="Read blind.")
    assert standings(disputed)["verdict"] == ("disputed", None)


def test_what_dan_says_first_is_kept_beside_what_he_settles(disputed, dan):
    dispute = disputes.of(disputed, dan)
    blind = {text.token: text.is_draft for text in dispute.texts}
    kept = dispute.judge_first(by=dan, approved=blind)
    again = dispute.judge_first(by=dan, approved=dict.fromkeys(blind, False))
    assert again == kept and kept.answers == {"texts": blind} and kept.record == dan.reviewer_records.get()
    assert {row["words"] for row in kept.shown} == {draft_of(disputed), EDITS[1]}
    decision = dispute.settle(
        by=dan,
        approved=dict.fromkeys(blind, False),
        reason="Ben overlooked the advice.",
        error_type="overlooked",
    )
    assert (decision.verdict, decision.error_type, decision.first) == ("reject", "overlooked", kept)
    kept.refresh_from_db()
    assert kept.answers == {"texts": blind}


def test_a_text_changed_meanwhile_is_judged_first_once_more(disputed, chloe, dan):
    dispute = disputes.of(disputed, dan)
    seen = {text.token: True for text in dispute.texts}
    dispute.judge_first(by=dan, approved=seen)
    judge(disputed, chloe, says("edit", EDITS[0]), minutes=1)
    changed = disputes.of(disputed, dan)
    assert changed.first_of(dan) is None
    with pytest.raises(CannotSettle, match="look at it again"):
        changed.judge_first(by=dan, approved=seen)
    changed.judge_first(by=dan, approved={text.token: True for text in changed.texts})
    assert list(FirstJudgement.objects.values_list("n", flat=True)) == [1, 2]


def test_the_same_words_from_two_readers_are_one_text(item, ben, chloe, dan):
    ids = [str(judge(item, who, says("edit", EDITS[0])).public_id) for who in (ben, chloe)]
    dispute = Dispute(item)
    assert len(dispute.texts) == 1 and not dispute.first_asked.equivalent
    settle(item, dan, [EDITS[0]])
    assert standings(item)["wording"] == ("settled", sorted(ids))


def test_dan_writes_the_wording_and_says_from_which_texts(item, ben, chloe, dan):
    hers = edited(item, ben, chloe)
    begun = [text.token for text in Dispute(item).texts]
    own = "Stay with the hesitation; then reflect, and ask."
    decision = settle(item, dan, [], written=f" {own}\n", begun=begun)
    assert decision.edited_text == own
    assert decision.judged["written_from"] == sorted(str(one.public_id) for one in hers)
    assert standings(item)["wording"] == ("settled", [str(decision.public_id)])


def test_dan_may_approve_an_edit_and_his_own_wording(disputed, chloe, dan):
    edit = Decision.objects.get(item=disputed, rater__user=chloe)
    decision = settle(disputed, dan, [EDITS[1]], written="Reflect first; ask when she has answered.")
    assert decision.verdict == "edit" and decision.judged["written_from"] == []
    names = sorted([str(edit.public_id), str(decision.public_id)])
    assert standings(disputed) == {"verdict": ("settled", "edit"), "wording": ("settled", names)}


@pytest.mark.parametrize(
    "given, written, why",
    [
        ([], "the draft", "that of the draft"),
        ([], EDITS[1], "one of the texts"),
        (["the draft"], "Something else.", "only where the verdict is edit"),
        ([], "nul \0", "cannot be kept"),
    ],
)
def test_a_wording_of_ones_own_is_refused_where_it_is_none(disputed, dan, given, written, why):
    draft = draft_of(disputed)
    words = {"the draft": draft}
    with pytest.raises(CannotSettle, match=why):
        settle(disputed, dan, [words[one] for one in given], written=words.get(written, written))
    assert standings(disputed)["verdict"] == ("disputed", None)


def test_findings_are_chosen_from_what_readers_found(ben, chloe, dan, lena):
    item = round_of(10, [ben, chloe], lena).items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("minimising", (4,)), mistake("interrupting", (2,))]))
    judge(item, chloe, says(None, findings=[mistake("interrupting", (2,))]))
    dispute = Dispute(item)
    names = [p.name for p in dispute.proposed]
    assert names == ["Interrupts the client", "Plays the problem down"] and not dispute.texts
    # First she chooses from all that could have been found.
    assert len(dispute.choices) == 4
    settle(item, dan, ["interrupting"])
    [found] = standings(item)["findings"][1]
    assert found == {"mistake": "interrupting", "utterances": [3], "severities": [2]}
    assert FirstJudgement.objects.get().answers["mistakes"] == ["interrupting"]


def test_after_the_first_step_dan_sees_what_was_said_and_what_the_guideline_says(disputed, dan):
    dispute = disputes.of(disputed, dan)
    first = dispute.judge_first(by=dan, approved={text.token: text.is_draft for text in dispute.texts})
    said = revealing.readers(dispute)
    assert {one.decision.comment for one in said} == {"Fits this client well.", ""}
    assert said[0].findings == ["Gives advice too soon, turn 3, serious"]
    shown = {row.text.is_draft: row for row in revealing.texts(dispute, first)}
    assert shown[True].would_give and not shown[True].difference
    assert not shown[False].would_give and "<ins>" in shown[False].difference
    assert [pair.name for pair in revealing.guideline(dispute, first)] == ["Gives advice too soon"]


def test_the_pair_that_the_machine_intended_is_not_shown_with_the_guideline(ben, chloe, dan, lena):
    item = round_of(10, [ben, chloe], lena).items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("minimising", (4,))]))
    judge(item, chloe, says(None, findings=[]))
    dispute = disputes.of(item, dan)
    first = dispute.judge_first(by=dan, mistakes=[])
    assert item.instance.pair_revision.name == "Gives advice too soon"
    assert [pair.name for pair in revealing.guideline(dispute, first)] == ["Plays the problem down"]


def test_dan_is_not_offered_what_he_read(item, ben, chloe, dan):
    edited(item, ben, chloe)
    assert list(waiting_for(dan)) == [item] and list(waiting_for(ben)) == []


def test_the_longest_waiting_comes_first(round, ben, chloe, dan):
    items = list(round.items.all())[:3]
    for item in reversed(items):
        edited(item, ben, chloe)
    for adjudicator in (dan, person("Dora", Role.ADJUDICATOR)):
        assert longest_waiting(adjudicator, 3) == items[::-1]
        assert longest_waiting(adjudicator, 2) == items[:0:-1]
        assert {item.since for item in longest_waiting(adjudicator, 3)} == {
            item.stood.get(state="disputed").at for item in items
        }
