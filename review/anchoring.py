"""What the draft does to its readers: how much more often a mistake is found with it than without."""

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from review.agreement.wording import say, spoken, together
from review.models import Arm, Round
from review.reports import BOOTSTRAP, judgements


def anchoring_effect(round: Round) -> dict | None:
    """The anchoring effect on the share that finds a mistake: with the draft minus without it, over items.

    {"aided", "unaided", "difference", "ci" or None, "n_aided", "n_unaided", "note"}; None without both arms. The
    interval is made as those of agreement are (methods.md §6): over clients, none under five of them.
    """
    found: dict[tuple[str, int], list[bool]] = {}
    client_of: dict[int, str] = {}
    weight_of: dict[int, float] = {}
    said = judgements(round).exclude(any_mistake=None).order_by("id")
    columns = ("item__arm", "item_id", "any_mistake", "item__instance__profile__base_case")
    for arm, item, any_mistake, base, chance in said.values_list(*columns, "item__inclusion_probability"):
        found.setdefault((arm, item), []).append(any_mistake)
        weight_of[item] = 1 / chance
        client_of[item] = base or f"item {item}"
    share = np.array([np.mean(values) for values in found.values()])
    own = np.array([weight_of[item] for _arm, item in found])
    aided = np.array([arm == Arm.AIDED for arm, _item in found], bool)
    if not aided.any() or aided.all():
        return None
    from review.agreement.intervals import intervals  # it loads SciPy

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        weights = weights * own
        # Clients of one arm only may be all that a resample holds: then there is no difference.
        with np.errstate(invalid="ignore", divide="ignore"):
            means = [weights[:, arm] @ share[arm] / weights[:, arm].sum(axis=1) for arm in (aided, ~aided)]
        return {"difference": means[0] - means[1]}

    clients = np.unique([client_of[item] for _arm, item in found], return_inverse=True)[1]
    how = {
        "unit": say(gettext_noop("clients")),
        "width": len(share),
        "bootstrap": BOOTSTRAP,
        "seed": round.seed % 2**31,
    }
    interval = intervals(measure, clients, **how)["difference"]
    means = [float(np.average(share[arm], weights=own[arm])) for arm in (aided, ~aided)]
    return {
        "aided": means[0],
        "unaided": means[1],
        "difference": means[0] - means[1],
        "ci": interval.ci and (max(-1.0, interval.ci[0]), interval.ci[1]),
        "note": spoken(together([interval.method if interval.ci else "", interval.note]), _),
        "n_aided": int(aided.sum()),
        "n_unaided": int((~aided).sum()),
    }
