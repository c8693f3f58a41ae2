"""What the tests of translations share: Ana and Amir work in Persian, and how they translate."""

from guidelines.translating import approving, segments
from guidelines.translating.saving import newest, save_translation

FA = "fa"


def speaks(user, language=FA):
    user.language = language
    user.save()
    user.__dict__.pop("_languages", None)
    return user


def in_persian(kind: str, texts: dict, mark="") -> dict:
    """Every text of the entry, translated: made up, and in its script."""
    said = {place: f"ترجمهٔ {mark}{text}" for place, text in segments.segments(kind, texts).items()}
    return segments.assembled(kind, texts, said)


def translate(revision, by, *, mark="", language=FA, base="newest", kind="pairs", **more):
    base = newest(revision, language) if base == "newest" else base
    texts = in_persian(kind, revision.texts, mark) | more
    return save_translation(revision=revision, language=language, texts=texts, by=by, base=base)


def approved(revision, author, approver, **more):
    translation = translate(revision, author, **more)
    approving.submit(translation=translation, by=author)
    approving.approve(translation=translation, by=approver)
    return translation
