"""A lead plans a run, looks at one session of it first, watches and steers it, reads what was made and compares."""

import json
import re
import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from synthesis import running
from synthesis.models import Endpoint, Instance, Run
from tests.browser import screens
from tests.factories import client_profile
from tests.fakes import model_server as fake
from tests.fakes.model_server import ModelServer
from tests.synthesis.answering import answers, feedback, finding
from tests.synthesis.conftest import HASTE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLIENT = (
    "I keep the letter on the kitchen table. I walk around it all day.",
    "I know I should open it. My sister says it takes two minutes.",
    "You are right, it is only paper. I just do not sleep when I think of it.",
    "Maybe. I have tried that before, and then I stop answering the phone.",
    "It is easier when somebody sits beside me. Then I can look at it.",
    "My neighbour, perhaps. She never asks why. I could bring it to her on Sunday.",
)
COUNSELLOR = (
    "You walk around it all day. What happens in you when you come near the table?",
    "Then let us make a plan: tonight at seven you open it, and tomorrow you call the office.",
    "It would do you good to see that nothing terrible is inside. Can you promise me to try?",
    "I hear that you would rather wait. Still, waiting has not helped you so far.",
    "You said that it is easier with somebody beside you. Who could that be?",
    "On Sunday, with her. How is it for you to say that aloud, after such a long time alone with it?",
)


def _turn(body: dict) -> dict:
    plays_client = (
        body["messages"][0]["content"].startswith("You play")
        and "a client in" in body["messages"][0]["content"]
    )
    lines = CLIENT if plays_client else COUNSELLOR
    said = json.dumps(body["messages"], ensure_ascii=False)
    return {"text": next((line for line in lines if line not in said), lines[-1])}


def _feedback(body: dict) -> dict:
    words = {
        "quotes": ["Then let us make a plan"], "why": "She had just begun to say what frightens her; a plan ends that.",
        "correction": "Stay with the fear before anything is planned.",
        "better": "You walk around it all day. What would it be like to stand still there for a moment?",
    }  # fmt: skip
    return feedback(
        finding("forcing-change", turns=(3,), **words),
        strengths=["You come back to what helps her: not being alone."],
    )


@pytest.fixture
def endpoint(live_server, settings):
    """Answers as in a session; two requests of the first run go wrong at first."""
    spoken = answers(turn=_turn, feedback=_feedback)

    def script(number, body):
        return {30: fake.BROKEN, 35: fake.BUSY}.get(number) or spoken(number, body)

    with ModelServer(script, delay=0.02) as server:
        settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = server.url, "scripted"
        yield server


def made(run: Run) -> None:
    """What a worker does, in a thread of its own: the browser's loop is in this one."""

    def work():
        running.drive(Run.objects.get(pk=run.pk), patience=HASTE)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(120)
    assert not worker.is_alive()


def test_a_lead_plans_previews_watches_steers_reads_and_compares(at_work, novice_mistakes, endpoint):
    for name in ("joana", "amadou", "mei"):
        client_profile(name)
    lead = at_work("lena")
    lead.goto("/runs/")
    expect(lead.get_by_text("No run yet.")).to_be_visible()
    lead.get_by_role("link", name="Plan a run").click()
    limited = lead.get_by_label("At most this many sessions")
    limited.fill("6")
    limited.blur()
    expect(lead.locator("#count .count-number")).to_contain_text("6 sessions")
    screens.take(lead, "run-plan")

    lead.get_by_role("button", name="Make one first, to look at").click()
    expect(lead.get_by_text("It waits for a worker.")).to_be_visible()
    made(Run.objects.get())
    expect(lead.get_by_text("Read it with all its hidden steps")).to_be_visible()
    screens.take(lead, "run-preview")

    # What the models cost, so that the run can say what it spends.
    endpoint_row = Endpoint.objects.get()
    lead.goto("/settings/")
    lead.get_by_text("Say what an endpoint costs").click()
    lead.get_by_label("A million tokens that the model reads").fill("0.15")
    lead.get_by_label("A million tokens that it writes").fill("0.6")
    screens.take(lead, "run-settings")
    lead.get_by_role("button", name="Set the price").click()
    expect(lead.get_by_text(f"The price of {endpoint_row.name} is set.")).to_be_visible()

    lead.goto("/runs/plan/")
    lead.get_by_label("At most this many sessions").fill("6")
    lead.get_by_text("Budget: the run stops cleanly when it is spent").click()
    lead.get_by_label("At most so many tokens").fill("100000")
    lead.get_by_role("button", name="Plan and start").click()
    expect(lead.get_by_role("heading", name=re.compile("Run"))).to_be_visible()
    first = Run.objects.listed().get()

    # Steered while nothing works at it: paused, and gone on with.
    lead.get_by_role("button", name="Pause").click()
    expect(lead.get_by_text("Paused. What is in the making is finished first.")).to_be_visible()
    lead.get_by_role("button", name="Go on").click()
    lead.get_by_text("How many at once, and the budget").click()
    lead.get_by_label("Calls at once, by each worker").fill("2")
    lead.get_by_role("button", name="Change", exact=True).click()
    expect(lead.get_by_text("Calls at once in each worker, from now on: 2.")).to_be_visible()
    one = first.instances.order_by("pk").last()
    Instance.objects.filter(pk=one.pk).update(state="failed", failure="The model refused at “client 3”.")
    made(first)
    # The page finds out by itself, and ends with what is left to do.
    expect(lead.get_by_role("button", name="Retry the failed ones")).to_be_visible()
    expect(lead.locator("#progress")).to_contain_text("5 made")
    expect(lead.locator("#progress")).to_contain_text("the server failed")
    screens.take(lead, "run-watch")
    lead.goto("/runs/")
    screens.take(lead, "run-list")

    lead.goto(f"/runs/{first.public_id}/?state=made")
    lead.get_by_role("row").nth(1).get_by_role("link").click()
    lead.get_by_text("Behind this turn").first.click()
    screens.take(lead, "run-instance")

    lead.goto("/runs/plan/")
    lead.get_by_label("At most this many sessions").fill("6")
    lead.get_by_label("Supervisor", exact=True).select_option(label="is told the intended mistake")
    lead.get_by_role("button", name="Plan and start").click()
    expect(lead.get_by_role("button", name="Pause")).to_be_visible()
    made(Run.objects.listed().order_by("-serial").first())
    expect(lead.get_by_role("heading", level=1)).to_contain_text("finished")
    lead.goto(f"/runs/{first.public_id}/quality/")
    expect(lead.get_by_role("heading", name="The talk itself")).to_be_visible()
    screens.take(lead, "run-quality")
    lead.goto(f"/runs/{first.public_id}/")
    lead.get_by_role("link", name="Compare with another run").click()
    lead.get_by_role("button", name="Compare").click()
    expect(lead.get_by_role("heading", name="How good they are")).to_be_visible()
    screens.take(lead, "run-compare")
