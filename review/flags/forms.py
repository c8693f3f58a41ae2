"""Forms translate what a page sent; they hold no rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from review.disputing.forms import yes_no
from review.models import FlagKind


class Raising(forms.Form):
    kind = forms.ChoiceField(label=_("What is it about?"), choices=FlagKind, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What did you see, and in which turn?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )  # fmt: skip


class Answering(forms.Form):
    """`flag`: the newest that she saw."""

    flag = forms.IntegerField(widget=forms.HiddenInput)
    holds = yes_no(_("Hold this session back from every round and release?"))
    reason = forms.CharField(
        label=_("What you found, and what was done"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )  # fmt: skip


class RiskLead(forms.Form):
    """Leads who read nothing in this round."""

    lead = forms.ModelChoiceField(
        label=_("Lead for risk"), queryset=User.objects.none(), to_field_name="public_id", empty_label=None
    )

    def __init__(self, *args, round, **kwargs):
        super().__init__(*args, **kwargs)
        reading = round.seats.filter(rater__user__isnull=False).values("rater__user")
        self.fields["lead"].queryset = User.objects.with_role(Role.LEAD).exclude(pk__in=reading)
        self.initial.setdefault("lead", round.risk_lead and round.risk_lead.public_id)
