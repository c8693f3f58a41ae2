"""What she types in Label Studio's own editor is kept, however she leaves the box; and what she reads there is in sight."""

from dataclasses import replace

import pytest

from review.judged import Wording
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Reading
from tests.browser import label_studio_editor as editor
from tests.browser import screens
from tests.review.factories import says
from tests.review.gateway.conftest import PAGES
from tests.review.studio import desk, submit

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]
MORE = " And then wait."


def box(page):
    return page.get_by_test_id("htx-textbox-input")


def with_an_edit_submitted(gate, ben, page) -> int:
    """Her first session is judged with an edit, and open before her again."""
    first = gate.tasks(ben)[0]
    editor.judge(page, "Accept after my edit")
    page.locator("textarea:visible").first.fill("Stay with her hesitation first.")
    editor.submit(page)
    editor.open_next(page)
    with editor.answered(page, "GET", f"/api/tasks/{first}"):
        page.get_by_test_id("prev-task").click()
    page.get_by_text("Stay with her hesitation first.").wait_for()
    return first


@pytest.mark.parametrize("key", ["Tab", "Escape", "Shift+Tab"])
def test_an_edit_revised_by_keyboard_alone_is_kept_and_saved(gate, ben, page, key):
    with_an_edit_submitted(gate, ben, page)
    pencil = page.get_by_test_id("htx-textbox-edit-button").first
    assert pencil.evaluate("one => getComputedStyle(one.parentElement).opacity") == "1", (
        "seen without the mouse"
    )
    pencil.focus()
    page.keyboard.press("Enter")
    box(page).wait_for()
    page.keyboard.press("End")
    page.keyboard.type(MORE)
    page.keyboard.press(key)
    page.get_by_test_id("bottombar-update-button").and_(page.locator(":enabled")).wait_for()
    with editor.answered(page, "PATCH", "/api/annotations/") as changed:
        page.get_by_test_id("bottombar-update-button").click()
    assert changed.value.status == 200 and sync_all(gate.studio).decided == 1
    assert Decision.objects.in_force().get().edited_text == f"Stay with her hesitation first.{MORE}"


def test_while_she_revises_update_is_there_and_her_draft_has_the_words_when_she_comes_back(gate, ben, page):
    first = with_an_edit_submitted(gate, ben, page)
    page.get_by_test_id("htx-textbox-edit-button").first.click()
    with editor.answered(page, "POST", "/drafts"):
        page.keyboard.press("End")
        page.keyboard.type(MORE)
        page.get_by_test_id("bottombar-update-button").and_(page.locator(":enabled")).wait_for()
    page.reload()
    editor.open_next(page)
    with editor.answered(page, "GET", f"/api/tasks/{first}"):
        page.get_by_test_id("prev-task").click()
    page.get_by_text(f"Stay with her hesitation first.{MORE}").first.wait_for()


def test_what_she_typed_and_never_sent_is_there_when_she_comes_back(gate, ben, page):
    editor.judge(page, "Accept after my edit")
    first = gate.tasks(ben)[0]
    page.wait_for_timeout(6000)  # the editor's own draft of all but what follows is saved
    with editor.answered(page, "PATCH", "/api/drafts/"):
        page.locator("textarea:visible").first.fill("Stay with her hesitation first.")
    page.reload()
    editor.open_next(page)
    page.get_by_text("Stay with her hesitation first.").wait_for()
    editor.submit(page)
    assert sync_all(gate.studio).decided == 1
    decided = Decision.objects.get()
    assert (decided.edited_text, decided.reading.task_id) == ("Stay with her hesitation first.", first)


def test_turns_carry_the_numbers_by_which_our_pages_and_the_draft_name_them(gate, ben, page):
    editor.open_next(page)
    turns = page.locator('[data-testid^="phrase:"]')
    # What a counter shows is in no property of the page: the rule that counts is, on every turn in its order.
    counted = turns.evaluate_all(
        """all => all.map(one => [
            getComputedStyle(one).counterIncrement,
            getComputedStyle(one.querySelector('[class*="dialoguename"]'), '::after').content,
        ])"""
    )
    item = Reading.objects.get(task_id=gate.tasks(ben)[0]).item
    ids = [turn["id"] for turn in item.instance.content["utterances"]]
    assert ids == list(range(1, turns.count() + 1))
    assert counted == [["owm-turn 1", '" · " counter(owm-turn)']] * len(ids)
    assert (
        page.get_by_test_id("phrases-wrapper").evaluate("one => getComputedStyle(one).counterReset")
        == "owm-turn 0"
    )
    editor.choose(page, "Yes")
    editor.mark(page, 2)
    chosen = page.locator(".htx-highlight").first
    assert "gradient" in chosen.evaluate("one => getComputedStyle(one).backgroundImage"), (
        "its words are dark on dark"
    )
    screens.take(page, "turns-numbered")


def test_one_long_word_stays_in_its_card(gate, ben, page):
    editor.judge(page, "Accept after my edit")
    page.locator("textarea:visible").first.fill("a" * 900)
    editor.submit(page)
    editor.open_next(page)
    with editor.answered(page, "GET", f"/api/tasks/{gate.tasks(ben)[0]}"):
        page.get_by_test_id("prev-task").click()
    content = page.get_by_test_id("htx-textbox-content").first
    content.wait_for()
    assert content.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    screens.take(page, "long-word")


def test_an_edit_without_a_change_is_hers_to_mend_before_she_goes_on_and_her_answers_stay(gate, ben, page):
    gate.is_refusing = True
    send, told = page.get_by_test_id("bottombar-submit-button"), page.locator("#mirror-mend")
    editor.judge(page, "Accept after my edit")
    with editor.answered(page, "POST", "/annotations") as refused:
        send.click()
    assert refused.value.status == 422
    told.get_by_text("the text equals the draft").wait_for()
    screens.take(page, "edited-without-a-change")
    if page.get_by_role("button", name="OK", exact=True).is_visible():
        page.get_by_role("button", name="OK", exact=True).click()
    editor.choose(page, "Accept")
    with editor.answered(page, "POST", "/annotations") as saved:
        send.click()
    assert saved.value.status == 201 and sync_all(gate.studio).decided == 1
    assert not RawAnnotation.objects.uncounted_judgements().exists()


@pytest.fixture
def kept(gate, ben):
    """His last session, judged past the gateway with an edit that changes nothing: kept, and not counted."""
    reading = Reading.objects.get(task_id=gate.tasks(ben)[2])
    draft = Wording().of(reading.item)["draft"]
    submit(desk(gate.studio, ben), reading.item, ben, replace(says(), verdict="edit", edited_text=draft))
    assert sync_all(gate.studio).decided == 0
    return reading


def mend(page, reading) -> None:
    """It is open, says why, and has what she said."""
    page.locator("#mirror-mend").get_by_text("the text equals the draft").wait_for()
    assert page.locator(".lsf-choice", has_text="Accept after my edit").locator("input").first.is_checked()
    screens.take(page, "kept-and-not-counted")
    page.get_by_test_id("htx-textbox-edit-button").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(MORE)
    with editor.answered(page, "POST", f"/api/tasks/{reading.task_id}/annotations") as saved:
        page.get_by_test_id("bottombar-submit-button").click()
    assert saved.value.status == 201


def test_what_is_kept_and_does_not_count_opens_when_nothing_else_is_left_and_counts_when_mended(
    gate, ben, page, kept
):
    for _ in range(2):
        editor.judge(page)
        editor.submit(page)
    editor.open_next(page)
    mend(page, kept)
    page.locator("#mirror-nothing").get_by_role("heading", name="Nothing more waits for you here.").wait_for()
    assert sync_all(gate.studio).decided == 3
    assert Decision.objects.get(reading=kept).edited_text.endswith(MORE)


def test_it_opens_from_the_desk_before_what_is_still_to_be_judged(gate, ben, page, kept):
    opened = gate.desk_page(ben, kept).content.decode()
    told = {"Content-Type": "text/html", "Referrer-Policy": "strict-origin"}
    other = page.context.new_page()
    other.route(f"{PAGES}/**", lambda route: route.fulfill(body=opened, headers=told))
    other.goto(f"{PAGES}/desk/")
    other.wait_for_url(f"{gate.url}/projects/**")
    editor.open_next(other)
    mend(other, kept)
    editor.open_next(other)
    assert not other.locator("#mirror-mend").is_visible() and sync_all(gate.studio).decided == 1
