"""The screens as a reviewer has them, through the gateway at 1440 by 900 with the shipped guideline and rubrics: what she
judges by is in the window beside what she judges, and nothing is cut off. The documentation shows these pictures
(docs/screens).
"""

import pytest

from guidelines.loading import SHIPPED, load
from guidelines.models import Version
from review.label_studio.screens.recipes import SCREENS
from tests.browser import label_studio_editor as editor
from tests.browser import screens
from tests.review import factories

from .invented_for_pictures import ANSWER, EXEMPLAR, FIRST, contents
from .test_replies_compared_in_browser import as_she_sees_it

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]
ORDER = "Then send it tonight"


def published(slug: str) -> Version:
    load([SHIPPED / f"{slug}.yaml"])
    return Version.objects.get(guideline__slug=slug)


@pytest.fixture
def sessions(request, transactional_db, connected, ben, lena):
    """A round of one instance of the recipe."""
    recipe = request.param
    pairs, rubric = published("novice-mistakes"), published(SCREENS[recipe].rubric)
    made = factories.made_instances(1, pairs, recipe=recipe, content=contents()[recipe])
    return factories.round_of(
        1, [ben], lena, name="November, first half", instances=made, screen=recipe, overlap=1, unaided_share=0,
        pairs_version=pairs, rubric_version=rubric,
    )  # fmt: skip


def picture(page, name: str) -> None:
    """What is in her window now; and at every width nothing is cut off."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.mouse.move(700, 880)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 1440, f"{wide} px wide"
    assert page.get_by_role("button", name="Submit").first.is_visible()
    screens.take_as_it_is(page, name)


def in_the_window(page, *texts: str) -> None:
    for text in texts:
        box = page.get_by_text(text).locator("visible=true").first.bounding_box()
        assert box and box["y"] >= 40 and box["y"] + box["height"] <= 845, (
            f"“{text}” is not in the window: {box}"
        )


def rate(page, level: str, *, first: int = 0, last: int | None = None) -> None:
    aspects = page.locator(".owm-aspect")
    for n in range(first, aspects.count() if last is None else last):
        aspects.nth(n).locator(".lsf-choice label", has_text=level).first.click()


def scroll_to(page, text: str) -> None:
    """To the top of the window, below the bar."""
    words = page.get_by_text(text).locator("visible=true").first
    words.evaluate("e => e.scrollIntoView({block: 'start'})")


@pytest.mark.parametrize("sessions", ["supervised_dialogue"], indirect=True)
def test_a_session_with_the_draft_of_its_feedback(gate, page, sessions):
    page.get_by_text("Does the counsellor make a mistake").wait_for()
    as_she_sees_it(page)
    editor.choose(page, "Yes")
    editor.mark(page, 2, "Forcing change")
    editor.choose(page, "2 serious")
    editor.choose(page, "3 partly")
    editor.complete(page)
    editor.choose(page, "Accept after my edit")
    scroll_to(page, "Could this be a real session?")
    in_the_window(page, ORDER, "Draft of the supervisor's feedback", "Change the wording")
    picture(page, "label-studio")


@pytest.mark.parametrize("sessions", ["technique_session"], indirect=True)
def test_a_technique_session(gate, page, sessions):
    page.locator(".owm-aspect").last.wait_for()
    as_she_sees_it(page)
    editor.mark(page, 4, "Putting thoughts to the test")
    note = (
        page.get_by_placeholder("A note on these words (optional)", exact=True).locator("visible=true").first
    )
    note.fill("Asks what really happened, and leaves the answer to her.")
    rate(page, "4", last=1)
    in_the_window(page, "With the nights.", "How often has somebody rung", "A shared map")
    picture(page, "technique-session")


@pytest.mark.parametrize("sessions", ["judged_reply"], indirect=True)
def test_a_judged_reply_and_then_its_rewriting(gate, page, sessions):
    page.locator(".owm-aspect").last.wait_for()
    as_she_sees_it(page)
    rate(page, "2", last=3)
    in_the_window(page, "The shop where I worked", FIRST[:40], "Guidance", "Empathy")
    picture(page, "judged-reply")
    rate(page, "2", first=3)
    page.get_by_text("My ratings are complete.").click()
    page.get_by_text("How a model rated the first reply").click()
    page.get_by_text("Has the topic, not what").wait_for()
    scroll_to(page, "2. A rewriting of the reply")
    in_the_window(page, FIRST[:40], "Nineteen years, and everybody", "Would you send the rewriting?")
    picture(page, "judged-reply-rewriting")


@pytest.mark.parametrize("sessions", ["resistance_reply"], indirect=True)
def test_a_reply_to_resistance(gate, page, sessions):
    page.locator(".owm-aspect").last.wait_for()
    as_she_sees_it(page)
    rate(page, "avoiding-limit-setting", last=1)
    rate(page, "2", first=1)
    reasons = (
        page.get_by_placeholder("In your own words, with quotations", exact=True)
        .locator("visible=true")
        .first
    )
    reasons.fill("She says no and that she was not heard. “I came back to it all the same” owns it.")
    page.get_by_text("My ratings and reasons are complete").click()
    page.get_by_text(EXEMPLAR).locator("visible=true").first.wait_for()
    editor.choose(page, "A good example after my edit")
    scroll_to(page, "2. Give your reasons")
    in_the_window(
        page, "No. You keep coming back", ANSWER[:40], "Another reply to the same words", "Change it until"
    )
    picture(page, "resistance-reply")
