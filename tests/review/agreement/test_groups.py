"""Alpha of many groups at once is the alpha that each has by itself."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.agreement.groups import alpha_of_groups
from review.agreement.report import estimate_all

LEVELS = ("accept", "edit", "reject")
ratings = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 12), st.integers(0, 3), st.integers(0, 2)),
    min_size=1,
    max_size=120,
    unique_by=lambda rating: rating[:3],
)


@settings(max_examples=80, deadline=None)
@given(ratings, st.sampled_from([1, 20, 2000]))
def test_each_group_has_its_own_alpha(given_ratings, at_once):
    """`given_ratings`: (group, item within it, rater, level)."""
    items = {}
    for group, item, *_rest in given_ratings:
        items.setdefault((group, item), len(items))
    found = alpha_of_groups(
        [items[group, item] for group, item, _rater, _level in given_ratings],
        [level for *_rest, level in given_ratings],
        [group for group, _item in items],
        groups=5,
        levels=3,
        at_once=at_once,
    )
    for number in range(5):
        own = [(i, r, LEVELS[v], None) for g, i, r, v in given_ratings if g == number]
        expected = estimate_all(own, scale="nominal", levels=LEVELS)["krippendorff_alpha"]
        if expected is None:
            assert math.isnan(found[number])
        else:
            assert found[number] == pytest.approx(expected, abs=1e-12)


def test_no_rating_at_all_has_no_alpha():
    assert math.isnan(alpha_of_groups([], [], [], groups=1, levels=3)[0])
