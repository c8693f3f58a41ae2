"""A lead reads an excerpt of a real session, confirms it, and erases another."""

import pytest
from playwright.sync_api import expect

from synthesis import erasing, excerpts
from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD
from tests.review import factories, invented
from tests.synthesis.excerpts_of_sessions import TURNS, confirmed, stored

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


@pytest.fixture
def read_in_a_round(live_server, lena, ben):
    """An excerpt of which a reader has to judge what was made, and one of another that she judged."""
    excerpt = confirmed(lena, "clinic-3")
    pairs = factories.published_pairs()
    content = invented.content("resistance_reply")
    made = [
        *factories.made_instances(1, pairs, recipe="excerpt_reply", content=content, profiles=[excerpt]),
        *factories.made_instances(1, pairs, recipe="excerpt_reply", content=content),
    ]
    round = factories.round_of(
        2, [ben], lena, instances=made, screen="excerpt_reply", overlap=1, pairs_version=pairs,
        rubric_version=invented.rubric("resistance_reply"),
    )  # fmt: skip
    factories.judge(round.items.get(instance=made[1]), ben, invented.says("resistance_reply"))
    return excerpt, round


def test_a_round_says_how_many_of_its_sessions_were_erased(read_in_a_round, page, lena):
    excerpt, round = read_in_a_round
    erasing.erase(source=excerpt.source_text, why="withdrew consent", by=lena)
    page.goto(f"/rounds/{round.public_id}/")
    erased = page.get_by_role("link", name="1 erased")
    expect(erased).to_be_visible()
    expect(page.get_by_text("2 sessions").first).to_be_visible()
    screens.take(page, "round-with-one-erased")
    erased.click()
    expect(page.get_by_text("erased").first).to_be_visible()
    screens.take(page, "sessions-erased")
