"""Each fault of an endpoint or a reply has a policy, and each occurrence a row that says what it was, and no word that
was sent.
"""

import json
import re

import pytest
from django.conf import settings as django_settings

from synthesis import recognising
from synthesis.faults import ContextOverflow, EndpointDenied, EndpointRefused
from synthesis.models import Call, Hitch, HitchKind
from synthesis.policies import ANEW, NEVER, POLICIES, SAME
from tests.fakes import model_server as fake


def error(status: int, **told) -> fake.Reply:
    return fake.Reply("", status=status, raw=json.dumps({"error": told}).encode())


# As servers say it: OpenAI, vLLM (two), llama.cpp (three ways), its Python server, a limit of tokens per minute.
OVERFLOWS = [
    (400, {"code": "context_length_exceeded", "message": "This model's maximum context length is 8192 tokens."}),
    (400, {"message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
           "type": "BadRequestError", "code": 400}),
    (400, {"message": "The decoder prompt (length 9000) is longer than the maximum model length of 4096."}),
    (400, {"message": "max_tokens must be at least 1, got -186.", "type": "BadRequestError"}),
    (400, {"code": 400, "message": "request (9000 tokens) exceeds the available context size (4096 tokens)",
           "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}),
    (500, {"code": 500, "message": "the request exceeds the available context size. try increasing it",
           "type": "exceed_context_size_error"}),
    (200, {"code": 400, "message": "the request exceeds the available context size",
           "type": "exceed_context_size_error"}),
    (400, {"message": "Requested tokens (2285) exceed context window of 2048", "type": "internal_server_error"}),
    (429, {"message": "Request too large for m in organization o on tokens per min (TPM)",
           "code": "rate_limit_exceeded"}),
    (413, {"message": "Payload Too Large"}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "told"), OVERFLOWS, ids=range(len(OVERFLOWS)))
def test_a_request_that_is_too_long_fails_its_instance_at_once_and_is_not_cut_short(
    endpoint, plan, drive, status, told
):
    server = endpoint(lambda number, body: error(status, **told) if number == 2 else None)
    run = plan()
    assert drive(run).reasons == {"ContextOverflow": 1}
    assert "longer than the model" in run.instances.get().failure
    assert run.hitches.by_kind() == {"context_overflow": 1} and len(server.requests) == 3


# kind, what the server does with the third request, how often it is asked in all before the next question, and the
# state in which the instance ends.
FAULTS = [
    ("rate_limited", fake.BUSY, 2, "made"),
    ("server_error", fake.BROKEN, 2, "made"),
    ("server_error", fake.Reply("", status=503, headers={"Retry-After": "0.05"}), 2, "made"),
    ("server_error", fake.Reply("", status=408), 2, "made"),
    ("hang", fake.HANG, 2, "made"),
    ("hang", fake.DRIP, 2, "made"),
    ("cut", fake.CUT, 2, "made"),
    ("not_json", fake.NOT_JSON, 2, "made"),
    ("not_json", fake.HALF_JSON, 2, "made"),
    ("malformed", fake.MALFORMED, 2, "made"),
    ("malformed", fake.IGNORE_FORMAT, 2, "made"),
    ("truncated", fake.TRUNCATED, 2, "made"),
    ("empty", fake.EMPTY, 2, "made"),
    ("content_filter", fake.FILTERED, 1, "failed"),
    ("content_filter", error(400, code="content_filter", message="The prompt triggered our policy."), 1, "failed"),
    ("content_filter", error(403, message="flagged", metadata={"flagged_input": "..."}), 1, "failed"),
    ("refused_by_model", fake.REFUSED, 1, "failed"),
    ("refused", fake.Reply("", status=422), 1, "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "act", "asked", "ends"), FAULTS, ids=lambda value: str(value)[:12])
def test_each_occurrence_is_a_row(endpoint, plan, drive, kind, act, asked, ends):
    server = endpoint(lambda number, body: act if number == 2 else None)
    run = plan()
    drive(run)
    instance = run.instances.get()
    assert instance.state == ends, instance.failure
    hitch = run.hitches.get()
    assert (hitch.kind, hitch.instance, hitch.endpoint) == (kind, instance, "environment")
    assert hitch.model == "scripted" and hitch.step and hitch.told and hitch.at
    same = [r for r in server.requests if r["messages"] == server.requests[2]["messages"]]
    assert len(same) == asked
    again = POLICIES[HitchKind(kind)].again
    if asked == 2:
        assert (same[0]["seed"] == same[1]["seed"]) == (again == SAME)
    assert again == (NEVER if asked == 1 else SAME if same[0]["seed"] == same[1]["seed"] else ANEW)
    attempts = list(Call.objects.filter(step=hitch.step).values_list("attempt", flat=True))
    assert attempts == ([1, 2] if again == ANEW else [1][: len(attempts)]), "a transport fault is no attempt"


def test_every_kind_is_in_the_list_of_policies_and_in_the_list_for_people():
    assert set(POLICIES) == set(HitchKind)
    page = (django_settings.ROOT / "docs" / "synthesis.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", page, re.MULTILINE))
    assert rows == {kind.value: policy.again for kind, policy in POLICIES.items()}


def test_the_kinds_tested_here_are_all_there_are():
    assert {kind for kind, *_ in FAULTS} | {"context_overflow"} == set(HitchKind.values)


def test_a_row_keeps_no_word_that_the_server_said(endpoint, plan, drive):
    words = "Your prompt “I lay awake all night” was not understood."
    endpoint(
        lambda number, body: error(422 if number == 3 else 500, message=words) if number in (1, 3) else None
    )
    run = plan()
    drive(run)
    assert run.hitches.count() == 2
    told = json.dumps(list(Hitch.objects.values_list("told", "step")))
    assert "awake" not in told and "422" in told


@pytest.mark.parametrize(
    ("code", "kept"),
    [("server_busy", " (server_busy)"), ("I lay awake", ""), ("", ""), (7, ""), (None, ""), (["a"], ""), ("a" * 50, "")],
)  # fmt: skip
def test_only_a_short_code_of_one_word_is_kept(code, kept):
    hitch = recognising.judged(endpoint="e", status=500, body={"code": code}, said="")
    assert hitch.why == f"it answered 500{kept}"


@pytest.mark.parametrize(
    ("status", "body", "ends_in"),
    [
        (401, None, EndpointDenied),
        (404, {"code": "model_not_found"}, EndpointDenied),
        (429, {"error": {"code": "insufficient_quota"}}, EndpointDenied),
        (400, {"message": "a bad request"}, EndpointRefused),
        (422, "text", EndpointRefused),
        (413, None, ContextOverflow),
        (429, {"code": "rate_limit_exceeded"}, None),
        (500, {"code": "unknown"}, None),
    ],
)
def test_what_an_answer_ends_in(status, body, ends_in):
    fault = recognising.judged(endpoint="e", status=status, body=body, said="").fault
    assert type(fault) is (ends_in or type(None))


def test_the_rows_of_a_run_are_counted_by_kind_the_most_frequent_first(endpoint, plan, drive):
    acts = {1: fake.EMPTY, 4: fake.BROKEN, 7: fake.EMPTY}
    endpoint(lambda number, body: acts.get(number))
    run = plan()
    drive(run)
    assert list(run.hitches.by_kind().items()) == [("empty", 2), ("server_error", 1)]
