"""What reviewers settled of a run's sessions, and what an accepted one cost. A slot: review fills it (config/wiring.py).

Only what people settled counts, in rounds that are closed; rehearsals never do. Whoever has still to judge sessions of
the run does not learn it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.roles import Answer
from synthesis.models import Run
from synthesis.quality.rates import not_recorded, rate


@dataclass(frozen=True)
class Verdicts:
    """Sessions of a run by their settled verdict; `waiting` are before readers in an open round, `undecided` were open
    or in dispute when their round was closed.
    """

    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    waiting: int = 0
    undecided: int = 0


def _nothing(run: Run) -> Verdicts | None:
    return None


def _nobody_judges(user, run: Run) -> Answer:
    return Answer()


_of: Callable[[Run], Verdicts | None] = _nothing
_may_see: Callable[..., Answer] = _nobody_judges


def connect(of: Callable[[Run], Verdicts | None], may_see: Callable[..., Answer]) -> None:
    """`of(run)` counts; `may_see(user, run)` answers no, with the reason, while the person has still to judge sessions
    of the run or may have to settle them. Each asks a fixed number of queries.
    """
    global _of, _may_see
    _of, _may_see = of, may_see


def may_see(user, run: Run) -> Answer:
    return _may_see(user, run)


def told(run: Run, calls: dict | None = None) -> dict:
    """Rates of the verdicts among the settled, and cost per accepted session: an edited one was approved too, so both
    counts are given. `calls`: those of the report, with which cost is divided.
    """
    found = _of(run)
    if found is None:
        return not_recorded(_("Review is not connected."))
    n = found.accepted + found.edited + found.rejected
    said = {
        "settled": n,
        "waiting": found.waiting,
        "undecided": found.undecided,
        "accepted": rate(found.accepted, n),
        "edited": rate(found.edited, n),
        "rejected": rate(found.rejected, n),
    }
    return said | {"cost": _cost(found, calls)}


def _cost(found: Verdicts, calls: dict | None) -> dict:
    """The whole run's cost, sessions that nobody judged yet included, over those accepted as they were or after an
    edit. `money` is None where not every reply has a known price.
    """
    approved = found.accepted + found.edited
    if calls is None or not calls["calls"]:
        return not_recorded(_("This run has paid for no reply."))
    if not approved:
        return not_recorded(_("No session of this run has been accepted yet."))
    tokens = calls["tokens_in"] + calls["tokens_out"]
    return {
        "approved": approved,
        "tokens": tokens / approved,
        "calls": calls["calls"] / approved,
        "money": None if calls["money"] is None else calls["money"] / approved,
        "currency": calls["currency"],
    }
