"""The part of a dispute's form in which an adjudicator marks a mistake herself: which, in which turns, how serious. One
part for each, named by its number; a part in which nothing is filled in is none. It holds no rule.
"""

import re
from dataclasses import dataclass

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from synthesis.rendering import SEVERITY

SHOWN = 90  # characters of a turn beside its number
_MISTAKE = re.compile(r"mark-(0|[1-9]\d?)-mistake", re.ASCII)  # a hundred at most, of which twenty count


@dataclass(frozen=True)
class Part:
    """One on the page, by its bound fields."""

    n: int
    mistake: forms.BoundField
    turns: forms.BoundField
    severity: forms.BoundField


def numbers_in(given) -> list[int]:
    """The parts that a page sent, or is to show."""
    return sorted(int(found[1]) for name in given if (found := _MISTAKE.fullmatch(name)))


def names(n: int) -> tuple[str, str, str]:
    return f"mark-{n}-mistake", f"mark-{n}-turns", f"mark-{n}-severity"


def fields(n: int, dispute) -> dict[str, forms.Field]:
    turns = [(turn, f"{turn} · {Truncator(words).chars(SHOWN)}") for turn, words in dispute.turns]
    serious = [(value, f"{value} · {words}") for value, words in SEVERITY.items()]
    made = (
        forms.ChoiceField(label=_("Which mistake"), choices=[("", "–"), *dispute.choices], required=False),
        forms.TypedMultipleChoiceField(
            label=_("In which turns of the counsellor"), choices=turns, coerce=int, required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "turns"}),
        ),
        forms.TypedChoiceField(
            label=_("How serious"), choices=[("", "–"), *serious], coerce=int, empty_value=None, required=False
        ),
    )  # fmt: skip
    return dict(zip(names(n), made, strict=True))


def initial(n: int, mistake="", utterances=(), severity="") -> dict:
    return dict(zip(names(n), (mistake, list(utterances), severity), strict=True))


def parts(form) -> list[Part]:
    return [Part(n, *(form[name] for name in names(n))) for n in form.numbers]


def marked(form) -> list[dict]:
    """[{"mistake", "utterances", "severity"}] of a form that is being cleaned; what a part lacks is said beside it."""
    found = []
    for n in form.numbers:
        mistake, turns, severity = (form.cleaned_data.get(name) for name in names(n))
        if not (mistake or turns or severity is not None):
            continue
        found.append({"mistake": mistake, "utterances": sorted(turns or []), "severity": severity})
        lacks = (
            not mistake and _("Choose which mistake it is, or take this part out."),
            not turns and _("Tick the turns in which it is."),
            severity is None and _("Say how serious it is."),
        )
        for name, why in zip(names(n), lacks, strict=True):
            if why and name not in form.errors:
                form.add_error(name, why)
    return found
