from django import forms
from django.utils.translation import gettext_lazy as _

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
        widget=forms.Select({"class": "form-select"}),
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

    def __init__(self, *args, names: dict[str, str], found: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        here = [(key, names[key]) for key in dict.fromkeys(found) if key in names]
        others = [(key, name) for key, name in names.items() if key not in found]
        self.fields["pair"].choices = [
            (_("found in this session"), here),
            (_("others"), [*others, (NEW, _("none of them: a new mistake"))]),
        ]

    def answers(self) -> dict:
        return self.cleaned_data | {"pair": self.cleaned_data["pair"] or None}

    def show(self, problems) -> None:
        for problem in problems:
            field = {"corrections": "correction"}.get(problem.field, problem.field)
            self.add_error(field if field in self.fields else None, problem.reason)
