"""A technique session as its agents make it: who is asked what, what is kept, and how it ends."""

from collections import Counter
from functools import partial

import pytest

from config.demo.model_server import CONTEXT_PER_SLOT
from synthesis import planning
from synthesis.models import Call, Hitch, Instance, Mark
from synthesis.prompting import shipped
from synthesis.recipes import RECIPES, technique_session
from synthesis.recipes.technique_session import ARMS, EXCHANGES
from synthesis.recipes.technique_words import AGENTS, MOVES
from synthesis.replaying import replay
from synthesis.shapes.schema import room
from tests.fakes.model_server import Reply
from tests.synthesis.sessions_of_techniques import Agents, asked, intake, kind_of

RECIPE = RECIPES["technique_session"]


@pytest.fixture
def made(endpoint, drive):
    """Make one session; returns it and the server that answered."""

    def make(script=None, *, key="renske", **levels):
        server = endpoint(script or Agents())
        own = {name: level for name, level in levels.items() if name in RECIPE.levels}
        run = planning.plan(
            recipe="technique_session", profiles=[intake(key)], parameters={"exchanges": "4"} | own
        )
        drive(run)
        return run.instances.get(), server

    return make


def test_five_suggest_one_chooses_one_writes_and_all_of_it_is_kept(made):
    one, server = made()
    assert one.state == "made" and one.failure == ""
    content = one.content
    assert [said["speaker"] for said in content["utterances"]] == ["counsellor", "client"] * 5
    assert content["plan"]["technique"] in content["plan"]["offered"] and len(content["plan"]["offered"]) == 4
    assert content["plan"]["steps"] == ["A.", "B.", "C."]
    turn = content["turns"][0]
    assert [candidate["move"] for candidate in turn["candidates"]] == list(MOVES)
    assert len({candidate["text"] for candidate in turn["candidates"]}) == 5
    assert (turn["moves"], turn["why"]) == (["reflection", "questioning"], "She is not heard yet.")
    steps = Counter(call.step.rpartition(" ")[0] or call.step for call in Call.objects.all())
    assert steps == {"client": 5, "plan": 1, "select": 3, "write": 3, "close": 1, **dict.fromkeys(MOVES, 3)}
    assert len(server.requests) == sum(steps.values()) == RECIPE.calls(one.factors)[1]


def test_the_greeting_that_everybody_hears_is_no_recited_instruction(made):
    one, _server = made()
    assert one.content["utterances"][0]["text"] == shipped(["cbt_greeting"])["cbt_greeting"].strip()
    assert not Mark.objects.filter(instance=one, kind="held", reason__contains="recites its instructions")
    recited = {"text": "As long as they are not understood, understanding comes first."}
    one, _server = made(Agents(turn=lambda body: recited), key="thea")
    assert Mark.objects.filter(instance=one, kind="held", reason__contains="recites its instructions")


def test_the_session_ends_when_the_client_says_so_with_a_leave_taking(made):
    one, server = made(Agents(goes_on=3), exchanges="12")
    assert one.content["ending"] == {"how": "enough", "exchange": 4, "of": 12, "early": False}
    assert len(one.content["utterances"]) == 2 * 5 and one.content["manual_check"] == []
    assert Call.objects.get(step="close 5").role == "writer"
    assert "this is enough for today" in server.requests[-2]["messages"][1]["content"]


def test_a_client_that_never_ends_is_stopped_at_the_limit_and_it_is_told(made):
    one, _server = made(Agents(goes_on=99), exchanges="20")
    assert one.content["ending"] == {"how": "limit", "exchange": 20, "of": 20, "early": False}
    assert len(one.content["utterances"]) == 42, "as long as the published sessions"
    assert Call.objects.count() == RECIPE.calls(one.factors)[1] == 156


def test_a_client_that_ends_at_once_is_let_go_and_a_person_looks_first(made):
    one, _server = made(Agents(goes_on=0, ends="leave"), exchanges="12")
    assert one.content["ending"] == {"how": "leave", "exchange": 1, "of": 12, "early": True}
    assert Call.objects.count() == RECIPE.calls(one.factors)[0] == 4
    reason = "The client ended the session in exchange 1, before there was any work."
    assert one.content["manual_check"] == [reason]
    assert reason in Mark.objects.get(instance=one, kind="held").reason


def test_a_planner_that_names_an_unknown_technique_fails_the_session_in_words(made):
    def hypnosis(body):
        return {"understanding": "U.", "technique": "hypnosis", "steps": ["A.", "B.", "C."]}

    one, _server = made(Agents(plan=hypnosis))
    assert one.state == "failed"
    assert one.failure.startswith(
        "The planner gave no usable answer in 3 replies at “plan”: technique: “hypnosis” is none of the techniques "
        "offered: "
    )
    assert Hitch.objects.filter(step="plan", kind="malformed").count() == 3


def test_a_planner_that_names_one_at_the_second_asking_is_heard(made):
    answers = iter(["hypnosis", "hypnosis", ""])

    def second_thoughts(body):
        named = next(answers)
        return {"understanding": "U.", "technique": named, "steps": ["A.", "B.", "C."]} if named else None

    one, _server = made(Agents(plan=second_thoughts))
    assert one.state == "made" and Call.objects.get(step="plan", attempt=3)


def test_a_selector_that_invents_a_way_of_answering_fails_the_session_in_words(made):
    one, _server = made(Agents(choice=lambda body: {"why": "W.", "moves": ["confrontation"]}))
    assert one.state == "failed"
    assert "“confrontation” is none of the ways of answering: reflection, questioning" in one.failure


def test_a_suggestion_that_never_comes_fails_the_session_and_leaves_nothing_behind(made):
    def silent(body):
        return Reply("") if "Explain one thing" in asked(body) else {"text": "Words."}

    one, _server = made(Agents(turn=silent))
    assert one.state == "failed" and "psychoeducation 2" in one.failure and "empty" in one.failure


@pytest.mark.parametrize("agents", AGENTS)
def test_each_ablation_asks_those_who_take_part_and_nobody_else(made, agents):
    one, server = made(agents=agents)
    arm, content = ARMS[agents], one.content
    played = {call.role for call in Call.objects.all()}
    assert played == RECIPE.uses(one.factors, False).roles
    assert (content["plan"] is not None) == arm.plans == ("planner" in played)
    assert all(len(turn["candidates"]) == 5 * arm.suggests for turn in content["turns"])
    assert all(bool(turn["moves"]) == arm.selects for turn in content["turns"])
    assert ("counsellor" in played) == (not arm.suggests)
    assert content["agents"] == agents and len(server.requests) == RECIPE.calls(one.factors)[1]
    writes = [body for body in server.requests if "Suggestions for what" in str(body)]
    n = {True: 2, False: 5}[arm.selects]
    assert all(body["messages"][1]["content"].count("\n- ") == n for body in writes)


def test_what_is_stored_makes_the_same_session_byte_for_byte(made):
    one, server = made()
    paid = len(server.requests)
    (again,) = replay(Instance.objects.filter(pk=one.pk))
    assert again.is_rebuilt and again.calls == paid == len(server.requests)


def test_a_second_run_of_the_same_cell_pays_nothing(made, drive):
    one, server = made()
    paid = len(server.requests)
    run = planning.plan(recipe="technique_session", profiles=[one.profile], parameters={"exchanges": "4"})
    assert drive(run).replayed == paid == len(server.requests)
    assert run.instances.get().content == one.content


def test_the_five_and_the_selector_are_asked_at_the_same_time(endpoint, drive):
    import threading

    inside, most, lock, all_there = 0, 0, threading.Lock(), threading.Event()
    agents = Agents()

    def script(number, body):
        nonlocal inside, most
        if kind_of(body) == "choice" or "Your way of answering" in str(body):
            with lock:
                inside += 1
                most = max(most, inside)
                if inside == 6:
                    all_there.set()
            all_there.wait(5)
            with lock:
                inside -= 1
        return agents(number, body)

    endpoint(script)
    drive(planning.plan(recipe="technique_session", profiles=[intake()], parameters={"exchanges": "4"}))
    assert most == 6


def test_every_limit_has_an_exchange_from_which_an_end_is_expected():
    assert all(1 < earliest < int(limit) for limit, earliest in EXCHANGES.items())


def largest_session():
    """Every message at its longest, in the longest session that there is."""
    from synthesis.recipes.cell import Cell
    from synthesis.shapes.dialogue import Turn, Utterance
    from synthesis.shapes.profiles import IntakeForm
    from synthesis.shapes.technique import Candidate, ClientTurn, Planned, choice_shape, plan_shape
    from synthesis.shapes.words import LINE, TURN

    bounds = {name: asked_of.metadata[-1].max_length for name, asked_of in IntakeForm.model_fields.items()
              if name not in ("age", "problem")}  # fmt: skip
    form = {name: "x" * most for name, most in bounds.items()}
    cell = Cell(
        name="0" * 64, client_name="x" * 20, style="", profile=form, intended=(), positive=False, guideline=[],
        told=None, parameters={"attitude": "doubtful"}, prompts=shipped((*RECIPE.prompts, *RECIPE.more_prompts)),
        language="de", language_name="German",
    )  # fmt: skip
    said = [
        Utterance(id=n, speaker=("client", "counsellor")[n % 2], text="x" * TURN)
        for n in range(1, 2 * max(map(int, EXCHANGES)) + 2)
    ]
    technique = next(iter(technique_session.TECHNIQUES))
    plan = Planned(technique=technique, understanding="x" * LINE, steps=["x" * LINE] * 5, offered=[])
    candidates = [Candidate(move=move, text="x" * TURN) for move in MOVES]
    every = tuple(technique_session.TECHNIQUES)
    write = partial(technique_session.writer_messages, cell)
    return {
        "plan": (technique_session.planner_messages(cell, every, said[:2]), plan_shape(every)),
        "suggest": (technique_session.technique_messages(cell, "psychoeducation", said), Turn),
        "select": (technique_session.selector_messages(cell, said, plan), choice_shape(tuple(MOVES))),
        "write": (write("cbt_write", said, plan, candidates=candidates), Turn),
        "answer": (write("cbt_answer", said, plan), Turn),
        "close": (write("cbt_close", said, plan, role="writer", ending="leave"), Turn),
        "client": (technique_session.client_messages(cell, "cbt_client_now", said), ClientTurn),
    }


@pytest.mark.parametrize("step", ["plan", "suggest", "select", "write", "answer", "close", "client"])
def test_the_largest_prompt_and_its_answer_fit_one_slot(step):
    messages, shape = largest_session()[step]
    # English prose runs above four characters a token with every tokenizer in use; three leaves room to spare.
    characters = sum(len(message["content"]) + 12 for message in messages)
    assert characters / 3.0 + room(shape) < CONTEXT_PER_SLOT, f"{characters} characters"
