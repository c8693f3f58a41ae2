"""What a file of translations would do, entry by entry, before anything of it is done."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.digesting import digest
from accounts.roles import require
from guidelines.checking import Problem
from guidelines.formats.document import Document, shown
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Translation, TranslationPreview
from guidelines.previewing import make_room
from guidelines.translating import access, finding, languages, reading, segments
from guidelines.translating.content import SHORTEST_DIGEST, places

# `earlier` marks those of new and changed whose source text has changed since the file was made.
STATES = ("refused", "new", "changed", "older", "unchanged", "empty")


@transaction.atomic
def preview_import(
    *, guideline: Guideline, language: str, file: str, data: bytes, by, letters: str = ""
) -> TranslationPreview:
    """Read a file and keep what it would change; nothing else changes. BadFile: it cannot be read."""
    require(access.may_translate(by, language))
    document = reading.read(file, data, letters)
    head = reading.head_of(document)
    if head["guideline"] != guideline.slug:
        raise document.refuse(
            ("guideline",), _("this is “%s”, not the guideline of this page") % head["guideline"]
        )
    if head["kind"] != guideline.kind:
        raise document.refuse(("kind",), _("this guideline is of the kind %s") % guideline.kind)
    if head["language"] != language:
        name = languages.known()[language].name
        raise document.refuse(("language",), _("this is “%s”; here belongs %s") % (head["language"], name))
    rows = _Comparison(guideline, language, document).rows()
    make_room(TranslationPreview.objects, by)
    kept = {"guideline": guideline, "user": by, "language": language, "file": shown(file, 190)}
    return TranslationPreview.objects.create(**kept, rows=rows)


class _Comparison:
    """The file's entries beside what is there; a number of queries that does not grow with them."""

    def __init__(self, guideline: Guideline, language: str, document: Document):
        self.kind, self.document = guideline.kind, document
        shape = shape_of(guideline)
        field, identity = shape.entry_field, shape.identity_field
        mine = shape.revision.objects.filter(**{f"{identity}__guideline": guideline}).order_by("n")
        self.revisions: dict[str, list] = {}
        for one in mine.select_related(identity):
            self.revisions.setdefault(getattr(one, identity).key, []).append(one)
        version, _draft = finding.version_of(guideline, "")
        held = version.entries.values_list(f"{field}_id", flat=True) if version else []
        drafted = guideline.versions.unpublished().values_list(f"entries__{field}_id", flat=True)
        self.current = {*held, *drafted}
        there = Translation.objects.filter(
            language=language, **{f"{field}__{identity}__guideline": guideline}
        )
        self.newest, self.said = {}, set()
        for one in there.select_related("author").order_by("n"):
            revision = getattr(one, f"{field}_id")
            self.newest[revision] = one
            self.said.add((revision, one.digest))

    def rows(self) -> list[dict]:
        found, seen = [], set()
        for entry in reading.entries_of(self.document):
            revision, problems = self._source(entry)
            texts = {}
            if revision is not None:
                texts, problems = self._texts(entry, revision)
                if revision.pk in seen:
                    problems = [*problems, Problem((), _("this entry is there twice"))]
                seen.add(revision.pk)
            found.append(self._row(entry, revision, texts, problems))
        return found

    def _source(self, entry):
        """The revision that an entry of the file translates, or the reasons why it is not known."""
        if entry.reason:
            return None, [Problem((), entry.reason)]
        revisions = self.revisions.get(entry.key, []) if isinstance(entry.key, str) else []
        if not revisions:
            return None, [Problem(("key",), _("“%s” is no entry of this guideline") % shown(str(entry.key)))]
        named = entry.source if isinstance(entry.source, str) else ""
        fit = (
            [one for one in revisions if one.digest.startswith(named)]
            if len(named) >= SHORTEST_DIGEST
            else []
        )
        if not fit:
            reason = _("no text of this entry has this mark; leave the column as it came from here")
            return None, [Problem(("source",), reason)]
        # The same words may have come back later: what is current is meant.
        return next((one for one in fit if one.pk in self.current), fit[-1]), []

    def _texts(self, entry, revision) -> tuple[dict, list[Problem]]:
        if entry.said is None:
            texts = segments.tidied(self.kind, entry.texts)
            return texts, segments.problems(self.kind, revision.texts, texts)
        known = places(self.kind, revision.texts)
        unknown = [name for name, text in entry.said.items() if name not in known and text.strip()]
        if unknown:
            names = ", ".join(map(shown, unknown[:5]))
            return {}, [Problem(("place",), _("the source has no text at: %s") % names)]
        said = {known[name]: text for name, text in entry.said.items() if name in known}
        texts = segments.tidied(self.kind, segments.assembled(self.kind, revision.texts, said))
        return texts, segments.problems(self.kind, revision.texts, texts)

    def _row(self, entry, revision, texts: dict, problems: list[Problem]) -> dict:
        name = revision.name if revision else str(entry.key)
        row = {"key": shown(str(entry.key)), "name": shown(name, 200), "line": self.document.line(entry.path)}
        if problems:
            refused = [self.document.refuse((*entry.path, *one.path), one.reason) for one in problems]
            told = [{"place": r.place, "field": r.field, "reason": r.reason} for r in refused]
            return row | {"state": "refused", "problems": told}
        if not segments.segments(self.kind, texts):
            return row | {"state": "empty"}
        base = self.newest.get(revision.pk)
        if base is not None and base.texts == texts:
            return row | {"state": "unchanged"}
        if (revision.pk, digest(texts)) in self.said:
            return row | {"state": "older"}
        return row | {
            "state": "changed" if base else "new",
            "texts": texts,
            "revision": revision.pk,
            "base": base and base.pk,
            "by": str(base.author or "") if base else "",
            "earlier": revision.pk not in self.current,
        }
