"""Of what leaves: what the draft does, edits, two texts compared, reviewers over time and beside each other, judges."""

from collections.abc import Iterator

from review.agreeing import named
from review.agreeing.figures import said
from review.agreeing.kept import Kept
from review.agreeing.telling import hidden
from review.judges import comparing

NOT_TOLD = "fewer sessions than are told yet"
# How shares beside one another are made (review.agreement.shares, standing_out); review.agreeing.rates, parts, and
# review.manifestation have them.
OF_SHARES = {
    "interval": "Wilson's interval on counts divided by their design effect, none from fewer than 5 clients",
    "shrunken": "drawn toward the mean of all, beta-binomial by moments on effective numbers",
    "stands_out": "one-sided exact test (Fisher) against all others together, on the same effective numbers, adjusted for "
    "all that are compared (Benjamini & Hochberg) at 5 %",
    "seconds": "median and quartiles, never of one reviewer alone",
}


def whole(kept: Kept, *, judges: bool) -> dict:
    """`judges`: for whom may see what judges say."""
    beside = kept.part("beside")
    compared = {question: said(_without(one, "raters")) for question, one in kept.part("preferred").items()}
    told = comparing.judges(kept.round, beside["judges"]) if judges else None
    return {
        "blinding": {
            "to_colleagues": True, "to_model_prompt_and_intended_mistake": True,
            "resolutions_open_from": kept.round.resolutions_from and kept.round.resolutions_from.isoformat(),
        },
        "shares_are_made_by": OF_SHARES,
        "anchored": said(beside["anchored"]),
        "edits": said(kept.part("edits")),
        "compared": compared,
        "judges": [_plain(one) for one in told] if told is not None else "told to those who may see judges",
    }  # fmt: skip


def parts(kept: Kept) -> dict:
    round, people = kept.round, kept.part("people")
    return {
        "reviewers": {
            arm: [
                {"reviewer": n, "judged": judged, "missing_share": 1 - judged / one["sessions"]}
                for n, judged in enumerate(one["judged"])
                if one["sessions"]
            ]
            for arm, one in people.items()
        },
        "scores": {
            arm: {
                question: [_of_reviewer(round, line) for line in lines]
                for question, lines in one["scores"].items()
            }
            for arm, one in people.items()
        },
        "compared_by_reviewer": {
            question: [{"reviewer": n} | said(_without(own, "rater")) for n, own in _numbered(kept, one["raters"])]
            for question, one in kept.part("preferred").items()
        },
        "over_time": {
            arm: one["over_time"] and one["over_time"] | {"question": one["question"]}
            for arm, one in people.items()
        },
    }  # fmt: skip


def _of_reviewer(round, line: dict) -> dict:
    if hidden(round, line["n_items"]):
        return {"reviewer": line["by"], "n_items": line["n_items"], "not_told": NOT_TOLD}
    return {"reviewer": line["by"]} | said(_without(line, "by"))


def _numbered(kept: Kept, raters: list[dict]) -> list[tuple[int, dict]]:
    number = {rater: n for n, rater in enumerate(kept.table.names["by"])}
    return sorted((number[one["rater"]], one) for one in raters if one["rater"] in number)


def _without(one: dict, name: str) -> dict:
    return {key: value for key, value in one.items() if key != name}


def _plain(value):
    """Titles and states as text."""
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def lines(found: dict, of) -> Iterator[tuple]:
    """Of review.agreeing.leaving.document, one figure a line. `of`: (figures, place) → its lines."""
    for section, arm, question, part, statistic, *ends in _plain_lines(found):
        estimate, low, high, n, note = (*ends, *[None] * (5 - len(ends)))
        yield (section, arm, question, part, statistic, estimate, low, high, n, *[None] * 6, "", note or "")
    for kind, own in found["anchored"].items():
        for one in own:
            counts = {"n_items": one["n_aided"] + one["n_unaided"]}
            place = (f"anchoring of {kind}", "aided minus unaided", one["question"], "")
            yield from of({one["statistic"]: one} | counts, place)
            for arm in ("aided", "unaided"):
                alone = (
                    f"anchoring of {kind}",
                    arm,
                    one["question"],
                    "",
                    one["statistic"],
                    one[arm],
                    None,
                    None,
                )
                yield (*alone, one[f"n_{arm}"], None, None, one[f"clients_{arm}"], None, None, None, "", "")
    if found["edits"]:
        yield from of(found["edits"], ("edits", "aided", "verdict", ""))
    for question, one in found["compared"].items():
        yield from of(one, ("win, tie and loss", "pair", question, ""))
    for question, raters in found.get("compared_by_reviewer", {}).items():
        for one in raters:
            yield from of(one, ("win, tie and loss by reviewer", "pair", question, one["reviewer"]))
    for arm, questions in found.get("scores", {}).items():
        for question, reviewers in questions.items():
            for one in reviewers:
                yield from of(one, ("scores by reviewer", arm, question, one["reviewer"]))
    whole = found["manifestation"]
    yield from of(
        {"rate": whole["rate"], "n_items": whole["n_sessions"]}, ("manifestation", "unaided", "", "")
    )
    for key, one in found.get("manifestation_by_pair", {}).items():
        figures = {"n_items": one["n_sessions"]} | {
            name: one[name] for name in ("rate", "not_told") if name in one
        }
        yield from of(figures, ("manifestation by pair", "unaided", "", key))


def _plain_lines(found: dict) -> Iterator[tuple]:
    """(section, arm, question, part, statistic, value[, low, high, n, note])."""
    if effect := found["anchoring"]:
        low, high = effect["ci"] or (None, None)
        n = effect["n_aided"] + effect["n_unaided"]
        place = ("anchoring", "aided minus unaided", "any_mistake", "")
        yield (*place, "difference", effect["difference"], low, high, n, effect["note"])
        for arm in ("aided", "unaided"):
            yield ("anchoring", arm, "any_mistake", "", "yes", effect[arm], None, None, effect[f"n_{arm}"])
    for name, value in found["repeats"].items():
        yield ("repeats", "", "", "", name, value)
    for key, one in found.get("manifestation_by_pair", {}).items():
        if "shrunken" in one:
            place = ("manifestation by pair", "unaided", "", key)
            yield (*place, "drawn toward the mean of all", one["shrunken"], None, None, one["n_sessions"])
            yield (*place, "p, adjusted", one["p"], None, None, one["n_sessions"])
    for arm, questions in found["agreement"].items():
        for question, figures in questions.items():
            yield from _answers(arm, question, figures["confusion"])
    yield from _differing(found)
    for arm, reviewers in found.get("reviewers", {}).items():
        for one in reviewers:
            place = ("reviewers", arm, "", one["reviewer"])
            yield (*place, "judgements", one["judged"])
            yield (*place, "missing share", one["missing_share"])
    for arm, course in found.get("over_time", {}).items():
        if course:
            yield from _over_time(arm, course)
    yield from _judges(found["judges"])


def _answers(arm: str, question: str, matrix: dict | None) -> Iterator[tuple]:
    if not matrix:
        return
    names = [named.level(level) for level in matrix["levels"]]
    for i, row in enumerate(names):
        for j, column in enumerate(names):
            part = f"{row} / {column}"
            share, pairs = matrix["shares"][i][j], matrix["pairs"][i][j]
            yield (
                "answers",
                arm,
                question,
                part,
                "share of pairs in which the other says so",
                share,
                None,
                None,
                pairs,
            )


def _differing(found: dict) -> Iterator[tuple]:
    """How often the readers of a part differ, beside all other parts."""
    own = [
        (f"by {cut}", arm, question, one)
        for cut, arms in found.get("parts", {}).items()
        for arm, questions in arms.items()
        for question, lines in questions.items()
        for one in lines
    ]
    own += [
        ("named", arm, "is it named?", one) for arm, lines in found.get("named", {}).items() for one in lines
    ]
    for section, arm, question, one in own:
        if beside := one.get("differs"):
            place, (low, high) = (section, arm, question, one["part"]), beside["ci"] or (None, None)
            yield (*place, "sessions on which readers differ", beside["share"], low, high, beside["n"])
            yield (
                *place,
                "the same, drawn toward the mean of all",
                beside["shrunken"],
                None,
                None,
                beside["n"],
            )
            yield (*place, "p, adjusted", beside["p"], None, None, beside["n"])


def _over_time(arm: str, course: dict) -> Iterator[tuple]:
    place = ("drift", arm, course["question"])
    yield (*place, "", "same answer as most others", course["share"])
    yield (*place, "", "chance of a false alarm in the round", course["false_alarm"])
    for one in course["readers"]:
        since = "" if one["since"] is None else f"moves away since day {one['since']} after 1970-01-01"
        yield (*place, one["by"], "same answer as most others", one["share"], None, None, one["n"], since)
        for period, (n, same) in zip(course["periods"], one["periods"], strict=True):
            yield (
                *place,
                f"{one['by']}, {period}",
                "same answers as most others, count",
                same,
                None,
                None,
                n,
            )


def _judges(judges) -> Iterator[tuple]:
    for judge in judges if isinstance(judges, list) else ():
        for arm, questions in judge["arms"].items():
            for question, one in questions.items():
                place = (f"judge {judge['judge']}", arm, question)
                yield from _of_judge(place, one)
        for name in ("safety", "position"):
            own = judge[name] if name == "safety" else {"changed": judge[name]}
            for what, one in (own or {}).items():
                if one:
                    low, high = one["ci"] or (None, None)
                    place = (f"judge {judge['judge']}", "", name, "")
                    yield (*place, what, one["share"], low, high, one["n"], one["note"])


def _of_judge(place: tuple, one: dict) -> Iterator[tuple]:
    def line(part, statistic, figure, n):
        low, high = figure["ci"] or (None, None)
        return (*place, part, statistic, figure["estimate"], low, high, n, figure["note"])

    yield line("", "krippendorff_alpha of people", one["agreement"]["people"], one["n_shared"])
    yield line("", "judge with itself", one["within"], one["within"]["n"])
    for each in one["agreement"]["judge_with_each"]:
        yield line(f"person {each['person']}", "krippendorff_alpha with the judge", each, each["n"])
    for name in ("bias", "slope"):
        if one[name]:
            yield line("", f"judge {name}", one[name], one["n_shared"])
    for name in ("bias", "spread", "lower_limit", "upper_limit") if one["limits"] else ():
        yield line("", f"limits of agreement, {name}", one["limits"][name], one["limits"]["n_items"])
    test = one["alternative_annotator"]
    advantage = {"estimate": test["advantage"], "ci": test["ci"], "note": test["note"]}
    yield line("", "alternative annotator: advantage", advantage, one["n_shared"])
    yield (*place, "", "alternative annotator: winning rate", test["winning_rate"])
    for left in test["people"]:
        yield (
            *place,
            f"person {left['person']}",
            "judge at least as near",
            left["judge"],
            None,
            None,
            left["n"],
        )
        yield (
            *place,
            f"person {left['person']}",
            "person at least as near",
            left["own"],
            None,
            None,
            left["n"],
        )
        yield (*place, f"person {left['person']}", "p", left["p"], None, None, left["n"])
