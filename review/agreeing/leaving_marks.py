"""Of what leaves: where mistakes, or what decides a rating, were marked."""

from collections.abc import Iterator

from review.agreeing import stretches
from review.agreeing.figures import said
from review.agreeing.kept import Kept
from review.agreeing.telling import hidden
from review.models import Round

NOT_TOLD = "fewer sessions than are told yet"


def whole(kept: Kept) -> dict:
    """{"of", "turns": {arm: figures of all labels together}, "words": {arm}, "gamma": {arm: where it was computed}}."""
    found = said(kept.part("marks"))
    turns = {
        arm: {name: one[name] for name in ("n_readings", "n_elsewhere", "any", "sets")} | one["sessions"]
        for arm, one in found["turns"].items()
    }
    known = {arm: stretches.known(kept.round, arm) for arm in found["words"]}
    gamma = {arm: one for arm, one in known.items() if one}
    return {"of": found["of"], "turns": turns, "words": found["words"], "gamma": gamma}


def parts(kept: Kept) -> dict:
    """{"by_label": {arm: [figures of a label, its `part`]}, "false_alarms": {arm: {"planned", "settled"}}}."""
    round, turns = kept.round, said(kept.part("marks"))["turns"]
    return {
        "by_label": {
            arm: [_or_few(round, {"part": one["key"]} | one, one["n_sessions"]) for one in own["labels"]]
            for arm, own in turns.items()
        },
        "false_alarms": {
            arm: {name: _or_few(round, one, one["n_sessions"]) for name, one in own["false_alarms"].items()}
            for arm, own in turns.items()
        },
    }


def _or_few(round: Round, one: dict, n: int) -> dict:
    if hidden(round, n):
        return {name: one[name] for name in ("part", "n_sessions") if name in one} | {"not_told": NOT_TOLD}
    return {name: value for name, value in one.items() if name != "key"}


def lines(found: dict, of) -> Iterator[tuple]:
    """Of review.agreeing.leaving.document, one figure a line. `of`: (figures, place) → its lines."""
    marks = found["marks"]
    for arm, one in marks["turns"].items():
        yield from of(one, ("marks", arm, f"where: {marks['of']}", ""))
        yield from of(one["sets"], ("marks, sets", arm, f"which: {marks['of']}", ""))
        yield from of(one["any"], ("marks, turns", arm, f"where: {marks['of']}", ""))
    for arm, words in marks["words"].items():
        yield from of(words, ("words", arm, "where: evidence", ""))
    for arm, one in marks["gamma"].items():
        yield from of({"gamma": one["gamma"]}, ("words", arm, "where: evidence", ""))
    by_label = found.get("marks_by", {"by_label": {}, "false_alarms": {}})
    for arm, labels in by_label["by_label"].items():
        for one in labels:
            yield from of(one, ("marks by label", arm, f"where: {marks['of']}", one["part"]))
    for arm, alarms in by_label["false_alarms"].items():
        for name, one in alarms.items():
            yield from of(one, ("false alarms", arm, "sessions without a mistake", name))
