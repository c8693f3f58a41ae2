"""What a round says: progress, and rates, with the draft and without it never pooled; agreement is review.agreeing's.
Queries only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery

from review import releasing
from review.items_of_rounds import items_of
from review.judged_so_far import NOTHING, came_from, judged_so_far
from review.models import (
    Account,
    Arm,
    Difference,
    ErrorType,
    RawAnnotation,
    Reading,
    Return,
    Round,
    RoundState,
    Seat,
    SeatProject,
    SendState,
    Verdict,
)
from review.not_counted import kept_of
from review.stood_so_far import NOTHING as NONE_STOOD
from review.stood_so_far import Counted, stood_of, stood_so_far

ARMS = (Arm.AIDED, Arm.UNAIDED)
BOOTSTRAP = 1000


def judgements(round: Round):
    """The readers' judgements that count for rates and agreement: the last that its reader made before she could see
    any resolution of the round; and of no session whose answers are known.
    """
    return releasing.uninformed(round).counting().filter(item__round=round, item__gold=None)


def with_counts(rounds: Iterable[Round]) -> list[Round]:
    """Each with `total` and `left`: its items, and those of them that are still to be settled."""
    rounds = list(rounds)
    items, stood = items_of(rounds), stood_so_far()
    for round in rounds:
        round.total = items[round.pk].counted
        own = stood.get(round.pk, NONE_STOOD)
        round.left = round.total - own.settled - own.erased
    return rounds


def progress(round: Round) -> list:
    """The round's seats, each with `total`, `sent`, `judged`, and the projects that fail."""
    seats = round.seats.filter(observer=False).select_related("rater__user")
    seats = list(seats.prefetch_related("projects").order_by("pk"))
    # Not the hidden repeats, which are counted by themselves (review.repeating).
    first = Reading.objects.filter(seat__in=[seat.pk for seat in seats], pass_number=1)
    given, back = _by_seat(first), _back_by_seat(seats)
    judged = judged_so_far()
    for seat in seats:
        kept = given[seat.pk] - back[seat.pk]
        seat.total, seat.sent = kept.total(), kept[SendState.SENT]
        seat.judged = sum(judged.get(seat.pk, NOTHING).first.values())
    return seats


def _by_seat(readings) -> dict[int, Counter]:
    """{seat: {send state: how many}}."""
    found: dict[int, Counter] = defaultdict(Counter)
    counted = readings.order_by().values_list("seat", "send_state").annotate(n=Count("*"))
    for seat, state, n in counted:
        found[seat][state] = n
    return found


def _back_by_seat(seats: list[Seat]) -> dict[int, Counter]:
    """Of what was given back unjudged, as `_by_seat`."""
    own = {seat.pk for seat in seats}
    # By the returns, which are few; asked of readings, each of the seats' readings is looked up.
    given_back = Return.objects.filter(reading__judged=False)
    columns = ("reading__seat", "reading__send_state", "reading__pass_number")
    found: dict[int, Counter] = defaultdict(Counter)
    for seat, state, pass_number in given_back.values_list(*columns):
        if seat in own and pass_number == 1:
            found[seat][state] += 1
    return found


def left_to_judge() -> int:
    """Readings in open rounds that their readers have still to judge."""
    seats = Seat.objects.filter(round__state=RoundState.OPEN, observer=False)
    seats = list(seats.values_list("pk", flat=True))
    mine, judged = Reading.objects.filter(seat__in=seats), judged_so_far()
    own = [judged[seat] for seat in seats if seat in judged]
    done = sum(n for one in own for part in (one.first, one.again) for n in part.values())
    # The many by what an index has of them, the few that wait unseen by themselves.
    given, hidden = mine.of_people(), mine.hidden()
    back = mine.put_before().filter(_given_back()).count()
    return given.count() - hidden.count() - back - done


def _given_back() -> Q:
    """Of a reading: it was, unjudged. Of returns there are few."""
    return Q(pk__in=Return.objects.filter(reading__judged=False).values("reading"))


def desk_of(user) -> list[SeatProject]:
    """The person's projects in open rounds, each with `total` and `left`: sessions, and those not judged. `kept`: her
    judgements that do not count (review.not_counted). `skipped`: with the first project of a seat, all that she skipped
    there, as it is given back together.
    """
    projects = SeatProject.objects.filter(seat__rater__user=user, seat__round__state=RoundState.OPEN)
    projects = list(projects.select_related("seat__round", "server").order_by("seat__round__serial", "form"))
    own = Reading.objects.filter(seat__in={project.seat_id for project in projects}).put_before()
    given, back = _by_form(own), _by_form(own.filter(_given_back()))
    skips = own.undecided().filter(pk__in=_skips(projects), pass_number=1).order_by()
    skipped = dict(skips.values_list("seat").annotate(n=Count("*")))
    kept: dict[int, list] = defaultdict(list)
    for one in kept_of(projects):
        kept[one.raw.seat_project_id].append(one)
    judged = judged_so_far()
    for project in projects:
        form, so_far = (project.seat_id, project.form), judged.get(project.seat_id, NOTHING)
        project.total = given.get(form, 0) - back.get(form, 0)
        project.left = project.total - so_far.first[project.form] - so_far.again[project.form]
        project.skipped = skipped.pop(project.seat_id, 0)
        project.kept = kept[project.pk]
    return projects


def _by_form(readings) -> dict[tuple[int, str], int]:
    counted = readings.order_by().values_list("seat", "item__arm").annotate(n=Count("*"))
    return {(seat, form): n for seat, form, n in counted}


def _skips(projects: list[SeatProject]):
    # By the projects too, in whose index are those alone that do not count.
    return RawAnnotation.objects.skips().filter(seat_project__in=projects).values("reading")


def uncounted(round: Round):
    """Judgements that came from the round's projects and do not count."""
    return RawAnnotation.objects.uncounted_judgements().filter(seat_project__seat__round=round)


def latest_uncounted(round: Round, n: int, *, before: int | None = None) -> list[RawAnnotation]:
    """The newest `n` of these, the newest first; of those before this one (its primary key), if any is given."""
    # Found by an index, and only then read: what came from Label Studio is long, and PostgreSQL would join all of it first.
    found = uncounted(round) if before is None else uncounted(round).filter(pk__lt=before)
    # By a sum: by the number itself, PostgreSQL would go back through all annotations of all rounds for so few.
    newest = list(found.order_by((F("id") + 0).desc()).values_list("pk", flat=True)[:n])
    return list(
        RawAnnotation.objects.filter(pk__in=newest)
        .select_related("reading__item__instance", "seat_project__seat__rater__user")
        .defer("reading__item__instance__content", "reading__item__instance__trace")
        .order_by("-id")
    )


def uncounted_and_skips(round: Round) -> tuple[int, int]:
    """How many judgements do not count; how often a reviewer skipped a session, which is permitted and is no judgement.
    Two queries: asked of each row whether it is a skip, thousands would cost more than the page around them.
    """
    account = Account.objects.filter(rater=OuterRef("seat__rater"), server=OuterRef("server"))
    projects = SeatProject.objects.filter(seat__round=round)
    reviewer = dict(projects.values_list("pk", Subquery(account.values("ls_user_id"))))
    raw = RawAnnotation.objects.filter(~Q(uncounted=""), seat_project__in=reviewer).order_by()
    groups = raw.values_list("seat_project", "cancelled", "completed_by").annotate(
        Count("pk"), Count("reading")
    )
    total = skips = 0
    for project, cancelled, by, n, of_a_reading in groups:
        total += n
        skips += of_a_reading if cancelled and by is not None and by == reviewer[project] else 0
    return total - skips, skips


def differences(round: Round, *, before: int | None = None):
    """What its projects had otherwise than we know, the newest first; as `latest_uncounted`."""
    found = Difference.objects.filter(project__seat__round=round)
    if before is not None:
        found = found.filter(pk__lt=before)
    return found.select_related("project__seat__rater__user", "reading__item").order_by("-id")


def standing_counts(round: Round, stood: Counted | None = None) -> dict[str, int]:
    """Items settled, in dispute, open and erased; together they are all items. `stood`: where it is known already."""
    total, stood = items_of([round])[round.pk].counted, stood or stood_of(round)
    left = total - stood.settled - stood.disputed - stood.erased
    found = {"total": total, "settled": stood.settled, "disputed": stood.disputed, "open": left}
    return found | {"erased": stood.erased}


def outcomes(round: Round, stood: Counted | None = None) -> dict[str, int]:
    """Settled items read with the draft, by verdict."""
    return (stood or stood_of(round)).of(*Verdict.values)


def disagreements(round: Round) -> list[tuple[str, int]]:
    """What its disputes came from, as their adjudicators say, the most frequent first."""
    counted = Counter(came_from().get(round.pk, {}))
    return [(str(ErrorType(value).label), n) for value, n in counted.most_common() if n]


def is_weighed(round: Round) -> bool:
    """Whether its sessions were chosen with unequal chances: then each judgement, and each session, counts for one over
    its chance in rates, means and agreement (Horvitz & Thompson 1952; Hájek 1971). Counts stay counts.
    """
    chances = items_of([round])[round.pk].chances
    return chances[0] != chances[1]


@dataclass(frozen=True)
class Rates:
    """Judgements of one arm: how many, how many found a mistake, and the verdicts. `shares`, by verdict and under
    "any_mistake": of all that fitted, where sessions were chosen with unequal chances.
    """

    n: int
    any_mistake: int
    verdicts: dict[str, int]
    shares: dict[str, float]

    def share(self, verdict: str) -> float | None:
        return self.shares.get(verdict, 0.0) if self.n else None


def rates(round: Round) -> dict[str, Rates]:
    """Of the judgements that count; the words of one who may have seen a resolution before do not."""
    if is_weighed(round) or round.resolutions_from is not None:
        return _rates_one_by_one(round)
    judged = judged_so_far()
    seats = round.seats.filter(observer=False).values_list("pk", flat=True)
    own = [judged[seat] for seat in seats if seat in judged]
    found = {}
    for arm in ARMS:
        verdicts = Counter()
        for one in own:
            verdicts.update(one.verdicts[arm])
        n, any_mistake = (sum(part[arm] for part in parts) for parts in (
            [one.counted for one in own], [one.any_mistake for one in own]
        ))  # fmt: skip
        verdicts = {verdict: n for verdict, n in verdicts.items() if n}
        counts = {"any_mistake": any_mistake, **verdicts}
        found[arm] = Rates(n, any_mistake, verdicts, {name: part / n for name, part in counts.items() if n})
    return found


def _rates_one_by_one(round: Round) -> dict[str, Rates]:
    columns = ("item__arm", "any_mistake", "verdict", "item__inclusion_probability")
    rows = list(judgements(round).values_list(*columns))
    found = {}
    for arm in ARMS:
        own = [row[1:] for row in rows if row[0] == arm]
        weighed: Counter = Counter()
        for any_mistake, verdict, chance in own:
            weighed["any_mistake"] += bool(any_mistake) / chance
            weighed[verdict] += 1 / chance
        whole = sum(1 / chance for *_said, chance in own)
        found[arm] = Rates(
            n=len(own),
            any_mistake=sum(bool(any_mistake) for any_mistake, *_rest in own),
            verdicts=dict(Counter(verdict for _mistake, verdict, _chance in own if verdict)),
            shares={name: value / whole for name, value in weighed.items() if name},
        )
    return found
