"""Sessions that were put aside to evaluate models, and all that belongs to one group with them."""

from collections.abc import Collection

from exports.grouping import groups_of
from exports.models import DatasetItem, DatasetState
from exports.splitting import TRAIN


def among(instances: Collection[int]) -> set[int]:
    """Those of the instances (ids) that share a group with one in the validation or test part of a frozen release."""
    if not instances:
        return set()
    aside = DatasetItem.objects.filter(dataset__state=DatasetState.FROZEN).exclude(split=TRAIN)
    kept = set(aside.values_list("item__instance", flat=True))
    groups = groups_of({pk: pk for pk in {*instances, *kept}})
    closed = {groups[pk] for pk in kept}
    return {pk for pk in instances if groups[pk] in closed}
