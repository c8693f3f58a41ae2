"""Her own reading in Label Studio's own editor: it comes before the draft, and does not contradict itself."""

import re

import pytest

from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation
from tests.browser import label_studio_editor as editor
from tests.browser import screens

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]


def test_the_draft_opens_when_her_own_reading_is_complete(gate, ben, page):
    draft, gate_of_hers = page.get_by_text("Draft of the supervisor's feedback"), page.locator(".owm-opens")
    told = page.locator("#mirror-mend")
    editor.open_next(page)
    editor.choose(page, "Yes")
    assert not gate_of_hers.is_visible(), "she has not said whether she believes the session"
    editor.choose(page, "3 partly")
    editor.complete(page)
    told.get_by_text("none is marked yet").wait_for()
    assert not draft.is_visible() and not gate_of_hers.locator("input").is_checked()
    editor.mark(page, 2)
    editor.complete(page)
    told.get_by_text("how serious the mistake is").wait_for()
    assert not draft.is_visible()
    screens.take(page, "own-reading")
    # The mark that lacks it is chosen.
    editor.choose(page, "3 harmful")
    editor.complete(page)
    draft.wait_for()
    assert not told.is_visible()
    screens.take(page, "draft-open")
    # What she had overlooked she may still mark.
    editor.mark(page, 0)
    editor.choose(page, "1 minor")
    editor.choose(page, "Accept")
    editor.rate_all(page, "4")
    editor.submit(page)
    assert sync_all(gate.studio).decided == 1
    found = Decision.objects.get().findings.order_by("severity")
    assert [(one.severity, one.utterances) for one in found] == [(1, [1]), (3, [3])]


def test_a_mark_is_taken_out_again_from_the_bar(gate, ben, page):
    out = page.get_by_role("button", name="Take this mark out")
    editor.open_next(page)
    editor.choose(page, "Yes")
    assert not out.is_visible()
    editor.mark(page, 2)
    editor.choose(page, "2 serious")
    editor.mark(page, 4, "Plays the problem down")
    editor.choose_mark(page, 2)
    out.click()
    assert not out.is_visible()
    editor.choose_mark(page, 4)
    editor.choose(page, "1 minor")
    editor.choose(page, "3 partly")
    editor.complete(page)
    editor.choose(page, "Accept")
    editor.rate_all(page, "4")
    editor.submit(page)
    assert sync_all(gate.studio).decided == 1
    (kept,) = Decision.objects.get().findings.all()
    assert (kept.pair_revision.pair.key, kept.utterances, kept.severity) == ("minimising", [5], 1)


def test_the_next_mistake_does_not_rename_the_mark_that_is_chosen(gate, ben, page):
    editor.open_next(page)
    editor.choose(page, "Yes")
    editor.choose(page, "4")
    editor.mark(page, 2)
    editor.choose(page, "2 serious")
    editor.mark(page, 4, "Plays the problem down")
    editor.choose(page, "1 minor")
    editor.complete(page)
    editor.choose(page, "Accept")
    editor.rate_all(page, "4")
    editor.submit(page)
    assert sync_all(gate.studio).decided == 1
    found = Decision.objects.get().findings.order_by("position")
    marked = [(one.pair_revision.pair.key, one.utterances, one.severity) for one in found]
    assert marked == [("premature-advice", [3], 2), ("minimising", [5], 1)]


def test_the_session_has_the_whole_width_and_one_button_skips(gate, ben, page):
    editor.open_next(page)
    whole = page.locator(".lsf-sidepanels").bounding_box()["width"]
    assert page.locator(".lsf-sidepanels__content").bounding_box()["width"] == whole
    assert page.locator("button:visible", has_text=re.compile("skip", re.IGNORECASE)).count() == 1


def test_answers_that_contradict_each_other_are_hers_to_mend_before_she_goes_on(gate, ben, page):
    """The editor lets "yes" through without a mark; it would be kept, and never counted."""
    (first, *_), submit = gate.tasks(ben), page.get_by_test_id("bottombar-submit-button")
    gate.is_refusing = True
    editor.open_next(page)
    editor.choose(page, "Yes")
    editor.mark(page, 2)
    editor.choose(page, "2 serious")
    editor.choose(page, "3 partly")
    editor.complete(page)
    # With the draft before her she takes her mark out again.
    page.get_by_role("button", name="Take this mark out").click()
    editor.choose(page, "Accept")
    editor.rate_all(page, "4")
    with editor.answered(page, "POST", f"/api/tasks/{first}/annotations") as refused:
        submit.click()
    assert refused.value.status == 422
    page.locator("#mirror-mend").get_by_text("none is marked").wait_for()
    screens.take(page, "to-mend")
    if page.get_by_role("button", name="OK", exact=True).is_visible():
        page.get_by_role("button", name="OK", exact=True).click()
    editor.choose(page, "No mistake")
    with editor.answered(page, "POST", f"/api/tasks/{first}/annotations") as saved:
        submit.click()
    assert saved.value.status == 201 and not page.locator("#mirror-mend").is_visible()
    assert sync_all(gate.studio).decided == 1 and not RawAnnotation.objects.filter(decision=None).exists()
