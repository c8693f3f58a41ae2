"""Judged replies from the first call to the decision with real parts: a model, and Label Studio with their own screen."""

import json

import pytest
from django.core.management import call_command

from guidelines import briefing, naming
from review.label_studio.client import LabelStudio
from review.label_studio.reading_results import Answers
from review.label_studio.sending import send
from review.label_studio.signing_in import ReviewerSession
from review.label_studio.syncing import sync_all
from review.models import Arm, Decision, Rater, SeatProject
from review.rounds import make_round
from synthesis import loading
from synthesis.models import Instance, Run
from tests.review.studio import desk, submit

pytestmark = [pytest.mark.llm, pytest.mark.labelstudio]


def says(arm: str, dimensions: list[dict]) -> Answers:
    given = {
        "ratings": {one["key"]: one["levels"][1]["value"] for one in dimensions},
        "rationale": "It stays far away.",
    }
    if arm == Arm.REVISED:
        given |= {"verdict": "reject", "reject_reasons": ["vague"]}
    return Answers(**given)


def test_what_a_small_model_replies_is_rated_in_label_studio(
    model_server, label_studio, settings, transactional_db, ben, lena, capsys
):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    call_command("load_guideline", "shipped", skip_checks=True)
    loading.load("shipped-speeches")
    # Its words are poor, and the rules would hold some of them back: here they are only reported.
    words = [
        "--recipe",
        "judged_reply",
        "--limit",
        "2",
        "--set",
        "rewrites=1",
        "--set",
        "trigger=always",
        "--holds",
        "report",
    ]
    call_command("synthesize", *words, "--wait", "--json", skip_checks=True)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["planned"] == 2 and told["made"], told
    made = list(Run.objects.get().instances.filter(state="made"))
    pairs, rubric = naming.find("novice-mistakes"), naming.find("therapeutic-reply")
    raters = [Rater.objects.get_or_create(kind="human", user=ben)[0]]
    round = make_round(
        name="Replies", instances=made, raters=raters, by=lena, pairs_version=pairs, rubric_version=rubric, overlap=1,
        unaided_share=0, screen="judged_reply",
    )  # fmt: skip
    studio = LabelStudio(label_studio.url, label_studio.token)
    assert send(round, studio) == len(made)
    session = desk(studio, ben, sign_in=lambda email, password: ReviewerSession(studio.url, email, password))
    tasks = {
        task["data"]["reply"]: task["data"]
        for project in SeatProject.objects.all()
        for task in session.tasks(project.project_id)
    }
    for item in round.items.select_related("instance"):
        content = Instance.objects.get(pk=item.instance_id).content
        assert (item.arm == Arm.REVISED) == ("rewrite" in content)
        assert tasks[content["reply"]].get("feedback") == content.get("rewrite")
        assert tasks[content["reply"]]["dialogue"][0]["text"] == content["utterances"][0]["text"]
        submit(session, item, ben, says(item.arm, briefing.dimensions(rubric)))
    assert sync_all(studio).decided == len(made)
    assert {len(one.ratings.all()) for one in Decision.objects.all()} == {7}
