"""In which share of its sessions a mistake is there that they were made to show, as readers without the draft see it.

The intended mistake is a prompt, never gold (methods.md §1): how often it comes out is a finding, for each pair and for
all. Queries only.
"""

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guidelines.models import Entry
from review.agreement.wording import say, spoken
from review.models import Arm, Finding, Round
from review.reports import BOOTSTRAP, judgements
from synthesis.factors import slips
from synthesis.models import Intended

CLIENT = "item__instance__profile__base_case"
METHOD = say(gettext_noop(
    "share of the readers without the draft who name the intended mistake, mean over sessions"
))  # fmt: skip


def manifestation(round: Round) -> dict:
    """{"all": figures, "by_pair": {key: figures}}; of figures {"n_sessions", "n_readings", "n_found", "rate"}, `rate` as
    review.agreement.report gives a coefficient. A session made to show several mistakes counts once for each of them.

    By the judgements that count for agreement. Left out are sessions made to show none, and mistakes that the round's
    readers could not name. Each session counts by the share of its readers who name the mistake, anywhere in it, and for as
    many as its chance says; the interval is over clients. Four queries.
    """
    said = judgements(round).filter(item__arm=Arm.UNAIDED).exclude(any_mistake=None)
    session, pair = "item__instance_id", "item__instance__pair_revision__"
    columns = ("id", session, CLIENT, "item__inclusion_probability", f"{pair}pair", f"{pair}positive",
               "item__instance__factors__counsellor")  # fmt: skip
    rows = [row for row in said.order_by("id").values_list(*columns) if slips(row[-1])]
    findings = Finding.objects.filter(decision__in=said.order_by().values("pk"))
    named = set(findings.values_list("decision", "pair_revision__pair"))
    besides: dict[int, list[int]] = {}
    own = Intended.objects.filter(instance__in=said.order_by().values(session))
    for instance, which in own.values_list("instance", "pair_revision__pair"):
        besides.setdefault(instance, []).append(which)
    offered = Entry.objects.filter(version=round.pairs_version, pair_revision__positive=False)
    keys = dict(offered.values_list("pair_revision__pair", "pair_revision__pair__key"))
    found: dict[tuple[str, int], list[bool]] = {}
    about: dict[int, tuple[str, float]] = {}
    for decision, instance, client, chance, first, positive, _counsellor in rows:
        about[instance] = client or f"session {instance}", 1 / chance
        for which in {*besides.get(instance, ()), *([] if positive else [first])}:
            if which in keys:
                found.setdefault((keys[which], instance), []).append((decision, which) in named)
    by_pair = {
        key: _rate({cell: hits for cell, hits in found.items() if cell[0] == key}, about, round.seed)
        for key in sorted({key for key, _instance in found})
    }
    return {"all": _rate(found, about, round.seed), "by_pair": by_pair}


def _rate(found: dict, about: dict, seed: int) -> dict:
    from review.agreement.means import mean  # it loads SciPy

    shares = [float(np.mean(hits)) for hits in found.values()]
    clients, weights = zip(*(about[instance] for _key, instance in found), strict=True) if found else ((), ())
    rate = mean(shares, clients, weights, method=METHOD, bootstrap=BOOTSTRAP, seed=seed % 2**31)
    return {
        "n_sessions": len({instance for _key, instance in found}),
        "n_readings": sum(map(len, found.values())),
        "n_found": sum(map(sum, found.values())),
        "rate": rate | {part: str(spoken(rate[part], _)) for part in ("method", "note")},
    }
