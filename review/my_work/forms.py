from django import forms
from django.utils.translation import gettext_lazy as _

from review.reasons import LONGEST


class AppealForm(forms.Form):
    reason = forms.CharField(
        label=_("What the final word overlooks"), max_length=LONGEST,
        widget=forms.Textarea({"rows": 4, "class": "form-control"}),
        help_text=_("A lead reads it under your name. Either others judge the session again, or you get a written answer."),
    )  # fmt: skip
