"""How well readers find the known answers, aspect by aspect."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from guidelines import briefing
from guidelines.models import Version
from review.gold.answers import DIMENSION, FINDINGS, VERDICT, Given, hits
from review.models import Decision, Endorsement
from review.standing import Found
from review.workflow import key_of


@dataclass(frozen=True)
class Tally:
    """Of one aspect: so many of `n` judgements are among the accepted answers; the interval is exact, at 95 %."""

    aspect: str
    hits: int
    n: int

    @property
    def share(self) -> float:
        return self.hits / self.n

    @property
    def interval(self) -> tuple[float, float]:
        from review.agreement.exact import exact_interval  # it loads SciPy

        return exact_interval(self.hits, self.n)

    @property
    def text(self) -> str:
        low, high = self.interval
        return f"{self.share:.2f} [{low:.2f}, {high:.2f}] n={self.n}"


def measured() -> QuerySet:
    """Readers' judgements of sessions with known answers, but for answers that the reader wrote, stood by, or that were
    made from a session she had judged.
    """
    own = {"gold": OuterRef("item__gold"), "by": OuterRef("rater__user")}
    source = Decision.objects.filter(item=OuterRef("item__gold__made_from"), rater=OuterRef("rater"))
    return (
        Decision.objects.in_force()
        .counting()
        .filter(item__gold__isnull=False)
        .exclude(item__gold__by=F("rater__user"))
        .exclude(Exists(Endorsement.objects.filter(**own)))
        .exclude(Exists(source))
    )


def with_answers(decisions: QuerySet) -> QuerySet:
    """With all that `given` and `hits` read, in a constant number of queries."""
    return decisions.select_related("item__gold", "item__round").prefetch_related(
        "findings__pair_revision__pair", "ratings__dimension_revision__dimension"
    )


def given(decision: Decision) -> Given:
    return Given(
        verdict=decision.verdict,
        findings=tuple(
            Found(key_of(one), tuple(one.utterances), one.severity) for one in decision.findings.all()
        ),
        levels={one.dimension_revision.dimension.key: one.value for one in decision.ratings.all()},
    )


def tallies(decisions: Iterable[Decision]) -> dict[str, Tally]:
    """{aspect: its tally}, of judgements read `with_answers`."""
    found: dict[str, list[bool]] = {}
    for decision in decisions:
        for aspect, hit in hits(given(decision), decision.item.gold.answers).items():
            found.setdefault(aspect, []).append(hit)
    return {aspect: Tally(aspect, sum(each), len(each)) for aspect, each in found.items()}


def names_of_aspects(rubric_version: Version) -> dict[str, str]:
    """In the order of the screen."""
    dimensions = briefing.dimensions(rubric_version)
    return {VERDICT: _("Verdict"), FINDINGS: _("Mistakes and where")} | {
        DIMENSION + one["key"]: one["name"] for one in dimensions
    }
