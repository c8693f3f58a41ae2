"""The engine makes what is planned, stores every reply before it goes on, and pays for none twice."""

import gc
import time

import pytest
from django.db import connection

from synthesis import running, steering
from synthesis.models import Call, Instance, Mark
from synthesis.shapes.dialogue import Feedback, SupervisedDialogue
from tests.factories import client_profile, published_guideline
from tests.fakes import model_server as fake
from tests.synthesis.conftest import HASTE


def test_an_instance_is_made_of_five_to_seven_exchanges_and_feedback(endpoint, plan, drive):
    server = endpoint()
    run = plan()
    tally = drive(run)
    instance = run.instances.get()
    assert (instance.state, tally.made, tally.failed) == ("made", 1, 0), instance.failure
    content = SupervisedDialogue.model_validate(instance.content)
    assert len(content.utterances) in (10, 12, 14)
    assert [said.id for said in content.utterances] == list(range(1, len(content.utterances) + 1))
    assert {said.speaker for said in content.utterances[::2]} == {"counsellor"}
    assert content.client_name == "Client-0"
    assert content.supervisor == "untold"
    assert content.refinement.outcome == "accepted_as_is"
    assert tally.calls == len(server.requests) == Call.objects.count() == len(instance.trace)
    assert set(Call.objects.values_list("key", flat=True)) == set(instance.trace)


def test_the_supervisor_points_only_at_the_counsellors_turns(endpoint, plan, drive):
    endpoint()
    run = plan(24)  # every other one by chance has a finding
    drive(run)
    findings = [f for i in run.instances.all() for f in i.content["feedback"]["findings"]]
    assert findings
    assert all(number % 2 == 1 for finding in findings for number in finding["utterances"])
    assert {f["mistake"] for f in findings} <= {"forcing-change", "poor-listening", "other"}


def test_each_call_is_stored_raw_with_tokens_and_latency(endpoint, plan, drive):
    server = endpoint()
    run = plan()
    drive(run)
    call = Call.objects.first()
    assert call.reply["usage"]["total_tokens"] == 120
    assert (call.tokens_in, call.tokens_out) == (100, 20)
    assert call.latency_ms >= 0
    assert call.seed == int(call.key, 16) % 2**31
    assert {request["seed"] for request in server.requests} == set(
        Call.objects.values_list("seed", flat=True)
    )
    assert call.messages == server.requests[0]["messages"]


def test_no_two_requests_are_the_same_bytes(endpoint, plan, drive):
    server = endpoint()
    drive(plan(4))
    assert len({fake.json.dumps(request, sort_keys=True) for request in server.requests}) == len(
        server.requests
    )


def test_a_new_run_over_the_same_cell_replays_and_makes_its_own_instance(endpoint, plan, drive):
    server = endpoint()
    version, client = published_guideline(), client_profile()
    first = plan(version=version, profiles=[client])
    drive(first)
    paid = len(server.requests)
    second = plan(version=version, profiles=[client])
    tally = drive(second)
    assert len(server.requests) == paid
    assert (tally.calls, tally.replayed, tally.made) == (0, paid, 1)
    one, other = first.instances.get(), second.instances.get()
    assert one.content == other.content and one.public_id != other.public_id and one.cell == other.cell


def test_two_runs_over_the_same_cell_that_are_made_side_by_side_pay_once(endpoint, plan):
    server = endpoint(delay=0.02)
    version, clients = published_guideline(), [client_profile("ana"), client_profile("amir")]
    runs = [plan(version=version, profiles=clients) for _ in range(2)]
    tally = running.drive_all(patience=HASTE)
    assert len({one.digest for run in runs for one in run.instances.made()}) == 2
    assert tally.made == 4 and tally.replayed == tally.calls == len(server.requests) == Call.objects.count()


def test_another_sample_of_the_same_client_and_pair_is_another_session(endpoint, plan, drive):
    endpoint()
    run = plan(2)
    drive(run)
    one, other = run.instances.all()
    assert one.content["utterances"] != other.content["utterances"]


@pytest.mark.parametrize("act", [fake.MALFORMED, fake.TRUNCATED, fake.EMPTY, fake.IGNORE_FORMAT])
def test_an_unusable_reply_is_stored_and_asked_for_again_with_another_seed(endpoint, plan, drive, act):
    server = endpoint(lambda number, body: act if number == 2 else None)
    run = plan()
    assert drive(run).made == 1
    bad, good = server.requests[2], server.requests[3]
    assert bad["messages"] == good["messages"] and bad["seed"] != good["seed"]
    attempts = list(Call.objects.filter(step="counsellor 2").values_list("attempt", flat=True))
    assert attempts == [1, 2]


@pytest.mark.parametrize(
    ("act", "said"),
    [(fake.MALFORMED, "counsellor 1"), (fake.TRUNCATED, "cut off"), (fake.EMPTY, "empty")],
)
def test_three_unusable_replies_fail_the_instance_with_the_reason(endpoint, plan, drive, act, said):
    server = endpoint(lambda number, body: act)
    run = plan()
    assert drive(run).failed == 1
    instance = run.instances.get()
    assert instance.state == "failed" and said in instance.failure
    assert len(server.requests) == Call.objects.count() == 3


def test_a_failed_instance_planned_again_pays_only_for_new_replies(endpoint, plan, drive, lena):
    bad = True
    server = endpoint(lambda number, body: fake.MALFORMED if bad else None)
    run = plan()
    drive(run)
    bad = False
    assert steering.retry_failed(run=run, by=lena) == 1
    tally = drive(run)
    assert run.instances.get().state == "made"
    assert tally.replayed == 3
    assert len(server.requests) == Call.objects.count()
    assert list(Call.objects.filter(step="counsellor 1").values_list("attempt", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize("act", [fake.BUSY, fake.BROKEN, fake.CUT, fake.NOT_JSON, fake.HALF_JSON])
def test_a_stumbling_transport_is_asked_again_with_the_same_bytes(endpoint, plan, drive, act):
    server = endpoint(lambda number, body: act if number in (3, 4) else None)
    run = plan()
    assert drive(run).made == 1
    assert server.requests[3] == server.requests[4] == server.requests[5]
    assert set(Call.objects.values_list("attempt", flat=True)) == {1}
    assert Call.objects.count() == len(server.requests) - 2


def test_an_endpoint_that_says_when_to_come_back_is_believed(endpoint, plan, drive):
    times = []

    def script(number, body):
        times.append(time.monotonic())
        return fake.Reply("", status=429, headers={"Retry-After": "0.6"}) if number == 0 else None

    endpoint(script)
    drive(plan())
    assert times[1] - times[0] >= 0.6


@pytest.mark.parametrize(("act", "said"), [(fake.BROKEN, "500"), (fake.HANG, "no answer within 1 s")])
def test_an_endpoint_that_stays_down_stops_the_run_and_fails_nothing(endpoint, plan, drive, act, said):
    endpoint(lambda number, body: act)
    run = plan()
    assert drive(run).failed == 0
    run.refresh_from_db()
    assert run.state == "stopped" and said in run.why and "has answered nobody for" in run.why
    assert run.instances.get().state == "planned"


def test_a_run_whose_endpoint_is_not_there_goes_on_when_it_is(endpoint, plan, drive, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:9/v1", "scripted"
    run = plan()
    drive(run)
    run.refresh_from_db()
    assert run.state == "stopped" and "no connection" in run.why
    endpoint()
    steering.resume(run=run, by=None)
    assert drive(run).made == 1


@pytest.mark.parametrize("act", [fake.FILTERED, fake.REFUSED])
def test_a_refusal_is_a_named_outcome_and_never_worked_around(endpoint, plan, drive, act):
    server = endpoint(lambda number, body: act if number == 3 else None)
    run = plan()
    tally = drive(run)
    assert tally.reasons == {"ContentRefused": 1}
    assert "refused" in run.instances.get().failure
    assert len(server.requests) == 4
    assert Call.objects.count() == 4


def test_an_endpoint_that_ignores_the_format_is_found_out_and_told_the_schema_in_words(endpoint, plan, drive):
    server = endpoint(honours_format=False)
    run = plan()
    assert drive(run).made == 1
    assert all("response_format" not in request for request in server.requests)
    assert "JSON schema" in server.requests[0]["messages"][-1]["content"]


def test_a_quote_that_nobody_said_is_for_the_manual_check_and_fails_nothing(endpoint, plan, drive):
    def script(number, body):
        schema = body["response_format"]["json_schema"]["schema"]
        if "findings" not in schema["properties"]:
            return None
        finding = {
            "utterances": [1], "quotes": ["words nobody said"], "mistake": "other", "why": "It hurts.",
            "severity": 2, "correction": "Ask.", "better": "What is it like?",
        }  # fmt: skip
        return fake.Reply(fake.json.dumps({"strengths": [], "findings": [finding]}))

    endpoint(script)
    run = plan()
    assert drive(run).made == 1
    (entry,) = run.instances.get().content["manual_check"]
    assert "words nobody said" in entry


def refusing(times: int):
    """A script whose validator says no so often, then yes."""
    asked = 0

    def script(number, body):
        nonlocal asked
        schema = body["response_format"]["json_schema"]["schema"]
        if "stepwise" not in schema["properties"]:
            return None
        asked += 1
        good = {"reason": "It is.", "ok": True}
        vague = {"reason": "It stays vague.", "ok": asked > times}
        return fake.Reply(
            fake.json.dumps({"stepwise": good, "specific": vague, "ethical": good, "supportive": good})
        )

    return script


def test_feedback_that_fails_a_check_is_refined_and_compared_with_the_original(endpoint, plan, drive):
    server = endpoint(refusing(2))
    run = plan()
    drive(run)
    content = run.instances.get().content
    assert content["refinement"]["outcome"] == "accepted_after_refinement"
    rounds = content["refinement"]["rounds"]
    assert len(rounds) == 3
    assert content["feedback"] == rounds[2]["feedback"]
    original = Feedback.model_validate_json(Call.objects.get(step="supervise").text).model_dump()
    compared = Call.objects.get(step="compare 2").messages[-1]["content"]
    assert fake.json.dumps(original, ensure_ascii=False) in compared
    assert "It stays vague." in Call.objects.get(step="refine 2").messages[-1]["content"]
    assert len(server.requests) == Call.objects.count()


def test_after_three_failed_refinements_the_original_goes_on_and_only_the_mark_says_so(endpoint, plan, drive):
    endpoint(refusing(9))
    run = plan()
    drive(run)
    content = run.instances.get().content
    assert content["refinement"]["outcome"] == "needs_manual_check"
    assert Call.objects.filter(role="refiner").count() == 3
    original = fake.json.loads(Call.objects.get(step="supervise").text)
    assert [f["why"] for f in content["feedback"]["findings"]] == [f["why"] for f in original["findings"]]


def test_a_run_may_ask_for_fewer_refinements(endpoint, plan, drive):
    endpoint(refusing(9))
    run = plan(parameters={"refinements": "1"})
    drive(run)
    assert run.instances.get().content["refinement"]["outcome"] == "needs_manual_check"
    assert Call.objects.filter(role="refiner").count() == 1


def test_the_tier_of_an_instance_starts_from_its_client_and_words_can_raise_it(endpoint, plan, drive):
    def script(number, body):
        words = "Some days I think they would be better off without me."
        return fake.Reply(fake.json.dumps({"text": words})) if number == 3 else None

    endpoint(script)
    run = plan(profiles=[client_profile("rui", tier="abuse")])
    drive(run)
    marks = Mark.objects.filter(instance=run.instances.get()).order_by("id")
    assert [(mark.tier, mark.by_machine) for mark in marks] == [("abuse", "profile"), ("ideation", "rule")]


def test_a_cancelled_instance_is_not_written_by_a_worker_that_was_at_it(endpoint, plan, drive):
    state = {}

    def script(number, body):
        if number == 4:
            steering.cancel(run=state["run"], by=None)
            connection.close()

    endpoint(script)
    run = state["run"] = plan()
    tally = drive(run)
    assert run.instances.get().state == "cancelled"
    assert (tally.made, tally.lost) == (0, 1)


def test_a_paused_run_begins_nothing_new(endpoint, plan, drive):
    server = endpoint()
    run = plan(3)
    steering.pause(run=run, by=None)
    assert drive(run).made == 0
    assert not server.requests
    steering.resume(run=run, by=None)
    assert drive(run).made == 3


def test_a_fault_in_our_own_code_fails_the_instance_and_not_the_run(endpoint, plan, drive):
    endpoint()
    run = plan(1, clients=2)
    broken = run.instances.first()
    type(broken).objects.filter(pk=broken.pk).update(factors={})
    tally = drive(run)
    assert (tally.made, tally.failed) == (1, 1)
    broken.refresh_from_db()
    assert "KeyError" in broken.failure
    assert Instance.objects.made().count() == 1


def test_what_is_loaded_is_no_work_for_the_garbage_collector_while_sessions_are_made(endpoint, plan, drive):
    set_aside = []
    endpoint(lambda number, body: set_aside.append(gc.get_freeze_count()))
    drive(plan())
    assert min(set_aside) > 100_000
    assert gc.get_freeze_count() == 0, "and afterwards it is as it was"
