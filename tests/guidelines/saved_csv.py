"""A CSV as a spreadsheet program opens it and saves it: a workbook with one sheet, made by openpyxl."""

import csv
import io

from openpyxl import Workbook

from guidelines.formats.to_xlsx import escaped


def as_text(value: str):
    return value


def as_typed(value: str):
    """What a spreadsheet program makes of a cell of a CSV that looks like a truth or a number."""
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    try:
        return float(value)
    except ValueError:
        return value


def saved_csv(data: bytes, *, sheet: str = "novice-mistakes", read=as_text, parted: bool = True) -> bytes:
    """`read` is what the program made of each cell; not `parted`: it took every row for one cell, because its
    country writes semicolons.
    """
    book = Workbook()
    page = book.active
    page.title = sheet
    text = data.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline="")) if parted else ([line] for line in text.splitlines())
    for n, row in enumerate(rows, 1):
        for column, value in enumerate(map(read, row), 1):
            if isinstance(value, str) and value:
                cell = page.cell(n, column, "x")
                # Set past openpyxl, which would make an error of “#N/A”, and refuse what it does not escape.
                cell._value, cell.data_type = escaped(value), "s"
            elif value != "":
                page.cell(n, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
