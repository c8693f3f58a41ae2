"""Krippendorff's alpha for unitizing: who found the same stretches, of their own making, in a continuum.

Krippendorff (1995), On the reliability of unitizing contiguous data, Sociological Methodology 25; (2004), Content
Analysis, 2nd ed., ch. 11.6, whose expected disagreement is used. A turn is a continuum of its own: no stretch and no gap
goes beyond it, and the continua together are one of their total length. With one turn, read by all raters, this is
Krippendorff's; where turns are read by different ones, each counts with the pairs that it has.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from review.agreement.intervals import FLAT, SAME, TOO_FEW
from review.agreement.means import plain
from review.agreement.values import BadRatings
from review.agreement.wording import say as _
from review.agreement.wording import together

Unit = tuple[object, object, str, float, float]  # turn, rater, label, start, length


def alpha_u(
    units: Iterable[Unit],
    *,
    lengths: Mapping,
    readers: Mapping[object, Collection],
    cluster: Mapping | None = None,
) -> dict:
    """{estimate, ci, ci_analytic, method, note} over all labels, and "by_label": {label: estimate, None if undefined}.

    `units`: (turn, rater, label, start, length), from 0 on within their turn, those of one rater and label apart from one
    another. `lengths`: {turn: its length}; `readers`: {turn: who read it, whether she selected anything or not};
    `cluster`: {turn: its cluster}, else each turn is its own. The interval leaves out one cluster after the other: t(G-1),
    none under five. Raises BadRatings.
    """
    turns = [turn for turn, who in readers.items() if len(set(who)) > 1]
    held = _by_turn(units, lengths, readers)
    labels = sorted({label for own in held.values() for label, _rater in own})
    method = _("Krippendorff's alpha for unitizing (2004), all labels together")
    names = [(cluster or {}).get(turn, turn) for turn in turns]
    table = _table(held, turns, names, lengths, readers, labels)
    everything = np.ones(table.count, bool)
    by_label = {label: _number(_alpha(table, everything, [at])) for at, label in enumerate(labels)}
    every = range(len(labels))
    estimate = _alpha(table, everything, every) if labels else float("nan")
    if np.isnan(estimate):
        why = _("undefined: nothing was selected where two readers looked")
        return plain(None, None, method, why) | {"by_label": by_label}
    ci, how, note = _jackknife(table, estimate, every)
    return plain(estimate, ci, together([method, how]), note) | {"by_label": by_label}


@dataclass(frozen=True)
class _Table:
    """By cluster: `length` of its turns, `read`: the same times their readers, `apart`: by label the sum of disagreements.
    Of each label `sizes` of stretches, and `gaps`, sorted; `size_of`, `gap_of`: the cluster of each.
    """

    length: np.ndarray
    read: np.ndarray
    apart: np.ndarray
    sizes: list[np.ndarray]
    gaps: list[np.ndarray]
    size_of: list[np.ndarray]
    gap_of: list[np.ndarray]

    @property
    def count(self) -> int:
        return len(self.length)


def _table(
    held: dict, turns: list, clusters: list, lengths: Mapping, readers: Mapping, labels: list
) -> _Table:
    number: dict = {}
    group = np.array([number.setdefault(name, len(number)) for name in clusters], int)
    size = np.array([float(lengths[turn]) for turn in turns])
    many = np.array([float(len(set(readers[turn]))) for turn in turns])
    count = len(number)
    apart, columns = np.zeros((count, len(labels))), []
    for at, label in enumerate(labels):
        parts = [_part(held[turn], label, lengths[turn], set(readers[turn])) for turn in turns]
        apart[:, at] = np.bincount(group, [part[0] for part in parts], minlength=count)
        both = []
        for n in (1, 2):
            values = np.concatenate([part[n] for part in parts])
            of = np.repeat(group, [len(part[n]) for part in parts])
            order = np.argsort(values, kind="stable")
            both += [values[order], of[order]]
        columns.append(both)
    sums = [np.bincount(group, one, minlength=count) for one in (size, size * many)]
    return _Table(*sums, apart, *([own[n] for own in columns] for n in (0, 2, 1, 3)))


def _by_turn(units, lengths, readers) -> dict:
    """{turn: {(label, rater): its stretches (start, end), sorted}}."""
    held: dict = {turn: {} for turn in readers}
    for turn, rater, label, start, length in units:
        if turn not in held or rater not in readers[turn]:
            raise BadRatings(f"{rater} selected in turn {turn}, which she did not read")
        if length <= 0 or start < 0 or start + length > lengths[turn]:
            raise BadRatings(f"a selection at {start}, {length} long, is not within turn {turn}")
        held[turn].setdefault((label, rater), []).append((start, start + length))
    for turn, own in held.items():
        for (label, rater), stretches in own.items():
            stretches.sort()
            if any(first[1] > then[0] for first, then in zip(stretches, stretches[1:], strict=False)):
                raise BadRatings(f"{rater} selected the same words of turn {turn} twice as {label}")
    return held


def _part(held: dict, label: str, length: float, raters: set) -> tuple[float, np.ndarray, np.ndarray]:
    """(the sum of disagreements over ordered pairs, over raters - 1; lengths of stretches; of gaps) of one turn."""
    own = [held.get((label, rater), []) for rater in raters]
    gaps = [_gaps(stretches, length) for stretches in own]
    apart = 0.0
    for i in range(len(own)):
        for j in range(i):
            apart += sum(_between(a, b) for a in own[i] for b in own[j] if a[0] < b[1] and b[0] < a[1])
            apart += _alone(own[i], gaps[j]) + _alone(own[j], gaps[i])
    sizes, free = (
        np.array([end - start for one in each for start, end in one], float) for each in (own, gaps)
    )
    return 2 * apart / (len(own) - 1), sizes, free


def _gaps(stretches, length) -> list[tuple]:
    ends = [0, *(end for _start, end in stretches)]
    starts = [*(start for start, _end in stretches), length]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]


def _between(one, other) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _alone(stretches, gaps) -> float:
    """Stretches that lie wholly in a gap of the other rater."""
    return sum((e - s) ** 2 for s, e in stretches if any(start <= s and e <= end for start, end in gaps))


def _alpha(table: _Table, kept: np.ndarray, labels: Iterable[int]) -> float:
    """1 - observed over expected, each summed over labels, of the clusters `kept`; NaN where nothing is expected."""
    length, read = float(table.length[kept].sum()), float(table.read[kept].sum())
    observed = expected = 0.0
    for at in labels:
        observed += float(table.apart[kept, at].sum()) / (read * length)
        sizes, gaps = table.sizes[at][kept[table.size_of[at]]], table.gaps[at][kept[table.gap_of[at]]]
        expected += _expected(sizes, gaps, length, read)
    return 1 - observed / expected if expected > 0 else float("nan")


def _expected(sizes: np.ndarray, gaps: np.ndarray, length: float, read: float) -> float:
    """`gaps`: sorted."""
    reach = np.concatenate([np.cumsum(gaps[::-1])[::-1], [0.0]])
    first = np.searchsorted(gaps, sizes)  # of the gaps that are as long or longer
    room = reach[first] - (len(gaps) - first) * (sizes - 1)
    met = (len(sizes) - 1) / 3 * (2 * sizes**3 - 3 * sizes**2 + sizes)
    below = read * (read - 1) - (sizes * (sizes - 1)).sum()
    return float(2 / length * (met + sizes**2 * room).sum() / below)


def _jackknife(table: _Table, estimate: float, labels: Iterable[int]):
    count = table.count
    if count < TOO_FEW:
        why = _("no interval: needs at least {least} {unit}, has {count}", least=TOO_FEW, unit=_("clusters"),
                count=count)  # fmt: skip
        return None, "", why
    drops = np.array([_alpha(table, np.arange(count) != out, labels) for out in range(count)])
    if np.isnan(drops).any():
        n = int(np.isnan(drops).sum())
        return (
            None,
            "",
            _("no interval: undefined in {n} of the {all} tables with one left out", n=n, all=count),
        )
    error = float(np.sqrt((count - 1) / count * ((drops - drops.mean()) ** 2).sum()))
    if error < SAME:
        return None, "", FLAT
    reach = float(special.stdtrit(count - 1, 0.975)) * error
    how = _("95 % interval: jackknife over {count} {unit}, t({df}), these raters", count=count,
            unit=_("clusters"), df=count - 1)  # fmt: skip
    return (estimate - reach, min(1.0, estimate + reach)), how, ""


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
