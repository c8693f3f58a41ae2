"""The same client code against a real server (llama.cpp with SmolLM2): the form of what comes, never its
wording.
"""

import asyncio
import json
from functools import partial

import pytest
from django.core.management import call_command

from guidelines import naming
from synthesis import cast, loading, planning, probing, replaying, running
from synthesis.cast import Example, environment_endpoint
from synthesis.llm import ModelEndpoint
from synthesis.models import Call
from synthesis.shapes.dialogue import SupervisedDialogue, Turn
from synthesis.shapes.judged import JudgedReply
from synthesis.shapes.preference import ReplyPreference
from synthesis.shapes.schema import asked, room
from synthesis.shapes.technique import TechniqueSession
from tests.synthesis.real_models import PATIENCE, some_made

pytestmark = pytest.mark.llm
MESSAGES = [
    {"role": "user", "content": "Say good morning. Answer with a JSON object that has one field, text."}
]
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": asked(Turn)}}


def ask(url: str, **changes):
    async def once():
        async with ModelEndpoint(name="real", base_url=url, patience=PATIENCE) as endpoint:
            request = {"model": "smollm2", "messages": MESSAGES, "seed": 5, "response_format": FORMAT}
            return await endpoint.complete(**{**request, "sampling": {"max_tokens": room(Turn)}, **changes})

    return asyncio.run(once())


def test_a_real_server_answers_in_the_shape_and_repeats_itself_for_a_seed(model_server):
    first, second = ask(model_server), ask(model_server)
    assert Turn.model_validate_json(first.text) and first.text == second.text
    assert first.finish_reason == "stop"
    assert first.tokens_in > 0 and first.tokens_out > 0


def test_a_real_server_says_when_it_cut_an_answer_off(model_server):
    assert ask(model_server, sampling={"max_tokens": 4}).finish_reason == "length"


@pytest.mark.django_db(transaction=True)
def test_the_probe_finds_that_a_real_server_honours_the_format(model_server, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    found = probing.probe(environment_endpoint())
    assert (found["support"], found["json_schema"], found["error"]) == ("honoured", True, "")
    assert "smollm2" in found["models"]


@pytest.fixture
def plan(model_server, settings, transactional_db):
    """Plan sessions from the shipped guideline and clients."""
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    call_command("load_guideline", "shipped", skip_checks=True)
    loading.load("shipped")
    version = naming.find("novice-mistakes")
    return partial(
        planning.plan, recipe="supervised_dialogue", version=version, profiles="all", pairs="all", seed=3
    )


@pytest.fixture
def edited_before(plan):
    """Whatever is planned afterwards may be shown an edit of an earlier session."""
    (donor,) = plan(limit=1).instances.select_related("pair_revision__pair")
    edit = Example(
        of=donor.pk, name=str(donor.public_id), pair=donor.pair_revision.pair.key, base_case="an earlier client",
        licence=donor.profile.licence, language=EVERYTHING["language"],
        draft="Das war falsch.", edited="Du hast sie unterbrochen, als sie von ihrer Mutter sprach.",
    )  # fmt: skip
    before = cast._examples
    cast.connect_examples(lambda version, of: [edit])
    yield
    cast.connect_examples(before)


def made(run):
    """The run's only session."""
    for _ in range(3):  # so small a model may need another try; that is what trying again is for
        running.drive(run, patience=PATIENCE)
        instance = run.instances.get()
        if instance.state == "made":
            break
        run.instances.filter(state="failed").update(state="planned")
    assert instance.state == "made", instance.failure
    assert [one.why for one in replaying.replay(run.instances.all())] == [""]
    return instance, SupervisedDialogue.model_validate(instance.content)


# What no other level of the same factor asks of a model, all at once: the default session is made by the demo.
EVERYTHING = {
    "mistakes": "three", "style": "hostile", "resistance": "blaming", "language": "de", "supervisor": "balanced",
    "counsellor": "supervised", "novice": "yes", "examples": "1", "refinements": "1",
}  # fmt: skip


def test_a_real_model_makes_a_session_with_every_factor_at_once(plan, edited_before):
    instance, session = made(plan(limit=1, parameters=EVERYTHING))
    calls = Call.objects.filter(key__in=instance.trace)
    assert len(instance.trace) == calls.count() == Call.objects.count()
    assert (session.language, session.supervisor) == ("de", "balanced")
    assert instance.others.count() == 2
    turns = [said.text for said in session.utterances if said.speaker == "counsellor"]
    assert [turn.revised for turn in session.turn_trace] == turns and all(
        turn.draft for turn in session.turn_trace
    )
    assert session.novice.before is not None and -2 <= session.novice.reward <= 2
    assert instance.shown.count() == 1
    assert {"counsellor", "client", "supervisor", "validator", "novice"} <= set(
        calls.values_list("role", flat=True)
    )
    heard = {
        role: str([one.messages for one in calls.filter(role=role)]) for role in ("client", "supervisor")
    }
    assert "unterbrochen" in heard["supervisor"] and "unterbrochen" not in heard["client"]


@pytest.mark.long
@pytest.mark.parametrize(
    "parameters",
    [
        {"counsellor": "normal", "supervisor": "told"},
        {"counsellor": "novice", "supervisor": "untold", "novice": "yes"},
        {"mistakes": "none", "supervisor": "balanced"},
        {"mistakes": "two", "supervisor": "told", "style": "ingratiating", "resistance": "minimum-talk"},
    ],
)
def test_a_real_model_makes_a_session_of_each_kind(plan, parameters):
    instance, session = made(plan(limit=1, parameters={"refinements": "0"} | parameters))
    assert session.supervisor == parameters["supervisor"]
    assert instance.others.count() == (parameters.get("mistakes") == "two")


def test_a_real_model_makes_technique_sessions_from_one_command(
    model_server, settings, transactional_db, capsys
):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    loading.load("shipped-intakes")
    # One session by all of them, and one by a counsellor alone: so small a model is slow enough.
    words = ["--recipe", "technique_session", "--limit", "2", "--set", "exchanges=4", "--wait", "--json"]
    call_command("synthesize", *words, "--factor", "agents=all,single", skip_checks=True)
    run = some_made(json.loads(capsys.readouterr().out))
    for one in run.instances.filter(state="made"):
        session = TechniqueSession.model_validate(one.content)
        assert len(session.utterances) == 2 * (session.ending.exchange + 1)
        if one.factors["agents"] == "all":
            assert len(session.plan.steps) >= 3 and session.plan.technique in session.plan.offered
            assert all(len(turn.candidates) == 5 and turn.moves for turn in session.turns)
            heard = str([call.messages for call in Call.objects.filter(key__in=one.trace, role="client")])
            assert heard and session.plan.understanding not in heard
    assert {found.why for found in replaying.replay(run.instances.all())} == {""}


@pytest.mark.long  # what is made so goes before a reader each time, in tests/review
def test_a_real_model_makes_judged_replies_from_one_command(model_server, settings, transactional_db, capsys):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    loading.load("shipped-speeches")
    words = ["--recipe", "judged_reply", "--limit", "2", "--wait", "--json"]
    # So small a model scores as it likes: every reply is worked on once, and measured, whatever it says of it.
    call_command("synthesize", *words, "--set", "trigger=always", "--set", "rewrites=1", "--set", "controls=yes",
                 skip_checks=True)  # fmt: skip
    run = some_made(json.loads(capsys.readouterr().out))
    for one in run.instances.filter(state="made"):
        reply = JudgedReply.model_validate(one.content)
        (attempt,) = reply.attempts
        assert attempt.outcome in {"taken", "safety", "overall", "no_criticism"}
        assert reply.ended == ("no_criticism" if attempt.outcome == "no_criticism" else "limit")
        assert reply.controls.measured.unchanged is not None
        for role in ("therapist", "coach"):
            heard = str([call.messages for call in Call.objects.filter(key__in=one.trace, role=role)])
            # So small a model may give the message itself as a reason.
            own = reply.rating.safety.why
            assert own in reply.utterances[0].text or own not in heard, "no score and no reason of one"
    assert {found.why for found in replaying.replay(run.instances.all())} == {""}


@pytest.mark.long  # what is made so goes before a reader each time, in tests/review
def test_a_real_model_makes_reply_preferences_from_one_command(
    model_server, settings, transactional_db, capsys
):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    loading.load("shipped-speeches")
    # Fewer replies and readings than usual, which the test before a reader asks for: so small a model is slow enough.
    words = ["--recipe", "reply_preference", "--limit", "2", "--wait", "--json", "--set", "replies=3"]
    call_command("synthesize", *words, "--set", "readings=1", skip_checks=True)
    run = some_made(json.loads(capsys.readouterr().out))
    for one in run.instances.filter(state="made"):
        made = ReplyPreference.model_validate(one.content)
        assert len(made.replies) == len(made.pairs) + len(made.dropped) == 3
        # One model plays everybody: it rates its own, and that is marked.
        assert [rating.own for rating in made.ratings] == [3]
        judged = str([call.messages for call in Call.objects.filter(key__in=one.trace, role="judge-1")])
        assert "smollm2" not in judged and "reply-1" not in judged
    assert {found.why for found in replaying.replay(run.instances.all())} == {""}
