"""What a lead fills in to freeze a dataset and to start a training."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exports.building import LARGEST_MARGIN, LARGEST_SEED
from exports.formats import FORMATS
from exports.margins import MARGIN
from exports.training.launch import DEFAULTS
from review.models import Round
from synthesis.models import Tier

WHAT = {
    "sft": _("Approved feedback to learn from (sft)"),
    "preference": _(
        "The better of two texts beside the other: an expert's wording, or the reply that readers preferred (preference)"
    ),
    "turn_preference": _("An expert's turn beside the counsellor's that she edited (turn_preference)"),
    "unpaired": _("Feedback with a yes or a no (unpaired)"),
    "reply": _("A better reply that readers approved (reply)"),
    "rating": _("What readers rated, level by level, for a model that judges (rating)"),
}


class RoundChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, round):
        return f"{round} ({_('rehearsal')})" if round.rehearsal else str(round)


class FreezeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    rounds = RoundChoices(
        Round.objects.none(),
        to_field_name="public_id",
        label=_("Closed rounds"),
        widget=forms.CheckboxSelectMultiple,
    )
    formats = forms.MultipleChoiceField(
        label=_("What to write"),
        choices=[(kind, WHAT[kind]) for kind in FORMATS],
        initial=list(FORMATS),
        widget=forms.CheckboxSelectMultiple,
    )
    tiers = forms.MultipleChoiceField(
        label=_("Risk tiers that this release names"),
        choices=[choice for choice in Tier.choices if choice[0] != Tier.NONE],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sessions that carry a risk tier stay here unless their tier is named."),
    )
    seed = forms.IntegerField(
        label=_("Seed of the split"), initial=0, min_value=0, max_value=LARGEST_SEED,
        help_text=_("The same seed puts the same clients on the same side."),
    )  # fmt: skip

    margin = forms.FloatField(
        label=_("Levels apart, to be a pair"), initial=MARGIN, min_value=0.01, max_value=LARGEST_MARGIN, required=False,
        help_text=_("Of two replies to the same words the higher rated one is preferred if the means lie this far apart."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rounds"].queryset = Round.objects.closed().of_review()

    def clean_margin(self) -> float:
        return self.cleaned_data["margin"] or MARGIN

    def named_tiers(self) -> tuple[str, ...]:
        return (Tier.NONE.value, *self.cleaned_data["tiers"])


class TrainingForm(forms.Form):
    """Plain words for the configuration of a run; the rest is the node's default."""

    base = forms.CharField(
        label=_("Base model"), max_length=120, initial=DEFAULTS["base"],
        help_text=_("A model folder on the node. A node that does not have it says which it has."),
    )  # fmt: skip
    max_steps = forms.IntegerField(
        label=_("Steps"), initial=DEFAULTS["max_steps"], min_value=1, max_value=10_000_000,
        help_text=_("How many times the model is adjusted."),
    )  # fmt: skip
    learning_rate = forms.FloatField(
        label=_("Learning rate"), initial=DEFAULTS["learning_rate"], min_value=1e-8, max_value=0.9,
        help_text=_("How far it moves each time."),
    )  # fmt: skip
    batch = forms.IntegerField(
        label=_("Examples per step"), initial=DEFAULTS["batch"], min_value=1, max_value=4096,
        help_text=_("More needs more memory on the node."),
    )  # fmt: skip
    max_length = forms.IntegerField(
        label=_("Longest example, in tokens"), initial=DEFAULTS["max_length"],
        min_value=16, max_value=1_000_000,
        help_text=_("Longer ones are cut."),
    )  # fmt: skip
    rank = forms.IntegerField(
        label=_("Size of the adapter (rank)"), initial=DEFAULTS["lora"]["r"], min_value=1, max_value=1024,
        help_text=_("Only a small adapter is trained; the base model stays as it is."),
    )  # fmt: skip
    seed = forms.IntegerField(label=_("Seed"), initial=DEFAULTS["seed"], min_value=0, max_value=LARGEST_SEED)

    def config(self) -> dict:
        values = dict(self.cleaned_data)
        rank = values.pop("rank")
        return {**values, "lora": {**DEFAULTS["lora"], "r": rank, "alpha": 2 * rank}}


# What train_sft.measured reports: the label, and how the number is written.
MEASURED = {
    "train_loss": (_("Mean loss on the training data"), "{:.3f}"),
    "eval_loss": (_("Loss on the held-out data"), "{:.3f}"),
    "steps": (_("Steps done"), "{:,}"),
    "seconds": (_("Time of the last stretch, in seconds"), "{:,.0f}"),
    "rows": (_("Examples learned from"), "{:,}"),
    "rows_cut": (_("Examples that were cut, being too long"), "{:,}"),
    "rows_dropped": (_("Examples left out, being too long to learn from"), "{:,}"),
}


def measured_in_words(metrics: dict) -> list[tuple[str, str]]:
    """What a training measured, in a fixed order; what is not known here keeps its own name."""
    known = {name: metrics[name] for name in MEASURED if isinstance(metrics.get(name), int | float)}
    return [
        *((MEASURED[name][0], MEASURED[name][1].format(value)) for name, value in known.items()),
        *((name, str(metrics[name])) for name in sorted(set(metrics) - set(known))),
    ]


def in_words(config: dict) -> list[tuple[str, object]]:
    """A run's configuration under the labels of the form; what the form does not know keeps its own name."""
    labels = {name: field.label for name, field in TrainingForm.base_fields.items()}
    values = {name: value for name, value in config.items() if name not in ("lora", "rehearsal")}
    if config.get("lora"):
        values["rank"] = config["lora"]["r"]
    order = [*labels, *sorted(set(values) - set(labels))]
    return [(labels.get(name, name), values[name]) for name in order if values.get(name) is not None]
