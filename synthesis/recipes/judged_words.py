"""A judged reply in words: what its agents and parameters are called, how a made one is told, and what a report measures of
it. Beside the recipe, which stays short enough to be read as its description.
"""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from synthesis.recipes.declaring import Measure, Part, Told, Words
from synthesis.shapes.judged import DIMENSIONS, LEVELS, NOT_NEEDED, Rating

CALLED = Words(
    _("Judged reply"),
    _("A reply to one message. A judge rates it on seven dimensions; where it falls short, a critic says what is wrong, a "
      "coach what to do about it, and it is written anew."),
)  # fmt: skip
ROLES = {
    "therapist": _("who replies, and writes the reply anew"),
    "judge": _("judge of the replies"),
    "critic": _("critic of the replies"),
    "coach": _("coach of whoever replies"),
    "rater": _("rater who took no part"),
}
NAMES = {
    "guidance": _("Guidance"),
    "informativeness": _("Informativeness"),
    "relevance": _("Relevance"),
    "safety": _("Safety"),
    "empathy": _("Empathy"),
    "helpfulness": _("Helpfulness"),
    "understanding": _("Understanding"),
}
ENDS = {
    "not_needed": _("the first reply was good enough"),
    "enough": _("written anew until it was good enough"),
    "limit": _("not good enough after the last attempt"),
    "no_criticism": _("the critic did not criticise, so nothing was written anew"),
    "imported": _("not recorded"),
}
OUTCOMES = {
    "taken": _("taken"),
    "safety": _("refused: it scored lower on safety"),
    "overall": _("refused: it did not score higher on the whole"),
    "no_criticism": _("not written: the critic did not criticise"),
}
# The ends of the ways that a rater who took no part compares.
WAYS = {
    "rewritten": _("written anew after criticism"),
    "regenerated": _("plainly written again"),
    "unchanged": _("not changed, rated once more"),
}
WORDS = {
    "rewrites": Words(
        _("Attempts to write a reply better, at most"),
        _("An attempt is taken only if it scores higher on the whole and not lower on safety."),
        {"3": _("three"), "2": _("two"), "1": _("one"), "0": _("none: replies are only judged")},
    ),
    "trigger": Words(
        _("When a reply is worked on"),
        _("In any case where its safety is rated 3 or lower."),
        {
            "3": _("when its mean is 3 or lower"),
            "3.5": _("when its mean is 3.5 or lower"),
            "4": _("when its mean is 4 or lower"),
            "always": _("always, whatever its scores"),
        },
    ),
    "controls": Words(
        _("Measure what criticism does?"),
        _("The same replies are also plainly written again, and rated once more without a change; a rater who took no part "
          "then rates each."),
        {"no": _("no"), "yes": _("yes, with both comparisons")},
    ),
}  # fmt: skip


def held_back(ratings: list[Rating], last: Rating) -> list[str]:
    """What a person should look at first: a judge that tells nothing apart, and a reply that stands and may do harm. Stored
    with the reply, so in the words of no language but ours.
    """
    found = []
    if all(is_flat(one.scores) for one in ratings):
        scores = ", ".join(str(one.safety.score) for one in ratings)
        found.append(
            f"The judge gave all seven dimensions the same score ({scores}): it tells nothing apart."
        )
    if last.safety.score <= 2:
        found.append(f"The judge gives the reply that stands {last.safety.score} of 5 for safety.")
    return found


def is_flat(scores: dict[str, int]) -> bool:
    return len(set(scores.values())) == 1


def said(content: dict) -> list[dict]:
    """What is measured as spoken: the replies that readers may see, not the message."""
    texts = [content["reply"], content.get("rewrite")]
    return [{"id": n, "speaker": "counsellor", "text": text} for n, text in enumerate(texts, start=1) if text]


def told(content: dict) -> Told:
    """The reply with its scores, each attempt with what led to it, how it ended, and what a rater found of it all."""
    attempts = [_attempt(n, one) for n, one in enumerate(content["attempts"], start=1)]
    first = Part(_now("The reply"), [("", content["reply"]), *_rated(content.get("rating"))])
    own = [first, *_published(content.get("published")), *attempts, _end(content)]
    return Told(after=[*own, *_measured(content.get("controls"))])


def _rated(rating: dict | None) -> list[tuple[str, str]]:
    if not rating:
        return []
    lines = [
        (f"{NAMES[name]}: {rating[name]['score']}", rating[name]["why"])
        for name in DIMENSIONS
        if name in rating
    ]
    return [(_now("Mean: %s") % f"{mean(rating):.1f}", ""), *lines]


def _published(published: dict | None) -> list[Part]:
    if not published:
        return []
    scores = published["scores"] or {}
    lines = [(f"{NAMES[name]}:", str(scores[name])) for name in DIMENSIONS if name in scores]
    return [
        Part(
            _now("As published, by %s") % published["model"], lines or [("", _now("No rating is published."))]
        )
    ]


def _attempt(n: int, one: dict) -> Part:
    lines = [(f"{_now('Critic')}, {str(NAMES[p['dimension']]).lower()}:", _pointed(p)) for p in one["points"]]
    lines += [(f"{_now('Coach')}:", advice) for advice in one["instructions"]]
    if one["text"]:
        lines.append((f"{_now('Written anew')}:", one["text"]))
    if one["why"]:
        lines.append(("", one["why"]))
    title = _now("Attempt %(n)d: %(outcome)s") % {"n": n, "outcome": OUTCOMES[one["outcome"]]}
    return Part(title, [*lines, *_rated(one["rating"])])


def _pointed(point: dict) -> str:
    return f"{point['problem']} “{point['quote']}”" if point["quote"] else point["problem"]


def _end(content: dict) -> Part:
    n, end = len(content["attempts"]), str(ENDS[content["ended"]])
    tried = ngettext("%d attempt", "%d attempts", n) % n
    lines = [("", f"{end[0].upper()}{end[1:]} ({tried}).")]
    return Part(_now("How it ended"), lines + [("", sentence) for sentence in content["manual_check"]])


def _measured(controls: dict | None) -> list[Part]:
    """Means alone: the words that were only compared are found among the replies of the models."""
    if not controls:
        return []
    measured = controls["measured"]
    lines = [(f"{_now('the first reply')}:", f"{mean(measured['first']):.1f}")]
    lines += [(f"{words}:", f"{mean(measured[way]):.1f}") for way, words in WAYS.items() if measured[way]]
    return [Part(_now("What a rater says who took no part (means of seven)"), lines)]


def mean(rating: dict) -> float:
    scores = [one["score"] for one in rating.values()]
    return sum(scores) / len(scores)


def ratings_of(content: dict) -> list[dict]:
    """The judge's, of the first reply and of every attempt."""
    found = [content.get("rating"), *(one["rating"] for one in content["attempts"])]
    return [rating for rating in found if rating]


def change(content: dict, dimension: str) -> list[int]:
    """By how much the judge rates what stands higher than the first reply, of those that were worked on."""
    if content["ended"] == NOT_NEEDED or not content.get("rating"):
        return []
    last = content.get("rewrite_rating") or content["rating"]
    return [last[dimension]["score"] - content["rating"][dimension]["score"]]


def _changes(dimension: str) -> Measure:
    return Measure(
        f"change_{dimension}",
        "number",
        _("Change in score: %s") % NAMES[dimension].lower(),
        lambda content: change(content, dimension),
        _(
            "Of replies that were worked on: what stands at the end against the first, by the judge who chose them. "
            "Part of it is chance; the command measure_recovery says how much."
        ),
    )


def _invented(content: dict) -> list[str]:
    """Whether the critic quotes what the reply that it read does not hold."""
    read = content["reply"]
    for one in content["attempts"]:
        plain = " ".join(read.casefold().split())
        for point in one["points"]:
            if " ".join(point["quote"].casefold().split()) not in plain:
                return ["nowhere"]
        if one["outcome"] == "taken":
            read = one["text"]
    return []


MEASURES = (
    Measure(
        "ended", "rate", _("How the work on replies ends"), lambda content: [content["ended"]],
        _("A reply is worked on where it scores low; no more than so many attempts are made."),
        {name: words for name, words in ENDS.items() if name != "imported"},
        {"no_criticism": (0.1, _("replies were not written anew, as the critic did not criticise"))},
    ),
    Measure(
        "attempts", "rate", _("What becomes of attempts"),
        lambda content: [one["outcome"] for one in content["attempts"]],
        _("Share of replies with at least one attempt of each outcome."), OUTCOMES,
        {"safety": (0.2, _("replies have an attempt that scored lower on safety"))},
    ),
    Measure(
        "scores", "spread", _("Scores that the judge gives first replies"),
        lambda content: [str(one["score"]) for one in (content.get("rating") or {}).values()],
        _("How evenly they are spread over the scale, all seven dimensions together. A judge that gives the same to all "
          "tells nothing apart."),
        {str(level): str(level) for level in LEVELS},
    ),
    Measure(
        "flat", "rate", _("The same score in all seven dimensions"),
        lambda content: ["flat"] * any(
            is_flat({name: one["score"] for name, one in rating.items()}) for rating in ratings_of(content)
        ),
        _("Where each rating of a reply is so, it is held back for a person."),
        {"flat": _("rated the same in all seven")},
        {"flat": (0.2, _("replies were rated the same in all seven dimensions"))},
    ),
    Measure(
        "quotes", "rate", _("What the critic quotes"), _invented, "",
        {"nowhere": _("words that the reply does not hold")},
        {"nowhere": (0.3, _("replies are criticised for words that they do not hold"))},
    ),
    Measure("tries", "number", _("Attempts for one reply"), lambda content: [len(content["attempts"])]),
    *(_changes(dimension) for dimension in DIMENSIONS),
)  # fmt: skip
