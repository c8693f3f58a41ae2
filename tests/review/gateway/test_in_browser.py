"""A reviewer at work in Label Studio's own editor, through the gateway."""

import pytest

from review.label_studio.syncing import sync_all
from review.models import Decision, Pass, RawAnnotation, Reading
from review.welfare.choosing import choose
from review.welfare.providing import provide
from tests.browser import label_studio_editor as editor
from tests.browser import screens
from tests.review.factories import carries, reads
from tests.review.gateway.conftest import PAGES

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]


def test_she_judges_changes_her_mind_skips_and_takes_it_back(gate, ben, page):
    first, second, third = gate.tasks(ben)
    assert page.locator("#mirror-progress").inner_text() == "0 of 3 judged"
    head = page.get_by_role("link", name="Settings"), page.get_by_role("link", name="Projects")
    assert not any(link.is_visible() for link in head), "the head of Label Studio leads to what is not hers"
    editor.judge(page)
    editor.submit(page)
    # Back to it: another judgement of hers, which replaces the first.
    editor.open_next(page)
    with editor.answered(page, "GET", f"/api/tasks/{first}"):
        page.get_by_test_id("prev-task").click()
    editor.choose(page, "Accept after my edit")
    with editor.answered(page, "POST", "/drafts"):
        page.locator("textarea:visible").first.fill("Stay with her hesitation first.")
    with editor.answered(page, "PATCH", "/api/annotations/") as changed:
        page.get_by_test_id("bottombar-update-button").click()
    assert changed.value.status == 200
    with editor.answered(page, "GET", f"/api/tasks/{second}"):
        page.get_by_test_id("next-task").click()
    # A draft outlives a reload.
    editor.open_next(page)
    with editor.answered(page, "POST", f"/api/tasks/{second}/drafts"):
        editor.choose(page, "No mistake")
    page.reload()
    editor.open_next(page)
    assert page.locator(".lsf-choice", has_text="No mistake").locator("input").first.is_checked()
    with editor.answered(page, "POST", f"/api/tasks/{second}/annotations"):
        page.get_by_role("button", name="Skip this session").click()
    editor.open_next(page)
    with editor.answered(page, "GET", f"/api/tasks/{second}"):
        page.get_by_test_id("prev-task").click()
    with editor.answered(page, "DELETE", "/api/annotations/") as back:
        page.get_by_text("Cancel skip").click()
    assert back.value.status == 204

    assert sync_all(gate.studio).decided == 1
    decided = Decision.objects.in_force().get()
    assert (decided.verdict, decided.edited_text) == ("edit", "Stay with her hesitation first.")
    assert decided.rater.user == ben and not RawAnnotation.objects.uncounted_judgements().exists()
    page.reload()
    page.get_by_text("1 of 3 judged").wait_for()


def test_what_she_submits_after_an_answer_was_missing_is_taken(gate, ben, page):
    """Whatever the editor keeps of boxes that it filled itself and that she did not open."""
    editor.open_next(page)
    editor.choose(page, "No mistake")
    editor.choose(page, "3 partly")
    editor.complete(page)
    editor.choose(page, "Accept")
    told_what_is_missing(page)  # nothing is rated yet
    editor.choose(page, "Reject")
    told_what_is_missing(page)
    editor.choose(page, "Accept")
    editor.rate_all(page, "4")
    editor.submit(page)
    assert sync_all(gate.studio).decided == 1 and Decision.objects.get().verdict == "accept"


def told_what_is_missing(page):
    page.get_by_role("button", name="Submit").first.click()
    page.locator(".ant-modal-wrap:visible").get_by_role("button", name="OK").click()
    page.locator(".ant-modal-wrap:visible").wait_for(state="hidden")


def another_tab(gate, ben, page):
    """The same person at the same work, as if she had forgotten the first."""
    tab = page.context.new_page()
    tab.goto(f"{gate.url}/projects/{gate.project(ben).project_id}/data?labeling=1")
    editor.open_next(tab)
    return tab


def test_what_she_submits_in_a_tab_that_shows_an_older_state_is_hers_to_decide(gate, ben, page):
    editor.open_next(page)
    tab, (first, second, _third) = another_tab(gate, ben, page), gate.tasks(ben)
    editor.judge(page)
    page.locator("textarea:visible").last.fill("From the first tab.")
    editor.submit(page)
    editor.judge(tab, "Accept after my edit")
    tab.locator("textarea:visible").first.fill("Stay with her hesitation first.")
    asked, submit = tab.get_by_role("dialog"), tab.get_by_test_id("bottombar-submit-button")
    with editor.answered(tab, "POST", f"/api/tasks/{first}/annotations") as refused:
        submit.click()
    assert refused.value.status == 409
    asked.get_by_role("heading", name="You have saved this session elsewhere meanwhile").wait_for()
    for words in ("Stay with her hesitation first.", "Accept after my edit", "From the first tab."):
        assert asked.get_by_text(words, exact=True).is_visible()
    screens.take(tab, "saved-elsewhere")
    asked.get_by_role("button", name="Go back").click()
    screens.take(tab, "saved-elsewhere-back")
    kept = tab.locator(".app-wrapper").get_by_text("Stay with her hesitation first.", exact=True)
    assert kept.is_visible() and not asked.is_visible()
    submit.click()
    replace = asked.get_by_role("button", name="Save what I am sending")
    replace.wait_for()
    with editor.answered(tab, "POST", f"/api/tasks/{first}/annotations") as saved:
        replace.click()
    assert saved.value.status == 201
    # The answer to the next one is lost; she changes her mind, and is asked nothing.
    editor.judge(tab)
    with tab.expect_event("requestfailed"):
        lose_the_answer(tab, f"**/api/tasks/{second}/annotations**")
        submit.click()
    editor.choose(tab, "Reject")
    tab.locator(".lsf-choice label:visible", has_text="vague").first.click()
    with tab.expect_response(lambda a: f"/api/tasks/{second}/annotations" in a.url and a.status == 201):
        submit.click()
    assert not asked.is_visible()
    assert sync_all(gate.studio).decided == 2
    verdicts = Decision.objects.in_force().values_list("reading__task_id", "verdict", "edited_text")
    assert sorted(verdicts, key=lambda one: one[0]) == [
        (first, "edit", "Stay with her hesitation first."),
        (second, "reject", ""),
    ]


def lose_the_answer(tab, address: str) -> None:
    """It arrives, and the line breaks before she hears of it."""

    def send(route):
        assert route.fetch().status == 201
        route.abort()

    tab.route(address, send, times=1)


def test_she_keeps_what_stands_and_goes_on_with_her_next(gate, ben, page):
    first, project = gate.tasks(ben)[0], gate.project(ben).project_id
    editor.judge(page)
    editor.submit(page)
    editor.open_next(page)
    tab = another_tab(gate, ben, page)
    for one in (page, tab):
        with editor.answered(one, "GET", f"/api/tasks/{first}"):
            one.get_by_test_id("prev-task").click()
    for one in (page, tab):
        editor.choose(one, "Accept after my edit")
        with editor.answered(one, "POST", "/drafts"):
            one.locator("textarea:visible").first.fill("First." if one is page else "Second.")
    with editor.answered(page, "PATCH", "/api/annotations/"):
        page.get_by_test_id("bottombar-update-button").click()
    with editor.answered(tab, "PATCH", "/api/annotations/") as refused:
        tab.get_by_test_id("bottombar-update-button").click()
    assert refused.value.status == 409
    keep = tab.get_by_role("dialog").get_by_role("button", name="Keep what stands")
    with tab.expect_navigation():
        keep.click()
    editor.open_next(tab)
    with editor.answered(tab, "GET", f"/api/tasks/{first}"):
        tab.get_by_test_id("prev-task").click()
    tab.locator(".app-wrapper").get_by_text("First.", exact=True).wait_for()
    screens.take(tab, "kept-what-stands")
    browser = gate.enter(ben)
    assert not browser.get(f"/api/tasks/{first}/drafts").json()
    (kept,) = browser.annotations(first, project)
    assert "First." in str(kept["result"]) and "Second." not in str(kept["result"])


def test_when_all_are_judged_the_bar_says_so_and_leads_home(gate, ben, page):
    for _ in range(3):
        editor.judge(page, "Reject")
        page.locator(".lsf-choice label:visible", has_text="vague").first.click()
        editor.submit(page)
    end = page.locator("#mirror-nothing")
    end.get_by_role("heading", name="Nothing more waits for you here.").wait_for()
    assert sync_all(gate.studio).decided == 3
    page.get_by_text("All judged. Thank you.").wait_for()
    assert end.get_by_role("link", name="Back to my desk").get_attribute("href") == f"{PAGES}/desk/"
    covers = "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('#mirror-nothing') !== null"
    assert page.evaluate(covers) and "@" not in page.locator("#mirror-bar").inner_text()
    screens.take(page, "nothing-left")
    assert page.get_by_role("link", name="← Desk").get_attribute("href") == f"{PAGES}/desk/"
    page.get_by_text("Help").click()
    assert page.get_by_text("You may skip any session without giving a reason.").is_visible()
    page.get_by_text("Help").click()
    with editor.answered(page, "GET", f"/api/tasks/{gate.tasks(ben)[2]}"):
        end.get_by_role("button", name="Look at the last one again").click()
    page.get_by_test_id("bottombar-update-button").wait_for()
    assert not end.is_visible()
    # She comes back later, and there is still nothing.
    page.reload()
    end.get_by_role("heading", name="Nothing more waits for you here.").wait_for()


def test_when_her_session_ends_she_is_told_and_what_she_wrote_stays(gate, ben, page):
    gate.is_refusing = True
    editor.judge(page, "Accept after my edit")
    page.locator("textarea:visible").first.fill("Stay with her hesitation first.")
    Pass.objects.all().delete()
    page.get_by_test_id("bottombar-submit-button").click()
    page.get_by_text("Your session here has ended.").wait_for()
    assert page.get_by_text("Stay with her hesitation first.", exact=True).is_visible()
    # From the desk in another tab she comes back, and submits here after all.
    other = page.context.new_page()
    opened = gate.desk_page(ben).content.decode()
    told = {"Content-Type": "text/html", "Referrer-Policy": "strict-origin"}
    other.route(f"{PAGES}/**", lambda route: route.fulfill(body=opened, headers=told))
    other.goto(f"{PAGES}/desk/")
    other.wait_for_url(f"{gate.url}/projects/**")
    with editor.answered(page, "POST", "/annotations") as sent:
        page.get_by_test_id("bottombar-submit-button").click()
    assert sent.value.status == 201 and sync_all(gate.studio).decided == 1
    assert Decision.objects.get().edited_text == "Stay with her hesitation first."


@pytest.fixture
def spared(gate, ben, lena):
    """The first and third of Ben's sessions speak of abuse, which he reads; and there is somebody to turn to."""
    reads(ben, "abuse")
    first, _second, third = Reading.objects.filter(seat__rater__user=ben).order_by("order")
    for reading in (first, third):
        carries(reading.item.instance, "abuse")
    provide(contact_name="Dr Okafor", contact_reach="extension 12", by=lena)


def test_what_a_session_speaks_of_is_said_before_its_text_is_shown(gate, ben, spared, page):
    veil, words = page.locator("#mirror-veil"), "You should simply ring him tonight."
    page.get_by_role("heading", name="The next session speaks of abuse.").wait_for()
    assert veil.get_by_text("Dr Okafor, extension 12").is_visible()
    # Not for the eye, not for the keyboard and not for a screen reader, though the editor may be ready.
    page.get_by_text(words).first.wait_for(state="attached")
    assert page.locator(".app-wrapper").evaluate("one => one.inert")
    assert page.evaluate(
        "document.elementFromPoint(innerWidth / 3, innerHeight / 2).closest('#mirror-veil') !== null"
    )
    page.get_by_text("Help").click()
    assert page.get_by_text("Tell the leads").is_visible(), "help is in reach"
    reading = Reading.objects.get(task_id=gate.tasks(ben)[0])
    assert page.locator("#mirror-raise").get_attribute("href") == f"{PAGES}/desk/flag/{reading.external_id}/"
    page.get_by_text("Help").click()
    screens.take(page, "content-notice")
    veil.get_by_role("button", name="Show the session").click()
    assert veil.is_hidden() and page.locator("#mirror-notice").inner_text() == "Speaks of: abuse"
    page.reload()
    editor.open_next(page)
    page.get_by_text("Speaks of: abuse").wait_for()
    assert veil.is_hidden(), "she has begun with it"
    editor.judge(page)
    editor.submit(page)
    # The second speaks of nothing; the third is announced again, and skipped unseen.
    editor.open_next(page)
    assert veil.is_hidden() and page.locator("#mirror-notice").is_hidden()
    editor.judge(page)
    editor.submit(page)
    page.get_by_role("heading", name="The next session speaks of abuse.").wait_for()
    with editor.answered(page, "POST", "/annotations"):
        veil.get_by_role("button", name="Skip this session").click()


def test_at_her_limit_nothing_new_opens_and_what_is_begun_does(gate, ben, page):
    choose(reads=[], daily_cap=1, by=ben)
    editor.judge(page)
    editor.submit(page)
    editor.open_next(page)
    second = gate.tasks(ben)[1]
    with editor.answered(page, "POST", f"/api/tasks/{second}/drafts"):
        editor.choose(page, "No mistake")
    assert sync_all(gate.studio).decided == 1
    page.reload()
    editor.open_next(page)
    assert page.locator(".lsf-choice", has_text="No mistake").locator("input").first.is_checked()
    editor.judge(page)
    editor.submit(page)
    page.get_by_text("Nothing new opens until tomorrow").wait_for()
    screens.take(page, "enough-for-a-day")
    assert sync_all(gate.studio).decided == 1 and Decision.objects.count() == 2
