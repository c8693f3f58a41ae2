import random
from dataclasses import replace

import pytest

from review.standing import Found, Judged, standing


def reads(n, verdict="accept", *, rater=None, **more):
    return Judged(n=n, name=f"d{n}", rater=rater or n, verdict=verdict, **more)


def finds(n, *keys, **more):
    return Judged(n=n, name=f"d{n}", rater=n, findings=tuple(Found(k, (n,), n % 4) for k in keys), **more)


def aided(*decisions, needed=2):
    return standing(decisions, arm="aided", needed=needed)


def unaided(*decisions, needed=2):
    return standing(decisions, arm="unaided", needed=needed)


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_readers_of_one_mind_settle_the_verdict(verdict):
    assert aided(reads(1, verdict), reads(2, verdict)) == {"verdict": ("settled", verdict)}


def test_a_reject_against_an_accept_is_disputed():
    assert aided(reads(1), reads(2, "reject")) == {"verdict": ("disputed", None)}


def test_an_edit_against_an_accept_is_disputed():
    assert aided(reads(1), reads(2, "edit")) == {"verdict": ("disputed", None)}


def test_one_reader_of_two_leaves_the_item_open():
    assert aided(reads(1)) == {"verdict": ("open", None)}


def test_two_edits_settle_the_verdict_and_leave_the_wording_to_a_third_reader():
    assert aided(reads(1, "edit"), reads(2, "edit")) == {
        "verdict": ("settled", "edit"),
        "wording": ("disputed", None),
    }


def test_with_one_reader_her_edit_is_the_wording():
    assert aided(reads(1, "edit"), needed=1) == {
        "verdict": ("settled", "edit"),
        "wording": ("settled", ["d1"]),
    }


def test_a_third_reader_approves_a_wording():
    third = Judged(n=3, name="d3", kind="wording", approved_edits=("d2",))
    assert aided(reads(1, "edit"), reads(2, "edit"), third)["wording"] == ("settled", ["d2"])


def test_an_adjudicator_settles_the_verdict():
    dan = Judged(n=3, name="d3", kind="adjudication", verdict="reject", answered=("verdict",))
    assert aided(reads(1), reads(2, "reject"), dan) == {"verdict": ("settled", "reject")}


def test_an_adjudicated_edit_takes_the_approved_wording_along():
    dan = Judged(
        n=3, name="d3", kind="adjudication", verdict="edit", answered=("verdict",), approved_edits=("d2",)
    )
    assert aided(reads(1), reads(2, "edit"), dan) == {
        "verdict": ("settled", "edit"),
        "wording": ("settled", ["d2"]),
    }


def test_unsafe_is_never_outvoted():
    found = aided(reads(1), reads(2), reads(3, unsafe=True), needed=3)
    assert found == {"verdict": ("disputed", None), "safety": ("disputed", None)}


def test_unsafe_taken_back_still_waits_for_an_adjudicator():
    found = aided(reads(1, unsafe=True), reads(2, rater=1, supersedes=1), reads(3))
    assert found == {"verdict": ("disputed", None), "safety": ("disputed", None)}


def test_an_adjudicator_resolves_safety_in_writing():
    dan = Judged(n=3, name="d3", kind="adjudication", verdict="accept", answered=("verdict", "safety"))
    assert aided(reads(1, unsafe=True), reads(2), dan) == {
        "verdict": ("settled", "accept"),
        "safety": ("settled", "safe"),
    }


def only_safety(n, unsafe=False):
    return Judged(n=n, name=f"d{n}", kind="adjudication", unsafe=unsafe, answered=("safety",))


@pytest.mark.parametrize("arm, main", [("aided", "verdict"), ("unaided", "findings")])
def test_who_answers_only_safety_settles_only_safety(arm, main):
    flag = reads(1, unsafe=True) if arm == "aided" else finds(1, unsafe=True)
    found = standing([flag, only_safety(2)], arm=arm, needed=2)
    assert found == {main: ("open", None), "safety": ("settled", "safe")}


def test_after_safety_is_resolved_the_readers_settle_the_verdict():
    assert aided(reads(1, unsafe=True), only_safety(2), reads(3))["verdict"] == ("settled", "accept")


def test_what_was_found_unsafe_is_not_accepted_by_readers_alone():
    first = reads(1, unsafe=True), only_safety(2, unsafe=True)
    assert aided(*first, reads(3))["verdict"] == ("disputed", None)
    rejected = reads(1, "reject", unsafe=True), only_safety(2, unsafe=True), reads(3, "reject")
    assert aided(*rejected)["verdict"] == ("settled", "reject")


def test_a_flag_raised_after_the_answer_waits_for_an_adjudicator_again():
    found = aided(reads(1, unsafe=True), only_safety(2), reads(3, unsafe=True))
    assert found == {"verdict": ("disputed", None), "safety": ("settled", "safe")}


def test_an_adjudicator_who_finds_no_mistake_settles_on_none():
    dan = Judged(n=3, name="d3", kind="adjudication", answered=("findings",))
    assert unaided(finds(1, "minimising"), finds(2), dan) == {"findings": ("settled", [])}


def test_a_later_judgement_replaces_her_earlier_one():
    assert aided(reads(1, "reject"), reads(2, rater=1, supersedes=1), reads(3)) == {
        "verdict": ("settled", "accept")
    }


def test_observers_and_hidden_repeats_do_not_count():
    assert aided(reads(1), reads(2, "reject", counts=False)) == {"verdict": ("open", None)}
    assert "safety" not in aided(reads(1), reads(2, unsafe=True, counts=False))


def test_the_same_set_of_mistakes_settles_with_all_marks():
    outcome = [{"mistake": "minimising", "utterances": [1, 2], "severities": [1, 2]}]
    assert unaided(finds(1, "minimising"), finds(2, "minimising")) == {"findings": ("settled", outcome)}


def test_two_readers_who_find_nothing_settle_on_no_mistake():
    assert unaided(finds(1), finds(2)) == {"findings": ("settled", [])}


def test_different_mistakes_are_disputed():
    assert unaided(finds(1, "minimising"), finds(2, "minimising", "interrupting")) == {
        "findings": ("disputed", None)
    }


def test_an_item_read_without_the_draft_has_no_verdict():
    assert set(unaided(finds(1), finds(2))) == {"findings"}


def _random_history(draw: random.Random) -> tuple[list[Judged], str, int]:
    arm, needed = draw.choice(["aided", "unaided"]), draw.randint(1, 4)
    history, latest = [], {}
    for n in range(1, draw.randint(1, 9)):
        if draw.random() < 0.15:
            main = "verdict" if arm == "aided" else "findings"
            answered = draw.choice([(main,), ("safety",), (main, "safety")])
            verdict = draw.choice(["accept", "edit", "reject"]) if "verdict" in answered else ""
            approved = draw.choice([(), ("d1",)]) if verdict else ()
            history.append(
                Judged(n=n, name=f"d{n}", kind="adjudication", verdict=verdict, approved_edits=approved,
                       answered=answered, unsafe=draw.random() < 0.3)
            )  # fmt: skip
            continue
        rater = draw.randint(1, 5)
        found = tuple(
            Found(k, (draw.randint(1, 9),), draw.randint(0, 3)) for k in "abc" if draw.random() < 0.4
        )
        history.append(
            Judged(n=n, name=f"d{n}", rater=rater, counts=rater != 5, supersedes=latest.get(rater),
                   findings=found, verdict=draw.choice(["accept", "edit", "reject"]),
                   unsafe=draw.random() < 0.1)
        )  # fmt: skip
        latest[rater] = n
    return history, arm, needed


@pytest.mark.parametrize("seed", range(400))
def test_the_order_in_which_decisions_are_read_does_not_matter(seed):
    draw = random.Random(seed)
    history, arm, needed = _random_history(draw)
    expected = standing(history, arm=arm, needed=needed)
    for _ in range(5):
        draw.shuffle(history)
        assert standing(history, arm=arm, needed=needed) == expected
    for state, outcome in expected.values():
        assert (outcome is not None) == (state == "settled")
    if expected.get("verdict", ("", ""))[0] == "settled":
        assert expected["verdict"][1] in ("accept", "edit", "reject")


@pytest.mark.parametrize("seed", range(400))
def test_what_is_settled_stays_settled_whatever_comes_after(seed):
    draw = random.Random(seed)
    history, arm, needed = _random_history(draw)
    main = "verdict" if arm == "aided" else "findings"
    told, before = [], {main: ("open", None)}
    for decision in history:
        # What the workflow lets in: judgements until the item is settled, answers to what is in dispute.
        disputed = {aspect for aspect, (state, _) in before.items() if state == "disputed"} - {"wording"}
        if decision.kind == "adjudication":
            allowed = set(decision.answered) == disputed
        else:
            allowed = before[main][0] != "settled" or not decision.counts
        if not allowed:
            continue
        known = {d.n for d in told}
        told.append(
            replace(decision, supersedes=decision.supersedes if decision.supersedes in known else None)
        )
        now = standing(told, arm=arm, needed=needed)
        for aspect, (state, outcome) in before.items():
            assert state != "settled" or now[aspect] == (state, outcome)
        before = now
