"""A reply to one message, judged on seven dimensions and, where it falls short, criticised and written anew.

After TheraJudge and TheraAgent (arXiv 2606.30887), of which neither code nor trigger, limit or rule of acceptance is
published. Here they are stated: a reply is worked on while the mean of its seven scores is at most `trigger`, or its
safety at most 3; at most `rewrites` times; and a new writing is taken only if it scores higher on the whole and not lower
on safety. All of them are kept with their scores.

With `controls` the same first reply is also plainly written again, as often and taken by the same rule, and rated by the
same judge once more without a change; and a rater who took no part rates all four. A judge who picks what it scored low
finds it better the next time, whatever was done: so only the difference to these two tells what criticism does.
"""

import asyncio
from dataclasses import dataclass

from synthesis.faults import BadReplies
from synthesis.prompting import render
from synthesis.recipes.cell import Cell, Recipe, Uses
from synthesis.recipes.judged_words import CALLED, MEASURES, ROLES, WORDS, held_back, said, told
from synthesis.shapes.dialogue import Utterance, written_in
from synthesis.shapes.judged import (
    DIMENSIONS,
    ENOUGH,
    LIMIT,
    NO_CRITICISM,
    NOT_NEEDED,
    OVERALL,
    SAFETY,
    TAKEN,
    Attempt,
    Coaching,
    Controls,
    Critique,
    JudgedReply,
    Measured,
    Rating,
    Reply,
    critique_shape,
)

ALWAYS = "always"
TRIGGERS = ("3", "3.5", "4", ALWAYS)
REWRITES = ("2", "1", "3", "0")
# Whatever the mean: safety is never made good by the other six.
LEAST_SAFETY = 4
# Of the critic's answers, stored ones counted too: the same cell always ends with the same answer.
CRITIQUES = 3

SEES = {
    # Who writes is told what to do otherwise; neither scores nor criticism.
    "therapist": frozenset({"message", "reply", "instructions"}),
    "judge": frozenset({"dimensions", "message", "reply"}),
    "critic": frozenset({"message", "reply", "scores"}),
    "coach": frozenset({"message", "reply", "critique"}),
    # Neither what was there before nor what became of it.
    "rater": frozenset({"dimensions", "message", "reply"}),
}
SAMPLING = {
    "therapist": {"temperature": 0.7},
    # As published. At 0 it would say the same of the same words each time, and hide how much of a gain is chance.
    "judge": {"temperature": 0.7},
    "critic": {"temperature": 0.2},
    "coach": {"temperature": 0.2},
    "rater": {"temperature": 0.7},
}


@dataclass(frozen=True)
class Draft:
    text: str
    rating: Rating


async def make(cell: Cell, ask) -> JudgedReply:
    first = await drafted(cell, ask, "reply 1", "judge 1")
    # Only what a rater says of it is asked for meanwhile: she took no part, and needs nothing of it.
    parts = [improved(cell, ask, first)]
    if has_controls(cell):
        parts += [measured(cell, ask, "rate first", first.text), controlled(cell, ask, first)]
    attempts, *others = await asyncio.gather(*parts)
    last = standing(first, attempts)
    rewritten = last is not first
    return JudgedReply(
        # Whoever wrote is told by nothing but the words.
        client_name="",
        utterances=[Utterance(id=1, speaker="client", text=cell.profile["speech"])],
        reply=first.text,
        rating=first.rating,
        attempts=attempts,
        rewrite=last.text if rewritten else None,
        rewrite_rating=last.rating if rewritten else None,
        ended=ended(cell, first, attempts),
        manual_check=held_back([first.rating, *(one.rating for one in attempts if one.rating)], last.rating),
        controls=await compared(cell, ask, first, last, *others) if others else None,
        language=cell.profile.get("language"),
    )


async def improved(cell: Cell, ask, first: Draft) -> list[Attempt]:
    """The loop: critic, coach, therapist and judge, until the reply is good enough, or the limit."""
    attempts: list[Attempt] = []
    current = first
    while is_low(cell, current.rating) and len(attempts) < most_rewrites(cell):
        n = len(attempts) + 1
        try:
            critique = await criticised(cell, ask, n, current)
        except BadReplies as fault:
            attempts.append(_not_criticised(str(fault)))
            break
        messages = coach_messages(cell, current.text, critique)
        advice = (await ask("coach", f"coach {n}", messages, Coaching)).instructions
        again = await drafted(
            cell, ask, f"rewrite {n}", f"judge {n + 1}", rewrite_messages(cell, current.text, advice)
        )
        attempts.append(_attempt(current, again, critique.points, advice))
        current = standing(current, attempts[-1:])
    return attempts


async def regenerated(cell: Cell, ask, first: Draft) -> list[Attempt]:
    """The same number of tries, by the same judge and rule, of which none is told what was wrong."""
    attempts: list[Attempt] = []
    current = first
    while is_low(cell, current.rating) and len(attempts) < most_rewrites(cell):
        n = len(attempts) + 1
        again = await drafted(cell, ask, f"again {n}", f"judge again {n}")
        attempts.append(_attempt(current, again, [], []))
        current = standing(current, attempts[-1:])
    return attempts


async def controlled(cell: Cell, ask, first: Draft) -> tuple[list[Attempt], Rating | None]:
    """What plain writing again comes to, and what the judge says of the same words once more; nothing where the reply
    needed no work.
    """
    if not is_low(cell, first.rating):
        return [], None
    again = ask("judge", "judge unchanged", judge_messages(cell, "judge", first.text), Rating)
    return tuple(await asyncio.gather(regenerated(cell, ask, first), again))


async def compared(cell: Cell, ask, first: Draft, last: Draft, rating: Rating, controlled) -> Controls:
    """Each end is rated afresh, also where it is the first reply: the same words, with the same chance, as unchanged."""
    attempts, unchanged = controlled
    if not is_low(cell, first.rating):
        return Controls(regenerated=[], unchanged=None, measured=Measured(first=rating))
    ends = {"rewritten": last.text, "regenerated": standing(first, attempts).text, "unchanged": first.text}
    found = await asyncio.gather(*(measured(cell, ask, f"rate {name}", text) for name, text in ends.items()))
    ratings = Measured(first=rating, **dict(zip(ends, found, strict=True)))
    return Controls(regenerated=attempts, unchanged=unchanged, measured=ratings)


async def drafted(cell: Cell, ask, step: str, judging: str, messages: list[dict] | None = None) -> Draft:
    shape = written_in(Reply, cell.profile.get("language", ""))
    text = (await ask("therapist", step, messages or reply_messages(cell), shape)).text
    return Draft(text, await ask("judge", judging, judge_messages(cell, "judge", text), Rating))


async def criticised(cell: Cell, ask, n: int, current: Draft) -> Critique:
    messages = critic_messages(cell, current)
    return await ask("critic", f"critique {n}", messages, critique_shape(current.text), most=CRITIQUES)


async def measured(cell: Cell, ask, step: str, text: str) -> Rating:
    return await ask("rater", step, judge_messages(cell, "rater", text), Rating)


def is_low(cell: Cell, rating: Rating) -> bool:
    """Whether the reply is to be worked on."""
    trigger = cell.parameters["trigger"]
    return trigger == ALWAYS or rating.overall <= float(trigger) or rating.safety.score < LEAST_SAFETY


def outcome_of(before: Rating, after: Rating) -> str:
    """Whether a new writing is taken. Safety first, as it is what a lead must hear of."""
    if after.safety.score < before.safety.score:
        return SAFETY
    return TAKEN if after.overall > before.overall else OVERALL


def standing(first: Draft, attempts: list[Attempt]) -> Draft:
    """The last that was taken, which no later one was better than."""
    taken = [one for one in attempts if one.outcome == TAKEN]
    return Draft(taken[-1].text, taken[-1].rating) if taken else first


def ended(cell: Cell, first: Draft, attempts: list[Attempt]) -> str:
    if not is_low(cell, first.rating):
        return NOT_NEEDED
    if attempts and attempts[-1].outcome == NO_CRITICISM:
        return NO_CRITICISM
    return LIMIT if is_low(cell, standing(first, attempts).rating) else ENOUGH


def most_rewrites(cell: Cell) -> int:
    return int(cell.parameters["rewrites"])


def has_controls(cell: Cell) -> bool:
    return cell.parameters.get("controls", "no") == "yes"


def _attempt(before: Draft, after: Draft, points, instructions) -> Attempt:
    return Attempt(
        points=[point.model_dump() for point in points],
        instructions=list(instructions),
        text=after.text,
        rating=after.rating,
        outcome=outcome_of(before.rating, after.rating),
        why="",
    )


def _not_criticised(why: str) -> Attempt:
    return Attempt(points=[], instructions=[], text="", rating=None, outcome=NO_CRITICISM, why=why)


# What each is told.


def reply_messages(cell: Cell) -> list[dict]:
    return _messages(cell, "therapist", "judged_therapist", "judged_reply", _message(cell))


def rewrite_messages(cell: Cell, reply: str, instructions: list[str]) -> list[dict]:
    fields = _message(cell) | {"reply": reply, "instructions": "\n".join(f"- {one}" for one in instructions)}
    return _messages(cell, "therapist", "judged_therapist", "judged_rewrite", fields)


def judge_messages(cell: Cell, role: str, reply: str) -> list[dict]:
    """Of the judge of the loop, or of the rater who took no part."""
    fields = _message(cell) | {"reply": reply, "dimensions": cell.prompts["judged_dimensions"].strip()}
    return _messages(cell, role, f"judged_{role}", f"judged_{role}_now", fields)


def critic_messages(cell: Cell, draft: Draft) -> list[dict]:
    scores = [
        f"- {name}: {getattr(draft.rating, name).score} ({getattr(draft.rating, name).why})"
        for name in DIMENSIONS
    ]
    fields = _message(cell) | {"reply": draft.text, "scores": "\n".join(scores)}
    return _messages(cell, "critic", "judged_critic", "judged_critic_now", fields)


def coach_messages(cell: Cell, reply: str, critique: Critique) -> list[dict]:
    points = [f"- {one.problem}" + (f" (“{one.quote}”)" if one.quote else "") for one in critique.points]
    fields = _message(cell) | {"reply": reply, "critique": "\n".join(points)}
    return _messages(cell, "coach", "judged_coach", "judged_coach_now", fields)


def _message(cell: Cell) -> dict[str, str]:
    return {"message": cell.profile["speech"]}


def _messages(cell: Cell, role: str, system: str, user: str, fields: dict[str, str]) -> list[dict]:
    texts = (render(cell.prompts[prompt], role=role, fields=fields, sees=SEES) for prompt in (system, user))
    return [{"role": who, "content": text} for who, text in zip(("system", "user"), texts, strict=True)]


# What the engine and the pages need to know.

EVERY = (
    "schema",
    "judged_therapist",
    "judged_reply",
    "judged_judge",
    "judged_judge_now",
    "judged_dimensions",
)
WORKING = ("judged_critic", "judged_critic_now", "judged_coach", "judged_coach_now", "judged_rewrite")
RATING = ("judged_rater", "judged_rater_now")


def uses(levels: dict, positive: bool) -> Uses:
    works = levels.get("rewrites", REWRITES[0]) != "0"
    rates = levels.get("controls", "no") == "yes"
    prompts = {*EVERY, *(WORKING if works else ()), *(RATING if rates else ())}
    roles = (
        {"therapist", "judge"} | ({"critic", "coach"} if works else set()) | ({"rater"} if rates else set())
    )
    return Uses(frozenset(prompts), frozenset(roles))


def calls(levels: dict) -> tuple[int, int]:
    """A reply and its scores; four for each attempt; and with controls two for each that is plainly written again, the same
    words judged once more, and four ratings, one of them in any case.
    """
    limit = int(levels.get("rewrites", REWRITES[0]))
    rates = levels.get("controls", "no") == "yes"
    least, most = 2 + rates, 2 + 4 * limit + rates * (2 * limit + 1 + 4)
    return (most if levels.get("trigger", TRIGGERS[0]) == ALWAYS else least), most


RECIPE = Recipe(
    called=CALLED,
    make=make,
    roles=("therapist", "judge"),
    role_words=ROLES,
    sees=SEES,
    sampling=SAMPLING,
    prompts=EVERY,
    more_prompts=(*WORKING, *RATING),
    parameters={"rewrites": REWRITES, "trigger": TRIGGERS},
    factors={"controls": ("no", "yes")},
    words=WORDS,
    uses=uses,
    calls=calls,
    texts=lambda content: [
        content["utterances"][0]["text"],
        content["reply"],
        *(one["text"] for one in content["attempts"]),
    ],
    profile_kind="speech",
    plays_mistakes=False,
    is_talk=False,
    said=said,
    told=told,
    holds=lambda content: content["manual_check"],
    measures=MEASURES,
)
