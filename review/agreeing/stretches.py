"""Gamma on the words that raters gave as evidence. It is slow and optional, so it has its own place among what is kept, and
only a worker computes it (review.tasks.gamma), never a page.
"""

import random
import time
from collections import Counter, defaultdict

from django.utils import timezone

from review import gamma
from review.agreeing.figures import said
from review.agreeing.kept import FORMAT, state_of
from review.agreeing.packing import packed, unpacked
from review.marked import GRADED
from review.models import Arm, KeptFigures, Round
from review.selected import joined, selected

PART = f"gamma-{FORMAT}"
# So many selections take some minutes; of a larger round as many replies as have them are drawn, by its seed.
MOST = 300
SECONDS = 600


def is_installed() -> bool:
    return gamma.interpreter() is not None


def known(round: Round, arm: str = Arm.RATED) -> dict | None:
    """What was computed last, in one arm: {"gamma": of review.gamma, "n_replies", "of_replies", "n_selections",
    "is_current"}.
    """
    row = KeptFigures.objects.filter(round=round, part=PART).values_list("body", "state").first()
    if row is None:
        return None
    body, state = row
    found = said(unpacked(bytes(body))).get(arm)
    return found and found | {"is_current": state == state_of(round).name}


def is_current(round: Round) -> bool:
    """Whether nothing has come since it was computed."""
    return KeptFigures.objects.filter(round=round, part=PART, state=state_of(round).name).exists()


def renew(round: Round) -> None:
    """Compute, and keep in the place of what was kept. A second run does no harm."""
    state, begun = state_of(round), time.perf_counter()
    found = {}
    for arm in GRADED:
        units, about = continuum(round, arm)
        if units:
            found[arm.value] = {"gamma": gamma.gamma(units, seed=round.seed % 2**31, seconds=SECONDS)} | about
    KeptFigures.objects.update_or_create(
        round=round, part=PART,
        defaults={
            "body": packed(found), "state": state.name, "decisions": state.decisions,
            "judgements": sum(one["n_selections"] for one in found.values()), "asked": {}, "at": timezone.now(),
            "seconds": time.perf_counter() - begun,
        },
    )  # fmt: skip


def continuum(round: Round, arm: str = Arm.RATED) -> tuple[list[tuple[str, str, float, float]], dict]:
    """(rater, dimension, start, end) of the replies one behind the other, and how many there are.

    Gamma wants the same raters throughout. They differ from reply to reply, so those of a reply are its first, its second
    and so on, and only replies with as many raters as most have are taken.
    """
    own = selected(round, arm)
    by_reply: dict[int, list] = defaultdict(list)
    for item, rater, selections, _client in own.readings:
        by_reply[item].append((rater, joined(selections)))
    several = {item: said for item, said in by_reply.items() if len(said) > 1}
    most = Counter(map(len, several.values())).most_common(1)
    replies = [item for item in sorted(several) if len(several[item]) == most[0][0]]
    random.Random(round.seed).shuffle(replies)
    units: list[tuple] = []
    end = taken = 0
    for item in replies:
        if len(units) >= MOST:
            break
        for seat, (_rater, selections) in enumerate(sorted(several[item], key=lambda one: one[0]), start=1):
            units += [
                (f"reader {seat}", label, end + start, end + last) for _t, start, last, label in selections
            ]
        end, taken = end + own.lengths[item] + 1, taken + 1
    return units, {"n_replies": taken, "of_replies": len(by_reply), "n_selections": len(units)}
