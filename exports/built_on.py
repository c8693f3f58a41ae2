"""What releases and models were built on that no longer stands: sessions whose pair has changed its meaning since."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from exports.models import Dataset, DatasetItem
from guidelines import dependents, drafts, touching
from guidelines.models import Guideline
from guidelines.touching import Touched


@dataclass(frozen=True)
class Stale:
    """How many sessions of one release no longer stand by the version of the guideline that is in force."""

    guideline: Guideline
    version: int
    n: int
    url: str  # of the stale list; empty for who may not open it


def stale_items(touched: Touched) -> QuerySet:
    """Released items of stale sessions, but for those that were judged by the words as they stand now."""
    items = DatasetItem.objects.filter(item__instance__pair_revision__in=touched.revisions())
    for number, revisions in touched.stale_since().items():
        if number is not None:
            items = items.exclude(
                item__instance__pair_revision__in=revisions,
                item__round__pairs_version__guideline=touched.target.guideline_id,
                item__round__pairs_version__number__gte=number,
            )
    return items


def stale_in(dataset: Dataset, user) -> list[Stale]:
    """By guideline, those that have any; a number of queries that does not grow with the sessions."""
    made_by = "item__instance__pair_revision__pair__guideline"
    guidelines = Guideline.objects.filter(
        pk__in=dataset.dataset_items.order_by().values(made_by).distinct()
    ).order_by("title")
    found = []
    for guideline in guidelines:
        in_force = drafts.latest(guideline)
        items = stale_items(touching.by(in_force)).filter(dataset=dataset)
        if n := items.values("item__instance").distinct().count():
            found.append(Stale(guideline, in_force.number, n, dependents.place(guideline, user)))
    return found


def by_pair(instances: QuerySet, *, judged_before: Touched) -> dict[str, dict[int, int]]:
    """{key of a pair: {dataset: how many of these sessions it holds}}, of stale items; one query."""
    items = stale_items(judged_before).filter(item__instance__in=instances.order_by().values("pk"))
    rows = items.order_by().values_list("item__instance__pair_revision__pair__key", "dataset")
    found: dict[str, dict[int, int]] = {}
    for key, dataset, n in rows.annotate(n=Count("item__instance", distinct=True)):
        found.setdefault(key, {})[dataset] = n
    return found
