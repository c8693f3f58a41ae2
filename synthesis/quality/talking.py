"""What is wrong with a session as a talk between two people: found by rules, kind by kind, with the turns."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from synthesis.quality import languages, leaking, parts, repeating
from synthesis.quality.sessions import SPEAKERS, Session, session_of

# A talk of fewer turns shows nobody anything.
LEAST_TURNS = 4
MOST_PLACES = 6
KINDS = {
    "incomplete": _("fewer than four turns, or only one speaks"),
    "loops": _("a turn runs in a loop"),
    "repeats_itself": _("a speaker repeats an earlier turn of its own"),
    "echoes_partner": _("a speaker says again what the other one said"),
    "out_of_part": _("a speaker takes the other’s part, tells of the scene, or says that it is a machine"),
    "echoes_prompt": _("a turn recites its instructions or the description of the client"),
    "not_speech": _("a turn holds markup, an address or brackets to fill in"),
    "breaks_language": _("a turn is in another language"),
    "feedback_loops": _("the supervisor’s words run in a loop"),
    "stage_direction": _("a turn holds a stage direction"),
}
# How many turns (or parts of the feedback) of a kind it takes until a person should look before reviewers do. One
# repeated turn happens to people too; a stage direction alone is no reason.
HOLDS = {
    "incomplete": 1, "loops": 1, "repeats_itself": 2, "echoes_partner": 2, "out_of_part": 1, "echoes_prompt": 1,
    "not_speech": 1, "breaks_language": 1, "feedback_loops": 1,
}  # fmt: skip


def problems(
    session: Session, *, prompts: Iterable[str] = (), descriptions: Iterable[str] = ()
) -> dict[str, list]:
    """{kind: ids of the turns, or parts of the feedback}; kinds of which there is nothing are left out."""
    own, echoes = repeating.repeated(session)
    speaking = {turn["speaker"] for turn in session.utterances}
    is_short = session.is_talk and (
        len(session.utterances) < LEAST_TURNS or not speaking.issuperset(SPEAKERS)
    )
    found = {
        "incomplete": [turn["id"] for turn in session.utterances] or [0] if is_short else [],
        "loops": repeating.looping(session),
        # Replies to one and the same thing are no turns of a talk.
        "repeats_itself": own if session.is_talk else [],
        "echoes_partner": echoes,
        "out_of_part": parts.lost(session),
        "echoes_prompt": leaking.recited(session, prompts, descriptions),
        "not_speech": leaking.not_speech(session),
        "breaks_language": languages.strange(session.utterances, session.language),
        "feedback_loops": repeating.looping_feedback(session.feedback),
        "stage_direction": leaking.directions(session),
    }
    return {kind: where for kind, where in found.items() if where}


def ends(text: str) -> bool:
    """Whether a turn stops at an end of a sentence."""
    return text.rstrip("\"'”’)»* ")[-1:] in ".!?…。！？।؟۔։።"


def reasons(found: dict[str, list]) -> list[str]:
    """Why a person should look at the session before reviewers do, a sentence for each kind; empty: nothing."""
    return [
        _sentence(kind, where)
        for kind, where in found.items()
        if len(where) >= HOLDS.get(kind, len(where) + 1)
    ]


def reasons_to_hold(
    content: dict, *, language: str = "en", prompts: Iterable[str] = (), descriptions: Iterable[str] = (),
    recipe: str = "",
) -> list[str]:  # fmt: skip
    """`reasons` of an instance's content; none where it is no talk. `prompts`: texts of the run's prompts;
    `descriptions`: what was given to be played, of the client and of the mistake.
    """
    if "utterances" not in content:
        return []
    session = session_of(content, language=language, recipe=recipe)
    return reasons(problems(session, prompts=prompts, descriptions=descriptions))


def _sentence(kind: str, where: list) -> str:
    label = str(KINDS[kind])
    if kind == "incomplete":
        return label[0].upper() + label[1:] + "."
    places = ", ".join(map(str, where[:MOST_PLACES])) + (" …" if len(where) > MOST_PLACES else "")
    if kind == "feedback_loops":
        return f"{label[0].upper()}{label[1:]}: {places}."
    said = ngettext("turn %(places)s", "turns %(places)s", len(where)) % {"places": places}
    return f"{label[0].upper()}{label[1:]}: {said}."
