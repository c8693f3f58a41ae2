"""The translations of one language outside the database: a file of their own, so that the guideline's stay as they are.

YAML and JSON hold what is translated. CSV and XLSX are sheets to translate in: a row for each text, the source beside
the translation, empty where there is none. Each names the source text by the beginning of its digest.
"""

from dataclasses import dataclass

from guidelines.kinds import shape_of
from guidelines.models import Translation, Version
from guidelines.translating.segments import Place, segments
from guidelines.translating.standing import lines

HEAD = ("guideline", "kind", "language")
TRANSLATIONS = "translations"
COLUMNS = ("key", "source", "place", "text", "translation")
SHORTEST_DIGEST = 12


@dataclass(frozen=True)
class TranslatedEntry:
    """`source` is the digest of the texts that were translated; `texts` is empty where nothing is yet."""

    key: str
    source: str
    of: dict
    texts: dict


@dataclass(frozen=True)
class TranslatedContent:
    guideline: str
    kind: str
    language: str
    entries: tuple[TranslatedEntry, ...]

    def as_data(self) -> dict:
        """The same shape as the YAML and JSON files."""
        said = [{"key": e.key, "source": e.source} | e.texts for e in self.entries if e.texts]
        return {name: getattr(self, name) for name in HEAD} | {TRANSLATIONS: said}


def mark_of(digest: str) -> str:
    """The beginning of a source's digest as far as a sheet needs it: to the first letter that is in no number, because
    a spreadsheet program that opens a CSV takes 123456789012 and 1234567890e1 for numbers, and rounds them.
    """
    letter = next((n for n, sign in enumerate(digest, 1) if sign in "abcdf"), 0)
    return digest[: max(SHORTEST_DIGEST, letter)]


def spelled(place: Place) -> str:
    """A place as a table names it, counted from one: shows, corrections 2, examples 1 before, levels 3 anchor."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in place)


def places(kind: str, source: dict) -> dict[str, Place]:
    return {spelled(place): place for place in segments(kind, source)}


def content_of(version: Version, language: str, state: str = "") -> TranslatedContent:
    """The newest words of every entry of the version, or of those in one state, with the source beside them."""
    guideline, shape = version.guideline, shape_of(version.guideline)
    here = Translation.objects.filter(
        language=language, **{f"{shape.entry_field}__entries__version": version}
    )
    said = dict(here.newest(shape.entry_field).values_list(f"{shape.entry_field}_id", "texts"))
    wanted = {line.key for line in lines(version, language) if state in ("", line.state)}
    revisions = shape.revision.objects.filter(entries__version=version).select_related(shape.identity_field)
    keyed = [(getattr(one, shape.identity_field).key, one) for one in revisions.order_by("entries__position")]
    entries = (TranslatedEntry(k, r.digest, r.texts, said.get(r.pk, {})) for k, r in keyed if k in wanted)
    return TranslatedContent(guideline.slug, guideline.kind, language, tuple(entries))
