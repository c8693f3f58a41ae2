"""What a translator is working on: the version, the entries she asked for, one text with what it starts from."""

from dataclasses import dataclass

from guidelines import entries
from guidelines.finding import PAGE
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Translation, Version
from guidelines.models.translations import at
from guidelines.translating import segments, standing
from guidelines.translating.saving import identity_of
from guidelines.translating.segments import Place, Start


def version_of(guideline: Guideline, name: str) -> tuple[Version | None, Version | None]:
    """The version whose texts are translated, the one in force unless the draft is asked for; and the draft."""
    draft, in_force = guideline.versions.unpublished().first(), guideline.in_force
    return (draft if name == "draft" and draft else in_force or draft), draft


@dataclass(frozen=True)
class Found:
    """A page of lines; `before` and `after` are the keys with which the pages beside it begin."""

    lines: list[standing.Line]
    counts: dict[str, int]
    found: int
    total: int
    before: str | None
    after: str | None


def page(version: Version, language: str, *, state: str, words: str, start: str) -> Found:
    every = standing.lines(version, language)
    counts = dict.fromkeys(standing.LABELS, 0)
    for line in every:
        counts[line.state] += 1
    said = words.casefold().split()
    fit = [
        line
        for line in every
        if state in ("", line.state) and all(w in f"{line.name} {line.key}".casefold() for w in said)
    ]
    first = next((n for n, line in enumerate(fit) if line.key == start), 0)
    before = fit[max(0, first - PAGE)].key if first else None
    after = fit[first + PAGE].key if first + PAGE < len(fit) else None
    return Found(fit[first : first + PAGE], counts, len(fit), len(every), before, after)


def next_to_translate(version: Version, language: str, key: str) -> standing.Line | None:
    """The first entry behind this one that has no translation of its present text, or one before it."""
    every = standing.lines(version, language)
    place = next((n for n, line in enumerate(every) if line.key == key), -1)
    left = (standing.MISSING, standing.BEHIND)
    return next((line for line in [*every[place + 1 :], *every[: place + 1]] if line.state in left), None)


def text_of(guideline: Guideline, key: str, n: int):
    """The text of an entry with this number, or None."""
    shape = shape_of(guideline)
    mine = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key": key, "n": n}
    revision = shape.revision.objects.select_related(shape.identity_field).filter(**mine).first()
    if revision is not None:
        getattr(revision, shape.identity_field).guideline = guideline
    return revision


def named(text: Translation) -> str:
    """How pages and programs name a translation: the number of its revision and its own."""
    return f"{text.revision.n}.{text.n}"


def by_name(revision, language: str, n_of_revision: int, n: int) -> Translation | None:
    """A translation of this text of the entry or of another one, such as new words may be made from."""
    ((field, _one),), of = at(revision).items(), identity_of(revision)
    mine = {f"{field}__{field.removesuffix('_revision')}": of, f"{field}__n": n_of_revision}
    return Translation.objects.select_related(field).filter(language=language, n=n, **mine).first()


def earlier_of(revision, language: str) -> Translation | None:
    """The newest translation of the newest earlier text of the entry."""
    (field, _one), of = next(iter(at(revision).items())), identity_of(revision)
    identity = field.removesuffix("_revision")
    mine = Translation.objects.filter(language=language, **{f"{field}__{identity}": of})
    found = mine.filter(**{f"{field}__n__lt": revision.n}).select_related(field)
    return found.order_by(f"-{field}__n", "-n").first()


def starts_from(kind: str, revision, text: Translation) -> dict[Place, Start]:
    """What a translator begins with: the text itself, or the text of an earlier source carried over."""
    if text.revision == revision:
        return {place: Start(words) for place, words in segments.segments(kind, text.texts).items()}
    return segments.carried_over(kind, text.revision.texts, text.texts, revision.texts)


def current_of(guideline: Guideline, key: str) -> list[tuple[Version, int]]:
    """The newest versions that hold the entry, each with the number of its revision: the draft and the one in force."""
    versions = filter(None, (guideline.versions.unpublished().first(), guideline.in_force))
    return [(version, there.n) for version in versions if (there := entries.one(version, key))]


def history(revision, language: str) -> list[Translation]:
    """Every translation of the text, newest first, with who wrote it and what became of it."""
    found = Translation.objects.of(revision, language).with_state().select_related("author").order_by("-n")
    return list(found.prefetch_related("steps__by"))
