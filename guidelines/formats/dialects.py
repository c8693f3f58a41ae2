"""Tables as spreadsheet programs write them: which signs the bytes mean, and what stands between two cells. Pure.

Nothing is guessed. Bytes that say what they are (UTF-8, or a mark at the beginning) are read so. Other bytes are read
as Windows-1252, which Excel writes in Western Europe, only where the other code pages of Windows, of old Macs and of
DOS would not make other words of them; else the file is refused until somebody says which one it is.
"""

import codecs
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guidelines.content import HEAD
from guidelines.formats.document import BadFile, shown

# Code pages that a person may name, in her words.
CODE_PAGES = {
    "cp1252": gettext_lazy("Western European (Windows-1252)"),
    "cp1250": gettext_lazy("Central European (Windows-1250)"),
    "cp1251": gettext_lazy("Cyrillic (Windows-1251)"),
    "cp1253": gettext_lazy("Greek (Windows-1253)"),
    "cp1254": gettext_lazy("Turkish (Windows-1254)"),
    "cp1257": gettext_lazy("Baltic (Windows-1257)"),
    "mac_roman": gettext_lazy("Western European (Macintosh)"),
}
_MARKS = {
    codecs.BOM_UTF8: ("utf-8", "UTF-8"),
    codecs.BOM_UTF16_LE: ("utf-16-le", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16-be", "UTF-16"),
}
_SEPARATORS = {",": gettext_lazy("commas"), ";": gettext_lazy("semicolons"), "\t": gettext_lazy("tabs")}
_LATIN = (
    "cp1250",
    "cp1254",
    "cp1257",
)  # neighbours of Windows-1252 that put other letters in places of its own
_PUNCTUATION = "€‚„…‘’“”–—"


def _sure() -> frozenset[int]:
    """Bytes that mean the same sign in all Latin code pages of Windows; of the lower ones only common punctuation,
    because Macs and DOS have their letters there."""
    found = set()
    for byte in range(0x80, 0x100):
        sign = bytes([byte]).decode("cp1252", "replace")
        same = all(bytes([byte]).decode(page, "replace") == sign for page in _LATIN)
        if same and sign != "\ufffd" and (byte >= 0xA0 or sign in _PUNCTUATION):
            found.add(byte)
    return frozenset(found)


# Bytes that are not sure; three letters with accents in a row, which are no Western word but any Cyrillic or Greek
# one; and a quotation mark within a word, which is a letter of DOS.
_DOUBTFUL = re.compile(
    b"[%s]|[\xc0-\xff]{3}|[A-Za-z][\x80\x82\x84\x93\x94][A-Za-z]"
    % b"".join(b"\\x%02x" % byte for byte in range(0x80, 0x100) if byte not in _sure())
)
_FIRST = re.compile(rf'\s*"?#?\s*(?:{"|".join(HEAD)}|key)\s*"?(?P<sign>[,;\t])')
_UNSPLIT = re.compile(rf"\s*#?\s*(?:{'|'.join(HEAD)}|key)[,;\t]")
_SAID = re.compile(r'"?sep=(?P<sign>[^"\r\n])"?(?:[,;\t]*)(?:\r\n|\n|\r|$)', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a table was read; `skipped` lines at its beginning are about the table, not of it."""

    letters: str
    separator: str
    skipped: int = 0

    @property
    def in_words(self) -> str:
        letters = CODE_PAGES.get(self.letters, self.letters)
        return _("Read as a table parted by %(separator)s, letters: %(letters)s.") % {
            "separator": _SEPARATORS[self.separator],
            "letters": letters,
        }


def decoded(data: bytes, file: str, letters: str = "") -> tuple[str, str]:
    """The text of a table and the name of its letters; `letters` is a code page that a person named."""
    for mark, (encoding, name) in _MARKS.items():
        if data.startswith(mark):
            return _strictly(data.removeprefix(mark), file, encoding, name), name
    if b"\0" in data:
        reason = _("is neither UTF-8 nor marked as UTF-16; save it as “CSV UTF-8”")
        raise BadFile(file, data.count(b"\n", 0, data.index(b"\0")) + 1, "", reason)
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    if letters:
        return _strictly(data, file, letters, str(CODE_PAGES[letters])), letters
    _require_unambiguous(data, file)
    return data.decode("cp1252"), "cp1252"


def _strictly(data: bytes, file: str, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        reason = _("is not %(name)s: byte 0x%(byte)02X") % {"name": name, "byte": data[error.start]}
        raise BadFile(file, before.count("\n") + 1, "", reason) from None


def _require_unambiguous(data: bytes, file: str) -> None:
    if found := _DOUBTFUL.search(data):
        raise BadFile(file, data.count(b"\n", 0, found.start()) + 1, "", _doubt(data, found.start()))


def _doubt(data: bytes, at: int) -> str:
    """The word in question, as the code pages read it."""
    start = at - len(re.search(rb'[^\s,;"]{0,20}$', data[max(0, at - 20) : at])[0])
    word = re.match(rb'[^\s,;"]{1,30}', data[start:])
    readings: dict[str, str] = {}
    for page, name in CODE_PAGES.items():
        try:
            readings.setdefault(word[0].decode(page), str(name))
        except UnicodeDecodeError:
            continue
    told = "; ".join(f"“{shown(text, 30)}” – {name}" for text, name in list(readings.items())[:4])
    return (
        _(
            "is not UTF-8, and its letters can be read in several ways: %s. Save it as “CSV UTF-8”, or say on the page"
            " of the import which letters the file has"
        )
        % told
    )


def unsplit(cell: str) -> str:
    """The reason where this first cell of a row holds all of it; nothing where it does not."""
    if not _UNSPLIT.match(cell):
        return ""
    return _("has a whole row in one cell: the spreadsheet program did not part it. Take the .xlsx instead")


def dialect_of(text: str, file: str, letters: str) -> Dialect:
    """What parts the cells: the line “sep=;” says so, or the first row of the head does."""
    if said := _SAID.match(text):
        if said["sign"] not in _SEPARATORS:
            reason = _("is parted by “%s”; known are comma, semicolon and tab") % shown(said["sign"])
            raise BadFile(file, 1, "", reason)
        return Dialect(letters, said["sign"], 1)
    first = next((line for line in text.splitlines() if line.strip(' ,;\t"')), "")
    cell = first.lstrip()
    if cell.startswith('"') and (reason := unsplit(cell[1:])):
        raise BadFile(file, text[: text.index(first)].count("\n") + 1, "", reason)
    found = _FIRST.match(first)
    return Dialect(letters, found["sign"] if found else ",")
