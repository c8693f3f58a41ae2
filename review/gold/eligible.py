"""Which known answers may be put before whom."""

from collections.abc import Collection, Sequence

from guidelines.models import Version
from review.gold.lasting import equivalent
from review.held import held_among
from review.knowing import had_by
from review.matching import Matching
from review.models import Endorsement, Gold, Look, Rater
from synthesis.models import Instance


def in_use(pairs_version: Version, rubric_version: Version):
    """Agreed by three, not retired, and written under versions that mean the same as these."""
    golds = Gold.objects.agreed().unretired()
    return golds.filter(
        pairs_version__in=equivalent(pairs_version), rubric_version__in=equivalent(rubric_version)
    )


def eligible(
    golds, raters: Sequence[Rater], *, screen: str, apart_from: Collection[int] = ()
) -> dict[Rater, list[Gold]]:
    """For each rater those that she neither wrote, nor stood by, nor looked at, whose session she never had in any way and
    may read; one for each session, the newest. Locks them: nobody looks at one that is just being dealt out.

    `apart_from`: ids of instances that are in the round already.
    """
    found = list(golds.order_by("-serial").values_list("pk", flat=True))
    found = list(Gold.objects.select_for_update().filter(pk__in=found).order_by("-serial"))
    instances = Instance.objects.filter(pk__in=[gold.instance_id for gold in found], recipe=screen)
    light = list(instances.only("public_id", "profile", "factors", "cell"))
    held = held_among(light)
    taken = set(Instance.objects.filter(pk__in=apart_from).values_list("cell", flat=True))
    cells = {one.pk: one.cell for one in light if one.pk not in held and one.cell not in taken}
    newest: dict[str, Gold] = {}
    for gold in found:
        if gold.instance_id in cells:
            newest.setdefault(cells[gold.instance_id], gold)
    matching = Matching([one for one in light if one.pk in cells], raters)
    involved, had = _involved(found), _had(newest, raters)
    return {
        rater: [
            gold
            for cell, gold in newest.items()
            if rater in matching.allowed(gold.instance_id)
            and (gold.pk, rater.user_id) not in involved
            and (cell, rater.pk) not in had
        ]
        for rater in raters
    }


def _involved(golds: Sequence[Gold]) -> set[tuple[int, int]]:
    """(gold, user) of those who wrote it, stand by it or asked to see it."""
    found = {(gold.pk, gold.by_id) for gold in golds}
    for model in (Endorsement, Look):
        found |= set(model.objects.filter(gold__in=golds).values_list("gold", "by"))
    return found


def _had(cells: Collection[str], raters: Sequence[Rater]) -> set[tuple[str, int]]:
    """(cell, rater): she has had it before. Another session of the same cell is the same session again."""
    return {(cell, rater) for _session, cell, rater in had_by(raters, cell__in=cells)}
