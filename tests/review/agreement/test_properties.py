"""What must hold for any table of ratings, whatever is in it."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.agreement.report import agreement, estimate_all
from tests.review.agreement import published

LEVELS = [1, 2, 3, 4]
SCALES = ["nominal", "ordinal", "interval", "ratio"]
cell = st.one_of(st.none(), st.sampled_from(LEVELS))


@st.composite
def tables(draw, cells=cell):
    raters = draw(st.integers(2, 5))
    return draw(st.lists(st.lists(cells, min_size=raters, max_size=raters), min_size=2, max_size=9))


def same(first: dict, second: dict):
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert (value is None) == (second[name] is None), name
        assert value is None or value == pytest.approx(second[name], abs=1e-9), name


@settings(deadline=None, max_examples=60)
@given(tables(), st.sampled_from(SCALES), st.booleans())
def test_every_result_is_finite_json_and_speaks_where_it_is_undefined(table, scale, declared):
    found = agreement(published.by_item(table), scale=scale, levels=LEVELS if declared else None)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    objects = [value for value in found.values() if isinstance(value, dict) and "estimate" in value]
    for value in objects + list(found.get("icc", {}).values()):
        if value["estimate"] is None:
            assert value["ci"] is None and value["ci_analytic"] is None and value["note"]
        else:
            assert value["estimate"] <= 1 + 1e-12
        if value["ci"]:
            low, high = value["ci"]
            assert low <= high and low - 1e-9 <= value["estimate"] <= high + 1e-9


@settings(deadline=None, max_examples=40)
@given(tables(), st.sampled_from(SCALES), st.randoms())
def test_the_order_of_raters_and_items_does_not_matter(table, scale, random):
    raters = list(range(len(table[0])))
    random.shuffle(raters)
    shuffled = [[line[rater] for rater in raters] for line in table]
    random.shuffle(shuffled)
    same(
        estimate_all(published.by_item(table), scale=scale, levels=LEVELS),
        estimate_all(published.by_item(shuffled), scale=scale, levels=LEVELS),
    )


@settings(deadline=None, max_examples=40)
@given(tables(), st.permutations(LEVELS))
def test_the_names_of_nominal_levels_do_not_matter(table, names):
    renamed = [[None if value is None else f"level {names[value - 1]}" for value in line] for line in table]
    levels = [f"level {name}" for name in LEVELS]
    same(
        estimate_all(published.by_item(table), scale="nominal", levels=LEVELS),
        estimate_all(published.by_item(renamed), scale="nominal", levels=levels),
    )


@settings(deadline=None, max_examples=40)
@given(tables(), st.sampled_from(["ordinal", "interval"]), st.sampled_from([(2, 5), (-1, 0), (0.25, -3)]))
def test_unit_and_origin_do_not_matter_up_to_the_interval_scale(table, scale, change):
    factor, shift = change
    moved = [[None if value is None else factor * value + shift for value in line] for line in table]
    same(
        estimate_all(published.by_item(table), scale=scale, levels=LEVELS),
        estimate_all(
            published.by_item(moved), scale=scale, levels=[factor * value + shift for value in LEVELS]
        ),
    )


@settings(deadline=None, max_examples=40)
@given(tables())
def test_any_rising_change_leaves_ordinal_alpha_and_weighted_kappa_alone(table):
    bent = [[None if value is None else math.exp(value) for value in line] for line in table]
    first = estimate_all(published.by_item(table), scale="ordinal", levels=LEVELS)
    second = estimate_all(published.by_item(bent), scale="ordinal", levels=[math.exp(v) for v in LEVELS])
    del first["gwet_ac"], second["gwet_ac"]  # AC2 goes by the values of the levels
    same(first, second)


@settings(deadline=None, max_examples=40)
@given(tables(), st.sampled_from(SCALES))
def test_an_item_rated_once_changes_neither_alpha_nor_percent_agreement(table, scale):
    longer = [*table, [4] + [None] * (len(table[0]) - 1)]
    first, second = (estimate_all(published.by_item(t), scale=scale, levels=LEVELS) for t in (table, longer))
    for name in ("krippendorff_alpha", "percent_agreement"):
        if first[name] is not None:  # else the single rating may make two raters of one
            assert second[name] == pytest.approx(first[name], abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(tables(), st.sampled_from(SCALES))
def test_blank_rows_and_raters_change_nothing(table, scale):
    wider = [[*line, None] for line in table] + [[None] * (len(table[0]) + 1)]
    kept = [agreement(published.by_item(t), scale=scale, levels=LEVELS) for t in (table, wider)]
    assert kept[0] == kept[1]


@settings(deadline=None, max_examples=40)
@given(tables(cells=st.sampled_from(LEVELS)))
def test_by_hand_alpha_over_all_pairs_of_a_full_table(table):
    """Straight from the definition: mean difference within items over mean difference between any two."""
    values = np.array(table, float)
    everything = values.ravel()
    if len(set(everything)) < 2:
        return
    apart = np.subtract.outer(everything, everything) ** 2
    expected = apart.sum() / (len(everything) * (len(everything) - 1))
    m = values.shape[1]
    observed = np.mean([(np.subtract.outer(line, line) ** 2).sum() / (m * (m - 1)) for line in values])
    found = estimate_all(published.by_item(table), scale="interval")["krippendorff_alpha"]
    assert found == pytest.approx(1 - observed / expected, abs=1e-9)
