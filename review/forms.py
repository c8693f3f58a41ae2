"""Forms translate what a page sent; they hold no rule."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from guidelines import briefing
from guidelines.models import Kind, Version
from review import runs_in_words
from review.label_studio import connecting
from review.label_studio.screens import build
from review.models import Asked, Seat, Server, VerdictRule
from review.standing import Rule
from synthesis import choice_words
from synthesis.models import Run


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, version):
        return version.in_words


class FittingSelect(forms.Select):
    """A list in which what does not fit is shown with its reason and cannot be chosen; `notes`: more to be said of one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.misfits: dict[int, str] = {}
        self.notes: dict[int, str] = {}

    def create_option(self, name, value, label, *args, **kwargs):
        pk = getattr(value, "value", value)
        reason = self.misfits.get(pk)
        said = reason or self.notes.get(pk)
        option = super().create_option(name, value, f"{label} — {said}" if said else label, *args, **kwargs)
        if reason:
            option["attrs"]["disabled"] = True
        return option


class ResolutionsFrom(forms.DateField):
    """Gives the beginning of that day, where the lead is; None where nothing is said."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Reviewers see how their settled sessions were resolved from"), required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            help_text=_(
                "Empty: when the round is closed. What a reviewer judges after she could see a resolution is not used "
                "for agreement."
            ),
            **kwargs,
        )  # fmt: skip

    def clean(self, value):
        day = super().clean(value)
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return timezone.make_aware(datetime.combine(day, time()))


class MoveRelease(forms.Form):
    resolutions_from = ResolutionsFrom()


class Extend(forms.Form):
    sessions = forms.IntegerField(
        label=_("How many more sessions two people read"), min_value=1, max_value=1_000_000
    )


SHARES = ("unaided_share", "doubly_read", "repeat_share")
# These say which sessions, who reads them, or are parts of the rule.
NO_OPTIONS = ("runs", "reviewers", "verdict_rule", "marks_within", "levels_within")
# The questions under their headings, in the order of a page that asks them.
GROUPS = (
    (_("Which sessions"), ("name", "runs", "leave_out_risk", "server")),
    (_("Who reads them"), ("reviewers", "certification", "most_each", "deadline", "risk_lead")),
    (_("What stands beside the task"), ("pairs_version", "rubric_version")),
    (
        _("How they are read"),
        ("overlap", "doubly_read", "unaided_share", "repeat_share", "known_answers"),
    ),
    (_("How it is settled"), ("verdict_rule", "marks_within", "levels_within", "resolutions_from")),
)


class NewRound(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    runs = forms.ModelMultipleChoiceField(
        label=_("Sessions of these runs"), queryset=Run.objects.none(), widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
        help_text=_("All sessions that were made, but for those held back: they wait until a lead releases them."),
    )  # fmt: skip
    leave_out_risk = forms.BooleanField(
        label=_("Leave out sessions that carry a risk tier"), required=False,
        help_text=_(
            "Each of those is read by at least two reviewers who are qualified to assess risk and said on their desk "
            "that they read such sessions; by more, where each session is."
        ),
    )  # fmt: skip
    reviewers = forms.ModelMultipleChoiceField(
        label=_("Reviewers"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
    )  # fmt: skip
    risk_lead = forms.ModelChoiceField(
        label=_("Lead for risk"), queryset=User.objects.none(), to_field_name="public_id", required=False,
        empty_label=_("You"),
        help_text=_(
            "To whom it goes first when a reader calls a session unsafe. It is a lead who reads nothing in this round."
        ),
    )  # fmt: skip
    pairs_version = VersionChoice(label=_("Mistakes to choose from"), queryset=Version.objects.none())
    rubric_version = VersionChoice(
        label=_("Rubric to rate by"), queryset=Version.objects.none(), widget=FittingSelect
    )
    overlap = forms.IntegerField(label=_("Readers of each session"), min_value=1, max_value=20, initial=2)
    doubly_read = forms.IntegerField(
        label=_("Share of the sessions that so many read, in per cent"), min_value=0, max_value=100, initial=100,
        required=False,
        help_text=_(
            "Drawn at random; the others are read by one, whose judgement settles them. Agreement is measured on what "
            "several read. Sessions without the draft or with a risk tier are always read by two."
        ),
    )  # fmt: skip
    verdict_rule = forms.ChoiceField(
        label=_("A verdict is settled"), choices=VerdictRule, widget=forms.RadioSelect, required=False,
        initial=VerdictRule.UNANIMOUS,
        help_text=_(
            "Otherwise an adjudicator settles it; so she does where as many say one thing as another. A session that a "
            "reader calls unsafe is never settled by a majority."
        ),
    )  # fmt: skip
    marks_within = forms.IntegerField(
        label=_("Readers without the draft also mark a mistake within how many turns of one another"),
        min_value=0, max_value=100, required=False,
        help_text=_("Empty: the same set of mistakes settles what they found, wherever they marked it."),
    )  # fmt: skip
    levels_within = forms.IntegerField(
        label=_("Ratings may lie how many levels apart"), min_value=0, max_value=20, required=False,
        help_text=_(
            "Empty: ratings are kept as they are given, and none is a dispute. With a number, ratings of a dimension "
            "that lie further apart are one; dimensions whose levels have no order are left out of this. Where there is no "
            "draft to be accepted, ratings are all that there is: empty then means the same level, and what lies within "
            "the number is settled at the median, of two the lower."
        ),
    )  # fmt: skip
    deadline = forms.DateField(
        label=_("To be judged by"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Reviewers see it on their desk. Nothing ends by itself."),
    )  # fmt: skip
    most_each = forms.IntegerField(
        label=_("Sessions for each reviewer at most"), min_value=1, required=False,
        help_text=_("Empty: they are shared out evenly, however many there are. It holds for what is handed on, too."),
    )  # fmt: skip
    repeat_share = forms.IntegerField(
        label=_("Share that a reviewer reads twice, in per cent"), min_value=0, max_value=100, initial=5,
        required=False,
        help_text=_(
            "She is not told: a fortnight after she judged it the session comes once more, and shows how far she agrees "
            "with herself. None for a reviewer with fewer than 10 sessions."
        ),
    )  # fmt: skip
    resolutions_from = ResolutionsFrom()
    unaided_share = forms.IntegerField(
        label=_("Share read without the draft, in per cent"), min_value=0, max_value=100, initial=20,
        help_text=_("None in rounds under 10 sessions; at least 30 in rounds of 60 or more. 0 means none."),
    )  # fmt: skip

    known_answers = forms.IntegerField(
        label=_("Sessions with known answers for each reviewer"), min_value=0, max_value=500, initial=0, required=False,
        help_text=_(
            "Drawn at random for each and put among the others, which they look like. They show how well a reviewer "
            "finds what experts agreed upon, and count for nothing else."
        ),
    )  # fmt: skip
    certification = forms.ChoiceField(
        label=_("Reviewers who are not certified under these versions"), choices=Asked, initial=Asked.WARN,
        required=False,
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        published = (
            Version.objects.published().select_related("guideline").order_by("guideline__slug", "-number")
        )
        runs = list(runs_in_words.offered())
        self._recipe_of = {str(run.public_id): run.recipe for run in runs}
        self.fields["runs"].queryset = runs_in_words.offered()
        self.fields["runs"].choices = list(runs_in_words.in_words(runs).items())
        self.fields["reviewers"].queryset = User.objects.with_role(Role.ANNOTATOR)
        self.fields["risk_lead"].queryset = User.objects.with_role(Role.LEAD)
        self.fields["pairs_version"].queryset = published.filter(guideline__kind=Kind.PAIRS)
        rubrics = published.filter(guideline__kind=Kind.RUBRIC)
        self.fields["rubric_version"].queryset = rubrics
        self._dimensions = briefing.dimensions_of(list(rubrics))
        self._say_what_fits(self.fields["rubric_version"], list(rubrics))

        # Where there is one only, there is nothing to choose.
        servers = connecting.for_new_rounds()
        if len(servers) > 1:
            self.fields["server"] = forms.ModelChoiceField(
                label=_("Label Studio server"), to_field_name="name", empty_label=None, initial=servers[0].name,
                queryset=Server.objects.filter(pk__in=[server.pk for server in servers]),
                help_text=_("Its reviewers judge there; it cannot be changed later."),
            )  # fmt: skip

    def kinds(self) -> tuple[set[str], set[str]]:
        """The recipes that sessions can be of here, and those of the sessions chosen so far."""
        # Where no run is asked for, what is chosen is checked when the round is made.
        chosen = {str(pk) for pk in self["runs"].value() or ()} if "runs" in self.fields else set()
        every = set(self._recipe_of.values()) or {"supervised_dialogue"}
        return every, {recipe for pk, recipe in self._recipe_of.items() if pk in chosen}

    def _say_what_fits(self, field, rubrics) -> None:
        """A rubric that fits no session here cannot be chosen; one that fits some sessions says which."""
        every, chosen = map(sorted, self.kinds())
        unfit = set()
        for rubric in rubrics:
            dimensions = self._dimensions[rubric.pk]
            if reason := build.misfit(dimensions, every):
                field.widget.misfits[rubric.pk] = reason
                unfit.add(rubric.pk)
            elif chosen and (reason := build.misfit(dimensions, chosen)):
                field.widget.notes[rubric.pk] = reason
                unfit.add(rubric.pk)
            elif len(fits := [one for one in every if not build.misfit(dimensions, [one])]) < len(every):
                field.widget.notes[rubric.pk] = ", ".join(map(choice_words.recipe, fits))
        suggested = self.initial.get("rubric_version")
        if suggested is not None and suggested.pk in unfit:
            self.initial["rubric_version"] = next((one for one in rubrics if one.pk not in unfit), None)

    def clean(self):
        """What was made in different ways is read on different screens, and not every rubric fits a screen."""
        given, (_every, recipes) = super().clean(), self.kinds()
        if len(recipes) > 1:
            told = "; ".join(sorted(choice_words.recipe(name) for name in recipes))
            self.add_error(
                "runs",
                _("These runs are of different kinds: %(kinds)s. A round is of one kind.") % {"kinds": told},
            )
        rubric = given.get("rubric_version")
        if recipes and rubric and (unfit := build.misfit(self._dimensions[rubric.pk], recipes)):
            self.add_error("rubric_version", unfit)
        return given

    def groups(self) -> list[tuple[str, list]]:
        """[(heading, fields)], of what this form asks."""
        asked = [
            (heading, [self[name] for name in names if name in self.fields]) for heading, names in GROUPS
        ]
        return [(heading, fields) for heading, fields in asked if fields]

    def options(self) -> dict:
        """The options of review.rounds.make_round that are asked for here, but for who reads; what a form does not ask is
        not among them.
        """
        given = {name: value for name, value in self.cleaned_data.items() if name in self.fields}
        found = {name: value for name, value in given.items() if name not in NO_OPTIONS}
        found |= {name: given[name] / 100 for name in SHARES if name in given}
        if "known_answers" in given:
            found["known_answers"] = given["known_answers"] or 0
        return found | {"rule": self.rule()}

    def clean_doubly_read(self):
        given = self.cleaned_data["doubly_read"]
        return 100 if given is None else given

    def clean_repeat_share(self):
        return self.cleaned_data["repeat_share"] or 0

    def rule(self) -> Rule:
        given = self.cleaned_data
        return Rule(
            majority=given["verdict_rule"] == VerdictRule.MAJORITY,
            marks_within=given["marks_within"],
            levels_within=given["levels_within"],
        )

    def clean_certification(self):
        return self.cleaned_data["certification"] or Asked.WARN

    def clean_deadline(self):
        """The end of that day, where the lead is."""
        day = self.cleaned_data["deadline"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class Granting(NewRound):
    """A round of sessions that were appealed: which, and how they were read, is known; usually by the same words.
    `but`: ids of reviewers who are not asked.
    """

    def __init__(self, *args, like, but=(), **kwargs):
        self._screen = like.screen
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = self.fields["reviewers"].queryset.exclude(pk__in=but)
        for name in (
            "runs",
            "leave_out_risk",
            "doubly_read",
            "unaided_share",
            "resolutions_from",
            "repeat_share",
            "most_each",
            "known_answers",
        ):
            del self.fields[name]
        for name in ("pairs_version", "rubric_version"):
            field, version = self.fields[name], getattr(like, name)
            field.queryset = field.queryset.filter(guideline=version.guideline_id)
            usual = field.queryset.filter(pk=version.pk).first() or field.queryset.order_by("-number").first()
            field.initial = usual
        self.fields["reviewers"].help_text = _(
            "Who have never had any of these sessions before them, nor could read the appeals."
        )

    def kinds(self) -> tuple[set[str], set[str]]:
        return {self._screen}, {self._screen}


class ServerForm(forms.ModelForm):
    """A further Label Studio, by its name: saving one that is there changes it."""

    class Meta:
        model = Server
        fields = ["name", "url", "gateway_url", "public_url", "token_env"]
        help_texts = {
            "url": _("Where our servers reach it."),
            "gateway_url": _("Where reviewers reach it through the gateway: a host or a port of its own, without a path."),
            "public_url": _("Only where reviewers have accounts of their own there."),
            "token_env": _(
                "The token itself is never stored: name the environment variable that holds it, beginning with "
                "LABEL_STUDIO_TOKEN_."
            ),
        }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("url", "token_env"):
            self.fields[name].required = True
        for name in ("url", "public_url", "gateway_url"):
            self.fields[name].assume_scheme = "https"

    def validate_unique(self):
        """What stands is changed; `save_server` says what another has."""

    def validate_constraints(self):
        """The same."""


class MoreSeats(forms.Form):
    """Annotators who have no seat in this round."""

    reviewers = forms.ModelMultipleChoiceField(
        label=_("Seat more reviewers"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
    )  # fmt: skip

    def __init__(self, *args, round, **kwargs):
        super().__init__(*args, **kwargs)
        seated = Seat.objects.filter(round=round, rater__user__isnull=False).values("rater__user")
        free = User.objects.with_role(Role.ANNOTATOR).exclude(pk__in=seated)
        self.fields["reviewers"].queryset = free
        self.fields["reviewers"].choices = self.free = [(user.public_id, str(user)) for user in free]
