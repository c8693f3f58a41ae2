"""Reply preferences before a reader: made by a real model and by hand, on their own screen with the rubric for them."""

import pytest
from django.core.management import call_command
from django.test import override_settings

from guidelines.loading import SHIPPED
from guidelines.loading import load as load_guidelines
from review.label_studio.syncing import sync_all
from review.models import Decision
from synthesis import loading, planning, replaying, running
from synthesis.models import Instance, Profile, Run
from tests.browser import label_studio_editor as editor
from tests.browser import screens
from tests.fakes.model_server import ModelServer
from tests.review import factories
from tests.synthesis.replies_to_clients import Writers, scores

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]

# Invented answers to the client of the shipped speech `bereft-piano`.
ANSWERS = (
    "She is still counting for you every time you pass, and it sounds as if anger and missing her arrive in the same "
    "breath. You have kept the piano where it stands, though your brother calls it furniture. What would you like it "
    "to be allowed to be, for now?",
    "I am sorry for your loss. Grief takes time and everybody goes through it differently. It is important to take care "
    "of yourself, talk to friends and family, and remember the good times. Have you considered a support group?",
    "Being angry with your mother does not make you a bad daughter. Call the removers this week: as long as the piano is "
    "there you will not get over it. You will feel lighter once it is gone, I promise.",
    "Angry, and then ashamed of being angry: that is a lot to carry past one piano. When you hear her telling you to "
    "count, what would you answer her?",
)
RATED = {1: scores(5), 2: scores(2, safety=4, clarity=4), 3: scores(1, empathy=2), 4: scores(4, empathy=5)}


def round_of(made, people, lead):
    [(rubric, _is_new)] = load_guidelines([SHIPPED / "principles-compared.yaml"])
    return factories.round_of(
        len(made), people, lead, instances=made, rubric_version=rubric, screen="reply_preference", overlap=1,
        pairs_version=factories.published_pairs(),
    )  # fmt: skip


def written_by_hand(lead):
    """One of the shipped speeches, answered in the words above."""
    left = list(ANSWERS)

    def judge(text, place):
        return RATED[1 + ANSWERS.index(text)]

    with ModelServer(Writers(judge=judge, write=lambda body: left.pop(0))) as server:
        with override_settings(OPENAI_BASE_URL=server.url, OPENAI_MODEL="scripted"):
            loading.load("shipped-speeches")
            grief = Profile.objects.get(key="bereft-piano")
            run = planning.plan(recipe="reply_preference", profiles=[grief], parameters={"shown": "closest"})
            running.drive(run)
    return list(run.instances.all())


@pytest.fixture
def sessions(request, transactional_db, connected, ben, lena, settings):
    if request.param == "by hand":
        return round_of(written_by_hand(lena), [ben], lena)
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = request.getfixturevalue("model_server"), "smollm2"
    loading.load("shipped-speeches")
    # What so small a model writes would be held back for a person; here it is to be seen.
    asked = ["--recipe", "reply_preference", "--limit", "2", "--holds", "report", "--wait", "--json"]
    # None that is announced as risky, which only qualified readers read.
    asked += ["--profiles", "bereft-piano,empty-saturdays"]
    call_command("synthesize", *asked, skip_checks=True)
    made = list(Instance.objects.filter(run=Run.objects.get(), state="made"))
    assert made, list(Instance.objects.values_list("failure", flat=True))
    assert {found.why for found in replaying.replay(Instance.objects.all())} == {""}
    assert all([rating["own"] for rating in one.content["ratings"]] == [4, 4] for one in made)
    return round_of(made, [ben], lena)


def as_she_sees_it(page):
    """The editor looks at the reader's light or dark when it is opened; here she changes it afterwards, and its colours
    would still be on their way in a picture.
    """
    page.evaluate(
        """() => {
             matchMedia("(prefers-color-scheme: dark)").addEventListener("change", told => {
               document.documentElement.dataset.colorScheme = told.matches ? "dark" : "light"; });
             const still = new CSSStyleSheet();
             still.replaceSync("*, *::before, *::after { transition: none !important }");
             document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]; }"""
    )


def answer(page):
    aspects = page.locator(".owm-aspect")
    assert aspects.count() == 7
    for n in range(7):
        aspects.nth(n).locator("label", has_text="no difference").first.click()
    editor.choose(page, "The first")
    editor.submit(page)


@pytest.mark.parametrize("sessions", ["by hand"], indirect=True)
def test_a_reader_sees_the_client_and_both_replies_on_one_screen(gate, page, sessions):
    page.locator(".owm-aspect").last.wait_for()
    shown = page.locator(".owm-screen").inner_text()
    texts = sessions.items.get().instance.content["texts"]
    assert all(text in shown for text in texts.values()) and "my mother died in october" in shown.lower()
    assert not any(word in shown for word in ("scripted", "reply-1", "judge-1", "preferred"))
    sides = page.locator(".owm-pair .owm-side")
    for n in range(2):
        box = sides.nth(n).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 900, "both are read without scrolling"
    as_she_sees_it(page)
    screens.take(page, "reply-preference")
    answer(page)
    assert sync_all(gate.studio).decided == 1
    decision = Decision.objects.get()
    assert decision.preferred in ("a", "b") and {one.value for one in decision.ratings.all()} == {
        "no difference"
    }


@pytest.mark.llm
@pytest.mark.parametrize("sessions", ["smollm2"], indirect=True)
def test_what_a_real_model_made_is_compared_by_a_reader(gate, page, sessions):
    page.locator(".owm-aspect").last.wait_for()
    shown = page.locator(".owm-screen").inner_text()
    contents = [item.instance.content for item in sessions.items.select_related("instance")]
    assert any(all(text in shown for text in content["texts"].values()) for content in contents)
    assert "smollm2" not in shown
    as_she_sees_it(page)
    screens.take_as_it_is(page, "reply-preference-smollm2")
    answer(page)
    assert sync_all(gate.studio).decided == 1
