"""Clinicians write, discuss, approve and exchange a guideline, each in a browser of her own."""

import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from guidelines.models import PairScratch
from tests.browser import screens
from tests.browser.workspace import PAGE, begin_a_draft, draft
from tests.guidelines.conftest import revision_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("novice_mistakes"),
]
LISTENING = f"{PAGE}edit/poor-listening/"


def test_an_expert_adds_a_pair_a_colleague_approves_and_a_version_appears(at_work):
    ana, amir = at_work("ana"), at_work("amir")
    begin_a_draft(ana)
    ana.get_by_role("link", name="Add a pair").click()
    ana.fill("input[name=name]", "Talking over the client")
    ana.fill("textarea[name=shows]", "Begins to speak before the client has ended a sentence.")
    ana.locator("textarea[name=corrections]").first.fill("Stop, and ask the client to go on.")
    ana.get_by_role("button", name="Save in the draft").click()
    expect(ana.get_by_text("is saved in the draft")).to_be_visible()
    ana.get_by_role("button", name="Ask for approval").click()
    expect(ana.get_by_text("a colleague has to approve it").first).to_be_visible()
    expect(ana.get_by_role("button", name="Approve these words")).to_have_count(0)
    amir.goto(f"{PAGE}compare/1..draft/")
    expect(amir.get_by_text("Talking over the client").first).to_be_visible()
    screens.take(amir, "workspace-compare")
    amir.get_by_role("button", name="Approve these words").click()
    ana.goto(PAGE)
    ana.get_by_label(re.compile("meaning", re.IGNORECASE)).first.check()
    ana.fill("textarea[name=note]", "A mistake that reviewers kept naming.")
    ana.get_by_role("button", name="Publish").click()
    expect(ana.get_by_text("Version 2 is in force")).to_be_visible()
    ana.goto(f"{PAGE}compare/1..2/")
    expect(ana.get_by_text("added", exact=True)).to_be_visible()
    expect(ana.get_by_text("Approved by Amir")).to_be_visible()
    ana.goto(f"{PAGE}trail/")
    expect(ana.get_by_text("Published version 2")).to_be_visible()
    screens.take(ana, "workspace-trail")


def test_two_edit_the_same_pair_at_once_and_merge(at_work):
    ana, amir = at_work("ana"), at_work("amir")
    begin_a_draft(ana)
    for page in (ana, amir):
        page.goto(LISTENING)
    ana.fill("textarea[name=harms]", "The client stops trying.")
    ana.get_by_role("button", name="Save in the draft").click()
    amir.fill("textarea[name=harms]", "The client feels unheard.")
    amir.get_by_role("button", name="Save in the draft").click()
    expect(amir.get_by_role("heading", name="A colleague changed this")).to_be_visible()
    expect(amir.get_by_text("The client stops trying.").first).to_be_visible()
    screens.take(amir, "workspace-stale")
    amir.fill("textarea[name=harms]", "The client feels unheard and stops trying.")
    amir.get_by_role("button", name="Save in the draft").click()
    expect(amir.get_by_text("is saved in the draft")).to_be_visible()
    revision = revision_in(draft(), "poor-listening")
    assert (revision.harms, revision.n) == ("The client feels unheard and stops trying.", 3)


def test_a_closed_browser_keeps_what_was_typed(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    ana.goto(LISTENING)
    harms = ana.locator("textarea[name=harms]")
    harms.fill(harms.input_value() + " And then")
    expect(ana.locator("[data-kept]")).to_contain_text("Kept for you", timeout=15_000)
    ana.context.close()
    again = at_work("ana")
    again.goto(LISTENING)
    again.get_by_role("link", name="Put them into the form").click()
    expect(again.locator("textarea[name=harms]")).to_have_value(re.compile("And then$"))
    again.get_by_role("button", name="Save in the draft").click()
    expect(again.get_by_text("is saved in the draft")).to_be_visible()
    assert (
        revision_in(draft(), "poor-listening").harms.endswith("And then") and not PairScratch.objects.exists()
    )


def test_a_spreadsheet_goes_out_is_changed_and_comes_back(at_work, tmp_path):
    ana = at_work("ana")
    ana.goto(f"{PAGE}versions/1/")
    with ana.expect_download() as download:
        ana.get_by_role("link", name="spreadsheet (XLSX)").click()
    path = tmp_path / "standard.xlsx"
    download.value.save_as(path)
    book = load_workbook(path)
    sheet = book["pairs"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == "poor-listening")
    sheet.cell(row, columns["harms"]).value = "The client stops trying."
    book.save(path)
    ana.goto(f"{PAGE}import/")
    ana.set_input_files("input[type=file]", path)
    ana.get_by_role("button", name="Show what it would change").click()
    expect(ana.locator("ins", has_text="stops trying")).to_be_visible()
    screens.take(ana, "workspace-import")
    ana.get_by_role("button", name="Put 1 entry into the draft").click()
    ana.goto(f"{PAGE}?state=changed")
    expect(ana.get_by_text("1 of 16 fits.")).to_be_visible()
    assert revision_in(draft(), "poor-listening").harms == "The client stops trying."


def test_a_proposal_is_discussed_and_taken(at_work):
    ana, amir = at_work("ana"), at_work("amir")
    ana.goto(f"{PAGE}?words=listen")
    ana.get_by_role("link", name="Propose a change").first.click()
    ana.fill("textarea[name=harms]", "The client stops trying.")
    ana.locator("textarea[name=reason]").fill("Shorter, and what we see.")
    ana.locator("main form button.btn-primary").first.click()
    expect(ana.get_by_text("Proposal 1 by Ana")).to_be_visible()
    amir.goto(f"{PAGE}proposals/1/")
    screens.take(amir, "workspace-proposal")
    amir.fill("textarea[name=words]", "Agreed, *if* the example stays.")
    amir.get_by_role("button", name="Answer").click()
    expect(amir.locator("em", has_text="if")).to_be_visible()
    amir.goto(f"{PAGE}proposals/1/")
    amir.get_by_role("button", name="Take it into the draft").click()
    revision = revision_in(draft(), "poor-listening")
    assert (revision.harms, revision.author.name) == ("The client stops trying.", "Ana")
    amir.goto(PAGE)
    screens.take(amir, "workspace-guideline")
