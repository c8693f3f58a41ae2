"""A session in which a mistake is made (or none), what a supervisor finds in it, and the refinement of that.

After the published pipeline (arXiv 2508.09042) with these differences: the counsellor never sees the
correction, the client's style is passed and the client reacts, the supervisor may find several mistakes or
none, need not be told the intended one, and answers in a checked shape.
"""

import json

from synthesis.checks import quotes_not_found
from synthesis.prompting import render
from synthesis.recipes.cell import Cell, Recipe
from synthesis.shapes.dialogue import (
    CHECKS,
    MOST_UTTERANCES,
    Checks,
    Feedback,
    Refinement,
    SupervisedDialogue,
    Turn,
    Utterance,
    feedback_shape,
)

EXCHANGES = (5, 6, MOST_UTTERANCES // 2)
MOST_REFINEMENTS = 3  # a run may ask for fewer, where the model is slow


async def make(cell: Cell, ask) -> SupervisedDialogue:
    utterances = await play(cell, ask)
    shape = feedback_shape(
        counsellor_turns=[said.id for said in utterances if said.speaker == "counsellor"],
        mistakes=[mistake["key"] for mistake in cell.guideline],
    )
    fields = supervisor_fields(cell, utterances)
    original = await ask("supervisor", "supervise", supervisor_messages(cell, "supervise", fields), shape)
    feedback, refinement = await refine(cell, ask, shape, fields, original)
    return SupervisedDialogue(
        client_name=cell.client_name,
        utterances=utterances,
        feedback=Feedback.model_validate(feedback.model_dump()),
        supervisor=cell.parameters["supervisor"],
        refinement=refinement,
        manual_check=quotes_not_found(feedback.model_dump(), [said.model_dump() for said in utterances]),
    )


async def play(cell: Cell, ask) -> list[Utterance]:
    """Five to seven exchanges; each of the two hears the other as the partner of a conversation."""
    utterances: list[Utterance] = []
    for exchange in range(1, cell.draw().choice(EXCHANGES) + 1):
        for speaker, messages in (("counsellor", counsellor_messages), ("client", client_messages)):
            turn = await ask(speaker, f"{speaker} {exchange}", messages(cell, utterances), Turn)
            utterances.append(Utterance(id=len(utterances) + 1, speaker=speaker, text=turn.text))
    return utterances


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
    name = "counsellor_well" if cell.positive else "counsellor"
    fields = {"mistake_name": cell.intended["name"], "mistake_shows": cell.intended["shows"]}
    system = render(cell.prompts[name], role="counsellor", fields=fields)
    opening = {"role": "user", "content": cell.prompts["opening"].strip()}
    heard = [opening, *_heard_by("counsellor", utterances)]
    return [_system(system), *(_reminded(cell, "counsellor", heard, fields) if utterances else heard)]


def client_messages(cell: Cell, utterances: list[Utterance]) -> list[dict]:
    fields = {
        "client_name": cell.client_name,
        "client_description": described(cell.profile),
        "client_style": _style(cell.prompts["styles"], cell.style),
    }
    system = render(cell.prompts["client"], role="client", fields=fields)
    return [_system(system), *_reminded(cell, "client", _heard_by("client", utterances), fields)]


def supervisor_fields(cell: Cell, utterances: list[Utterance]) -> dict:
    fields = {
        "guideline": "\n".join(f"- {m['key']}: {m['name']}. {m['shows']}" for m in cell.guideline),
        "transcript": "\n".join(f"{said.id} {said.speaker.capitalize()}: {said.text}" for said in utterances),
        "told": "",
    }
    if cell.told:
        about = {"told_name": cell.told["name"], "told_corrections": " ".join(cell.told["corrections"])}
        fields["told"] = render(cell.prompts["told"], role="supervisor", fields=about) + "\n"
    return fields


def supervisor_messages(cell: Cell, step: str, fields: dict, *, role: str = "supervisor") -> list[dict]:
    # The guideline, then the session: what stays the same comes first, so that servers can keep it.
    system = render(cell.prompts["supervisor"], role=role, fields=fields)
    return [
        _system(system),
        {"role": "user", "content": render(cell.prompts[step], role=role, fields=fields)},
    ]


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
    last = f"{heard[-1]['content']}\n\n{render(text, role=role, fields=fields)}"
    return [*heard[:-1], {**heard[-1], "content": last}]


def _style(styles: str, style: str) -> str:
    ways = dict(line.split(": ", 1) for line in styles.splitlines() if ": " in line)
    return ways.get(style) or ways["plain"]


def _written(feedback: Feedback) -> str:
    return json.dumps(feedback.model_dump(), ensure_ascii=False)


RECIPE = Recipe(
    make=make,
    roles=("counsellor", "client", "supervisor", "validator", "refiner"),
    prompts=("counsellor", "counsellor_well", "opening", "counsellor_turn", "client", "client_turn", "styles",
             "supervisor", "supervise", "told", "validator", "validate", "compare", "refine", "schema"),
    parameters={
        "supervisor": ("untold", "told"),
        "refinements": tuple(str(n) for n in range(MOST_REFINEMENTS, -1, -1)),
    },
    texts=lambda content: [said["text"] for said in content["utterances"]],
)  # fmt: skip
