"""Where mistakes were marked: turns are fixed units, dialogues are drawn, nothing marked is a judgement too."""

import numpy as np
import pytest

from review.agreement import at_turns, marks, selections
from review.agreement.report import agreement
from review.agreement.values import BadRatings

ADVICE, LISTENING = "premature-advice", "poor-listening"
TURNS = dict.fromkeys(range(40), (1, 3, 5, 7))


def readings_of(sessions=40, slip=0.1, seed=2, client=lambda session: None):
    """Each session has the mistake in one turn, or in none; readers overlook it, and see one elsewhere."""
    rng = np.random.default_rng(seed)
    found = []
    for session in range(sessions):
        there = {(1, 3, 5, 7)[rng.integers(4)]} if rng.random() < 0.6 else set()
        for rater in ("Ben", "Chloe"):
            seen = {turn for turn in (1, 3, 5, 7) if (turn in there) != (rng.random() < slip)}
            found.append((session, rater, {ADVICE: seen} if seen else {}, client(session)))
    return found


def test_a_label_is_a_yes_or_no_at_each_of_the_counsellors_turns():
    readings = readings_of(client=lambda session: f"client {session % 8}")
    found = at_turns.per_label(readings, TURNS, [ADVICE, LISTENING], bootstrap=50, seed=3)
    rows = [
        ((session, turn), rater, "yes" if turn in marked.get(ADVICE, ()) else "no", client)
        for session, rater, marked, client in readings
        for turn in TURNS[session]
    ]
    by_hand = agreement(rows, scale="nominal", levels=("no", "yes"), bootstrap=0)
    own = found[ADVICE]
    assert (own["n_items"], own["n_clusters"], own["n_ratings"]) == (160, 8, 320)
    for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac"):
        assert own[name]["estimate"] == pytest.approx(by_hand[name]["estimate"], abs=1e-12)
    assert "over 8 clusters" in own["gwet_ac"]["method"] and "fleiss_kappa" not in own
    never = found[LISTENING]
    assert never["krippendorff_alpha"]["estimate"] is None and never["gwet_ac"]["estimate"] == 1


def test_whole_dialogues_are_drawn():
    found = at_turns.per_label(readings_of(), TURNS, [ADVICE], bootstrap=50)[ADVICE]
    assert found["n_clusters"] == 40 and "40 clusters" in found["krippendorff_alpha"]["method"]


def test_a_session_read_once_counts_for_how_often_a_turn_is_marked_and_for_no_agreement():
    readings = [*readings_of(), (40, "Ben", {ADVICE: [1]}, None)]
    found = at_turns.per_label(readings, TURNS | {40: (1, 3)}, [ADVICE], bootstrap=0)[ADVICE]
    without = at_turns.per_label(readings_of(), TURNS, [ADVICE], bootstrap=0)[ADVICE]
    assert found["n_ratings"] == without["n_ratings"] + 2
    assert found["krippendorff_alpha"]["estimate"] == without["krippendorff_alpha"]["estimate"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ((3, "Dan", {ADVICE: [2]}, None), "turn 2 of session 3 is not the counsellor's"),
        ((3, "Ben", {}, None), "session 3 was read twice by Ben"),
        ((3, "Dan", {}, "client x"), "session 3 is in two clusters"),
    ],
)
def test_readings_that_cannot_be_are_refused(more, reason):
    with pytest.raises(BadRatings, match=reason):
        at_turns.per_label([*readings_of(), more], TURNS, [ADVICE])


@pytest.mark.parametrize(
    ("one", "other", "f1", "jaccard"),
    [
        ([], [], 1, 1),
        ([], [1], 0, 0),
        ([1], [1, 3], 2 / 3, 1 / 2),
        ([1, 3], [3, 1], 1, 1),
        ([1], [3], 0, 0),
        ([1, 1], [1], 1, 1),
    ],
)
def test_two_readers_who_mark_nothing_agree_and_nothing_never_agrees_with_something(one, other, f1, jaccard):
    assert marks.f1(one, other) == pytest.approx(f1) == marks.f1(other, one)
    assert marks.jaccard(one, other) == pytest.approx(jaccard) == marks.jaccard(other, one)


def test_a_session_counts_once_however_many_read_it():
    """By hand: three readers, (1 + 0 + 0) / 3; two readers, 2/3 where, and 0 which and where."""
    readings = [
        ("a", "Ben", {ADVICE: [1]}, None),
        ("a", "Chloe", {ADVICE: [1]}, None),
        ("a", "Dan", {}, None),
        ("b", "Ben", {ADVICE: [1, 3]}, None),
        ("b", "Chloe", {LISTENING: [3]}, None),
        ("c", "Ben", {ADVICE: [1]}, None),
    ]
    found = marks.of_sessions(readings)
    assert (found["n_sessions"], found["n_pairs"], found["n_both_empty"], found["n_one_empty"]) == (
        2,
        4,
        0,
        2,
    )
    assert found["f1_turns"]["estimate"] == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert found["f1_labelled"]["estimate"] == pytest.approx((1 / 3 + 0) / 2)
    assert found["jaccard_turns"]["estimate"] == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert found["f1_turns"]["ci"] is None and "has 2" in found["f1_turns"]["note"]
    assert found["f1_exact"]["estimate"] == pytest.approx((1 / 3 + 0) / 2) == found["f1_overlap"]["estimate"]
    weighed = marks.of_sessions(readings, weights={"a": 1.0, "b": 3.0})
    assert weighed["f1_turns"]["estimate"] == pytest.approx((1 / 3 + 3 * 2 / 3) / 4)


def test_a_finding_is_the_same_in_the_same_turns_and_overlaps_with_one_in_common():
    """By hand, all sessions together: a: the same; b: one turn of two in common; c: one reader only; d: other turns."""
    where = {"a": ([1], [1]), "b": ([1, 3], [3]), "c": ([5], []), "d": ([1], [3]), "e": ([], [])}
    readings = [
        (session, who, {ADVICE: turns} if turns else {}, None)
        for session, both in where.items()
        for who, turns in zip(("Ben", "Chloe"), both, strict=True)
    ]
    found = marks.of_labels([*readings, ("f", "Ben", {ADVICE: [1], LISTENING: [3]}, None)])
    own = found[ADVICE]
    assert (own["n_sessions"], own["n_readings"]) == (4, 7)
    assert own["f1_exact"]["estimate"] == pytest.approx(2 * 1 / 7)
    assert own["f1_overlap"]["estimate"] == pytest.approx(2 * 2 / 7)
    assert own["f1_turns"]["estimate"] == pytest.approx(2 * 2 / 8)
    assert found[LISTENING]["f1_exact"]["estimate"] is None  # nobody else read that session
    whole = marks.of_sessions(readings)
    assert whole["f1_exact"]["estimate"] == pytest.approx((1 + 0 + 0 + 0 + 1) / 5)
    assert whole["f1_overlap"]["estimate"] == pytest.approx((1 + 1 + 0 + 0 + 1) / 5)


def test_the_same_label_at_the_same_turns_makes_one_of_three_pairs_of_three_readers():
    readings = [
        ("a", "Ben", {ADVICE: [1]}, None),
        ("a", "Chloe", {ADVICE: [1]}, None),
        ("a", "Dan", {}, None),
    ]
    # Of three pairs one shares its finding; of both readers of a pair there are 2, 1 and 1 findings.
    assert marks.of_labels(readings)[ADVICE]["f1_exact"]["estimate"] == pytest.approx(2 / (2 + 1 + 1))


def test_turns_of_three_readers_and_unequal_chances_are_those_of_the_command():
    rng = np.random.default_rng(5)
    readings = [
        (
            session,
            who,
            {ADVICE: [turn for turn in TURNS[session] if rng.random() < 0.3]},
            f"client {session % 25}",
        )
        for session in range(40)
        for who in ("Ben", "Chloe", "Dan")[: 1 + session % 3]
    ]
    weights = {session: 1.0 + session % 4 for session in range(40)}
    rows = [
        ((session, turn), who, "yes" if turn in marked[ADVICE] else "no", client)
        for session, who, marked, client in readings
        for turn in TURNS[session]
    ]
    of_turns = {(session, turn): weights[session] for session in weights for turn in TURNS[session]}
    for told, by_turn in ((None, None), (weights, of_turns)):
        own = at_turns.per_label(readings, TURNS, [ADVICE], bootstrap=200, weights=told)[ADVICE]
        here = agreement(rows, scale="nominal", levels=("no", "yes"), bootstrap=200, weights=by_turn)
        for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac"):
            assert own[name]["estimate"] == pytest.approx(here[name]["estimate"], abs=1e-12)
            assert own[name]["ci"] == pytest.approx(here[name]["ci"], abs=1e-9)
        assert own["missing_share"] == pytest.approx(here["missing_share"])


def test_where_all_mark_the_same_the_interval_has_a_width():
    readings = [(s, who, {ADVICE: [1 + 2 * (s % 2)]}, None) for s in range(40) for who in ("Ben", "Chloe")]
    own = at_turns.per_label(readings, TURNS, [ADVICE])[ADVICE]
    rows = [((s, turn), who, "yes" if turn in marked[ADVICE] else "no", s)
            for s, who, marked, _none in readings for turn in TURNS[s]]  # fmt: skip
    here = agreement(rows, scale="nominal", levels=("no", "yes"))
    for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac"):
        assert own[name]["estimate"] == 1 and own[name]["ci"][0] < 1
        assert own[name]["ci"] == pytest.approx(here[name]["ci"]) and "exact bound" in own[name]["method"]


def test_false_alarms_are_counted_in_sessions_without_a_mistake_alone():
    readings = [(session, rater, {ADVICE: [1]} if session % 4 == 0 and rater == "Ben" else {}, None)
                for session in range(40) for rater in ("Ben", "Chloe")]  # fmt: skip
    found = marks.false_alarms(readings, clean=range(20))
    assert (found["n_sessions"], found["n_readings"], found["n_alarms"]) == (20, 40, 5)
    assert found["rate"]["estimate"] == pytest.approx(1 / 8)
    low, high = found["rate"]["ci"]
    assert 0 <= low < 1 / 8 < high < 1
    none = marks.false_alarms(readings, clean=[])
    assert none["rate"]["estimate"] is None and none["n_sessions"] == 0


def test_no_false_alarm_at_all_still_says_how_many_there_may_be():
    found = marks.false_alarms([(s, r, {}, None) for s in range(30) for r in "xy"], clean=range(30))["rate"]
    assert found["ci"] == [0, pytest.approx(1 - 0.025 ** (1 / 30))] and "exact" in found["method"]


def test_selections_agree_exactly_or_where_they_overlap_each_met_once():
    ben = [(3, 0, 10, ADVICE), (3, 20, 30, ADVICE), (5, 0, 5, LISTENING)]
    chloe = [(3, 0, 10, ADVICE), (3, 25, 40, ADVICE), (5, 0, 5, ADVICE)]
    assert selections.f1(ben, chloe) == pytest.approx(1 / 3)
    assert selections.f1(ben, chloe, overlap=True) == pytest.approx(2 / 3)
    long = [(3, 0, 40, ADVICE)]
    assert selections.f1(long, ben[:2], overlap=True) == pytest.approx(2 / 3)  # one of two, not both
    assert selections.f1([], []) == 1 and selections.f1([], ben, overlap=True) == 0
    beside = [(3, 10, 20, ADVICE)]
    assert selections.f1(ben[:1], beside, overlap=True) == 0  # the end is after the last character


def test_as_many_selections_meet_as_can():
    one = [(1, 0, 10, "x"), (1, 10, 20, "x")]
    other = [(1, 5, 15, "x"), (1, 0, 3, "x")]
    assert (
        selections.matched(one, other) == 2
    )  # the second meets only the first, so that leaves the other to it
    with pytest.raises(BadRatings, match="ends at 3, where it begins at 3"):
        selections.matched([(1, 3, 3, "x")], [])


def test_selections_over_sessions():
    readings = [(s, r, [(1, 0, 4 + (r == "y") * (s % 2), "x")], None) for s in range(30) for r in "xy"]
    found = selections.of_sessions(readings)
    assert found["n_sessions"] == 30
    assert found["f1_exact"]["estimate"] == pytest.approx(1 / 2) and found["f1_overlap"]["estimate"] == 1
    assert found["f1_overlap"]["ci"] == [pytest.approx(0.025 ** (1 / 30)), 1]
