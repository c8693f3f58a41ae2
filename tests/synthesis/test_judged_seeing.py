"""What each agent of a judged reply may see: a mark in every field, and in all that an agent says, searched in every
request that the server received.
"""

import re

import pytest

from synthesis import planning
from synthesis.models import Call
from synthesis.prompting import Hidden, render
from synthesis.recipes.judged_reply import SEES
from synthesis.shapes.judged import DIMENSIONS
from tests.synthesis.judged_replies import Agents, message, rating, read_in
from tests.synthesis.sessions_of_techniques import asked

RECORD = {name: f"mark-record-{name}" for name in ("name", "origin", "licence", "consent", "base_case")}
WHY = {f"mark-why-{name}" for name in DIMENSIONS}
# A score can be told by its number alone; this one nobody writes by chance.
SCORES = re.compile(r"\b[1-5] \(mark-why")


def marked(scores: int, who: str = "why") -> dict:
    found = rating(scores)
    return {name: {"why": f"mark-{who}-{name}", "score": one["score"]} for name, one in found.items()}


MARKING = Agents(
    reply=lambda body: {"text": f"mark-said-first {body['seed']}"},
    rewrite=lambda body: {"text": f"Better mark-said-again {body['seed']}"},
    judge=lambda body: marked(4 if read_in(body).startswith("Better") else 2),
    rater=lambda body: marked(3, "rated"),
    critic=lambda body: {
        "points": [{"dimension": "safety", "quote": "mark-critic-quote", "problem": "mark-critic-said"}]
    },
    coach=lambda body: {"instructions": ["mark-coach-said"]},
)


@pytest.fixture
def seen(endpoint, drive):
    """{role or step of the therapist: everything its requests held}, as the server received it."""
    server = endpoint(MARKING)
    content = {"speech": "mark-message", "topic": "mark-record-topic"}
    run = planning.plan(
        recipe="judged_reply",
        profiles=[message("noor", content=content, **RECORD)],
        parameters={"controls": "yes"},
    )
    drive(run)
    found, bodies = {}, {body["seed"]: asked(body) for body in server.requests}
    for call in Call.objects.filter(instance__run=run):
        who = call.step.rpartition(" ")[0] if call.role == "therapist" else call.role
        found[who] = found.get(who, "") + "\n" + bodies[call.seed]
    assert run.instances.get().content["rewrite"], "somebody has rewritten it"
    return found


def marks(text: str) -> set[str]:
    return set(re.findall(r"mark-[a-z_-]+[a-z]", text))


def test_who_replies_sees_the_message_alone_also_where_it_is_plainly_written_again(seen):
    assert marks(seen["reply"]) == marks(seen["again"]) == {"mark-message"}


def test_who_writes_it_anew_sees_the_advice_and_neither_scores_nor_criticism(seen):
    assert marks(seen["rewrite"]) == {"mark-message", "mark-said-first", "mark-coach-said"}
    assert not re.search(r"\b[1-5]\b", seen["rewrite"])


def test_the_judge_sees_a_reply_and_not_where_it_comes_from(seen):
    assert marks(seen["judge"]) == {"mark-message", "mark-said-first", "mark-said-again"}


def test_the_critic_sees_the_scores_with_their_reasons(seen):
    assert marks(seen["critic"]) == {"mark-message", "mark-said-first"} | WHY
    assert len(SCORES.findall(seen["critic"])) == 7


def test_the_coach_sees_what_the_critic_said_and_no_score(seen):
    assert marks(seen["coach"]) == {
        "mark-message",
        "mark-said-first",
        "mark-critic-said",
        "mark-critic-quote",
    }
    assert not SCORES.search(seen["coach"])


def test_the_rater_sees_what_the_judge_sees_and_nothing_of_the_loop(seen):
    assert marks(seen["rater"]) == {"mark-message", "mark-said-first", "mark-said-again"}


def test_where_the_message_came_from_is_told_nobody(seen):
    assert not any("mark-record" in text for text in seen.values())
    assert not any("mark-rated" in text for text in seen.values()), "what the rater says goes nowhere"


@pytest.mark.parametrize(
    ("role", "field"),
    [("therapist", "scores"), ("therapist", "critique"), ("coach", "scores"), ("rater", "scores")],
)
def test_a_prompt_of_a_run_cannot_show_a_role_more_than_it_may_see(role, field):
    with pytest.raises(Hidden, match=f"{role} must not see {field}"):
        render(f"Here: ${field}", role=role, fields={field: "X"}, sees=SEES)
