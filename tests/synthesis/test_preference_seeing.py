"""What each writer and judge of replies may see: a marker in every field, and in all that they say, searched in every
request that the server received.
"""

import json
import re

import pytest

from synthesis import cast, planning
from synthesis.models import Call, ModelRole
from synthesis.prompting import Hidden, render
from synthesis.recipes.reply_preference import SEES
from tests.fakes.model_server import Reply
from tests.synthesis.replies_to_clients import is_judge, scores, shown, speech

RECORD = {name: f"mark-record-{name}" for name in ("origin", "licence", "consent", "base_case")}
MODELS = {
    **{f"reply-{n}": f"mark-model-{n}" for n in range(1, 5)},
    "judge-1": "mark-judge-a",
    "judge-2": "mark-judge-b",
}


def marking(number, body):
    """Everybody says who they are; the model's name is the server's to know."""
    if is_judge(body):
        given = [scores(3, why="mark-why", safety=1 + place) for place, _text in enumerate(shown(body))]
        return Reply(json.dumps({"replies": given}))
    return Reply(json.dumps({"text": f"mark-said-{body['model'][-1]}"}))


def marks(text: str) -> set[str]:
    return set(re.findall(r"mark-[a-z0-9_-]+", text))


@pytest.fixture
def seen(endpoint, drive):
    """{role: everything its requests held}, as the server received it."""
    server = endpoint(marking)
    for role, model in MODELS.items():
        ModelRole.objects.create(role=role, endpoint=cast.environment_endpoint(), model=model)
    content = {
        "speech": "mark-speech and four more words",
        "topic": "mark-topic",
        "topic_group": "mark-group",
    }
    client = speech("mark-key", "-", name="mark-name", content=content, **RECORD)
    run = planning.plan(recipe="reply_preference", profiles=[client], parameters={"judges": "2"})
    drive(run)
    assert run.instances.get().state == "made"
    bodies = {body["seed"]: str(body["messages"]) for body in server.requests}
    found = {}
    for call in Call.objects.filter(instance__run=run):
        found[call.role] = found.get(call.role, "") + "\n" + bodies[call.seed]
    return found


def test_a_writer_sees_what_the_client_said_and_nothing_else(seen):
    for role in ("reply-1", "reply-2", "reply-3", "reply-4"):
        assert marks(seen[role]) == {"mark-speech"}


def test_a_writer_is_not_told_by_what_it_is_rated(seen):
    assert "stage of change" in seen["judge-1"] and "Sensitivity to the stage" in seen["judge-1"]
    assert not any(
        "Sensitivity to the stage" in text for role, text in seen.items() if role.startswith("reply")
    )


def test_a_judge_sees_the_words_of_all_and_neither_who_wrote_them_nor_what_another_judge_said(seen):
    for role in ("judge-1", "judge-2"):
        assert marks(seen[role]) == {"mark-speech", *(f"mark-said-{n}" for n in range(1, 5))}
        assert not re.search(r"reply-\d|judge-\d|scripted", seen[role])


def test_a_judge_reads_a_reply_by_its_place_alone(seen):
    assert re.findall(r"Reply (\d):", seen["judge-1"]) == ["1", "2", "3", "4"] * 2


def test_a_prompt_of_a_run_cannot_show_a_writer_more_than_it_may_see():
    with pytest.raises(Hidden, match="reply-3 must not see principles"):
        render("By these: $principles", role="reply-3", fields={"principles": "P"}, sees=SEES)
    with pytest.raises(Hidden, match="judge-1 must not see model"):
        render("By $model", role="judge-1", fields={"model": "M"}, sees=SEES)
