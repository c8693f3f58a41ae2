"""Erases what readers were shown and wrote of sessions whose source was erased, and queues their tasks in Label Studio."""

import json

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from review.models import (
    Appeal,
    Decision,
    Finding,
    FirstJudgement,
    Flag,
    Item,
    JudgeOutcome,
    Judging,
    Rating,
    RawAnnotation,
    Reading,
    Resolution,
    Return,
    RoundState,
    SecondJudgement,
    SendState,
    TaskToErase,
)
from synthesis.blanking import ERASED, blanked

WRITTEN = ("edited_text", "better_reply", "rationale", "comment")


def erase_of(ids: list[int]) -> dict[str, int]:
    """Of these instances. Within the transaction that erases their source. {what: rows}"""
    # Whoever decides something on one of them, a judge model too, has done so or waits, and then finds it erased.
    items = Item.objects.filter(instance__in=ids).select_for_update().order_by("pk")
    items = list(items.values_list("pk", flat=True))
    readings = Reading.objects.filter(item__in=items)
    return {
        _("judgements"): _decisions(Decision.objects.filter(item__instance__in=ids)),
        _("records from Label Studio"): _raw(RawAnnotation.objects.filter(reading__in=readings)),
        _("first judgements of adjudicators"): _first(FirstJudgement.objects.filter(item__instance__in=ids)),
        _("second judgements of disputes"): _second(
            SecondJudgement.objects.filter(_of("second_reading__decision", ids))
        ),
        _("flags, appeals and answers to them"): _words_about(ids),
        _("outcomes of judge models"): _judges(readings),
        _("tasks to be taken out of Label Studio"): _tasks(readings),
    }


def _decisions(decisions: QuerySet) -> int:
    n = 0
    for one in decisions:
        words = {name: ERASED for name in WRITTEN if getattr(one, name)}
        Decision.objects.filter(pk=one.pk).update(judged=blanked(one.judged), **words)
        n += 1
    for one in Rating.objects.filter(decision__in=decisions).exclude(evidence=[]):
        Rating.objects.filter(pk=one.pk).update(evidence=blanked(one.evidence))
    for one in Finding.objects.filter(decision__in=decisions).exclude(notes={}):
        Finding.objects.filter(pk=one.pk).update(notes=blanked(one.notes))
    return n


def _of(path: str, ids: list[int]) -> Q:
    return Q(**{f"{path}__item__instance__in": ids})


def _second(judgements: QuerySet) -> int:
    n = 0
    for one in judgements:
        answer = {name: ERASED if name == "written" and said else said for name, said in one.answer.items()}
        changed = {"judged": blanked(one.judged), "answer": answer, "reason": ERASED}
        n += SecondJudgement.objects.filter(pk=one.pk).update(**changed)
    return n


def _words_about(ids: list[int]) -> int:
    """What was written to and by leads of these sessions."""
    appeals = Appeal.objects.filter(item__instance__in=ids)
    return (
        Flag.objects.filter(item__instance__in=ids).exclude(words="").update(words=ERASED)
        + Resolution.objects.filter(_of("flag", ids)).update(reason=ERASED)
        + appeals.exclude(reason="").update(reason=ERASED)
        + appeals.exclude(answer="").update(answer=ERASED)
    )


def _judges(readings: QuerySet) -> int:
    """Why a judge gave no judgement, or stopped: what a server said of a request may quote it."""
    of = JudgeOutcome.objects.filter(reading__in=readings)
    stopped = Judging.objects.filter(seat__readings__in=readings).exclude(why="").values("pk")
    Judging.objects.filter(pk__in=stopped).update(why=ERASED)
    return of.exclude(why="").update(why=ERASED)


def _raw(annotations: QuerySet) -> int:
    """Whether it was a skip stays: the last word of a payload says so."""
    n = 0
    for one in annotations:
        payload = json.dumps({"erased": True, "was_cancelled": one.cancelled})
        RawAnnotation.objects.filter(pk=one.pk).update(payload=payload)
        n += 1
    return n


def _first(judgements: QuerySet) -> int:
    n = 0
    for one in judgements:
        shown = [{"token": text.get("token", ""), "words": ERASED} for text in one.shown]
        FirstJudgement.objects.filter(pk=one.pk).update(shown=shown)
        n += 1
    return n


def _tasks(readings: QuerySet) -> int:
    """What was not sent never is; what was is deleted there at the next sync, also what was taken out of a queue: that
    stays there where somebody had judged it. What is still to be judged is nobody's work any more.
    """
    there = readings.of_people().exclude(send_state=SendState.PLANNED).filter(to_erase=None)
    queued = TaskToErase.objects.bulk_create(TaskToErase(reading=one) for one in there)
    readings.filter(send_state=SendState.PLANNED).update(send_state=SendState.REMOVED)
    left = readings.of_people().filter(judged=False, returned=None, seat__round__state=RoundState.OPEN)
    Return.objects.bulk_create(Return(reading=one) for one in left)
    return len(queued)
