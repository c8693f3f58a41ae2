"""Save a translation of one revision. Nobody's words are overwritten: a save names the text it started from."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.digesting import digest
from accounts.roles import require
from guidelines.checking import BadTexts, sentence
from guidelines.models import Translation
from guidelines.models.translations import at
from guidelines.saving import LONGEST_REASON
from guidelines.translating import access, keeping, segments, trail


class StaleTranslation(RuntimeError):
    """A colleague saved in between: `current` is theirs, `texts` are the refused ones."""

    def __init__(self, *, revision, current: Translation, texts: dict):
        self.revision, self.current, self.texts = revision, current, texts
        super().__init__(_("“%s” was translated by a colleague while you were writing.") % revision.name)


def save_translation(
    *, revision, language: str, texts: dict, by, base: Translation | None, reason: str = ""
) -> Translation:
    """Return the newest translation of the revision: a new one, or the present one when nothing changed.

    `base` is a text of this revision, or of an earlier one that the new words were made from. The words of a stale
    save are kept as the person's unsaved ones, where no others of hers wait, and StaleTranslation raised.
    """
    said = {"revision": revision, "language": language, "texts": texts, "by": by, "base": base}
    try:
        made = _save(**said, reason=reason)
    except StaleTranslation as stale:
        # Outside the refused transaction, so that the words stay.
        keeping.keep_refused(revision=revision, language=language, texts=stale.texts, by=by, base=base)
        raise
    keeping.let_go(revision=revision, language=language, texts=made.texts, by=by)
    return made


@transaction.atomic
def _save(*, revision, language, texts, by, base, reason) -> Translation:
    require(access.may_translate(by, language))
    guideline = locked(revision)
    reason = sentence(reason, field="reason", longest=LONGEST_REASON)
    texts = segments.tidied(guideline.kind, texts)
    current = newest(revision, language)
    if current is not None and current.texts == texts:
        return current
    if problems := segments.problems(guideline.kind, revision.texts, texts):
        raise BadTexts(problems)
    if current is not None and current != base:
        raise StaleTranslation(revision=revision, current=current, texts=texts)
    if not segments.segments(guideline.kind, texts):
        raise BadTexts([segments.Problem((), _("Nothing is translated yet."))])
    made = Translation.objects.create(
        **at(revision),
        language=language,
        n=current.n + 1 if current else 1,
        texts=texts,
        digest=digest(texts),
        base=base,
        reason=reason,
        author=by,
    )
    trail.record_saved(guideline=guideline, translation=made, base=base, by=by)
    return made


def locked(revision):
    """The guideline of the revision. The row of its pair or dimension is locked until the transaction ends: all
    that is done with its translations waits there.
    """
    identity = identity_of(revision)
    type(identity).objects.select_for_update().get(pk=identity.pk)
    trail.begin(identity.guideline)
    return identity.guideline


def identity_of(revision):
    return revision.pair if hasattr(revision, "pair_id") else revision.dimension


def newest(revision, language: str) -> Translation | None:
    return Translation.objects.of(revision, language).with_state().order_by("-n").first()
