"""A reader who moves away from the others is told, with the share of false alarms that was promised."""

import numpy as np
import pytest

from review.agreeing.drifting import observations, readers
from review.agreeing.table import Judged

NOTHING = np.zeros(0, np.int32)


def table(said: np.ndarray, at: np.ndarray) -> Judged:
    """`said`: sessions by three readers, of two answers; `at`: the day of each session."""
    n, k = said.shape
    zero = np.zeros(n, np.int16)
    return Judged(
        pk=np.arange(n), arm=np.zeros(n, np.int8), position=np.arange(n, dtype=np.int32), pair=zero, recipe=zero,
        model=zero, client=np.arange(n, dtype=np.int32), weight=np.ones(n),
        of=np.repeat(np.arange(n), k).astype(np.int32), by=np.tile(np.arange(k), n).astype(np.int16),
        at=np.repeat(at, k).astype(np.int32), seconds=np.full(n * k, 40, np.float32),
        also_of=NOTHING, also_pair=NOTHING, found_of=NOTHING, found_pair=NOTHING,
        answers={"verdict": said.ravel().astype(np.int16)},
        names={"arm": ["aided"], "by": [11, 12, 13], "pair": [], "recipe": ["a"], "model": ["b"],
               "levels": {"verdict": ["accept", "reject"]}, "scale": {"verdict": "nominal"}},
    )  # fmt: skip


def drawn(n: int, seed: int, *, drifts: bool) -> Judged:
    draw = np.random.default_rng(seed)
    truth = draw.integers(2, size=(n, 1))
    wrong = draw.random((n, 3)) < 0.1
    if drifts:
        wrong[n // 2 :, 2] = draw.random(n - n // 2) < 0.5
    return table(np.abs(truth - wrong), np.arange(n))


def test_whoever_begins_to_differ_halfway_is_told_with_the_day():
    found = readers(drawn(200, 1, drifts=True), "aided", "verdict")
    steady, other, drifting = found["readers"]
    assert drifting["since"] is not None and drifting["since"] >= 100
    assert steady["since"] is None and other["since"] is None
    assert drifting["share"] < min(steady["share"], other["share"])


def test_where_nobody_changes_few_rounds_have_an_alarm():
    alarms = sum(
        any(one["since"] is not None for one in readers(drawn(100, seed, drifts=False), "aided", "verdict")["readers"])
        for seed in range(200)
    )  # fmt: skip
    assert alarms <= 20  # of 200, at most one in twenty expected: more than 20 has a chance under 1 in 1,000


def test_a_session_on_which_the_others_split_says_nothing_of_her():
    own, same = observations(
        table(np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0]]), np.arange(3)), "aided", "verdict"
    )
    assert own.tolist() == [1, 3, 4, 5, 6] and same.tolist() == [False, True, True, True, False]


def test_each_period_counts_its_sessions():
    found = readers(drawn(20, 3, drifts=False), "aided", "verdict")
    for one in found["readers"]:
        assert sum(n for n, _same in one["periods"]) == one["n"]
        assert sum(same for _n, same in one["periods"]) == pytest.approx(one["share"] * one["n"])
