"""The two forms of a dispute: what she says before anything is revealed, and how she settles it. They hold no rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review import grading
from review.disputing import marks
from review.label_studio.screens.build import level_alias
from review.models import ErrorType
from review.outcomes import CHOSEN
from review.workflow import MOST_MARKS
from synthesis.rendering import SEVERITY

BETTER = [(place, CHOSEN[place]) for place in ("first", "tie", "second")]
YES_NO = [("yes", _("yes")), ("no", _("no"))]


def yes_no(label):
    """A question that must be answered; gives True or False."""
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, coerce=lambda value: value == "yes", widget=forms.RadioSelect
    )


class Asking(forms.Form):
    """What both steps ask: `text-<token>`, `equivalent`, `any_mistake`, `finding`, the parts of review.disputing.marks,
    `unsafe`, `level-<key>`, `preferred`.
    """

    most_marks = MOST_MARKS

    def __init__(self, dispute, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dispute = dispute
        self.numbers = []
        for n, text in enumerate(dispute.texts, 1):
            self.fields[f"text-{text.token}"] = yes_no(_("Would you give text %s as it stands?") % n)
        if dispute.asks_equivalent:
            self.fields["equivalent"] = yes_no(self.same)
        if dispute.asks_findings:
            self.fields["any_mistake"] = yes_no(_("Does the counsellor make a mistake?"))
            self.fields["finding"] = forms.MultipleChoiceField(
                label=self.which,
                choices=self.findings(),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": _("The findings changed meanwhile; look at them again.")},
            )
            self.numbers = marks.numbers_in(self.data if self.is_bound else self.initial)
            for n in self.numbers:
                self.fields |= marks.fields(n, dispute)
                if n == self.initial.get("newest"):
                    self.fields[marks.names(n)[0]].widget.attrs["autofocus"] = True
        if dispute.asks_safety:
            self.fields["unsafe"] = yes_no(self.safety)
        for dimension in self.dimensions():
            levels = [(level_alias(one["value"]), _level(one)) for one in dimension["levels"]]
            self.fields[f"level-{dimension['key']}"] = forms.ChoiceField(
                label=dimension["name"],
                choices=levels,
                widget=forms.RadioSelect,
                help_text=dimension["definition"],
            )
        if dispute.asks_preferred:
            self.fields["preferred"] = forms.ChoiceField(
                label=_("Which is better on the whole?"), choices=BETTER, widget=forms.RadioSelect
            )

    @property
    def parts(self) -> list[marks.Part]:
        return marks.parts(self)

    @property
    def questions(self) -> list[forms.BoundField]:
        """All that is asked but those parts, which stand with the findings."""
        inside = {name for n in self.numbers for name in marks.names(n)}
        return [field for field in self.visible_fields() if field.name not in inside]

    def clean(self):
        given = super().clean()
        self.marked = marks.marked(self)
        named = bool(given.get("finding") or self.marked)
        if (
            self.dispute.asks_findings
            and "finding" not in self.errors
            and given.get("any_mistake", named) != named
        ):
            self.add_error("finding", _("Tick what stands, or answer that there is no mistake."))
        return given

    def asked(self) -> dict:
        given = self.cleaned_data
        return {
            "approved": _under("text-", given) if self.dispute.texts else None,
            "equivalent": given.get("equivalent"),
            "unsafe": given.get("unsafe"),
            "levels": _under("level-", given) or None,
            "preferred": given.get("preferred"),
        }


class JudgingFirst(Asking):
    """Nothing here tells what the readers said: all mistakes of the guideline are offered."""

    same = _("Do the texts say the same to the counsellor?")
    safety = _("Is anything in this session unsafe?")
    which = _("Which?")
    another = _("Where a mistake is, and how serious")
    add = _("Say where a mistake is, and how serious")

    def findings(self):
        return self.dispute.choices

    def dimensions(self):
        return self.dispute.rated_first

    def answers(self) -> dict:
        """The arguments of `Dispute.judge_first` but `by`."""
        ticked = self.cleaned_data.get("finding")
        if not self.dispute.asks_findings:
            return self.asked() | {"mistakes": ticked}
        named = dict.fromkeys([*ticked, *(mark["mistake"] for mark in self.marked)])
        return self.asked() | {"mistakes": list(named), "marks": self.marked}


class Settling(Asking):
    """Her answers once she has seen everything, with `written`, `error_type` and `reason`."""

    same = _("Do the edited texts say the same to the counsellor?")
    safety = _("A reader calls this session unsafe. Is it?")
    which = _("Which of these stand?")
    another = _("Another mistake")
    add = _("Add another mistake")
    begun = forms.CharField(required=False, widget=forms.HiddenInput)
    error_type = forms.ChoiceField(
        label=_("What the disagreement came from"), choices=ErrorType, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Your reason; the reviewers read it when the round is closed"),
        widget=forms.Textarea(attrs={"rows": 3}), max_length=4000,
    )  # fmt: skip

    def __init__(self, dispute, *args, first=None, initial=None, **kwargs):
        initial = initial or (said_first(dispute, first) if first else None)
        super().__init__(dispute, *args, initial=initial, **kwargs)
        if dispute.texts:
            self.fields["written"] = forms.CharField(
                label=_("Or your own wording"), required=False, max_length=40_000,
                widget=forms.Textarea(attrs={"rows": 10}),
                help_text=_("Leave it empty if a text stands as it is. What you write here is approved, beside the texts "
                            "that you would give."),
            )  # fmt: skip
        self.order_fields([name for name in self.fields if name not in ("error_type", "reason")])

    def findings(self):
        return [
            (p.token, _("%(name)s, turn %(turns)s, %(severity)s") % {
                "name": p.name,
                "turns": ", ".join(map(str, p.utterances)),
                "severity": SEVERITY[p.severity],
            })
            for p in self.dispute.proposed
        ]  # fmt: skip

    def dimensions(self):
        return self.dispute.dimensions

    def answers(self) -> dict:
        """The arguments of `Dispute.settle` but `by`."""
        given = self.cleaned_data
        return self.asked() | {
            "found": given.get("finding"),
            "marked": self.marked,
            "written": given.get("written", ""),
            "begun": given["begun"].split(),
            "error_type": given["error_type"],
            "reason": given["reason"],
        }


def said_first(dispute, first) -> dict:
    """What she said first, as the second step begins with it, to be changed or left."""
    said = first.answers
    found = {f"text-{token}": _yes(value) for token, value in said.get("texts", {}).items()}
    found |= {name: _yes(said[name]) for name in ("equivalent", "unsafe") if name in said}
    levels = dispute.placed(said.get("levels", {}))
    found |= {f"level-{key}": level for key, level in levels.items()}
    if "preferred" in said:
        found["preferred"] = grading.placed(said["preferred"], dispute.position)
    if "mistakes" in said:
        found["any_mistake"] = _yes(bool(said["mistakes"]))
        found |= _found_first(dispute, said["mistakes"], said.get("marks", []))
    return found


def _found_first(dispute, mistakes: list[str], own: list[dict]) -> dict:
    """A reader's finding is ticked where she found the same: in the same turns and as serious, if she said where. What no
    reader found is a part of her own, to be completed where she named it only.
    """
    of = {(p.mistake, p.utterances, p.severity): p.token for p in dispute.proposed}
    placed = [(one["mistake"], tuple(one["utterances"]), one["severity"]) for one in own]
    only_named = set(mistakes) - {mark[0] for mark in placed}
    ticked = [token for row, token in of.items() if row in placed or row[0] in only_named]
    alone = [mark for mark in placed if mark not in of]
    alone += [(key,) for key in mistakes if key in only_named - {row[0] for row in of}]
    found = {"finding": ticked}
    for n, mark in enumerate(alone):
        found |= marks.initial(n, *mark)
    return found


def _under(prefix: str, given: dict) -> dict:
    return {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _level(level: dict) -> str:
    return f"{level['value']}: {level['anchor']}" if level["anchor"] else str(level["value"])
