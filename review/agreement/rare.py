"""A share of sessions that should be small: what was missed, what changed with its place. Wilson's interval; where none
was seen, the bound that none rules out.

Wilson (1927), on as many independent sessions as the clients leave (review.agreement.shares). None of n seen: at 95 % the
true share lies under 3/n (Hanley & Lippman-Hand 1983; 1 − 0.05^(1/n) is a little less), with the same n.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.agreement.shares import TOO_FEW, shares
from review.agreement.wording import say as _

RULE_OF_THREE = 3.0


@dataclass(frozen=True)
class Rare:
    """`seen` of `n` sessions. `bound`: 3/n where none was seen. `ci` is None under five clients, as `note` says."""

    n: int
    seen: int
    share: float | None
    ci: tuple[float, float] | None
    bound: float | None
    note: str


def rare(hits: Sequence[bool], cluster: Sequence, weight: Sequence[float]) -> Rare:
    """One entry per session: whether it happened there, its client (any names), and one over its chance."""
    n, seen = len(hits), int(sum(map(bool, hits)))
    if not n:
        return Rare(0, 0, None, None, None, _("undefined: there is no such session"))
    clients = np.unique([str(one) for one in cluster], return_inverse=True)[1]
    found = shares(np.zeros(n, int), clients, hits, weight, groups=1)
    bound = min(1.0, RULE_OF_THREE / float(found.effective[0])) if not seen else None
    if np.isnan(found.low[0]):
        why = _(
            "no interval: needs at least {least} clients, has {count}",
            least=TOO_FEW,
            count=int(found.clients[0]),
        )
        return Rare(n, seen, float(found.share[0]), None, bound, why)
    ci = (float(found.low[0]), float(found.high[0]))
    note = _("95 % interval: Wilson, as {n} independent sessions", n=f"{float(found.effective[0]):.0f}")
    return Rare(n, seen, float(found.share[0]), ci, bound, note)
