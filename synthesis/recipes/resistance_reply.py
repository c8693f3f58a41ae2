"""A reply to resistance: a piece of a session that ends with the client resisting, a label of how it resists, the
counsellor's reply, four ways of meeting resistance rated 0, 1 or 2 with grounds that quote, and a better reply.

After SCOREval (arXiv 2602.21638) and its detector (arXiv 2601.14780), with these differences: whether and how a client
resists is one answer, so that the two cannot contradict each other; each mechanism is rated by itself, in a question of
its own; the grounds come before the level, and what they quote must be there; a better reply is offered, which the
study's participants missed; and weak and strong replies are both asked for, so that every level can occur.
"""

import asyncio
from dataclasses import replace

from synthesis.factors import LANGUAGES, STYLES
from synthesis.prompting import render
from synthesis.recipes.cell import Cell, Recipe, Uses
from synthesis.recipes.resistance_words import (
    CALLED,
    CALLED_OF_EXCERPTS,
    DRAWN,
    MEANT,
    MEASURES,
    NONE,
    ROLES,
    WAYS,
    WORDS,
    held_back,
    to_look_at,
    told,
)
from synthesis.recipes.supervised_dialogue import described
from synthesis.shapes.dialogue import Turn, Utterance, written_in
from synthesis.shapes.resistance import (
    BEHAVIOURS,
    COLLABORATING,
    MECHANISMS,
    NO_RESISTANCE,
    RATED,
    Assessment,
    Detected,
    Detection,
    Rated,
    ResistanceReply,
)

# Exchanges of the piece that is played; the last one ends with the resistance.
TURNS_BEFORE = ("3", "4", "2")

SEES = {
    "client": frozenset({"client_name", "client_description", "client_style", "client_resistance", "transcript",
                         "language"}),
    # Who answers knows what was said aloud, and not what the client was told to do.
    "counsellor": frozenset({"transcript", "reply_way", "greeting", "language"}),
    "detector": frozenset({"transcript", "behaviours"}),
    "assessor": frozenset({"transcript", "reply", "mechanism"}),
    "exemplar": frozenset({"transcript", "reply", "ratings", "language"}),
}  # fmt: skip
SAMPLING = {
    "client": {"temperature": 0.8},
    "counsellor": {"temperature": 0.7},
    "detector": {"temperature": 0.0},
    "assessor": {"temperature": 0.0},
    "exemplar": {"temperature": 0.7},
}


async def make(cell: Cell, ask) -> ResistanceReply:
    meant, way = drawn(cell)
    is_given = "utterances" in cell.profile
    said = given(cell) if is_given else await played(cell, ask, meant)
    if words := cell.profile.get("reply"):
        way, found = "", await detected(cell, ask, said)
    else:
        # Who answers is told nothing of the label, so that neither waits for the other.
        found, words = await asyncio.gather(detected(cell, ask, said), answered(cell, ask, said, way))
    ratings, better = [], ""
    if found.stance == "resist":
        ratings = await assessed(cell, ask, said, words)
        better = await improved(cell, ask, said, words, ratings)
    meant = "" if is_given else meant
    return ResistanceReply(
        # An excerpt names nobody, and readers are not to know where it is from.
        client_name="" if is_given else cell.client_name,
        utterances=said,
        reply=words,
        exemplar=better,
        meant=meant,
        way=way,
        detected=found,
        ratings=ratings,
        outcome=RATED if ratings else NO_RESISTANCE,
        manual_check=to_look_at(
            meant=meant,
            detected=found.model_dump(),
            ratings=[one.model_dump() for one in ratings],
            said=[one.model_dump() for one in said],
            reply=words,
            exemplar=better,
        ),
        language=cell.language or None,
    )


def drawn(cell: Cell) -> tuple[str, str]:
    """What the client shows and how the counsellor answers: as the run asks, or drawn. Both are drawn in any case, so
    that setting one leaves the other as it is.
    """
    chance = cell.draw()
    meant, way = chance.choice(BEHAVIOURS), chance.choice(list(WAYS))
    wanted = (cell.parameters.get("behaviour", DRAWN), cell.parameters.get("way", DRAWN))
    return tuple(one if asked == DRAWN else asked for one, asked in zip((meant, way), wanted, strict=True))


def given(cell: Cell) -> list[Utterance]:
    return [Utterance.model_validate(one) for one in cell.profile["utterances"]]


async def played(cell: Cell, ask, meant: str) -> list[Utterance]:
    """A piece of a session: in its last exchange the counsellor comes close, and the client resists."""
    said: list[Utterance] = []
    shape, last = written_in(Turn, cell.language), int(cell.parameters["turns_before"])
    for exchange in range(1, last + 1):
        _say(said, "counsellor", await led(cell, ask, exchange, said, is_last=exchange == last))
        asked = "resist_client_resists" if exchange == last and meant != NONE else "resist_client_now"
        messages = client_messages(cell, asked, said, meant)
        _say(said, "client", (await ask("client", f"client {exchange}", messages, shape)).text)
    return said


async def led(cell: Cell, ask, exchange: int, said: list[Utterance], *, is_last: bool) -> str:
    """The counsellor's turn of an exchange. The greeting is the same for every client; nobody is asked for it but in
    another language.
    """
    shape, words = written_in(Turn, cell.language), cell.prompts["resist_greeting"].strip()
    if exchange == 1:
        if not cell.language:
            return words
        fields = {"greeting": words, "language": cell.language_name}
        asked = "resist_greet"
    else:
        fields, asked = {}, "resist_lead" if is_last else "resist_counsellor_now"
    messages = _messages(cell, "counsellor", "resist_counsellor", asked, fields | _transcript(said))
    return (await ask("counsellor", f"counsellor {exchange}", messages, shape)).text


async def answered(cell: Cell, ask, said: list[Utterance], way: str) -> str:
    messages = reply_messages(cell, said, way)
    return (await ask("counsellor", "reply", messages, written_in(Turn, cell.language))).text


async def detected(cell: Cell, ask, said: list[Utterance]) -> Detected:
    found: Detection = await ask(
        "detector", "detect", detector_messages(cell, said), written_in(Detection, cell.language)
    )
    stance = "collaborate" if found.behaviour == COLLABORATING else "resist"
    return Detected(stance=stance, **found.model_dump())


async def assessed(cell: Cell, ask, said: list[Utterance], reply: str) -> list[Rated]:
    """All four at once, each in a question of its own: nobody who rates one knows of the others."""
    shape = written_in(Assessment, cell.language)
    found = await asyncio.gather(
        *(
            ask("assessor", f"rate {one}", assessor_messages(cell, said, reply, one), shape)
            for one in MECHANISMS
        )
    )
    return [Rated(mechanism=one, **of.model_dump()) for one, of in zip(MECHANISMS, found, strict=True)]


async def improved(cell: Cell, ask, said: list[Utterance], reply: str, ratings: list[Rated]) -> str:
    messages = exemplar_messages(cell, said, reply, ratings)
    return (await ask("exemplar", "better", messages, written_in(Turn, cell.language))).text


# What each agent is told.


def client_messages(cell: Cell, asked: str, said: list[Utterance], meant: str) -> list[dict]:
    fields = {
        "client_name": cell.client_name,
        "client_description": described(cell.profile),
        "client_style": _lines(cell.prompts["styles"])[cell.style or "plain"],
    }
    if asked == "resist_client_resists":
        # How each sounds is said once for all recipes, by the behaviour without its group.
        fields["client_resistance"] = _lines(cell.prompts["resistances"])[meant.partition("-")[2]]
    return _messages(cell, "client", "resist_client", asked, fields | _transcript(said))


def reply_messages(cell: Cell, said: list[Utterance], way: str) -> list[dict]:
    fields = {"reply_way": _lines(cell.prompts["resist_ways"])[way]}
    return _messages(cell, "counsellor", "resist_counsellor", "resist_reply", fields | _transcript(said))


def detector_messages(cell: Cell, said: list[Utterance]) -> list[dict]:
    fields = {"behaviours": cell.prompts["resist_behaviours"].strip()}
    return _messages(cell, "detector", "resist_detector", "resist_detect", fields | _transcript(said))


def assessor_messages(cell: Cell, said: list[Utterance], reply: str, mechanism: str) -> list[dict]:
    fields = {"mechanism": _lines(cell.prompts["resist_mechanisms"])[mechanism], "reply": reply}
    return _messages(cell, "assessor", "resist_assessor", "resist_assess", fields | _transcript(said))


def exemplar_messages(cell: Cell, said: list[Utterance], reply: str, ratings: list[Rated]) -> list[dict]:
    lines = [f"- {one.mechanism.replace('-', ' ')}, {one.level} of 2: {one.why}" for one in ratings]
    fields = {"reply": reply, "ratings": "\n".join(["What was thought of it:", *lines, ""])}
    return _messages(cell, "exemplar", "resist_exemplar", "resist_better", fields | _transcript(said))


def _messages(cell: Cell, role: str, system: str, user: str, fields: dict[str, str]) -> list[dict]:
    contents = []
    for prompt, language in ((system, "language"), (user, "language_turn")):
        text = render(cell.prompts[prompt], role=role, fields=fields, sees=SEES)
        # Labels and grounds are read by nobody who reads the session.
        if cell.language and role not in ("detector", "assessor"):
            named = {"language": cell.language_name}
            text += "\n\n" + render(cell.prompts[language], role=role, fields=named, sees=SEES)
        contents.append(text)
    return [{"role": who, "content": text} for who, text in zip(("system", "user"), contents, strict=True)]


def _transcript(said: list[Utterance]) -> dict[str, str]:
    return {"transcript": "\n".join(f"{one.speaker.capitalize()}: {one.text}" for one in said)}


def _lines(text: str) -> dict[str, str]:
    """A prompt that says one thing for each level: {level: words}."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _say(said: list[Utterance], speaker: str, text: str) -> None:
    said.append(Utterance(id=len(said) + 1, speaker=speaker, text=text))


# What the engine and the pages need to know.

JUDGING = ("schema", "resist_counsellor", "resist_reply", "resist_ways", "resist_detector", "resist_detect",
           "resist_behaviours", "resist_assessor", "resist_assess", "resist_mechanisms", "resist_exemplar",
           "resist_better")  # fmt: skip
PLAYING = ("resist_greeting", "resist_counsellor_now", "resist_lead", "resist_client", "resist_client_now",
           "resist_client_resists", "styles", "resistances")  # fmt: skip
SPOKEN = ("language", "language_turn", "resist_greet")
# An excerpt may be in any language.
OF_AN_EXCERPT = (*JUDGING, "language", "language_turn")
ANSWERING = ("counsellor", "detector", "assessor", "exemplar")


def uses(levels: dict, positive: bool) -> Uses:
    spoken = SPOKEN if levels.get("language", LANGUAGES[0]) != LANGUAGES[0] else ()
    return Uses(frozenset((*JUDGING, *PLAYING, *spoken)), frozenset(("client", *ANSWERING)))


def uses_of_excerpt(levels: dict, positive: bool) -> Uses:
    return Uses(frozenset(OF_AN_EXCERPT), frozenset(ANSWERING))


def calls(levels: dict) -> tuple[int, int]:
    """The turns that are played but for the greeting, the label and the reply; then, where the client resists, four
    ratings and the better reply.
    """
    spoken = levels.get("language", LANGUAGES[0]) != LANGUAGES[0]
    least = 2 * int(levels.get("turns_before", TURNS_BEFORE[0])) - 1 + spoken + 2
    return least, least + len(MECHANISMS) + 1


def calls_of_excerpt(levels: dict) -> tuple[int, int]:
    """The label; the reply, where the excerpt has none; then as above."""
    return 1, 2 + len(MECHANISMS) + 1


RECIPE = Recipe(
    called=CALLED,
    make=make,
    roles=("client", *ANSWERING),
    role_words=ROLES,
    sees=SEES,
    sampling=SAMPLING,
    prompts=(*JUDGING, *PLAYING),
    more_prompts=SPOKEN,
    parameters={"turns_before": TURNS_BEFORE},
    factors={"behaviour": MEANT, "way": (DRAWN, *WAYS), "style": STYLES, "language": LANGUAGES},
    words=WORDS,
    uses=uses,
    calls=calls,
    texts=lambda content: [
        *(one["text"] for one in content["utterances"]),
        content["reply"],
        content["exemplar"],
    ],
    aloud=("resist_greeting",),
    plays_mistakes=False,
    steps={"counsellor": "counsellor", "client": "client"},
    told=told,
    holds=held_back,
    measures=MEASURES,
)
# The same from an excerpt that was imported: nobody plays, and it has its own language.
OF_EXCERPTS = replace(
    RECIPE,
    called=CALLED_OF_EXCERPTS,
    roles=ANSWERING,
    prompts=OF_AN_EXCERPT,
    more_prompts=(),
    parameters={},
    factors={"way": (DRAWN, *WAYS)},
    words={"way": WORDS["way"]},
    aloud=(),
    uses=uses_of_excerpt,
    calls=calls_of_excerpt,
    profile_kind="excerpt",
)
