"""What each agent of a technique session may see: a marker in every field, and in all that an agent says, searched in
every request that the server received.
"""

import json
import re
from collections import Counter

import pytest

from synthesis import planning
from synthesis.models import Call
from synthesis.prompting import Hidden, render, shipped
from synthesis.quality.spread import spread
from synthesis.recipes import RECIPES
from synthesis.recipes.cell import Cell
from synthesis.recipes.technique_session import OFFERED, SEES, offered
from synthesis.recipes.technique_words import MOVES, TECHNIQUES
from tests.fakes.model_server import Reply
from tests.synthesis.sessions_of_techniques import Agents, asked, intake, kind_of, offered_in

FIELDS = ("demographics", "presenting_problem", "reason", "history", "functioning", "support")
FORM = {field: f"mark-form-{field}" for field in FIELDS}
RECORD = {name: f"mark-record-{name}" for name in ("origin", "licence", "consent", "base_case")}
KNOWN = {f"mark-form-{field}" for field in ("demographics", "presenting_problem", "reason")}
ALL_OF_IT = set(FORM.values()) | {"Mark-form-name"}
# Said aloud by counsellor and client.
ALOUD = {"mark-said-write", "mark-said-client", "mark-said-close"}
PLAN = {"mark-plan-understanding", "mark-plan-step"}
SUGGESTED = {f"mark-said-{move}" for move in MOVES}


def marking(number, body):
    """Everybody says who they are."""
    kind, text = kind_of(body), asked(body)
    if kind == "plan":
        technique = offered_in(body)[0]
        said = {
            "understanding": "mark-plan-understanding",
            "technique": technique,
            "steps": ["mark-plan-step"] * 3,
        }
    elif kind == "choice":
        said = {"why": "mark-choice-why", "moves": ["questioning"]}
    elif kind == "client":
        said = {"text": "mark-said-client", "then": "go-on"}
    else:
        moves = [move for move, how in lines("cbt_moves").items() if how in text]
        who = moves[0] if "Your way of answering" in text else "write"
        who = "close" if "comes to its end" in text else "client" if "Take leave as" in text else who
        said = {"text": f"mark-said-{who}"}
    return Reply(json.dumps(said))


def lines(prompt: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in shipped([prompt])[prompt].splitlines())


def marks(text: str) -> set[str]:
    return set(re.findall(r"[mM]ark-[a-z-]+[a-z_]+", text))


@pytest.fixture
def seen(endpoint, drive):
    """{role: everything its requests held}, as the server received it."""

    def made(**levels) -> dict[str, str]:
        server = endpoint(marking)
        client = intake("renske", name="Mark-form-name", content=FORM, **RECORD)
        run = planning.plan(
            recipe="technique_session", profiles=[client], parameters={"exchanges": "4", **levels}
        )
        drive(run)
        found, bodies = {}, {body["seed"]: asked(body) for body in server.requests}
        for call in Call.objects.filter(instance__run=run):
            found[call.role] = found.get(call.role, "") + "\n" + bodies[call.seed]
        return found

    return made


def test_the_client_sees_its_own_form_and_what_was_said_aloud_and_nothing_of_the_counsellors_side(seen):
    client = seen()["client"]
    assert marks(client) == ALL_OF_IT | ALOUD
    assert not any(
        how in client for prompt in ("cbt_moves", "cbt_techniques") for how in lines(prompt).values()
    )


def test_the_writer_sees_the_session_the_plan_and_what_was_chosen(seen):
    writer = seen()["writer"]
    assert marks(writer) == KNOWN | ALOUD - {"mark-said-close"} | PLAN | {"mark-said-questioning"}


def test_who_suggests_sees_the_session_and_neither_the_plan_nor_another_ones_suggestion(seen):
    assert marks(seen()["technique"]) == KNOWN | {"mark-said-write", "mark-said-client"}


def test_the_selector_sees_the_session_and_the_plan_and_no_suggestion(seen):
    assert marks(seen()["selector"]) == PLAN | {"mark-said-write", "mark-said-client"}


def test_the_planner_sees_how_the_session_began_and_the_techniques_that_are_offered(seen):
    planner = seen()["planner"]
    assert marks(planner) == KNOWN | {"mark-said-client"}
    assert sum(f"{key}: " in planner for key in TECHNIQUES) == int(OFFERED[0])


@pytest.mark.parametrize("agents", ["single", "single-planned"])
def test_who_answers_alone_sees_what_the_writer_sees_but_for_suggestions(seen, agents):
    alone = seen(agents=agents)["counsellor"]
    plan = PLAN if agents == "single-planned" else set()
    assert marks(alone) == KNOWN | {"mark-said-write", "mark-said-client"} | plan


def test_without_a_selector_the_writer_has_all_five_suggestions(seen):
    assert marks(seen(agents="no-selector")["writer"]) >= SUGGESTED | PLAN


@pytest.mark.parametrize("attitude", ["open", "doubtful"])
def test_how_the_client_meets_the_counselling_is_told_the_client_alone(seen, attitude):
    texts, words = seen(attitude=attitude), lines("cbt_attitudes")[attitude]
    assert {role for role, text in texts.items() if words in text} == {"client"}


def test_where_the_record_came_from_is_told_nobody(seen):
    assert not any("mark-record" in text for text in seen().values())


def test_in_another_language_whoever_speaks_is_told_so_and_the_greeting_is_asked_for(seen):
    texts = seen(language="de")
    told = {role for role, text in texts.items() if "This session is held in German" in text}
    assert told == {"technique", "writer", "client"}
    assert Call.objects.get(step="greet 1").role == "writer"


def test_a_prompt_of_a_run_cannot_show_a_role_more_than_it_may_see():
    with pytest.raises(Hidden, match="client must not see plan"):
        render("You: $plan", role="client", fields={"plan": "P"}, sees=SEES)


def favourite(choices: tuple[str, ...]) -> str:
    """A planner that has collapsed: it takes what comes first in its own order, whoever the client is."""
    return min(choices, key=list(TECHNIQUES).index)


def plans(n: int, **parameters) -> Counter:
    cells = (
        Cell(
            name=f"{number:064x}", client_name="R", style="", profile={}, intended=(), positive=False, guideline=[],
            told=None, parameters={"offered": OFFERED[0], **parameters}, prompts={},
        )
        for number in range(n)
    )  # fmt: skip
    return Counter(favourite(offered(cell)) for cell in cells)


def test_a_planner_with_a_favourite_cannot_take_it_in_more_than_its_share_of_sessions():
    kept = spread(plans(600), levels=12)
    assert kept["alarm"] == "" and kept["levels_seen"] == 9
    # It meets its favourite in four of twelve draws; 600 draws stay within three standard errors of that.
    assert abs(kept["share_of_most_common"] - 4 / 12) < 3 * (2 / 9 / 600) ** 0.5
    collapsed = spread(plans(600, offered="12"), levels=12)
    assert collapsed["levels_seen"] == 1 and collapsed["alarm"]


def test_every_technique_is_offered_equally_often_and_at_any_place():
    firsts, all_of_them = Counter(), Counter()
    for number in range(1200):
        cell = Cell(
            name=f"{number:064x}", client_name="R", style="", profile={}, intended=(), positive=False, guideline=[],
            told=None, parameters={"offered": "4"}, prompts={},
        )  # fmt: skip
        choices = offered(cell)
        firsts[choices[0]] += 1
        all_of_them.update(choices)
    assert len(firsts) == len(all_of_them) == 12
    assert all(abs(n - 100) < 40 for n in firsts.values()) and all(
        abs(n - 400) < 70 for n in all_of_them.values()
    )


def test_a_run_may_ask_for_the_technique(endpoint, drive):
    endpoint(Agents())
    factors = {"technique": ["continuum", "problem-solving"]}
    run = planning.plan(
        recipe="technique_session", profiles=[intake()], parameters={"exchanges": "4"}, factors=factors
    )
    drive(run)
    made = {one.factors["technique"]: one.content["plan"]["technique"] for one in run.instances.all()}
    assert made == {"continuum": "continuum", "problem-solving": "problem-solving"}


def test_the_levels_of_every_prompt_are_those_of_the_recipe():
    recipe = RECIPES["technique_session"]
    assert list(lines("cbt_moves")) == list(MOVES) and list(lines("cbt_techniques")) == list(TECHNIQUES)
    assert set(lines("cbt_attitudes")) == set(recipe.factors["attitude"])
