"""Draft → in review → approved, for one translation of one revision. Approved words never change: other words are
another translation, and readers see the approved ones until those are approved too.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines.drafts import WrongState
from guidelines.models import Translation, TranslationState, TranslationStep
from guidelines.translating import access, segments, trail
from guidelines.translating.saving import locked, newest


@transaction.atomic
def submit(*, translation: Translation, by) -> TranslationStep:
    """Draft → in review: ask a colleague to approve it. Refused while a part is not translated."""
    require(access.may_translate(by, translation.language))
    translation, guideline = _current(translation)
    _require_state(translation, TranslationState.DRAFT)
    left = segments.missing(guideline.kind, translation.revision.texts, translation.texts)
    if left:
        raise WrongState(_("Not everything is translated yet: %d parts are empty.") % len(left))
    return _step(translation, guideline, TranslationState.IN_REVIEW, verb="submit_translation", by=by)


@transaction.atomic
def send_back(*, translation: Translation, by) -> TranslationStep:
    """In review → draft."""
    require(access.may_translate(by, translation.language))
    translation, guideline = _current(translation)
    _require_state(translation, TranslationState.IN_REVIEW)
    return _step(translation, guideline, TranslationState.DRAFT, verb="send_back_translation", by=by)


@transaction.atomic
def approve(*, translation: Translation, by) -> TranslationStep:
    """In review → approved, by somebody who wrote none of what is new in it."""
    translation, guideline = _current(translation)
    _require_state(translation, TranslationState.IN_REVIEW)
    require(access.may_approve(by, translation))
    return _step(translation, guideline, TranslationState.APPROVED, verb="approve_translation", by=by)


def _current(translation: Translation):
    """The translation with its state, fresh, under the lock; refused if there are newer words than those read."""
    guideline = locked(translation.revision)
    now = newest(translation.revision, translation.language)
    if now != translation:
        raise WrongState(_("%s saved other words after you opened the page. Read them first.") % now.author)
    return now, guideline


def _require_state(translation: Translation, state: str) -> None:
    if translation.state != state:
        now = TranslationState(translation.state).label
        raise WrongState(_("This translation is %s; that does not fit.") % now)


def _step(translation, guideline, state: str, *, verb: str, by) -> TranslationStep:
    last = translation.steps.order_by("-n").values_list("n", flat=True).first() or 0
    made = TranslationStep.objects.create(translation=translation, n=last + 1, state=state, by=by)
    trail.record_step(guideline=guideline, translation=translation, step=made, verb=verb, by=by)
    return made
