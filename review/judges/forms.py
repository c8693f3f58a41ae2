"""Forms translate what a page sent; they hold no rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.judges.asking import TEMPERATURE
from review.models import MOST_REPEATS
from synthesis.models import Endpoint


class AskJudge(forms.Form):
    endpoint = forms.ModelChoiceField(
        label=_("Where it answers"), queryset=Endpoint.objects.order_by("name"), to_field_name="name", empty_label=None
    )  # fmt: skip
    model = forms.CharField(label=_("Model"), max_length=190)
    repeats = forms.IntegerField(
        label=_("How often it reads each session"), min_value=1, max_value=MOST_REPEATS, initial=3,
        help_text=_("From two on, the page says how far it differs from itself. Two texts are read twice each time, with "
                    "the other one first."),
    )  # fmt: skip
    temperature = forms.FloatField(
        label=_("Temperature"), min_value=0, max_value=2, initial=TEMPERATURE,
        help_text=_("At 0 it says the same each time, and repeats tell nothing."),
    )  # fmt: skip
