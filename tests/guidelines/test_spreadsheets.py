"""A spreadsheet comes in as text or not at all; what is refused is named by sheet, row and column."""

import io

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from guidelines.dumping import dump
from guidelines.formats.writing import WRITERS
from guidelines.loading import BadFile, load, read
from guidelines.models import Guideline, PairRevision, Version
from tests.guidelines.bad_files import CSV
from tests.guidelines.bad_spreadsheets import BAD, ROWS, repacked, saved, spreadsheet
from tests.guidelines.conftest import change, content, dimension_texts


def written(folder, data, name="a.xlsx"):
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", BAD)
def test_a_bad_spreadsheet_is_refused_with_sheet_row_and_column(case, tmp_path):
    made, sheet, row, column, field, reason = BAD[case]
    path = written(tmp_path, made())
    with pytest.raises(BadFile) as refusal:
        read(path)
    found, message = refusal.value, str(refusal.value)
    assert (found.sheet, found.column, found.field) == (sheet, column, field), message
    assert row is None or found.line == row, message
    assert reason in found.reason and str(path) in message and "\n" not in message
    assert not sheet or f"sheet “{sheet}”, row {found.line}" in message


@pytest.mark.parametrize(
    ("name", "reason"), [("a.csv", "named so"), ("a.yaml", "named so"), ("a.docx", "must end in")]
)
def test_a_spreadsheet_by_another_name_is_refused(name, reason, tmp_path):
    with pytest.raises(BadFile, match=reason):
        read(written(tmp_path, spreadsheet(), name))


def test_a_spreadsheet_says_what_the_same_table_in_csv_says(tmp_path):
    table = written(tmp_path, CSV.encode(), "a.csv")
    assert read(written(tmp_path, spreadsheet())) == read(table)
    # Yes and no as a spreadsheet stores them, and empty rows between the others.
    rows = [ROWS[0], [None] * 5, [*ROWS[1][:4], False]]
    assert read(written(tmp_path, spreadsheet(rows))) == read(table)
    assert read(written(tmp_path, spreadsheet(E3=0))) == read(table)
    good = read(written(tmp_path, spreadsheet(E3=1)))
    assert good.entries[1].texts["positive"] is True


def test_words_in_bold_are_words(tmp_path):
    bold = TextBlock(InlineFont(b=True), "Interrupts")
    assert read(written(tmp_path, spreadsheet(C3=CellRichText([bold, "."])))) == read(
        written(tmp_path, CSV.encode(), "a.csv")
    )


def test_an_escape_of_the_format_is_read_as_the_sign_it_stands_for(tmp_path):
    """As a spreadsheet program writes its table of strings; openpyxl writes the texts into the cells."""
    data = spreadsheet(C3="x005F_ _x005F_x0041_ _x00e9_")
    found = read(written(tmp_path, data)).entries[1].texts["shows"]
    assert found == "x005F_ _x0041_ é"
    strings = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x005F_ _x005F_x0041_</t></si>'
        b"<si><r><t>In </t></r><r><t>parts</t></r></si></sst>"
    )
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

    def change(name, content):
        if name == "[Content_Types].xml" and kind not in content:
            part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
            return content.replace(b"</Types>", part)
        if name == "xl/worksheets/sheet2.xml":
            start = content.index(b'<c r="C2"')
            end = content.index(b"</c>", start) + 4
            content = content[:start] + b'<c r="C2" t="s"><v>1</v></c>' + content[end:]
            start = content.index(b'<c r="C3"')
            end = content.index(b"</c>", start) + 4
            content = content[:start] + b'<c r="C3" t="s"><v>0</v></c>' + content[end:]
        return content

    inline = saved(load_workbook(io.BytesIO(data)))
    shared = repacked(inline, drop=["xl/sharedStrings.xml"], change=change, xl__sharedStrings_DOT_xml=strings)
    shows = [entry.texts["shows"] for entry in read(written(tmp_path, shared)).entries]
    assert shows == ["In parts", "x005F_ _x0041_"]


def test_the_size_that_a_sheet_claims_cuts_nothing_off(tmp_path):
    changed = []

    def change(name, content):
        if b'ref="A1:E3"' in content:
            changed.append(name)
        return content.replace(b'ref="A1:E3"', b'ref="A1:B2"')

    lying = repacked(spreadsheet(), change=change)
    assert changed and len(read(written(tmp_path, lying)).entries) == 2


@pytest.mark.django_db
def test_a_spreadsheet_goes_out_is_changed_and_comes_back(tmp_path, mistakes):
    out = tmp_path / "a.xlsx"
    call_command(
        "dump_guideline", "novice-mistakes", "--format", "xlsx", "--out", str(out), stderr=io.StringIO()
    )
    book = load_workbook(out)
    sheet = book["pairs"]
    assert sheet.freeze_panes == "B2"
    for place in ("C2", "H2"):
        assert sheet[place].alignment.wrap_text and sheet[place].number_format == "@"
    # An empty cell takes the style of its column, so that what is typed into it stays text.
    assert sheet["E2"].value is None and sheet.column_dimensions["E"].number_format == "@"
    columns = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet.column_dimensions[columns["shows"]].width > 30
    corrections = sheet[f"{columns['corrections']}2"]
    assert corrections.value == "Work with the ambivalence. |\nAsk what she wants herself."
    corrections.value += " |\nWait."
    sheet.append(["lecturing", "Lecturing", "Explains at length.", None, None, None, None, "Ask first."])
    book.save(out)
    ((version, created),) = load([out])
    assert created and version.number == 2
    words = {entry.pair_revision.pair.key: entry.pair_revision for entry in version.entries.all()}
    assert words["forcing-change"].corrections[-1] == "Wait." and words["forcing-change"].n == 2
    assert words["lecturing"].corrections == ["Ask first."] and words["poor-listening"].n == 1
    assert load([out])[0] == (version, False)


@pytest.mark.django_db
def test_the_command_refuses_a_bad_spreadsheet_and_stores_nothing(tmp_path):
    path = written(tmp_path, spreadsheet(C3="=1+1"))
    with pytest.raises(
        CommandError, match="sheet “pairs”, row 3, column C, field “shows” .poor-listening.*formula"
    ) as no:
        call_command("load_guideline", str(path))
    assert no.value.returncode == 2
    assert (
        not Guideline.objects.exists() and not Version.objects.exists() and not PairRevision.objects.exists()
    )


@pytest.mark.django_db
def test_nothing_in_a_written_spreadsheet_is_a_formula_or_an_error(draft, ana):
    change(draft, ana, shows="=1+1", harms="#N/A", tags=["@home"], corrections=["-1"])
    book = load_workbook(io.BytesIO(dump(draft, "xlsx")))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {"'=1+1", "#N/A", "'@home", "'-1"} <= {cell.value for cell in cells}


def test_a_weight_may_be_typed_as_a_number(tmp_path):
    rubric = content(("clarity", dimension_texts(weight=2.0)), kind="rubric", slug="quality")
    book = load_workbook(io.BytesIO(WRITERS["xlsx"](rubric)))
    sheet = book["dimensions"]
    column = [cell.value for cell in sheet[1]].index("weight") + 1
    sheet.cell(2, column, 0.1)
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").entries[0].texts["weight"] == 0.1
