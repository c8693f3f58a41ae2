"""A new order is kept as the few entries that moved."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidelines.moves import moved, put

orders = st.integers(0, 12).flatmap(
    lambda n: st.permutations([f"pair-{i}" for i in range(n)]).map(lambda after: (sorted(after), after))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders)
def test_the_moved_ones_put_at_their_places_give_the_new_order(both):
    before, after = both
    was, now = moved(before, after)
    assert put(before, now) == after and put(after, was) == before


def test_one_pair_moved_up_among_ten_thousand_is_one_move():
    keys = [f"pair-{i}" for i in range(10_000)]
    after = [*keys[:99], keys[5_000], *keys[99:5_000], *keys[5_001:]]
    assert moved(keys, after) == ({"pair-5000": 5_001}, {"pair-5000": 100})


def test_the_same_order_is_no_move():
    assert moved(["a", "b"], ["a", "b"]) == ({}, {})
