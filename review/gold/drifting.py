"""Whether a reviewer's judgements change over time, for a lead to look at together with her. Queries; nothing follows of
an alarm by itself.

Known answers among the others of live rounds, in the order judged: whether they are found more rarely than the pass mark
that she was certified by. And how serious she finds a mistake, against known answers and, in closed rounds, against the
adjudicator's word: whether she leans to one side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from review import access
from review.agreement.drift import HORIZON, Course, fewer_hits, leaning
from review.gold.answers import DIMENSION, FINDINGS, VERDICT, hits, severity_biases
from review.gold.results import given, measured, with_answers
from review.gold.training import SHARE
from review.models import Aspect, Certification, Decision, DecisionKind, Purpose, Rater, RaterKind, RoundState
from review.workflow import key_of

LOOKED_BACK = timedelta(days=365)

Observed = list[tuple[datetime, float]]


@dataclass(frozen=True)
class Watched:
    """One line: of `n` observations, the last HORIZON at most. `since`: the one that raised the alarm, or None."""

    name: str
    n: int
    mean: float
    against: float | None  # the share that is compared with; None for a lean
    since: datetime | None


def of_readers(user) -> list[tuple[Rater, list[Watched]]]:
    """Of everybody with anything to watch, those to look at first. Not of rounds in which `user` judges now."""
    start = timezone.now() - LOOKED_BACK
    hidden = access.rounds_she_judges(user).values("pk")
    live = measured().filter(item__round__purpose=Purpose.REVIEW, rater__kind=RaterKind.HUMAN)
    live = live.filter(decided_at__gte=start).exclude(item__round__in=hidden)
    found: dict[Rater, dict[str, Observed]] = {}
    leans: dict[Rater, Observed] = {}
    for decision in with_answers(live).select_related("rater__user").order_by("decided_at", "pk"):
        hers, answers, at = given(decision), decision.item.gold.answers, decision.decided_at
        for aspect, hit in hits(hers, answers).items():
            found.setdefault(decision.rater, {}).setdefault(aspect, []).append((at, float(hit)))
        for bias in severity_biases(hers, answers):
            leans.setdefault(decision.rater, []).append((at, bias))
    for rater, at, bias in _against_adjudicators(start, hidden):
        leans.setdefault(rater, []).append((at, bias))
    marks = _pass_marks({*found, *leans})
    rows = [
        (rater, [*_hits(found.get(rater, {}), marks.get(rater.pk, {})), *_leans(leans.get(rater, []))])
        for rater in sorted({*found, *leans}, key=str)
    ]
    return sorted(rows, key=lambda row: not any(one.since for one in row[1]))


def _against_adjudicators(start: datetime, hidden) -> Iterable[tuple[Rater, datetime, int]]:
    """How far from the adjudicator's word, the nearest where she gave several, each mistake was put that both name, in
    closed rounds of people.
    """
    closed = Decision.objects.filter(
        item__round__state=RoundState.CLOSED,
        item__round__rehearsal=False,
        item__gold=None,
        decided_at__gte=start,
    ).exclude(item__round__in=hidden)
    final: dict[int, dict[str, list[int]]] = {}
    said = closed.filter(kind=DecisionKind.ADJUDICATION).prefetch_related("findings__pair_revision__pair")
    for decision in said:
        if Aspect.FINDINGS in decision.answered:
            given = final.setdefault(decision.item_id, {})
            for one in decision.findings.all():
                given.setdefault(key_of(one), []).append(one.severity)
    read = closed.in_force().counting().filter(item__in=final, rater__kind=RaterKind.HUMAN)
    read = read.select_related("rater__user")
    for decision in read.prefetch_related("findings__pair_revision__pair"):
        for one in decision.findings.all():
            if given := final[decision.item_id].get(key_of(one)):
                bias = min((one.severity - right for right in given), key=abs)
                yield decision.rater, decision.decided_at, bias


def _pass_marks(raters) -> dict[int, dict[str, float]]:
    """{rater: {aspect: share}}, of her latest certification."""
    rows = Certification.objects.filter(rater__in=raters).order_by("pk").values_list("rater", "results")
    return {rater: {aspect: one["share"] for aspect, one in results.items()} for rater, results in rows}


def _hits(found: dict[str, Observed], marks: dict[str, float]) -> list[Watched]:
    watched = []
    for aspect, observed in found.items():
        last = observed[-HORIZON:]
        # Of somebody who is to miss nothing, one miss would be an alarm.
        share = min(marks.get(aspect, SHARE), 0.99)
        course = fewer_hits([bool(hit) for _at, hit in last], share)
        watched.append(_watched(_name(aspect), last, share, course, last))
    return watched


def _leans(observed: Observed) -> list[Watched]:
    last = sorted(observed)[-HORIZON:]
    if not last:
        return []
    off = [one for one in last if one[1]]
    above, below = leaning([bias for _at, bias in last])
    course, name = above, _("How serious a mistake is")
    if above.alarms_at is not None:
        name = _("How serious a mistake is: more than the final word")
    elif below.alarms_at is not None:
        course, name = below, _("How serious a mistake is: less than the final word")
    return [_watched(name, last, None, course, off)]


def _watched(name: str, observed: Observed, against, course: Course, counted: Observed) -> Watched:
    since = None if course.alarms_at is None else counted[course.alarms_at][0]
    mean = sum(value for _at, value in observed) / len(observed)
    return Watched(name, len(observed), mean, against, since)


def _name(aspect: str) -> str:
    fixed = {VERDICT: _("Verdict"), FINDINGS: _("Mistakes and where")}
    return fixed.get(aspect) or aspect.removeprefix(DIMENSION)
