"""What the readers of a closed round rated, dimension by dimension, and together by the rubric's weights."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines import briefing, weighing
from review import grading
from review.agreement.wording import say, spoken, together
from review.label_studio.screens.build import level_alias
from review.models import Arm, Rating, Round, RoundState
from review.remembered import remembered
from review.reports import BOOTSTRAP, judgements


@dataclass(frozen=True)
class Mean:
    """A mean over sessions of what their readers gave; `n` sessions, `ratings` in all. `share` is its part of the
    total, None for the total itself and where there is none. `text`: the mean with its interval.
    """

    name: str
    estimate: float
    ci: tuple[float, float] | None
    note: str
    n: int
    ratings: int
    share: float | None = None
    reverse: bool = False

    @property
    def text(self) -> str:
        if self.ci is None:
            return f"{self.estimate:.2f}"
        return f"{self.estimate:.2f} [{self.ci[0]:.2f}, {self.ci[1]:.2f}]"


@dataclass(frozen=True)
class Rated:
    """`total` is None where `why` says so; `left_out` ratings had not every dimension and are in no total.
    `with_draft`: what was rated is a draft beside its session.
    """

    dimensions: list[Mean]
    total: Mean | None
    left_out: int
    why: str
    with_draft: bool = True


def rated(round: Round) -> Rated | None:
    """Of sessions read with the draft, or that have none and are rated by themselves; None for an open round, where two are
    compared, and where nobody rated.
    """
    if round.state != RoundState.CLOSED:
        return None
    # Nothing of a closed round changes but the day of its release; to read all of a large one takes many seconds.
    known_by = [round.public_id, round.closed_at, round.resolutions_from, get_language()]
    return remembered(digest(["rated", *map(str, known_by)]), lambda: _rated(round))


def _rated(round: Round) -> Rated | None:
    dimensions = briefing.dimensions(round.rubric_version)
    given, sessions = _given(round, dimensions)
    if not given:
        return None
    with_draft = grading.arm_of(round) == Arm.AIDED
    why = weighing.refusal(dimensions)
    share = {} if why else weighing.shares(dimensions)
    means = []
    for dimension in dimensions:
        values = [(item, ratings[dimension["key"]]) for item, ratings in given if dimension["key"] in ratings]
        if dimension["scale"] in ("ordinal", "interval", "boolean") and values:
            about = {"share": share.get(dimension["key"]), "reverse": dimension["reverse"]}
            ends = weighing.ends(dimension)
            means.append(_mean(round, dimension["name"], values, sessions, ends, **about))
    if why:
        return Rated(means, None, 0, why, with_draft)
    totals = [(item, weighing.total(dimensions, ratings).value) for item, ratings in given]
    whole = [(item, value) for item, value in totals if value is not None]
    left_out = len(totals) - len(whole)
    if not whole:
        return Rated(means, None, left_out, _("Nobody rated every dimension."), with_draft)
    ends = weighing.ends(dimensions[0])
    return Rated(means, _mean(round, _("Together"), whole, sessions, ends), left_out, "", with_draft)


def _given(
    round: Round, dimensions: list[dict]
) -> tuple[list[tuple[int, dict]], dict[int, tuple[str, float]]]:
    """([(item, {key: level}) of every judgement], {item: its client, and one over its chance}); two queries."""
    said = judgements(round).filter(item__arm__in=[Arm.AIDED, Arm.RATED, Arm.REVISED]).order_by("id")
    columns = ("id", "item_id", "item__instance__profile__base_case", "item__inclusion_probability")
    rows = list(said.values_list(*columns))
    levels = {
        d["key"]: {level_alias(level["value"]): level["value"] for level in d["levels"]} for d in dimensions
    }
    by_decision: dict[int, dict] = {pk: {} for pk, *_rest in rows}
    ratings = Rating.objects.filter(decision__in=said.order_by()).values_list(
        "decision_id", "dimension_revision__dimension__key", "value"
    )
    for decision, key, value in ratings:
        by_decision[decision][key] = levels[key][value]
    given = [(item, by_decision[pk]) for pk, item, *_rest in rows if by_decision[pk]]
    return given, {item: (base or f"item {item}", 1 / chance) for _pk, item, base, chance in rows}


def _mean(
    round: Round, name: str, values: Iterable[tuple[int, float]], sessions: dict[int, tuple[str, float]],
    ends: tuple[float, float], **about,
) -> Mean:  # fmt: skip
    """Each session counts once, by the mean of its readers, and for as many as its chance says; the interval is over
    clients (methods.md §6).
    """
    from review.agreement.intervals import intervals  # it loads SciPy

    by_item: dict[int, list[float]] = {}
    for item, value in values:
        by_item.setdefault(item, []).append(float(value))
    # From 0 to 1 along the scale: the intervals are those of coefficients, which end at 1.
    low, high = ends
    means = (np.array([np.mean(own) for own in by_item.values()]) - low) / (high - low)
    clusters = np.unique([sessions[item][0] for item in by_item], return_inverse=True)[1]
    own = np.array([sessions[item][1] for item in by_item])

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        weights = weights * own
        with np.errstate(invalid="ignore", divide="ignore"):
            return {"mean": weights @ means / weights.sum(axis=1)}

    how = {"unit": say(gettext_noop("clients")), "width": len(means), "bootstrap": BOOTSTRAP}
    interval = intervals(measure, clusters, seed=round.seed % 2**31, **how)["mean"]
    note = spoken(together([interval.method if interval.ci else "", interval.note]), _)
    ratings = sum(len(own) for own in by_item.values())

    def on_scale(share: float) -> float:
        return low + (high - low) * min(1.0, max(0.0, share))

    ci = interval.ci and (on_scale(interval.ci[0]), on_scale(interval.ci[1]))
    return Mean(
        name, on_scale(float(np.average(means, weights=own))), ci, note, len(by_item), ratings, **about
    )
