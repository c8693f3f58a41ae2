"""How many judgements there are, seat by seat: they only come, so what was added up once is not added up again."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.identity import public_id
from review.models import Arm, Decision, ErrorType, SendState, Verdict
from synthesis.adding_up import added_up


@dataclass(frozen=True)
class Judged:
    """Readings that a seat has judged, by arm: in the first pass, and again. `counted`: of the first pass, those of which
    no answer was known; and of these what is in force: those that found a mistake, and verdicts. `made`: all readings that
    it has judged, none where a machine sits.
    """

    first: dict[str, int]
    again: dict[str, int]
    counted: dict[str, int]
    any_mistake: dict[str, int]
    verdicts: dict[str, dict[str, int]]
    made: int = 0


NOTHING = Judged(*(dict.fromkeys(Arm.values, 0) for _ in range(3)), {}, {})


def judged_so_far() -> dict[int, Judged]:
    """{seat: what it judged}, of all rounds; a seat that has judged nothing is absent."""
    found = added_up(
        Decision,
        _rows,
        grouped_by="reading__seat",
        sums=_sums(),
        # By the installation, whose database it is that numbers the rows.
        key=f"review.judged_so_far.{public_id('review.judged_so_far')}",
        stored="received_at",
    )
    return {seat: _judged(sums) for seat, sums in found.items()}


def _rows(after: int, upto: int | None, rows=None):
    rows = (Decision.objects.readers() if rows is None else rows).filter(pk__gt=after)
    return rows if upto is None else rows.filter(pk__lte=upto)


def _sums() -> dict:
    """A judgement that supersedes another takes that one's place in what is in force, and its reading was judged before."""
    # What judge models say counts for nothing.
    sums = {"made": Count("pk", filter=Q(supersedes=None) & ~Q(reading__send_state=SendState.NEVER))}
    for arm in Arm.values:
        again = Q(reading__pass_number=2, item__arm=arm, supersedes=None)
        sums[f"{arm}_again"] = Count("pk", filter=again)
        mine = Q(reading__pass_number=1, item__arm=arm)
        sums[f"{arm}_judged"] = Count("pk", filter=mine & Q(supersedes=None))
        counted = mine & Q(item__gold=None)
        sums[f"{arm}_counted"] = Count("pk", filter=counted & Q(supersedes=None))
        for name, said in _said().items():
            sums[f"{arm}_{name}"] = Count("pk", filter=counted & Q(**said))
            before = {f"supersedes__{field}": value for field, value in said.items()}
            sums[f"{arm}_{name}_before"] = Count("pk", filter=counted & Q(**before))
    return sums


def _said() -> dict[str, dict]:
    return {"any_mistake": {"any_mistake": True}} | {
        verdict: {"verdict": verdict} for verdict in Verdict.values
    }


def _judged(sums: dict) -> Judged:
    def in_force(arm: str, name: str) -> int:
        return sums[f"{arm}_{name}"] - sums[f"{arm}_{name}_before"]

    return Judged(
        {arm: sums[f"{arm}_judged"] for arm in Arm.values},
        {arm: sums[f"{arm}_again"] for arm in Arm.values},
        {arm: sums[f"{arm}_counted"] for arm in Arm.values},
        {arm: in_force(arm, "any_mistake") for arm in Arm.values},
        {arm: {verdict: in_force(arm, verdict) for verdict in Verdict.values} for arm in Arm.values},
        sums["made"],
    )


def came_from() -> dict[int, dict[str, int]]:
    """{round: {type of error: how many disputes came from it, as their adjudicators say}}."""
    return added_up(
        Decision,
        lambda after, upto: _rows(after, upto, Decision.objects.exclude(error_type="")),
        grouped_by="item__round",
        sums={value: Count("pk", filter=Q(error_type=value)) for value in ErrorType.values},
        key=f"review.came_from.{public_id('review.came_from')}",
        stored="received_at",
    )
