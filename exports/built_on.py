"""What releases and models were built on that no longer stands: sessions whose pair has changed its meaning since."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

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


# From a released item to what its session was to show: the first, or what else. Of the latter there may be several.
FIRST, OTHERS = "item__instance__pair_revision", "item__instance__others__pair_revision"


def stale_items(touched: Touched) -> QuerySet:
    """Released items of stale sessions, but for those that were judged by the words as they stand now."""
    also = DatasetItem.objects.filter(_stale_through(OTHERS, touched))
    return DatasetItem.objects.filter(_stale_through(FIRST, touched) | Q(pk__in=also.values("pk")))


def _stale_through(path: str, touched: Touched) -> Q:
    found = Q(pk__in=[])
    for number, revisions in touched.stale_since().items():
        stale = Q(**{f"{path}__in": revisions})
        if number is not None:
            stale &= ~Q(
                item__round__pairs_version__guideline=touched.target.guideline_id,
                item__round__pairs_version__number__gte=number,
            )
        found |= stale
    return found


def stale_in(dataset: Dataset, user) -> list[Stale]:
    """By guideline, those that have any; a number of queries that does not grow with the sessions."""
    made_by = f"{FIRST}__pair__guideline"  # what else a session is to show is of the same one
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
    """{key of a pair: {dataset: how many of these sessions it holds}}, of items that are stale through the pair; two
    queries.
    """
    found: dict[str, dict[int, int]] = {}
    items = DatasetItem.objects.filter(item__instance__in=instances.order_by().values("pk"))
    for path in (FIRST, OTHERS):
        stale = items.filter(_stale_through(path, judged_before)).order_by()
        rows = stale.values_list(f"{path}__pair__key", "dataset")
        for key, dataset, n in rows.annotate(n=Count("item__instance", distinct=True)):
            of = found.setdefault(key, {})
            of[dataset] = of.get(dataset, 0) + n
    return found
