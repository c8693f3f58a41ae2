"""What a change of a guideline makes stale, asked of every app: the answer to guidelines.dependents."""

from django.db.models import Count, F, QuerySet
from django.urls import reverse

from exports import built_on
from guidelines import touching
from guidelines.dependents import Dependents, OfPair
from guidelines.models import Kind, Version
from guidelines.touching import Touched, Why
from review import access as review_access
from review import rereading
from review.models import Round
from review.whereabouts import staged
from synthesis import access as synthesis_access
from synthesis.models import Instance


def place(guideline, user) -> str:
    """The stale list of a guideline, for whoever may open it; empty for others, and where nothing can be stale."""
    if guideline.kind != Kind.PAIRS or not synthesis_access.may_read_runs(user):
        return ""
    return reverse("guideline_stale", args=[guideline.slug])


def of(before: Version | None, after: Version, user) -> Dependents:
    """As guidelines.dependents.of; the number of queries does not grow with pairs or sessions."""
    url = place(after.guideline, user)
    if url and after.number is None:
        url += "?against=draft"
    rounds = Round.objects.filter(pairs_version=before) | Round.objects.filter(rubric_version=before)
    n = rounds.distinct().count() if before else 0
    found = {
        "rounds": n,
        "rounds_url": reverse("rounds") if n and review_access.may_run_rounds(user) else "",
        "url": url,
    }
    if after.guideline.kind != Kind.PAIRS or _is_earlier(after, before):
        return Dependents(**found)
    now = touching.by(after)
    then = touching.by(before) if before else Touched(after)
    return Dependents(
        stale=by_pair(newly_stale(then, now, user), now, url),
        reworded=by_pair(reworded(then, now, user), now, ""),
        touched=_through_the_catalogue(then, now, user).count(),
        of_a_draft=after.number is None,
        **found,
    )


def _is_earlier(after: Version, before: Version | None) -> bool:
    return bool(before and before.number and after.number and after.number <= before.number)


def unseen(instances: QuerySet, user) -> QuerySet:
    """Without the sessions that this person still judges: of what is stale she would learn what was intended."""
    return instances.exclude(public_id__in=review_access.sessions_she_judges(user))


def newly_stale(then: Touched, now: Touched, user) -> QuerySet:
    """What waits to be dealt with by `now`, and did not by `then`."""
    waiting = unseen(rereading.to_deal_with(Instance.objects.all(), now), user)
    if not then.revisions():
        return waiting
    before = rereading.to_deal_with(Instance.objects.all(), then)
    return waiting.exclude(pk__in=before.order_by().values("pk"))


def reworded(then: Touched, now: Touched, user) -> QuerySet:
    only = set(now.revisions(Why.WORDS)) - set(then.revisions(Why.WORDS))
    return unseen(Instance.objects.alive().filter(pair_revision__in=only).unreplaced(), user)


def _through_the_catalogue(then: Touched, now: Touched, user) -> QuerySet:
    """Sessions whose own pair stands, under a version whose catalogue says something else by now."""
    versions = now.other_catalogue - then.other_catalogue
    instances = Instance.objects.alive().filter(version__in=versions)
    return unseen(instances.exclude(pair_revision__in=list(now.passed)).unreplaced(), user)


def by_pair(instances: QuerySet, touched: Touched, url: str) -> list[OfPair]:
    """Counted by pair, by name; three queries."""
    counts: dict[str, dict] = {}
    rows = staged(instances).order_by().values("stage", key=F("pair_revision__pair__key"))
    for row in rows.annotate(n=Count("pk")):
        counts.setdefault(row["key"], {})[row["stage"]] = row["n"]
    if not counts:
        return []
    names, built = touched.names(), built_on.by_pair(touched, instances)
    whys = {one.key: one.why for _pk, one in sorted(touched.passed.items()) if one.why != Why.WORDS}
    found = []
    for key in sorted(counts, key=lambda key: (names[key], key)):
        datasets, trainings = built.get(key, (0, 0))
        link = f"{url}{'&' if '?' in url else '?'}pair={key}" if url else ""
        more = {"datasets": datasets, "trainings": trainings, "url": link}
        found.append(OfPair(key, names[key], whys.get(key, Why.WORDS), **counts[key], **more))
    return found
