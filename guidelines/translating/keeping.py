"""Keep what a translator types and has not saved: one row per person, revision and language."""

from django.db import transaction

from accounts.roles import require
from guidelines.keeping import require_storable
from guidelines.models import Translation, TranslationScratch
from guidelines.models.translations import at
from guidelines.translating import access, segments


@transaction.atomic
def keep(
    *, revision, kind: str, language: str, texts: dict, by, base: Translation | None
) -> TranslationScratch | None:
    """Store the words as they stand, complete or not; None where they are saved already. Raises NotKept."""
    require(access.may_translate(by, language))
    texts = segments.tidied(kind, texts)
    require_storable(segments.segments(kind, texts).values())
    now = Translation.objects.of(revision, language).order_by("-n").first()
    if any(saved is not None and saved.texts == texts for saved in (base, now)):
        forget(revision=revision, language=language, by=by)
        return None
    return store(revision=revision, language=language, texts=texts, by=by, base=base)


def store(*, revision, language: str, texts: dict, by, base) -> TranslationScratch:
    mine = {**at(revision), "user": by, "language": language}
    return TranslationScratch.objects.update_or_create(**mine, defaults={"texts": texts, "base": base})[0]


@transaction.atomic
def keep_refused(*, revision, language: str, texts: dict, by, base) -> None:
    """Keep the text of a stale save. Where other words of hers wait they stay the ones that do: she has not decided
    about them, and a program that saves knows nothing of them.
    """
    if base is None or base.texts != texts:
        mine = {**at(revision), "user": by, "language": language}
        TranslationScratch.objects.get_or_create(**mine, defaults={"texts": texts, "base": base})


def let_go(*, revision, language: str, texts: dict, by) -> None:
    """What waited and is saved now waits no longer; other words of hers do."""
    kept = of(revision=revision, language=language, user=by)
    if kept and kept.texts == texts:
        kept.delete()


@transaction.atomic
def forget(*, revision, language: str, by) -> int:
    """Throw away what this person typed and did not save."""
    return TranslationScratch.objects.filter(**at(revision), language=language, user=by).delete()[0]


def of(*, revision, language: str, user) -> TranslationScratch | None:
    mine = TranslationScratch.objects.filter(**at(revision), language=language, user=user)
    return mine.select_related("base").first()
