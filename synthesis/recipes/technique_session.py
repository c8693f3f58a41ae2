"""A session of cognitive behavioural work by several agents: a planner, five who each answer in one way, a selector, a
writer, and the client.

After MAGneT (arXiv 2509.04183) with these differences: the writer sees the session and the plan; the client sees nothing
of the counsellor's side; the planner chooses from a few techniques that are drawn for each session, so that it cannot
always take the same one; the selector is asked beside the five, as it needs nothing of them; and the session ends when
the client says so, with a leave-taking. Who takes part is a factor, so that the published comparison is one run.
"""

import asyncio
from typing import NamedTuple

from synthesis.factors import LANGUAGES
from synthesis.prompting import render
from synthesis.recipes.cell import Cell, Recipe, Uses
from synthesis.recipes.technique_words import (
    AGENTS,
    ATTITUDES,
    CALLED,
    MEASURES,
    MOVES,
    ROLES,
    TECHNIQUES,
    WORDS,
    held_back,
    told,
)
from synthesis.shapes.dialogue import Turn, Utterance, written_in
from synthesis.shapes.technique import (
    GO_ON,
    LIMIT,
    Candidate,
    Choice,
    ClientTurn,
    Ending,
    MadeTurn,
    Plan,
    Planned,
    TechniqueSession,
    choice_shape,
    plan_shape,
)


class Arm(NamedTuple):
    """Who takes part beside the writer and the client; where nobody suggests, one counsellor answers alone."""

    plans: bool
    suggests: bool
    selects: bool


ARMS = dict(
    zip(
        AGENTS,
        (
            Arm(True, True, True),
            Arm(False, True, True),
            Arm(True, True, False),
            Arm(False, True, False),
            Arm(True, False, False),
            Arm(False, False, False),
        ),
        strict=True,
    )
)
# Exchanges after the opening at most, and the exchange (the opening is the first) from which an end is expected.
EXCHANGES = {"12": 4, "20": 6, "8": 3, "4": 2}
# How many techniques the planner is offered, and the level at which it chooses among them.
OFFERED = ("4", "12", "6", "3")
CHOSEN = "chosen"

SEES = {
    "planner": frozenset({"client_information", "reason", "techniques", "transcript"}),
    "technique": frozenset({"client_information", "reason", "transcript", "move", "language"}),
    "selector": frozenset({"transcript", "moves", "plan"} | {"plan_understanding", "plan_technique", "plan_steps"}),
    "writer": frozenset({"client_information", "reason", "transcript", "plan", "candidates", "ending", "greeting",
                         "language", "plan_understanding", "plan_technique", "plan_steps"}),
    # Who answers alone sees what the writer sees, but for suggestions.
    "counsellor": frozenset({"client_information", "reason", "transcript", "plan", "ending", "greeting", "language",
                             "plan_understanding", "plan_technique", "plan_steps"}),
    # Its own form and what was said aloud; nothing of the counsellor's side.
    "client": frozenset({"client_name", "client_description", "client_attitude", "transcript", "language"}),
}  # fmt: skip
SAMPLING = {
    "planner": {"temperature": 0.7},
    "technique": {"temperature": 0.7},
    "selector": {"temperature": 0.0},
    "writer": {"temperature": 0.7},
    "counsellor": {"temperature": 0.7},
    "client": {"temperature": 0.7},
}


async def make(cell: Cell, ask) -> TechniqueSession:
    arm, limit = ARMS[agents_of(cell)], int(cell.parameters["exchanges"])
    said = [Utterance(id=1, speaker="counsellor", text=await greeting(cell, ask, arm))]
    wish = await answer(cell, ask, 1, said)
    plan = await planned(cell, ask, said) if arm.plans else None
    turns: list[MadeTurn] = []
    exchange = 1
    while wish == GO_ON and exchange < limit:
        exchange += 1
        turns.append(await counsel(cell, ask, exchange, said, plan, arm))
        wish = await answer(cell, ask, exchange, said)
    await take_leave(cell, ask, exchange + 1, said, plan, arm, LIMIT if wish == GO_ON else wish)
    ending = ending_of(wish, exchange, limit)
    return TechniqueSession(
        client_name=cell.client_name,
        utterances=said,
        agents=agents_of(cell),
        plan=plan,
        turns=turns,
        ending=ending,
        manual_check=held_back({"ending": ending.model_dump()}),
        language=cell.language or None,
    )


async def greeting(cell: Cell, ask, arm: Arm) -> str:
    """The same for every client; nobody is asked for it but in another language."""
    words = cell.prompts["cbt_greeting"].strip()
    if not cell.language:
        return words
    role = "writer" if arm.suggests else "counsellor"
    messages = writer_messages(cell, "cbt_greet", [], None, role=role, greeting=words)
    return (await ask(role, "greet 1", messages, written_in(Turn, cell.language))).text


async def answer(cell: Cell, ask, exchange: int, said: list[Utterance]) -> str:
    """What the client says, and whether it wants to go on."""
    shape = written_in(ClientTurn, cell.language)
    heard = await ask("client", f"client {exchange}", client_messages(cell, "cbt_client_now", said), shape)
    _say(said, "client", heard.text)
    return heard.then


async def planned(cell: Cell, ask, said: list[Utterance]) -> Planned:
    choices = offered(cell)
    plan: Plan = await ask("planner", "plan", planner_messages(cell, choices, said), plan_shape(choices))
    return Planned(**plan.model_dump(), offered=list(choices))


async def counsel(cell: Cell, ask, exchange: int, said, plan: Planned | None, arm: Arm) -> MadeTurn:
    """One turn of the counsellor: suggestions and choice at once, then the words."""
    shape = written_in(Turn, cell.language)
    if not arm.suggests:
        heard = await ask(
            "counsellor", f"counsellor {exchange}", writer_messages(cell, "cbt_answer", said, plan), shape
        )
        return _made(said, heard.text, [], None)
    asked = [
        ask("technique", f"{move} {exchange}", technique_messages(cell, move, said), shape) for move in MOVES
    ]
    if arm.selects:
        allowed = choice_shape(tuple(MOVES))
        asked.append(ask("selector", f"select {exchange}", selector_messages(cell, said, plan), allowed))
    answers = await asyncio.gather(*asked)
    choice = answers.pop() if arm.selects else None
    candidates = [Candidate(move=move, text=one.text) for move, one in zip(MOVES, answers, strict=True)]
    taken = [one for move in choice.moves for one in candidates if one.move == move] if choice else candidates
    messages = writer_messages(cell, "cbt_write", said, plan, candidates=taken)
    return _made(said, (await ask("writer", f"write {exchange}", messages, shape)).text, candidates, choice)


async def take_leave(cell: Cell, ask, exchange: int, said, plan, arm: Arm, how: str) -> None:
    role, shape = "writer" if arm.suggests else "counsellor", written_in(Turn, cell.language)
    messages = writer_messages(cell, "cbt_close", said, plan, role=role, ending=how)
    _say(said, "counsellor", (await ask(role, f"close {exchange}", messages, shape)).text)
    messages = client_messages(cell, "cbt_client_last", said)
    _say(said, "client", (await ask("client", f"client {exchange}", messages, shape)).text)


def ending_of(wish: str, exchange: int, limit: int) -> Ending:
    is_early = wish != GO_ON and exchange < EXCHANGES[str(limit)]
    return Ending(how=LIMIT if wish == GO_ON else wish, exchange=exchange, of=limit, early=is_early)


def offered(cell: Cell) -> tuple[str, ...]:
    """The techniques that the planner may choose from: drawn for the cell, in an order of their own, so that a planner
    with a favourite meets it in a third of its sessions only; or the one that the run asks for.
    """
    wanted = cell.parameters.get("technique", CHOSEN)
    if wanted != CHOSEN:
        return (wanted,)
    return tuple(cell.draw().sample(list(TECHNIQUES), int(cell.parameters["offered"])))


def agents_of(cell: Cell) -> str:
    return cell.parameters.get("agents", AGENTS[0])


# What each agent is told.


def planner_messages(cell: Cell, choices: tuple[str, ...], said: list[Utterance]) -> list[dict]:
    known = _lines(cell.prompts["cbt_techniques"])
    fields = _of_the_form(cell) | {"techniques": "\n".join(f"{key}: {known[key]}" for key in choices)}
    return _messages(cell, "planner", "cbt_planner", "cbt_plan_now", fields | _transcript(said))


def technique_messages(cell: Cell, move: str, said: list[Utterance]) -> list[dict]:
    # The way of answering comes last: until then the five read the same, which servers can keep.
    fields = _of_the_form(cell) | _transcript(said) | {"move": _lines(cell.prompts["cbt_moves"])[move]}
    return _messages(cell, "technique", "cbt_agent", "cbt_suggest", fields)


def selector_messages(cell: Cell, said: list[Utterance], plan: Planned | None) -> list[dict]:
    fields = {"moves": cell.prompts["cbt_moves"].strip(), "plan": _planned(cell, "selector", plan)}
    return _messages(cell, "selector", "cbt_selector", "cbt_select", fields | _transcript(said))


def writer_messages(
    cell: Cell, asked: str, said: list[Utterance], plan: Planned | None, *, role: str = "",
    candidates: list[Candidate] = (), ending: str = "", greeting: str = "",
) -> list[dict]:  # fmt: skip
    """Of whoever speaks for the counsellor: the writer with suggestions, or the counsellor who answers alone."""
    role = role or ("writer" if asked == "cbt_write" else "counsellor")
    fields = _of_the_form(cell) | _transcript(said) | {"plan": _planned(cell, role, plan)}
    if candidates:
        fields["candidates"] = "\n".join(f"- {one.text}" for one in candidates)
    if greeting:
        fields["greeting"] = greeting
    if ending:
        fields["ending"] = _lines(cell.prompts["cbt_endings"])[ending]
    return _messages(cell, role, "cbt_writer", asked, fields)


def client_messages(cell: Cell, asked: str, said: list[Utterance]) -> list[dict]:
    """The session is told it as a text and not as a conversation of its own: a model that reads twenty times that it
    wanted to go on wants to go on.
    """
    attitude = cell.parameters.get("attitude", ATTITUDES[0])
    fields = {
        "client_name": cell.client_name,
        "client_description": described(cell.profile),
        "client_attitude": _lines(cell.prompts["cbt_attitudes"])[attitude],
    }
    return _messages(cell, "client", "cbt_client", asked, fields | _transcript(said))


def described(form: dict) -> str:
    """The intake form as the client knows it."""
    lines = [
        ("About you", form.get("demographics")),
        ("What troubles you", form.get("presenting_problem")),
        ("Why you came now", form.get("reason")),
        ("Your life so far", form.get("history")),
        ("How you get through the day", form.get("functioning")),
        ("Who is there for you", form.get("support")),
    ]
    return "\n".join(f"{label}: {text}" for label, text in lines if text)


def _of_the_form(cell: Cell) -> dict[str, str]:
    """What the counsellor's side knows beforehand: who comes and what for; the rest the client tells, or does not."""
    form = cell.profile
    known = " ".join(text for text in (form.get("demographics"), form.get("presenting_problem")) if text)
    return {"client_information": known, "reason": form.get("reason") or "not said"}


def _planned(cell: Cell, role: str, plan: Planned | None) -> str:
    if plan is None:
        return ""
    fields = {
        "plan_understanding": plan.understanding,
        "plan_technique": _lines(cell.prompts["cbt_techniques"])[plan.technique],
        "plan_steps": "\n".join(f"{n}. {step}" for n, step in enumerate(plan.steps, start=1)),
    }
    return "\n" + render(cell.prompts["cbt_plan"], role=role, fields=fields, sees=SEES)


def _transcript(said: list[Utterance]) -> dict[str, str]:
    return {"transcript": "\n".join(f"{one.speaker.capitalize()}: {one.text}" for one in said)}


def _messages(cell: Cell, role: str, system: str, user: str, fields: dict[str, str]) -> list[dict]:
    contents = []
    for prompt, language in ((system, "language"), (user, "language_turn")):
        text = render(cell.prompts[prompt], role=role, fields=fields, sees=SEES)
        # The plan and the choice are read by nobody who reads the session.
        if cell.language and role not in ("planner", "selector"):
            named = {"language": cell.language_name}
            text += "\n\n" + render(cell.prompts[language], role=role, fields=named, sees=SEES)
        contents.append(text)
    return [{"role": who, "content": text} for who, text in zip(("system", "user"), contents, strict=True)]


def _lines(text: str) -> dict[str, str]:
    """A prompt that says one thing for each level: {level: words}."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _say(said: list[Utterance], speaker: str, text: str) -> None:
    said.append(Utterance(id=len(said) + 1, speaker=speaker, text=text))


def _made(said: list[Utterance], text: str, candidates: list[Candidate], choice: Choice | None) -> MadeTurn:
    _say(said, "counsellor", text)
    moves, why = (choice.moves, choice.why) if choice else ([], "")
    return MadeTurn(utterance=len(said), candidates=candidates, moves=moves, why=why)


# What the engine and the pages need to know.

EVERY = ("schema", "cbt_greeting", "cbt_client", "cbt_client_now", "cbt_client_last", "cbt_attitudes", "cbt_writer",
         "cbt_close", "cbt_endings")  # fmt: skip
PLANNING = ("cbt_planner", "cbt_plan_now", "cbt_techniques", "cbt_plan")
SUGGESTING = ("cbt_agent", "cbt_suggest", "cbt_moves", "cbt_write")
SELECTING = ("cbt_selector", "cbt_select", "cbt_moves")
ALONE = ("cbt_answer",)
SPOKEN = ("language", "language_turn", "cbt_greet")


def uses(levels: dict, positive: bool) -> Uses:
    arm = ARMS[levels.get("agents", AGENTS[0])]
    speaker = {"technique", "writer"} if arm.suggests else {"counsellor"}
    roles = (
        {"client"}
        | speaker
        | ({"planner"} if arm.plans else set())
        | ({"selector"} if arm.selects else set())
    )
    prompts = {*EVERY, *(SUGGESTING if arm.suggests else ALONE)}
    prompts.update(PLANNING if arm.plans else (), SELECTING if arm.selects else ())
    prompts.update(SPOKEN if levels.get("language", LANGUAGES[0]) != LANGUAGES[0] else ())
    return Uses(frozenset(prompts), frozenset(roles))


def calls(levels: dict) -> tuple[int, int]:
    """The opening (with a greeting in another language), the plan, each exchange with its suggestions, and two to take
    leave.
    """
    arm = ARMS[levels.get("agents", AGENTS[0])]
    limit = int(levels.get("exchanges", next(iter(EXCHANGES))))
    exchange = 2 + (len(MOVES) + arm.selects if arm.suggests else 0)
    least = 1 + (levels.get("language", LANGUAGES[0]) != LANGUAGES[0]) + arm.plans + 2
    return least, least + (limit - 1) * exchange


RECIPE = Recipe(
    called=CALLED,
    make=make,
    roles=("planner", "technique", "selector", "writer", "client"),
    role_words=ROLES,
    sees=SEES,
    sampling=SAMPLING,
    prompts=EVERY,
    more_prompts=tuple(dict.fromkeys((*PLANNING, *SUGGESTING, *SELECTING, *ALONE, *SPOKEN))),
    parameters={"exchanges": tuple(EXCHANGES), "offered": OFFERED},
    factors={
        "agents": AGENTS,
        "attitude": ATTITUDES,
        "technique": (CHOSEN, *TECHNIQUES),
        "language": LANGUAGES,
    },
    words=WORDS,
    uses=uses,
    calls=calls,
    texts=lambda content: [said["text"] for said in content["utterances"]],
    aloud=("cbt_greeting",),
    profile_kind="intake",
    plays_mistakes=False,
    arm="agents",
    steps={
        **dict.fromkeys((*MOVES, "select", "write", "close", "counsellor", "greet"), "counsellor"),
        "client": "client",
    },
    told=told,
    holds=held_back,
    measures=MEASURES,
)
