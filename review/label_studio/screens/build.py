"""Builds the labelling screen of a round from its pairs and rubric, and names the answers it can give."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

FORMS = ("aided", "unaided")
# Raise on every change to names, types or values of controls: a project of another version is not parsed.
SCHEMA_VERSION = "supervised_dialogue/1"
NOT_IN_GUIDELINE = "not_in_the_guideline"
RATING = "rating_"
_OWN_NAME = "Not in the guideline"

_HERE = Path(__file__).parent
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_COLOURS = ("#1565c0", "#2e7d32", "#ef6c00", "#6a1b9a", "#00838f", "#ad1457", "#4e342e", "#37474f")
_KINDS = {"Choices": "choices", "ParagraphLabels": "paragraphlabels", "TextArea": "textarea"}


class UnfitForScreen(ValueError):
    """The pairs or the rubric cannot be put on a screen; nothing was built."""


@dataclass(frozen=True)
class Control:
    """One question on the screen: its type in Label Studio's results, its object, and the values allowed.

    `values` is None for free text; `many` allows several; `per_mark` answers belong to one marked turn.
    """

    kind: str
    to_name: str
    values: tuple[str, ...] | None
    many: bool = False
    per_mark: bool = False


def build(form: str, *, pairs: list[dict], dimensions: list[dict]) -> str:
    """The screen as Label Studio XML.

    `pairs`: {"key", "name", optionally "hint"} in the order shown. `dimensions`: {"key", "name",
    "definition", "scale", "levels": [{"value", "anchor"}]}. The same arguments always give the same bytes.
    The unaided form has no feedback and no ratings, since there is nothing to rate.
    """
    if form not in FORMS:
        raise UnfitForScreen(f"Unknown form {form!r}: expected one of {', '.join(FORMS)}.")
    _check(pairs, dimensions)
    lists = {
        "pairs": lambda: _labels(pairs),
        "dimensions": lambda: _ratings(dimensions),
        "anchors": lambda: _anchors(dimensions),
    }
    screen = _expand(_parse(f"supervised_dialogue.{form}.xml"), lists)
    ElementTree.indent(screen)
    return ElementTree.tostring(screen, encoding="unicode")


def misfit(dimensions: list[dict]) -> str:
    """Why this rubric cannot be put on the screen, or nothing."""
    try:
        _check([], dimensions)
    except UnfitForScreen as unfit:
        return str(unfit)
    return ""


def controls(form: str, *, pairs: list[dict], dimensions: list[dict]) -> dict[str, Control]:
    """Every control that `build` puts on this screen, by name, read from the screen itself."""
    return dict(_controls(form, json.dumps([pairs, dimensions])))


@lru_cache(maxsize=64)
def _controls(form: str, asked: str) -> dict[str, Control]:
    # Building takes some milliseconds, and a pull asks once per annotation.
    pairs, dimensions = json.loads(asked)
    screen = ElementTree.fromstring(build(form, pairs=pairs, dimensions=dimensions))
    found = {}
    for element in screen.iter():
        kind = _KINDS.get(element.tag)
        if kind is None:
            continue
        values = tuple(child.get("alias") for child in element) if kind != "textarea" else None
        found[element.get("name")] = Control(
            kind=kind,
            to_name=element.get("toName"),
            values=values,
            many=element.get("choice") == "multiple",
            per_mark=element.get("perRegion") == "true",
        )
    return found


def task_data(
    *, external_id: str, content_hash: str, dialogue: list[dict], feedback: str | None = None
) -> dict:
    """The data of one task: opaque, and only what the reader may see.

    `dialogue`: the turns as [{"speaker", "text"}]; whatever else a turn carries is left behind.
    `feedback`: None for the unaided form, whose tasks do not contain the draft at all.
    """
    turns = [{"speaker": turn["speaker"], "text": turn["text"]} for turn in dialogue]
    data = {"external_id": external_id, "content_hash": content_hash, "dialogue": turns}
    return data if feedback is None else {**data, "feedback": feedback}


def level_alias(value) -> str:
    """How a level's value is written in a result (Label Studio knows strings only)."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parse(name: str) -> ElementTree.Element:
    return ElementTree.fromstring((_HERE / name).read_text(encoding="utf-8"))


def _expand(element: ElementTree.Element, lists: dict) -> ElementTree.Element:
    """Puts the file in the place of <Insert part="file"/>, the elements in that of <Insert list="name"/>."""
    children = []
    for child in element:
        if child.tag != "Insert":
            children.append(_expand(child, lists))
        elif "list" in child.attrib:
            children.extend(lists[child.get("list")]())
        elif child.get("part").endswith(".css"):
            style = ElementTree.Element("Style")
            style.text = (_HERE / child.get("part")).read_text(encoding="utf-8")
            children.append(style)
        else:
            children.append(_expand(_parse(child.get("part")), lists))
    element[:] = children
    return element


def _labels(pairs: list[dict]) -> list[ElementTree.Element]:
    entries = [*pairs, {"key": NOT_IN_GUIDELINE, "name": _OWN_NAME}]
    labels = []
    for n, pair in enumerate(entries):
        label = ElementTree.Element(
            "Label", value=pair["name"], alias=pair["key"], background=_COLOURS[n % len(_COLOURS)]
        )
        if pair.get("hint"):
            label.set("hint", pair["hint"])
        labels.append(label)
    return labels


def _ratings(dimensions: list[dict]) -> list[ElementTree.Element]:
    rows = []
    for dimension in dimensions:
        row = ElementTree.Element("View", className="owm-rating")
        ElementTree.SubElement(row, "Header", value=dimension["name"], size="6")
        choices = ElementTree.SubElement(
            row,
            "Choices",
            name=RATING + dimension["key"],
            toName="feedback",
            choice="single-radio",
            showInline="true",
            required="true",
            requiredMessage=f"Rate: {dimension['name']}",
        )
        for level in dimension["levels"]:
            alias = level_alias(level["value"])
            ElementTree.SubElement(choices, "Choice", value=alias, alias=alias, hint=level["anchor"])
        rows.append(row)
    return rows


def _anchors(dimensions: list[dict]) -> list[ElementTree.Element]:
    """What each level stands for, in plain sight for those who cannot hover."""
    blocks = []
    for dimension in dimensions:
        block = ElementTree.Element("View", className="owm-anchors")
        ElementTree.SubElement(
            block, "Header", value=f"{dimension['name']}: {dimension['definition']}", size="5"
        )
        for level in dimension["levels"]:
            text = f"{level_alias(level['value'])}: {level['anchor']}"
            ElementTree.SubElement(block, "Header", value=text, size="6")
        blocks.append(block)
    return blocks


def _check(pairs: list[dict], dimensions: list[dict]) -> None:
    own = {"key": NOT_IN_GUIDELINE, "name": _OWN_NAME}
    for what, entries in (("pair", [*pairs, own]), ("dimension", dimensions)):
        for field in ("key", "name"):
            values = [entry[field] for entry in entries]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise UnfitForScreen(f"Two entries have the same {what} {field}: {twice[0]!r}.")
        for entry in entries:
            if not _KEY.fullmatch(entry["key"]):
                raise UnfitForScreen(f"The {what} key {entry['key']!r} cannot name an answer on the screen.")
            if entry["name"].startswith("$"):
                # Label Studio would put a field of the task in its place.
                raise UnfitForScreen(f"The {what} name {entry['name']!r} starts with a dollar sign.")
    for dimension in dimensions:
        if dimension["scale"] == "pairwise":
            # Whatever its levels: the screen shows one session, there is nothing to compare it with.
            raise UnfitForScreen(f"The dimension {dimension['key']!r} compares two; the screen shows one.")
        aliases = [level_alias(level["value"]) for level in dimension["levels"]]
        if len(aliases) < 2 or len(set(aliases)) < len(aliases):
            raise UnfitForScreen(f"The dimension {dimension['key']!r} needs at least two different levels.")
