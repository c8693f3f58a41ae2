"""Forms translate what a page sent; they hold no rule."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from guidelines import briefing
from guidelines.models import Kind, Version
from review.forms import FittingSelect, NewRound, VersionChoice
from review.gold.answers import FINDINGS, VERDICT
from review.gold.results import names_of_aspects
from review.gold.training import AT_LEAST, SHARE
from review.label_studio.screens import build
from review.label_studio.screens.build import level_alias
from review.models import Verdict
from review.workflow.storing import OTHER
from synthesis.rendering import SEVERITY

SETS = (1, 2)


class WhyField(forms.CharField):
    def __init__(self, **more):
        area = forms.Textarea(attrs={"rows": 2})
        super().__init__(label=gettext_lazy("Why"), widget=area, max_length=4000, **more)


class Numbers(forms.CharField):
    """Whole numbers with commas or spaces between them, as a person types them."""

    def __init__(self, **more):
        super().__init__(required=False, max_length=200, **more)

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value):
        words = super().to_python(value).replace(",", " ").split()
        if not all(word.isdecimal() and len(word) <= 4 for word in words):
            raise forms.ValidationError(_("Write numbers with commas between them."))
        return sorted({int(word) for word in words})


class GoldForm(forms.Form):
    """Known answers to a session; `answers()` gives them in the shape of review.gold.answers."""

    verdict = forms.MultipleChoiceField(
        label=gettext_lazy("Accepted verdicts"), choices=Verdict.choices, widget=forms.CheckboxSelectMultiple
    )
    verdict_why = WhyField()
    none = forms.BooleanField(
        label=gettext_lazy("That there is no mistake is an accepted answer"), required=False
    )
    findings_why = WhyField()

    def __init__(self, *args, pairs_version: Version, rubric_version: Version, **kwargs):
        super().__init__(*args, **kwargs)
        self.mistakes = [(choice["key"], choice["name"]) for choice in briefing.choices(pairs_version)]
        self.mistakes.append((OTHER, _("a mistake that is not in the guideline")))
        self.rubric = briefing.dimensions(rubric_version)
        for n in SETS:
            for key, name in self.mistakes:
                said = {"name": name, "n": n}
                self.fields[f"turns_{n}_{key}"] = Numbers(label=_("Set %(n)s, turns of: %(name)s") % said)
                self.fields[f"severities_{n}_{key}"] = Numbers(
                    label=_("Set %(n)s, how serious: %(name)s") % said
                )
        for one in self.rubric:
            levels = [(level_alias(level["value"]), f"{level_alias(level['value'])}: {level['anchor']}")
                      for level in one["levels"]]  # fmt: skip
            self.fields[f"levels_{one['key']}"] = forms.MultipleChoiceField(
                label=one["name"], choices=levels, required=False, widget=forms.CheckboxSelectMultiple
            )
            self.fields[f"why_{one['key']}"] = WhyField(required=False)

    def sets(self):
        """For the page: (n, [(name of the mistake, its turns, how serious)])."""
        for n in SETS:
            yield (
                n,
                [
                    (name, self[f"turns_{n}_{key}"], self[f"severities_{n}_{key}"])
                    for key, name in self.mistakes
                ],
            )

    def dimensions(self):
        for one in self.rubric:
            yield one["definition"], self[f"levels_{one['key']}"], self[f"why_{one['key']}"]

    def serious(self) -> str:
        return " · ".join(f"{value}: {word}" for value, word in SEVERITY.items())

    def answers(self) -> dict:
        given = self.cleaned_data
        sets = [
            [
                {
                    "mistake": key,
                    "turns": given[f"turns_{n}_{key}"],
                    "severities": given[f"severities_{n}_{key}"],
                }
                for key, _name in self.mistakes
                if given[f"turns_{n}_{key}"] or given[f"severities_{n}_{key}"]
            ]
            for n in SETS
        ]
        accepted = [found for found in sets if found] + ([[]] if given["none"] else [])
        return {
            VERDICT: {"accepted": given["verdict"], "why": given["verdict_why"]},
            FINDINGS: {"accepted": accepted, "why": given["findings_why"]},
            "dimensions": {
                one["key"]: {"accepted": levels, "why": given[f"why_{one['key']}"]}
                for one in self.rubric
                if (levels := given[f"levels_{one['key']}"])
            },
        }


class FromSession(forms.Form):
    session = forms.UUIDField(label=gettext_lazy("Session"))
    pairs_version = VersionChoice(
        label=gettext_lazy("Mistakes to choose from"), queryset=Version.objects.none()
    )
    rubric_version = VersionChoice(
        label=gettext_lazy("Rubric to rate by"), queryset=Version.objects.none(), widget=FittingSelect
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _offer_versions(self)


class NewTraining(forms.Form):
    """`rubric`: the version whose dimensions get a pass mark each."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    reviewers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Reviewers"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
    )  # fmt: skip
    pairs_version = VersionChoice(
        label=gettext_lazy("Mistakes to choose from"), queryset=Version.objects.none()
    )
    each = forms.IntegerField(
        label=gettext_lazy("Sessions for each reviewer"), min_value=1, max_value=500, required=False,
        help_text=gettext_lazy("Drawn at random for each. Left empty, each gets all that she may be given."),
    )  # fmt: skip
    at_least = forms.IntegerField(
        label=gettext_lazy("A pass takes at least so many judgements"), min_value=1, max_value=500, initial=AT_LEAST
    )  # fmt: skip
    deadline = NewRound.base_fields["deadline"]

    def __init__(self, *args, rubric: Version | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = User.objects.with_role(Role.ANNOTATOR)
        _offer_versions(self)
        self._marks = {}
        for n, (aspect, name) in enumerate(names_of_aspects(rubric).items() if rubric else ()):
            self._marks[f"mark_{n}"] = aspect
            self.fields[f"mark_{n}"] = forms.IntegerField(
                label=_("Pass mark in per cent: %s") % name,
                min_value=1,
                max_value=100,
                initial=round(SHARE * 100),
                required=False,
            )

    clean_deadline = NewRound.clean_deadline

    def shares(self) -> dict[str, float]:
        """Of those that got a pass mark."""
        given = {aspect: self.cleaned_data[name] for name, aspect in self._marks.items()}
        return {aspect: mark / 100 for aspect, mark in given.items() if mark}


def _offer_versions(form: forms.Form) -> None:
    published = Version.objects.published().select_related("guideline").order_by("guideline__slug", "-number")
    form.fields["pairs_version"].queryset = published.filter(guideline__kind=Kind.PAIRS)
    if "rubric_version" in form.fields:
        rubrics = published.filter(guideline__kind=Kind.RUBRIC)
        form.fields["rubric_version"].queryset = rubrics
        told = briefing.dimensions_of(list(rubrics)).items()
        form.fields["rubric_version"].widget.misfits = {pk: build.misfit(found) for pk, found in told}
