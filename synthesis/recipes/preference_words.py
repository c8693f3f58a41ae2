"""Reply preferences in words: what roles and parameters are called, how a made one is told, and what a report measures of
it. Beside the recipe, which stays short enough to be read as its description.
"""

from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from synthesis.recipes.declaring import Measure, Part, Told, Words
from synthesis.shapes.preference import CLOSE, ORDER, PRINCIPLES, SAFETY, SAME, TIE, UNRATED

CALLED = Words(
    _("Reply preference"),
    _("Several models answer one thing that a client said. Judges rate each answer on seven principles, and of two answers "
      "that are far enough apart the better one is preferred."),
)  # fmt: skip
NAMES = {
    "empathy": _("empathy"),
    "relevance": _("relevance"),
    "clarity": _("clarity"),
    "safety": _("safety"),
    "exploration": _("self-exploration"),
    "autonomy": _("autonomy"),
    "staging": _("stage of change"),
}
ROLES = {
    **{f"reply-{n}": format_lazy(_("writer of replies, place {n} of the pool"), n=n) for n in range(1, 21)},
    **{f"judge-{n}": format_lazy(_("judge {n} of replies"), n=n) for n in range(1, 4)},
}
WHY_NOT = {
    TIE: _("a tie: rated alike on the whole"),
    CLOSE: _("too close: the gap is smaller than asked for"),
    ORDER: _("a tie: which is better hangs on which was read first"),
    SAME: _("the same words"),
    UNRATED: _("no judge read both"),
}
KEPT = "kept"
OUTCOMES = {KEPT: _("kept as a pair"), **WHY_NOT}
RESULTS = {
    "pairs": _("at least one pair was kept"),
    "none": _("rated, and no pair was kept"),
    "unrated": _("no judge could rate the replies"),
}
_WEIGHTS = {
    "1": _("counts once"), "2": _("counts twice"), "3": _("counts three times"), "0.5": _("counts half"),
    "0": _("does not count"),
}  # fmt: skip
WORDS = {
    "replies": Words(
        _("Replies to each client"),
        _("Each by another model, as long as the pool has so many different ones."),
    ),
    "pool": Words(
        _("Places of the pool"),
        _(
            "The models that write are drawn from so many places, anew for each client. Who writes at which is chosen "
            "in the settings; a place of which nothing is said is the usual model’s."
        ),
    ),
    "judges": Words(
        _("Judges"), _("Each rates the replies alone; a gap is the mean over those who read both.")
    ),
    "readings": Words(
        _("Readings of each judge"),
        _(
            "A second one shows the replies in the reverse order. Who prefers another reply then prefers neither."
        ),
        {"2": _("two: in one order, and in its reverse"), "1": _("one, in a drawn order")},
    ),
    "own_replies": Words(
        _("Does a judge rate replies of its own model?"),
        _("Models tend to rate their own words higher. Where it happens, it is marked and counted."),
        {
            "unless-alone": _("no, unless one model plays everybody"),
            "never": _("no, never"),
            "always": _("yes"),
        },
    ),
    "gap_on": Words(
        _("What the gap between two replies is taken of"),
        _(
            "Published pairs were kept from a gap of 1 on; whether of the mean or of the sum, is told in two ways."
        ),
        {"mean": _("the weighted mean of the principles"), "sum": _("their weighted sum")},
    ),
    "margin": Words(
        _("Smallest gap that makes a pair"),
        _(
            "Two replies that are closer make none; they are counted. With 0 every difference counts, and a tie does not."
        ),
    ),
    **{
        f"weight_{p}": Words(
            format_lazy(_("Weight of: {principle}"), principle=NAMES[p]),
            _("It always counts.") if p == SAFETY else "",
            {level: words for level, words in _WEIGHTS.items() if p != SAFETY or level != "0"},
        )
        for p in PRINCIPLES
    },
    "shown": Words(
        _("Which pair reviewers compare"),
        _("Where no pair was kept they compare two replies that were drawn."),
        {
            "drawn": _("one that is drawn"),
            "widest": _("the one with the widest gap"),
            "closest": _("the one with the smallest gap"),
        },
    ),
}


def held_back(content: dict) -> list[str]:
    """Why a person looks before reviewers do. Stored with the instance, so in the words of no language but ours."""
    found = []
    if flat := dict.fromkeys(one["judge"] for one in content["ratings"] if one["flat"]):
        found.append(f"The same score for everything: {', '.join(flat)} told no reply from another.")
    if not content["ratings"]:
        found.append("No judge rated the replies: each would have rated those of its own model.")
    found += [
        f"Reply {pair['chosen']} is preferred to reply {pair['rejected']} and is rated less safe."
        for pair in content["pairs"]
        if pair["safety_inversion"]
    ]
    if content["texts"]["a"].split() == content["texts"]["b"].split():
        found.append("The replies say the same words: there is nothing to compare.")
    return found


def told(content: dict) -> Told:
    """After what the client said: the replies, what was preferred and what not, which two are compared, and the ratings."""
    return Told(after=[_replies(content), *_preferred(content), *_ratings(content)])


def _replies(content: dict) -> Part:
    lines = []
    for one in content["replies"]:
        lines.append((_now("Reply %(n)s (%(model)s):") % {"n": one["n"], "model": one["model"]}, one["text"]))
        if one["scores"]:
            lines.append((_now("Rated:"), _scores(one["scores"])))
    return Part(_now("The replies"), lines)


def _scores(scores: dict[str, float]) -> str:
    return " · ".join(f"{NAMES[p]} {scores[p]:g}" for p in PRINCIPLES if p in scores)


def _preferred(content: dict) -> list[Part]:
    rule, compared = content["rule"], content["compared"]
    lines = [("", _now("From a gap of %(margin)g on, in the %(on)s of the principles.") % {
        "margin": rule["margin"], "on": _now("weighted mean") if rule["on"] == "mean" else _now("weighted sum"),
    })]  # fmt: skip
    for pair in content["pairs"]:
        words = _now("Reply %(chosen)s rather than reply %(rejected)s, by %(gap)g.") % pair
        if pair["worse_on"]:
            worse = ", ".join(str(NAMES[p]) for p in pair["worse_on"])
            words += " " + _now("It is rated lower on: %s.") % worse
        lines.append(("⚑" if pair["safety_inversion"] else "", words))
    for one in content["dropped"]:
        two = {"a": one["replies"][0], "b": one["replies"][1], "why": WHY_NOT[one["why"]]}
        lines.append(("", _now("Reply %(a)s and reply %(b)s: %(why)s.") % two))
    shown = _now("Reviewers compare reply %(a)s and reply %(b)s.") % compared
    return [Part(_now("What the judges prefer"), [*lines, ("", shown)])]


def _ratings(content: dict) -> list[Part]:
    lines = []
    for one in content["ratings"]:
        about = _now("%(judge)s (%(model)s), reading %(reading)s, in the order %(order)s.") % {
            "judge": str(ROLES.get(one["judge"], one["judge"])).capitalize(), "model": one["model"],
            "reading": one["reading"], "order": ", ".join(map(str, one["order"])),
        }  # fmt: skip
        if one["own"]:
            about += " " + _now("Its own model wrote %(n)s of them.") % {"n": one["own"]}
        if one["flat"]:
            about += " " + _now("It gave the same score for everything.")
        lines.append(("", about))
        for n, scores, why in zip(one["order"], one["scores"], one["why"], strict=True):
            lines.append((_now("Reply %s:") % n, f"{_scores(scores)}. {why}"))
    return [Part(_now("Every rating"), lines)] if lines else []


def _result(content: dict) -> list[str]:
    return ["pairs" if content["pairs"] else "none" if content["ratings"] else "unrated"]


def _outcomes(content: dict) -> list[str]:
    return [KEPT] * len(content["pairs"]) + [one["why"] for one in content["dropped"]]


def _gaps(content: dict) -> list[float]:
    return [
        round(one["gap"], 2) for one in (*content["pairs"], *content["dropped"]) if one["gap"] is not None
    ]


def _wins(content: dict) -> list[tuple[str, float]]:
    """Of every two that were rated: 1 for the model of the preferred one, 0 for the other, a half each where neither is."""
    models = {one["n"]: one["model"] for one in content["replies"]}
    found = []
    for pair in content["pairs"]:
        found += [(models[pair["chosen"]], 1.0), (models[pair["rejected"]], 0.0)]
    for one in content["dropped"]:
        if one["gap"] is not None:
            found += [(models[n], 0.5) for n in one["replies"]]
    return found


def _by_principle(content: dict) -> list[tuple[str, float]]:
    return [(p, score) for one in content["replies"] for p, score in one["scores"].items()]


def _by_place(content: dict) -> list[tuple[str, float]]:
    return [
        (str(place), sum(scores.values()) / len(scores))
        for rating in content["ratings"]
        for place, scores in enumerate(rating["scores"], start=1)
    ]


def _turned(content: dict) -> list[str]:
    """Of every two that one judge read twice, whether it preferred the other one the second time."""
    found = []
    for judge in dict.fromkeys(one["judge"] for one in content["ratings"]):
        read = [one for one in content["ratings"] if one["judge"] == judge]
        if len(read) == 2:
            first, second = ({n: sum(s.values()) for n, s in zip(one["order"], one["scores"], strict=True)}
                             for one in read)  # fmt: skip
            twos = [(a, b) for a in first for b in first if a < b]
            found += [
                "turned" if (first[a] - first[b]) * (second[a] - second[b]) < 0 else "kept" for a, b in twos
            ]
    return found


MEASURES = (
    Measure(
        "results", "rate", _("What became of each client’s replies"), _result,
        _("Where no pair is kept, reviewers compare two replies all the same."), RESULTS,
        {"unrated": (0.0, _("clients have replies that no judge could rate"))},
    ),
    Measure(
        "twos", "share", _("Two replies to one client"), _outcomes,
        _("What became of every two. Ties make no pair, and are counted here. Twos of one client hang together, so the "
          "intervals are narrower than they should be."), OUTCOMES,
        {SAME: (0.1, _("twos of replies say the same words")), ORDER: (0.2, _("twos are ties because of the order"))},
    ),
    Measure("gaps", "number", _("Gap between two replies"), _gaps,
            _("Of all that were rated, kept or not; of the mean or the sum, as the run asks.")),
    Measure(
        "inversions", "share", _("Is the preferred reply the safer one?"),
        lambda content: ["inverted" if pair["safety_inversion"] else "not" for pair in content["pairs"]],
        _("A mean hides it: where the preferred one is rated less safe, the session is held back for a person."),
        {"inverted": _("the preferred one is rated less safe"), "not": _("it is as safe, or safer")},
        {"inverted": (0.05, _("preferred replies are rated less safe than the other"))},
    ),
    Measure("wins", "means", _("How often each model is preferred"), _wins,
            _("Of every two that were rated with one of its replies; a tie counts half to each. By this measure models are "
              "alike at 0.5.")),
    Measure("principles", "means", _("Scores on each principle"), _by_principle,
            _("From 1 to 5. Judges who give all the same height tell nothing apart."), NAMES),
    Measure("places", "means", _("Scores by the place at which a reply was read"), _by_place,
            _("The order is drawn: places that differ show a judge that goes by the order.")),
    Measure(
        "turned", "share", _("Does the order decide?"), _turned,
        _("Of every two that a judge read in both orders, by the plain sum of its scores."),
        {"turned": _("the other one is preferred in the reverse order"), "kept": _("not")},
        {"turned": (0.25, _("twos are judged the other way round in the reverse order"))},
    ),
    Measure(
        "flat", "rate", _("Judges that tell nothing apart"),
        lambda content: ["flat"] if any(one["flat"] for one in content["ratings"]) else [],
        _("A judge that gave the same score for everything. Such a session is held back for a person."),
        {"flat": _("the same score for everything")},
        {"flat": (0.05, _("clients have a judge that gave the same score for everything"))},
    ),
    Measure(
        "own", "rate", _("Judges of their own replies"),
        lambda content: ["own"] if any(one["own"] for one in content["ratings"]) else [],
        _("Replies that were rated by the model that wrote them."),
        {"own": _("rated by the model that wrote it")},
        {"own": (0.0, _("clients have replies that their own model rated"))},
    ),
)  # fmt: skip
