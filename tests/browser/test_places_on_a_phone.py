"""On a narrow screen the places unfold from a button, by finger or key, and none is cut."""

import pytest
from playwright.sync_api import expect

from tests.browser import screens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_lead_reaches_every_place_on_a_phone(at_work):
    lena = at_work("lena")
    screens.take(lena, "home-of-a-lead")
    lena.set_viewport_size({"width": 390, "height": 844})
    places, menu = lena.locator("nav.rail li a"), lena.get_by_role("button", name="Menu")
    assert places.count() == 12
    expect(places.first).to_be_hidden()
    menu.focus()
    lena.keyboard.press("Enter")
    for place in [*places.all(), lena.get_by_role("button", name="Log out")]:
        expect(place).to_be_visible()
        box = place.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, place.inner_text()
    screens.take_as_it_is(lena, "places-on-a-phone")
    # The next key goes into the places; Escape folds them, and the button has the focus again.
    lena.keyboard.press("Tab")
    expect(places.first).to_be_focused()
    lena.keyboard.press("Escape")
    expect(places.first).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    lena.get_by_role("link", name="Rounds").click()
    expect(lena.get_by_role("heading", name="Rounds")).to_be_visible()
    expect(places.first).to_be_hidden()
    # On a wide screen they stand open, and there is no button.
    lena.set_viewport_size({"width": 1440, "height": 900})
    expect(menu).to_be_hidden()
    expect(places.last).to_be_visible()
