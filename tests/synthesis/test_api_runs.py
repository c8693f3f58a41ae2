"""A program plans, counts, watches, steers and reads as the pages do: the same rules, the same reasons."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from synthesis.models import Hitch, Instance, PlanRequest, Run
from tests.conftest import person
from tests.factories import client_profile, published_guideline
from tests.guidelines.api_client import Program
from tests.review.factories import published_rubric, round_of

pytestmark = pytest.mark.django_db

BODY = {"recipe": "supervised_dialogue"}


@pytest.fixture
def lenas(lena, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "scripted"
    return Program(lena)


@pytest.fixture
def version(db):
    for n in range(3):
        client_profile(f"client-{n}")
    return published_guideline()


def told(answer, status=200) -> dict:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_program_plans_what_it_says(lenas, version):
    body = BODY | {"profiles": ["client-1"], "pairs": ["forcing-change"], "samples": 3, "concurrency": 5,
                   "parameters": {"supervisor": "told"}, "budget": {"tokens": 1000}}  # fmt: skip
    made = told(lenas("POST", "/api/runs/", body), 201)
    run = Run.objects.get()
    assert (
        made["id"] == str(run.public_id)
        and made["counts"]["planned"] == 3
        and made["budget"] == {"tokens": 1000}
    )
    assert run.concurrency == 5 and run.parameters["supervisor"] == "told" and run.planned_by.name == "Lena"
    assert {one.profile.key for one in run.instances.all()} == {"client-1"}
    assert told(lenas("GET", f"/api/runs/{run.public_id}/")) == made
    assert [one["id"] for one in told(lenas("GET", "/api/runs/"))["runs"]] == [made["id"]]


def test_the_same_request_sent_again_plans_nothing_again(lenas, version):
    first = told(lenas("POST", "/api/runs/", BODY, Idempotency_Key="monday"), 201)
    again = told(lenas("POST", "/api/runs/", BODY, Idempotency_Key="monday"), 200)
    assert first == again and Run.objects.count() == 1
    other = told(lenas("POST", "/api/runs/", BODY | {"samples": 2}, Idempotency_Key="monday"), 409)
    assert "new key" in other["detail"] and Run.objects.count() == 1
    told(lenas("POST", "/api/runs/", BODY, Idempotency_Key="tuesday"), 201)
    told(lenas("POST", "/api/runs/", BODY), 201)
    assert Run.objects.count() == 3 and PlanRequest.objects.count() == 2


def test_two_people_may_give_their_requests_the_same_name(lenas, version):
    mine = told(lenas("POST", "/api/runs/", BODY, Idempotency_Key="monday"), 201)
    theirs = told(
        Program(person("Lou", Role.LEAD))("POST", "/api/runs/", BODY, Idempotency_Key="monday"), 201
    )
    assert mine["id"] != theirs["id"]


def test_what_is_not_known_is_refused_by_its_name_and_nothing_is_planned(lenas, version):
    wrong = told(lenas("POST", "/api/runs/", BODY | {"sample": 2, "budget": {"euros": 1}}), 400)
    assert {tuple(error["path"]) for error in wrong["errors"]} == {("sample",), ("budget", "euros")}
    assert (
        "no parameter"
        in told(lenas("POST", "/api/runs/", BODY | {"parameters": {"mood": "x"}}), 400)["detail"]
    )
    assert "nobody" in told(lenas("POST", "/api/runs/", BODY | {"profiles": ["nobody"]}), 400)["detail"]
    nowhere = told(lenas("POST", "/api/runs/", BODY | {"guideline": "no-such"}), 400)
    assert nowhere["errors"][0]["path"] == ["guideline"]
    unpriced = told(lenas("POST", "/api/runs/", BODY | {"budget": {"money": 1.5}}), 400)
    assert "price" in unpriced["detail"]
    assert not Run.objects.exists()


def test_an_estimate_plans_nothing_and_says_what_is_not_known(lenas, version):
    found = told(lenas("POST", "/api/runs/estimate/", BODY | {"limit": 5}))
    assert found["sessions"] == 5 and found["tokens"] is None and found["unknown"]
    # What the recipe says of itself: five to seven exchanges, feedback, its check, up to three refinements.
    assert found["calls"] == {"low": 5 * 12, "middle": 5 * 17, "high": 5 * 22}
    assert {one["model"] for one in found["roles"]} == {"scripted"} and not Run.objects.exists()


def test_a_preview_is_one_session_and_on_no_list(lenas, version):
    made = told(lenas("POST", "/api/runs/previews/", BODY | {"seed": 3}), 201)
    assert made["purpose"] == "preview" and told(lenas("GET", "/api/runs/"))["runs"] == []
    session = Instance.objects.get(public_id=made["session"])
    run = told(lenas("POST", "/api/runs/", BODY | {"seed": 3, "limit": 4}), 201)
    assert Instance.objects.filter(run__public_id=run["id"], cell=session.cell).exists()


def test_a_run_is_steered_and_each_act_takes_what_it_needs_alone(lenas, version):
    run = told(lenas("POST", "/api/runs/", BODY), 201)
    at = f"/api/runs/{run['id']}/steer/"
    assert told(lenas("POST", at, {"act": "pause"}))["state"] == "paused"
    assert "paused" in told(lenas("POST", at, {"act": "pause"}), 409)["detail"]
    assert told(lenas("POST", at, {"act": "set_concurrency", "concurrency": 3}))["concurrency"] == 3
    assert told(lenas("POST", at, {"act": "set_budget", "budget": {"seconds": 60}}))["budget"] == {
        "seconds": 60
    }
    assert told(lenas("POST", at, {"act": "set_budget"}), 400)["errors"][0]["path"] == ["budget"]
    assert told(lenas("POST", at, {"act": "resume", "concurrency": 3}), 400)["errors"][0]["path"] == [
        "concurrency"
    ]
    assert told(lenas("POST", at, {"act": "resume"}))["state"] == "open"
    assert told(lenas("POST", at, {"act": "cancel"}))["counts"]["cancelled"] == 9


def test_progress_tells_counts_spending_and_what_was_met(lenas, version):
    run = Run.objects.get(
        public_id=told(lenas("POST", "/api/runs/", BODY | {"budget": {"tokens": 50}}), 201)["id"]
    )
    session = run.instances.first()
    Hitch.objects.create(
        run=run, instance=session, endpoint="environment", kind="hang", told="no answer in 60 s"
    )
    run.instances.filter(pk=session.pk).update(state="failed", failure="The endpoint was down.")
    found = told(lenas("GET", f"/api/runs/{run.public_id}/progress/"))
    assert found["counts"]["failed"] == 1 and found["state"] == "open" and found["rate"] is None
    assert found["bounds"] == [{"name": "tokens", "spent": 0.0, "of": 50.0}]
    assert found["hitches"] == [{"kind": "hang", "label": "no answer in time", "n": 1}]
    assert found["failures"] == [{"n": 1, "reason": "The endpoint was down."}]
    (hitch,) = told(lenas("GET", f"/api/runs/{run.public_id}/hitches/"))["hitches"]
    assert hitch["session"] == str(session.public_id) and hitch["told"] == "no answer in 60 s"


def test_two_runs_are_told_apart(lenas, version):
    a = told(lenas("POST", "/api/runs/", BODY), 201)
    b = told(lenas("POST", "/api/runs/", BODY | {"parameters": {"supervisor": "told"}, "limit": 2}), 201)
    found = told(lenas("GET", f"/api/runs/{a['id']}/compare/{b['id']}/"))
    assert [one["b"] for one in found["settings"]] == ["is told the intended mistake"] and found[
        "prompts"
    ] == []
    assert (found["a"]["counts"]["planned"], found["b"]["counts"]["planned"]) == (9, 2)


def test_sessions_are_listed_in_pages_in_an_order_that_is_not_the_grids(lenas, version):
    run = told(lenas("POST", "/api/runs/", BODY | {"samples": 20}), 201)
    seen, after = [], ""
    while after is not None:
        page = told(lenas("GET", f"/api/runs/{run['id']}/instances/?after={after}"))
        seen, after = seen + page["sessions"], page["more"]
    assert len(seen) == len({one["id"] for one in seen}) == 180
    ids = [one["id"] for one in seen]
    made = [str(one) for one in Instance.objects.order_by("pk").values_list("public_id", flat=True)]
    assert sorted(ids) == sorted(made) and ids != made
    assert all(one["told"] and one["client"] and one["intended"] for one in seen)


@pytest.mark.django_db(transaction=True)
def test_a_session_and_its_calls_are_read_and_not_by_whoever_judges_it(lena, ben, endpoint, plan, drive):
    endpoint()
    run = plan(2)
    drive(run)
    session, other = run.instances.all()
    reva = person("Reva", Role.LEAD, Role.ANNOTATOR)
    reader, judge = Program(lena), Program(reva)
    at = f"/api/instances/{session.public_id}/"
    whole = told(reader("GET", at))
    assert whole["content"] == session.content and whole["intended"] == "forcing-change" and whole["digest"]
    calls = told(reader("GET", at + "calls/"))["calls"]
    assert [one["key"] for one in calls] == session.trace and "messages" not in calls[0]
    call = told(reader("GET", f"{at}calls/{session.trace[0]}/"))
    assert call["messages"] and call["reply"]["choices"] and call["seed"] == calls[0]["seed"]
    told(reader("GET", f"/api/instances/{other.public_id}/calls/{session.trace[0]}/"), 404)
    round_of(1, [ben, reva], lena, pairs_version=run.version, instances=[session],
             rubric_version=published_rubric(), unaided_share=0)  # fmt: skip
    for address in (at, at + "calls/", f"{at}calls/{session.trace[0]}/"):
        assert "judge this session" in told(judge("GET", address), 403)["detail"]
    told(judge("GET", f"/api/instances/{other.public_id}/"))
    lines = told(judge("GET", f"/api/runs/{run.public_id}/instances/"))["sessions"]
    hidden = {"told": False, "client": None, "intended": None, "factors": None, "sample": None}
    assert len(lines) == 2 and all(one | hidden == one for one in lines)
    assert all(
        one["told"] for one in told(reader("GET", f"/api/runs/{run.public_id}/instances/"))["sessions"]
    )


def test_what_can_be_chosen_is_told(lenas):
    recipes = told(lenas("GET", "/api/recipes/"))["recipes"]
    recipe = next(one for one in recipes if one["name"] == "supervised_dialogue")
    supervisor = next(one for one in recipe["parameters"] if one["name"] == "supervisor")
    assert "supervisor" in recipe["roles"] and {"told", "untold"} <= set(supervisor["choices"])


def test_clients_are_listed_and_read(lenas, version):
    rows = told(lenas("GET", "/api/profiles/"))["profiles"]
    assert [one["key"] for one in rows] == ["client-0", "client-1", "client-2"]
    assert told(lenas("GET", f"/api/profiles/{rows[0]['id']}/"))["content"]["history"]
    assert [one["key"] for one in told(lenas("GET", "/api/profiles/?after=client-1"))["profiles"]] == [
        "client-2"
    ]


def test_nobody_but_a_lead_gets_in_and_a_reading_token_writes_nothing(lena, ben, version, lenas):
    assert told(Program(ben)("GET", "/api/runs/"), 403)["detail"]
    told(Program(lena, reads_only=True)("POST", "/api/runs/", BODY), 403)
    assert not Run.objects.exists()


def test_lists_cost_the_same_queries_however_long_they_are(lenas, version):
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            told(lenas("GET", address))
        return len(captured)

    run = told(lenas("POST", "/api/runs/", BODY | {"limit": 2}), 201)
    addresses = ["/api/runs/", f"/api/runs/{run['id']}/instances/", "/api/profiles/"]
    before = [queries(address) for address in addresses]
    large = told(lenas("POST", "/api/runs/", BODY | {"samples": 4}), 201)
    for n in range(4):
        client_profile(f"more-{n}")
    addresses[1] = f"/api/runs/{large['id']}/instances/"
    assert [queries(address) for address in addresses] == before
