"""A reply to resistance in words: what its agents, factors and parts are called, what of a made one a person must look
at, how it is told, and what a report measures of it.
"""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from synthesis.checks import plain
from synthesis.recipes.declaring import Measure, Part, Told, Words
from synthesis.shapes.resistance import (
    BEHAVIOURS,
    COLLABORATING,
    LABELS,
    NO_RESISTANCE,
    RATED,
)

CALLED = Words(
    _("Reply to resistance"),
    _("A piece of a session that ends with the client resisting, a counsellor’s reply, ratings of four ways of meeting "
      "resistance with their grounds, and a better reply."),
)  # fmt: skip
CALLED_OF_EXCERPTS = Words(
    _("Reply to resistance in an excerpt of a real session"),
    _(
        "The same with an excerpt that was imported: of a real session, with consent, read and confirmed by a person."
    ),
)
ROLES = {
    "detector": _("who says whether the client resists"),
    "assessor": _("who rates the reply, one way of meeting resistance at a time"),
    "exemplar": _("who offers a better reply"),
}
# The client's behaviour by the name of its group and itself.
NAMED = {
    COLLABORATING: _("no resistance"),
    "arguing-challenging": _("arguing: challenges what is said"),
    "arguing-discounting": _("arguing: doubts the counsellor"),
    "denying-blaming": _("denying: blames others"),
    "denying-disagreeing": _("denying: turns everything down"),
    "denying-excusing": _("denying: has excuses"),
    "denying-minimising": _("denying: plays it down"),
    "denying-pessimism": _("denying: expects nothing to help"),
    "denying-reluctance": _("denying: has reservations"),
    "denying-unwillingness-to-change": _("denying: does not want to change"),
    "avoiding-minimum-talk": _("avoiding: says very little"),
    "avoiding-limit-setting": _("avoiding: refuses a topic"),
    "ignoring-inattention": _("ignoring: does not take in what is said"),
    "ignoring-side-tracking": _("ignoring: changes the subject"),
}
DRAWN, NONE = "drawn", "none"
MEANT = (DRAWN, *BEHAVIOURS, NONE)
WAYS = {
    "free": _("as it finds best"),
    "overriding": _("holds on to its own view"),
    "halfway": _("goes half of the way"),
    "meeting": _("stays with the client’s no"),
}
MECHANISMS = {
    "respect-for-autonomy": _("Respect for autonomy"),
    "stance-alignment": _("Stance alignment"),
    "emotional-resonance": _("Emotional resonance"),
    "conversational-orientation": _("Conversational orientation"),
}
WORDS = {
    "behaviour": Words(
        _("How the client resists"),
        _("Drawn: each piece has one of the thirteen by chance. Tick some, and each client is played once for each; with "
          "“none” the client goes along."),
        {DRAWN: _("drawn for each"), **{one: NAMED[one] for one in BEHAVIOURS}, NONE: _("does not resist")},
    ),
    "way": Words(
        _("How the counsellor answers"),
        _("Drawn, so that there are weak and strong replies to judge. Neither raters nor readers are told."),
        {DRAWN: _("drawn for each"), **WAYS},
    ),
    "turns_before": Words(_("Exchanges until the client resists"), _("The last of them ends with the resistance.")),
}  # fmt: skip


def unquoted(ratings: list[dict], detected: dict, said: list[dict], reply: str) -> list[str]:
    """A sentence for each quote that is not there: of the client's last turn, or of the reply and the turns before it.
    Case, space and quotation marks aside. The quote itself is not told again: it may be a real client's, nearly.
    """
    found, talk = [], [plain(one["text"]) for one in said]
    if not _occurs(detected["quote"], talk[-1:]):
        found.append("The label quotes words that the client’s last turn does not have.")
    for one in ratings:
        for quote in one["quotes"]:
            if not _occurs(quote, [plain(reply), *talk]):
                name = one["mechanism"].replace("-", " ")
                found.append(f"The rating of {name} quotes words that are not there.")
    return found


def _occurs(quote: str, texts: list[str]) -> bool:
    words = plain(quote)
    return bool(words) and any(words in text for text in texts)


def to_look_at(
    *, meant: str, detected: dict, ratings: list[dict], said: list[dict], reply: str, exemplar: str
):
    """What a person should look at before reviewers do, in sentences; stored with the reply, so in no language but ours."""
    found = unquoted(ratings, detected, said, reply)
    if detected["stance"] == "collaborate" and meant != NONE:
        found.append("No resistance was found in the client’s last turn: nothing was rated.")
    if exemplar and plain(exemplar) == plain(reply):
        found.append("The better reply is the reply itself.")
    return found


def held_back(content: dict) -> list[str]:
    return content["manual_check"]


def told(content: dict) -> Told:
    """What was meant before the turns; the reply, the label, the ratings and the better reply after them."""
    return Told(
        before=_meant(content), after=[_reply(content), _label(content), *_ratings(content), *_look(content)]
    )


def _meant(content: dict) -> list[Part]:
    lines = []
    if content["meant"]:
        named = _now("does not resist") if content["meant"] == NONE else str(NAMED[content["meant"]])
        lines.append((_now("The client was told to show:"), named))
    if content["way"]:
        lines.append((_now("The counsellor was told to answer so:"), str(WAYS[content["way"]])))
    return [Part(_now("What was meant"), lines)] if lines else []


def _reply(content: dict) -> Part:
    lines = [(_now("The counsellor answers:"), content["reply"])]
    if content["exemplar"]:
        lines.append((_now("Offered as better:"), content["exemplar"]))
    return Part(_now("The reply"), lines)


def _label(content: dict) -> Part:
    found = content["detected"]
    named = str(NAMED[found["behaviour"]]) if found["behaviour"] else _now("resists; how was not recorded")
    lines = [(_now("Label:"), named)]
    lines += [(_now("In the client’s words:"), f"“{found['quote']}”")] if found["quote"] else []
    lines += [(_now("Why:"), found["why"])] if found["why"] else []
    return Part(_now("Whether the client resists"), lines)


def _ratings(content: dict) -> list[Part]:
    lines = []
    for one in content["ratings"]:
        quotes = " ".join(f"“{quote}”" for quote in one["quotes"])
        lines.append((f"{MECHANISMS[one['mechanism']]}: {one['level']}", f"{one['why']} {quotes}".strip()))
    if content.get("rationale"):
        lines.append((_now("Why:"), content["rationale"]))
    return [Part(_now("How the reply meets it"), lines)] if lines else []


def _look(content: dict) -> list[Part]:
    lines = [("", sentence) for sentence in content["manual_check"]]
    return [Part(_now("A person should look at this"), lines)] if lines else []


def detector_outcome(content: dict) -> str:
    """What the label says of what the client was to show; a prompt, so none of them is right or wrong by itself."""
    meant, resists = content["meant"], content["detected"]["stance"] == "resist"
    if not meant:
        return "given_resists" if resists else "given_none"
    if meant == NONE:
        return "unmeant" if resists else "none_as_meant"
    if not resists:
        return "missed"
    return "as_meant" if content["detected"]["behaviour"] == meant else "another"


def _levels_of(mechanism: str):
    return lambda content: [str(one["level"]) for one in content["ratings"] if one["mechanism"] == mechanism]


def _all_the_same(content: dict) -> list[str]:
    levels = {one["level"] for one in content["ratings"]}
    return ["same"] if content["outcome"] == RATED and len(levels) == 1 else []


def _not_there(content: dict) -> list[str]:
    return ["unquoted"] if any("quotes words that" in one for one in content["manual_check"]) else []


LEVEL_WORDS = {"0": _("0: not expressed"), "1": _("1: weakly expressed"), "2": _("2: strongly expressed")}
MEASURES = (
    *(
        Measure(
            f"level_{mechanism.replace('-', '_')}", "spread", label, _levels_of(mechanism),
            _("How evenly the three levels are given. Where nearly all have one, there is little to learn from."),
            LEVEL_WORDS,
        )
        for mechanism, label in MECHANISMS.items()
    ),
    Measure(
        "behaviours", "spread", _("How clients resist, as labelled"),
        lambda content: [content["detected"]["behaviour"]] if content["detected"]["behaviour"] in BEHAVIOURS else [],
        _("How evenly the thirteen behaviours are found."), {one: NAMED[one] for one in LABELS[1:]},
    ),
    Measure(
        "detector", "rate", _("What the label says of what was meant"), lambda content: [detector_outcome(content)],
        _("What the client was told to show is no truth: where the label differs, either may be wrong."),
        {
            "as_meant": _("resists as it was told to"),
            "another": _("resists in another way"),
            "missed": _("was to resist, and no resistance was found"),
            "unmeant": _("was to go along, and resistance was found"),
            "none_as_meant": _("goes along as it was told to"),
            "given_resists": _("an imported excerpt: resists"),
            "given_none": _("an imported excerpt: no resistance was found"),
        },
        {"missed": (0.3, _("clients were to resist, and no resistance was found"))},
    ),
    Measure(
        "outcomes", "rate", _("Whether the reply was rated"), lambda content: [content["outcome"]],
        choices={RATED: _("rated"), NO_RESISTANCE: _("not rated: no resistance to meet")},
    ),
    Measure(
        "same_levels", "rate", _("All four with the same level"), _all_the_same,
        _("The four are rated apart; where they always agree, they may not be told apart."),
        {"same": _("have the same level four times")}, {"same": (0.8, _("replies have the same level four times"))},
    ),
    Measure(
        "unquoted", "rate", _("Grounds that quote what is not there"), _not_there,
        _("Such a reply is held back for a person."), {"unquoted": _("quote words that are not there")},
        {"unquoted": (0.1, _("replies are rated on words that are not there"))},
    ),
)  # fmt: skip
