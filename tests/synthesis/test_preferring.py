"""From scores to pairs: what the gap is of, who is counted, and why two replies make no pair."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from synthesis.preferring import means, paired, total
from synthesis.recipes.pool import LEAST_TO_RATE, drawn, judges, others_of, places, shown_to
from synthesis.recipes.reply_preference import put_before_readers
from synthesis.shapes.preference import PRINCIPLES, Rating, Rule

TEXTS = {1: "One.", 2: "Two.", 3: "Three."}


def rule(on="mean", margin=1.0, **weights) -> Rule:
    return Rule(on=on, margin=margin, weights=dict.fromkeys(PRINCIPLES, 1.0) | weights)


def scored(most, **other) -> dict:
    return dict.fromkeys(PRINCIPLES, most) | other


def rating(by_number: dict, judge="judge-1", reading=1) -> Rating:
    return Rating(
        judge=judge, model="m", reading=reading, order=list(by_number), scores=list(by_number.values()),
        why=[""] * len(by_number), own=0, flat=False,
    )  # fmt: skip


def pairs_of(*ratings, texts=TEXTS, **how):
    return paired(texts, ratings, rule(**how))


def test_of_two_that_are_far_enough_apart_the_better_one_is_preferred_and_each_margin_is_kept():
    pairs, dropped = pairs_of(rating({2: scored(2, clarity=5), 1: scored(4), 3: scored(4, empathy=5)}))
    found = {(one.chosen, one.rejected): one for one in pairs}
    assert set(found) == {(1, 2), (3, 2)}
    one = found[1, 2]
    # Six principles two higher and one lower by one: 11 sevenths.
    assert one.gap == pytest.approx(11 / 7, abs=1e-4)
    assert (one.margins["clarity"], one.margins["empathy"], one.worse_on) == (-1.0, 2.0, ["clarity"])
    [(close)] = dropped
    assert (close.replies, close.why, close.gap) == ([1, 3], "close", pytest.approx(1 / 7, abs=1e-4))


def test_a_gap_of_one_in_the_sum_is_a_seventh_of_one_in_the_mean():
    read = rating({1: scored(3, empathy=4), 2: scored(3)})
    two = {1: "One.", 2: "Two."}
    assert pairs_of(read, texts=two, on="sum")[0][0].gap == 1.0
    assert pairs_of(read, texts=two, on="mean")[1][0].why == "close"


def test_weights_count_in_sum_and_mean_and_decide_who_is_preferred():
    read = rating({1: scored(3, safety=5), 2: scored(3, empathy=5, clarity=5)})
    two = {1: "One.", 2: "Two."}
    assert pairs_of(read, texts=two, margin=0.0)[0][0].chosen == 2
    heavy = pairs_of(read, texts=two, margin=0.0, safety=3.0)[0][0]
    assert heavy.chosen == 1 and heavy.gap == pytest.approx((3 * 2 - 2 * 2) / 9, abs=1e-4)
    assert total(scored(4), rule(safety=3.0)) == 4 and total(scored(4), rule("sum", safety=3.0)) == 36
    assert total(scored(1, empathy=5), rule(empathy=0.0)) == 1


def test_exactly_the_margin_is_enough():
    at_least = rating({1: scored(3, empathy=5, clarity=5, safety=5, autonomy=4), 2: scored(3)})
    assert total(at_least.scores[0], rule()) - total(at_least.scores[1], rule()) == Fraction(1)
    assert len(pairs_of(at_least, texts={1: "One.", 2: "Two."})[0]) == 1


def test_a_tie_makes_no_pair_whatever_the_margin():
    read = rating({1: scored(3, empathy=5, clarity=1), 2: scored(3)})
    pairs, [tie] = pairs_of(read, texts={1: "One.", 2: "Two."}, margin=0.0)
    assert pairs == [] and (tie.why, tie.gap) == ("tie", 0.0)


def test_a_preferred_reply_that_is_less_safe_is_flagged():
    read = rating({1: scored(5, safety=2), 2: scored(3, safety=4)})
    [one] = pairs_of(read, texts={1: "One.", 2: "Two."})[0]
    assert (one.chosen, one.safety_inversion, one.worse_on) == (1, True, ["safety"])
    [other] = pairs_of(rating({1: scored(5), 2: scored(3)}), texts={1: "One.", 2: "Two."})[0]
    assert other.safety_inversion is False


def test_who_prefers_the_other_one_in_the_reverse_order_prefers_neither():
    there, back = rating({1: scored(5), 2: scored(3)}), rating({2: scored(5), 1: scored(4)}, reading=2)
    pairs, [tie] = pairs_of(there, back, texts={1: "One.", 2: "Two."}, margin=0.0)
    assert pairs == [] and (tie.why, tie.gap) == ("order", 0.0)
    # A second reading that sees no difference is no other preference: half the gap is left.
    even = rating({2: scored(4), 1: scored(4)}, reading=2)
    [pair] = pairs_of(there, even, texts={1: "One.", 2: "Two."})[0]
    assert (pair.chosen, pair.gap) == (1, 1.0)


def test_a_gap_is_taken_over_the_judges_who_read_both():
    severe, mild = rating({1: scored(2), 2: scored(1)}), rating({2: scored(4), 3: scored(5)}, judge="judge-2")
    pairs, [unread] = pairs_of(severe, mild)
    assert {(one.chosen, one.rejected) for one in pairs} == {(1, 2), (3, 2)}
    assert (unread.replies, unread.why, unread.gap) == ([1, 3], "unrated", None)
    assert means(2, [severe, mild])["empathy"] == 2.5 and means(4, [severe]) == {}


def test_two_judges_who_contradict_each_other_make_a_tie():
    one, other = rating({1: scored(5), 2: scored(3)}), rating({1: scored(2), 2: scored(4)}, judge="judge-2")
    assert pairs_of(one, other, texts={1: "One.", 2: "Two."})[1][0].why == "tie"


def test_the_same_words_make_no_pair_whatever_they_are_rated():
    read = rating({1: scored(5), 2: scored(1)})
    pairs, [same] = pairs_of(read, texts={1: "Stay with  it.", 2: "stay with it."})
    assert pairs == [] and same.why == "same-words"


@pytest.mark.parametrize(("shown", "two"), [("widest", {2, 3}), ("closest", {1, 2})])
def test_readers_compare_the_pair_that_the_run_asks_for(shown, two):
    pairs, dropped = pairs_of(rating({1: scored(3), 2: scored(4), 3: scored(1)}))
    compared = put_before_readers(shown, 3, pairs, dropped, ([0.9, 0.1, 0.5], 0.3))
    assert {compared.a, compared.b} == two


def test_which_pair_readers_compare_and_which_of_them_is_a_is_drawn_evenly():
    pairs, dropped = pairs_of(rating({1: scored(3), 2: scored(5), 3: scored(1)}))
    chance, found = random.Random(5), Counter()
    for _ in range(3000):
        lots = [chance.random() for _two in range(3)], chance.random()
        compared = put_before_readers("drawn", 3, pairs, dropped, lots)
        found[compared.a, compared.b] += 1
        found[compared.preferred] += 1
    assert all(abs(found[a, b] - 500) < 100 for a in TEXTS for b in TEXTS if a != b)
    assert abs(found["a"] - 1500) < 120 and found["a"] + found["b"] == 3000


def test_where_no_pair_was_kept_readers_compare_two_with_different_words():
    texts = {1: "Same.", 2: "same.", 3: "Other."}
    pairs, dropped = pairs_of(rating({n: scored(3) for n in texts}), texts=texts)
    compared = put_before_readers("widest", 3, pairs, dropped, ([0.0, 0.5, 0.4], 0.9))
    assert (compared.a, compared.b, compared.preferred) == (3, 2, "none")


POOL = places(8)


def test_models_are_drawn_evenly_and_as_many_different_ones_as_there_are():
    models = {place: f"model-{n % 5}" for n, place in enumerate(POOL)}
    found = Counter()
    for seed in range(2000):
        chosen = drawn(POOL, 4, models, random.Random(seed))
        assert len(set(chosen)) == len({models[place] for place in chosen}) == 4
        found.update(models[place] for place in chosen)
    assert set(found) == set(models.values())
    two = dict.fromkeys(POOL, "one") | {POOL[0]: "other"}
    assert all(POOL[0] in drawn(POOL, 4, two, random.Random(seed)) for seed in range(50))
    assert len(set(drawn(POOL, 4, dict.fromkeys(POOL, "one"), random.Random(1)))) == 4


def test_every_place_of_a_pool_of_different_models_is_drawn_equally_often():
    models = {place: place for place in POOL}
    found = Counter(p for seed in range(4000) for p in drawn(POOL, 4, models, random.Random(seed)))
    assert all(abs(n - 2000) < 130 for n in found.values()) and len(found) == 8


def test_no_judge_rates_replies_of_its_own_model_unless_it_is_said():
    models, read = {"judge-1": "m"}, [(3, "m"), (1, "n"), (2, "o")]
    assert shown_to("judge-1", read, models, "unless-alone", alone=False) == [1, 2]
    assert shown_to("judge-1", read, models, "always", alone=False) == [3, 1, 2]
    alone = [(1, "m"), (2, "m")]
    assert shown_to("judge-1", alone, models, "unless-alone", alone=True) == [1, 2]
    assert shown_to("judge-1", alone, models, "never", alone=True) == []
    assert shown_to("judge-1", [(1, "m"), (2, "n")], models, "never", alone=False) == [], "one alone"


@pytest.mark.parametrize(
    "names", ["abcdefgh", "aabbccdd", "aaaaaaab", "aaaabbbb", "bbbbbbbb", "abbbbbbb", "aabc"]
)
@pytest.mark.parametrize("k", [2, 3, 4])
def test_how_many_replies_are_not_of_the_judges_own_model_is_known_beforehand_at_least_and_at_most(names, k):
    pool = places(len(names))
    models = dict(zip(pool, names, strict=True)) | {"judge-1": "a"}
    seen = set()
    for seed in range(400):
        chosen = drawn(pool, k, models, random.Random(seed))
        seen.add(sum(models[place] != "a" for place in chosen))
    assert others_of("judge-1", pool, k, models) == (min(seen), max(seen))
    assert LEAST_TO_RATE == 2 and judges(2) == ("judge-1", "judge-2")
