"""Open a round over sessions that are chosen by a filter, and of these some drawn, each with a chance that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import access, inclusion, trail
from review.choosing.fitting import Wanted, fitting
from review.choosing.weighing import Weighed, weigh
from review.models import Choice, ChosenFor, Rater, Reason, Round
from review.rounds import BATCH, CannotMakeRound, make_round
from synthesis.models import Instance

# To weigh a session up takes its words to be read, about a millisecond; a page waits for no more than these.
MOST_WEIGHED = 4_000


@dataclass(frozen=True)
class Choosing:
    """`asked`: the filter as its address has it. `most`: sessions of the round, None for all that fit. `weights`: by
    part of review.priority; 0, or none at all, leaves that part to chance.
    """

    wanted: Wanted
    asked: dict[str, list[str]] = field(default_factory=dict)
    most: int | None = None
    random_share: float = 0.3
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """Of the round's sessions: ids, chances, and, where scores had a part in it, what each was chosen for."""

    sessions: list[int]
    chances: list[float]
    weighed: int
    random_share: float = 1.0
    known: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)


def make_chosen_round(*, choosing: Choosing, raters: Sequence[Rater], by, seed: int = 0, **more) -> Round:
    """All rules of review.rounds hold, and its options are `more`. Raises Refused, CannotMakeRound.

    Sessions are weighed up before the one transaction in which all is written: nobody else's writing waits for it. What
    is held back meanwhile make_round leaves out.
    """
    roles.require(access.may_run_rounds(by))
    if choosing.wanted.tells_what_was_intended and by in [rater.user for rater in raters]:
        raise CannotMakeRound(
            _(
                "You chose these sessions by the mistake they were to show, or by what machine checks found: whoever "
                "knows that cannot judge them blind. Leave yourself out of the reviewers, or choose in another way."
            )
        )
    found = fitting(choosing.wanted, by)
    fitted = list(found.sessions.order_by("pk").values_list("pk", flat=True))
    held = found.held.count()
    if not fitted:
        raise CannotMakeRound(
            _("No session fits that is not held back; held back and fitting: %s.") % held
            if held
            else _("No session fits this choice.")
        )
    drawn = draw(fitted, choosing, seed=seed)
    with transaction.atomic():
        round = make_round(
            # By their ids alone: make_round reads what it needs of them.
            instances=[Instance(pk=pk) for pk in drawn.sessions],
            chances=dict(zip(drawn.sessions, drawn.chances, strict=True)),
            raters=raters,
            by=by,
            seed=seed,
            **({"screen": choosing.wanted.recipe} | more),
        )
        weights = {name: weight for name, weight in choosing.weights.items() if drawn.reasons and weight > 0}
        Choice.objects.create(
            round=round,
            wanted=choosing.asked,
            fitted=len(fitted),
            held=held,
            weighed=drawn.weighed,
            random_share=drawn.random_share,
            weights=weights,
            known=drawn.known,
        )
        _keep_reasons(round, drawn)
        # Not the filter, which may name what was intended: a trail is read while the round is open.
        told = {"fitted": len(fitted), "sessions": len(drawn.sessions), "random_share": drawn.random_share}
        trail.record(verb="make_chosen_round", round=round, by=by, after=told | {"weights": weights})
        return round


def draw(fitted: Sequence[int], choosing: Choosing, *, seed: int) -> Drawn:
    """Of very many that fit, some thousands are drawn first, all with one chance, and these alone are weighed up; the
    chance kept is then the product of both (Särndal, Swensson & Wretman 1992, ch. 9), and totals stay unbiased.
    """
    n = len(fitted) if choosing.most is None else min(choosing.most, len(fitted))
    if n == len(fitted):
        return Drawn(list(fitted), [1.0] * n, weighed=n)
    rng = np.random.default_rng((seed, 0))
    ids = np.array(fitted)
    is_weighed = choosing.random_share < 1 and any(weight > 0 for weight in choosing.weights.values())
    if not is_weighed:
        chances = np.full(len(ids), n / len(ids))
        chosen = inclusion.draw(chances, n / len(ids), rng=rng).chosen
        return Drawn(ids[chosen].tolist(), chances[chosen].tolist(), weighed=len(ids))
    first = min(len(ids), max(MOST_WEIGHED, 2 * n))
    some = np.sort(rng.permutation(ids)[:first])
    weighed = weigh(some.tolist(), choosing.weights, seed=seed)
    chances = inclusion.chances(weighed.scores, n, random_share=choosing.random_share)
    drawn = inclusion.draw(chances, choosing.random_share * n / first, rng=rng)
    return Drawn(
        sessions=some[drawn.chosen].tolist(),
        chances=(chances[drawn.chosen] * first / len(ids)).tolist(),
        weighed=first,
        random_share=choosing.random_share,
        known=weighed.known,
        reasons=_reasons(drawn, weighed, choosing.weights),
        parts=[
            {name: round(float(rank[n]), 4) for name, rank in weighed.ranks.items()} for n in drawn.chosen
        ],
    )


def _reasons(drawn: inclusion.Drawn, weighed: Weighed, weights: dict[str, float]) -> list[str]:
    """Chance, or the part that counted most."""
    names = list(weighed.ranks)
    counted = np.array([weights[name] * weighed.ranks[name][drawn.chosen] for name in names])
    first = counted.argmax(axis=0)
    return [
        Reason.CHANCE if by_chance else Reason(names[part])
        for by_chance, part in zip(drawn.by_chance, first, strict=True)
    ]


def _keep_reasons(round: Round, drawn: Drawn) -> None:
    items = dict(round.items.values_list("instance_id", "pk"))
    rows = zip(drawn.sessions, drawn.reasons, drawn.parts, strict=False)
    ChosenFor.objects.bulk_create(
        [
            ChosenFor(item_id=items[session], reason=reason, parts=parts)
            for session, reason, parts in rows
            if session in items
        ],
        batch_size=BATCH,
    )
