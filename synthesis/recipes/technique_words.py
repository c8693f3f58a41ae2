"""A technique session in words: what its agents, factors and parts are called, how a made one is told, and what a report
measures of it. Beside the recipe, which stays short enough to be read as its description.
"""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from synthesis.recipes.declaring import Measure, Part, Told, Words

CALLED = Words(
    _("Technique session"),
    _("A session of cognitive behavioural work: one plans it, five suggest what to say next, each in one way, one chooses "
      "among the ways, and one writes the turn."),
)  # fmt: skip
ROLES = {
    "planner": _("planner of the session"),
    "technique": _("the five who suggest"),
    "selector": _("who chooses among the ways of answering"),
    "writer": _("writer of the counsellor’s turns"),
}
MOVES = {
    "reflection": _("Reflecting"),
    "questioning": _("Questioning"),
    "solutions": _("Working towards solutions"),
    "normalising": _("Normalising"),
    "psychoeducation": _("Explaining"),
}
TECHNIQUES = {
    "usefulness-of-a-thought": _("usefulness of a thought"),
    "responsibility-pie": _("responsibility pie"),
    "alternative-perspective": _("alternative perspective"),
    "decatastrophising": _("decatastrophising"),
    "pros-and-cons": _("pros and cons"),
    "weighing-evidence": _("weighing the evidence"),
    "reality-testing": _("reality testing"),
    "continuum": _("continuum"),
    "rules-into-wishes": _("rules into wishes"),
    "behavioural-experiment": _("behavioural experiment"),
    "problem-solving": _("problem solving"),
    "graded-exposure": _("graded exposure"),
}
AGENTS = ("all", "no-planner", "no-selector", "neither", "single-planned", "single")
ATTITUDES = ("neutral", "open", "doubtful")
ENDINGS = {
    "enough": _("the client had enough for today"),
    "leave": _("the client did not want to go on"),
    "limit": _("the time was up: the client would have gone on"),
    "not_recorded": _("not recorded"),
}
WORDS = {
    "agents": Words(
        _("Who works together"),
        _("To compare them, tick more than one: the same clients then have a session with each."),
        {
            "all": _("all: planner, five who suggest, selector, writer"),
            "no-planner": _("without the planner"),
            "no-selector": _("without the selector: the writer has all five suggestions"),
            "neither": _("without planner and selector"),
            "single-planned": _("one counsellor alone, with a plan"),
            "single": _("one counsellor alone, without a plan"),
        },
    ),
    "attitude": Words(
        _("How the client meets the counselling"),
        _("Each client is played once for every attitude that you tick."),
        {
            "neutral": _("waits and sees"),
            "open": _("wants it to help"),
            "doubtful": _("doubts that it helps"),
        },
    ),
    "technique": Words(
        _("Technique of the session"),
        _(
            "The planner chooses among a few that are drawn for each session; or tick those that it is to plan with."
        ),
        {"chosen": _("the planner chooses"), **TECHNIQUES},
    ),
    "exchanges": Words(
        _("Exchanges after the opening, at most"),
        _(
            "A session ends when the client says that it is enough, or at this number; the last one is to take leave."
        ),
    ),
    "offered": Words(
        _("Techniques that the planner may choose from in one session"),
        _(
            "Drawn anew for each session, so that the planner cannot always take its favourite. With 12 it can."
        ),
    ),
}


def held_back(content: dict) -> list[str]:
    """A client that ends before anything could happen: a person looks before reviewers do. Stored with the session, so
    in the words of no language but ours.
    """
    ending = content["ending"]
    if not ending["early"]:
        return []
    return [f"The client ended the session in exchange {ending['exchange']}, before there was any work."]


def told(content: dict) -> Told:
    """The plan before the turns, the suggestions behind each, the ending after them."""
    behind = {turn["utterance"]: _behind(turn) for turn in content["turns"] if turn["candidates"]}
    return Told(before=_plan(content.get("plan")), behind=behind, after=[_ending(content)])


def _plan(plan: dict | None) -> list[Part]:
    if not plan:
        return []
    others = ", ".join(_called(key) for key in plan["offered"] if key != plan["technique"])
    lines = [(_now("Technique:"), _called(plan["technique"]))]
    if others:
        lines.append((_now("It could also have chosen:"), others))
    if plan["understanding"]:
        lines.append((_now("What keeps the trouble going:"), plan["understanding"]))
    steps = [(f"{n}.", step) for n, step in enumerate(plan["steps"], start=1)]
    return [Part(_now("The plan"), [*lines, *steps])]


def _called(technique: str) -> str:
    return str(TECHNIQUES.get(technique, technique))


def _behind(turn: dict) -> Part:
    chosen = ", ".join(str(MOVES[move]).lower() for move in turn["moves"])
    title = _now("Behind this turn: five suggestions; chosen: %s") % chosen if chosen else (
        _now("Behind this turn: five suggestions, all given to the writer")
    )  # fmt: skip
    lines = [(_now("Why:"), turn["why"])] if turn["why"] else []
    for one in turn["candidates"]:
        mark = "✓ " if one["move"] in turn["moves"] else ""
        lines.append((f"{mark}{MOVES[one['move']]}:", one["text"]))
    return Part(title, lines)


def _ending(content: dict) -> Part:
    ending = content["ending"]
    how = str(ENDINGS[ending["how"]])
    when = _now("after %(n)d of at most %(of)d exchanges") % {"n": ending["exchange"], "of": ending["of"]}
    lines = [("", f"{how[0].upper()}{how[1:]}, {when}.")]
    lines += [("", sentence) for sentence in content["manual_check"]]
    return Part(_now("How it ended"), lines)


def _moves_of(content: dict) -> list[str]:
    return [move for turn in content["turns"] for move in turn["moves"]]


MEASURES = (
    Measure(
        "techniques", "spread", _("Techniques of the plans"),
        lambda content: [content["plan"]["technique"]] if content.get("plan") else [],
        _("How evenly the plans are spread over the twelve techniques."), TECHNIQUES,
    ),
    Measure(
        "moves", "spread", _("Ways of answering that were chosen"), _moves_of,
        _("How often the selector chose each; a turn may have up to three."), MOVES,
    ),
    Measure(
        "endings", "rate", _("How sessions end"), lambda content: [content["ending"]["how"]],
        _("Where nearly all end because the time is up, the client never finds that it is enough."), ENDINGS,
        {"limit": (0.9, _("sessions ended only because the time was up"))},
    ),
    Measure(
        "early", "rate", _("Sessions that end too soon"),
        lambda content: ["early"] if content["ending"]["early"] else [],
        _("The client ended before there was any work. Such a session is held back for a person."),
        {"early": _("ended too soon")},
        {"early": (0.1, _("sessions ended before there was any work"))},
    ),
    Measure("exchanges", "number", _("Exchanges of a session"), lambda content: [content["ending"]["exchange"]]),
    Measure(
        "moves_of_a_turn", "number", _("Ways chosen for one turn"),
        lambda content: [len(turn["moves"]) for turn in content["turns"] if turn["moves"]],
    ),
)  # fmt: skip
