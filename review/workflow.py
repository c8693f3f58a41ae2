"""Judgements become decisions, and decisions move standings. The only writer of Decision, Finding, Rating,
Standing.
"""

import math
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from accounts.digesting import digest
from guidelines import briefing
from review import access, standing, trail
from review.judged import Wording
from review.label_studio.screens.build import level_alias
from review.models import (
    Arm,
    Aspect,
    Decision,
    DecisionKind,
    Finding,
    Item,
    RaterKind,
    Rating,
    RawAnnotation,
    Reading,
    Return,
    RoundState,
    Standing,
    StandingState,
    Verdict,
)
from review.raters import rater_for, record_in_force
from synthesis.models import Mark
from synthesis.models.marks import MarkKind

OTHER = "other"


class NotCounted(ValueError):
    """The judgement is not counted; the message says why. Its raw annotation is kept with this reason."""


class CannotSettle(ValueError):
    """The dispute cannot be settled like this; the message says what is missing. Nothing was changed."""


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
        item = _locked(reading.item_id)
        if raw is not None and (known := Decision.objects.filter(raw=raw).first()):
            return known
        previous = Decision.objects.in_force().filter(reading=reading).first()
        _require_in_time(reading, item, previous, decided_at)
        judged = Wording().of(item)
        _require_storable(f"{answers.edited_text}{answers.comment}")
        edited = _edited(answers, judged)
        if previous and _same(previous, answers, edited):
            raise NotCounted(_("Sent again without a change; the judgement in force stands."))
        decision = _store(
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
        _store_findings(decision, _found(answers))
        _store_ratings(decision, answers.ratings)
        _restand(item)
        return decision


def adjudicate(
    *,
    item: Item,
    by,
    verdict: str | None = None,
    findings: list[dict] | None = None,
    approved_edits: list[str] | None = None,
    equivalent: bool | None = None,
    unsafe: bool | None = None,
    reason: str,
) -> Decision:
    """Settle what is in dispute on an item, in writing.

    `verdict`: for a disputed verdict. `findings`: for disputed findings, [{"mistake", "utterances",
    "severity"}]. `approved_edits`: public ids of the edits whose words stand; `equivalent`: whether the edits
    say the same. `unsafe`: required when a reader called the session unsafe; True holds the session itself, in
    every round and release, until a lead releases it. Raises Refused or CannotSettle.
    """
    with transaction.atomic():
        item = _locked(item.pk)
        roles.require(access.may_settle(by, item))
        now = {s.aspect: s.state for s in item.standings.all()}
        disputed = {aspect for aspect, state in now.items() if state == StandingState.DISPUTED}
        edits = _edits(item)
        approved = _settlement(disputed, verdict, findings, approved_edits, equivalent, unsafe, reason, edits)
        _require_safe(item, verdict, unsafe)
        answered = {Aspect.VERDICT: verdict, Aspect.FINDINGS: findings, Aspect.SAFETY: unsafe}
        judged = {**Wording().of(item), "edits": edits}
        if equivalent is not None:
            judged["equivalent"] = equivalent
        decision = _store(
            item=item,
            rater=rater_for(by),
            kind=DecisionKind.WORDING if disputed == {Aspect.WORDING} else DecisionKind.ADJUDICATION,
            judged=judged,
            verdict=verdict or "",
            answered=[str(aspect) for aspect, answer in answered.items() if answer is not None],
            approved_edits=sorted(approved),
            unsafe=bool(unsafe),
            comment=reason.strip(),
            decided_at=timezone.now(),
        )
        _store_findings(
            decision,
            [standing.Found(f["mistake"], tuple(f["utterances"]), f["severity"]) for f in findings or []],
        )
        _restand(item)
        if unsafe:
            _hold(item.instance, decision)
        told = {"settled": sorted(map(str, disputed))}
        trail.record(verb="adjudicate", round=item.round, by=by, item=item, after=told)
        return decision


def judged_of(item: Item) -> list[standing.Judged]:
    """All decisions on an item as the rule sees them."""
    found = []
    decisions = item.decisions.select_related("reading__seat", "supersedes")
    for decision in decisions.prefetch_related("findings__pair_revision__pair"):
        reading = decision.reading
        found.append(
            standing.Judged(
                n=decision.n,
                name=str(decision.public_id),
                kind=decision.kind,
                rater=decision.rater_id,
                counts=reading is None or (reading.pass_number == 1 and not reading.seat.observer),
                supersedes=decision.supersedes.n if decision.supersedes else None,
                verdict=decision.verdict,
                findings=tuple(
                    standing.Found(key_of(f), tuple(f.utterances), f.severity)
                    for f in decision.findings.all()
                ),
                unsafe=decision.unsafe,
                answered=tuple(decision.answered),
                approved_edits=tuple(decision.approved_edits),
            )
        )
    return found


def key_of(finding: Finding) -> str:
    return finding.pair_revision.pair.key if finding.pair_revision else OTHER


def readers_needed(item: Item) -> int:
    return item.readings.planned().count()


def _locked(item_id: int) -> Item:
    """The item's row lock puts its decisions in a line; on SQLite the transaction itself has the only
    lock.
    """
    Item.objects.select_for_update().get(pk=item_id)
    # Only now: the round may have been closed while we waited, and a row joined to the lock would be the old one.
    items = Item.objects.select_related(
        "round__pairs_version__guideline", "round__rubric_version__guideline", "instance__version__guideline"
    )
    return items.get(pk=item_id)


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


def _edits(item) -> dict[str, str]:
    """{public id: text} of the edits in force."""
    edits = Decision.objects.in_force().readers().filter(item=item, verdict=Verdict.EDIT)
    counted = edits.filter(reading__pass_number=1, reading__seat__observer=False)
    return {str(decision.public_id): decision.edited_text for decision in counted}


def _settlement(disputed, verdict, findings, approved_edits, equivalent, unsafe, reason, edits) -> list[str]:
    """Return the public ids of the approved edits, or refuse."""
    if not disputed:
        raise CannotSettle(_("Nothing is in dispute here; somebody may have settled it before you."))
    if not reason.strip():
        raise CannotSettle(_("Give the reason: reviewers read it when the round is closed."))
    if (Aspect.VERDICT in disputed) != (verdict is not None):
        raise CannotSettle(_("Say accept, edit or reject, exactly when the verdict is in dispute."))
    if verdict is not None and verdict not in Verdict.values:
        raise CannotSettle(_("The verdict is accept, edit or reject."))
    if (Aspect.FINDINGS in disputed) != (findings is not None):
        raise CannotSettle(_("Say which mistakes stand, exactly when they are in dispute."))
    if (standing.SAFETY in disputed) != (unsafe is not None):
        raise CannotSettle(_("Say whether the session is unsafe, exactly when a reader called it so."))
    wording = Aspect.WORDING in disputed or verdict == Verdict.EDIT
    approved = sorted({str(edit) for edit in approved_edits or []})
    if wording and not approved:
        raise CannotSettle(_("Approve at least one of the edited texts."))
    if not wording and approved:
        raise CannotSettle(_("An edited text can be approved only where the verdict is edit."))
    if set(approved) - set(edits):
        raise CannotSettle(_("That text is not among the edits in force; look at the dispute again."))
    if wording and len(edits) > 1 and equivalent is None:
        raise CannotSettle(_("Say whether the edited texts are equivalent."))
    return approved


def _require_safe(item, verdict, unsafe):
    resolved = item.standings.filter(aspect=Aspect.SAFETY, state=StandingState.SETTLED).first()
    if verdict in (Verdict.ACCEPT, Verdict.EDIT) and (unsafe or (resolved and resolved.outcome == "unsafe")):
        raise CannotSettle(_("What is unsafe cannot be accepted."))


def _hold(instance, decision: Decision):
    """A session found unsafe leaves by no item. What a simulated reader says of it holds nobody else's work."""
    if decision.rater.kind == RaterKind.HUMAN:
        Mark.objects.create(
            instance=instance, kind=MarkKind.HELD, by=decision.rater.user, reason=decision.comment
        )


def _store(*, item, judged, rater, **fields) -> Decision:
    last = item.decisions.order_by("-n").values_list("n", flat=True).first() or 0
    return Decision.objects.create(
        item=item,
        rater=rater,
        n=last + 1,
        record=record_in_force(rater.user),
        judged=judged,
        judged_digest=digest(judged),
        pairs_version=item.round.pairs_version,
        rubric_version=item.round.rubric_version,
        **fields,
    )


def _store_findings(decision: Decision, found: list[standing.Found]):
    if not found:
        return
    revisions = {c["key"]: c["revision_id"] for c in briefing.choices(decision.pairs_version)}
    unknown = {f.mistake for f in found} - set(revisions) - {OTHER}
    if unknown:
        raise NotCounted(
            _("Names a mistake that is not in this guideline version: %s") % ", ".join(sorted(unknown))
        )
    Finding.objects.bulk_create(
        Finding(decision=decision, position=position, pair_revision_id=revisions.get(f.mistake),
                utterances=list(f.utterances), severity=f.severity)
        for position, f in enumerate(found)
    )  # fmt: skip


def _store_ratings(decision: Decision, ratings: dict[str, str]):
    if not ratings:
        return
    revisions = {d["key"]: d["revision_id"] for d in briefing.dimensions(decision.rubric_version)}
    if set(ratings) - set(revisions):
        raise NotCounted(_("Rates something that is not in this rubric version."))
    Rating.objects.bulk_create(
        Rating(decision=decision, dimension_revision_id=revisions[key], value=level_alias(value))
        for key, value in ratings.items()
    )


def _restand(item: Item):
    stored = {s.aspect: s for s in item.standings.all()}
    found = standing.standing(judged_of(item), arm=item.arm, needed=readers_needed(item))
    for aspect, (state, outcome) in found.items():
        row = stored.get(aspect) or Standing(item=item, aspect=aspect)
        if row.pk is None or (row.state, row.outcome) != (state, outcome):
            row.state, row.outcome = state, outcome
            row.save()
