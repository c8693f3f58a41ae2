"""Two texts are compared in Label Studio's own editor."""

import pytest

from review.label_studio.syncing import sync_all
from tests.browser import label_studio_editor as editor
from tests.browser import screens
from tests.review import invented

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]
ASPECTS = {f"aspect-{n}": f"Aspect {n}" for n in range(1, 10)}


@pytest.fixture
def sessions(transactional_db, connected, ben, chloe, lena, monkeypatch):
    """Two replies, compared by nine aspects."""
    monkeypatch.setitem(invented.RUBRICS, "reply_preference", (ASPECTS, "pairwise", invented.COMPARED))
    long = {name: f"{text} " * 6 for name, text in invented.TEXTS.items()}
    content = invented.content("reply_preference") | {"texts": long}
    return invented.round_of("reply_preference", 1, [ben, chloe], lena, contents=[content])


def test_both_texts_stay_in_sight_down_to_the_last_aspect(gate, page):
    last = page.locator(".owm-aspect").last
    last.wait_for()
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        last.scroll_into_view_if_needed()
        first = page.locator(".owm-screen > .owm-pair > .owm-side").first
        seen = first.bounding_box()
        assert seen["y"] >= 0 and seen["y"] + seen["height"] <= height, f"at {width} the texts scrolled away"
        assert last.bounding_box()["y"] >= seen["y"] + seen["height"] - 1, "and they cover no aspect"
        screens.take_as_it_is(page, f"pair-{width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    aspects = page.locator(".owm-aspect")
    for n in range(aspects.count()):
        aspects.nth(n).locator("label", has_text="first").first.click()
    editor.choose(page, "The first")
    editor.submit(page)
    assert sync_all(gate.studio).decided == 1
