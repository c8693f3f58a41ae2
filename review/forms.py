"""Forms translate what a page sent; they hold no rule."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from guidelines import briefing
from guidelines.models import Kind, Version
from review.label_studio import connecting
from review.label_studio.screens import build
from review.models import Seat, Server
from synthesis.models import Run
from synthesis.rendering import SEVERITY


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, version):
        return version.in_words


class FittingSelect(forms.Select):
    """A list in which what does not fit is shown with its reason and cannot be chosen."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.misfits: dict[int, str] = {}

    def create_option(self, name, value, label, *args, **kwargs):
        reason = self.misfits.get(getattr(value, "value", value))
        option = super().create_option(
            name, value, f"{label} — {reason}" if reason else label, *args, **kwargs
        )
        if reason:
            option["attrs"]["disabled"] = True
        return option


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
            "Each of those is read by at least two reviewers who are qualified to assess risk; by more, where "
            "each session is."
        ),
    )  # fmt: skip
    reviewers = forms.ModelMultipleChoiceField(
        label=_("Reviewers"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
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
    unaided_share = forms.IntegerField(
        label=_("Share read without the draft, in per cent"), min_value=0, max_value=100, initial=20,
        help_text=_("None in rounds under 10 sessions; at least 30 in rounds of 60 or more. 0 means none."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        published = (
            Version.objects.published().select_related("guideline").order_by("guideline__slug", "-number")
        )
        self.fields["runs"].queryset = Run.objects.listed().filter(instances__state="made").distinct()
        self.fields["reviewers"].queryset = User.objects.with_role(Role.ANNOTATOR)
        self.fields["pairs_version"].queryset = published.filter(guideline__kind=Kind.PAIRS)
        rubrics = published.filter(guideline__kind=Kind.RUBRIC)
        self.fields["rubric_version"].queryset = rubrics
        told = briefing.dimensions_of(list(rubrics)).items()
        self.fields["rubric_version"].widget.misfits = {pk: build.misfit(found) for pk, found in told}

        # Where there is one only, there is nothing to choose.
        servers = connecting.for_new_rounds()
        if len(servers) > 1:
            self.fields["server"] = forms.ModelChoiceField(
                label=_("Label Studio server"), to_field_name="name", empty_label=None, initial=servers[0].name,
                queryset=Server.objects.filter(pk__in=[server.pk for server in servers]),
                help_text=_("Its reviewers judge there; it cannot be changed later."),
            )  # fmt: skip

    def clean_doubly_read(self):
        given = self.cleaned_data["doubly_read"]
        return 100 if given is None else given

    def clean_repeat_share(self):
        return self.cleaned_data["repeat_share"] or 0

    def clean_deadline(self):
        """The end of that day, where the lead is."""
        day = self.cleaned_data["deadline"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


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


YES_NO = [("yes", _("yes")), ("no", _("no"))]


def yes_no(label):
    """A question that must be answered; gives True or False."""
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, coerce=lambda value: value == "yes", widget=forms.RadioSelect
    )


class Settling(forms.Form):
    """Built from the dispute: `text-<token>`, `equivalent`, `finding`, `any_mistake`, `unsafe`, `reason`."""

    reason = forms.CharField(
        label=_("Your reason; the reviewers read it when the round is closed"),
        widget=forms.Textarea(attrs={"rows": 3}), max_length=4000,
    )  # fmt: skip

    def __init__(self, dispute, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dispute = dispute
        for n, text in enumerate(dispute.texts, 1):
            self.fields[f"text-{text.token}"] = yes_no(_("Would you give text %s as it stands?") % n)
        if dispute.asks_equivalent:
            self.fields["equivalent"] = yes_no(_("Do the texts say the same to the counsellor?"))
        if dispute.asks_findings:
            self.fields["any_mistake"] = yes_no(_("Does the counsellor make a mistake?"))
            proposed = [
                (p.token, _("%(name)s, turn %(turns)s, %(severity)s") % {
                    "name": p.name,
                    "turns": ", ".join(map(str, p.utterances)),
                    "severity": SEVERITY[p.severity],
                })
                for p in dispute.proposed
            ]  # fmt: skip
            self.fields["finding"] = forms.MultipleChoiceField(
                label=_("Which of these stand?"),
                choices=proposed,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if dispute.asks_safety:
            self.fields["unsafe"] = yes_no(_("A reader calls this session unsafe. Is it?"))
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean(self):
        given = super().clean()
        ticked = bool(given.get("finding"))
        if self.dispute.asks_findings and given.get("any_mistake", ticked) != ticked:
            self.add_error("finding", _("Tick what stands, or answer that there is no mistake."))
        return given

    def answers(self) -> dict:
        """The arguments of `Dispute.settle` but `by`."""
        given = self.cleaned_data
        approved = {
            name.removeprefix("text-"): value for name, value in given.items() if name.startswith("text-")
        }
        return {
            "approved": approved,
            "equivalent": given.get("equivalent"),
            "found": given.get("finding"),
            "unsafe": given.get("unsafe"),
            "reason": given["reason"],
        }
