"""A reader's judgement becomes a decision."""

import math
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from review import standing
from review.flags import raising
from review.judged import Wording
from review.label_studio.screens.build import level_alias
from review.models import (
    Arm,
    Aspect,
    Decision,
    RawAnnotation,
    Reading,
    Return,
    RoundState,
    StandingState,
    Verdict,
)
from review.workflow.storing import (
    OTHER,
    NotCounted,
    key_of,
    locked,
    restand,
    store,
    store_findings,
    store_ratings,
)


def decide(
    *,
    reading: Reading,
    answers,
    decided_at: datetime,
    lead_time: float | None = None,
    raw: RawAnnotation | None = None,
) -> Decision:
    """Record one judgement on a reading. `answers`: review.label_studio.reading_results.Answers.

    A later judgement of the same reading supersedes the earlier one, before settlement only. Raises
    NotCounted.
    """
    with transaction.atomic():
        item = locked(reading.item_id)
        if raw is not None and (known := Decision.objects.filter(raw=raw).first()):
            return known
        previous = Decision.objects.in_force().filter(reading=reading).first()
        _require_in_time(reading, item, previous, decided_at)
        judged = Wording().of(item)
        _require_storable(f"{answers.edited_text}{answers.comment}")
        edited = _edited(answers, judged)
        if previous and _same(previous, answers, edited):
            raise NotCounted(_("Sent again without a change; the judgement in force stands."))
        decision = store(
            item=item,
            reading=reading,
            rater=reading.seat.rater,
            supersedes=previous,
            judged=judged,
            any_mistake=answers.any_mistake,
            believable=answers.believable,
            verdict=answers.verdict or "",
            edited_text=edited,
            reject_reasons=list(answers.reject_reasons),
            unsafe=answers.unsafe,
            comment=answers.comment,
            decided_at=decided_at,
            lead_time_seconds=_seconds(lead_time),
            raw=raw,
        )
        store_findings(decision, _found(answers))
        store_ratings(decision, answers.ratings)
        raising.of_decision(decision)
        restand(item)
        return decision


def _require_in_time(reading, item, previous, decided_at):
    if item.round.state != RoundState.OPEN:
        raise NotCounted(_("Judged after the round was closed."))
    # What she judged before somebody handed it on counts, whenever it arrives: the item has one reader more.
    if Return.objects.filter(reading=reading, at__lt=decided_at).exists():
        raise NotCounted(_("Given back before; it is another's to judge."))
    counts = reading.pass_number == 1 and not reading.seat.observer
    # Safety may be resolved before all have read; the item is settled when its verdict or its findings are.
    main = Aspect.FINDINGS if item.arm == Arm.UNAIDED else Aspect.VERDICT
    if counts and item.standings.filter(aspect=main, state=StandingState.SETTLED).exists():
        raise NotCounted(_("Judged after the item was settled; a late judgement never changes an item."))
    if previous and decided_at < previous.decided_at:
        raise NotCounted(_("Older than this reviewer's judgement in force."))


def _require_storable(text: str):
    if "\0" in text:
        raise NotCounted(_("The text holds a character that cannot be kept (NUL)."))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise NotCounted(_("The text holds half of a character, which cannot be kept."))


def _seconds(lead_time) -> float | None:
    """How long it took, if known: a clock that was set back meanwhile tells less than nothing. The raw record
    keeps what was sent.
    """
    seconds = None if lead_time is None else float(lead_time)
    return seconds if seconds is not None and 0 <= seconds < math.inf else None


def _edited(answers, judged) -> str:
    """The edited text. An edit that changes nothing is neither an edit nor silently an acceptance: it is not
    counted.
    """
    if answers.verdict != Verdict.EDIT:
        return ""
    text = answers.edited_text or ""
    if text.split() == judged["draft"].split():
        raise NotCounted(
            _("Edited without a change: the text equals the draft. Accept it, or change the wording.")
        )
    return text


def _found(answers) -> list[standing.Found]:
    """The screen counts turns from 0; an utterance's id, which the draft shows too, counts from 1."""
    return [
        standing.Found(f["pair"] or OTHER, tuple(turn + 1 for turn in f["utterances"]), f["severity"])
        for f in answers.findings
    ]


def _same(previous: Decision, answers, edited: str) -> bool:
    stored = (
        previous.any_mistake, previous.believable, previous.verdict, previous.edited_text,
        sorted(previous.reject_reasons), previous.unsafe, previous.comment,
        [standing.Found(key_of(f), tuple(f.utterances), f.severity) for f in previous.findings.all()],
        {r.dimension_revision.dimension.key: r.value for r in previous.ratings.all()},
    )  # fmt: skip
    sent = (
        answers.any_mistake, answers.believable, answers.verdict or "", edited,
        sorted(answers.reject_reasons), answers.unsafe, answers.comment,
        _found(answers), {key: level_alias(value) for key, value in answers.ratings.items()},
    )  # fmt: skip
    return stored == sent
