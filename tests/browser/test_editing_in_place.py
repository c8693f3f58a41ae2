"""Ana writes in place, with mouse and keys, while Amir does the same; nobody's words go with the page."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from guidelines.entries import light
from guidelines.models import NewScratch, PairScratch
from tests.browser import screens
from tests.browser.workspace import PAGE, begin_a_draft, draft
from tests.conftest import PASSWORD
from tests.guidelines.conftest import revision_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("novice_mistakes"),
]


def card(page, key):
    return page.locator(f"article#{key}")


def edit(page, key="poor-listening"):
    card(page, key).get_by_role("link", name="Edit").click()
    expect(page.locator(f"article#{key}[data-editing] input[name=name]")).to_be_focused()
    return card(page, key)


def test_a_card_is_edited_in_place_with_a_preview(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    form = edit(ana)
    form.locator("textarea[name=harms]").fill("The client **stops** trying. <script>alert(1)</script>")
    expect(form.locator(".preview strong", has_text="stops")).to_be_visible()
    expect(form.locator(".preview")).to_contain_text("<script>alert(1)</script>")
    screens.take(ana, "workspace-editing")
    form.locator("textarea[name=harms]").press("Control+Enter")
    expect(ana.locator("#said")).to_contain_text("is saved in the draft")
    expect(card(ana, "poor-listening")).to_be_focused()
    expect(card(ana, "poor-listening")).to_contain_text("changed in the draft")
    assert revision_in(draft(), "poor-listening").harms.startswith("The client **stops**")
    form = edit(ana)
    form.locator("input[name=name]").fill("")
    form.get_by_role("button", name="Save in the draft").click()
    expect(form.get_by_role("alert")).to_contain_text("required")
    expect(form.locator("input[name=name]")).to_be_focused()


def test_two_merge_in_place(at_work):
    ana, amir = at_work("ana"), at_work("amir")
    begin_a_draft(ana)
    amir.goto(PAGE)
    hers, his = edit(ana), edit(amir)
    hers.locator("textarea[name=harms]").fill("The client stops trying.")
    hers.get_by_role("button", name="Save in the draft").click()
    expect(ana.locator("#said")).to_contain_text("is saved")
    his.locator("textarea[name=harms]").fill("The client feels unheard.")
    his.get_by_role("button", name="Save in the draft").click()
    expect(his.get_by_text("A colleague changed this")).to_be_visible()
    expect(his.locator("del").first).to_be_visible()
    his.locator("textarea[name=harms]").fill("The client feels unheard and stops trying.")
    his.get_by_role("button", name="Save in the draft").click()
    expect(amir.locator("#said")).to_contain_text("is saved")
    revision = revision_in(draft(), "poor-listening")
    assert (revision.harms, revision.n) == ("The client feels unheard and stops trying.", 3)


def test_everything_is_done_with_keys(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    first, second, third = list(light(draft()))[:3]
    # The button is shown by the script that hears the keys.
    expect(ana.get_by_role("button", name="Keys")).to_be_visible()
    ana.keyboard.press("?")
    expect(ana.get_by_role("dialog")).to_contain_text("to the next card")
    screens.take(ana, "workspace-keys")
    ana.keyboard.press("Escape")
    expect(ana.locator("dialog#keys")).to_be_hidden()
    ana.keyboard.press("j")
    ana.keyboard.press("j")
    expect(card(ana, second)).to_be_focused()
    ana.keyboard.press("Alt+ArrowDown")
    expect(ana.locator("#said")).to_contain_text("number 3 of 16")
    assert list(light(draft()))[:3] == [first, third, second]
    expect(card(ana, second)).to_be_focused()
    expect(ana.locator("article").nth(2)).to_have_id(second)
    ana.keyboard.press("e")
    name = card(ana, second).locator("input[name=name]")
    expect(name).to_be_focused()
    # Letters are letters while she types.
    name.press("End")
    ana.keyboard.type(" j?/n")
    expect(name).to_have_value(re.compile(r" j\?/n$"))
    ana.keyboard.press("Escape")
    expect(ana.locator("#said")).to_contain_text("is kept and not saved")
    expect(card(ana, second)).to_be_focused()
    assert PairScratch.objects.get().texts["name"].endswith(" j?/n")
    ana.keyboard.press("/")
    expect(ana.locator("[data-search]")).to_be_focused()
    ana.locator("[data-search]").blur()
    ana.keyboard.press("n")
    expect(ana.get_by_role("heading", name="A new pair")).to_be_visible()


def test_a_card_is_dragged_to_its_place(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    # Both cards on the screen, however long they are.
    ana.set_viewport_size({"width": 1440, "height": 3000})
    first, second = list(light(draft()))[:2]
    grip = card(ana, second).locator("[data-drag]")
    grip.evaluate("grip => grip.scrollIntoView({ block: 'center', behavior: 'instant' })")
    handle, target = grip.bounding_box(), card(ana, first).bounding_box()
    assert target["y"] > 0
    ana.mouse.move(handle["x"] + 10, handle["y"] + 10)
    ana.mouse.down()
    ana.mouse.move(target["x"] + 300, target["y"] + 60, steps=8)
    ana.mouse.move(target["x"] + 300, target["y"] + 10, steps=3)
    ana.mouse.up()
    expect(ana.locator("#said")).to_contain_text("number 1 of 16")
    expect(ana.locator("article").first).to_have_id(second)
    assert list(light(draft()))[:2] == [second, first]


def test_a_neighbour_is_found_while_its_name_is_typed(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    form = edit(ana)
    box = form.locator("input[name=may_co_occur_with-add]").first
    box.press_sequentially("premature")
    name = "Premature interpretation"
    expect(form.locator(f'datalist option[value="{name}"]').first).to_be_attached()
    box.fill(name)
    box.press("Enter")
    expect(form.get_by_role("checkbox", name=name)).to_be_checked()
    expect(box).to_have_value("")
    box.press("Control+Enter")
    expect(ana.locator("#said")).to_contain_text("is saved")
    assert "premature-interpretation" in revision_in(draft(), "poor-listening").may_co_occur_with


def test_a_closed_browser_keeps_the_words_of_a_new_pair(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    ana.get_by_role("link", name="Add a pair").click()
    ana.fill("input[name=name]", "Talking over the client")
    expect(ana.locator("[data-kept]")).to_contain_text("Kept for you", timeout=15_000)
    # What came after the last keeping goes along when the page is left.
    ana.fill("textarea[name=shows]", "Begins to speak before")
    ana.goto("/")
    ana.context.close()
    again = at_work("ana")
    again.goto(PAGE)
    again.get_by_role("link", name="A new pair: Talking over the client").click()
    expect(again.locator("textarea[name=shows]")).to_have_value("Begins to speak before")
    again.locator("textarea[name=corrections]").first.fill("Stop, and ask the client to go on.")
    again.get_by_role("button", name="Save in the draft").click()
    expect(again.get_by_text("is saved in the draft")).to_be_visible()
    assert revision_in(draft(), "talking-over-the-client").n == 1 and not NewScratch.objects.exists()


def test_words_stay_when_the_session_ends_and_are_saved_after_logging_in_again(at_work):
    ana = at_work("ana")
    begin_a_draft(ana)
    form = edit(ana)
    form.locator("textarea[name=harms]").fill("The words of an hour.")
    Session.objects.all().delete()
    form.get_by_role("button", name="Save in the draft").click()
    expect(ana.locator("#said")).to_contain_text("no longer logged in")
    expect(form.locator("textarea[name=harms]")).to_have_value("The words of an hour.")
    with ana.context.expect_page() as opened:
        ana.locator("#said").get_by_role("link").click()
    window = opened.value
    window.fill("input[name=username]", "ana@example.org")
    window.fill("input[name=password]", PASSWORD)
    window.get_by_role("button", name="Log in").click()
    window.wait_for_url(lambda url: "/login/" not in url)
    form.get_by_role("button", name="Save in the draft").click()
    expect(ana.locator("#said")).to_contain_text("is saved in the draft")
    assert revision_in(draft(), "poor-listening").harms == "The words of an hour."
