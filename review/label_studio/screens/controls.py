"""What a screen asks and what a task of it holds, read from the screen itself: so every version of it can be read."""

import re
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

_KINDS = {
    "Choices": "choices",
    "ParagraphLabels": "paragraphlabels",
    "Labels": "labels",
    "TextArea": "textarea",
}
_FIELD = re.compile(r'value="\$(\w+)"')
# Always in a task, though no screen shows them.
OWN_FIELDS = frozenset({"external_id", "content_hash"})


@dataclass(frozen=True)
class Control:
    """One question on the screen: its type in Label Studio's results, its object, and the values allowed.

    `values` is None for free text; `many` allows several; `per_mark` answers belong to one mark; `marks` makes one.
    """

    kind: str
    to_name: str
    values: tuple[str, ...] | None
    many: bool = False
    per_mark: bool = False
    required: bool = False

    @property
    def marks(self) -> bool:
        return self.kind in ("paragraphlabels", "labels")


@lru_cache(maxsize=64)
def controls_of(config: str) -> dict[str, Control]:
    """Every question of this screen (Label Studio XML) by its name."""
    found = {}
    for element in ElementTree.fromstring(config).iter():
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
            required=element.get("required") == "true",
        )
    return found


@lru_cache(maxsize=64)
def asked_for(config: str) -> dict[str, str]:
    """What the editor says where a question that has to be answered is not: {its name: in the screen's words}."""
    asked = ElementTree.fromstring(config).iter()
    return {one.get("name"): one.get("requiredMessage") for one in asked if one.get("requiredMessage")}


@lru_cache(maxsize=64)
def fields_of(config: str) -> frozenset[str]:
    """The fields of its tasks: Label Studio refuses a task without one, and a reviewer needs no more."""
    return OWN_FIELDS | frozenset(_FIELD.findall(config))
