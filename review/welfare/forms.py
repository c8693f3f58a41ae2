"""Forms translate what a page sent; they hold no rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.welfare.notices import NOTICES


class Wishes(forms.Form):
    reads = forms.MultipleChoiceField(
        label=_("I read sessions that speak of"), choices=list(NOTICES.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "What you leave out is given to others, and leaves your queue at once. You give no reason, and may change it "
            "on any day. Such sessions come only to those who are qualified to assess risk."
        ),
    )  # fmt: skip
    daily_cap = forms.IntegerField(
        label=_("At the most so many sessions a day"), min_value=1, max_value=1000, required=False,
        help_text=_("Empty: no limit of your own. What you have begun you may always finish."),
    )  # fmt: skip


class Providing(forms.Form):
    """As it stands (review.models.Welfare or None), until it is sent."""

    contact_name = forms.CharField(
        label=_("Whom to turn to"), max_length=120, required=False,
        help_text=_("Somebody whom reviewers can turn to when a session stays with them."),
    )  # fmt: skip
    contact_reach = forms.CharField(
        label=_("How to reach them"), max_length=200, required=False,
        help_text=_("A telephone number, an address, hours. It is shown as it is written."),
    )  # fmt: skip
    contact_text = forms.CharField(
        label=_("What else to say"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )  # fmt: skip
    daily_ceiling = forms.IntegerField(
        label=_("Most sessions that anybody judges in a day"), min_value=1, max_value=1000, required=False,
        help_text=_("Nobody is given more; each may set less. Empty: no limit."),
    )  # fmt: skip
    protocol = forms.CharField(
        label=_("Local protocol"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What to do where a text may concern a real person. Readers see it where they raise a flag."),
    )  # fmt: skip

    def __init__(self, *args, now=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {name: getattr(now, name) for name in self.fields} if now else {}
