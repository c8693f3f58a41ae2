"""What a change of a guideline makes stale, asked of every app: the answer to guidelines.dependents."""

from collections import Counter

from django.db.models import Count, F, QuerySet
from django.urls import reverse

from exports import built_on
from exports.models import TrainingRun
from guidelines import touching
from guidelines.dependents import Dependents, OfPair
from guidelines.models import Kind, Version
from guidelines.touching import Touched, Why
from review import access as review_access
from review import rereading
from review.models import Round
from review.whereabouts import staged
from synthesis import access as synthesis_access
from synthesis.models import Instance, Intended


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
    waiting = newly_stale(then, now, user)
    stale, repeated = by_pair(waiting, now, url), 0
    if Intended.objects.filter(pair_revision__in=now.revisions()).exists():
        repeated = sum(one.sessions for one in stale) - waiting.count()
    return Dependents(
        stale=stale,
        repeated=repeated,
        reworded=by_pair(reworded(then, now, user), now, "", whys=(Why.WORDS,)),
        touched=_through_the_catalogue(then, now, user).count(),
        of_a_draft=after.number is None,
        **found,
    )


def _is_earlier(after: Version, before: Version | None) -> bool:
    return bool(before and before.number and after.number and after.number <= before.number)


def unseen(instances: QuerySet, user) -> QuerySet:
    """Without the sessions that this person still judges: of what is stale she would learn what was intended."""
    return instances.exclude(cell__in=review_access.hidden_cells(user))


def newly_stale(then: Touched, now: Touched, user) -> QuerySet:
    """What waits to be dealt with by `now`, and did not by `then`."""
    waiting = unseen(rereading.to_deal_with(Instance.objects.all(), now), user)
    if not then.revisions():
        return waiting
    before = rereading.to_deal_with(Instance.objects.all(), then)
    return waiting.exclude(pk__in=before.order_by().values("pk"))


def reworded(then: Touched, now: Touched, user) -> QuerySet:
    only = set(now.revisions(Why.WORDS)) - set(then.revisions(Why.WORDS))
    found = Instance.objects.listed().alive().intending(only)
    # Of several pairs another may have changed its meaning: then it is stale, and no longer only reworded.
    return unseen(found.not_intending(now.revisions()).unreplaced(), user)


def _through_the_catalogue(then: Touched, now: Touched, user) -> QuerySet:
    """Sessions whose own pair stands, under a version whose catalogue says something else by now."""
    versions = now.other_catalogue - then.other_catalogue
    instances = Instance.objects.listed().alive().filter(version__in=versions)
    return unseen(instances.not_intending(list(now.passed)).unreplaced(), user)


def counted(instances: QuerySet, revisions: list[int]) -> list[tuple[str, str, str, int]]:
    """(key of a pair that passed, stage, origin, how many sessions are to show it); that of all sessions costs most.

    A session that is to show several such pairs is counted for each. Two queries; where no session is to show
    several, the second finds nothing to look at.
    """
    found: Counter = Counter()
    for path in ("pair_revision", "others__pair_revision"):
        passed = staged(instances).filter(**{f"{path}__in": revisions})
        keyed = passed.order_by().annotate(key=F(f"{path}__pair__key")).values("key", "stage", "origin")
        for row in keyed.annotate(n=Count("pk")):
            found[row["key"], row["stage"], row["origin"]] += row["n"]
    return [(*of, n) for of, n in found.items()]


def by_pair(
    instances: QuerySet, touched: Touched, url: str, counts=None, whys: tuple[Why, ...] = ()
) -> list[OfPair]:
    """Counted by pair, in the order of their names; a query and those of `counted`, if it is not given.

    `whys`: by which of its pairs' changes a session is counted; without, by those that make it stale.
    """
    stages: dict[str, Counter] = {}
    if not touched.passed:
        return []
    for key, stage, _origin, n in counted(instances, touched.revisions(*whys)) if counts is None else counts:
        stages.setdefault(key, Counter())[stage] += n
    if not stages:
        return []
    names, built = touched.names(), built_on.by_pair(instances, judged_before=touched)
    trained = Counter(TrainingRun.objects.filter(dataset__in=set().union(*built.values())).values_list(
        "dataset", flat=True
    ))  # fmt: skip
    why = {one.key: one.why for _pk, one in sorted(touched.passed.items()) if one.why != Why.WORDS}
    found = []
    for key in sorted(stages, key=lambda key: (names[key], key)):
        datasets = built.get(key, {})
        link = f"{url}{'&' if '?' in url else '?'}pair={key}" if url else ""
        more = {"datasets": len(datasets), "trainings": sum(trained[one] for one in datasets), "url": link}
        found.append(OfPair(key, names[key], why.get(key, Why.WORDS), **stages[key], **more))
    return found
