"""A judgement that was kept and does not count: who made it and the lead of its round read why."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from review import round_views
from review.judged import Wording
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Difference, DifferenceKind, SeatProject
from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of, says
from tests.review.studio import desk, submit

pytestmark = pytest.mark.browser


@pytest.fixture
def kept(live_server, settings, ben, chloe, lena):
    """Ben sent an edit that changes nothing, and one with a word of 60,000 letters."""
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    round, studio = round_of(3, [ben, chloe], lena), FakeLabelStudio()
    send(round, studio)
    same, long = round.items.all()[:2]
    draft = Wording().of(same)["draft"]
    submit(desk(studio, ben), same, ben, replace(says(), verdict="edit", edited_text=draft))
    submit(desk(studio, ben), long, ben, replace(says(), verdict="edit", edited_text="a" * 60_000))
    assert sync_all(studio).decided == 0
    return round


@pytest.fixture
def at_work(live_server, chromium, ben, lena):
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in


def test_a_lead_goes_on_to_all_that_was_kept(at_work, kept, monkeypatch):
    monkeypatch.setattr(round_views, "NEWEST", 1)
    projects = SeatProject.objects.filter(seat__round=kept)
    for n, project in enumerate(projects, start=1):
        Difference.objects.create(project=project, kind=DifferenceKind.STRANGE_TASK, ls_id=900 + n)
    lead = at_work("lena")
    for heading, name in (
        ("Kept, but not counted", "not-counted"),
        ("Otherwise in Label Studio", "otherwise"),
    ):
        lead.goto(f"/rounds/{kept.public_id}/")
        lead.locator(f'a[href$="/{name}/"]').click()
        expect(lead.get_by_role("heading", level=1)).to_contain_text(heading)
        expect(lead.locator("tbody tr")).to_have_count(2 if name == "not-counted" else len(projects))
        screens.take(lead, f"round-{name}")


def test_both_read_why_and_the_lead_reads_the_words(at_work, kept):
    page = at_work("ben")
    page.goto("/desk/")
    told = page.get_by_role("region", name="Kept, but not counted")
    expect(told).to_contain_text("the text equals the draft")
    expect(told).to_contain_text("A text of 60000 characters")
    expect(told.get_by_role("button", name="Open it and mend it")).to_have_count(2)
    screens.take(page, "desk-not-counted")
    lead = at_work("lena")
    lead.goto(f"/rounds/{kept.public_id}/")
    row = lead.locator("tr", has_text="the text equals the draft")
    expect(row).to_contain_text("Ben")
    for one in lead.get_by_text("What was sent").all():
        one.click()
    expect(row.get_by_text("Accept after my edit")).to_be_visible()
    screens.take(lead, "round-with-not-counted")
    row.get_by_role("link").click()
    expect(lead).to_have_url(
        f"{lead.url.split('/instances/')[0]}/instances/{kept.items.first().instance.public_id}/"
    )
