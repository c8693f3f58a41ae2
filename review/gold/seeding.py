"""Sessions with known answers, drawn for each reader and put among the others of her round."""

import random
from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.identity import minter
from review.gold.eligible import eligible, in_use
from review.matching import CannotMakeRound
from review.models import Arm, Gold, Item, Rater, Round
from synthesis.models import Instance


def seed(
    round: Round, raters: Sequence[Rater], instances: Sequence[Instance], n: int
) -> tuple[list[Item], list[tuple[Rater, ...]]]:
    """Draw `n` for each rater; the items made of them, after those of `instances`, and the readers of each. In everything
    that is sent they are like the others. Raises CannotMakeRound, which names for whom there are too few.
    """
    if not n:
        return [], []
    if round.unaided_share >= 1:
        # They have a draft, and would be the only ones that have.
        raise CannotMakeRound(
            _("Where no session has a draft, those with known answers would be told apart.")
        )
    golds = in_use(round.pairs_version, round.rubric_version)
    apart = [instance.pk for instance in instances]
    found = eligible(golds, raters, screen=round.screen, apart_from=apart)
    return items_of(round, draw(found, n, round.seed), start=len(instances))


def draw(found: dict[Rater, list[Gold]], n: int, seed: int) -> dict[Rater, list[Gold]]:
    short = {rater: len(golds) for rater, golds in found.items() if len(golds) < n}
    if short:
        told = ", ".join(f"{rater} ({have})" for rater, have in short.items())
        raise CannotMakeRound(
            _("There are not %(n)s sessions with known answers for everybody; for each of these there are: %(short)s. "
              "Nobody gets one that she wrote, agreed to, looked at or has had before.")
            % {"n": n, "short": told}
        )  # fmt: skip
    return {
        rater: random.Random(f"known/{seed}/{rater.pk}").sample(golds, n) for rater, golds in found.items()
    }


def items_of(
    round: Round, drawn: dict[Rater, list[Gold]], *, start: int
) -> tuple[list[Item], list[tuple[Rater, ...]]]:
    """One item for each session that was drawn, for whomever, in an order that tells nothing."""
    readers: dict[Gold, list[Rater]] = {}
    for rater, golds in drawn.items():
        for gold in golds:
            readers.setdefault(gold, []).append(rater)
    order = sorted(readers, key=lambda gold: gold.pk)
    random.Random(f"known positions/{round.seed}").shuffle(order)
    mint = minter(Item._meta.label_lower)
    items = [
        Item(public_id=mint(round.serial, position), round=round, instance_id=gold.instance_id, gold=gold,
             position=position, arm=Arm.AIDED)
        for position, gold in enumerate(order, start)
    ]  # fmt: skip
    return Item.objects.bulk_create(items, batch_size=500), [tuple(readers[gold]) for gold in order]
