"""What a translator fills in: one box for each text of the source, beside it."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from guidelines.kinds import SHAPES
from guidelines.translating.segments import Place, Start, assembled, segments


@dataclass
class Box:
    """`was`: what the source said here when the words in the box were written, where it says something else now."""

    place: Place
    label: str
    source: str
    text: str = ""
    was: str | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return name_of(self.place)

    @property
    def rows(self) -> int:
        return (
            1
            if self.place == ("name",)
            else max(2, min(12, len(self.source) // 55 + self.source.count("\n") + 1))
        )


def name_of(place: Place) -> str:
    return "-".join(map(str, place))


def boxes(kind: str, source: dict, starts: dict[Place, Start]) -> list[Box]:
    found = []
    for place, text in segments(kind, source).items():
        start = starts.get(place, Start(""))
        found.append(Box(place, label(kind, source, place), text, start.text, start.was))
    return found


def label(kind: str, source: dict, place: Place) -> str:
    """What the text is, as the page of the guideline calls it."""
    model = SHAPES[kind].revision
    name = str(model._meta.get_field(place[0]).verbose_name).capitalize()
    if len(place) == 1:
        return name
    if place[0] == "levels":
        value = source["levels"][place[1]]["value"]
        shown = {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else value
        return _("When to choose level %s") % shown
    if len(place) == 2:
        return _("%(what)s, number %(n)d") % {"what": name, "n": place[1] + 1}
    part = {"context": _("when"), "before": _("before"), "after": _("after")}[place[2]]
    return _("Example %(n)d, %(part)s") % {"n": place[1] + 1, "part": part}


def typed(kind: str, source: dict, data) -> dict:
    """The texts as a browser sent them, in the shape of the source."""
    return assembled(kind, source, {place: data.get(name_of(place), "") for place in segments(kind, source)})
