"""What has no draft to be accepted: rated on dimensions, or two of it compared."""

import random
from dataclasses import replace

import pytest

from review import grading
from review.label_studio.reading_results import mirrored
from review.standing import Judged, Rated, Rule, standing

MAJORITY = Rule(majority=True)
SWAPPED = {"a": "b", "b": "a", "tie": "tie"}


def rates(n, **places):
    given = tuple(Rated(key, place, f"level {place}") for key, place in places.items())
    return Judged(n=n, name=f"d{n}", rater=n, ratings=given)


def names(n, *answers, **more):
    """On one dimension whose levels have no order."""
    given = tuple(Rated("kind", 0, answer, ordered=False) for answer in answers)
    return Judged(n=n, name=f"d{n}", rater=n, ratings=given, **more)


def compares(n, preferred, **more):
    given = (Rated("warm", 0, preferred, ordered=False),)
    return Judged(n=n, name=f"d{n}", rater=n, ratings=given, preferred=preferred, **more)


def rated(*decisions, needed=None, rule=None):
    return standing(decisions, arm="rated", needed=needed or len(decisions), rule=rule or Rule())


def pair(*decisions, needed=None, rule=None):
    return standing(decisions, arm="pair", needed=needed or len(decisions), rule=rule or Rule())


def test_readers_within_the_tolerance_settle_a_dimension_at_the_lower_median():
    within = Rule(levels_within=1)
    assert rated(rates(1, x=3), rates(2, x=4), rule=within) == {"dimension:x": ("settled", ["level 3"])}
    three = rates(1, x=4), rates(2, x=3), rates(3, x=4)
    assert rated(*three, rule=within) == {"dimension:x": ("settled", ["level 4"])}


def test_readers_further_apart_are_a_dispute():
    assert rated(rates(1, x=2), rates(2, x=4), rule=Rule(levels_within=1)) == {
        "dimension:x": ("disputed", None)
    }


def test_without_a_tolerance_only_the_same_level_settles():
    assert rated(rates(1, x=2), rates(2, x=2)) == {"dimension:x": ("settled", ["level 2"])}
    assert rated(rates(1, x=2), rates(2, x=3)) == {"dimension:x": ("disputed", None)}


def test_while_one_dimension_is_in_dispute_the_others_stay_open():
    """So a reader may still rate them otherwise; the adjudicator's answer settles them all."""
    said = rates(1, x=2, y=1), rates(2, x=4, y=1)
    assert rated(*said) == {"dimension:x": ("disputed", None), "dimension:y": ("open", None)}
    dan = replace(rates(3, x=3), kind="adjudication", answered=("dimension:x",))
    assert rated(*said, dan, needed=2) == {
        "dimension:x": ("settled", ["level 3"]),
        "dimension:y": ("settled", ["level 1"]),
    }


def test_one_reader_of_two_leaves_it_open():
    assert rated(rates(1, x=2), needed=2) == {"dimension:x": ("open", None)}
    assert pair(compares(1, "a"), needed=2) == {
        "dimension:warm": ("open", None),
        "preferred": ("open", None),
    }


def test_a_majority_settles_answers_that_have_no_order_and_no_levels_that_have():
    three = names(1, "plain"), names(2, "plain"), names(3, "open")
    assert rated(*three) == {"dimension:kind": ("disputed", None)}
    assert rated(*three, rule=MAJORITY) == {"dimension:kind": ("settled", ["plain"])}
    ordered = rates(1, x=0), rates(2, x=0), rates(3, x=4)
    assert rated(*ordered, rule=MAJORITY) == {"dimension:x": ("disputed", None)}


@pytest.mark.parametrize(
    "said, unanimous, majority",
    [("aa", "a", "a"), ("tie tie", "tie", "tie"), ("ab", None, None), ("a tie", None, None),
     ("aab", None, "a"), ("a tie tie", None, "tie"), ("a b tie", None, None)],
)  # fmt: skip
def test_no_difference_is_an_answer_like_the_others(said, unanimous, majority):
    answers = said.split() if " " in said else list(said)
    readers = [compares(n, answer) for n, answer in enumerate(answers, 1)]
    for rule, expected in ((Rule(), unanimous), (MAJORITY, majority)):
        found = pair(*readers, rule=rule)
        state = "settled" if expected else "disputed"
        assert found == {
            "dimension:warm": (state, expected and [expected]),
            "preferred": (state, expected),
        }


def test_unsafe_is_never_outvoted_and_nothing_settles_before_the_answer():
    flagged = compares(1, "a"), compares(2, "a"), compares(3, "b", unsafe=True)
    disputed = {"dimension:warm": ("disputed", None), "preferred": ("disputed", None)}
    assert pair(*flagged, rule=MAJORITY) == disputed | {"safety": ("disputed", None)}
    early = Judged(n=2, name="d2", kind="adjudication", answered=("safety",))
    said = compares(1, "a", unsafe=True), early, compares(3, "a"), compares(4, "b")
    found = pair(*said, needed=3, rule=MAJORITY)
    assert found == disputed | {"safety": ("settled", "safe")}, "no majority after a flag either"
    agreed = pair(*said[:3], needed=2)
    assert agreed["preferred"] == ("settled", "a")


def test_what_is_called_unsafe_after_the_answer_waits_for_an_adjudicator_again():
    early = Judged(n=2, name="d2", kind="adjudication", answered=("safety",))
    said = compares(1, "a", unsafe=True), early, compares(3, "a", unsafe=True)
    assert pair(*said, needed=2) == {
        "dimension:warm": ("disputed", None),
        "preferred": ("disputed", None),
        "safety": ("settled", "safe"),
    }


def revised(*decisions, rule=None):
    return standing(decisions, arm="revised", needed=len(decisions), rule=rule or Rule())


def both(n, verdict, **places):
    return replace(rates(n, **places), verdict=verdict)


def test_a_rewriting_is_settled_together_with_what_it_rewrites():
    assert revised(both(1, "accept", x=2), both(2, "accept", x=2)) == {
        "dimension:x": ("settled", ["level 2"]), "verdict": ("settled", "accept"),
    }  # fmt: skip
    assert revised(both(1, "accept", x=2), both(2, "accept", x=4)) == {
        "dimension:x": ("disputed", None), "verdict": ("open", None),
    }  # fmt: skip
    apart = both(1, "accept", x=2), both(2, "reject", x=2), both(3, "accept", x=2)
    assert revised(*apart)["verdict"] == ("disputed", None)
    assert revised(*apart, rule=MAJORITY)["verdict"] == ("settled", "accept")


def test_two_edits_of_a_rewriting_wait_for_a_third_reader_and_hold_nothing_else_open():
    edits = both(1, "edit", x=2), both(2, "edit", x=2)
    assert revised(*edits) == {
        "dimension:x": ("settled", ["level 2"]), "verdict": ("settled", "edit"), "wording": ("disputed", None),
    }  # fmt: skip
    third = Judged(n=3, name="d3", kind="wording", rater=9, approved_edits=("d1",), answered=("wording",))
    assert standing([*edits, third], arm="revised", needed=2)["wording"] == ("settled", ["d1"])
    assert revised(both(1, "edit", x=2))["wording"] == ("settled", ["d1"])


def test_readers_alone_accept_no_rewriting_of_what_was_resolved_as_unsafe():
    said = replace(both(1, "accept", x=2), unsafe=True), both(2, "accept", x=2)
    assert revised(*said)["verdict"] == ("disputed", None)
    resolved = Judged(n=3, name="d3", kind="adjudication", rater=9, answered=("safety",), unsafe=True)
    found = standing([*said, resolved], arm="revised", needed=2)
    assert (found["safety"], found["verdict"]) == (("settled", "unsafe"), ("disputed", None))


def _random_history(draw) -> tuple[list[Judged], str, int, Rule]:
    arm, needed = draw.choice(["rated", "pair", "revised"]), draw.randint(1, 4)
    rule = Rule(draw.random() < 0.5, None, draw.choice([None, 0, 1, 2, 3]))
    history, latest = [], {}
    for n in range(1, draw.randint(2, 9)):
        adjudicates, rater = draw.random() < 0.2, draw.randint(1, 5)
        preferred = draw.choice(["a", "b", "tie"]) if arm == "pair" else ""
        verdict = draw.choice(["accept", "edit", "edit", "reject"]) if arm == "revised" else ""
        one = Judged(
            n=n,
            name=f"d{n}",
            rater=rater,
            ratings=_random_ratings(draw, arm),
            preferred=preferred,
            verdict=verdict,
        )
        if adjudicates:
            aspects = [f"dimension:{rated.dimension}" for rated in one.ratings]
            aspects += ["preferred"] if preferred else ["verdict"] if verdict else []
            answered = draw.choice([("safety",), (*aspects,), (*aspects, "safety"), (aspects[0],)])
            history.append(
                replace(
                    one,
                    rater=9,
                    kind="adjudication",
                    answered=answered,
                    unsafe=draw.random() < 0.3,
                    approved_edits=(one.name,) if verdict else (),
                )  # fmt: skip
            )
            continue
        unsafe = draw.random() < 0.1
        history.append(replace(one, counts=rater != 5, supersedes=latest.get(rater), unsafe=unsafe))
        latest[rater] = n
    return history, arm, needed, rule


def _random_ratings(draw, arm: str) -> tuple[Rated, ...]:
    if arm == "pair":
        return tuple(Rated(k, 0, draw.choice(["a", "b", "tie"]), ordered=False) for k in "xy")
    place = draw.randint(0, 4)
    kind = Rated("kind", 0, draw.choice(["plain", "open"]), ordered=False)
    return Rated("x", place, f"level {place}"), kind


@pytest.mark.parametrize("seed", range(300))
def test_the_order_in_which_readers_come_does_not_matter(seed):
    draw = random.Random(seed)
    history, arm, needed, rule = _random_history(draw)
    expected = standing(history, arm=arm, needed=needed, rule=rule)
    for _ in range(4):
        draw.shuffle(history)
        assert standing(history, arm=arm, needed=needed, rule=rule) == expected
    for state, outcome in expected.values():
        assert (outcome is not None) == (state == "settled")
    # Nor who of the readers says what.
    once = [d for d in history if d.kind == "reading" and d.supersedes is None and not d.unsafe]
    others = [replace(d, n=n) for n, d in enumerate(draw.sample(once, len(once)), 1)]
    assert standing(others, arm=arm, needed=needed, rule=rule) == standing(
        once, arm=arm, needed=needed, rule=rule
    )


@pytest.mark.parametrize("seed", range(300))
def test_more_tolerance_makes_no_dispute_of_what_is_settled(seed):
    draw = random.Random(seed)
    history, arm, needed, _rule = _random_history(draw)
    majority, before = draw.random() < 0.5, None
    for levels_within in (None, 0, 1, 2, 3, 4):
        now = standing(history, arm=arm, needed=needed, rule=Rule(majority, None, levels_within))
        if before is not None:
            disputed = {aspect for aspect, (state, _outcome) in now.items() if state == "disputed"}
            # Where the verdict settles as edit, two wordings wait that nobody asked about before.
            disputed -= {"wording"} - before.keys()
            assert disputed <= {aspect for aspect, (state, _outcome) in before.items() if state == "disputed"}
            assert all(now[aspect] == kept for aspect, kept in before.items() if kept[0] == "settled")
        before = now


@pytest.mark.parametrize("seed", range(300))
def test_of_two_texts_that_change_their_names_the_other_one_is_settled(seed):
    draw = random.Random(seed)
    history, _arm, needed, rule = _random_history(draw)
    history = [
        replace(d, ratings=_random_ratings(draw, "pair"), preferred=d.preferred or "tie", verdict="")
        for d in history
    ]
    swapped = [
        replace(
            d,
            ratings=tuple(replace(rated, level=SWAPPED[rated.level]) for rated in d.ratings),
            preferred=SWAPPED[d.preferred],
        )
        for d in history
    ]
    found = standing(history, arm="pair", needed=needed, rule=rule)
    other = standing(swapped, arm="pair", needed=needed, rule=rule)
    for aspect, (state, outcome) in found.items():
        if aspect == "safety" or outcome is None:
            assert other[aspect] == (state, outcome)
        elif isinstance(outcome, list):
            assert other[aspect] == (state, [SWAPPED[one] for one in outcome])
        else:
            assert other[aspect] == (state, SWAPPED[outcome])


def test_which_text_stood_first_does_not_matter():
    """Undone where an answer is read: the same click means the other text where the two changed places."""
    graded = [{"value": value, "anchor": ""} for value in ("much", "rather", "equal", "rather not", "not")]
    for levels in ([], graded):
        dimension = {"key": "warm", "scale": "pairwise", "levels": levels}
        for level in grading.levels(dimension):
            seen_swapped = mirrored(dimension, level)
            assert grading.choice(dimension, seen_swapped) == SWAPPED[grading.choice(dimension, level)]
            # Clicked by one who saw b first, and undone.
            assert mirrored(dimension, seen_swapped) == level
    assert [grading.choice(dimension, level) for level in grading.levels(dimension)] == [
        "a", "a", "tie", "b", "b",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(300))
def test_what_is_settled_stays_settled_whatever_comes_after(seed):
    draw = random.Random(seed)
    history, arm, needed, rule = _random_history(draw)
    told, before = [], {}
    for decision in history:
        disputed = {aspect for aspect, (state, _outcome) in before.items() if state == "disputed"}
        settled = any(state == "settled" for aspect, (state, _o) in before.items() if aspect != "safety")
        if decision.kind == "adjudication":
            # She answers exactly what is in dispute.
            allowed, decision = bool(disputed), replace(decision, answered=tuple(sorted(disputed)))
        else:
            allowed = not settled or not decision.counts
        if not allowed:
            continue
        known = {d.n for d in told}
        told.append(
            replace(decision, supersedes=decision.supersedes if decision.supersedes in known else None)
        )
        now = standing(told, arm=arm, needed=needed, rule=rule)
        for aspect, (state, outcome) in before.items():
            assert aspect in now and (state != "settled" or now[aspect] == (state, outcome))
        if decision.kind == "adjudication":
            assert "disputed" not in {state for state, _outcome in now.values()}
        before = now
