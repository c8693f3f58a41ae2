"""How often a second adjudicator, who did not know that a dispute was settled, settled it otherwise."""

from dataclasses import dataclass

from django.db.models import Count

from guidelines import briefing
from review import grading, standing
from review.models import Arm, Decision, Round, SecondJudgement, SecondReading
from review.workflow import key_of


@dataclass(frozen=True)
class Settled:
    """What one adjudicator said, as far as two are compared. `wrote`: a wording that the other never saw."""

    verdict: str | None
    findings: tuple[standing.Found, ...]
    approved: frozenset[str]
    wrote: bool
    unsafe: bool | None
    levels: dict[str, standing.Rated]
    preferred: str = ""

    @property
    def mistakes(self) -> set[str]:
        return {found.mistake for found in self.findings}


@dataclass(frozen=True)
class Overturning:
    """`drawn` settlements, of which a second adjudicator has `read` some; of `n` it can be said whether she settled them
    otherwise, which she did `overturned` times. Left out are those in which only her own wording could differ. `ci`:
    Wilson's interval at 95 %, sessions taken as independent. `unsafe`: numbers of sessions that she calls unsafe and that
    were settled as safe.
    """

    drawn: int
    read: int
    n: int
    overturned: int
    ci: tuple[float, float] | None
    unsafe: list[int]

    @property
    def share(self) -> float | None:
        return self.overturned / self.n if self.n else None

    @property
    def left_out(self) -> int:
        return self.read - self.n


def differs(
    aspects: set[str], first: Settled, second: Settled, *, levels_within: int, marks_within: int | None = None
) -> bool | None:
    """Whether the second settled anything otherwise; None where nothing can be compared. Findings and levels differ as
    those of two readers would. Wordings differ where no text is approved by both: two right edits are no dispute, and what
    one of them wrote herself the other could not judge.
    """
    said: list[bool] = []
    if standing.VERDICT in aspects:
        said.append(first.verdict != second.verdict)
    if standing.FINDINGS in aspects:
        apart = marks_within is not None and not standing.near([first, second], marks_within)
        said.append(first.mistakes != second.mistakes or apart)
    if standing.SAFETY in aspects:
        said.append(first.unsafe != second.unsafe)
    for key in {a.removeprefix(standing.DIMENSION) for a in aspects if a.startswith(standing.DIMENSION)}:
        said.append(grading.apart(first.levels[key], second.levels[key], levels_within))
    if standing.PREFERRED in aspects:
        said.append(first.preferred != second.preferred)
    edited = standing.WORDING in aspects or first.verdict == second.verdict == standing.EDIT
    if edited and not (first.wrote or second.wrote):
        said.append(not first.approved & second.approved)
    return any(said) if said else None


def of(round: Round) -> Overturning | None:
    """None where no settlement was drawn. A constant number of queries."""
    # Of all rounds, which are few: asked of one, each of its items is looked up.
    by_round = SecondReading.objects.order_by().values_list("decision__item__round").annotate(n=Count("*"))
    drawn = dict(by_round).get(round.pk, 0)
    if not drawn:
        return None
    judgements = (
        SecondJudgement.objects.filter(second_reading__decision__item__round=round)
        .select_related("second_reading__decision__item")
        .prefetch_related(
            "second_reading__decision__findings__pair_revision__pair",
            "second_reading__decision__ratings__dimension_revision__dimension",
        )
    )
    dimensions = briefing.dimensions(round.rubric_version)
    by_arm = {arm: grading.of_arm(dimensions, arm) for arm in Arm.values}
    within = round.levels_within or 0
    told, unsafe = [], []
    for judgement in judgements:
        settled = judgement.second_reading.decision
        aspects = set(settled.answered)
        arm = settled.item.arm
        first, other = _decided(settled, by_arm[arm], arm), _answered(judgement.answer, by_arm[arm], arm)
        told.append(differs(aspects, first, other, levels_within=within, marks_within=round.marks_within))
        if standing.SAFETY in aspects and other.unsafe and not first.unsafe:
            unsafe.append(settled.item.position + 1)
    compared = [one for one in told if one is not None]
    n, overturned = len(compared), sum(compared)
    ci = interval(overturned, n) if n else None
    return Overturning(drawn, len(told), n, overturned, ci, sorted(unsafe))


def interval(overturned: int, n: int) -> tuple[float, float]:
    """Wilson's at 95 %, sessions taken as independent."""
    from review.agreement.shares import wilson

    low, high = wilson([overturned / n], [n])
    return float(low[0]), float(high[0])


def _decided(decision: Decision, compared: dict[str, dict], arm: str) -> Settled:
    levels = {r.dimension_revision.dimension.key: r.value for r in decision.ratings.all()}
    return Settled(
        verdict=decision.verdict or None,
        findings=tuple(
            standing.Found(key_of(one), tuple(one.utterances), one.severity)
            for one in decision.findings.all()
        ),
        approved=frozenset(decision.approved_edits),
        wrote=bool(decision.edited_text),
        unsafe=decision.unsafe,
        levels={key: grading.rated(compared[key], level, arm=arm) for key, level in levels.items()},
        preferred=decision.preferred,
    )


def _answered(answer: dict, compared: dict[str, dict], arm: str) -> Settled:
    return Settled(
        verdict=answer["verdict"],
        findings=tuple(
            standing.Found(one["mistake"], tuple(one["utterances"]), one["severity"])
            for one in answer["findings"] or []
        ),
        approved=frozenset(answer["approved_edits"]),
        wrote=bool(answer["written"]),
        unsafe=bool(answer["unsafe"]),
        levels={key: grading.rated(compared[key], level, arm=arm) for key, level in answer["levels"].items()},
        # Those of before pairs were settled do not say.
        preferred=answer.get("preferred") or "",
    )
