"""A lead reads an excerpt of a real session, confirms it, and erases another."""

import pytest
from playwright.sync_api import expect

from synthesis import excerpts
from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD
from tests.synthesis.excerpts_of_sessions import TURNS, stored

pytestmark = pytest.mark.browser


@pytest.fixture
def two(live_server, lena):
    named = {
        "speaker": "client",
        "text": "No. Jennifer can ring him on 020 7946 0958 if she likes. I do not want to.",
    }
    return stored("clinic-1", turns=[*TURNS, TURNS[0], named]), stored(
        "clinic-2", reply="You would rather not."
    )


@pytest.fixture
def page(live_server, chromium, lena):
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in("lena")


def test_she_reads_what_was_found_says_that_she_read_it_and_confirms(two, page):
    first, second = two
    page.goto("/profiles/")
    page.get_by_role("link", name="Excerpts of real sessions").click()
    page.get_by_role("link", name="clinic-1").click()
    expect(page.locator("mark")).to_have_text(["Jennifer", "020 7946 0958"])
    expect(page.get_by_text("Names may be missed")).to_be_visible()
    screens.take(page, "excerpt")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Say that you have read it")).to_be_visible()
    page.get_by_label("I have read every turn.").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("confirmed that it tells of nobody")).to_be_visible()
    assert excerpts.is_confirmed(first) and not excerpts.is_confirmed(second)
    page.goto(f"/excerpts/{second.public_id}/")
    page.get_by_text("Erase it", exact=True).click()
    page.get_by_label("Why, in words that tell nothing of the person").fill("withdrew consent")
    screens.take(page, "excerpt-erase")
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_text("withdrew consent")).to_be_visible()
    expect(page.get_by_text("You would rather not.")).to_have_count(0)
    page.goto("/excerpts/")
    screens.take(page, "excerpts")
