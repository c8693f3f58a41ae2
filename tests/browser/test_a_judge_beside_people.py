"""A lead asks a judge model to read a round, and reads how far it goes with the people: by clicking only."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from review import tasks
from review.models import Judging
from synthesis.cast import environment_endpoint
from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD, person
from tests.review import factories
from tests.review.judges.answering import aided, always
from tests.synthesis.conftest import beside, endpoint

__all__ = ["beside", "endpoint"]
pytestmark = pytest.mark.browser


@pytest.fixture
def judged(live_server, ben, chloe, lena):
    """Thirty-two sessions of eight clients, judged by three."""
    pairs = factories.published_pairs()
    people = [ben, chloe, person("Noor", Role.ANNOTATOR)]
    profiles = [factories.client_profile(f"client-{n}") for n in range(8)]
    instances = factories.made_instances(32, pairs, profiles=profiles)
    about = {"instances": instances, "overlap": 3, "unaided_share": 0.0}
    round = factories.round_of(0, people, lena, pairs_version=pairs, **about)
    for place, item in enumerate(round.items.all()):
        for n, who in enumerate(people):
            level = 1 + (place + (n == place % 3)) % 5
            said = factories.says("reject" if place % 4 == n else "accept", unsafe=place % 8 == 0 and n == 0,
                                  ratings={"specific": level, "supportive": 4})  # fmt: skip
            factories.judge(item, who, said)
    return round


@pytest.fixture
def at_work(live_server, chromium, lena):
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in


def test_lena_asks_a_judge_and_sees_it_beside_the_people(judged, at_work, endpoint, beside):
    def script(number, body):
        return always(aided(level=str(1 + number % 5), unsafe=number % 9 == 0))(number, body)

    endpoint(script)
    environment_endpoint()
    page = at_work("lena")
    page.goto(f"/rounds/{judged.public_id}/")
    page.get_by_role("link", name="judge models").click()
    screens.take(page, "judges-none")
    page.get_by_label("Model").fill("qwen2.5-7b")
    page.get_by_label("How often it reads each session").fill("2")
    page.get_by_role("button", name="Ask it to read this round").click()
    expect(page.locator("main")).to_contain_text("64")
    # In a thread, as a worker is a process of its own.
    judging = Judging.objects.get().pk
    beside(lambda: tasks.judge(judging) or True)()
    page.reload()
    main = page.locator("main")
    expect(main).to_contain_text("has read everything")
    expect(main).to_contain_text("Judges beside people")
    expect(main).to_contain_text("ω =")
    page.get_by_text("How each figure was made").first.click()
    expect(main).to_contain_text("jackknife over 8 clients")
    screens.take(page, "judges")
    page.goto(f"/agreement/?round={judged.public_id}")
    expect(page.locator("main")).to_contain_text("Judges beside people")
