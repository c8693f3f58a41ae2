"""What a judgement says, in the words of the screen that it was given on. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_NAMES = {
    "any_mistake": gettext_lazy("Any mistake"),
    "believable": gettext_lazy("Believable"),
    "own_reading": gettext_lazy("Your own reading"),
    "verdict": gettext_lazy("Verdict"),
    "edited_feedback": gettext_lazy("Edited text"),
    "reject_reasons": gettext_lazy("Why rejected"),
    "rationale": gettext_lazy("What decided it for you"),
    "preferred": gettext_lazy("On the whole"),
    "better_reply": gettext_lazy("What you would have said instead"),
    "exemplar_verdict": gettext_lazy("The other reply"),
    "edited_exemplar": gettext_lazy("The other reply as you would say it"),
    "unsafe": gettext_lazy("Safety"),
    "unsafe_texts": gettext_lazy("Safety"),
    "comment": gettext_lazy("Comment"),
}


@dataclass(frozen=True)
class _Question:
    name: str
    heading: str
    words: dict[str, str]  # of each answer, by how it is written in a result

    @property
    def asked(self) -> str:
        return str(_NAMES.get(self.name) or self.heading)


def compared(config: str, sent: dict, stands: dict) -> list[dict]:
    """[{"question", "sent", "stands", "same"}], of two annotations ({"result", "was_cancelled"}) on the screen `config`
    (Label Studio XML), in the screen's order; what neither answers is left out. An answer to no question of the screen is
    left out too.
    """
    rows = []
    if sent.get("was_cancelled") or stands.get("was_cancelled"):
        said = [_("Skipped") if one.get("was_cancelled") else _("Judged") for one in (sent, stands)]
        rows.append((_("This session"), *said))
    asked, first, second = _questions(config), _told(config, sent), _told(config, stands)
    rows += [
        (asked[name].asked if name else _("Marked"), first.get(name, ""), second.get(name, ""))
        for name in ["", *asked]
        if name in first or name in second
    ]
    return [{"question": q, "sent": a, "stands": b, "same": a == b} for q, a, b in rows]


def said(config: str, annotation: dict) -> list[tuple[str, str]]:
    """[(question, answer)] of one annotation, as `compared`."""
    asked, found = _questions(config), _told(config, annotation)
    return [
        (asked[name].asked if name else _("Marked"), found[name]) for name in ["", *asked] if name in found
    ]


def _told(config: str, annotation: dict) -> dict[str, str]:
    """{control: the answer in words}; all marks together under ""."""
    questions, found, marks = _questions(config), {}, {}
    for entry in annotation.get("result") or []:
        # Whatever she sends is only stored, and may be of any shape.
        question = questions.get(str(entry.get("from_name"))) if isinstance(entry, dict) else None
        if question is None or not isinstance(value := entry.get("value"), dict):
            continue
        kind = str(entry.get("type"))
        words = _answer(question, kind, value)
        if "start" in value or kind == "labels":
            mark = marks.setdefault(str(entry.get("id")), {"turn": value.get("start"), "words": []})
            mark["words"] += [words, value.get("text")] if kind == "labels" else [words]
        else:
            found[question.name] = words
    if marks:
        lines = sorted((_order(mark["turn"]), _mark(mark)) for mark in marks.values())
        found[""] = "\n".join(line for _place, line in lines)
    return found


def _answer(question: _Question, kind: str, value: dict) -> str:
    given = value.get("text" if kind == "textarea" else kind)
    given = given if isinstance(given, list) else [given]
    return ", ".join(question.words.get(one, one) for one in given if isinstance(one, str))


def _mark(mark: dict) -> str:
    words = " · ".join(one for one in mark["words"] if isinstance(one, str) and one)
    turn = _order(mark["turn"])
    return _("turn %(n)s · %(words)s") % {"n": turn + 1, "words": words} if turn >= 0 else words


def _order(turn) -> int:
    is_number = isinstance(turn, str) and turn.isascii() and turn.isdigit() and len(turn) < 5
    return int(turn) if is_number else -1


@lru_cache(maxsize=64)
def _questions(config: str) -> dict[str, _Question]:
    """Every question of this screen by its name, in order."""
    found = {}
    for parent in ElementTree.fromstring(config).iter():
        heading = ""
        for element in parent:
            if element.tag == "Header":
                heading = element.get("value", "")
            elif element.get("name") and element.get("toName"):
                words = {one.get("alias"): one.get("value") for one in element if one.get("alias")}
                found[element.get("name")] = _Question(element.get("name"), heading, words)
    return found
