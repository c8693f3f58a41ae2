"""What the draft does to its readers: how much more often a mistake is found with it than without. Pure."""

import numpy as np
from django.utils.translation import gettext_noop

from review.agreeing.questions import MISTAKE
from review.agreeing.table import Judged
from review.agreement.intervals import intervals
from review.agreement.wording import say, together
from review.models import Arm
from review.reports import BOOTSTRAP


def effect(judged: Judged, seed: int) -> dict | None:
    """The anchoring effect on the share that finds a mistake: with the draft minus without it, over sessions.

    {"aided", "unaided", "difference", "ci" or None, "n_aided", "n_unaided", "note"}; None without both arms. The
    interval is made as those of agreement are (methods.md §6): over clients, none under five of them.
    """
    given = judged.answers.get(MISTAKE)
    if given is None:
        return None
    rows = np.flatnonzero(given >= 0)
    items, row = np.unique(judged.of[rows], return_inverse=True)
    yes = judged.names["levels"][MISTAKE].index("yes")
    share = np.bincount(row, given[rows] == yes) / np.bincount(row) if len(rows) else np.zeros(0)
    own, arm = judged.weight[items], judged.arm[items]
    aided = arm == judged.names["arm"].index(Arm.AIDED)
    unaided = arm == judged.names["arm"].index(Arm.UNAIDED)
    if not aided.any() or not unaided.any():
        return None

    clients = np.unique(judged.client[items], return_inverse=True)[1]
    # Sessions of a client are drawn together, so of each client its sums will do.
    sums = [
        (np.bincount(clients, own * share * one), np.bincount(clients, own * one)) for one in (aided, unaided)
    ]

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        # Clients of one arm only may be all that a resample holds: then there is no difference.
        with np.errstate(invalid="ignore", divide="ignore"):
            means = [weights @ found / (weights @ of) for found, of in sums]
        return {"difference": means[0] - means[1]}

    each = np.arange(clients.max() + 1)
    how = {"unit": say(gettext_noop("clients")), "width": len(each), "bootstrap": BOOTSTRAP, "seed": seed}
    interval = intervals(measure, each, **how)["difference"]
    means = [float(np.average(share[one], weights=own[one])) for one in (aided, unaided)]
    return {
        "aided": means[0],
        "unaided": means[1],
        "difference": means[0] - means[1],
        "ci": interval.ci and [max(-1.0, interval.ci[0]), interval.ci[1]],
        "note": together([interval.method if interval.ci else "", interval.note]),
        "n_aided": int(aided.sum()),
        "n_unaided": int(unaided.sum()),
    }
