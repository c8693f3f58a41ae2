"""The stale list of a guideline: which sessions it shows, how far each has come, and what is built on them."""

from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import asking
from config.pages.dependents import newly_stale, unseen
from exports.models import Dataset, DatasetItem, TrainingRun
from guidelines import touching
from guidelines.models import Version
from guidelines.touching import Touched, Why
from review import rereading
from review.models import Item, Round
from review.whereabouts import Stage, staged
from synthesis import remaking
from synthesis.models import Instance, Intended, Origin

PAGE = 50
MOST_NAMED = 20
SHOWS = {
    "waiting": _("waiting to be dealt with"),
    "again": _("made or judged again"),
    "all": _("all stale sessions"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; the same words narrow the list, its counts and what is done with it."""

    show: str = "waiting"
    pair: str = ""
    stage: str = ""
    words: str = ""
    against: str = ""

    @classmethod
    def of(cls, request) -> "Asked":
        given = {one.name: asking.words(request, one.name) for one in fields(cls)}
        if given["show"] not in SHOWS or given["against"]:
            given["show"] = "waiting"
        if given["stage"] not in Stage.values:
            given["stage"] = ""
        return cls(**given)

    def query(self, **changed) -> str:
        """For an address, without what is as it begins."""
        values = {one.name: getattr(self, one.name) for one in fields(self)} | changed
        begins = {one.name: one.default for one in fields(self)}
        return urlencode({name: value for name, value in values.items() if value != begins.get(name, "")})


def between(versions: tuple[Version | None, Version]) -> tuple[Touched, Touched]:
    before, after = versions
    return (touching.by(before) if before else Touched(after)), touching.by(after)


def chosen(then: Touched, now: Touched, asked: Asked, user) -> QuerySet:
    """The sessions that are asked for, of all pairs and stages; never those that this person still judges."""
    if asked.show == "waiting":
        return newly_stale(then, now, user)
    stale = unseen(Instance.objects.stale(now), user)
    if asked.show == "again":
        return stale.filter(Q(pk__in=stale.replaced().values("pk")) | Q(pk__in=rereading.reread(stale, now)))
    return stale


def narrowed(instances: QuerySet, asked: Asked, now: Touched) -> QuerySet:
    """By a pair through which it is stale, by stage, and by words: the beginning of a session's number, or a part of
    the name of its client or of a pair that it is to show.
    """
    if asked.pair:
        instances = instances.intending(now.revisions(key=asked.pair))
    if asked.stage:
        instances = staged(instances).filter(stage=asked.stage)
    if asked.words:
        also = Intended.objects.filter(pair_revision__name__icontains=asked.words)
        found = Q(profile__name__icontains=asked.words) | Q(pair_revision__name__icontains=asked.words)
        found |= Q(pk__in=also.values("instance")) | Q(public_id__startswith=asked.words)
        instances = instances.filter(found)
    return instances


def totals(
    instances: QuerySet, counts: list[tuple[str, str, str, int]], now: Touched
) -> tuple[int, int, int]:
    """How many these sessions are; how many can be made again, and how many judged again. From the counts by pair
    (dependents.counted), as every question to all sessions costs on a large study; only where a session is stale
    through several pairs, and so counted twice, are the sessions asked.
    """
    if Intended.objects.filter(pair_revision__in=now.revisions()).exists():
        readable = staged(instances).filter(stage__in=(Stage.MADE, Stage.SETTLED))
        return instances.count(), remaking.playable(instances, now.target).count(), readable.count()
    dropped = now.keys_of(Why.DROPPED)
    playable = [n for key, _stage, origin, n in counts if origin == Origin.RUN and key not in dropped]
    readable = [n for _key, stage, _origin, n in counts if stage in (Stage.MADE, Stage.SETTLED)]
    return sum(n for *_which, n in counts), sum(playable), sum(readable)


def page(instances: QuerySet, now: Touched, after: int | None) -> tuple[list[Instance], int | None]:
    """One page of rows, each with its stage, why it is stale, its rounds, datasets, models, and what was made of it
    since; and where the next page begins. Six queries.
    """
    if after is not None:
        instances = instances.filter(pk__gt=after)
    rows = staged(instances).select_related("profile", "pair_revision", "version")
    rows = rows.prefetch_related("others__pair_revision")
    rows = list(rows.defer("content", "trace", "profile__content").order_by("pk")[: PAGE + 1])
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    rows = rows[:PAGE]
    _with_what_follows(rows)
    for row in rows:
        shown = [row.pair_revision_id, *(other.pair_revision_id for other in row.others.all())]
        whys = [now.passed[revision].why for revision in shown if revision in now.passed]
        row.why = next(why for why in whys if why != Why.WORDS)
        row.stage = Stage(row.stage)
    return rows, more


def _with_what_follows(rows: list[Instance]) -> None:
    by_id = {row.pk: row for row in rows}
    for row in rows:
        row.rounds, row.datasets, row.models, row.again = [], [], [], []
    for item in Item.objects.counted().filter(instance__in=by_id).select_related("round").order_by("pk"):
        by_id[item.instance_id].rounds.append(item.round)
    released = DatasetItem.objects.filter(item__instance__in=by_id).select_related("dataset", "item")
    in_dataset: dict[int, list[Instance]] = {}
    for one in released.order_by("dataset"):
        row = by_id[one.item.instance_id]
        row.datasets.append(one.dataset)
        in_dataset.setdefault(one.dataset_id, []).append(row)
    for training in TrainingRun.objects.filter(dataset__in=in_dataset).order_by("serial"):
        for row in in_dataset[training.dataset_id]:
            row.models.append(training)
    for child in Instance.objects.filter(parent__in=by_id).replacing().defer("content", "trace"):
        by_id[child.parent_id].again.append(child)


def downstream(instances: QuerySet) -> dict[str, tuple[list, int]]:
    """Rounds, datasets and trainings that these sessions are in: the newest, each with how many of them as `n`, and
    how many there are in all. Five queries, of which two look at every session.
    """
    items = Item.objects.counted().filter(instance__in=instances.order_by().values("pk"))
    in_rounds = dict(items.order_by().values_list("round").annotate(n=Count("instance", distinct=True)))
    released = DatasetItem.objects.filter(item__in=items.order_by().values("pk"))
    in_datasets = dict(
        released.order_by().values_list("dataset").annotate(n=Count("item__instance", distinct=True))
    )
    trainings = TrainingRun.objects.filter(dataset__in=in_datasets).select_related("dataset")
    trainings = list(trainings.defer("dataset__manifest").order_by("-serial"))
    return {
        "rounds": (_newest(Round.objects, in_rounds), len(in_rounds)),
        "datasets": (_newest(Dataset.objects.defer("manifest"), in_datasets), len(in_datasets)),
        "trainings": (trainings[:MOST_NAMED], len(trainings)),
    }


def _newest(rows, counts: dict[int, int]) -> list:
    found = list(rows.filter(pk__in=counts).order_by("-serial")[:MOST_NAMED])
    for row in found:
        row.n = counts[row.pk]
    return found
