"""What a judge model says becomes a decision of its own, which counts for nothing, or a named outcome without one."""

from datetime import datetime

from django.db import transaction

from review.judged import Wording
from review.models import JudgeOutcome, OutcomeKind, Reading
from review.models.readings import is_erased
from review.workflow.deciding import edited_of, found_of, require_storable, texts_of
from review.workflow.storing import NotCounted, locked, store, store_findings, store_ratings
from synthesis.models import Call


@transaction.atomic
def hear_judge(
    *, reading: Reading, kind: str, at: datetime, answers=None, call: str = "", why: str = ""
) -> JudgeOutcome:
    """What came of one reading of a judge, once: heard again it changes nothing. `answers` where it is judged;
    `call`: the key of the reply, where there was one. Of what was erased meanwhile nothing is kept but that.

    No standing moves, and what it calls unsafe is no flag: a lead sees it beside what people say.
    """
    item = locked(reading.item_id)
    if known := JudgeOutcome.objects.filter(reading=reading).first():
        return known
    decision = None
    if is_erased(item):
        kind, why = OutcomeKind.ERASED, ""  # whatever it said: erasing has locked the item before
    if kind == OutcomeKind.JUDGED:
        try:
            with transaction.atomic():
                decision = _decision(reading, item, answers, at)
        except NotCounted as reason:
            kind, why = OutcomeKind.NOT_COUNTED, str(reason)
    reply = Call.objects.filter(key=call).only("pk").first()
    return JudgeOutcome.objects.create(
        reading=reading, kind=kind, decision=decision, call=reply, why=why[:300]
    )


def _decision(reading: Reading, item, answers, at: datetime):
    judged = Wording().of(item)
    require_storable(texts_of(answers))
    decision = store(
        item=item, reading=reading, rater=reading.seat.rater, judged=judged, any_mistake=answers.any_mistake,
        believable=answers.believable, verdict=answers.verdict or "", preferred=answers.preferred or "",
        unsafe_texts=list(answers.unsafe_texts), rationale=answers.rationale,
        edited_text=edited_of(answers, judged), reject_reasons=list(answers.reject_reasons),
        unsafe=answers.unsafe, decided_at=at,
    )  # fmt: skip
    store_findings(decision, found_of(answers))
    store_ratings(decision, answers.ratings)
    return decision
