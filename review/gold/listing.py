"""Known answers as a list: how far each is agreed, and whether it is used now. Queries only."""

from django.db.models import Count, Exists, OuterRef

from accounts import roles
from review import access, standing
from review.gold.lasting import current
from review.models import Arm, Decision, DecisionKind, Gold, Item, RoundState
from review.models.gold import AGREED_BY
from review.workflow import judged_of

PAGE = 50
OFFERED = 20


def page_of(before: int | None) -> tuple[list[Gold], int | None]:
    """The newest first, each with `wanting` (how many have still to stand by it) and `lasts`."""
    found = Gold.objects.select_related(
        "by", "pairs_version__guideline", "rubric_version__guideline", "retirement"
    )
    found = found.annotate(stand_by=Count("endorsements", distinct=True)).order_by("-serial")
    if before is not None:
        found = found.filter(serial__lt=before)
    rows = list(found[: PAGE + 1])
    now = current()
    for row in rows[:PAGE]:
        row.wanting = max(0, AGREED_BY - row.stand_by)
        row.lasts = {row.pairs_version_id, row.rubric_version_id} <= now
    return rows[:PAGE], rows[PAGE - 1].serial if len(rows) > PAGE else None


def to_stand_by(user) -> list[Gold]:
    """Those that wait for experts, this one among them: proposed under what is in force, and not of a session that she
    judges, may settle, or may not see for the risk that it carries. They are few.
    """
    found = Gold.objects.unretired().exclude(endorsements__by=user)
    found = found.annotate(stand_by=Count("endorsements", distinct=True)).filter(stand_by__lt=AGREED_BY)
    found = found.select_related("instance__profile").defer("answers", "instance__content", "instance__trace")
    found = list(found.prefetch_related("instance__marks", "instance__profile__marks").order_by("serial"))
    if not found:
        return []  # as nearly always, on every page
    now = current()
    hidden = access.hidden_instances(user, [gold.instance_id for gold in found])
    leads = bool(roles.may_lead(user))
    return [
        gold
        for gold in found
        if {gold.pairs_version_id, gold.rubric_version_id} <= now
        and gold.instance_id not in hidden
        and (leads or not access.at_risk(gold.instance))
    ]


def could_become(user) -> list[Item]:
    """Settled in closed rounds of people, and without known answers yet; not what she has to judge. The newest."""
    known = Gold.objects.unretired().filter(instance=OuterRef("instance"))
    found = Item.objects.counted().settled().filter(~Exists(known), arm=Arm.AIDED)
    found = found.filter(round__state=RoundState.CLOSED, round__rehearsal=False)
    found = found.exclude(instance__cell__in=access.hidden_cells(user))
    return list(
        found.select_related("round", "instance").defer("instance__content").order_by("-pk")[:OFFERED]
    )


def as_settled(item: Item) -> dict:
    """What the readers of a settled item said, as the first words of a form of known answers; its writer judges."""
    verdict = item.standings.filter(aspect=standing.VERDICT).values_list("outcome", flat=True).first()
    initial = {"verdict": [verdict] if verdict else []}
    judged = [one for one in judged_of(item) if one.kind in ("reading", "adjudication")]
    replaced = {one.supersedes for one in judged}
    settling = [one for one in judged if standing.FINDINGS in one.answered]
    read = settling or [
        one for one in judged if one.n not in replaced and one.counts and one.kind == "reading"
    ]
    sets: dict[frozenset, list] = {}
    for one in read:
        sets.setdefault(frozenset(found.mistake for found in one.findings), []).append(one)
    initial["none"] = sets.pop(frozenset(), None) is not None
    most = sorted(sets.values(), key=len, reverse=True)
    for n, same in enumerate(most, 1):
        for found in standing.together(same):
            initial[f"turns_{n}_{found['mistake']}"] = found["utterances"]
            initial[f"severities_{n}_{found['mistake']}"] = found["severities"]
    readers = Decision.objects.in_force().filter(item=item, kind=DecisionKind.READING, reading__pass_number=1)
    levels = readers.filter(reading__seat__observer=False).values_list(
        "ratings__dimension_revision__dimension__key", "ratings__value"
    )
    for key, value in sorted({pair for pair in levels if pair[0]}):
        initial.setdefault(f"levels_{key}", []).append(value)
    return initial
