"""Builds the labelling screen of a round from its pairs and rubric, and names the answers it can give."""

import re
from pathlib import Path
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from review.label_studio.screens.controls import Control, controls_of
from review.label_studio.screens.recipes import SCREENS, Screen

NOT_IN_GUIDELINE = "not_in_the_guideline"
RATING = "rating_"
# What opens the draft. It judges nothing, and is kept raw alone.
OWN_READING = "own_reading"
_OWN_NAME = "Not in the guideline"

_HERE = Path(__file__).parent
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_COLOURS = ("#1565c0", "#2e7d32", "#ef6c00", "#6a1b9a", "#00838f", "#ad1457", "#4e342e", "#37474f")
# As long as a rating may be in the database.
LONGEST_LEVEL = 60
# What is chosen from longer than this stands in a column.
IN_A_ROW = 7
# What a dimension offers that compares two and has no levels of its own.
COMPARED = [
    {"value": "first", "anchor": "The first is better."},
    {"value": "no difference", "anchor": "You could not tell a colleague in one sentence what decides."},
    {"value": "second", "anchor": "The second is better."},
]


class UnfitForScreen(ValueError):
    """The pairs or the rubric cannot be put on a screen; nothing was built."""


def build(
    form: str, *, pairs: list[dict], dimensions: list[dict], recipe="supervised_dialogue", bilingual=False
) -> str:
    """The screen as Label Studio XML.

    `pairs`: {"key", "name", optionally "hint"} in the order shown. `dimensions`: {"key", "name",
    "definition", "scale", "levels": [{"value", "anchor"}]}. The same arguments always give the same bytes.
    The unaided form has no feedback and no ratings, since there is nothing to rate. `bilingual`: the texts to be
    judged stand beside their translations; the turns of a session carry theirs in any case.
    """
    screen = screen_of(recipe)
    if form not in screen.forms:
        raise UnfitForScreen(f"Unknown form {form!r}: expected one of {', '.join(screen.forms)}.")
    _check(pairs, dimensions, screen)
    lists = {
        "pairs": lambda at: _labels(pairs),
        "dimensions": lambda at: _ratings(dimensions, at.get("of")),
        "anchors": lambda at: _anchors(dimensions),
        "grid": lambda at: _grid(dimensions, at.get("of")),
        "aspects": lambda at: _aspects(dimensions),
        "translation": lambda at: _translation(at.get("of")) if bilingual else [],
    }
    wraps = {"rated": lambda inside: _once_rated(dimensions, inside)}
    root = _expand(_parse(screen.forms[form]), lists, wraps)
    # Not its recipe: reviewers are not to know how what they judge was made.
    root.set("className", f"owm-screen owm-version-{screen.version}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")


def screen_of(recipe: str) -> Screen:
    if recipe not in SCREENS:
        raise UnfitForScreen(f"There is no screen for what the recipe {recipe!r} makes.")
    return SCREENS[recipe]


def misfit(dimensions: list[dict], recipes=("supervised_dialogue",)) -> str:
    """Why this rubric can be put on the screen of none of these recipes, or nothing."""
    unfit = ""
    for recipe in recipes:
        try:
            _check([], dimensions, screen_of(recipe))
        except UnfitForScreen as reason:
            unfit = unfit or str(reason)
        else:
            return ""
    return unfit


def controls(form: str, **screen) -> dict[str, Control]:
    """Every control that `build` puts on this screen, by name."""
    return controls_of(build(form, **screen))


def task_data(*, external_id: str, content_hash: str, dialogue: list[dict], **texts: str | None) -> dict:
    """The data of one task: opaque, and only what the reader may see.

    `dialogue`: the turns as [{"speaker", "text", optionally "translation"}]; whatever else a turn carries is left
    behind. `texts`: what is judged by its field, such as `feedback`; what is None the task does not contain at all.
    """
    turns = [{"speaker": turn["speaker"], "text": _both(turn)} for turn in dialogue]
    data = {"external_id": external_id, "content_hash": content_hash, "dialogue": turns}
    return data | {field: text for field, text in texts.items() if text is not None}


def _both(turn: dict) -> str:
    return f"{turn['text']}\n{turn['translation']}" if turn.get("translation") else turn["text"]


def levels_of(dimension: dict) -> list[dict]:
    """Its levels; those of a dimension that compares two, from the first being better to the second."""
    return dimension["levels"] or (COMPARED if dimension["scale"] == "pairwise" else [])


def opposite(levels: list, level):
    """The level that says the same of two texts that changed places. `levels`: of `levels_of`, in their order."""
    return levels[len(levels) - 1 - levels.index(level)]


def level_alias(value) -> str:
    """How a level's value is written in a result (Label Studio knows strings only)."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parse(name: str) -> ElementTree.Element:
    return ElementTree.fromstring((_HERE / name).read_text(encoding="utf-8"))


def _expand(element: ElementTree.Element, lists: dict, wraps: dict) -> ElementTree.Element:
    """Puts the file in the place of <Insert part="file"/>, the elements in that of <Insert list="name"/>, and what stands
    in <Insert once="name"> where it is seen only then.
    """
    children = []
    for child in element:
        if child.tag != "Insert":
            children.append(_expand(child, lists, wraps))
        elif "once" in child.attrib:
            children.append(wraps[child.get("once")](list(_expand(child, lists, wraps))))
        elif "list" in child.attrib:
            children.extend(lists[child.get("list")](child))
        elif child.get("part").endswith(".css"):
            style = ElementTree.Element("Style")
            style.text = (_HERE / child.get("part")).read_text(encoding="utf-8")
            children.append(style)
        else:
            children.append(_expand(_parse(child.get("part")), lists, wraps))
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


def _ratings(dimensions: list[dict], of: str) -> list[ElementTree.Element]:
    rows = []
    for dimension in dimensions:
        row = ElementTree.Element("View", className="owm-rating")
        ElementTree.SubElement(row, "Header", value=dimension["name"], size="6")
        row.append(_choices(dimension, of))
        rows.append(row)
    return rows


def _choices(dimension: dict, of: str) -> ElementTree.Element:
    levels = levels_of(dimension)
    choices = ElementTree.Element(
        "Choices",
        name=RATING + dimension["key"],
        toName=of,
        choice="single-radio",
        showInline="true" if len(levels) <= IN_A_ROW else "false",
        required="true",
        requiredMessage=f"Rate: {dimension['name']}",
    )
    for level in levels:
        alias = level_alias(level["value"])
        ElementTree.SubElement(choices, "Choice", value=alias, alias=alias, hint=level["anchor"])
    return choices


def _grid(dimensions: list[dict], of: str) -> list[ElementTree.Element]:
    """Each dimension with its definition, its levels, and what they stand for, to be opened beneath."""
    blocks = []
    for dimension in dimensions:
        block = ElementTree.Element("View", className="owm-aspect")
        ElementTree.SubElement(block, "Header", value=dimension["name"], size="5")
        ElementTree.SubElement(block, "Header", value=dimension["definition"], size="6")
        block.append(_choices(dimension, of))
        anchors = ElementTree.SubElement(block, "Collapse", bordered="false")
        panel = ElementTree.SubElement(anchors, "Panel", value="What the levels stand for")
        panel.append(_anchored(dimension, with_definition=False))
        blocks.append(block)
    return blocks


def _once_rated(dimensions: list[dict], inside: list[ElementTree.Element]) -> ElementTree.Element:
    """Not before the last of them is rated: the editor asks of one answer at a time."""
    whole = deepest = ElementTree.Element("View")
    for dimension in dimensions:
        named = {"visibleWhen": "choice-selected", "whenTagName": RATING + dimension["key"]}
        deepest = ElementTree.SubElement(deepest, "View", named)
    deepest.extend(inside)
    return whole


def _aspects(dimensions: list[dict]) -> list[ElementTree.Element]:
    """Labels to mark evidence with, one for each dimension."""
    return [
        ElementTree.Element(
            "Label", value=dimension["name"], alias=dimension["key"], background=_COLOURS[n % len(_COLOURS)]
        )
        for n, dimension in enumerate(dimensions)
    ]


def _translation(of: str) -> list[ElementTree.Element]:
    field = f"{of}_translation"
    column = ElementTree.Element("View", className="owm-translation")
    ElementTree.SubElement(column, "Header", value="In translation", size="6")
    ElementTree.SubElement(column, "Text", name=field, value=f"${field}", selectionEnabled="false")
    return [column]


def _anchors(dimensions: list[dict]) -> list[ElementTree.Element]:
    """What each level stands for, in plain sight for those who cannot hover."""
    return [_anchored(dimension, with_definition=True) for dimension in dimensions]


def _anchored(dimension: dict, *, with_definition: bool) -> ElementTree.Element:
    block = ElementTree.Element("View", className="owm-anchors")
    if with_definition:
        text = f"{dimension['name']}: {dimension['definition']}"
        ElementTree.SubElement(block, "Header", value=text, size="5")
    for level in levels_of(dimension):
        text = f"{level_alias(level['value'])}: {level['anchor']}"
        ElementTree.SubElement(block, "Header", value=text, size="6")
    return block


def _check(pairs: list[dict], dimensions: list[dict], screen: Screen) -> None:
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
            for text in (entry["name"], entry.get("definition", "")):
                if text.startswith("$"):
                    # Label Studio would put a field of the task in its place.
                    raise UnfitForScreen(f"The {what} {text[:80]!r} starts with a dollar sign.")
    for dimension in dimensions:
        _check_dimension(dimension, screen)


def _check_dimension(dimension: dict, screen: Screen) -> None:
    name = dimension["name"]
    if dimension["scale"] not in screen.scales:
        # Whatever its levels: a screen shows one thing, or two to be compared.
        if dimension["scale"] == "pairwise":
            raise UnfitForScreen(_("“%s” compares two texts; these sessions show one.") % name)
        raise UnfitForScreen(_("“%s” rates one text; these sessions show two to be compared.") % name)
    aliases = [level_alias(level["value"]) for level in levels_of(dimension)]
    if len(aliases) < 2 or len(set(aliases)) < len(aliases):
        raise UnfitForScreen(_("“%s” needs at least two different levels.") % name)
    if dimension["scale"] == "pairwise" and len(aliases) % 2 == 0:
        # Read from the other side where the texts were changed over: the middle one must stay what it is.
        raise UnfitForScreen(_("“%s” compares two and has no level in the middle for a tie.") % name)
    if longest := next((alias for alias in aliases if len(alias) > LONGEST_LEVEL), None):
        raise UnfitForScreen(
            _("The level “%(level)s” of “%(name)s” is too long to be kept.")
            % {"level": longest, "name": name}
        )
