"""The alternative annotator test, against the procedure of its paper written down once more, plainly, and by hand."""

import random
from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from review.agreement.alternative_annotator import alternative_annotator, benjamini_yekutieli

PEOPLE = ("Ben", "Chloe", "Noor", "Amir")


def nearness(value, others, scale):
    if scale == "nominal":
        return sum(value == other for other in others) / len(others)
    return -sqrt(sum((value - other) ** 2 for other in others) / len(others))


def plainly(judge, people, scale, epsilon=0.2, level=0.05):
    """The paper's steps, one after the other: ({person: (n, rho of the judge, her own, p)}, winning rate, rho)."""
    found = {}
    for person in people:
        ours, hers = [], []
        for item, value in people[person].items():
            others = [people[p][item] for p in people if p != person and item in people[p]]
            if item not in judge or not others:
                continue
            a, b = (round(nearness(said, others, scale), 9) for said in (judge[item], value))
            ours.append(int(a >= b))
            hers.append(int(b >= a))
        if ours:
            differences = [h - o for h, o in zip(hers, ours, strict=True)]
            p = None
            if len(ours) >= 30:
                p = float(ttest_1samp(differences, epsilon, alternative="less").pvalue)
            found[person] = (len(ours), sum(ours) / len(ours), sum(hers) / len(hers), p)
    tested = {person: p for person, (*_rest, p) in found.items() if p is not None}
    if len(tested) < 3:
        return found, None, None
    # Benjamini & Yekutieli: the largest i with p(i) <= i q / (m H_m); that and all smaller are refused.
    m = len(tested)
    bound = level / (m * sum(1 / k for k in range(1, m + 1)))
    ranked = sorted(tested.values())
    last = max((i for i, p in enumerate(ranked, 1) if p <= i * bound), default=0)
    rate = last / m
    return found, rate, sum(found[person][1] for person in tested) / m


def drawn(seed, *, items=60, people=3, scale="ordinal", skill=0.7, of_judge=0.7, missing=0.0):
    chance = random.Random(seed)
    levels = [1, 2, 3, 4, 5] if scale == "ordinal" else ["accept", "edit", "reject"]
    truth = {n: chance.choice(levels) for n in range(items)}

    def says(n, sure):
        return truth[n] if chance.random() < sure else chance.choice(levels)

    judge = {n: says(n, of_judge) for n in truth}
    said = {p: {n: says(n, skill) for n in truth if chance.random() >= missing} for p in PEOPLE[:people]}
    return judge, said, {n: f"client {n % 12}" for n in truth}


@pytest.mark.parametrize("scale", ["ordinal", "nominal"])
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_papers_procedure(scale, missing, seed):
    judge, said, clients = drawn(
        seed, scale=scale, missing=missing, of_judge=0.3 + 0.1 * seed, people=3 + seed % 2
    )
    found = alternative_annotator(judge, said, scale=scale, clients=clients)
    people, rate, advantage = plainly(judge, said, scale)
    for one in found.people:
        n, ours, hers, p = people[one.person]
        assert one.n == n and one.judge == pytest.approx(ours) and one.own == pytest.approx(hers)
        assert one.p == (None if p is None else pytest.approx(p, abs=1e-12))
    assert found.winning_rate == (None if rate is None else pytest.approx(rate))
    if advantage is not None:
        assert found.advantage == pytest.approx(advantage)


def test_a_judge_who_always_says_what_all_say_wins_against_everybody():
    truth = {n: n % 5 + 1 for n in range(40)}
    said = {person: dict(truth) for person in PEOPLE[:3]}
    found = alternative_annotator(truth, said, scale="ordinal", clients=dict.fromkeys(truth, "mira"))
    assert found.winning_rate == 1 and found.advantage == 1
    # Every item is a tie, which counts for both; without variation the test is at its limit.
    assert [(one.judge, one.own, one.p, one.is_won) for one in found.people] == [(1, 1, 0, True)] * 3


def test_where_everybody_always_says_the_same_the_win_is_marked_as_telling_nothing():
    same = dict.fromkeys(range(40), "yes")
    said = {person: dict(same) for person in PEOPLE[:3]}
    found = alternative_annotator(same, said, scale="nominal", clients=same)
    assert found.winning_rate == 1 and not found.varies
    assert alternative_annotator(same | {0: "no"}, said, scale="nominal", clients=same).varies


def test_a_judge_who_is_always_far_off_wins_against_nobody():
    truth = dict.fromkeys(range(40), 1)
    said = {person: dict(truth) for person in PEOPLE[:3]}
    far = dict.fromkeys(truth, 5)
    found = alternative_annotator(far, said, scale="ordinal", clients={n: n for n in truth})
    assert found.winning_rate == 0 and found.advantage == 0
    assert {one.p for one in found.people} == {1.0}


def test_three_items_by_hand():
    """Left out: Ben (others Chloe, Noor). Item 1: judge 3, Ben 1, others 3 and 5: distances 1.41 and 3.16, the judge
    wins. Item 2: judge 1, Ben 2, others 2 and 2: Ben wins. Item 3: judge 4, Ben 2, others 3 and 3: a tie.
    """
    judge = {1: 3, 2: 1, 3: 4}
    said = {"Ben": {1: 1, 2: 2, 3: 2}, "Chloe": {1: 3, 2: 2, 3: 3}, "Noor": {1: 5, 2: 2, 3: 3}}
    found = alternative_annotator(judge, said, scale="ordinal", clients={1: "a", 2: "b", 3: "c"})
    ben = next(one for one in found.people if one.person == "Ben")
    assert (ben.judge, ben.own) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.winning_rate is None and "30 sessions each" in found.note


def test_without_three_people_there_is_no_test_and_the_reason_is_said():
    judge, said, clients = drawn(1, people=2)
    found = alternative_annotator(judge, said, scale="ordinal", clients=clients)
    assert found.winning_rate is None and "at least 3 people" in found.note
    assert found.advantage is not None and {one.p for one in found.people} == {None}
    nobody = alternative_annotator(judge, {"Ben": said["Ben"]}, scale="ordinal", clients=clients)
    assert nobody.people == () and nobody.advantage is None and "two people" in nobody.note


def test_whoever_read_too_few_is_left_out_of_the_rate_and_counted():
    judge, said, clients = drawn(3, people=4, items=50)
    said["Amir"] = {n: value for n, value in said["Amir"].items() if n < 10}
    found = alternative_annotator(judge, said, scale="ordinal", clients=clients)
    assert found.winning_rate is not None and "1 with fewer than 30 sessions" in found.note
    assert {one.person for one in found.people if one.p is None} == {"Amir"}


def brute_force(p_values, level):
    """The largest set that may be refused, by trying every set: its largest p is at most |set| q / (m H_m)."""
    m = len(p_values)
    if not m:
        return set()
    bound = level / (m * sum(1 / k for k in range(1, m + 1)))
    for size in range(m, 0, -1):
        for chosen in combinations(range(m), size):
            if max(p_values[n] for n in chosen) <= size * bound:
                smallest = sorted(range(m), key=lambda n: p_values[n])[:size]
                return {p_values[n] for n in smallest}
    return set()


@given(st.lists(st.floats(0, 1), max_size=6), st.sampled_from([0.05, 0.2]))
@settings(max_examples=200, deadline=None)
def test_benjamini_and_yekutieli_refuse_the_largest_set_that_they_may(p_values, level):
    refused = benjamini_yekutieli(p_values, level)
    assert {p for p, is_refused in zip(p_values, refused, strict=True) if is_refused} == brute_force(
        p_values, level
    )


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(-3, 3), st.floats(0.5, 3))
@settings(max_examples=60, deadline=None)
def test_nothing_depends_on_order_names_or_the_unit_of_the_scale(seed, of_judge, moved, stretched):
    judge, said, clients = drawn(seed, items=34, of_judge=of_judge)
    found = alternative_annotator(judge, said, scale="ordinal", clients=clients)
    other = {f"X{person}": dict(reversed(own.items())) for person, own in reversed(said.items())}
    other = {p: {n: moved + stretched * v for n, v in own.items()} for p, own in other.items()}
    again = alternative_annotator(
        {n: moved + stretched * v for n, v in judge.items()}, other, scale="ordinal", clients=clients
    )
    assert again.winning_rate == found.winning_rate and again.advantage == pytest.approx(found.advantage)
    assert [one.p for one in again.people] == pytest.approx([one.p for one in found.people])


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_dearer_person_is_easier_to_win_against(seed):
    judge, said, clients = drawn(seed, items=36, of_judge=0.6)
    rates = [
        alternative_annotator(judge, said, scale="ordinal", clients=clients, epsilon=e).winning_rate
        for e in (0.0, 0.1, 0.2, 0.4)
    ]
    assert rates == sorted(rates)


def test_the_interval_of_the_advantage_is_over_clients():
    judge, said, _clients = drawn(5, items=60)
    few = alternative_annotator(judge, said, scale="ordinal", clients={n: n % 3 for n in judge})
    assert few.ci is None and "at least 5 clients" in few.note
    many = alternative_annotator(judge, said, scale="ordinal", clients={n: n for n in judge})
    assert many.ci[0] <= many.advantage <= many.ci[1] and "60 clients" in many.note
    assert np.isfinite(many.ci).all()


def test_whoever_counts_twice_is_as_if_she_were_there_twice_and_weights_of_one_change_nothing():
    """Means with a weight of two are those of a table in which the item stands twice."""
    draw = random.Random(3)
    said = {p: {n: draw.randrange(1, 6) for n in range(40)} for p in PEOPLE[:3]}
    judge = {n: draw.randrange(1, 6) for n in range(40)}
    clients = {n: n for n in range(40)}
    plain = alternative_annotator(judge, said, scale="ordinal", clients=clients)
    ones = alternative_annotator(
        judge, said, scale="ordinal", clients=clients, weights=dict.fromkeys(judge, 1.0)
    )
    assert ones.people == plain.people and ones.ci == pytest.approx(plain.ci)
    twice = {n: 2.0 if n < 10 else 1.0 for n in judge}
    weighed = alternative_annotator(judge, said, scale="ordinal", clients=clients, weights=twice)
    again = {**judge, **{40 + n: judge[n] for n in range(10)}}
    more = {p: {**own, **{40 + n: own[n] for n in range(10)}} for p, own in said.items()}
    copied = alternative_annotator(again, more, scale="ordinal", clients={n: n % 40 for n in again})
    for one, other in zip(weighed.people, copied.people, strict=True):
        assert (one.judge, one.own) == (pytest.approx(other.judge), pytest.approx(other.own))
    assert weighed.advantage == pytest.approx(copied.advantage) != plain.advantage
    assert weighed.people[0].p != plain.people[0].p
