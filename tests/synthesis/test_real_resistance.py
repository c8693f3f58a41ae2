"""Replies to resistance by a real model (llama.cpp with SmolLM2): the form of what comes, never its wording."""

import json

import pytest
from django.core.management import call_command

from synthesis import loading, replaying
from synthesis.models import Call
from synthesis.recipes import RECIPES
from synthesis.shapes.resistance import MECHANISMS, ResistanceReply
from tests.synthesis.excerpts_of_sessions import TURNS, stored
from tests.synthesis.real_models import some_made

pytestmark = pytest.mark.llm


def test_a_real_model_makes_replies_to_resistance_from_one_command(
    model_server, settings, transactional_db, capsys
):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    loading.load("shipped")
    words = ["--recipe", "resistance_reply", "--limit", "2", "--set", "turns_before=2", "--wait", "--json"]
    call_command("synthesize", *words, skip_checks=True)
    run = some_made(json.loads(capsys.readouterr().out))
    for one in run.instances.filter(state="made"):
        reply = ResistanceReply.model_validate(one.content)
        assert len(reply.utterances) == 4 and reply.utterances[-1].speaker == "client" and reply.reply
        resists = reply.detected.stance == "resist"
        assert [rated.mechanism for rated in reply.ratings] == (list(MECHANISMS) if resists else [])
        assert bool(reply.exemplar) == resists
        least, most = RECIPES["resistance_reply"].calls(one.factors)
        steps = {call.step for call in Call.objects.filter(key__in=one.trace)}
        assert len(steps) == (most if resists else least)
    assert {found.why for found in replaying.replay(run.instances.all())} == {""}


def test_a_real_model_answers_in_excerpts_and_rates_what_was_answered(
    model_server, settings, transactional_db, capsys
):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    stored("clinic-1")
    stored("clinic-2", reply="You would rather leave it, and that is yours to say.")
    call_command("synthesize", "--recipe", "excerpt_reply", "--wait", "--json", skip_checks=True)
    run = some_made(json.loads(capsys.readouterr().out))
    for one in run.instances.filter(state="made"):
        reply = ResistanceReply.model_validate(one.content)
        assert [said.text for said in reply.utterances] == [said["text"] for said in TURNS] and reply.reply
    assert {found.why for found in replaying.replay(run.instances.all())} == {""}
