"""The screen in Label Studio's own editor: what a reviewer clicks is what we read."""

import pytest

from review.label_studio.reading_results import Answers, read
from review.label_studio.screens.build import build, task_data

from .sample import COUNSELLOR_TURNS, DIALOGUE, DIMENSIONS, FEEDBACK, PAIRS

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]

SCREEN = {"form": "aided", "pairs": PAIRS, "dimensions": DIMENSIONS}
RATINGS = {dimension["key"]: 4 for dimension in DIMENSIONS}
DRAFT, COMPLETE = "In turn 3 you tell", "My own reading is complete"


@pytest.fixture
def project(studio):
    made = studio.create_project(title="Reading round", config=build(**SCREEN))
    studio.import_tasks(
        made,
        [
            task_data(external_id=name, content_hash="0" * 64, dialogue=DIALOGUE, feedback=FEEDBACK)
            for name in ("r-1", "r-2")
        ],
    )
    yield made
    studio.delete_project(made)


def choose(page, text):
    page.locator(".lsf-choice label:visible", has_text=text).first.click()


def rate_all_four(page):
    rows = page.locator(".owm-rating")
    for n in range(rows.count()):
        rows.nth(n).locator("label", has_text="4").click()


def open_next(page, studio, project):
    page.goto(f"{studio.url}/projects/{project}/data?labeling=1")
    page.get_by_text("Does the counsellor make a mistake").wait_for()


def submit(page):
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "/annotations" in answer.url
    ):
        page.get_by_role("button", name="Submit").first.click()


def test_a_reviewer_marks_a_mistake_edits_one_draft_and_accepts_another(studio, project, page):
    open_next(page, studio, project)
    assert not page.get_by_text(DRAFT).first.is_visible()
    choose(page, "Yes")
    page.locator(".lsf-labels span", has_text="Forcing change").first.click()
    page.get_by_test_id("phrase:2").locator("button").click()
    choose(page, "5 fully")
    assert not page.get_by_text(DRAFT).first.is_visible(), "her own reading is not said to be complete"
    choose(page, COMPLETE)
    page.get_by_text(DRAFT).first.wait_for()
    choose(page, "Accept after my edit")
    page.locator("textarea:visible").first.fill("Say it more warmly.")
    rate_all_four(page)

    # Without the severity the editor refuses, and puts her on the mark that lacks it.
    page.get_by_role("button", name="Submit").first.click()
    page.get_by_text("Say for every mark how serious").wait_for()
    page.get_by_role("button", name="OK").click()
    choose(page, "3 harmful")
    submit(page)

    open_next(page, studio, project)
    choose(page, "No mistake")
    assert not page.get_by_text(COMPLETE).first.is_visible(), "she has not said whether she believes it"
    choose(page, "1 not at all")
    choose(page, COMPLETE)
    choose(page, "Accept")
    rate_all_four(page)
    submit(page)

    tasks = {task["data"]["external_id"]: task["annotations"] for task in studio.changed_tasks(project)}
    answers = {
        name: [read(one["result"], counsellor_turns=COUNSELLOR_TURNS, **SCREEN) for one in annotations]
        for name, annotations in tasks.items()
    }
    forcing = {"pair": "pair-6", "utterances": [2], "severity": 3}
    edited = Answers(
        any_mistake=True,
        findings=[forcing],
        believable=5,
        verdict="edit",
        edited_text="Say it more warmly.",
        ratings=RATINGS,
    )
    accepted = Answers(any_mistake=False, believable=1, verdict="accept", ratings=RATINGS)
    assert answers == {"r-1": [edited], "r-2": [accepted]}
