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
    Aspect,
    Decision,
    Purpose,
    RawAnnotation,
    Reading,
    Return,
    RoundState,
    StandingState,
    Verdict,
)
from review.models.readings import is_erased
from review.workflow.storing import (
    OTHER,
    HersToMend,
    NotCounted,
    TooLate,
    key_of,
    locked,
    moves_what_is_settled,
    restand,
    store,
    store_findings,
    store_ratings,
)

# In characters: many times the longest draft, and no more than a page can show.
LONGEST_TEXT = 50_000


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
    NotCounted; TooLate where it would have counted before the item was settled.
    """
    with transaction.atomic():
        item = locked(reading.item_id)
        if raw is not None and (known := Decision.objects.filter(raw=raw).first()):
            return known
        previous = Decision.objects.in_force().filter(reading=reading).first()
        _require_hers(reading, item, previous, decided_at)
        judged = Wording().of(item)
        require_storable(texts_of(answers))
        edited = edited_of(answers, judged)
        if previous and _same(previous, answers, edited):
            raise NotCounted(_("Sent again without a change; the judgement in force stands."))
        _require_in_time(reading, item, revises=previous is not None)
        decision = store(
            item=item,
            reading=reading,
            rater=reading.seat.rater,
            supersedes=previous,
            judged=judged,
            any_mistake=answers.any_mistake,
            believable=answers.believable,
            verdict=answers.verdict or "",
            preferred=answers.preferred or "",
            unsafe_texts=list(answers.unsafe_texts),
            rationale=answers.rationale,
            edited_text=edited,
            better_reply=answers.better_reply,
            exemplar_verdict=answers.exemplar_verdict,
            reject_reasons=list(answers.reject_reasons),
            unsafe=answers.unsafe,
            comment=answers.comment,
            decided_at=decided_at,
            lead_time_seconds=_seconds(lead_time),
            raw=raw,
        )
        store_findings(decision, found_of(answers), _notes(answers))
        store_ratings(decision, answers.ratings, _evidence(answers))
        raising.of_decision(decision)
        if previous and _counts(reading) and (moved := moves_what_is_settled(item)):
            raise TooLate(_late_for(moved))
        restand(item)
        return decision


def _require_hers(reading, item, previous, decided_at):
    if is_erased(item):
        raise NotCounted(_("What it was made of was erased meanwhile."))
    # What she judged before somebody handed it on counts, whenever it arrives: the item has one reader more.
    if Return.objects.filter(reading=reading, at__lt=decided_at).exists():
        raise NotCounted(_("Given back before; it is another's to judge."))
    if previous and item.round.purpose == Purpose.TRAINING:
        raise NotCounted(_("The accepted answers were shown after the first judgement; that one counts."))
    if previous and decided_at < previous.decided_at:
        raise NotCounted(_("Older than this reviewer's judgement in force."))


def _require_in_time(reading, item, *, revises: bool):
    """A reader may revise until the item is settled as a whole: what is in dispute is still to be settled."""
    closed = item.round.state != RoundState.OPEN
    # Safety may be resolved before all have read; of the rest nothing is settled before all of it is judged.
    settled = item.standings.filter(state=StandingState.SETTLED).exclude(aspect=Aspect.SAFETY)
    late = _("Judged after the round was closed.") if closed else ""
    if _counts(reading) and settled.exists():
        whole = not item.standings.exclude(state=StandingState.SETTLED).exists()
        if closed or whole or not revises:
            raise TooLate(
                late or _("Judged after the item was settled; a late judgement never changes an item.")
            )
    if closed:
        raise NotCounted(late)


def _counts(reading) -> bool:
    return reading.pass_number == 1 and not reading.seat.observer


def _late_for(aspects: list[str]) -> str:
    names = [str(Aspect(one).label) if one in Aspect.values else one.partition(":")[2] for one in aspects]
    return _("Judged after a part of the item was settled, which it would change: %s.") % ", ".join(names)


def texts_of(answers) -> list[str]:
    """Whatever she wrote or quoted, wherever."""
    notes = [note for finding in answers.findings for note in finding.get("notes", {}).values()]
    quotes = [
        mark[part] for marks in answers.evidence.values() for mark in marks for part in ("quote", "note")
    ]
    return [
        answers.edited_text or "",
        answers.better_reply,
        answers.rationale,
        answers.comment,
        *notes,
        *quotes,
    ]


def require_countable(answers, judged: dict) -> None:
    """As far as that lies in the answers alone; raises HersToMend."""
    require_storable(texts_of(answers))
    edited_of(answers, judged)


def require_storable(texts: list[str]):
    for text in texts:
        if len(text) > LONGEST_TEXT:
            raise HersToMend(
                _("A text of %(n)s characters; %(most)s are the most that can be counted.")
                % {"n": len(text), "most": LONGEST_TEXT}
            )
        if "\0" in text:
            raise HersToMend(_("The text holds a character that cannot be kept (NUL)."))
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise HersToMend(_("The text holds half of a character, which cannot be kept."))


def _seconds(lead_time) -> float | None:
    """How long it took, if known: a clock that was set back meanwhile tells less than nothing. The raw record
    keeps what was sent.
    """
    seconds = None if lead_time is None else float(lead_time)
    return seconds if seconds is not None and 0 <= seconds < math.inf else None


def edited_of(answers, judged) -> str:
    """The edited text. An edit that changes nothing is neither an edit nor silently an acceptance: it is not
    counted.
    """
    if answers.verdict != Verdict.EDIT:
        return ""
    text = answers.edited_text or ""
    if text.split() == judged["draft"].split():
        raise HersToMend(
            _("Edited without a change: the text equals the draft. Accept it, or change the wording.")
        )
    return text


def found_of(answers) -> list[standing.Found]:
    """The screen counts turns from 0; an utterance's id, which the draft shows too, counts from 1."""
    return [
        standing.Found(f["pair"] or OTHER, tuple(turn + 1 for turn in f["utterances"]), f["severity"])
        for f in answers.findings
    ]


def _notes(answers) -> list[dict]:
    """Of each finding, by the ids of utterances; the keys of what is kept as JSON are texts."""
    return [
        {str(turn + 1): note for turn, note in finding.get("notes", {}).items()}
        for finding in answers.findings
    ]


def _evidence(answers) -> dict[str, list[dict]]:
    return {
        key: [
            {"utterance": None if mark["turn"] is None else mark["turn"] + 1, "quote": mark["quote"],
             "note": mark["note"]}
            for mark in marks
        ]
        for key, marks in answers.evidence.items()
    }  # fmt: skip


def _same(previous: Decision, answers, edited: str) -> bool:
    stored = (
        previous.any_mistake, previous.believable, previous.verdict, previous.edited_text,
        sorted(previous.reject_reasons), previous.unsafe, previous.comment,
        [standing.Found(key_of(f), tuple(f.utterances), f.severity) for f in previous.findings.all()],
        {r.dimension_revision.dimension.key: (r.value, r.evidence) for r in previous.ratings.all()},
        [f.notes for f in previous.findings.all()],
        previous.preferred, previous.unsafe_texts, previous.rationale, previous.better_reply, previous.exemplar_verdict,
    )  # fmt: skip
    sent = (
        answers.any_mistake, answers.believable, answers.verdict or "", edited,
        sorted(answers.reject_reasons), answers.unsafe, answers.comment,
        found_of(answers),
        {key: (level_alias(value), _evidence(answers).get(key, [])) for key, value in answers.ratings.items()},
        _notes(answers), answers.preferred or "", list(answers.unsafe_texts), answers.rationale, answers.better_reply,
        answers.exemplar_verdict,
    )  # fmt: skip
    return stored == sent
