"""The field in which entries of a guideline are named, such as a pair's neighbours: those named, each with a tick,
and boxes to add more by name. It is as small for thousands of entries as for a few.
"""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

SPARE = 2


class NeighboursWidget(forms.Widget):
    """A list of keys. What was written into a box and is no pair stays in its box."""

    template_name = "guidelines/_neighbours.html"
    others = None  # set by the form that holds it

    def __init__(self, *, spare: int):
        self.spare = spare
        super().__init__()

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        written = list(dict.fromkeys(value or []))
        found = self.others.found(written)
        chosen = dict(found[words] for words in written if words in found)
        boxes = [*(words for words in written if words not in found), *[""] * self.spare]
        address = reverse("entry_names", args=[self.others.guideline.slug])
        return context | {"chosen": chosen.items(), "boxes": boxes, "address": address}

    def value_from_datadict(self, data, files, name):
        lines = [line for box in data.getlist(f"{name}-add") for line in box.splitlines()]
        return [words.strip() for words in [*data.getlist(name), *lines] if words.strip()]

    def value_omitted_from_data(self, data, files, name):
        return name not in data and f"{name}-add" not in data

    def id_for_label(self, id_):
        return f"{id_}_0" if id_ else id_


class Neighbours(forms.Field):
    """`spare`: empty boxes, for whoever has no JavaScript; `most`: how many may be named, where there is a limit."""

    def __init__(
        self,
        *,
        spare: int = SPARE,
        most: int | None = None,
        unknown=gettext_lazy("“%s” is not a pair of this guideline."),
        **kwargs,
    ):
        self.most, self.said_of_unknown = most, unknown
        super().__init__(widget=NeighboursWidget(spare=spare), required=False, **kwargs)

    def to_python(self, value):
        """Keys, each once, in the order in which they were named; what is no pair stays as it was written."""
        found = self.widget.others.found(value or [])
        self.unknown = [words for words in value or [] if words not in found]
        return list(dict.fromkeys(found[words][0] if words in found else words for words in value or []))

    def validate(self, value):
        if self.most and len(value) > self.most:
            most = {"n": self.most}
            raise forms.ValidationError(ngettext("Name only %(n)d.", "Name at most %(n)d.", self.most) % most)
        if not self.unknown:
            return
        problems = [self.said_of_unknown % words[:60] for words in self.unknown[:10]]
        if near := self.widget.others.near(self.unknown):
            problems.append(_("Perhaps you mean: %s.") % ", ".join(f"“{name}”" for name in near))
        raise forms.ValidationError(problems)
