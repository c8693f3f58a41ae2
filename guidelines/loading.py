"""Load guidelines from YAML, JSON, CSV and XLSX files: every file is checked before anything is stored."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from guidelines import checking
from guidelines.content import EntryContent, GuidelineContent
from guidelines.formats.document import BadFile, Document
from guidelines.importing import import_version
from guidelines.models import Version
from guidelines.reading import document_of, entries_of, head_of, require_small, suffix_of

__all__ = ["BadFile", "SHIPPED", "content_of", "load", "read", "shipped"]

SHIPPED = Path(__file__).parent / "shipped"


def shipped() -> list[Path]:
    return sorted(SHIPPED.glob("*.yaml"))


def load(paths, draft: bool = False) -> list[tuple[Version, bool]]:
    """Store every file or none; `shipped` stands for all shipped guidelines. Returns (version, is it new)."""
    files = [file for path in paths for file in (shipped() if str(path) == "shipped" else [Path(path)])]
    contents: dict[str, GuidelineContent] = {}
    for file in files:
        content = read(file)
        if other := contents.get(content.guideline):
            raise BadFile(file, None, "guideline", _("“%s” is also in %s") % (content.guideline, other.file))
        contents[content.guideline] = content
    with transaction.atomic():
        return [import_version(content=content, draft=draft) for content in contents.values()]


def read(path) -> GuidelineContent:
    """Read and check one file; raises BadFile at the first problem, in the order of the file."""
    path = Path(path)
    suffix_of(str(path))
    try:
        require_small(str(path), path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(path, None, "", _("cannot be read: %s") % error.strerror) from None
    return content_of(document_of(str(path), data))


def content_of(document: Document) -> GuidelineContent:
    head = head_of(document)
    kind = head["kind"]
    entries = entries_of(document, kind)
    for entry in entries:
        for problem in entry.problems:
            of = "" if problem.field == "key" else entry.key
            raise document.refuse((*entry.path, *problem.path), problem.reason, of=of)
    for problem in checking.together(kind, [(entry.key, entry.texts) for entry in entries]):
        entry = entries[problem.path[0]]
        raise document.refuse((*entry.path, *problem.path[1:]), problem.reason, of=entry.key)
    found = tuple(EntryContent(entry.key, entry.texts) for entry in entries)
    return GuidelineContent(entries=found, file=document.file, **head)
