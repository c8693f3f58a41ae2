"""Where a reviewer differs from the final word, over all that is open to her: help for herself, shown to nobody else.

Verdicts and mistakes are compared with what was settled; mistakes that were not, as with the draft, with what most
colleagues marked, and the two arms are never pooled; severity with the mean of colleagues, ratings with the level that
was settled or, where none was, with that mean. What has only her own judgement behind it is no measure of her and stays
out: her own text that was approved (methods.md §5), and what nobody else judged.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _

from guidelines.models import DimensionRevision
from review.agreement.shares import Shares, shares, shrunken
from review.agreement.wording import spoken
from review.models import Arm, Aspect, Finding, RaterKind, Rating, Verdict
from review.my_work.judged import Judged, counted, judged_by, names_of, own
from review.standing import DIMENSION
from review.workflow.storing import OTHER
from synthesis.rendering import SEVERITY

if TYPE_CHECKING:
    from review.agreement.leaning import Lean

LEAST = 10  # sessions; with fewer nothing is said of all
LEAST_OF_A_PAIR = 5  # sessions in which a mistake was there, or was not
STRICTNESS = {Verdict.ACCEPT: 0, Verdict.EDIT: 1, Verdict.REJECT: 2}
BELIEVABLE_WIDTH = 4


@dataclass(frozen=True)
class Part:
    """`part` of `n` sessions of `clients` clients, weighted by how likely each was to be chosen; `ci` None under five."""

    part: int
    n: int
    clients: int
    share: float
    ci: tuple[float, float] | None


@dataclass(frozen=True)
class Verdicts:
    """Counts add up to n; shares only from LEAST sessions on."""

    n: int
    same: int
    stricter: Part
    milder: Part


@dataclass(frozen=True)
class Mistake:
    """One mistake of the guideline: how often it was there and she `found` or `overlooked` it, and how often she
    `added` it where it was not. `expected_…`: drawn toward her mean over all mistakes. `…_often`: more often than with
    the other mistakes, by more than chance explains (Benjamini–Hochberg over the mistakes of the table).
    """

    name: str
    found: int
    overlooked: Part | None
    expected_overlooked: float | None
    overlooked_often: bool
    added: Part | None
    expected_added: float | None
    added_often: bool


@dataclass(frozen=True)
class Bias:
    name: str
    lean: "Lean"

    @property
    def note(self) -> str:
        return spoken(self.lean.note, _)


@dataclass(frozen=True)
class Differences:
    """`left_out`: {why: how many of her judgements}; `unordered`: ratings on dimensions whose levels have no order."""

    n: int
    left_out: dict[str, int]
    verdicts: Verdicts | None
    mistakes: dict[str, list[Mistake]]
    severity: Bias | None
    ratings: list[Bias]
    unordered: int
    weighted: bool
    least: int = LEAST
    least_of_a_pair: int = LEAST_OF_A_PAIR


def differences(user) -> Differences:
    """Eight queries, however much she judged."""
    every = judged_by(user)
    kept, left_out = [], Counter()
    for one in every:
        if why := _left_out(one):
            left_out[why] += 1
        else:
            kept.append(one)
    colleagues = _colleagues(user)
    by_item = {one.item: one for one in kept}
    ratings, unordered = _ratings(user, by_item)
    believable = _bias(
        _("Is the session believable?"), _believable(by_item, colleagues), by_item, BELIEVABLE_WIDTH
    )
    return Differences(
        n=len(kept),
        left_out=dict(left_out),
        verdicts=_verdicts(kept),
        mistakes=_mistakes(kept, colleagues),
        severity=_bias(_("Severity of a mistake"), _severity(by_item, colleagues), by_item, max(SEVERITY)),
        ratings=[*ratings, *filter(None, [believable])],
        unordered=unordered,
        weighted=any(one.weight != 1 for one in kept),
    )


def _left_out(one: Judged) -> str:
    if one.rehearsal:
        return _("in rehearsals")
    if one.observer:
        return _("as an observer")
    if one.again:
        return _("judged again after an appeal")
    if one.own_text:
        return _("your own text became the final one")
    if one.alone:
        return _("nobody else judged the session, so the final word is your own")
    return ""


def _verdicts(kept: list[Judged]) -> Verdicts | None:
    rows = [one for one in kept if one.verdict and Aspect.VERDICT in one.settled]
    if len(rows) < LEAST:
        return None
    apart = [STRICTNESS[one.verdict] - STRICTNESS[one.settled[Aspect.VERDICT]] for one in rows]
    stricter, milder = (_part(_shares(rows, [sign * step > 0 for step in apart]), 0) for sign in (1, -1))
    return Verdicts(len(rows), apart.count(0), stricter, milder)


def _shares(rows: list[Judged], hit, group=None, groups: int = 1) -> Shares:
    clients = np.unique([one.client for one in rows], return_inverse=True)[1] if rows else []
    group = [0] * len(rows) if group is None else group
    return shares(group, clients, hit, [one.weight for one in rows], groups=groups)


def _part(found: Shares, number: int) -> Part | None:
    if not found.n[number]:
        return None
    low, high = found.low[number], found.high[number]
    ci = None if np.isnan(low) else (float(low), float(high))
    return Part(
        int(found.hits[number]),
        int(found.n[number]),
        int(found.clients[number]),
        float(found.share[number]),
        ci,
    )


# Mistakes.


def _mistakes(kept: list[Judged], colleagues: dict) -> dict[str, list[Mistake]]:
    """{arm: its table}, the most overlooked first; an arm of which there are too few sessions has none."""
    names = names_of({one.version for one in kept})
    tables = {}
    for arm in (Arm.UNAIDED, Arm.AIDED):
        there = {
            one.item: (one, held)
            for one in kept
            if one.arm == arm and (held := _reference(one, colleagues)) is not None
        }
        if len(there) >= LEAST:
            tables[str(arm)] = _table(there, names)
    return tables


def _reference(one: Judged, colleagues: dict) -> set[str] | None:
    """The mistakes that are there: as settled, otherwise as more than half of her colleagues marked them."""
    if one.settled_mistakes is not None:
        return one.settled_mistakes
    marked = [set(marks) for _decision, (_believable, marks) in colleagues.get(one.item, {}).items()]
    if one.arm == Arm.UNAIDED or not marked:
        return None
    often = Counter(mistake for marks in marked for mistake in marks)
    return {mistake for mistake, n in often.items() if 2 * n > len(marked)}


def _table(there: dict, names: dict[int, dict[str, str]]) -> list[Mistake]:
    overlooked, added, called = ([], [], []), ([], [], []), {}
    for one, held in there.values():
        offered = names.get(one.version, {}) | {OTHER: _("A mistake that is not in the guideline")}
        for key, name in offered.items():
            # A pair is known by its guideline and key; its latest name is shown.
            pair = one.guideline, key
            called.setdefault(pair, name)
            rows, pairs, hits = overlooked if key in held else added
            rows.append(one)
            pairs.append(pair)
            hits.append(key not in one.found if key in held else key in one.found)
    number = {pair: n for n, pair in enumerate(called)}
    missed, more = (
        _shares(rows, hits, [number[pair] for pair in pairs], len(number))
        for rows, pairs, hits in (overlooked, added)
    )
    missed_often, more_often = _often(missed), _often(more)
    expected_missed, expected_more = shrunken(missed), shrunken(more)
    table = [
        Mistake(
            name=called[pair],
            found=int(missed.n[n] - missed.hits[n]),
            overlooked=_part(missed, n),
            expected_overlooked=_number(expected_missed[n]),
            overlooked_often=bool(missed_often[n]),
            added=_part(more, n),
            expected_added=_number(expected_more[n]),
            added_often=bool(more_often[n]),
        )
        for pair, n in number.items()
        if missed.n[n] or more.hits[n]
    ]
    return sorted(
        table, key=lambda row: (-(row.expected_overlooked or 0), -(row.expected_added or 0), row.name)
    )


def _often(found: Shares) -> np.ndarray:
    if not found.n.any():
        return np.zeros(len(found.n), bool)
    from review.agreement.standing_out import compare  # it loads SciPy

    return compare(found).stands_out & (found.n >= LEAST_OF_A_PAIR)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


# Severity and ratings.


def _colleagues(user) -> dict[int, dict[int, tuple[int | None, dict[str, list[int]]]]]:
    """{item: {decision: (believable, {mistake: severities})}} of the people who judged what she judged. Two queries."""
    decisions = counted().filter(item__in=own(user).order_by().values("item"), rater__kind=RaterKind.HUMAN)
    decisions = decisions.exclude(rater__user=user).order_by()
    found: dict = {}
    for item, pk, believable in decisions.values_list("item", "pk", "believable"):
        found.setdefault(item, {})[pk] = believable, {}
    findings = Finding.objects.filter(decision__in=decisions.values("pk"))
    for item, decision, mistake, severity in findings.values_list(
        "decision__item", "decision", "pair_revision__pair__key", "severity"
    ):
        found[item][decision][1].setdefault(mistake or OTHER, []).append(severity)
    return found


def _severity(by_item: dict[int, Judged], colleagues: dict) -> dict[int, float]:
    """{item: hers minus her colleagues'}, over the mistakes that she and a colleague found."""
    found = {}
    for item, one in by_item.items():
        steps = []
        for mistake, severities in one.found.items():
            theirs = [
                np.mean(marks[mistake]) for _b, marks in colleagues.get(item, {}).values() if mistake in marks
            ]
            if theirs:
                steps.append(np.mean(severities) - np.mean(theirs))
        if steps:
            found[item] = float(np.mean(steps))
    return found


def _believable(by_item: dict[int, Judged], colleagues: dict) -> dict[int, float]:
    found = {}
    for item, one in by_item.items():
        theirs = [given for given, _marks in colleagues.get(item, {}).values() if given is not None]
        if one.believable is not None and theirs:
            found[item] = one.believable - float(np.mean(theirs))
    return found


def _ratings(user, by_item: dict[int, Judged]) -> tuple[list[Bias], int]:
    """Against the one level that was settled; where none was, or several stand within the round's tolerance, against the
    mean of colleagues. A dimension whose scale changed is another one. Two queries.
    """
    items = own(user).order_by().values("item")
    given = Rating.objects.filter(decision__in=counted().filter(item__in=items).order_by().values("pk"))
    given = given.filter(decision__rater__kind=RaterKind.HUMAN)
    dimensions = DimensionRevision.objects.select_related("dimension").in_bulk(
        given.order_by().values_list("dimension_revision", flat=True).distinct()
    )
    hers: dict[tuple, dict[int, float]] = {}
    theirs: dict[tuple, dict[int, list[float]]] = {}
    final: dict[tuple, float] = {}
    names, unordered = {}, 0
    columns = ("decision__item", "decision__rater__user", "dimension_revision", "value")
    for item, rater, revision, value in given.order_by("pk").values_list(*columns):
        if item not in by_item:
            continue
        dimension = dimensions[revision]
        if dimension.scale not in ("ordinal", "interval"):
            unordered += rater == user.pk
            continue
        levels = [level["value"] for level in dimension.levels]
        scale = dimension.dimension_id, float(min(levels)), float(max(levels))
        names[scale] = dimension.name
        if rater == user.pk:
            hers.setdefault(scale, {})[item] = float(value)
            settled = by_item[item].settled.get(DIMENSION + dimension.dimension.key, ())
            if len(settled) == 1:
                final[scale, item] = float(settled[0])
        else:
            theirs.setdefault(scale, {}).setdefault(item, []).append(float(value))
    found = []
    for scale, values in hers.items():
        _dimension, low, high = scale
        others = theirs.get(scale, {})
        apart = {
            item: value - final.get((scale, item), float(np.mean(others.get(item, [np.nan]))))
            for item, value in values.items()
            if item in others or (scale, item) in final
        }
        found.append(_bias(names[scale], apart, by_item, high - low))
    return [one for one in found if one], unordered


def _bias(name: str, apart: dict[int, float], by_item: dict[int, Judged], width: float) -> Bias | None:
    if len(apart) < LEAST or width <= 0:
        return None
    from review.agreement.leaning import lean  # it loads SciPy

    rows = [by_item[item] for item in apart]
    return Bias(
        name,
        lean(list(apart.values()), [one.client for one in rows], [one.weight for one in rows], width=width),
    )
