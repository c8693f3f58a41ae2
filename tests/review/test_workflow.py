import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Grant, ReviewerRecord
from accounts.roles import Refused
from review.models import Decision, Finding, Rating, Reading, Round, Seat, Standing
from review.raters import rater_for
from review.rounds import CannotMakeRound, close_round
from review.standing import standing
from review.workflow import CannotSettle, NotCounted, TooLate, adjudicate, decide, judged_of, readers_needed
from tests.review.factories import judge, mistake, reading, round_of, says, settle, standings

EDIT_BEN = "Stay with the hesitation. Ask what the call would mean to her."
EDIT_CHLOE = "First reflect how hard the call is; then explore it together."


def test_two_accepts_settle(item, ben, chloe):
    judge(item, ben, says())
    assert standings(item) == {"verdict": ("open", None)}
    judge(item, chloe, says())
    assert standings(item) == {"verdict": ("settled", "accept")}
    assert list(item.round.items.settled()) == [item]


def test_a_reject_against_an_accept_is_disputed(item, ben, chloe):
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    assert standings(item) == {"verdict": ("disputed", None)}


def test_two_edits_leave_the_wording_to_dan_who_approves_one(item, ben, chloe, dan):
    hers = judge(item, chloe, says("edit", EDIT_CHLOE))
    judge(item, ben, says("edit", EDIT_BEN))
    assert standings(item) == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}
    decision = adjudicate(
        item=item,
        by=dan,
        approved_edits=[str(hers.public_id)],
        equivalent=False,
        reason="Clearer in one step.",
    )
    assert decision.kind == "wording" and decision.judged["equivalent"] is False
    assert standings(item)["wording"] == ("settled", [str(hers.public_id)])


def test_two_right_edits_may_both_stand(item, ben, chloe, dan):
    edits = [judge(item, p, says("edit", t)) for p, t in ((ben, EDIT_BEN), (chloe, EDIT_CHLOE))]
    ids = sorted(str(edit.public_id) for edit in edits)
    adjudicate(item=item, by=dan, approved_edits=ids, equivalent=True, reason="Both are right.")
    assert standings(item)["wording"] == ("settled", ids)


def test_a_decision_carries_the_words_the_versions_and_the_record(item, ben):
    decision = judge(
        item, ben, says(findings=[mistake(turns=(2, 4)), mistake(pair=None, turns=(0,), severity=1)])
    )
    assert decision.judged["dialogue"][2] == {
        "speaker": "Counsellor",
        "text": "You should simply ring him tonight.",
    }
    assert "Stay with the hesitation first." in decision.judged["draft"]
    assert (decision.pairs_version, decision.rubric_version) == (
        item.round.pairs_version,
        item.round.rubric_version,
    )
    assert decision.record == ben.reviewer_records.get()
    found = [
        (f.pair_revision and f.pair_revision.pair.key, f.utterances, f.severity)
        for f in decision.findings.all()
    ]
    # Stored turns are the utterances' ids, which count from one.
    assert found == [("premature-advice", [3, 5], 2), (None, [1], 1)]
    assert {r.dimension_revision.dimension.key: r.value for r in decision.ratings.all()} == {
        "specific": "4",
        "supportive": "4",
    }


def test_ben_may_revise_until_the_item_is_settled(item, ben, chloe):
    first = judge(item, ben, says("reject"))
    second = judge(item, ben, says(), minutes=1)
    assert second.supersedes == first and (first.n, second.n) == (1, 2)
    judge(item, chloe, says())
    assert standings(item) == {"verdict": ("settled", "accept")}
    with pytest.raises(NotCounted, match="after the item was settled"):
        judge(item, ben, says("reject"), minutes=2)
    assert standings(item) == {"verdict": ("settled", "accept")}
    assert item.decisions.count() == 3


def test_while_the_wording_is_in_dispute_ben_may_mend_his_words(item, ben, chloe, dan):
    first = judge(item, ben, says("edit", "Ask what kept her from the letter."))
    judge(item, chloe, says("edit", "Stay with what holds her back, then ask."))
    assert standings(item) == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}
    mended = judge(item, ben, says("edit", "Ask her what kept her from opening it."), minutes=1)
    assert mended.supersedes == first and item.decisions.in_force().count() == 2
    assert standings(item) == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}
    settle(item, dan, ["Ask her what kept her from opening it."])
    assert standings(item)["wording"] == ("settled", [str(mended.public_id)])
    with pytest.raises(NotCounted, match="after the item was settled"):
        judge(item, ben, says("edit", "And again."), minutes=2)


def test_what_is_settled_of_a_session_in_dispute_no_reader_moves(item, ben, chloe):
    judge(item, ben, says("edit", "Ask what kept her from the letter."))
    judge(item, chloe, says("edit", "Stay with what holds her back, then ask."))
    stood = standings(item)
    with pytest.raises(TooLate, match="a part of the item was settled, which it would change: verdict"):
        judge(item, ben, says("reject"), minutes=1)
    assert standings(item) == stood and item.decisions.count() == 2


def test_a_first_judgement_after_a_part_is_settled_comes_late(item, ben, chloe, eve):
    judge(item, ben, says("edit", "Ask what kept her from the letter."))
    judge(item, chloe, says("edit", "Stay with what holds her back, then ask."))
    seat = Seat.objects.create(round=item.round, rater=rater_for(eve))
    Reading.objects.create(seat=seat, item=item, order=0, content_hash="0" * 64)
    with pytest.raises(TooLate, match="after the item was settled"):
        judge(item, eve, says("edit", "Mine."), minutes=1)


def test_the_same_judgement_again_is_no_second_decision(item, ben):
    judge(item, ben, says())
    with pytest.raises(NotCounted, match="without a change"):
        judge(item, ben, says(), minutes=1)
    assert item.decisions.count() == 1


def test_an_older_judgement_that_comes_late_does_not_replace_a_newer(item, ben):
    judge(item, ben, says())
    with pytest.raises(NotCounted, match="Older"):
        judge(item, ben, says("reject"), minutes=-5)


def test_an_edit_that_changes_nothing_is_not_counted(item, ben):
    draft = judge(round_of_one_more(item), ben, says()).judged["draft"]
    with pytest.raises(NotCounted, match="Edited without a change"):
        judge(item, ben, says("edit", "\n  " + draft.replace("\n", "  \n ") + " "))
    assert item.decisions.count() == 0 and standings(item) == {}


def round_of_one_more(item):
    return item.round.items.exclude(pk=item.pk).first()


def test_a_closed_round_takes_no_judgement(item, ben, lena):
    close_round(round=item.round, by=lena)
    with pytest.raises(NotCounted, match="closed"):
        judge(item, ben, says())


def test_dan_settles_but_not_what_he_read_himself(item, ben, chloe, dan, lena):
    Grant.objects.create(user=dan, role="annotator")
    dan.refresh_from_db()
    own = round_of(
        1, [dan, ben], lena, pairs_version=item.round.pairs_version, rubric_version=item.round.rubric_version
    ).items.get()
    judge(own, dan, says())
    judge(own, ben, says("reject"))
    with pytest.raises(Refused, match="reviewed this session yourself"):
        adjudicate(item=own, by=dan, verdict="accept", reason="I was right.")
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    adjudicate(item=item, by=dan, verdict="reject", reason="It misses the session.")
    assert standings(item) == {"verdict": ("settled", "reject")}


def test_eve_settles_nothing(item, ben, chloe, eve):
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    with pytest.raises(Refused, match="Only adjudicators"):
        adjudicate(item=item, by=eve, verdict="accept", reason="Because.")
    assert standings(item) == {"verdict": ("disputed", None)}


def test_a_simulated_reader_settles_nothing_among_people(item, ben, chloe, dan):
    ReviewerRecord.objects.create(user=dan, n=2, profession="simulated", terms_version="-", simulated=True)
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    with pytest.raises(Refused, match="simulated"):
        adjudicate(item=item, by=dan, verdict="accept", reason="Because.")


def test_an_unsafe_mark_waits_for_dans_written_resolution(item, ben, chloe, dan):
    judge(item, ben, says(unsafe=True))
    judge(item, chloe, says())
    assert standings(item) == {"verdict": ("disputed", None), "safety": ("disputed", None)}
    with pytest.raises(CannotSettle, match="unsafe"):
        adjudicate(item=item, by=dan, verdict="accept", reason="Fine.")
    with pytest.raises(CannotSettle, match="cannot be accepted"):
        adjudicate(item=item, by=dan, verdict="accept", unsafe=True, reason="Hm.")
    adjudicate(item=item, by=dan, verdict="accept", unsafe=False, reason="The remark is about a film.")
    assert standings(item) == {"verdict": ("settled", "accept"), "safety": ("settled", "safe")}


def test_resolving_safety_before_chloe_judged_leaves_the_verdict_to_the_readers(item, ben, chloe, dan):
    judge(item, ben, says(unsafe=True))
    decision = adjudicate(item=item, by=dan, unsafe=False, reason="The remark is about a film.")
    assert decision.answered == ["safety"]
    assert standings(item) == {"verdict": ("open", None), "safety": ("settled", "safe")}
    judge(item, chloe, says())
    assert standings(item) == {"verdict": ("settled", "accept"), "safety": ("settled", "safe")}


def test_resolving_safety_alone_finds_no_mistakes_for_anybody(ben, chloe, dan, lena):
    item = round_of(10, [ben, chloe], lena, unaided_share=0.2).items.filter(arm="unaided").first()
    judge(item, ben, says(None, unsafe=True))
    adjudicate(item=item, by=dan, unsafe=False, reason="It is not.")
    assert standings(item) == {"findings": ("open", None), "safety": ("settled", "safe")}
    judge(item, chloe, says(None, findings=[]))
    adjudicate(item=item, by=dan, findings=[], reason="No mistake.")
    assert standings(item)["findings"] == ("settled", [])


def test_a_session_found_unsafe_is_held_everywhere(item, ben, chloe, dan, lena):
    judge(item, ben, says(unsafe=True))
    adjudicate(item=item, by=dan, unsafe=True, reason="It mocks her fear.")
    [mark] = item.instance.marks.all()
    assert (mark.kind, mark.by, mark.reason) == ("held", dan, "It mocks her fear.")
    judge(item, chloe, says())
    with pytest.raises(CannotSettle, match="cannot be accepted"):
        adjudicate(item=item, by=dan, verdict="accept", reason="It reads well.")
    with pytest.raises(CannotMakeRound, match="is held"):
        round_of(
            0, [ben, chloe], lena, instances=[item.instance], pairs_version=item.round.pairs_version,
            rubric_version=item.round.rubric_version,
        )  # fmt: skip


def test_nothing_enters_a_closed_round_past_the_rule_either(item, ben, chloe, dan, lena):
    decision = judge(item, ben, says())
    close_round(round=item.round, by=lena)
    dimension = decision.ratings.first().dimension_revision
    attempts = [
        lambda: Decision.objects.create(
            item=item, reading=reading(item, chloe), rater=rater_for(chloe), n=2, judged={},
            judged_digest="-", pairs_version=decision.pairs_version,
            rubric_version=decision.rubric_version, decided_at=timezone.now(),
        ),
        lambda: Standing.objects.create(item=item, aspect="safety", state="settled", outcome="safe"),
        lambda: Standing.objects.filter(item=item).update(state="settled", outcome="accept"),
        lambda: Finding.objects.create(decision=decision, position=9, severity=1),
        lambda: Rating.objects.create(decision=decision, dimension_revision=dimension, value="1"),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            attempt()


def test_findings_and_ratings_come_with_their_decision(item, ben, chloe):
    decision = judge(item, ben, says(ratings={"specific": 4}))
    judge(item, chloe, says())
    other = item.decisions.get(rater__user=chloe).ratings.get(dimension_revision__dimension__key="supportive")
    for attempt in (
        lambda: Finding.objects.create(decision=decision, position=9, severity=1),
        lambda: Rating.objects.create(
            decision=decision, dimension_revision=other.dimension_revision, value="1"
        ),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            attempt()


def test_an_observer_may_still_judge_what_is_settled(item, ben, chloe, lena, amir):
    for reviewer in (ben, chloe):
        judge(item, reviewer, says())
    seat = Seat.objects.create(round=item.round, rater=rater_for(amir), observer=True)
    seen = Reading.objects.create(seat=seat, item=item, order=0, content_hash="-")
    decision = decide(reading=seen, answers=says("reject"), decided_at=timezone.now())
    assert decision.findings.count() == 1 and standings(item) == {"verdict": ("settled", "accept")}


def test_what_was_drawn_for_a_round_never_changes(round, item, ben, chloe):
    seen = reading(item, ben)
    attempts = [
        lambda: Round.objects.filter(pk=round.pk).update(rehearsal=True),
        lambda: Round.objects.filter(pk=round.pk).update(overlap=1),
        lambda: Round.objects.filter(pk=round.pk).update(rubric_version=round.pairs_version),
        lambda: Seat.objects.filter(pk=seen.seat_id).update(observer=True),
        lambda: Reading.objects.filter(pk=seen.pk).update(item=round.items.last()),
        lambda: Reading.objects.filter(pk=seen.pk).update(content_hash="-"),
        lambda: Reading.objects.filter(pk=seen.pk).update(order=99),
        lambda: Reading.objects.filter(pk=seen.pk)._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            attempt()
    Round.objects.filter(pk=round.pk).update(deadline=timezone.now())
    Reading.objects.filter(pk=seen.pk).update(send_state="sending", sending_since=timezone.now())


def test_an_adjudicated_edit_names_the_wording(item, ben, chloe, dan):
    judge(item, ben, says())
    edit = judge(item, chloe, says("edit", EDIT_CHLOE))
    with pytest.raises(CannotSettle, match="Approve at least one"):
        adjudicate(item=item, by=dan, verdict="edit", reason="The edit.")
    with pytest.raises(CannotSettle, match="not among the edits"):
        adjudicate(item=item, by=dan, verdict="edit", approved_edits=["nonsense"], reason="The edit.")
    adjudicate(item=item, by=dan, verdict="edit", approved_edits=[str(edit.public_id)], reason="The edit.")
    assert standings(item) == {"verdict": ("settled", "edit"), "wording": ("settled", [str(edit.public_id)])}


def test_a_settlement_needs_its_reason_and_a_dispute(item, ben, chloe, dan):
    with pytest.raises(CannotSettle, match="Nothing is in dispute"):
        adjudicate(item=item, by=dan, verdict="accept", reason="Because.")
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    with pytest.raises(CannotSettle, match="Give the reason"):
        adjudicate(item=item, by=dan, verdict="accept", reason="  ")


def test_without_the_draft_only_findings_are_judged_and_dan_settles_them(ben, chloe, dan, lena):
    item = round_of(10, [ben, chloe], lena, unaided_share=0.2).items.filter(arm="unaided").first()
    hers = judge(item, chloe, says(None, findings=[mistake("minimising", (4,), 3)]))
    assert "draft" not in hers.judged and hers.verdict == ""
    judge(item, ben, says(None, findings=[]))
    assert standings(item) == {"findings": ("disputed", None)}
    adjudicate(
        item=item,
        by=dan,
        findings=[{"mistake": "minimising", "utterances": [5], "severity": 3}],
        reason="Seen.",
    )
    outcome = [{"mistake": "minimising", "utterances": [5], "severities": [3]}]
    assert standings(item) == {"findings": ("settled", outcome)}


def test_decisions_and_settled_standings_are_frozen(item, ben, chloe):
    decision = judge(item, ben, says())
    judge(item, chloe, says())
    attempts = [
        lambda: Decision.objects.filter(pk=decision.pk).update(comment="changed"),
        lambda: Decision.objects.filter(pk=decision.pk)._raw_delete("default"),
        lambda: decision.findings.update(severity=0),
        lambda: decision.ratings.update(value="1"),
        lambda: Standing.objects.filter(item=item).update(outcome="reject"),
        lambda: Standing.objects.filter(item=item)._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            attempt()


@pytest.mark.parametrize("seed", range(4))
def test_replaying_all_decisions_gives_the_stored_standing(ben, chloe, dan, lena, seed):
    draw = random.Random(seed)
    round = round_of(10, [ben, chloe], lena)
    for step in range(40):
        item = draw.choice(list(round.items.all()))
        verdict = draw.choice(["accept", "edit", "reject"]) if item.arm == "aided" else None
        found = [mistake(draw.choice(["minimising", "interrupting"]))] if draw.random() < 0.6 else []
        given = says(verdict, f"{EDIT_BEN} {step}", findings=found, unsafe=draw.random() < 0.1)
        try:
            judge(item, draw.choice([ben, chloe]), given, minutes=step)
        except NotCounted:
            continue
    for item in round.items.all():
        replayed = standing(judged_of(item), arm=item.arm, needed=readers_needed(item))
        assert standings(item) == (replayed if item.decisions.exists() else {})


def test_each_reader_judges_her_own_reading(item, ben, chloe):
    decide(reading=reading(item, ben), answers=says(), decided_at=timezone.now() - timedelta(hours=1))
    assert [d.rater for d in item.decisions.all()] == [rater_for(ben)]
