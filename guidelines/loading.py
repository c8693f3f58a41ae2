"""Load guidelines from YAML, JSON and CSV files: every file is checked before anything is stored."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from guidelines import checking
from guidelines.content import ENTRIES, HEAD, EntryContent, GuidelineContent
from guidelines.formats import from_csv, from_json, from_yaml
from guidelines.formats.document import LARGEST, BadFile, Document
from guidelines.importing import import_version
from guidelines.models import Version
from guidelines.texts import KEY, text_problem, tidy

__all__ = ["BadFile", "SHIPPED", "load", "read", "shipped"]

SHIPPED = Path(__file__).parent / "shipped"
READERS = {".yaml": from_yaml.read, ".yml": from_yaml.read, ".json": from_json.read, ".csv": from_csv.read}
LONGEST_HEAD = {"guideline": 50, "title": 200, "licence": 80}


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
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise BadFile(path, None, "", _("must end in %s") % ", ".join(READERS))
    return content_of(reader(_text(path), str(path)))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise BadFile(path, None, "", _("is larger than %d MB") % (LARGEST // 1024**2))
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(path, None, "", _("cannot be read: %s") % error.strerror) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = _("is not UTF-8: byte 0x%02X in column %d; save the file as UTF-8")
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise BadFile(path, line, "", reason % (data[error.start], column)) from None


def content_of(document: Document) -> GuidelineContent:
    head = _head(document)
    kind = head["kind"]
    name = ENTRIES[kind]
    items = document.data.get(name)
    if not isinstance(items, list) or not items:
        raise document.refuse((name,), _("must be a list with at least one entry"))
    entries = [_entry(document, kind, (name, n), item) for n, item in enumerate(items)]
    for problem in checking.together(kind, [(entry.key, entry.texts) for entry in entries]):
        raise document.refuse((name, *problem.path), problem.reason, of=entries[problem.path[0]].key)
    return GuidelineContent(entries=tuple(entries), file=document.file, **head)


def _head(document: Document) -> dict[str, str]:
    data = document.data
    if not isinstance(data, dict):
        raise BadFile(document.file, 1, "guideline", _("is missing: the file must begin with it"))
    kind = data.get("kind")
    for name in data:
        if name not in (*HEAD, *ENTRIES.values()):
            raise document.refuse((name,), _("is not a known field; known are %s") % ", ".join(HEAD))
        if name in ENTRIES.values() and kind in list(ENTRIES) and name != ENTRIES[kind]:
            raise document.refuse((name,), _("does not belong to the kind “%s”") % kind)
    head = {}
    for name in HEAD:
        value = data.get(name, "")
        if reason := text_problem(value, LONGEST_HEAD.get(name, 20_000)):
            raise document.refuse((name,), reason)
        head[name] = value.replace("\r\n", "\n").strip()
        if name in ("guideline", "kind", "title") and not head[name]:
            raise document.refuse((name,), _("is missing"))
    if not KEY.fullmatch(head["guideline"]):
        raise document.refuse(("guideline",), _("must be a short name such as novice-mistakes"))
    if kind not in ENTRIES:
        raise document.refuse(("kind",), _("“%s” must be pairs or rubric") % kind)
    return head


def _entry(document: Document, kind: str, path: tuple, item) -> EntryContent:
    if not isinstance(item, dict):
        raise document.refuse(path, _("must have the fields of one entry, beginning with key"))
    key = item.get("key", "")
    of = key if isinstance(key, str) else ""
    for problem in checking.key_problems(key):
        raise document.refuse((*path, "key"), _("is missing") if key == "" else problem.reason)
    texts = tidy(kind, {field: value for field, value in item.items() if field != "key"})
    for problem in checking.problems(kind, texts):
        raise document.refuse((*path, *problem.path), problem.reason, of=of)
    return EntryContent(key, texts)
