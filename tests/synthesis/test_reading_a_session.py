"""A session is read as a conversation: what is behind each turn unfolds, and every call is there as the agent saw it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from synthesis.conversing import conversation
from synthesis.models import Call, Mark
from tests.conftest import person
from tests.factories import client_profile, published_guideline
from tests.fakes.model_server import MALFORMED, Reply
from tests.review.factories import published_rubric, round_of

pytestmark = pytest.mark.django_db(transaction=True)


def objecting(number, body):
    """The checker objects once, so that the feedback is rewritten; the third reply of all is malformed."""
    if number == 2:
        return MALFORMED
    if "stepwise" not in body["response_format"]["json_schema"]["schema"]["properties"]:
        return None
    objecting.asked += 1
    check = {"reason": f"Reason {objecting.asked}.", "ok": objecting.asked > 1}
    return Reply(json.dumps(dict.fromkeys(("stepwise", "specific", "ethical", "supportive"), check)))


@pytest.fixture
def session(endpoint, plan, drive):
    objecting.asked = 0
    endpoint(objecting)
    run = plan()
    assert drive(run).made == 1
    return run.instances.get()


@pytest.fixture
def page(client, lena, session):
    client.force_login(lena)
    return client.get(reverse("instance", args=[session.public_id]))


def test_behind_every_turn_are_the_calls_that_made_it(page, session):
    read = page.context["read"]
    assert len(read.turns) == len(session.content["utterances"])
    for turn in read.turns:
        assert {call.role for call in turn.steps} == {turn.speaker}
        assert json.loads(turn.steps[-1].text)["text"] == turn.text
    behind = [call.key for turn in read.turns for call in turn.steps]
    assert sorted(behind + [call.key for call in read.later]) == sorted(session.trace)


def test_a_bad_reply_stands_behind_its_turn_as_an_attempt_of_its_own(page):
    third = page.context["read"].turns[2]
    assert [call.attempt for call in third.steps] == [1, 2]
    assert "attempt 2" in page.content.decode()


def test_the_original_and_each_rewriting_stand_with_what_the_checker_said(page, session):
    read = page.context["read"]
    assert read.outcome == "accepted_after_refinement" and len(read.rounds) == 2
    first, second = read.rounds
    assert not first.passed and second.passed and first.draft and second.draft == read.draft
    assert {reason for _name, _ok, reason in first.checks} == {"Reason 1."}
    assert "Reason 1." in page.content.decode() and "Reason 2." in page.content.decode()


def test_a_call_shows_what_the_agent_was_shown_and_what_it_said(client, page, session):
    call = Call.objects.get(key=session.trace[0])
    address = reverse("call", args=[session.public_id, call.key])
    assert f'href="{address}"' in page.content.decode()
    whole = client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    for shown in (whole, part):
        assert f"seed {call.seed}" in shown and call.messages[0]["content"][:40] in shown
    assert "<html" in whole and "<html" not in part


def test_no_call_is_read_whole_until_somebody_asks_for_it(client, lena, session):
    client.force_login(lena)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("instance", args=[session.public_id]))
    read = [query["sql"] for query in captured if 'FROM "synthesis_call"' in query["sql"]]
    assert read and not any('"synthesis_call"."messages"' in sql.split("FROM")[0] for sql in read)
    assert not any('"synthesis_call"."reply"' in sql for sql in read)


def test_a_call_of_another_session_is_not_at_this_address(client, lena, session, plan, drive):
    other = plan(version=session.version, profiles=[client_profile("somebody-else")])
    drive(other)
    client.force_login(lena)
    strange = other.instances.get().trace[0]
    assert client.get(reverse("call", args=[session.public_id, strange])).status_code == 404


def test_marks_and_what_became_of_it_are_told(client, lena, ben, chloe, session):
    Mark.objects.create(
        instance=session, kind="held", by_machine="quality", reason="The two repeat each other."
    )
    client.force_login(lena)
    held = client.get(reverse("instance", args=[session.public_id])).content.decode()
    assert "Held back" in held and held.count("The two repeat each other.") == 2
    assert "not been put before reviewers" in held
    Mark.objects.create(instance=session, kind="released", by=lena, reason="They do not.")
    round = round_of(1, [ben, chloe], lena, pairs_version=session.version, instances=[session],
                     rubric_version=published_rubric(), unaided_share=0)  # fmt: skip
    told = client.get(reverse("instance", args=[session.public_id])).content.decode()
    assert "Held back" not in told and f"before reviewers in the round “{round.name}”" in told


def test_whoever_judges_a_session_reads_neither_its_calls_nor_the_same_cell_of_another_run(
    client, ben, lena, session, plan, drive
):
    again = plan(version=session.version, profiles=[session.profile], purpose="preview")
    drive(again)
    same = again.instances.get()
    assert same.cell == session.cell and same.digest == session.digest
    reva = person("Reva", Role.LEAD, Role.ANNOTATOR)
    round_of(1, [ben, reva], lena, pairs_version=session.version, instances=[session],
             rubric_version=published_rubric(), unaided_share=0)  # fmt: skip
    for one in (session, same):
        addresses = [
            reverse("instance", args=[one.public_id]),
            reverse("call", args=[one.public_id, session.trace[0]]),
        ]
        for user, status in ((reva, 403), (lena, 200)):
            client.force_login(user)
            assert [client.get(address).status_code for address in addresses] == [status] * 2


NAMES = {"forcing-change": "Forcing change"}
RECIPE = "supervised_dialogue"
CRITIQUE = {
    "strengths": ["Warm."],
    "slips": [{"mistake": "forcing-change", "why": "Urges.", "better": "Ask."}],
}
SCORE = {"location": 0.5, "mistakes": 1.0}


def content(**more) -> dict:
    said = [("counsellor", "How was it?"), ("client", "Hard.")]
    utterances = [{"id": n, "speaker": who, "text": text} for n, (who, text) in enumerate(said, start=1)]
    return {"client_name": "Joana", "utterances": utterances, **more}


def test_a_supervised_turn_shows_its_draft_and_what_was_said_to_it():
    traced = {"utterance": 1, "draft": "You must.", "feedback": CRITIQUE, "revised": "How was it?"}
    steps = ["counsellor 1", "critique 1", "revise 1", "client 1", "supervise", "validate"]
    calls = [Call(key=step, step=step, text="") for step in steps]
    read = conversation(RECIPE, content(turn_trace=[traced]), calls, NAMES)
    first, second = read.turns
    assert first.was_revised and first.draft == "You must." and first.slips[0]["name"] == "Forcing change"
    assert [call.step for call in first.steps] == ["counsellor 1", "critique 1", "revise 1"]
    assert [call.step for call in second.steps] == ["client 1"] and not second.was_revised
    assert [call.step for call in read.later] == ["supervise", "validate"]


def test_what_a_novice_learned_is_told_before_and_after():
    spotted = [{"mistake": "forcing-change", "utterances": [1]}]
    grown = {
        "against": "supervisor_findings", "reward": 1.5, "reward_as_published": 1.5, "explanation": "Ask first.",
        "before": {"findings": None, "score": {"location": 0.0, "mistakes": 0.0}},
        "after": {"findings": spotted, "score": SCORE}, "after_as_published": {"findings": [], "score": SCORE},
    }  # fmt: skip
    before, after, published = conversation(RECIPE, content(novice=grown), [], NAMES).novice["stages"]
    assert not before["answered"] and published["answered"] and not published["found"]
    assert after["found"][0]["name"] == "Forcing change" and after["total"] == 1.5


def test_a_session_that_failed_half_way_shows_what_there_is(client, lena, endpoint, plan, drive):
    endpoint(lambda number, body: MALFORMED if number > 3 else None)
    run = plan(version=published_guideline(), parameters={"refinements": "0"})
    assert drive(run).failed == 1
    client.force_login(lena)
    instance = run.instances.get()
    page = client.get(reverse("instance", args=[instance.public_id]))
    assert page.status_code == 200 and "It failed" in page.content.decode()
    assert [call.key for call in page.context["read"].calls] == instance.trace
