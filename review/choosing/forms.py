"""The filter by which a lead chooses sessions, and what is reviewed first; its values stand in the address."""

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guidelines.models import Kind, Pair, PairRevision, Version
from guidelines.translating import languages
from review import runs_in_words
from review.choosing.fitting import ANY_TIER, NO_TIER, SCREEN, Checks, Seen, Wanted, languages_of, models_of
from review.choosing.opening import Choosing
from review.forms import NewRound, VersionChoice
from review.label_studio.screens.recipes import SCREENS
from review.models import Reason
from review.priority import COVERAGE, DISAGREEMENT, NOVELTY, PARTS
from synthesis import choice_words
from synthesis.models import Instance, Intended, Profile, Tier

RANDOM_SHARE, WEIGHT, HEAVIEST = 30, 1, 10


def _several(label, help_text=""):
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def _weight(label, help_text):
    return forms.IntegerField(
        label=label, min_value=0, max_value=HEAVIEST, required=False, initial=WEIGHT, help_text=help_text
    )


class WhichSessions(forms.Form):
    """Sent by GET. An empty field leaves nothing out."""

    recipe = forms.ChoiceField(label=_("What was made"), required=False, choices=())
    runs = _several(_("Runs"))
    pairs = _several(
        _("Mistakes they were to show"), _("Also where one is shown beside another. Any of those ticked.")
    )
    clients = _several(_("Clients"))
    languages = _several(_("Languages"))
    models = _several(_("Models that made them"))
    risk = forms.ChoiceField(
        label=_("Risk tier"), required=False,
        choices=[("", _("any")), (NO_TIER, _("none")), (ANY_TIER, _("one or another")),
                 *[one for one in Tier.choices if one[0] != Tier.NONE]],
    )  # fmt: skip
    checks = forms.ChoiceField(
        label=_("Machine checks"), required=False, choices=[("", _("whatever they found")), *Checks.choices],
        help_text=_(
            "Whether the feedback did not pass the run's own checks, quotes what nobody said, or the quality rules had "
            "the session held back and a lead released it."
        ),
    )  # fmt: skip
    seen = forms.ChoiceField(
        label=_("Read before"), required=False, choices=[("", _("whether or not")), *Seen.choices],
        help_text=_("In rounds of people; rehearsals do not count."),
    )  # fmt: skip
    version = VersionChoice(label=_("Version"), queryset=Version.objects.none(), required=False)
    most = forms.IntegerField(
        label=_("At most so many sessions"), min_value=1, max_value=100_000, required=False,
        help_text=_("Empty: all that fit, and then nothing below matters."),
    )  # fmt: skip
    random_share = forms.IntegerField(
        label=_("Share chosen by chance alone, in per cent"), min_value=5, max_value=100, required=False,
        initial=RANDOM_SHARE,
        help_text=_(
            "So much of every session's chance is the same for all, whatever counts below. 100: nothing below counts."
        ),
    )  # fmt: skip
    disagreement = _weight(
        _("Weight of: machine judges disagree"),
        _("Judge models that rated the session, and the checks of its own run, contradict each other."),
    )
    novelty = _weight(
        _("Weight of: unlike what was judged"),
        _("What is said is far from any session that people have judged, and from the others that fit."),
    )
    coverage = _weight(
        _("Weight of: its mistake was judged little"),
        _("People have judged few sessions that were to show this mistake."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        made = Instance.objects.made().order_by()
        self.fields["recipe"].choices = [(name, choice_words.recipe(name)) for name in recipes_made(made)]
        self.runs = {str(run.public_id): run for run in runs_in_words.offered()}
        self.fields["runs"].choices = list(runs_in_words.in_words(list(self.runs.values())).items())
        self.fields["models"].choices = _named({one for run in self.runs.values() for one in models_of(run)})
        spoken = {one for run in self.runs.values() for one in languages_of(run)}
        known = languages.known()
        self.fields["languages"].choices = [(code, known[code].name) for code in known if code in spoken]
        self.fields["pairs"].choices = _pairs(made)
        self.fields["clients"].choices = _clients(made)
        published = Version.objects.published().filter(guideline__kind=Kind.PAIRS).select_related("guideline")
        self.fields["version"].queryset = published.order_by("guideline__slug", "-number")

    @classmethod
    def asked(cls, sent) -> "WhichSessions | None":
        """The filter that an address holds; None where it holds none."""
        return cls(sent) if any(name in sent for name in cls.base_fields) else None

    def clean(self):
        given = super().clean()
        if given.get("seen") == Seen.NOT_BY_VERSION and not given.get("version"):
            self.add_error("version", _("Say by which version."))
        for name, usual in [("random_share", RANDOM_SHARE), *((part, WEIGHT) for part in PARTS)]:
            if given.get(name) is None:
                given[name] = usual
        return given

    def choosing(self) -> Choosing:
        """Once the form is valid."""
        given = self.cleaned_data
        wanted = Wanted(
            recipe=given["recipe"] or self.fields["recipe"].choices[0][0],
            runs=tuple(self.runs[pk] for pk in given["runs"]),
            models=tuple(given["models"]),
            languages=tuple(given["languages"]),
            pairs=tuple(Pair.objects.filter(public_id__in=given["pairs"])),
            clients=tuple(given["clients"]),
            tier=given["risk"],
            checks=given["checks"],
            seen=given["seen"],
            version=given["version"],
        )
        return Choosing(
            wanted,
            asked={name: self.data.getlist(name) for name in self.fields if any(self.data.getlist(name))},
            most=given["most"],
            random_share=given["random_share"] / 100,
            weights={part: given[part] for part in PARTS},
        )

    def filters(self):
        """The long lists, which a page folds away while nothing of them is chosen."""
        return [self[name] for name in ("runs", "pairs", "clients", "languages", "models")]

    def others(self):
        return [self[name] for name in ("risk", "checks", "seen", "version")]

    def kinds(self):
        """Where there is one kind only, there is nothing to choose."""
        return [self["recipe"]] if len(self.fields["recipe"].choices) > 1 else []

    def first(self):
        return [self[name] for name in ("random_share", *PARTS)]

    def in_words(self) -> list[str]:
        """What is asked for, line by line; once the form is valid."""
        lines = []
        for name in ("recipe", "runs", "pairs", "clients", "languages", "models", "risk", "checks", "seen"):
            field, given = self.fields[name], self.cleaned_data[name]
            chosen = {given} if isinstance(given, str) else set(given)
            called = [str(label) for value, label in _flat(field.choices) if value and value in chosen]
            if name == "seen" and given == Seen.NOT_BY_VERSION:
                called = [f"{called[0]} {self.cleaned_data['version'].in_words}"]
            if called:
                lines.append(f"{field.label}: {', '.join(called)}")
        return lines


# What an address names that says which sessions a round is to be of, and how many of them several read.
SESSIONS = {"run", *WhichSessions.base_fields}
SHARE = {"doubly_read", "overlap"}


class RoundOfChosen(NewRound):
    """As NewRound, but that the sessions are chosen already."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["runs"], self.fields["leave_out_risk"]

    def kinds(self) -> tuple[set[str], set[str]]:
        return {SCREEN}, {SCREEN}


def weights_in_words(weights: dict[str, float]) -> list[str]:
    labels = {DISAGREEMENT: Reason.DISAGREEMENT, NOVELTY: Reason.NOVELTY, COVERAGE: Reason.COVERAGE}
    return [
        _now("%(part)s (weight %(weight)g)") % {"part": labels[part].label, "weight": weights[part]}
        for part in PARTS
        if weights.get(part, 0) > 0
    ]


def recipes_made(made) -> list[str]:
    """Of which there are sessions and a screen, the usual one first; never none."""
    return [name for name in SCREENS if made.filter(recipe=name).exists()] or [SCREEN]


def _named(found) -> list[tuple[str, str]]:
    return [(one, one) for one in sorted(found)]


def _flat(choices):
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _pairs(made) -> list:
    """Those that sessions were made to show, under their guidelines; by the name of their newest text that was used."""
    first = Exists(made.filter(pair_revision=OuterRef("pk")))
    besides = Exists(Intended.objects.filter(pair_revision=OuterRef("pk")))
    rows = PairRevision.objects.filter(first | besides).order_by("n")
    called = {}
    for public_id, name, title in rows.values_list("pair__public_id", "name", "pair__guideline__title"):
        called[str(public_id)] = (title, name)
    groups: dict[str, list] = {}
    for public_id, (title, name) in sorted(called.items(), key=lambda one: one[1]):
        groups.setdefault(title, []).append((public_id, name))
    return list(groups.items())


def _clients(made) -> list[tuple[str, str]]:
    used = Profile.objects.filter(Exists(made.filter(profile=OuterRef("pk")))).order_by("n")
    called = {key: name or key for key, name in used.values_list("key", "name")}
    return sorted(called.items(), key=lambda one: one[1])
