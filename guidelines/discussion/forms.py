from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.discussion import mentioning
from guidelines.discussion.talking import LONGEST_REMARK
from guidelines.discussion.unclear import LONGEST


class RemarkForm(forms.Form):
    """What to say. People are named in the words as @Name, or chosen."""

    words = forms.CharField(
        label=_("your words"),
        strip=False,
        max_length=LONGEST_REMARK,
        widget=forms.Textarea({"rows": 4, "class": "form-control"}),
        help_text=_(
            "Markdown: *emphasis*, **strong**, - lists, > quotations, links. @Name tells a colleague of it."
        ),
    )
    mentions = forms.ModelMultipleChoiceField(
        label=_("tell these colleagues"),
        queryset=None,
        required=False,
        to_field_name="public_id",
        widget=forms.SelectMultiple({"class": "form-select", "size": 4}),
    )
    on = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mentions"].queryset = mentioning.people().exclude(pk=by.pk)

    def show(self, problems) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.reason)


class UnclearForm(forms.Form):
    words = forms.CharField(
        label=_("your question or doubt"),
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3, "class": "form-control"}),
    )

    def show(self, problems) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.reason)
