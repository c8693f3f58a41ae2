"""Read a file as a head and entries, each with what is wrong with it. Nothing is stored here."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guidelines import checking
from guidelines.checking import Problem
from guidelines.content import ENTRIES, HEAD
from guidelines.formats import from_csv, from_json, from_xlsx, from_yaml
from guidelines.formats.document import LARGEST, BadFile, Document
from guidelines.texts import KEY, text_problem, tidy

READERS = {".yaml": from_yaml.read, ".yml": from_yaml.read, ".json": from_json.read}
# Excel calls a table with tabs “Unicode text” and names it .txt.
TABLES = (".csv", ".tsv", ".txt")
SPREADSHEET = ".xlsx"
SUFFIXES = (*READERS, *TABLES, SPREADSHEET)
LONGEST_HEAD = {"guideline": 50, "title": 200, "licence": 80}


@dataclass(frozen=True)
class ReadEntry:
    """One entry as the file has it; `problems` name their place in it, none: its texts are tidied and sound."""

    path: tuple
    key: str
    texts: dict
    problems: tuple[Problem, ...]


def suffix_of(file: str) -> str:
    """The ending that says how the file is read; raises BadFile for others."""
    name = str(file).replace("\\", "/").rsplit("/", 1)[-1]
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in SUFFIXES:
        raise BadFile(file, None, "", _("must end in %s") % ", ".join(SUFFIXES))
    return ending


def require_small(file: str, size: int) -> None:
    if size > LARGEST:
        raise BadFile(file, None, "", _("is larger than %d MB") % (LARGEST // 1024**2))


def document_of(
    file: str, data: bytes, letters: str = "", *, table=from_csv.read, spreadsheet=from_xlsx.read
) -> Document:
    """`letters`: the code page of a table that does not say its own (see `formats.dialects`). `table` and
    `spreadsheet` read what is not YAML or JSON.
    """
    ending = suffix_of(file)
    require_small(file, len(data))
    if ending == SPREADSHEET:
        return spreadsheet(data, file)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadFile(file, None, "", _("is no text: a spreadsheet is saved as .xlsx and must be named so"))
    if ending in TABLES:
        return table(data, file, letters)
    return READERS[ending](_decoded(file, data), file)


def _decoded(file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = _("is not UTF-8: byte 0x%02X in column %d; save the file as UTF-8")
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise BadFile(file, line, "", reason % (data[error.start], column)) from None


def head_of(document: Document) -> dict[str, str]:
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


def entries_of(document: Document, kind: str, present: dict[str, dict] | None = None) -> list[ReadEntry]:
    """Every entry of the file; what is wrong between entries is for `checking.together`.

    Where a table has no column for a field, an entry keeps what `present` (texts by key) says.
    """
    name = ENTRIES[kind]
    items = document.data.get(name)
    if not isinstance(items, list) or not items:
        raise document.refuse((name,), _("must be a list with at least one entry"))
    return [_entry(document, kind, (name, n), item, present or {}) for n, item in enumerate(items)]


def _entry(document: Document, kind: str, path: tuple, item, present: dict[str, dict]) -> ReadEntry:
    if not isinstance(item, dict):
        wrong = Problem((), _("must have the fields of one entry, beginning with key"))
        return ReadEntry(path, "", {}, (wrong,))
    given = item.get("key", "")
    key = given if isinstance(given, str) else ""
    # Of a row with cells that could not be read nothing else is said: it would only follow from them.
    if troubles := document.troubles.get(path):
        return ReadEntry(path, key, {}, tuple(Problem(*trouble) for trouble in troubles))
    found = [
        Problem(problem.path, _("is missing") if given == "" else problem.reason)
        for problem in checking.key_problems(given)
    ]
    stays = {field: text for field, text in present.get(key, {}).items() if field in document.absent}
    texts = tidy(kind, stays | {field: value for field, value in item.items() if field != "key"})
    return ReadEntry(path, key, texts, (*found, *checking.problems(kind, texts)))
