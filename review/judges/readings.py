"""What judges and people said of the same sessions, as plain values. Queries only, as many for one judge as for ten."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F

from review import grading, reports
from review.agreeing import questions
from review.agreeing.rows import rows as rows_of
from review.models import Arm, Aspect, Decision, Item, Rating, Round, Standing, StandingState
from review.models.decisions import Preferred

PREFERRED = "preferred"
SCALES = ("ordinal", "interval")


@dataclass(frozen=True)
class People:
    """`said`: {(arm, name): {person: {item: value}}}; `client` and `weight` of each item; `unsafe`: {item: whether}."""

    said: dict[tuple[str, str], dict[int, dict[int, object]]]
    client: dict[int, str]
    weight: dict[int, float]
    unsafe: dict[int, bool]


@dataclass
class Said:
    """What one judge said: {(arm, name): {item: {reading's number: value}}}; `unsafe`: {item: of each reading}."""

    values: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    unsafe: dict = field(default_factory=lambda: defaultdict(list))


def scales(round: Round) -> dict[str, dict]:
    """As review.agreeing.questions.scales; of a comparison each with its `tie`."""
    found = questions.scales(round)
    for about in found.values():
        if about["levels"] == questions.CHOICES:
            about["tie"] = Preferred.TIE.value
    return found


def of_people(round: Round) -> People:
    """Their judgements that count for agreement; in a rehearsal those of simulated readers."""
    rows, weight = rows_of(round)
    said: dict = defaultdict(lambda: defaultdict(dict))
    client: dict[int, str] = {}
    for place, own in rows.items():
        for item, rater, value, cluster in own:
            client[item] = cluster
            if value is not None:
                said[place][rater][item] = value
    unsafe: dict[int, bool] = {}
    counted = reports.judgements(round).order_by("id")
    for item, is_unsafe in counted.values_list("item", "unsafe"):
        unsafe[item] = unsafe.get(item, False) or is_unsafe
    settled = Standing.objects.filter(item__round=round, aspect=Aspect.SAFETY, state=StandingState.SETTLED)
    for item, outcome in settled.values_list("item", "outcome"):
        if item in unsafe:
            unsafe[item] = outcome == "unsafe"
    return People(said, client, weight, unsafe)


def of_judges(seats: list[int]) -> dict[int, Said]:
    """{seat: what it said}."""
    found = {seat: Said() for seat in seats}
    said = Decision.objects.filter(reading__seat__in=seats, item__gold=None).order_by("id")
    columns = ("reading__seat", "item", "item__arm", "reading__pass_number")
    for seat, item, arm, number, verdict, any_mistake, believable, preferred, unsafe in said.values_list(
        *columns, "verdict", "any_mistake", "believable", "preferred", "unsafe"
    ):
        mistake = {True: "yes", False: "no", None: None}[any_mistake]
        own = found[seat]
        own.unsafe[item].append(unsafe)
        for name, value in (
            ("verdict", verdict), ("any_mistake", mistake), ("believable", believable), (PREFERRED, preferred),
        ):  # fmt: skip
            if value not in ("", None):
                own.values[arm, name][item][number] = value
    ratings = Rating.objects.filter(decision__in=said.order_by().values("pk")).order_by("id")
    ratings = ratings.annotate(key=F("dimension_revision__dimension__key"), of=F("dimension_revision__scale"))
    rows = ratings.values_list(
        *(f"decision__{one}" for one in columns), "key", "of", "value", "dimension_revision"
    )
    rows = list(rows)
    levels = questions.levels_of_pairs({row[-1] for row in rows if row[5] == "pairwise"})
    for seat, item, arm, number, key, scale, value, revision in rows:
        if scale in SCALES:
            value = float(value)
        elif scale == "pairwise":
            value = grading.choice({"scale": scale, "levels": levels[revision]}, value)
        found[seat].values[arm, key][item][number] = value
    return found


def clients(round: Round) -> tuple[dict[int, str], dict[int, float]]:
    """({item: its client}, {item: one over its chance}) of all the round's items."""
    rows = Item.objects.filter(round=round).values_list(
        "pk", "instance__profile__base_case", "inclusion_probability"
    )
    rows = list(rows)
    return {pk: base or f"item {pk}" for pk, base, _chance in rows}, {
        pk: 1 / chance for pk, _b, chance in rows
    }


def one_of(readings: dict[int, object], scale: str):
    """What a judge says in all: of a scale the mean of its readings; else what it says most often, of several the first
    said. Its repeats are one rater.
    """
    values = [readings[number] for number in sorted(readings)]
    if scale in SCALES:
        return sum(values) / len(values)
    return max(dict.fromkeys(values), key=values.count)


def folded(readings: dict[int, object], tie) -> tuple[dict[int, object], list[bool]]:
    """Of two texts, each repeat's two readings as one: what holds in both positions, else the tie; and of each repeat
    whether it changed with the position. A repeat of which one position has no judgement is left out.
    """
    found, changed = {}, []
    for number in sorted(readings):
        if number % 2 and number + 1 in readings:
            first, second = readings[number], readings[number + 1]
            found[(number + 1) // 2] = first if first == second else tie
            changed.append(first != second)
    return found, changed


def is_pair(arm: str) -> bool:
    return arm == Arm.PAIR
