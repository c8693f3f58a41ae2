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


def manifestation(*rounds: Round) -> dict:
    """{"all": figures, "by_pair": {key: figures}}; of figures {"n_sessions", "n_readings", "n_found", "rate"}, `rate` as
    review.agreement.report gives a coefficient. A session made to show several mistakes counts once for each of them.
    Beside a mistake's own rate `shrunken`: drawn toward the mean of all (review.agreement.shares), by which lists are
    ordered, and `stands_out`: it shows more seldom than all others together by more than chance, adjusted for all.

    By the judgements that count for agreement. Left out are sessions made to show none, and mistakes that the round's
    readers could not name. Each session counts by the share of its readers who name the mistake, anywhere in it, and for as
    many as its chance says; the interval is over clients. Four queries for each round.
    """
    found: dict[tuple[str, int], list[bool]] = {}
    about: dict[int, tuple[str, float]] = {}
    for round in rounds:
        _read(round, found, about)
    seed = rounds[0].seed if rounds else 0
    keys = sorted({key for key, _item in found})
    by_pair = {
        key: _rate({cell: hits for cell, hits in found.items() if cell[0] == key}, about, seed)
        for key in keys
    }
    for key, beside in zip(keys, _beside(found, about, keys), strict=True):
        by_pair[key] |= beside
    return {"all": _rate(found, about, seed), "by_pair": by_pair}


def _read(round: Round, found: dict, about: dict) -> None:
    """Adds of each mistake and session whether its readers name it, and of each session (client, one over its chance)."""
    said = judgements(round).filter(item__arm=Arm.UNAIDED).exclude(any_mistake=None)
    session, pair = "item__instance_id", "item__instance__pair_revision__"
    columns = ("id", "item_id", session, CLIENT, "item__inclusion_probability", f"{pair}pair", f"{pair}positive",
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
    for decision, item, instance, client, chance, first, positive, _counsellor in rows:
        about[item] = client or f"session {instance}", 1 / chance
        for which in {*besides.get(instance, ()), *([] if positive else [first])}:
            if which in keys:
                found.setdefault((keys[which], item), []).append((decision, which) in named)


def _rate(found: dict, about: dict, seed: int) -> dict:
    from review.agreement.means import mean  # it loads SciPy

    shares = [float(np.mean(hits)) for hits in found.values()]
    clients, weights = zip(*(about[item] for _key, item in found), strict=True) if found else ((), ())
    rate = mean(shares, clients, weights, method=METHOD, bootstrap=BOOTSTRAP, seed=seed % 2**31)
    return {
        "n_sessions": len({item for _key, item in found}),
        "n_readings": sum(map(len, found.values())),
        "n_found": sum(map(sum, found.values())),
        "rate": rate | {part: str(spoken(rate[part], _)) for part in ("method", "note")},
    }


def _beside(found: dict, about: dict, keys: list[str]) -> list[dict]:
    """Each mistake beside all others, by how often it is missed."""
    from review.agreement.shares import shares, shrunken  # they load SciPy
    from review.agreement.standing_out import compare

    if not found:
        return []
    place = {key: n for n, key in enumerate(keys)}
    clients, weights = zip(*(about[item] for _key, item in found), strict=True)
    missed = [1 - float(np.mean(hits)) for hits in found.values()]
    group, client = [place[key] for key, _item in found], np.unique(clients, return_inverse=True)[1]
    table = shares(group, client, missed, weights, groups=len(keys))
    drawn, compared = shrunken(table), compare(table)
    return [
        {
            "shrunken": float(1 - drawn[n]),
            "p": None if np.isnan(compared.p[n]) else float(compared.p[n]),
            "stands_out": bool(compared.stands_out[n]),
        }
        for n in range(len(keys))
    ]
