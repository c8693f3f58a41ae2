import random
from dataclasses import replace

import pytest

from review.standing import Found, Judged, Rated, Rule, standing

MAJORITY = Rule(majority=True)


def reads(n, verdict="accept", *, rater=None, **more):
    return Judged(n=n, name=f"d{n}", rater=rater or n, verdict=verdict, **more)


def finds(n, *keys, **more):
    return Judged(n=n, name=f"d{n}", rater=n, findings=tuple(Found(k, (n,), n % 4) for k in keys), **more)


def marks(n, *turns, mistake="minimising"):
    return Judged(n=n, name=f"d{n}", rater=n, findings=(Found(mistake, turns, 1),))


def rates(n, verdict="accept", **levels):
    given = tuple(Rated(key, place, f"level {place}") for key, place in levels.items())
    return reads(n, verdict, ratings=given)


def aided(*decisions, needed=2, **more):
    return standing(decisions, arm="aided", needed=needed, **more)


def unaided(*decisions, needed=2, **more):
    return standing(decisions, arm="unaided", needed=needed, **more)


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


def test_more_than_half_of_the_readers_settle_where_the_round_says_so():
    three = reads(1), reads(2), reads(3, "reject")
    assert aided(*three, needed=3)["verdict"] == ("disputed", None)
    assert aided(*three, needed=3, rule=MAJORITY)["verdict"] == ("settled", "accept")


def test_a_majority_waits_for_all_its_readers():
    assert aided(reads(1), reads(2), needed=3, rule=MAJORITY) == {"verdict": ("open", None)}


@pytest.mark.parametrize("verdicts", [["accept", "reject"], ["accept", "accept", "reject", "edit"]])
def test_half_of_the_readers_are_no_majority(verdicts):
    said = [reads(n, verdict) for n, verdict in enumerate(verdicts, 1)]
    assert aided(*said, needed=len(said), rule=MAJORITY) == {"verdict": ("disputed", None)}


def test_one_reader_more_than_was_asked_for_counts_for_the_majority_too():
    said = reads(1), reads(2), reads(3, "reject"), reads(4, "reject")
    assert aided(*said, needed=3, rule=MAJORITY)["verdict"] == ("disputed", None)


@pytest.mark.parametrize("found_unsafe", [False, True])
def test_what_a_reader_calls_unsafe_is_never_settled_by_a_majority(found_unsafe):
    said = reads(1), reads(2), reads(3, "reject", unsafe=True)
    assert aided(*said, needed=3, rule=MAJORITY)["verdict"] == ("disputed", None)
    resolved = reads(1, unsafe=True), only_safety(2, unsafe=found_unsafe), reads(3), reads(4, "reject")
    assert aided(*resolved, needed=3, rule=MAJORITY)["verdict"] == ("disputed", None)


def test_a_majority_of_edits_leaves_the_wording_to_a_third_reader():
    said = reads(1, "edit"), reads(2, "edit"), reads(3)
    found = aided(*said, needed=3, rule=MAJORITY)
    assert found == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}


@pytest.mark.parametrize(
    "hers, his, within, state",
    [((3,), (5,), None, "settled"), ((3,), (5,), 2, "settled"), ((3,), (5,), 1, "disputed"),
     ((3, 9), (3,), 2, "disputed"), ((3,), (3,), 0, "settled"), ((), (9,), 0, "settled")],
)  # fmt: skip
def test_marks_of_the_same_mistake_lie_within_some_turns_where_the_round_says_so(hers, his, within, state):
    assert unaided(marks(1, *hers), marks(2, *his), rule=Rule(marks_within=within))["findings"][0] == state


def test_marks_of_different_mistakes_are_not_compared():
    found = [Found("minimising", (3,), 1), Found("interrupting", (9,), 1)]
    both = [Judged(n=n, name=f"d{n}", rater=n, findings=tuple(found)) for n in (1, 2)]
    assert unaided(*both, rule=Rule(marks_within=0))["findings"][0] == "settled"


def test_ratings_are_kept_and_block_nothing_unless_the_round_says_so():
    assert aided(rates(1, specific=0), rates(2, specific=4)) == {"verdict": ("settled", "accept")}


@pytest.mark.parametrize("places, state", [((1, 2), "settled"), ((0, 2), "disputed"), ((3, 3), "settled")])
def test_levels_that_lie_too_far_apart_are_a_dispute_of_that_dimension(places, state):
    said = [rates(n, specific=place, supportive=2) for n, place in enumerate(places, 1)]
    found = aided(*said, rule=Rule(levels_within=1))
    levels = [f"level {place}" for place in sorted(set(places))] if state == "settled" else None
    assert found["dimension:specific"] == (state, levels)
    assert found["dimension:supportive"] == ("settled", ["level 2"])
    assert found["verdict"] == ("settled", "accept")


def test_an_adjudicator_settles_a_dimension_by_a_level():
    dan = Judged(n=3, name="d3", kind="adjudication", answered=("dimension:specific",),
                 ratings=(Rated("specific", 1, "level 1"),))  # fmt: skip
    found = aided(rates(1, specific=0), rates(2, specific=4), dan, rule=Rule(levels_within=1))
    assert found == {"verdict": ("settled", "accept"), "dimension:specific": ("settled", ["level 1"])}


def test_until_the_verdict_is_settled_a_reader_may_still_rate_otherwise():
    first = rates(1, "accept", specific=0), rates(2, "reject", specific=0)
    assert aided(*first, rule=Rule(levels_within=1))["dimension:specific"] == ("open", None)
    assert aided(first[0], rule=Rule(levels_within=1))["dimension:specific"] == ("open", None)
    again = replace(rates(3, "reject", specific=4), rater=2, supersedes=2)
    assert aided(*first, again, rule=Rule(levels_within=1))["dimension:specific"] == ("disputed", None)


def test_what_a_reader_no_longer_rates_does_not_stay_open():
    again = replace(reads(3), rater=2, supersedes=2)
    found = aided(rates(2, specific=1), reads(1), again, rule=Rule(levels_within=1))
    assert found["dimension:specific"] == ("settled", [])


def _random_rule(draw: random.Random) -> Rule:
    within = [None, 0, 1, 2]
    return Rule(draw.random() < 0.5, draw.choice(within), draw.choice(within))


def _random_history(draw: random.Random) -> tuple[list[Judged], str, int, Rule]:
    arm, needed = draw.choice(["aided", "unaided"]), draw.randint(1, 4)
    history, latest = [], {}
    for n in range(1, draw.randint(1, 9)):
        if draw.random() < 0.15:
            main = "verdict" if arm == "aided" else "findings"
            answered = draw.choice(
                [(main,), ("safety",), (main, "safety"), (main, "dimension:x"), ("dimension:x",)]
            )
            verdict = draw.choice(["accept", "edit", "reject"]) if "verdict" in answered else ""
            approved = draw.choice([(), ("d1",), (f"d{n}",)]) if verdict else ()
            history.append(
                Judged(n=n, name=f"d{n}", kind="adjudication", verdict=verdict, approved_edits=approved,
                       answered=answered, unsafe=draw.random() < 0.3, ratings=(Rated("x", 2, "two"),))
            )  # fmt: skip
            continue
        rater = draw.randint(1, 5)
        found = tuple(
            Found(k, (draw.randint(1, 9),), draw.randint(0, 3)) for k in "abc" if draw.random() < 0.4
        )
        rated = tuple(
            Rated(k, place := draw.randint(0, 4), f"level {place}")
            for k in "xy"
            if arm == "aided" and draw.random() < 0.8
        )
        history.append(
            Judged(n=n, name=f"d{n}", rater=rater, counts=rater != 5, supersedes=latest.get(rater),
                   findings=found, ratings=rated, verdict=draw.choice(["accept", "edit", "reject"]),
                   unsafe=draw.random() < 0.1)
        )  # fmt: skip
        latest[rater] = n
    return history, arm, needed, _random_rule(draw)


@pytest.mark.parametrize("seed", range(400))
def test_the_order_in_which_decisions_are_read_does_not_matter(seed):
    draw = random.Random(seed)
    history, arm, needed, rule = _random_history(draw)
    expected = standing(history, arm=arm, needed=needed, rule=rule)
    for _ in range(5):
        draw.shuffle(history)
        assert standing(history, arm=arm, needed=needed, rule=rule) == expected
    for state, outcome in expected.values():
        assert (outcome is not None) == (state == "settled")
    if expected.get("verdict", ("", ""))[0] == "settled":
        assert expected["verdict"][1] in ("accept", "edit", "reject")


@pytest.mark.parametrize("seed", range(400))
def test_who_the_readers_are_changes_nothing(seed):
    """Neither their names nor in which order they came: only what they say."""
    draw = random.Random(seed)
    history, arm, needed, rule = _random_history(draw)
    expected = standing(history, arm=arm, needed=needed, rule=rule)
    renamed = [replace(d, rater=100 - d.rater) for d in history]
    assert standing(renamed, arm=arm, needed=needed, rule=rule) == expected
    once = [d for d in history if d.kind == "reading" and d.supersedes is None and not d.unsafe]
    if arm == "aided":
        # The wording is named by its decision, which another order renames.
        once = [replace(d, verdict="reject") if d.verdict == "edit" else d for d in once]
    others = [replace(d, n=n, name=f"d{n}") for n, d in enumerate(draw.sample(once, len(once)), 1)]
    assert standing(others, arm=arm, needed=needed, rule=rule) == standing(
        once, arm=arm, needed=needed, rule=rule
    )


@pytest.mark.parametrize("seed", range(400))
def test_more_agreement_never_makes_a_dispute(seed):
    """Whoever comes round to what settles it, and whoever joins those who say it, leaves it settled."""
    draw = random.Random(seed)
    rule, arm = _random_rule(draw), draw.choice(["aided", "unaided"])
    said = [
        Judged(n=n, name=f"d{n}", rater=n, verdict=draw.choice(["accept", "accept", "reject"]),
               findings=tuple(Found("a", (draw.randint(1, 4),), 1) for _ in range(draw.randint(0, 1))),
               ratings=(Rated("x", place := draw.randint(0, 2), f"level {place}"),))
        for n in range(1, draw.randint(2, 6))
    ]  # fmt: skip
    before = standing(said, arm=arm, needed=len(said), rule=rule)
    verdict = before.get("verdict", ("", ""))[1]
    of_one_mind = [d for d in said if arm == "unaided" or d.verdict == verdict]
    if not of_one_mind or any(state == "disputed" for state, _outcome in before.values()):
        # Where something is in dispute, all of one mind settle it.
        of_one_mind = [draw.choice(said)]
        after = [replace(of_one_mind[0], n=d.n, name=d.name, rater=d.rater) for d in said]
        assert {state for state, _ in standing(after, arm=arm, needed=len(said), rule=rule).values()} == {
            "settled"
        }
        return
    model = draw.choice(of_one_mind)
    changed = draw.randrange(len(said))
    d = said[changed]
    came_round = [*said[:changed], replace(model, n=d.n, name=d.name, rater=d.rater), *said[changed + 1 :]]
    joined = [*said, replace(model, n=len(said) + 1, name="joined", rater=99)]
    for after in (came_round, joined):
        found = standing(after, arm=arm, needed=len(said), rule=rule)
        assert {state for state, _outcome in found.values()} == {"settled"}
        assert found.get("verdict", ("", ""))[1] == verdict


@pytest.mark.parametrize("seed", range(400))
def test_what_is_settled_stays_settled_whatever_comes_after(seed):
    draw = random.Random(seed)
    history, arm, needed, rule = _random_history(draw)
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
        now = standing(told, arm=arm, needed=needed, rule=rule)
        for aspect, (state, outcome) in before.items():
            assert aspect in now and (state != "settled" or now[aspect] == (state, outcome))
        before = now
