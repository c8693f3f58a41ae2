"""Several models answer one thing that a client said; judges rate the answers on seven principles, and of two that are far
enough apart one is preferred.

After PsychoCounsel-Preference (arXiv 2502.19731) with these differences: what the gap is taken of, how large it must be and
how much each principle counts are stated; every score is kept; a judge reads the replies in a drawn order and in its
reverse, and does not rate those of its own model; a preferred reply that is the less safe one is flagged; and ties are
counted. Which two readers compare is drawn, and which of them is `a`.
"""

import asyncio
from itertools import combinations

from synthesis.preferring import means, paired
from synthesis.prompting import render
from synthesis.recipes.cell import Cell, Recipe, Uses
from synthesis.recipes.pool import (
    ALWAYS,
    LEAST_TO_RATE,
    NEVER,
    UNLESS_ALONE,
    are_one,
    drawn,
    judges,
    others_of,
    places,
    shown_to,
)
from synthesis.recipes.preference_words import CALLED, MEASURES, ROLES, WORDS, held_back, told
from synthesis.shapes.dialogue import Utterance, written_in
from synthesis.shapes.preference import (
    PRINCIPLES,
    SAFETY,
    Answer,
    Compared,
    Pair,
    Rating,
    Reply,
    ReplyPreference,
    Rule,
    rating_shape,
)

# The published set drew four of twenty; and what counts, by the stem of each principle.
REPLIES, POOL, JUDGES = ("4", "3", "2"), ("4", "8", "12", "16", "20"), ("1", "2", "3")
READINGS = ("2", "1")
OWN = (UNLESS_ALONE, NEVER, ALWAYS)
GAP_ON, MARGIN = ("mean", "sum"), ("1", "0.5", "0", "2", "3", "5", "7")
SHOWN = ("drawn", "widest", "closest")
WEIGHTS = {f"weight_{p}": ("1", "2", "3", "0.5", *(("0",) if p != SAFETY else ())) for p in PRINCIPLES}

SEES = {
    **dict.fromkeys(places(int(POOL[-1])), frozenset({"speech"})),
    # Never who wrote what, nor what another judge said.
    **dict.fromkeys(judges(int(JUDGES[-1])), frozenset({"speech", "replies", "principles"})),
}
SAMPLING = {role: {"temperature": 0.7 if role.startswith("reply") else 0.0} for role in SEES}


async def make(cell: Cell, ask) -> ReplyPreference:
    # All that chance decides is drawn before anybody is asked, so that it does not hang on who answers first.
    chance, k = cell.draw(), int(cell.parameters["replies"])
    pool = places(int(cell.parameters["pool"]))
    chosen = drawn(pool, k, cell.models, chance)
    orders = [chance.sample(range(1, k + 1), k) for _judge in judges(int(JUDGES[-1]))]
    lots = [chance.random() for _two in combinations(range(k), 2)], chance.random()

    replies = await written(cell, ask, chosen)
    ratings = await rated(cell, ask, replies, orders)
    rule = rule_of(cell)
    for reply in replies:
        reply.scores = means(reply.n, ratings)
    pairs, dropped = paired({one.n: one.text for one in replies}, ratings, rule)
    compared = put_before_readers(cell.parameters["shown"], k, pairs, dropped, lots)
    texts = {one.n: one.text for one in replies}
    made = ReplyPreference(
        # A speech is called by its first words: nobody's name.
        client_name="",
        utterances=[Utterance(id=1, speaker="client", text=cell.profile["speech"])],
        topic=cell.profile.get("topic", ""),
        replies=replies,
        pool=len(pool),
        ratings=ratings,
        rule=rule,
        pairs=pairs,
        dropped=dropped,
        compared=compared,
        texts={"a": texts[compared.a], "b": texts[compared.b]},
        manual_check=[],
        language=cell.profile.get("language"),
    )
    made.manual_check = held_back(made.model_dump())
    return made


async def written(cell: Cell, ask, chosen: list[str]) -> list[Reply]:
    """All at once: none sees what another writes."""
    shape = written_in(Answer, cell.profile.get("language", ""))
    heard = await asyncio.gather(
        *(
            ask(place, f"reply {n}", writer_messages(cell, place), shape)
            for n, place in enumerate(chosen, start=1)
        )
    )
    return [
        Reply(n=n, place=place, model=cell.models.get(place, ""), text=one.text, scores={})
        for n, (place, one) in enumerate(zip(chosen, heard, strict=True), start=1)
    ]


async def rated(cell: Cell, ask, replies: list[Reply], orders: list[list[int]]) -> list[Rating]:
    """Each judge at each reading, all at once: the second reading is in the reverse of the first one's order."""
    by_number = {one.n: one for one in replies}
    readings = []
    for judge, order in zip(judges(int(cell.parameters["judges"])), orders, strict=False):
        read = [(n, by_number[n].model) for n in order]
        rule = cell.parameters["own_replies"]
        shown = shown_to(judge, read, cell.models, rule, alone=plays_everybody(cell.parameters, cell.models))
        if shown:
            ways = (shown, shown[::-1])[: int(cell.parameters["readings"])]
            readings += [(judge, reading, way) for reading, way in enumerate(ways, start=1)]
    heard = await asyncio.gather(
        *(
            # Named with the judge: two of one model that are shown the same order are two calls, and no copy.
            ask(judge, f"rate {reading} by {judge}", judge_messages(cell, judge, [by_number[n] for n in way]),
                rating_shape(len(way)))
            for judge, reading, way in readings
        )
    )  # fmt: skip
    return [
        _rating(cell, judge, reading, way, answer.replies, by_number)
        for (judge, reading, way), answer in zip(readings, heard, strict=True)
    ]


def put_before_readers(shown: str, k: int, pairs: list[Pair], dropped, lots) -> Compared:
    """Of the pairs the widest, the closest or one that was drawn; where there is none, two replies that were drawn, with
    different words if there are any. `lots`: a number for every two replies, and one for which of them is `a`.
    """
    by_two = dict(zip(combinations(range(1, k + 1), 2), lots[0], strict=True))
    preferred = {tuple(sorted((pair.chosen, pair.rejected))): pair for pair in pairs}
    if preferred:
        gap = {"widest": -1, "closest": 1, "drawn": 0}[shown]
        first, second = min(preferred, key=lambda two: (gap * preferred[two].gap, by_two[two]))
    else:
        differ = [tuple(one.replies) for one in dropped if one.why != "same-words"]
        first, second = min(differ or by_two, key=by_two.get)
    a, b = (first, second) if lots[1] < 0.5 else (second, first)
    pair = preferred.get((first, second))
    return Compared(a=a, b=b, preferred="none" if pair is None else "a" if pair.chosen == a else "b")


def rule_of(cell: Cell) -> Rule:
    weights = {p: float(cell.parameters[f"weight_{p}"]) for p in PRINCIPLES}
    return Rule(on=cell.parameters["gap_on"], margin=float(cell.parameters["margin"]), weights=weights)


def plays_everybody(levels: dict, models: dict[str, str]) -> bool:
    """Whether one model writes every reply and judges them too, so that there is nobody else to ask."""
    return are_one(models, (*places(int(levels["pool"])), *judges(int(levels["judges"]))))


# What each is told.


def writer_messages(cell: Cell, place: str) -> list[dict]:
    return _messages(cell, place, "rp_writer", "rp_answer", {"speech": cell.profile["speech"]})


def judge_messages(cell: Cell, judge: str, shown: list[Reply]) -> list[dict]:
    """The replies by their place in this reading, and by nothing else."""
    fields = {
        "speech": cell.profile["speech"],
        "principles": cell.prompts["rp_principles"].strip(),
        "replies": "\n\n".join(f"Reply {n}:\n{one.text}" for n, one in enumerate(shown, start=1)),
    }
    return _messages(cell, judge, "rp_judge", "rp_rate", fields)


def _messages(cell: Cell, role: str, system: str, user: str, fields: dict[str, str]) -> list[dict]:
    texts = [render(cell.prompts[name], role=role, fields=fields, sees=SEES) for name in (system, user)]
    return [{"role": who, "content": text} for who, text in zip(("system", "user"), texts, strict=True)]


def _rating(cell: Cell, judge: str, reading: int, way: list[int], given, by_number) -> Rating:
    scores = [{p: getattr(one, p) for p in PRINCIPLES} for one in given]
    model = cell.models.get(judge, "")
    return Rating(
        judge=judge,
        model=model,
        reading=reading,
        order=way,
        scores=scores,
        why=[one.why for one in given],
        own=sum(by_number[n].model == model for n in way),
        flat=len({score for one in scores for score in one.values()}) == 1,
    )


# What the engine and the pages need to know.


def uses(levels: dict, positive: bool) -> Uses:
    pool, n = levels.get("pool", POOL[0]), levels.get("judges", JUDGES[0])
    return Uses(frozenset(RECIPE.prompts), frozenset((*places(int(pool)), *judges(int(n)))))


def calls(levels: dict) -> tuple[int, int]:
    """Whoever plays: every reply; and each judge at each reading, if it may rate any."""
    k = int(levels.get("replies", REPLIES[0]))
    most = int(levels.get("judges", JUDGES[0])) * int(levels.get("readings", READINGS[0]))
    return k, k + most


def calls_of_models(levels: dict, models: dict[str, str]) -> tuple[int, int]:
    """A judge is asked nothing where too few replies of a draw are not of its own model."""
    k, pool = int(levels["replies"]), places(int(levels["pool"]))
    may = levels["own_replies"] == ALWAYS or (
        levels["own_replies"] == UNLESS_ALONE and plays_everybody(levels, models)
    )
    asked = [0, 0]
    for judge in judges(int(levels["judges"])):
        bounds = (k, k) if may else others_of(judge, pool, k, models)
        asked = [n + (left >= LEAST_TO_RATE) for n, left in zip(asked, bounds, strict=True)]
    least, most = (k + n * int(levels["readings"]) for n in asked)
    return least, most


def replies_of(content: dict) -> list[dict]:
    """What is measured: what the models wrote, and not what the client said."""
    found = content.get("replies") or []
    return [{"id": one["n"], "speaker": "counsellor", "text": one["text"]} for one in found]


RECIPE = Recipe(
    called=CALLED,
    make=make,
    roles=(*places(int(POOL[0])), *judges(1)),
    role_words=ROLES,
    sees=SEES,
    sampling=SAMPLING,
    prompts=("schema", "rp_writer", "rp_answer", "rp_judge", "rp_rate", "rp_principles"),
    parameters={
        "replies": REPLIES, "pool": POOL, "judges": JUDGES, "readings": READINGS, "own_replies": OWN,
        "gap_on": GAP_ON, "margin": MARGIN, **WEIGHTS, "shown": SHOWN,
    },
    words=WORDS,
    uses=uses,
    calls=calls,
    calls_of_models=calls_of_models,
    texts=lambda content: [one["text"] for one in (*content["utterances"], *content["replies"])],
    profile_kind="speech",
    plays_mistakes=False,
    is_talk=False,
    said=replies_of,
    told=told,
    holds=held_back,
    measures=MEASURES,
)  # fmt: skip
