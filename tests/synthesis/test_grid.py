"""The grid of a run, and the even sample that a limit takes of it."""

from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.factors import RESISTANCE, STYLES
from synthesis.grid import Grid


def pair(n: int, *, positive=False, with_=()):
    identity = SimpleNamespace(key=f"pair-{n}", public_id=f"pair-{n}")
    together = [f"pair-{m}" for m in with_]
    return SimpleNamespace(pk=n, pair_id=n, pair=identity, positive=positive, may_co_occur_with=together)


def clients(n: int):
    return [SimpleNamespace(pk=i, public_id=f"client-{i}") for i in range(n)]


def grid(*, profiles=4, pairs=5, samples=1, mistakes=None, **factors) -> Grid:
    there = [pair(n) for n in range(pairs)] if isinstance(pairs, int) else pairs
    return Grid(
        profiles=clients(profiles), pairs=there, samples=samples, parameters={"supervisor": "untold"},
        factors={**factors, **({"mistakes": mistakes} if mistakes else {})},
        mistakes=[one for one in there if not one.positive],
    )  # fmt: skip


def named(cell) -> tuple:
    return (
        cell.profile.pk,
        tuple(one.pk for one in cell.pairs),
        tuple(sorted(cell.factors.items())),
        cell.sample,
    )


def spread(counts: Counter) -> int:
    return max(counts.values()) - min(counts.values())


def test_a_grid_is_clients_times_pairs_times_every_level_times_samples():
    found = grid(samples=2, style=["own", "hostile"], resistance=["own", "blaming", "none"])
    assert len(found) == 4 * 5 * 2 * 3 * 2
    assert len({named(cell) for cell in found}) == len(found)
    assert Counter(cell.factors["style"] for cell in found) == {"own": 120, "hostile": 120}
    assert all(cell.factors["supervisor"] == "untold" for cell in found)


def test_with_no_mistake_a_client_has_one_cell_and_with_several_only_mistakes_have():
    pairs = [pair(0), pair(1), pair(2, positive=True)]
    found = grid(pairs=pairs, mistakes=["one", "two", "none"])
    cells = Counter(cell.factors["mistakes"] for cell in found)
    assert cells == {"one": 12, "two": 8, "none": 4} and len(found) == 24
    several = [cell for cell in found if cell.factors["mistakes"] == "two"]
    assert all(len(cell.pairs) == 2 and not any(one.positive for one in cell.pairs) for cell in several)
    assert all(cell.pairs == () for cell in found if cell.factors["mistakes"] == "none")


axis = st.integers(1, 7)


@settings(max_examples=60, deadline=None)
@given(axis, axis, st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(0, 99), st.data())
def test_a_sample_has_every_client_pair_and_level_as_often_as_any_other_or_once_more(
    profiles, pairs, samples, styles, resistances, seed, data
):
    whole = grid(
        profiles=profiles, pairs=pairs, samples=samples, style=list(STYLES[:styles]),
        resistance=list(RESISTANCE[:resistances]),
    )  # fmt: skip
    limit = data.draw(st.integers(1, len(whole)))
    drawn = list(whole.sample(limit, seed))
    assert len({named(cell) for cell in drawn}) == limit
    assert {named(cell) for cell in drawn} <= {named(cell) for cell in whole}
    for size, of in (
        (profiles, [cell.profile.pk for cell in drawn]),
        (pairs, [cell.pairs[0].pk for cell in drawn]),
        (styles, [cell.factors["style"] for cell in drawn]),
        (resistances, [cell.factors["resistance"] for cell in drawn]),
        (samples, [cell.sample for cell in drawn]),
    ):
        counts = Counter(of)
        assert max(counts.values()) - (min(counts.values()) if len(counts) == size else 0) <= 1
    assert [named(cell) for cell in whole.sample(limit, seed)] == [named(cell) for cell in drawn]


def test_a_sample_has_as_many_of_each_number_of_mistakes_while_there_are_any():
    whole = grid(profiles=6, pairs=8, mistakes=["one", "two", "three", "none"])
    counts = Counter(cell.factors["mistakes"] for cell in whole.sample(12, seed=3))
    assert counts == {"one": 3, "two": 3, "three": 3, "none": 3}
    counts = Counter(cell.factors["mistakes"] for cell in whole.sample(60, seed=3))
    assert counts == {"one": 18, "two": 18, "three": 18, "none": 6}  # there are no more without one
    for limit in (12, 24, 60):
        assert spread(Counter(cell.profile.pk for cell in whole.sample(limit, seed=5))) == 0


def test_what_is_made_first_of_a_sample_is_even_too():
    first = list(grid(profiles=6, pairs=8, mistakes=["one", "two", "none"]).sample(18, seed=1))[:6]
    assert Counter(cell.factors["mistakes"] for cell in first) == {"one": 2, "two": 2, "none": 2}


def test_every_cell_has_the_same_chance():
    whole = grid(profiles=2, pairs=3, style=["own", "hostile"])
    drawn = Counter(named(cell) for seed in range(1200) for cell in whole.sample(3, seed))
    # 12 cells, 300 draws of each expected, standard deviation 15.
    assert len(drawn) == 12 and all(220 < n < 380 for n in drawn.values())


def test_a_sample_of_a_large_grid_is_drawn_without_building_it():
    whole = grid(profiles=100, pairs=100, samples=100, style=list(STYLES))
    assert len(whole) == 7_000_000
    drawn = whole.sample(3, seed=1)
    assert len({named(cell) for cell in drawn}) == 3


def drawn(whole: Grid) -> dict:
    cells = [cell for cell in whole if cell.pairs]
    return {(cell.profile.pk, cell.sample, cell.pairs[0].pk): [p.pk for p in cell.pairs] for cell in cells}


def test_mistakes_that_may_occur_together_are_drawn_first():
    # 1 names 2 and 3; 4 names 1. Beside 1 these three come before any other.
    pairs = [pair(0), pair(1, with_=(2, 3)), pair(2), pair(3), pair(4, with_=(1,)), *map(pair, range(5, 12))]
    found = drawn(grid(profiles=10, pairs=pairs, mistakes=["three"]))
    beside = [set(keys[1:]) for (_client, _sample, own), keys in found.items() if own == 1]
    assert all(one <= {2, 3, 4} for one in beside) and set().union(*beside) == {2, 3, 4}
    # 2 is named by one alone; the other of the two is drawn from all.
    assert all(keys[1] == 1 for (_client, _sample, own), keys in found.items() if own == 2)


def test_which_mistakes_come_together_hangs_on_pair_client_and_sample_alone():
    plain = drawn(grid(pairs=9, samples=2, mistakes=["two"]))
    for other in (
        grid(pairs=9, samples=2, mistakes=["two"], style=["hostile"]),
        grid(pairs=9, samples=3, mistakes=["none", "two"]),
    ):
        found = drawn(other)
        assert all(found[cell] == keys for cell, keys in plain.items())
    assert len({tuple(keys) for keys in plain.values()}) > 9


def test_three_mistakes_are_the_two_and_one_more():
    two, three = drawn(grid(pairs=9, mistakes=["two"])), drawn(grid(pairs=9, mistakes=["three"]))
    assert all(three[cell][:2] == keys for cell, keys in two.items())


def test_a_mistake_that_comes_to_the_guideline_changes_few_draws():
    before = drawn(grid(pairs=9, samples=5, mistakes=["two"]))
    after = drawn(grid(pairs=10, samples=5, mistakes=["two"]))
    changed = [cell for cell, keys in before.items() if after[cell] != keys]
    assert changed and all(after[cell][1] == 9 for cell in changed)
    assert len(changed) < len(before) / 4


@pytest.mark.parametrize("limit", [1, 7, 59])
def test_a_seed_draws_the_same_again_and_another_draws_others(limit):
    whole = grid(samples=3)
    once = [named(cell) for cell in whole.sample(limit, seed=7)]
    assert once == [named(cell) for cell in whole.sample(limit, seed=7)]
    assert any(once != [named(cell) for cell in whole.sample(limit, seed=n)] for n in range(8, 12))
