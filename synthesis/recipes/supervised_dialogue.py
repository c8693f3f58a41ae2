"""A session in which mistakes are made (or none), what a supervisor finds in it, and the refinement of that.

After the published pipeline (arXiv 2508.09042) with these differences: the counsellor never sees the
correction, the client's style is passed and the client reacts and may resist, the supervisor may find several
mistakes or none, need not be told the intended ones, and answers in a checked shape.
"""

import json
from functools import partial

from django.utils.translation import gettext_lazy as _

from synthesis.cast import SAMPLING, SEES
from synthesis.checks import quotes_not_found, stance_not_kept
from synthesis.factors import (
    COUNSELLORS,
    EXAMPLES,
    LANGUAGES,
    MISTAKES,
    NOVICE,
    OWN,
    RESISTANCE,
    STYLES,
    Mistakes,
)
from synthesis.prompting import render
from synthesis.recipes import novice, self_play
from synthesis.recipes.cell import Cell, Recipe, Uses
from synthesis.recipes.declaring import Words
from synthesis.shapes.dialogue import (
    CHECKS,
    MOST_UTTERANCES,
    Checks,
    Feedback,
    Refinement,
    SupervisedDialogue,
    TracedTurn,
    Turn,
    Utterance,
    feedback_shape,
    written_in,
)

EXCHANGES = (5, 6, MOST_UTTERANCES // 2)
MOST_REFINEMENTS = 3  # a run may ask for fewer, where the model is slow


async def make(cell: Cell, ask) -> SupervisedDialogue:
    utterances, trace = await play(cell, ask)
    shape = feedback_shape(
        counsellor_turns=[said.id for said in utterances if said.speaker == "counsellor"],
        mistakes=[mistake["key"] for mistake in cell.guideline],
    )
    shape = written_in(shape, cell.language)
    fields = supervisor_fields(cell, utterances)
    original = await ask("supervisor", "supervise", supervisor_messages(cell, "supervise", fields), shape)
    feedback, refinement = await refine(cell, ask, shape, fields, original)
    written, said = feedback.model_dump(), [said.model_dump() for said in utterances]
    return SupervisedDialogue(
        client_name=cell.client_name,
        utterances=utterances,
        feedback=Feedback.model_validate(written),
        supervisor=cell.parameters["supervisor"],
        refinement=refinement,
        manual_check=[
            *quotes_not_found(written, said),
            *(stance_not_kept(written) if is_balanced(cell) else []),
        ],
        language=cell.language or None,
        novice=await novice.grow(
            cell, ask, utterances=said, transcript=fields["transcript"], feedback=written
        )
        if cell.parameters.get("novice") == "yes"
        else None,
        turn_trace=trace,
    )


async def play(cell: Cell, ask) -> tuple[list[Utterance], list[TracedTurn] | None]:
    """Five to seven exchanges; each of the two hears the other as the partner of a conversation. One that goes on from
    an edited turn begins with what was said until then. The second part is there where the counsellor is supervised while
    the session goes on.
    """
    utterances = [Utterance.model_validate(said) for said in cell.opening]
    trace: list[TracedTurn] | None = [] if cell.parameters.get("counsellor") == "supervised" else None
    shape = written_in(Turn, cell.language)
    for exchange in range(len(utterances) // 2 + 1, cell.draw().choice(EXCHANGES) + 1):
        if (
            len(utterances) % 2 == 0
        ):  # or the turn that was edited is the counsellor's, and its client answers
            text = await counsel(cell, ask, exchange, utterances, trace, shape)
            utterances.append(Utterance(id=len(utterances) + 1, speaker="counsellor", text=text))
        heard = client_messages(cell, utterances)
        text = (await ask("client", f"client {exchange}", heard, shape)).text
        utterances.append(Utterance(id=len(utterances) + 1, speaker="client", text=text))
    return utterances, trace


async def counsel(cell: Cell, ask, exchange: int, utterances, trace, shape) -> str:
    """What the counsellor says; `trace` None: nobody supervises it meanwhile."""
    heard = counsellor_messages(cell, utterances)
    if trace is None:
        return (await ask("counsellor", f"counsellor {exchange}", heard, shape)).text
    watching = partial(critic_messages, cell, list(utterances))
    turn = await self_play.supervised(cell, ask, exchange, heard=heard, watching=watching, shape=shape)
    trace.append(turn)
    return turn.revised


def is_balanced(cell: Cell) -> bool:
    """A stance of the supervisor, not something that it knows: it is not told what was meant."""
    return cell.parameters["supervisor"] == "balanced"


async def refine(cell: Cell, ask, shape, fields: dict, original: Feedback) -> tuple[Feedback, Refinement]:
    """Validator-guided refinement: up to three (or what the run says), each compared with the original.

    When none passes, the original goes on.
    """
    checks = await ask(
        "validator", "validate", validator_messages(cell, "validate", fields, original), Checks
    )
    rounds = [{"checks": checks.model_dump()}]
    if checks.passed:
        return original, Refinement(outcome="accepted_as_is", rounds=rounds)
    current = original
    for n in range(1, int(cell.parameters["refinements"]) + 1):
        current = await ask("refiner", f"refine {n}", refiner_messages(cell, fields, current, checks), shape)
        checks = await ask(
            "validator",
            f"compare {n}",
            validator_messages(cell, "compare", fields, original, current),
            Checks,
        )
        rounds.append({"feedback": current.model_dump(), "checks": checks.model_dump()})
        if checks.passed:
            return current, Refinement(outcome="accepted_after_refinement", rounds=rounds)
    return original, Refinement(outcome="needs_manual_check", rounds=rounds)


def counsellor_messages(cell: Cell, utterances: list[Utterance]) -> list[dict]:
    fields: dict[str, str] = {}
    if len(cell.intended) == 1:
        fields = {"mistake_name": cell.intended[0]["name"], "mistake_shows": cell.intended[0]["shows"]}
    elif cell.intended:
        fields = {"mistakes": "\n".join(f"- {one['name']}: {one['shows']}" for one in cell.intended)}
    prompt = _counsellor_prompt(len(cell.intended), cell.positive)
    system = render(cell.prompts[prompt], role="counsellor", fields=fields)
    opening = {"role": "user", "content": cell.prompts["opening"].strip()}
    heard = [opening, *_heard_by("counsellor", utterances)]
    system = _system(_in_language(cell, "counsellor", system))
    return [system, *(_reminded(cell, "counsellor", heard, fields) if utterances else heard)]


def _counsellor_prompt(mistakes: int, positive: bool) -> str:
    if mistakes == 1:
        return "counsellor_well" if positive else "counsellor"
    return "counsellor_several" if mistakes else "counsellor_free"


def client_messages(cell: Cell, utterances: list[Utterance]) -> list[dict]:
    fields = {
        "client_name": cell.client_name,
        "client_description": described(cell.profile),
        "client_style": _style(cell.prompts["styles"], cell.style),
    }
    system = render(cell.prompts["client"], role="client", fields=fields)
    if (resistance := cell.parameters.get("resistance", OWN)) != OWN:
        how = {"client_resistance": _lines(cell.prompts["resistances"])[resistance]}
        system += "\n\n" + render(cell.prompts["resistance"], role="client", fields=how)
    system = _system(_in_language(cell, "client", system))
    return [system, *_reminded(cell, "client", _heard_by("client", utterances), fields)]


def supervisor_fields(cell: Cell, utterances: list[Utterance]) -> dict:
    return {
        "guideline": "\n".join(f"- {m['key']}: {m['name']}. {m['shows']}" for m in cell.guideline),
        "transcript": "\n".join(f"{said.id} {said.speaker.capitalize()}: {said.text}" for said in utterances),
        "told": _told(cell),
    }


def _told(cell: Cell) -> str:
    """What a told supervisor is told, each intended mistake with its corrections; nothing for another one."""
    if cell.told is None:
        return ""
    if not cell.told:
        return render(cell.prompts["told_none"], role="supervisor", fields={}) + "\n"
    parts = [
        {"told_name": one["name"], "told_corrections": " ".join(one["corrections"])} for one in cell.told
    ]
    return "\n".join(render(cell.prompts["told"], role="supervisor", fields=one) + "\n" for one in parts)


def supervisor_messages(cell: Cell, step: str, fields: dict, *, role: str = "supervisor") -> list[dict]:
    # The guideline, then the session: what stays the same comes first, so that servers can keep it.
    stance = "supervisor_balanced" if is_balanced(cell) else "supervisor"
    system = render(cell.prompts[stance], role=role, fields=fields)
    if cell.examples and role == "supervisor":  # the refiner has the feedback itself to go by, and less room
        shown = "\n\n".join(f"Example {n}\n{text}" for n, text in enumerate(cell.examples, start=1))
        system += "\n\n" + render(cell.prompts["examples"], role=role, fields={"examples": shown})
    return [
        _system(_in_language(cell, role, system)),
        {"role": "user", "content": render(cell.prompts[step], role=role, fields=fields)},
    ]


def critic_messages(cell: Cell, utterances: list[Utterance], draft: str) -> list[dict]:
    """The same supervisor as for the whole session, while it goes on."""
    fields = supervisor_fields(cell, utterances)
    fields["transcript"] = fields["transcript"] or self_play.NOTHING_YET
    return supervisor_messages(cell, "critique", {**fields, "draft": draft})


def refiner_messages(cell: Cell, fields: dict, current: Feedback, checks: Checks) -> list[dict]:
    objections = [f"- {getattr(checks, name).reason}" for name in CHECKS if not getattr(checks, name).ok]
    more = {"feedback": _written(current), "objections": "\n".join(objections)}
    return supervisor_messages(cell, "refine", {**fields, **more}, role="refiner")


def validator_messages(
    cell: Cell, step: str, fields: dict, original: Feedback, refined: Feedback | None = None
) -> list[dict]:
    seen = {
        "transcript": fields["transcript"],
        "feedback": _written(original),
        "original": _written(original),
    }
    if refined is not None:
        seen["refined"] = _written(refined)
    content = render(cell.prompts[step], role="validator", fields=seen)
    return [
        _system(render(cell.prompts["validator"], role="validator", fields={})),
        {"role": "user", "content": content},
    ]


def described(profile: dict) -> str:
    """The client's conceptualisation in plain sentences, without the field's own terms."""
    beliefs = [belief for group in profile.get("core_beliefs", {}).values() for belief in group]
    emotions = ", ".join(profile.get("emotions", []))
    about = ", ".join(
        str(part) for part in (profile.get("age"), profile.get("gender"), profile.get("culture")) if part
    )
    lines = [
        ("About you", about),
        ("Why you came", profile.get("presenting") or profile.get("problem")),
        ("Your life so far", profile.get("history")),
        ("What you think of yourself deep down", " ".join(beliefs)),
        ("Rules you live by", profile.get("intermediate_beliefs")),
        ("How you get by", profile.get("coping_strategies")),
        ("What happened lately", profile.get("situation")),
        ("What went through your mind", profile.get("automatic_thought")),
        ("What you felt", emotions),
        ("What you did", profile.get("behaviour")),
    ]
    return "\n".join(f"{label}: {text}" for label, text in lines if text)


def _system(content: str) -> dict:
    return {"role": "system", "content": content}


def _in_language(cell: Cell, role: str, text: str, prompt: str = "language") -> str:
    """The prompts are English; what is said in another language is told so once, and once more before each turn."""
    if not cell.language:
        return text
    said = render(cell.prompts[prompt], role=role, fields={"language": cell.language_name})
    return f"{text}\n\n{said}"


def _heard_by(speaker: str, utterances: list[Utterance]) -> list[dict]:
    """The conversation as one of the two heard it: own turns in the shape that is asked of it."""
    return [
        {"role": "assistant", "content": json.dumps({"text": said.text}, ensure_ascii=False)}
        if said.speaker == speaker
        else {"role": "user", "content": said.text}
        for said in utterances
    ]


def _reminded(cell: Cell, role: str, heard: list[dict], fields: dict) -> list[dict]:
    """Who is asked, said once more after the last words heard: a small model that only answers them soon echoes
    the other one or takes the other's part.
    """
    text = cell.prompts.get(f"{role}_turn")  # a run that was planned before there was one has none
    if text is None:
        return heard
    asked = _in_language(cell, role, render(text, role=role, fields=fields), "language_turn")
    last = f"{heard[-1]['content']}\n\n{asked}"
    return [*heard[:-1], {**heard[-1], "content": last}]


def _style(styles: str, style: str) -> str:
    ways = _lines(styles)
    return ways.get(style) or ways["plain"]


def _lines(text: str) -> dict[str, str]:
    """A prompt that says one thing for each level: {level: words}."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _written(feedback: Feedback) -> str:
    return json.dumps(feedback.model_dump(), ensure_ascii=False)


def uses(factors: dict, positive: bool) -> Uses:
    prompts = {"opening", "counsellor_turn", "client", "client_turn", "styles", "supervise", "validator", "validate",
               "schema"}  # fmt: skip
    roles = {"counsellor", "client", "supervisor", "validator"}
    arm = factors.get("counsellor", COUNSELLORS[0])
    # Nothing is intended where the counsellor is a normal one.
    mistakes = 0 if arm == "normal" else Mistakes(factors.get("mistakes", Mistakes.ONE)).n
    prompts.add(_counsellor_prompt(mistakes, positive))
    if arm == "supervised":
        prompts.update(self_play.PROMPTS)
    prompts.add("supervisor_balanced" if factors.get("supervisor") == "balanced" else "supervisor")
    if factors.get("supervisor") == "told":
        prompts.add("told" if mistakes else "told_none")
    if factors.get("examples", EXAMPLES[0]) != EXAMPLES[0]:
        prompts.add("examples")
    if factors.get("novice", NOVICE[0]) == "yes":
        prompts.update(novice.PROMPTS)
        roles.add("novice")
    if factors.get("refinements") != "0":
        prompts |= {"compare", "refine"}
        roles.add("refiner")
    if factors.get("resistance", OWN) != OWN:
        prompts |= {"resistance", "resistances"}
    if factors.get("language", LANGUAGES[0]) != LANGUAGES[0]:
        prompts |= {"language", "language_turn"}
    return Uses(frozenset(prompts), frozenset(roles))


def calls(levels: dict) -> tuple[int, int]:
    """Two for each exchange, more where the counsellor is supervised; then the feedback, its check, its refinement, and
    the novice's three answers.
    """
    is_supervised = levels.get("counsellor") == "supervised"
    after = 2 + 3 * (levels.get("novice") == "yes")
    refined = 2 * int(levels.get("refinements", MOST_REFINEMENTS))
    least = EXCHANGES[0] * (2 + is_supervised) + after
    return least, EXCHANGES[-1] * (2 + 2 * is_supervised) + after + refined


RECIPE = Recipe(
    called=Words(
        _("Supervised session"),
        _("A counsellor and a client talk; a supervisor says what went wrong, why, and what to do instead."),
    ),
    make=make,
    roles=("counsellor", "client", "supervisor", "validator", "refiner"),
    sees=SEES,
    sampling=SAMPLING,
    calls=calls,
    arm="counsellor",
    steps={"counsellor": "counsellor", "critique": "counsellor", "revise": "counsellor", "client": "client"},
    continues=True,
    prompts=("counsellor", "counsellor_well", "opening", "counsellor_turn", "client", "client_turn", "styles",
             "supervisor", "supervise", "told", "validator", "validate", "compare", "refine", "schema"),
    more_prompts=("counsellor_several", "counsellor_free", "resistance", "resistances", "language",
                  "language_turn", "told_none", "supervisor_balanced", "examples", *self_play.PROMPTS,
                  *novice.PROMPTS),
    parameters={
        "supervisor": ("untold", "told", "balanced"),
        "refinements": tuple(str(n) for n in range(MOST_REFINEMENTS, -1, -1)),
    },
    factors={"style": STYLES, "resistance": RESISTANCE, "language": LANGUAGES, "mistakes": MISTAKES,
             "counsellor": COUNSELLORS, "novice": NOVICE, "examples": EXAMPLES},
    uses=uses,
    texts=lambda content: [said["text"] for said in content["utterances"]],
)  # fmt: skip
