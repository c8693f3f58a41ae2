"""Write the translations of a language as YAML, JSON, CSV or XLSX. What is written reads back as the same texts."""

import csv
import io
import json

import yaml
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from guidelines.formats.cells import guarded
from guidelines.formats.to_xlsx import TextCells, pieces
from guidelines.formats.writing import Dumper
from guidelines.translating.content import (
    COLUMNS,
    HEAD,
    TRANSLATIONS,
    TranslatedContent,
    mark_of,
    spelled,
)
from guidelines.translating.segments import segments

_WIDTHS = {"key": 18, "source": 14, "place": 20, "text": 60, "translation": 60}


def as_yaml(content: TranslatedContent) -> bytes:
    return yaml.dump(
        content.as_data(), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=110
    ).encode()


def as_json(content: TranslatedContent) -> bytes:
    return (json.dumps(content.as_data(), ensure_ascii=False, indent=2) + "\n").encode()


def rows(content: TranslatedContent):
    """(key, beginning of the source's digest, place, source, translation) of every text, entry by entry."""
    for entry in content.entries:
        said = segments(content.kind, entry.texts) if entry.texts else {}
        for place, text in segments(content.kind, entry.of).items():
            yield entry.key, mark_of(entry.source), spelled(place), text, said.get(place, "")


def as_csv(content: TranslatedContent) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([f"# {name}", getattr(content, name)] for name in HEAD)
    writer.writerow(COLUMNS)
    for *names, text, translation in rows(content):
        writer.writerow([*names, guarded(text), guarded(translation)])
    # With a mark at its beginning, because some spreadsheets take other scripts for Western letters without one.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(content: TranslatedContent) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(TRANSLATIONS)
    sheet.freeze_panes = "D2"
    cell = TextCells(sheet)
    for n, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(n)
        cell.style(sheet.column_dimensions[letter])
        sheet.column_dimensions[letter].width = _WIDTHS[column]
    sheet.append([cell(name, bold=True) for name in COLUMNS])
    for *names, text, translation in rows(content):
        # What is too long for one cell goes on in rows named “shows (2)”.
        theirs, ours = pieces(text), pieces(translation)
        for n in range(max(len(theirs), len(ours))):
            place = names[2] if n == 0 else f"{names[2]} ({n + 1})"
            both = [parts[n] if n < len(parts) else "" for parts in (theirs, ours)]
            sheet.append([cell(part) for part in (*names[:2], place, *both)])
    head = book.create_sheet("guideline")
    cell = TextCells(head)
    for name in HEAD:
        head.append([cell(name, bold=True), cell(getattr(content, name))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS = {"xlsx": as_xlsx, "csv": as_csv, "yaml": as_yaml, "json": as_json}
