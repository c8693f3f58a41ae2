from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.models import Entry, Kind, Version
from synthesis.models import Profile, Tier


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, version):
        return version.in_words


class ProfileChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, profile):
        if profile.tier == Tier.NONE:
            return str(profile)
        return _("%(name)s — risk tier: %(tier)s") % {"name": profile, "tier": profile.get_tier_display()}


class PlanForm(forms.Form):
    """What a lead chooses for a run of supervised dialogues."""

    version = VersionChoice(
        Version.objects.none(),
        label=_("Guideline"),
        help_text=_("The mistakes to be played come from this version."),
    )
    pairs = forms.MultipleChoiceField(
        label=_("Mistakes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all of them."),
    )
    profiles = ProfileChoices(
        Profile.objects.none(),
        label=_("Clients"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None chosen means all of them. Sessions with a client who carries a risk tier are read only by "
            "reviewers who are qualified for it."
        ),
    )
    samples = forms.IntegerField(
        label=_("Sessions per mistake and client"), min_value=1, max_value=100, initial=1
    )
    limit = forms.IntegerField(
        label=_("At most this many sessions"), min_value=1, max_value=100_000, required=False, initial=12,
        help_text=_("A random share of every mistake with every client; empty means all of them."),
    )  # fmt: skip
    supervisor = forms.ChoiceField(
        label=_("Is the supervisor agent told the intended mistake?"),
        choices=[("untold", _("no, it must find it")), ("told", _("yes"))],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("version", "supervisor"):
            self.fields[name].widget.attrs["class"] = "form-select"
        for name in ("samples", "limit"):
            self.fields[name].widget.attrs["class"] = "form-control"
        versions = Version.objects.published().filter(guideline__kind=Kind.PAIRS).select_related("guideline")
        self.fields["version"].queryset = versions.order_by("guideline__title", "-number")
        self.fields["version"].initial = versions.filter(guideline__slug="novice-mistakes").first()
        self.fields["profiles"].queryset = Profile.objects.current().order_by("name")
        entries = Entry.objects.filter(version__in=versions).select_related(
            "pair_revision__pair", "version__guideline"
        )
        # A pair that several versions hold is chosen once, under its newest name.
        pairs: dict[str, dict[str, str]] = {}
        for entry in entries.order_by("version__guideline__title", "-version__number", "position"):
            title, revision = entry.version.guideline.title, entry.pair_revision
            pairs.setdefault(title, {}).setdefault(revision.pair.key, revision.name)
        self.fields["pairs"].choices = [(title, list(names.items())) for title, names in pairs.items()]

    def clean(self):
        values = super().clean()
        version, chosen = values.get("version"), values.get("pairs") or []
        if version and chosen:
            known = set(version.entries.values_list("pair_revision__pair__key", flat=True))
            names = dict(pair for _title, group in self.fields["pairs"].choices for pair in group)
            if strangers := [names[key] for key in names if key in chosen and key not in known]:
                self.add_error(
                    "pairs", _("Not in this guideline: %(names)s") % {"names": ", ".join(strangers)}
                )
        return values
