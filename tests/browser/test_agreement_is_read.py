"""A lead reads how far reviewers agree: from the round to a mistake, to the sessions behind it, to its discussion."""

import pytest
from playwright.sync_api import expect

from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD
from tests.review.agreeing.shapes import a_round_more, a_round_of_months, replies_with_words

pytestmark = pytest.mark.browser


@pytest.fixture
def at_work(live_server, chromium, lena):
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in


def test_lena_follows_the_numbers_to_the_worst_sessions(at_work, lena):
    round = a_round_of_months(lena)
    page = at_work("lena")
    page.goto(f"/agreement/?round={round.public_id}")
    main = page.locator("main")
    expect(main).to_contain_text("High agreement, low α: why")
    screens.take(page, "agreement")
    for tab, name in (("Mistakes", "pair"), ("Marks", "marks"), ("Reviewers", "reviewers"), ("Answers", "answers"),
                      ("Over time", "time"), ("Rates and time", "rates"), ("For a paper", "paper")):  # fmt: skip
        page.get_by_role("navigation", name="What of the agreement").get_by_role(
            "link", name=tab, exact=True
        ).click()
        expect(main.locator("h1")).to_be_visible()
        screens.take(page, f"agreement-{name}")
    page.goto(f"/agreement/reviewers/?round={round.public_id}&question=verdict")
    expect(page.locator("#drift ~ .overflow").first).to_contain_text("since")
    expect(page.get_by_title("no session in common").first).to_be_visible()
    page.goto(f"/agreement/by/pair/?round={round.public_id}&question=verdict")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Interrupts the client")
    first.get_by_role("link").first.click()
    expect(main.locator("h1")).to_contain_text("Interrupts the client")
    expect(page.locator("article").first.locator("section")).to_have_count(2)
    screens.take(page, "agreement-sessions")
    page.locator("article").first.get_by_role("link", name="Discuss or revise").first.click()
    page.wait_for_url("**/discussion/**")
    people = [seat.rater.user for seat in round.seats.select_related("rater__user").order_by("pk")[:2]]
    for name, close in (("Winter round", True), ("Spring round", False)):
        page.goto(f"/agreement/?round={a_round_more(round, people, lena, name=name, close=close).public_id}")
    page.goto(f"/agreement/rounds/?round={round.public_id}&question=verdict")
    expect(main).to_contain_text("2 closed rounds together")
    screens.take(page, "agreement-rounds")


def test_lena_reads_how_far_raters_quote_the_same_words(at_work, lena):
    round = replies_with_words(lena)
    page = at_work("lena")
    page.goto(f"/agreement/marks/?round={round.public_id}")
    main = page.locator("main")
    expect(main).to_contain_text("alpha for unitizing, guessing taken out")
    expect(main).to_contain_text("GAMMA_PYTHON names")
    screens.take(page, "agreement-words")
    page.goto(f"/agreement/?round={round.public_id}")
    page.locator("details summary").first.click()
    expect(main).to_contain_text("Could another reviewer's single score take the place of this one?")
    screens.take(page, "agreement-icc")
