"""The screens of replies, pairs and technique sessions in Label Studio's own editor, with the shipped rubrics."""

from pathlib import Path

import pytest

from guidelines.loading import SHIPPED
from guidelines.loading import read as guideline
from review.label_studio import gateway
from review.label_studio.reading_results import read
from review.label_studio.screens.build import build, level_alias, levels_of, task_data
from review.label_studio.screens.controls import fields_of
from tests.browser import label_studio_editor as editor
from tests.browser import screens

from .sample import DIALOGUE, FEEDBACK, PAIRS

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]

BAR = Path(gateway.__file__).parent / "assets" / "bar.css"
SCRIPT = '<img src="x" onerror="window.ran = 1"><script>window.ran = 1</script>'
REPLY = f"It sounds as if part of you wants to call her.\n\nWhat would help? {SCRIPT}"
OTHER = "You should call her tonight; everybody has to do things that they do not like."
IN_PERSIAN = "به نظر می‌رسد بخشی از شما می‌خواهد به او زنگ بزند."
RUBRICS = {
    "supervised_dialogue": "feedback-quality",
    "technique_session": "cbt-skill",
    "reply_preference": "principles-compared",
    "judged_reply": "therapeutic-reply",
    "resistance_reply": "resistance-replies",
}
SCORES = "Guidance 2: It leaves her alone with the call.\nSafety 5: Nothing to object to."
EXEMPLAR = "I keep coming back to it, and you have said no. What would you like to talk about instead?"
TEXTS = {
    "feedback": FEEDBACK, "reply": REPLY, "exemplar": EXEMPLAR, "first": REPLY, "second": OTHER, "scores": SCORES,
}  # fmt: skip


def spoken(dialogue, *, bilingual):
    turns = [turn | {"text": f"{turn['text']} {SCRIPT}"} for turn in dialogue]
    return [turn | {"translation": IN_PERSIAN} for turn in turns] if bilingual else turns


def opened(studio, page, recipe, form, *, bilingual=False):
    """(the project, what its screen was built from): one task of it is before the reader."""
    content = guideline(SHIPPED / f"{RUBRICS[recipe]}.yaml")
    screen = {
        "form": form, "recipe": recipe, "pairs": PAIRS,
        "dimensions": [{"key": entry.key, **entry.texts} for entry in content.entries],
    }  # fmt: skip
    config = build(**screen, bilingual=bilingual)
    made = studio.create_project(title="Reading round", config=config)
    texts = TEXTS | {f"{name}_translation": IN_PERSIAN for name in TEXTS}
    data = task_data(
        external_id="r-1", content_hash="0" * 64, dialogue=spoken(DIALOGUE, bilingual=bilingual), **texts
    )
    studio.import_tasks(made, [{name: told for name, told in data.items() if name in fields_of(config)}])
    page.goto(f"{studio.url}/projects/{made}/data?labeling=1")
    page.get_by_test_id("phrase:0").wait_for()
    return made, screen


def rate_highest(page, screen):
    """Of every dimension the last level; returns what that means."""
    blocks = page.locator(".owm-aspect")
    assert blocks.count() == len(screen["dimensions"])
    said = {}
    for n, dimension in enumerate(screen["dimensions"]):
        value = levels_of(dimension)[-1]["value"]
        blocks.nth(n).locator(".lsf-choice label", has_text=level_alias(value)).last.click()
        said[dimension["key"]] = value
    return said


def mark(page, turn):
    """By the square beside it; and then its words, for what is asked of the mark."""
    phrase = page.get_by_test_id(f"phrase:{turn}")
    phrase.locator("button").click()
    phrase.get_by_text(DIALOGUE[turn]["text"]).last.click()


def write(page, placeholder, text):
    page.get_by_placeholder(placeholder, exact=True).locator("visible=true").first.fill(text)


def answers(studio, made, screen, **known):
    """What we read of the one judgement in the project."""
    [task] = studio.changed_tasks(made)
    [annotation] = task["annotations"]
    judged = {"dialogue": DIALOGUE, "reply": REPLY, "exemplar": EXEMPLAR}
    return read(annotation["result"], counsellor_turns={0, 2, 4, 6}, judged=judged, **screen, **known)


def pictured(page, name):
    """As the gateway shows it: without the editor's own head, and in the reader's light or dark."""
    assert page.evaluate("window.ran") is None, "a script in a session ran"
    page.add_style_tag(path=BAR)
    # The editor looks at the reader's light or dark when it is opened; here she changes it afterwards.
    page.evaluate(
        """matchMedia("(prefers-color-scheme: dark)").addEventListener("change", told => {
             document.documentElement.dataset.colorScheme = told.matches ? "dark" : "light"; })"""
    )
    screens.take(page, f"screen-{name}")


def test_two_texts_are_compared_aspect_by_aspect(studio, page):
    made, screen = opened(studio, page, "reply_preference", "pair")
    pictured(page, "reply_preference")
    said = rate_highest(page, screen)
    editor.choose(page, "The first")
    editor.choose(page, "The second is unsafe")
    write(page, "Optional", "It stays with her.")
    pictured(page, "reply_preference-answered")
    editor.submit(page)
    found = answers(studio, made, screen, position="ba")
    assert set(said.values()) == {"second"} and set(found.ratings.values()) == {"first"}
    assert (found.preferred, found.unsafe_texts, found.unsafe) == ("b", ["a"], True)
    assert found.rationale == "It stays with her."


def test_a_reply_is_rated_and_a_better_one_given(studio, page):
    made, screen = opened(studio, page, "judged_reply", "rated")
    said = rate_highest(page, screen)
    write(page, "Optional: the reply as you would give it", "Something in you hesitates.")
    page.get_by_text("What the levels stand for").last.click()
    page.locator(".owm-anchors").last.get_by_text("5: ").wait_for()
    pictured(page, "judged_reply")
    editor.submit(page)
    found = answers(studio, made, screen)
    assert (found.ratings, found.better_reply) == (said, "Something in you hesitates.")


def test_a_rewriting_opens_when_the_reply_is_rated_and_is_then_edited(studio, page):
    made, screen = opened(studio, page, "judged_reply", "revised")
    gate = page.get_by_text("My ratings are complete.")
    draft = page.get_by_text("You open warmly.", exact=True)
    assert not gate.is_visible() and not draft.is_visible()
    pictured(page, "judged_reply-first")
    said = rate_highest(page, screen)
    assert not draft.is_visible()
    gate.click()
    draft.wait_for()
    page.get_by_text("How a model rated the first reply").click()
    page.get_by_text("It leaves her alone with the call.").wait_for()
    pictured(page, "judged_reply-revised")
    editor.choose(page, "Accept after my edit")
    words = f"{FEEDBACK} And what would help you?"
    page.locator('[name="edited_feedback"]').locator("visible=true").fill(words)
    pictured(page, "judged_reply-edited")
    editor.submit(page)
    found = answers(studio, made, screen)
    assert (found.ratings, found.verdict, found.edited_text) == (said, "edit", words)


def test_how_resistance_is_met_is_rated_with_reasons_and_quotes(studio, page):
    made, screen = opened(studio, page, "resistance_reply", "rated")
    said = rate_highest(page, screen)
    aspect = screen["dimensions"][1]
    page.locator(".lsf-labels span", has_text=aspect["name"]).first.click()
    words = page.get_by_text("It sounds as if part of you").first.bounding_box()
    page.mouse.move(words["x"] + 2, words["y"] + 10)
    page.mouse.down()
    page.mouse.move(words["x"] + 90, words["y"] + 10, steps=5)
    page.mouse.up()
    other = page.get_by_text("I keep coming back to it").locator("visible=true")
    assert other.count() == 0, "before her own judgement is complete"
    pictured(page, "resistance_reply")
    write(
        page,
        "In your own words, with quotations",
        "She refuses a topic; “part of you” leaves her the choice.",
    )
    page.get_by_text("My ratings and reasons are complete").click()
    other.first.wait_for()
    editor.choose(page, "A good example after my edit")
    page.locator('textarea[name="edited_exemplar"]').fill(
        "I came back to it too often. What would you rather talk about?"
    )
    pictured(page, "resistance_reply-answered")
    editor.submit(page)
    found = answers(studio, made, screen)
    assert found.ratings == said and "leaves her the choice" in found.rationale
    assert found.exemplar_verdict == "edit"
    assert found.better_reply == "I came back to it too often. What would you rather talk about?"
    [mark] = found.evidence[aspect["key"]]
    assert mark["quote"] in REPLY and mark["quote"].strip()


def test_what_one_would_say_instead_is_asked_of_whoever_finds_the_other_reply_no_example(studio, page):
    made, screen = opened(studio, page, "resistance_reply", "rated")
    rate_highest(page, screen)
    page.get_by_role("button", name="Submit").first.click()
    page.get_by_text("Give your reasons, with the words").wait_for()
    page.get_by_role("button", name="OK").click()
    write(page, "In your own words, with quotations", "It argues.")
    page.get_by_text("My ratings and reasons are complete").click()
    editor.choose(page, "Not an example")
    write(page, "Optional: the reply as you would give it", "What would you like to talk about?")
    editor.submit(page)
    found = answers(studio, made, screen)
    assert (found.exemplar_verdict, found.better_reply) == ("reject", "What would you like to talk about?")


def test_a_technique_session_is_rated_with_marks_and_notes(studio, page):
    made, screen = opened(studio, page, "technique_session", "rated")
    aspect = screen["dimensions"][0]
    page.locator(".lsf-labels span", has_text=aspect["name"]).first.click()
    mark(page, 2)
    write(page, "A note on these words (optional)", "Too soon.")
    said = rate_highest(page, screen)
    pictured(page, "technique_session")
    editor.submit(page)
    found = answers(studio, made, screen)
    assert found.ratings == said
    assert found.evidence == {aspect["key"]: [{"turn": 2, "quote": "", "note": "Too soon."}]}


def test_a_session_in_another_language_stands_beside_its_translation(studio, page):
    made, screen = opened(studio, page, "supervised_dialogue", "aided", bilingual=True)
    assert page.get_by_text(IN_PERSIAN).first.is_visible()
    editor.choose(page, "Yes")
    page.locator(".lsf-labels span", has_text="Forcing change").first.click()
    mark(page, 2)
    editor.choose(page, "2 serious")
    write(page, "A note on these words (optional)", "An order.")
    editor.choose(page, "4")
    editor.complete(page)
    editor.choose(page, "Accept")
    write(page, "Optional", "It names the order.")
    editor.rate_all(page, "4")
    pictured(page, "bilingual")
    editor.submit(page)
    found = answers(studio, made, screen)
    assert found.findings == [{"pair": "pair-6", "utterances": [2], "severity": 2, "notes": {2: "An order."}}]
    assert (found.verdict, found.rationale) == ("accept", "It names the order.")
