"""What a round says: progress, rates and agreement; with the draft and without it never pooled. Queries
only.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from django.db.models import Count, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.digesting import digest
from guidelines import briefing
from review.agreement.wording import say, spoken, together
from review.label_studio.screens.build import level_alias
from review.models import (
    Arm,
    Aspect,
    Decision,
    Difference,
    Item,
    Rating,
    RawAnnotation,
    Reading,
    Round,
    RoundState,
    SeatProject,
    Standing,
    StandingState,
)

ARMS = (Arm.AIDED, Arm.UNAIDED)
BOOTSTRAP = 1000
MOST_UNSAFE = 20  # listed at once, the longest waiting first
BELIEVABLE = (1, 2, 3, 4, 5)


def judgements(round: Round):
    """The readers' judgements that count for rates and agreement: in force, first pass, no observer."""
    decisions = Decision.objects.in_force().readers().filter(item__round=round)
    return decisions.filter(reading__pass_number=1, reading__seat__observer=False)


def with_counts(rounds):
    """Rounds, each with `total` and `left`: its items, and those of them that are not settled."""
    items = Item.objects.filter(round=OuterRef("pk")).order_by().values("round")
    left = Item.objects.unsettled().filter(round=OuterRef("pk")).order_by().values("round")
    counted = Coalesce(Subquery(left.annotate(n=Count("pk", distinct=True)).values("n")), 0)
    total = Coalesce(Subquery(items.annotate(n=Count("pk")).values("n")), 0)
    versions = ("pairs_version__guideline", "rubric_version__guideline")
    return rounds.select_related(*versions).annotate(total=total, left=counted)


def progress(round: Round) -> list:
    """The round's seats, each with `total`, `sent`, `judged`, and the projects that fail."""
    # Not the hidden repeats, which are counted by themselves (review.repeating).
    first = Q(readings__pass_number=1)
    kept = first & (Q(readings__returned=None) | Q(readings__decisions__isnull=False))
    judged = Count("readings", filter=first & Q(readings__decisions__isnull=False), distinct=True)
    seats = round.seats.select_related("rater__user").annotate(
        total=Count("readings", filter=kept, distinct=True),
        sent=Count("readings", filter=kept & Q(readings__send_state="sent"), distinct=True),
        judged=judged,
    )
    return list(seats.prefetch_related("projects").order_by("pk"))


def desk_of(user):
    """The person's projects in open rounds, each with `total` and `left`: sessions, and those not judged."""
    own = Reading.objects.shown().filter(seat=OuterRef("seat"), item__arm=OuterRef("form"))
    own = own.order_by().values("seat")
    counted = Count("pk", distinct=True)
    projects = SeatProject.objects.filter(seat__rater__user=user, seat__round__state="open").annotate(
        total=Coalesce(Subquery(own.annotate(n=counted).values("n")), 0),
        left=Coalesce(Subquery(own.filter(decisions=None).annotate(n=counted).values("n")), 0),
        skipped=Coalesce(
            Subquery(own.filter(decisions=None, pk__in=_skips()).annotate(n=counted).values("n")), 0
        ),
    )
    return projects.select_related("seat__round", "server").order_by("seat__round__serial", "form")


def _skips():
    return RawAnnotation.objects.skips().filter(reading__isnull=False).values("reading")


def called_unsafe(round: Round) -> list[Item]:
    """Items that a reader calls unsafe and nobody has resolved in writing, each with `since`."""
    waiting = Q(standings__aspect=Aspect.SAFETY, standings__state=StandingState.DISPUTED)
    if round.state != RoundState.OPEN:
        return []
    found = round.items.filter(waiting).annotate(since=Min("standings__at", filter=waiting))
    return list(
        found.select_related("instance", "round")
        .defer("instance__content")
        .order_by("since", "pk")[:MOST_UNSAFE]
    )


def uncounted(round: Round):
    """Judgements that came from the round's projects and do not count, the newest first."""
    return (
        RawAnnotation.objects.uncounted_judgements().filter(seat_project__seat__round=round).order_by("-id")
    )


def skips(round: Round) -> int:
    """How often a reviewer skipped a session, which is permitted and is no judgement."""
    return RawAnnotation.objects.skips().filter(seat_project__seat__round=round).count()


def differences(round: Round):
    """What its projects had otherwise than we know, the newest first."""
    found = Difference.objects.filter(project__seat__round=round)
    return found.select_related("project__seat__rater__user", "reading__item").order_by("-id")


def standing_counts(round: Round) -> dict[str, int]:
    """Items settled, in dispute and open; together they are all items."""
    total = round.items.count()
    settled = round.items.settled().count()
    disputed = round.items.disputed().count()
    return {"total": total, "settled": settled, "disputed": disputed, "open": total - settled - disputed}


def outcomes(round: Round) -> dict[str, int]:
    """Settled items read with the draft, by verdict."""
    rows = Standing.objects.filter(item__in=round.items.settled(), aspect="verdict")
    return dict(Counter(rows.values_list("outcome", flat=True)))


@dataclass(frozen=True)
class Rates:
    """Judgements of one arm: how many, how many found a mistake, and the verdicts."""

    n: int
    any_mistake: int
    verdicts: dict[str, int]

    def share(self, verdict: str) -> float | None:
        return self.verdicts.get(verdict, 0) / self.n if self.n else None


def rates(round: Round) -> dict[str, Rates]:
    rows = list(judgements(round).values_list("item__arm", "any_mistake", "verdict"))
    found = {}
    for arm in ARMS:
        own = [(any_mistake, verdict) for row_arm, any_mistake, verdict in rows if row_arm == arm]
        verdicts = Counter(verdict for _, verdict in own if verdict)
        found[arm] = Rates(len(own), sum(bool(any_mistake) for any_mistake, _ in own), dict(verdicts))
    return found


def scales(round: Round) -> dict[str, dict]:
    """What is agreed upon: {name: {"title", "scale", "levels"}}; levels are the rubric's, used or not."""
    found = {
        "verdict": {"title": _("Verdict"), "scale": "nominal", "levels": ("accept", "edit", "reject")},
        "any_mistake": {"title": _("Is there a mistake?"), "scale": "nominal", "levels": ("no", "yes")},
        "believable": {"title": _("Is the session believable?"), "scale": "ordinal", "levels": BELIEVABLE},
    }
    for dimension in briefing.dimensions(round.rubric_version):
        levels = [level["value"] for level in dimension["levels"]]
        scale = dimension["scale"] if dimension["scale"] in ("ordinal", "interval") else "nominal"
        if scale == "nominal":
            levels = [level_alias(level) for level in levels]
        found[dimension["key"]] = {"title": dimension["name"], "scale": scale, "levels": tuple(levels)}
    return found


def rows(round: Round) -> dict[tuple[str, str], list[tuple]]:
    """{(arm, name): [(item, rater, value, cluster)]}; the cluster is the client's base case."""
    return tabled(judgements(round), lambda item, rater, _pass: (item, rater))


def tabled(said, unit) -> dict[tuple[str, str], list[tuple]]:
    """`rows` of these judgements; `unit`: (item, rater, pass) → what is judged, and who judges it."""
    keys = ("item__arm", "item_id", "rater_id", "reading__pass_number", "item__instance__profile__base_case")
    found: dict[tuple[str, str], list[tuple]] = {}
    for arm, *who, base, verdict, any_mistake, believable in said.order_by("id").values_list(
        *keys, "verdict", "any_mistake", "believable"
    ):
        cluster, (item, rater) = base or f"item {who[0]}", unit(*who)
        if verdict:
            found.setdefault((arm, "verdict"), []).append((item, rater, verdict, cluster))
        mistake = {True: "yes", False: "no", None: None}[any_mistake]
        found.setdefault((arm, "any_mistake"), []).append((item, rater, mistake, cluster))
        found.setdefault((arm, "believable"), []).append((item, rater, believable, cluster))
    ratings = (
        Rating.objects.filter(decision__in=said.order_by())
        .order_by("id")
        .annotate(key=F("dimension_revision__dimension__key"), scale=F("dimension_revision__scale"))
    )
    for key, scale, value, arm, *who, base in ratings.values_list(
        "key", "scale", "value", *(f"decision__{key}" for key in keys)
    ):
        number = float(value) if scale in ("ordinal", "interval") else value
        found.setdefault((arm, key), []).append((*unit(*who), number, base or f"item {who[0]}"))
    return found


# The same judgements give the same figures: a page that is looked at again computes nothing. Known by a digest,
# so that no judgement is held in memory for it.
_known: OrderedDict[str, dict] = OrderedDict()
_known_lock = Lock()
MOST_KNOWN = 32


def _computed(rows: list[tuple], scale: str, levels: tuple, seed: int) -> dict:
    key = digest([rows, scale, levels, seed])
    with _known_lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    # SciPy takes seconds to load: only what computes pays for it, not every process that has this page.
    from review.agreement.report import agreement

    figures = agreement(rows, scale=scale, levels=levels, bootstrap=BOOTSTRAP, seed=seed)
    with _known_lock:
        _known[key] = figures
        while len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return figures


def _spoken(figures: dict) -> dict:
    """The figures with their methods and notes in the language of whoever reads them."""
    said = {}
    for name, value in figures.items():
        if name == "icc":
            value = _spoken(value)
        elif isinstance(value, dict):
            value = value | {part: spoken(value[part], _) for part in ("method", "note")}
        said[name] = value
    return said


def agreements(round: Round) -> dict[str, dict[str, dict]]:
    """{arm: {name: figures of review.agreement.report}}, each with `title`, `scale` and `interim`."""
    return figures_of(round, rows(round))


def figures_of(round: Round, by_name: dict[tuple[str, str], list[tuple]]) -> dict[str, dict[str, dict]]:
    known, found = scales(round), {}
    for (arm, name), own in sorted(by_name.items()):
        about = known[name]
        figures = _computed(own, about["scale"], about["levels"], round.seed % 2**31)
        more = {"title": about["title"], "scale": about["scale"], "interim": round.state == "open"}
        found.setdefault(arm, {})[name] = _spoken(figures) | more
    return found


def anchoring(round: Round) -> dict | None:
    """The anchoring effect on the share that finds a mistake: with the draft minus without it, over items.

    {"aided", "unaided", "difference", "ci" or None, "n_aided", "n_unaided", "note"}; None without both arms. The
    interval is made as those of agreement are (methods.md §6): over clients, none under five of them.
    """
    found: dict[tuple[str, int], list[bool]] = {}
    client_of: dict[int, str] = {}
    said = judgements(round).exclude(any_mistake=None).order_by("id")
    columns = ("item__arm", "item_id", "any_mistake", "item__instance__profile__base_case")
    for arm, item, any_mistake, base in said.values_list(*columns):
        found.setdefault((arm, item), []).append(any_mistake)
        client_of[item] = base or f"item {item}"
    share = np.array([np.mean(values) for values in found.values()])
    aided = np.array([arm == Arm.AIDED for arm, _item in found], bool)
    if not aided.any() or aided.all():
        return None
    from review.agreement.intervals import intervals  # it loads SciPy

    def measure(weights: np.ndarray) -> dict[str, np.ndarray]:
        # Clients of one arm only may be all that a resample holds: then there is no difference.
        with np.errstate(invalid="ignore", divide="ignore"):
            means = [weights[:, arm] @ share[arm] / weights[:, arm].sum(axis=1) for arm in (aided, ~aided)]
        return {"difference": means[0] - means[1]}

    clients = np.unique([client_of[item] for _arm, item in found], return_inverse=True)[1]
    how = {
        "unit": say(gettext_noop("clients")),
        "width": len(share),
        "bootstrap": BOOTSTRAP,
        "seed": round.seed % 2**31,
    }
    interval = intervals(measure, clients, **how)["difference"]
    means = float(share[aided].mean()), float(share[~aided].mean())
    return {
        "aided": means[0],
        "unaided": means[1],
        "difference": means[0] - means[1],
        "ci": interval.ci and (max(-1.0, interval.ci[0]), interval.ci[1]),
        "note": spoken(together([interval.method if interval.ci else "", interval.note]), _),
        "n_aided": int(aided.sum()),
        "n_unaided": int((~aided).sum()),
    }


def resolved_items(user):
    """Items of closed rounds that this person judged, the latest round first."""
    items = Item.objects.filter(round__state="closed", readings__seat__rater__user=user).distinct()
    return items.select_related("round").prefetch_related("standings").order_by("-round__serial", "position")
