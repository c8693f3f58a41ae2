"""What an adjudicator answers to a dispute, and what is missing or too much in it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from review import grading
from review.judged import Wording
from review.models import Aspect, Decision, ErrorType, Item, Preferred, StandingState, Verdict
from review.standing import DIMENSION


class CannotSettle(ValueError):
    """The dispute cannot be settled like this; the message says what is missing. Nothing was changed."""


@dataclass(frozen=True)
class Answer:
    """To exactly what is in dispute; None or empty is what was not asked.

    `verdict`: for a disputed verdict. `findings`: for disputed findings, [{"mistake", "utterances", "severity"}].
    `approved_edits`: public ids of the edits whose words stand; `equivalent`: whether the edits say the same; `written`:
    her own wording, and `written_from` what she began it from, public ids of edits or "draft". `unsafe`: required when a
    reader called the session unsafe; where none did, she may say that it is. `levels`: {key of a dimension: level}.
    `preferred`: of two texts, by their own names, whichever stood first for her.
    """

    verdict: str | None = None
    findings: list[dict] | None = None
    approved_edits: Collection[str] | None = None
    equivalent: bool | None = None
    written: str = ""
    written_from: Collection[str] = ()
    unsafe: bool | None = None
    levels: dict[str, str] = field(default_factory=dict)
    preferred: str | None = None

    @property
    def approved(self) -> list[str]:
        return sorted({str(edit) for edit in self.approved_edits or []})

    @property
    def aspects(self) -> list[str]:
        """What it settles, so that "no mistake" differs from "not asked"."""
        said = {Aspect.VERDICT: self.verdict, Aspect.FINDINGS: self.findings, Aspect.SAFETY: self.unsafe,
                Aspect.PREFERRED: self.preferred}  # fmt: skip
        return [str(aspect) for aspect, answer in said.items() if answer is not None] + [
            DIMENSION + key for key in sorted(self.levels)
        ]


def require(answer: Answer, disputed: set[str], edits: dict[str, str], draft: str) -> None:
    """`edits`: {public id: text} of those in force. Raises CannotSettle."""
    if (Aspect.VERDICT in disputed) != (answer.verdict is not None):
        raise CannotSettle(_("Say accept, edit or reject, exactly when the verdict is in dispute."))
    if (Aspect.FINDINGS in disputed) != (answer.findings is not None):
        raise CannotSettle(_("Name the findings, exactly when they are in dispute."))
    if Aspect.SAFETY in disputed and answer.unsafe is None:
        raise CannotSettle(_("Say whether the session is unsafe: a reader called it so."))
    if {aspect for aspect in disputed if aspect.startswith(DIMENSION)} != {
        DIMENSION + k for k in answer.levels
    }:
        raise CannotSettle(_("Give a level on each dimension that is in dispute, and on no other."))
    if (Aspect.PREFERRED in disputed) != (answer.preferred is not None):
        raise CannotSettle(_("Say which text is better on the whole, exactly when that is in dispute."))
    wording = Aspect.WORDING in disputed or answer.verdict == Verdict.EDIT
    if wording and not (answer.approved or answer.written.strip()):
        raise CannotSettle(_("Approve at least one of the edited texts, or write the wording yourself."))
    if not wording and (answer.approved or answer.written.strip()):
        raise CannotSettle(_("An edited text can be approved only where the verdict is edit."))
    if set(answer.approved) - set(edits):
        raise CannotSettle(_("That text is not among the edits in force; look at the dispute again."))
    if wording and len(edits) > 1 and answer.equivalent is None:
        raise CannotSettle(_("Say whether the edited texts are equivalent."))
    _require_own(answer.written, edits, draft)


def _require_own(written: str, edits: dict[str, str], draft: str) -> None:
    if "\0" in written or any("\ud800" <= character <= "\udfff" for character in written):
        raise CannotSettle(_("Your wording holds a character that cannot be kept."))
    if written.strip() and written.split() == draft.split():
        raise CannotSettle(_("Your wording is that of the draft; say of the draft that you would give it."))
    if written.strip() and any(written.split() == text.split() for text in edits.values()):
        raise CannotSettle(_("Your wording is one of the texts; say of that text that you would give it."))


def require_levels(answer: Answer, item: Item) -> None:
    known = grading.compared(item.round.rubric_version, arm=item.arm) if answer.levels else {}
    for key, level in answer.levels.items():
        if key not in known or level not in grading.levels(known[key]):
            raise CannotSettle(_("That is no level of this dimension."))
    if answer.preferred is not None and answer.preferred not in Preferred.values:
        raise CannotSettle(_("Say which text is better on the whole, or that there is no difference."))


def require_safe(answer: Answer, item: Item) -> None:
    """Where she is not asked herself whether it is unsafe, what was resolved before holds."""
    unsafe = answer.unsafe
    if unsafe is None:
        resolved = item.standings.filter(aspect=Aspect.SAFETY, state=StandingState.SETTLED).first()
        unsafe = resolved is not None and resolved.outcome == "unsafe"
    if unsafe and answer.verdict in (Verdict.ACCEPT, Verdict.EDIT):
        raise CannotSettle(_("What is unsafe cannot be accepted."))


def words_judged(item: Item) -> dict:
    """The words that an adjudicator judges: those put before the readers, and {public id: text} of the edits in force."""
    edits = Decision.objects.in_force().counting().filter(item=item, verdict=Verdict.EDIT)
    return {**Wording().of(item), "edits": {str(d.public_id): d.edited_text for d in edits}}


def require_reason(reason: str, error_type: str) -> None:
    if not reason.strip():
        raise CannotSettle(_("Give the reason: reviewers read it when the round is closed."))
    if error_type and error_type not in ErrorType.values:
        raise CannotSettle(_("Say what the disagreement came from, by one of the words given."))
