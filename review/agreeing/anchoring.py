"""What the draft does to its readers: how much more often a mistake is found with it than without. Pure."""

import numpy as np
from django.utils.translation import gettext_noop

from review.agreeing.questions import MISTAKE
from review.agreeing.table import Judged
from review.agreement.intervals import SAME, TOO_FEW, intervals
from review.agreement.shares import shares
from review.agreement.wording import say, together
from review.models import Arm
from review.reports import BOOTSTRAP

SMALLER = say(gettext_noop("in the smaller arm"))


def effect(judged: Judged, seed: int) -> dict | None:
    """The anchoring effect on the share that finds a mistake: with the draft minus without it, over sessions.

    {"aided", "unaided", "difference", "ci" or None, "n_aided", "n_unaided", "note"}; None without both arms. The
    interval is made as those of agreement are (methods.md §6): over clients, none under five of them in either arm.
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
    ci, note = interval(share, own, clients, (aided, unaided), seed)
    means = [float(np.average(share[one], weights=own[one])) for one in (aided, unaided)]
    return {
        "aided": means[0],
        "unaided": means[1],
        "difference": means[0] - means[1],
        "ci": ci,
        "note": note,
        "n_aided": int(aided.sum()),
        "n_unaided": int(unaided.sum()),
    }


def interval(share, weight, clients, arms, seed: int) -> tuple[list | None, str]:
    """(the 95 % interval of the mean share in the first of two arms minus that in the second, how it was made, or why there
    is none). One entry per session: the share of its readers, one over its chance, its client 0..G-1; `arms`: two masks.

    It rests on the clients of the smaller arm, however many the other has: what kind it is, and its degrees of freedom, go
    by these. Simulated (docs/agreement.md), with 12 sessions beside 60 it held the truth in 95 to 99 % of rounds.
    """
    count = int(clients.max()) + 1
    # Sessions of a client are drawn together, so of each client its sums will do.
    sums = [
        (np.bincount(clients, weight * share * one, count), np.bincount(clients, weight * one, count))
        for one in arms
    ]
    least = min(int((of > 0).sum()) for _found, of in sums)
    means = [found.sum() / of.sum() for found, of in sums]
    if least >= TOO_FEW and any(mean < SAME or mean > 1 - SAME for mean in means):
        return _newcombe(share, weight, clients, arms)

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        # Clients of one arm only may be all that a resample holds: then there is no difference.
        with np.errstate(invalid="ignore", divide="ignore"):
            first, second = (weights @ found / (weights @ of) for found, of in sums)
        return {"difference": first - second}

    how = {"unit": say(gettext_noop("clients")), "width": count, "bootstrap": BOOTSTRAP, "seed": seed}
    found = intervals(measure, np.arange(count), telling=least, that=SMALLER, **how)["difference"]
    ci = found.ci and [max(-1.0, found.ci[0]), found.ci[1]]
    return ci, together([found.method if ci else "", found.note])


def _newcombe(share, weight, clients, arms) -> tuple[list, str]:
    """Where a share is nought or all, resamples of that arm do not vary, and the difference would seem surer than it is.

    Newcombe (1998, Statistics in Medicine 17:873, method 10) of two Wilson intervals, each on as many independent sessions
    as its clients leave (review.agreement.shares). That some clients are in both arms is overlooked: never too narrow.
    """
    each = [np.flatnonzero(one) for one in arms]
    rows = np.concatenate(each)
    arm = np.repeat([0, 1], [len(one) for one in each])
    found = shares(arm, clients[rows], share[rows], weight[rows], groups=2)
    first, second = found.share
    below = np.hypot(first - found.low[0], found.high[1] - second)
    above = np.hypot(found.high[0] - first, second - found.low[1])
    note = say(
        gettext_noop("95 % interval: Newcombe, of Wilson intervals on {first} and {second} independent sessions"),
        first=f"{found.effective[0]:.0f}", second=f"{found.effective[1]:.0f}",
    )  # fmt: skip
    return [float(first - second - below), float(first - second + above)], note
