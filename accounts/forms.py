from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from accounts import about
from accounts.models import ReviewerRecord, Role, User

_STYLES = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.Select: "form-select",
}


class Styled:
    """Bootstrap's classes on every field, so that templates need no code for it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _STYLES.get(type(field.widget), "form-control"))


def time_zones():
    return [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]


class LogInForm(Styled, AuthenticationForm):
    username = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )

    def clean_username(self):
        return self.cleaned_data["username"].strip().lower()


class NewPasswordForm(Styled, forms.Form):
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters. A short sentence is easy to keep in mind."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        strip=False,
    )


class ChangePasswordForm(PasswordChangeForm):
    def save(self, commit=True):
        return about.change_password(user=self.user, password=self.cleaned_data["new_password1"])


class JoinForm(NewPasswordForm):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")
    field_order = ["name", "password", "time_zone"]


class RolesForm(Styled, forms.Form):
    roles_given = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class InviteForm(RolesForm):
    email = forms.EmailField(
        label=_("E-mail of the person"), max_length=User._meta.get_field("email").max_length
    )
    field_order = ["email", "roles_given"]


class MeForm(Styled, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: settings.TEXT_LANGUAGES,
        help_text=_("Guidelines are shown in it where they are translated. The pages themselves may not be."),
    )


class RecordForm(Styled, forms.ModelForm):
    languages = forms.CharField(
        label=_("Working languages"), max_length=400, help_text=_("Separated by commas.")
    )
    years = forms.IntegerField(label=_("Years of practice"), min_value=0, max_value=80, required=False)
    accept = forms.BooleanField(label=_("I accept the participation terms of this study."))

    class Meta:
        model = ReviewerRecord
        fields = [
            "profession", "licence", "country", "years", "orientation", "supervision_training", "languages",
            "risk_qualified", "conflicts",
        ]  # fmt: skip
        widgets = {"conflicts": forms.Textarea({"rows": 2})}

    def clean_languages(self):
        found = [part.strip() for part in self.cleaned_data["languages"].split(",") if part.strip()]
        if not found:
            raise forms.ValidationError(_("Name at least one language."))
        return found

    @property
    def said(self) -> dict:
        return {field: self.cleaned_data[field] for field in self._meta.fields}
