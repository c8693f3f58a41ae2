"""A guideline as a spreadsheet program would write it as CSV, in the ways of its country."""

import csv
import io

from guidelines.formats.writing import as_csv


def as_excel(content, separator=";", encoding="utf-8-sig", says_sep=False, ends="\r\n") -> bytes:
    """The export, opened and saved: every row filled up to the width of the widest."""
    rows = list(csv.reader(io.StringIO(as_csv(content).decode("utf-8-sig"), newline="")))
    width = max(map(len, rows))
    out = io.StringIO(newline="")
    if says_sep:
        out.write(f"sep={separator}{ends}")
    writer = csv.writer(out, delimiter=separator, lineterminator=ends)
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return out.getvalue().encode(encoding)
