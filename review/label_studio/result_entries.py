"""The entries of one annotation's result, each checked against the question that it answers."""

from collections import Counter

from review.label_studio.screens.controls import Control


class UnreadableResult(ValueError):
    """The result is not an answer to this screen; the caller keeps it raw and shows it to the lead."""


class UnknownControl(UnreadableResult):
    """An answer to a question that this screen does not have."""

    def __init__(self, name):
        super().__init__(f"Unknown control {str(name)[:80]!r}.")
        self.name = name


class BadValue(UnreadableResult):
    """An answer that the question does not offer."""

    def __init__(self, control, value):
        super().__init__(f"Control {control!r} cannot have the value {str(value)[:80]!r}.")
        self.control, self.value = control, value


class Contradiction(BadValue):
    """Answers that the screen offers, and of which one contradicts another; `control` is the one to look at."""


class EmptyMark(BadValue):
    """A mark that holds no words."""


class Incomplete(UnreadableResult):
    """An answer that the screen asks for is missing; `what` is the control."""

    def __init__(self, what):
        super().__init__(f"No answer to {what!r}.")
        self.what = what


def sort(result: list, known: dict[str, Control]) -> tuple[dict, dict]:
    """Checks each value; gives {control: answer} and {mark id: {control: answer}}, of which the marking control adds
    "turns" (a range of turns) or "quote" (the words). Raises UnreadableResult.
    """
    if not isinstance(result, list):
        raise BadValue("result", type(result).__name__)
    once, marks = {}, {}
    for entry in result:
        if not isinstance(entry, dict) or not isinstance(entry.get("value"), dict):
            raise BadValue("result", entry)
        name = entry.get("from_name")
        control = known.get(name) if isinstance(name, str) else None
        if control is None:
            raise UnknownControl(name)
        if entry.get("type") != control.kind or entry.get("to_name") != control.to_name:
            raise BadValue(name, f"{entry.get('type')} for {entry.get('to_name')}")
        answer = _answer(name, control, entry["value"])
        place = marks.setdefault(str(entry.get("id")), {}) if control.per_mark or control.marks else once
        if name in place:
            raise BadValue(name, "answered twice")
        place[name] = answer
        if control.kind == "paragraphlabels":
            place["turns"] = _turns(name, entry["value"])
        elif control.kind == "labels":
            place["quote"] = _quote(name, entry["value"])
    for mark in marks.values():
        if not any(known[name].marks for name in mark if name in known):
            raise BadValue(next(iter(mark)), "without a mark")
    return once, marks


def required(once: dict, name: str):
    """The answer; blank text is none."""
    given = once.get(name)
    if given is None or (isinstance(given, str) and not given.strip()):
        raise Incomplete(name)
    return given


def _answer(name: str, control: Control, value: dict):
    """The one value, or the list of values where the question takes several."""
    given = value.get("text" if control.kind == "textarea" else control.kind)
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise BadValue(name, given)
    if control.values is not None:
        for one in given:
            if one not in control.values:
                raise BadValue(name, one)
    if len(given) > 1 and (not control.many or max(Counter(given).values()) > 1):
        raise BadValue(name, given)
    return given if control.many else given[0]


def _turns(name: str, value: dict) -> range:
    numbers = [value.get("start"), value.get("end")]
    for number in numbers:
        if not isinstance(number, str) or not number.isascii() or not number.isdigit() or len(number) > 4:
            raise BadValue(name, number)
    start, end = int(numbers[0]), int(numbers[1])
    if end < start:
        raise BadValue(name, f"{start}-{end}")
    return range(start, end + 1)


def _quote(name: str, value: dict) -> str:
    quote = value.get("text")
    if not isinstance(quote, str):
        raise BadValue(name, quote)
    if not quote.strip():
        raise EmptyMark(name, quote)
    return quote
