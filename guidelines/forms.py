from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from guidelines.fields import Items, Parts
from guidelines.models import DimensionRevision, Kind, Meaning, PairRevision, Scale
from guidelines.neighbour_fields import Neighbours
from guidelines.neighbours import Others
from guidelines.texts import HEAVIEST, is_number


def _label(model, field: str) -> str:
    return model._meta.get_field(field).verbose_name


MARKS = _("*soft*, **strong**, lines that begin with - for a list, > for what somebody said.")


def _long(model, field: str, rows: int = 5, **kwargs):
    widget = forms.Textarea({"rows": rows, "class": "form-control"})
    return forms.CharField(label=_label(model, field), widget=widget, strip=False, **kwargs)


def _line(label, **kwargs):
    return forms.CharField(label=label, widget=forms.TextInput({"class": "form-control"}), **kwargs)


def _flag(model, field: str):
    widget = forms.CheckboxInput({"class": "form-check-input"})
    return forms.BooleanField(label=_label(model, field), widget=widget, required=False)


class EntryForm(forms.Form):
    """What pairs and dimensions have in common. `base` names the revision that the writer started from."""

    base = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=10**9)

    def standing(self, fields) -> dict:
        """What stands in these fields, whether or not it may be saved."""
        found = {}
        for name in fields:
            field = self.fields[name]
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            try:
                found[name] = field.to_python(value)
            except forms.ValidationError:
                found[name] = value or ""
        return found

    def show(self, problems) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.reason)


class PairForm(EntryForm):
    name = _line(_label(PairRevision, "name"), max_length=200)
    shows = _long(
        PairRevision,
        "shows",
        help_text=format_lazy("{} {}", _("What one hears and sees in the session."), MARKS),
    )
    harms = _long(PairRevision, "harms", rows=3, required=False)
    not_a_mistake = _long(PairRevision, "not_a_mistake", rows=3, required=False)
    positive = _flag(PairRevision, "positive")
    corrections = Items(
        label=_label(PairRevision, "corrections"),
        required=False,
        help_text=_("At least one for a mistake, one per box. For more boxes, save and open the page again."),
    )
    examples = Parts(
        label=_label(PairRevision, "examples"),
        required=False,
        parts={"context": (_("When"), 1), "before": (_("Before"), 4), "after": (_("After"), 4)},
    )
    confused_with = Neighbours(
        label=_label(PairRevision, "confused_with"),
        help_text=_("Begin to type a name and choose it. Take a tick away to take the pair out."),
    )
    may_co_occur_with = Neighbours(label=_label(PairRevision, "may_co_occur_with"))
    references = Items(label=_label(PairRevision, "references"), required=False, rows=1)
    tags = _line(_label(PairRevision, "tags"), required=False, help_text=_("Separated by commas."))
    reason = _line(_("Why this change"), required=False, max_length=300)

    def __init__(self, *args, others: Others, **kwargs):
        super().__init__(*args, **kwargs)
        # Asked for unless the pair is good practice: the page must not say that it may be empty.
        self.fields["corrections"].sometimes = True
        for field in ("confused_with", "may_co_occur_with"):
            self.fields[field].widget.others = others

    @staticmethod
    def initial_of(texts: dict) -> dict:
        return texts | {"tags": ", ".join(texts["tags"])}

    @property
    def texts(self) -> dict:
        return _with_tags({field: self.cleaned_data[field] for field in PairRevision.FIELDS})

    @property
    def typed(self) -> dict:
        """What stands in the fields, whether or not it may be saved."""
        return _with_tags(self.standing(PairRevision.FIELDS))


def _with_tags(texts: dict) -> dict:
    return texts | {"tags": [tag.strip() for tag in texts["tags"].split(",") if tag.strip()]}


class DimensionForm(EntryForm):
    name = _line(_label(DimensionRevision, "name"), max_length=200)
    definition = _long(DimensionRevision, "definition", help_text=MARKS)
    scale = forms.ChoiceField(
        label=_label(DimensionRevision, "scale"),
        choices=Scale.choices,
        widget=forms.Select({"class": "form-select"}),
    )
    levels = Parts(
        label=_label(DimensionRevision, "levels"),
        required=False,
        help_text=_(
            "Lowest first; every level needs words that say when to choose it. Ordered levels and equal steps take "
            "rising numbers; yes or no takes no, then yes; named categories and comparisons take names."
        ),
        parts={"value": (_("Level"), 1), "anchor": (_("When to choose it"), 2)},
    )
    reverse = _flag(DimensionRevision, "reverse")
    weight = forms.FloatField(
        label=_label(DimensionRevision, "weight"),
        required=False,
        widget=forms.NumberInput({"class": "form-control", "min": "0", "max": HEAVIEST, "step": "0.001"}),
        help_text=_("How much it counts beside the other dimensions. Empty: it is not weighted."),
    )
    source = _long(DimensionRevision, "source", rows=2, required=False)
    reason = _line(_("Why this change"), required=False, max_length=300)

    def __init__(self, *args, others=(), **kwargs):
        super().__init__(*args, **kwargs)

    @staticmethod
    def initial_of(texts: dict) -> dict:
        return texts

    @property
    def texts(self) -> dict:
        return _with_levels({field: self.cleaned_data[field] for field in DimensionRevision.FIELDS})

    @property
    def typed(self) -> dict:
        """What stands in the fields, whether or not it may be saved."""
        found = self.standing(DimensionRevision.FIELDS)
        weight = found["weight"]
        return _with_levels(
            found | {"weight": None if weight in ("", None) else _finite(weight, str(weight))}
        )


def _with_levels(texts: dict) -> dict:
    scale = texts["scale"]
    levels = [
        level | {"value": _typed(scale, level["value"])} if "value" in level else level
        for level in texts["levels"]
    ]
    return texts | {"levels": levels}


def _typed(scale: str, value: str):
    """A level's value as its scale wants it; what does not fit stays text, and checking refuses it."""
    value = value.strip()
    if scale == Scale.BOOLEAN:
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.lower(), value)
    if scale in (Scale.ORDINAL, Scale.INTERVAL):
        for number in (int, float):
            try:
                return _finite(number(value), value)
            except ValueError:
                continue
    return value


def _finite(number, written):
    """Whoever types inf or nan is told that it is no number; no database keeps one in JSON."""
    return number if is_number(number) else written


FORMS = {Kind.PAIRS: PairForm, Kind.RUBRIC: DimensionForm}


class PublishForm(forms.Form):
    meaning = forms.ChoiceField(label=_("What changed"), choices=Meaning.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What changed and why, in a sentence or two"),
        widget=forms.Textarea({"rows": 2, "class": "form-control"}),
    )

    def show(self, problems) -> bool:
        """Beside their fields; whether all of them are about this form."""
        mine = [problem for problem in problems if problem.field in self.fields]
        for problem in mine:
            self.add_error(problem.field, problem.reason)
        return len(mine) == len(problems)
