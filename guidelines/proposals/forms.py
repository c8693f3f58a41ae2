from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.forms import DimensionForm, PairForm
from guidelines.kinds import shape_of
from guidelines.models import Choice, Guideline, Kind, ProposalKind
from guidelines.neighbour_fields import Neighbours
from guidelines.neighbours import Others
from guidelines.proposals.proposing import IN_WORDS, LONGEST_REASON, MOST_PARTS, SIZES


def _reason(label, *, required=True):
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2, "class": "form-control"}),
    )


class ProposedPair(PairForm):
    # Which text it was written on, and why, is said once for the whole proposal.
    base = reason = None


class ProposedDimension(DimensionForm):
    base = reason = None


PARTS = {Kind.PAIRS: ProposedPair, Kind.RUBRIC: ProposedDimension}


class StartForm(forms.Form):
    """What is to be done, with which entries."""

    kind = forms.ChoiceField(
        label=_("what"), choices=ProposalKind.choices, widget=forms.RadioSelect({"class": "form-check-input"})
    )
    of = Neighbours(
        label=_("with which"),
        spare=MOST_PARTS,
        unknown=_("“%s” is not in this guideline."),
        help_text=_(
            "Begin to type a name and choose it. None to add, one to change, split or retire, two to five to merge."
        ),
    )

    def __init__(self, *args, others: Others, **kwargs):
        super().__init__(*args, **kwargs)
        # How many it takes depends on what is to be done: the page must not say that it may be empty.
        self.fields["of"].sometimes = True
        self.fields["of"].widget.others = others

    def clean(self):
        given = super().clean()
        kind, of = given.get("kind"), given.get("of")
        if kind and of is not None:
            least, most = SIZES[kind][0]
            if not least <= len(of) <= most:
                self.add_error("of", IN_WORDS[kind])
        return given


class ProposalForm(forms.Form):
    reason = _reason(_("why"))

    def show(self, problems) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.reason)


class VoteForm(forms.Form):
    choice = forms.ChoiceField(label=_("your vote"), choices=Choice.choices, widget=forms.RadioSelect)
    reason = _reason(_("why"))

    def show(self, problems) -> None:
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.reason)


def parts_for(guideline: Guideline, n: int, *, others, initial, data=None) -> list[forms.Form]:
    """`n` forms for the words of one entry each; `initial`: their texts to begin with."""
    form = PARTS[guideline.kind]
    many = n > 1
    return [
        form(
            data,
            others=others,
            prefix=f"part{i}" if many else None,
            initial=form.initial_of(initial[i]) if initial[i] else None,
        )
        for i in range(n)
    ]


def beginnings(guideline: Guideline, kind: str, of: list, n: int) -> list[dict]:
    """What the forms of `n` parts hold before anybody writes: the present words, to be cut or joined."""
    if not of:
        return [{}] * n
    if kind == ProposalKind.CHANGE:
        return [of[0].texts]
    blank = {"name": ""}
    if kind == ProposalKind.MERGE and guideline.kind == Kind.PAIRS:
        return [_joined(guideline, of) | blank]
    return [of[0].texts | blank] * n


def _joined(guideline: Guideline, of: list) -> dict:
    joined = {}
    for field in shape_of(guideline).revision.FIELDS:
        values = [getattr(revision, field) for revision in of]
        if isinstance(values[0], list):
            items = [item for value in values for item in value]
            joined[field] = [item for i, item in enumerate(items) if item not in items[:i]]
        elif isinstance(values[0], str):
            joined[field] = "\n\n".join(dict.fromkeys(filter(None, values)))
        else:
            joined[field] = values[0]
    return joined
