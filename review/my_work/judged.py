"""What a reviewer judged that is open to her now, in rows of few columns: the same for the list, its filters and what
they add up to. Queries only, in a number that does not grow.
"""

from dataclasses import dataclass, field, replace

from django.db.models import Exists, OuterRef

from guidelines.models import DimensionRevision, Entry
from review import access, grading
from review.models import (
    Appeal,
    AppealState,
    Arm,
    Aspect,
    Decision,
    DecisionKind,
    Finding,
    Rating,
    Reading,
    Standing,
    StandingState,
)
from review.standing import DIMENSION, GRADED, Rated
from review.workflow.storing import OTHER


@dataclass
class Judged:
    """One judgement of hers beside the final word. `settled`: {aspect: outcome} of what is settled."""

    item: int
    decision: int
    public_id: str
    arm: str
    verdict: str
    unsafe: bool
    believable: int | None
    client: str
    weight: float
    version: int
    guideline: int
    rehearsal: bool
    observer: bool
    alone: bool  # nobody else judged it: the final word is her own
    again: bool  # it was appealed and is judged again
    levels_within: int  # how far apart readers may lie
    preferred: str
    settled: dict = field(default_factory=dict)
    found: dict[str, list[int]] = field(default_factory=dict)  # mistake: severities
    # Where there is no draft: what she rated, and what was settled of it, as the rule of standing sees both.
    rated: list[tuple[Rated, Rated]] = field(default_factory=list)

    @property
    def own_text(self) -> bool:
        """Her words became the final ones."""
        return self.public_id in (self.settled.get(Aspect.WORDING) or [])

    @property
    def settled_mistakes(self) -> set[str] | None:
        outcome = self.settled.get(Aspect.FINDINGS)
        return None if outcome is None else {found["mistake"] for found in outcome}

    @property
    def differs(self) -> bool:
        """Her verdict, her words, the mistakes, the safety, and without a draft her ratings further than the round allows:
        where anything of it was settled otherwise.
        """
        verdict, wording = self.settled.get(Aspect.VERDICT), self.settled.get(Aspect.WORDING)
        safety = self.settled.get(Aspect.SAFETY)
        return (
            (verdict is not None and self.verdict != verdict)
            or (wording is not None and self.verdict == "edit" and not self.own_text)
            or (self.settled_mistakes is not None and self.settled_mistakes != set(self.found))
            or (safety is not None and self.unsafe != (safety == "unsafe"))
            or any(grading.apart(hers, stands, self.levels_within) for hers, stands in self.rated)
            or (self.settled.get(Aspect.PREFERRED, self.preferred) != self.preferred)
        )


COLUMNS = (
    "item", "pk", "public_id", "item__arm", "verdict", "unsafe", "believable", "item__instance__profile__base_case",
    "item__inclusion_probability", "pairs_version", "pairs_version__guideline", "item__round__rehearsal",
    "reading__seat__observer", "item__round__levels_within", "preferred",
)  # fmt: skip


def counted():
    """Judgements of readers that count: in force, first pass, no observer."""
    return Decision.objects.in_force().counting()


def own(user, items=None):
    """Her judgements in force on what is open to her, or on these `items`, known to be; of hidden repeats the first."""
    in_force = Decision.objects.in_force()
    if items is not None:
        # By her readings of these, which an index names; she may have judged many thousands more.
        readings = Reading.objects.filter(seat__rater__user=user, item__in=items, pass_number=1)
        return in_force.filter(reading__in=readings.order_by().values("pk"))
    items = access.resolved_for(user).order_by().values("pk")
    return in_force.readers().filter(rater__user=user, reading__pass_number=1, item__in=items)


def judged_by(user) -> list[Judged]:
    """All of it, the latest first. Four queries, and one more where anything was rated without a draft."""
    mine = own(user)
    others = counted().filter(item=OuterRef("item")).exclude(rater=OuterRef("rater"))
    settled_by = Decision.objects.filter(item=OuterRef("item")).exclude(kind=DecisionKind.READING)
    again = Appeal.objects.filter(item=OuterRef("item"), state=AppealState.GRANTED)
    rows = mine.annotate(shared=Exists(others) | Exists(settled_by), again=Exists(again)).order_by("-item")
    found = {}
    for row in rows.values_list(*COLUMNS, "shared", "again"):
        item, pk, public_id, arm, verdict, unsafe, believable, base, chance, version, guideline, *rest = row
        rehearsal, observer, within, preferred, shared, again = rest
        found[item] = Judged(
            item, pk, str(public_id), arm, verdict, unsafe, believable, base or f"item {item}", 1 / chance, version,
            guideline, rehearsal, observer, not shared, again, within or 0, preferred,
        )  # fmt: skip
    items = mine.order_by().values("item")
    standings = Standing.objects.filter(item__in=items, state=StandingState.SETTLED)
    for item, aspect, outcome in standings.values_list("item", "aspect", "outcome"):
        found[item].settled[aspect] = outcome
    findings = Finding.objects.filter(decision__in=mine.order_by().values("pk"))
    for item, mistake, severity in findings.values_list(
        "decision__item", "pair_revision__pair__key", "severity"
    ):
        found[item].found.setdefault(mistake or OTHER, []).append(severity)
    _add_ratings(found, mine)
    return list(found.values())


def _add_ratings(found: dict[int, Judged], mine) -> None:
    graded = Rating.objects.filter(decision__in=mine.filter(item__arm__in=GRADED).order_by().values("pk"))
    columns = ("decision__item", "decision__item__arm", "value", "dimension_revision")
    rows = list(graded.values_list(*columns))
    about = {
        revision.pk: {"key": revision.dimension.key, "scale": revision.scale, "levels": revision.levels}
        for revision in DimensionRevision.objects.select_related("dimension").filter(pk__in={row[3] for row in rows})
    }  # fmt: skip
    for item, arm, value, revision in rows:
        dimension = about[revision]
        for level in found[item].settled.get(DIMENSION + dimension["key"], ()):
            hers = grading.rated(dimension, value, arm=arm)
            # What stands of two texts is which is better, and no level any more.
            stands = (
                replace(hers, level=level) if arm == Arm.PAIR else grading.rated(dimension, level, arm=arm)
            )
            found[item].rated.append((hers, stands))


def names_of(versions) -> dict[int, dict[str, str]]:
    """{version: {key: name}} of the mistakes that could be named under these versions. One query."""
    found: dict[int, dict[str, str]] = {}
    entries = Entry.objects.filter(version__in=versions, pair_revision__positive=False)
    for version, key, name in entries.values_list(
        "version_id", "pair_revision__pair__key", "pair_revision__name"
    ):
        found.setdefault(version, {})[key] = name
    return found
