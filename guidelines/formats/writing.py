"""Write a guideline's content as YAML, JSON, CSV or XLSX. What is written reads back as the same content."""

import csv
import io
import json

import yaml
from openpyxl import Workbook

from guidelines.content import ENTRIES, HEAD, GuidelineContent
from guidelines.formats.cells import guarded, to_cell
from guidelines.texts import fields_of


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that people can read and edit them; no aliases."""

    def ignore_aliases(self, data):
        return True


def _text(dumper, value):
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def as_yaml(content: GuidelineContent) -> bytes:
    data = content.as_data()
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110).encode()


def as_json(content: GuidelineContent) -> bytes:
    return (json.dumps(content.as_data(), ensure_ascii=False, indent=2) + "\n").encode()


def _table(content: GuidelineContent) -> tuple[list[list[str]], list[list[str]]]:
    """The rows that name the guideline, and the header with its entries."""
    head = [[f"# {name}", guarded(getattr(content, name))] for name in HEAD]
    fields = fields_of(content.kind)
    rows = [
        [entry.key, *(to_cell(field, entry.texts[field]) for field in fields)] for entry in content.entries
    ]
    return head, [["key", *fields], *rows]


def as_csv(content: GuidelineContent) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for part in _table(content):
        writer.writerows(part)
    return out.getvalue().encode()


def as_xlsx(content: GuidelineContent) -> bytes:
    head, rows = _table(content)
    book = Workbook()
    sheet = book.active
    sheet.title = ENTRIES[content.kind]
    about = book.create_sheet("guideline")
    for page, table in ((sheet, rows), (about, head)):
        for r, row in enumerate(table, 1):
            for c, cell in enumerate(row, 1):
                if len(cell) > 32_767:
                    raise ValueError(
                        f"{rows[0][c - 1]} of {row[0]} is too long for one cell of a spreadsheet."
                    )
                # Always text: a spreadsheet would make a formula of a cell that begins with an equals sign.
                page.cell(r, c, cell).data_type = "s"
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS = {"yaml": as_yaml, "csv": as_csv, "json": as_json, "xlsx": as_xlsx}
