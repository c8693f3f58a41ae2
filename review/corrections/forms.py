from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.neighbour_fields import Neighbours
from guidelines.neighbours import Others

NEW = ""


def _words(label, rows=3, **kwargs):
    return forms.CharField(
        label=label, strip=False, widget=forms.Textarea({"rows": rows, "class": "form-control"}), **kwargs
    )


class CorrectionForm(forms.Form):
    """Which mistake the reviewer's correction belongs to, and what of her words is the correction."""

    pair = forms.ChoiceField(
        label=_("the mistake that it corrects"),
        required=False,
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
    other = Neighbours(
        label=_("or another pair of the guideline"),
        spare=1,
        most=1,
        help_text=_("Begin to type its name and choose it. It counts instead of what is chosen above."),
    )
    correction = _words(
        _("the correction"), help_text=_("Cut it down to what would help with other clients too.")
    )
    name = forms.CharField(
        label=_("name of the new mistake"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control"}),
        help_text=_("Only for a mistake that is not in the guideline."),
    )
    shows = _words(
        _("how the new mistake shows"),
        rows=2,
        required=False,
        help_text=_("Only for a mistake that is not in the guideline."),
    )
    reason = _words(_("why this should stand in the guideline"), rows=2)

    def __init__(self, *args, found: dict[str, str], others: Others, **kwargs):
        """`found`: {key: name} of the mistakes that the reviewer found in the session."""
        super().__init__(*args, **kwargs)
        self.fields["pair"].choices = [
            *found.items(),
            (NEW, _("a new mistake, that is not in the guideline")),
        ]
        self.initial.setdefault("pair", next(iter(found), NEW))
        self.fields["other"].widget.others = others

    def answers(self) -> dict:
        given = dict(self.cleaned_data)
        other = given.pop("other")
        return given | {"pair": (other[0] if other else given["pair"]) or None}

    def show(self, problems) -> None:
        for problem in problems:
            field = {"corrections": "correction"}.get(problem.field, problem.field)
            self.add_error(field if field in self.fields else None, problem.reason)
