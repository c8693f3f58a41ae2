"""What a lead expects of a round, before she says how many of its sessions several read."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.planning import LEVELS


class HowMany(forms.Form):
    judged = forms.ChoiceField(
        label=_("Agreement on"),
        choices=[("any_mistake", _("Is there a mistake?")), ("verdict", _("Verdict"))],
        widget=forms.RadioSelect, initial="any_mistake",
    )  # fmt: skip
    most_frequent = forms.IntegerField(
        label=_("The most frequent answer, in per cent of all"), min_value=1, max_value=99, initial=60,
        help_text=_("The other answers are taken as equally frequent. The rarer they are, the more sessions are needed."),
    )  # fmt: skip
    alpha = forms.FloatField(
        label=_("Agreement that you expect (Krippendorff's alpha)"), min_value=0, max_value=0.95, initial=0.6,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
        help_text=_("0: no more than by chance; 1: always the same. A low guess is the careful one."),
    )  # fmt: skip
    readers = forms.IntegerField(
        label=_("Readers of each of these sessions"), min_value=2, max_value=10, initial=2
    )
    of_each = forms.FloatField(
        label=_("Sessions of each client"), min_value=1, max_value=1000, initial=1,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )  # fmt: skip
    alike = forms.FloatField(
        label=_("How alike sessions of one client are to judge"), min_value=0, max_value=1, initial=0.1,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
        help_text=_("0: no more than those of different clients; 1: wholly (the intra-client correlation)."),
    )  # fmt: skip
    reach = forms.FloatField(
        label=_("The interval is to reach how far to either side"), min_value=0.01, max_value=0.5, initial=0.1,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
    )  # fmt: skip
    sessions = forms.IntegerField(
        label=_("Sessions of the round"), min_value=1, max_value=1_000_000, required=False,
        help_text=_("Empty: only the number is said, not which share it is."),
    )  # fmt: skip

    def clean(self):
        given = super().clean()
        levels = LEVELS.get(given.get("judged"))
        if levels and given.get("most_frequent") and given["most_frequent"] * levels < 100:
            least = -(-100 // levels)
            self.add_error("most_frequent", _("Of %(n)d answers the most frequent has at least %(least)d per cent.")
                           % {"n": levels, "least": least})  # fmt: skip
        return given
