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
    """What both steps ask: `text-<token>`, `equivalent`, `any_mistake`, `finding`, `severity-<token>` where readers differ
    on it, the parts of review.disputing.marks, `unsafe`, `level-<key>`, `preferred`.
    """

    most_marks = MOST_MARKS

    def __init__(self, dispute, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dispute = dispute
        self.asks = self.questions_of(dispute)
        self.numbers = []
        for n, text in enumerate(self.asks.texts, 1):
            self.fields[f"text-{text.token}"] = yes_no(_("Would you give text %s as it stands?") % n)
        if self.asks.equivalent:
            self.fields["equivalent"] = yes_no(self.same)
        if self.asks.findings:
            self._ask_findings()
        self.fields["unsafe"] = yes_no(self.safety())
        for dimension in self.asks.dimensions:
            levels = [(level_alias(one["value"]), _level(one)) for one in dimension["levels"]]
            self.fields[f"level-{dimension['key']}"] = forms.ChoiceField(
                label=dimension["name"],
                choices=levels,
                widget=forms.RadioSelect,
                help_text=dimension["definition"],
            )
        if self.asks.preferred:
            self.fields["preferred"] = forms.ChoiceField(
                label=_("Which is better on the whole?"), choices=BETTER, widget=forms.RadioSelect
            )

    def _ask_findings(self):
        self.fields["any_mistake"] = yes_no(_("Does the counsellor make a mistake?"))
        self.fields["finding"] = forms.MultipleChoiceField(
            label=self.which,
            choices=self.findings(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("The findings changed meanwhile; look at them again.")},
        )
        self.fields |= self.severities()
        self.numbers = marks.numbers_in(self.data if self.is_bound else self.initial)
        for n in self.numbers:
            self.fields |= marks.fields(n, self.dispute)
            if n == self.initial.get("newest"):
                self.fields[marks.names(n)[0]].widget.attrs["autofocus"] = True

    def safety(self):
        return _("Is anything in this session unsafe?")

    def severities(self) -> dict[str, forms.Field]:
        return {}

    @property
    def parts(self) -> list[marks.Part]:
        return marks.parts(self)

    @property
    def several(self) -> list[forms.BoundField]:
        """How serious those findings are, on which their readers differ."""
        return [self[name] for name in self.fields if name.startswith("severity-")]

    @property
    def questions(self) -> list[forms.BoundField]:
        """All that is asked but what stands with the findings: how serious they are, and those parts."""
        inside = {name for n in self.numbers for name in marks.names(n)}
        inside |= {field.name for field in self.several}
        return [field for field in self.visible_fields() if field.name not in inside]

    def in_words(self) -> list[tuple[str, list[str]]]:
        """What she sent, [(question, answers)], for where it can only be read and copied."""
        found = []
        for field in self.visible_fields():
            sent = field.value() or []
            sent = sent if isinstance(sent, list) else [sent]
            if hasattr(field.field, "choices"):
                offered = {str(value): str(words) for value, words in field.field.choices}
                sent = [offered[str(one)] for one in sent if str(one) in offered]
            if sent:
                found.append((str(field.label), [str(one) for one in sent]))
        return found

    def clean(self):
        given = super().clean()
        self.marked = marks.marked(self)
        named = bool(given.get("finding") or self.marked)
        if self.asks.findings and "finding" not in self.errors and given.get("any_mistake", named) != named:
            self.add_error("finding", _("Tick what stands, or answer that there is no mistake."))
        for field in self.several:
            ticked = field.name.removeprefix("severity-") in given.get("finding", [])
            if ticked and given.get(field.name) is None and field.name not in self.errors:
                self.add_error(field.name, _("Its readers differ on it; say which stands."))
        return given

    def answered(self) -> dict:
        given = self.cleaned_data
        return {
            "approved": _under("text-", given) if self.asks.texts else None,
            "equivalent": given.get("equivalent"),
            "unsafe": given.get("unsafe"),
            "levels": _under("level-", given) or None,
            "preferred": given.get("preferred"),
        }


class JudgingFirst(Asking):
    """Nothing here tells what the readers said: all mistakes of the guideline are offered."""

    same = _("Do the texts say the same to the counsellor?")
    which = _("Which?")
    another = _("Where a mistake is, and how serious")
    add = _("Say where a mistake is, and how serious")

    def questions_of(self, dispute):
        return dispute.first_asked

    def findings(self):
        return self.dispute.choices

    def answers(self) -> dict:
        """The arguments of `Dispute.judge_first` but `by`."""
        if not self.asks.findings:
            return self.answered()
        named = [*self.cleaned_data["finding"], *(mark["mistake"] for mark in self.marked)]
        return self.answered() | {"mistakes": list(dict.fromkeys(named)), "marks": self.marked}


class Settling(Asking):
    """Her answers once she has seen everything, with `written`, `error_type` and `reason`."""

    same = _("Do the edited texts say the same to the counsellor?")
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

    def __init__(self, dispute, *args, **kwargs):
        super().__init__(dispute, *args, **kwargs)
        if self.asks.texts:
            self.fields["written"] = forms.CharField(
                label=_("Or your own wording"), required=False, max_length=40_000,
                widget=forms.Textarea(attrs={"rows": 10}),
                help_text=_("Leave it empty if a text stands as it is. What you write here is approved, beside the texts "
                            "that you would give."),
            )  # fmt: skip
        self.order_fields([name for name in self.fields if name not in ("error_type", "reason")])

    def questions_of(self, dispute):
        return dispute.asked

    def safety(self):
        if self.dispute.asks_safety:
            return _("A reader calls this session unsafe. Is it?")
        return super().safety()

    def findings(self):
        return [
            (p.token, _("%(finding)s, %(severity)s") % {
                "finding": _where(p),
                "severity": _(" or ").join(str(SEVERITY[one]) for one in p.severities),
            })
            for p in self.dispute.proposed
        ]  # fmt: skip

    def severities(self):
        return {
            f"severity-{p.token}": forms.TypedChoiceField(
                label=_("%s: how serious?") % _where(p),
                choices=[(value, f"{value} · {SEVERITY[value]}") for value in p.severities],
                coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
                help_text=_("Its readers differ on it. If you tick it, one of these stands."),
            )
            for p in self.dispute.proposed
            if len(p.severities) > 1
        }  # fmt: skip

    def answers(self) -> dict:
        """The arguments of `Dispute.settle` but `by`."""
        given = self.cleaned_data
        return self.answered() | {
            "found": given.get("finding"),
            "severities": _under("severity-", given),
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
    of = {(p.mistake, p.utterances, severity): p for p in dispute.proposed for severity in p.severities}
    placed = [(one["mistake"], tuple(one["utterances"]), one["severity"]) for one in own]
    only_named = set(mistakes) - {mark[0] for mark in placed}
    found: dict = {"finding": [p.token for p in dispute.proposed if p.mistake in only_named]}
    for p, severity in ((of[mark], mark[2]) for mark in placed if mark in of):
        found["finding"].append(p.token)
        found[f"severity-{p.token}"] = severity
    alone = [mark for mark in placed if mark not in of]
    alone += [(key,) for key in mistakes if key in only_named - {row[0] for row in of}]
    for n, mark in enumerate(alone):
        found |= marks.initial(n, *mark)
    return found


def _where(proposed) -> str:
    if not proposed.utterances:
        return str(proposed.name)
    turns = ", ".join(map(str, proposed.utterances))
    return _("%(name)s, turn %(turns)s") % {"name": proposed.name, "turns": turns}


def _under(prefix: str, given: dict) -> dict:
    return {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _level(level: dict) -> str:
    return f"{level['value']}: {level['anchor']}" if level["anchor"] else str(level["value"])
