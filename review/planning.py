"""How many sessions of a round several should read, from how wide the interval of their agreement may be; and what an
earlier round teaches a lead to expect.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from review import reports
from review.agreeing.figures import agreements
from review.agreeing.kept import current
from review.models import Arm, Round

if TYPE_CHECKING:
    from review.agreement.planning import Plan

MISTAKE = "any_mistake"
LEVELS = {MISTAKE: 2, "verdict": 3}
MOST_ALPHA = 0.95


@dataclass(frozen=True)
class Planned:
    """`plan.n` sessions; `percent`: of the round's, and `reached`: the half width with all of them, where their number is
    known.
    """

    plan: "Plan"
    design_effect: float
    percent: int | None
    reached: float | None

    @property
    def is_enough(self) -> bool:
        return self.plan.n is not None and (self.percent is None or self.percent <= 100)


def planned(
    *, judged: str, most_frequent: float, alpha: float, readers: int, of_each: float, alike: float, reach: float,
    sessions: int | None = None,
) -> Planned:  # fmt: skip
    """`most_frequent`: per cent; the other answers share the rest. `reach`: the half width wanted. Raises ValueError."""
    from review.agreement.planning import Expected, design_effect, half_width, plan  # it loads SciPy

    others = LEVELS[judged] - 1
    shares = (most_frequent / 100, *[(1 - most_frequent / 100) / others] * others)
    expected = Expected(shares, alpha, readers, design_effect(of_each, alike), of_each)
    found = plan(expected, reach)
    percent = reached = None
    if sessions is not None:
        reached = half_width(expected, sessions)
        percent = -(-100 * found.n // sessions) if found.n else None
    return Planned(found, expected.design_effect, percent, reached)


def as_in(round: Round) -> dict:
    """What `planned` is asked of whether there is a mistake, as it was in this round: read with the draft, else without.
    What the round does not tell is left out.
    """
    rated = reports.rates(round)
    arm = next((arm for arm in (Arm.AIDED, Arm.UNAIDED) if rated[arm].n), None)
    found: dict = {"judged": MISTAKE, "readers": max(2, round.overlap)}
    figures = agreements(round).get(arm, {}).get(MISTAKE) if arm else None
    if figures is None:
        return found
    share = rated[arm].share(MISTAKE)
    found["most_frequent"] = min(99, int(100 * max(share, 1 - share) + 0.5))
    if clients := figures["n_paired_clusters"]:
        found["of_each"] = float(f"{max(1.0, figures['n_paired'] / clients):.1f}")
    if (alike := _alike(round, arm)) is not None:
        found["alike"] = float(f"{alike:.2f}")
    if (alpha := figures["krippendorff_alpha"]["estimate"]) is not None:
        found["alpha"] = float(f"{min(MOST_ALPHA, max(0.0, alpha)):.2f}")
    return found


def _alike(round: Round, arm: str) -> float | None:
    """The intra-client correlation of whether readers said the same: it is what widens the interval of their agreement.
    None where too few clients had several sessions that two read, or all of these went the same way.
    """
    import numpy as np  # what is below loads SciPy

    from review.agreeing.measuring import answered_alike
    from review.agreement.shares import TOO_FEW, likeness

    table = current(round).table
    sessions, same = answered_alike(table, MISTAKE, table.in_arm(arm))
    clients, client, n = np.unique(table.client[sessions], return_inverse=True, return_counts=True)
    if (n > 1).sum() < TOO_FEW or same.all() or not same.any():
        return None
    return likeness(
        np.zeros(len(same), int), client, np.zeros(len(clients), int), same.astype(float), groups=1
    )
