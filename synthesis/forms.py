import secrets
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.models import Entry, Kind, Version
from synthesis import choice_words as words
from synthesis.models import Profile, Tier
from synthesis.planning import LARGEST_SEED
from synthesis.recipes.cell import Recipe


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, version):
        return version.in_words


class ProfileChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, profile):
        if profile.tier == Tier.NONE:
            return str(profile)
        return _("%(name)s — risk tier: %(tier)s") % {"name": profile, "tier": profile.get_tier_display()}


# Nothing at all is no budget: whoever writes 0 would be told that it is kept, and nothing would be bounded.
LEAST_MONEY = Decimal("0.0001")


class BudgetForm(forms.Form):
    """What a run may spend in all; an empty box bounds nothing."""

    money = forms.DecimalField(
        label=_("At most this much money"), min_value=LEAST_MONEY, max_digits=10, decimal_places=4, required=False,
        help_text=_("In the currency of the endpoints' prices, which must be known for it."),
    )  # fmt: skip
    tokens = forms.IntegerField(
        label=_("At most so many tokens"), min_value=1, max_value=10**11, required=False
    )
    minutes = forms.IntegerField(
        label=_("At most so many minutes of work"), min_value=1, max_value=10**7, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in BudgetForm.base_fields:
            self.fields[name].widget.attrs["class"] = "form-control"

    def bounds(self):
        return [self[name] for name in BudgetForm.base_fields]

    def budget(self, before: dict | None = None) -> dict:
        """As Run.budget holds it, once the form is valid. `before`: what the run was bounded by when the form was shown;
        a number of seconds that its minutes only round stays where nobody changed them.
        """
        given, before = self.cleaned_data, before or {}
        found = {"money": given["money"] and float(given["money"]), "tokens": given["tokens"]}
        found["seconds"] = given["minutes"] and given["minutes"] * 60
        if given["minutes"] and given["minutes"] == _minutes(before):
            found["seconds"] = before["seconds"]
        return {name: value for name, value in found.items() if value}

    @staticmethod
    def of(budget: dict) -> "BudgetForm":
        """The form with what a run is bounded by."""
        shown = {"money": budget.get("money"), "tokens": budget.get("tokens"), "minutes": _minutes(budget)}
        return BudgetForm(initial=shown)


def _minutes(budget: dict) -> int | None:
    seconds = budget.get("seconds")
    return seconds and max(1, round(seconds / 60))


class PlanForm(BudgetForm):
    """What a lead chooses for a run. Factors and parameters are drawn from what the recipe declares."""

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
        to_field_name="public_id",
        label=_("Clients"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None chosen means all of them. Sessions with a client who carries a risk tier are read only by "
            "reviewers who are qualified for it."
        ),
    )
    samples = forms.IntegerField(
        label=_("Sessions per mistake and client"), min_value=1, max_value=100, initial=1,
        help_text=_("More than one: the same mistake with the same client, played anew each time."),
    )  # fmt: skip
    limit = forms.IntegerField(
        label=_("At most this many sessions"), min_value=1, max_value=100_000, required=False, initial=12,
        help_text=_("A random share of every mistake with every client; empty means all of them."),
    )  # fmt: skip
    concurrency = forms.IntegerField(
        label=_("Calls at once"), min_value=1, max_value=256, required=False, initial=8,
        help_text=_("As many as the model's server can answer well; can be changed while the run is made."),
    )  # fmt: skip
    # The share that a limit takes is drawn by it: a preview and the plan that follows draw the same.
    seed = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST_SEED, required=False)
    # So that a second click on the same page plans nothing again.
    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    # The preview that the page shows.
    preview = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, recipe: Recipe, **kwargs):
        super().__init__(*args, **kwargs)
        self.recipe = recipe
        if recipe.plays_mistakes:
            self._mistakes()
        else:
            del self.fields["version"], self.fields["pairs"]
            self.fields["samples"].label = _("Sessions per client")
            self.fields["samples"].help_text = _("More than one: the same client, played anew each time.")
            self.fields["limit"].help_text = _("A random share of them; empty means all.")
        self.fields["profiles"].queryset = (
            Profile.objects.current().of_kind(recipe.profile_kind).order_by("name")
        )
        self._declared()
        self.fields["seed"].initial = secrets.randbelow(2**32)
        self.fields["once"].initial = secrets.token_urlsafe(16)
        for name in (*(["version"] if recipe.plays_mistakes else []), *recipe.parameters):
            self.fields[name].widget.attrs["class"] = "form-select"
        for name in ("samples", "limit", "concurrency"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def _mistakes(self):
        versions = Version.objects.published().filter(guideline__kind=Kind.PAIRS).select_related("guideline")
        self.fields["version"].queryset = versions.order_by("guideline__title", "-number")
        self.fields["version"].initial = versions.filter(guideline__slug="novice-mistakes").first()
        self.fields["pairs"].choices = _pairs_of(versions)

    def _declared(self):
        """One field for each factor and parameter of the recipe; the first choice is what happens by itself."""
        for name, choices in self.recipe.factors.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=words.label(name), choices=[(one, words.choice(name, one)) for one in choices],
                required=False, widget=forms.CheckboxSelectMultiple, help_text=words.told(name),
                initial=[choices[0]],
            )  # fmt: skip
        for name, choices in self.recipe.parameters.items():
            self.fields[name] = forms.ChoiceField(
                label=words.label(name), choices=[(one, words.choice(name, one)) for one in choices],
                required=False, help_text=words.told(name),
            )  # fmt: skip

    def what(self):
        return [self[name] for name in ("version", "pairs", "profiles") if name in self.fields]

    def crossed(self):
        return [self[name] for name in self.recipe.factors]

    def how_many(self):
        return [self[name] for name in ("samples", "limit")]

    def parameters(self):
        return [self[name] for name in self.recipe.parameters]

    def pace(self):
        return [self["concurrency"]]

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

    def chosen(self) -> dict:
        """As planning.plan takes it, once the form is valid."""
        given = self.cleaned_data
        factors = {name: given[name] or [choices[0]] for name, choices in self.recipe.factors.items()}
        parameters = {name: given[name] for name in self.recipe.parameters if given[name]}
        return {
            "version": given.get("version"),
            "profiles": list(given["profiles"]) or "all",
            "pairs": given.get("pairs") or "all",
            "samples": given["samples"],
            "limit": given["limit"],
            "parameters": parameters,
            "seed": secrets.randbelow(2**32) if given["seed"] is None else given["seed"],
            "concurrency": given["concurrency"] or 8,
            "budget": self.budget(),
            **({"factors": factors} if factors else {}),
        }

    def asked(self) -> dict:
        """The same, as JSON could hold it: what tells one plan from another."""
        given = self.chosen()
        profiles = given["profiles"]
        if profiles != "all":
            profiles = sorted(str(profile.public_id) for profile in profiles)
        version = given["version"]
        named = f"{version.guideline.slug}@{version.number}" if version else None
        return {**given, "version": named, "profiles": profiles}


def _pairs_of(versions) -> list[tuple[str, list[tuple[str, str]]]]:
    entries = Entry.objects.filter(version__in=versions).select_related(
        "pair_revision__pair", "version__guideline"
    )
    # A pair that several versions hold is chosen once, under its newest name.
    pairs: dict[str, dict[str, str]] = {}
    for entry in entries.order_by("version__guideline__title", "-version__number", "position"):
        title, revision = entry.version.guideline.title, entry.pair_revision
        pairs.setdefault(title, {}).setdefault(revision.pair.key, revision.name)
    return [(title, list(names.items())) for title, names in pairs.items()]
