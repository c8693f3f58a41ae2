"""Two runs side by side: what they were told otherwise, what came of it, and the same cell of both."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from guidelines.models import PairRevision
from synthesis import choice_words
from synthesis.models import Instance, Run
from synthesis.prompting import kept


@dataclass(frozen=True)
class Setting:
    label: str
    a: str
    b: str

    @property
    def differs(self) -> bool:
        return self.a != self.b


def settings(a: Run, b: Run) -> list[Setting]:
    """All of them, in words; those that differ first."""
    rows = [(one, other) for one, other in zip(_settings(a), _settings(b), strict=True)]
    found = [Setting(label, one, other) for (label, one), (_label, other) in rows]
    told_a, told_b = dict(_chosen(a)), dict(_chosen(b))
    found += [Setting(label, told_a.get(label, "–"), told_b.get(label, "–")) for label in told_a | told_b]
    played = dict.fromkeys([*a.model_specs, *b.model_specs])
    found += [
        Setting(choice_words.role(role).capitalize(), _model(a, role), _model(b, role)) for role in played
    ]
    return sorted(found, key=lambda one: not one.differs)


def _settings(run: Run) -> list[tuple[str, str]]:
    return [
        (_("What is made"), choice_words.recipe(run.recipe)),
        (_("Guideline"), run.version.in_words if run.version else "–"),
    ]


def _chosen(run: Run) -> list[tuple[str, str]]:
    return choice_words.rows(run.parameters | run.factors)


def _model(run: Run, role: str) -> str:
    spec = run.model_specs.get(role)
    if not spec:
        return "–"
    sampling = ", ".join(f"{name} {value}" for name, value in sorted(spec["sampling"].items()))
    return f"{spec['model']} ({spec['endpoint']}{', ' if sampling else ''}{sampling})"


@dataclass(frozen=True)
class PromptChange:
    name: str
    a: str
    b: str


def prompts(a: Run, b: Run) -> list[PromptChange]:
    """Those whose words differ, or that only one of the two has. One query."""
    names = [
        name for name in dict.fromkeys([*a.prompts, *b.prompts]) if a.prompts.get(name) != b.prompts.get(name)
    ]
    digests = {run.prompts[name] for run in (a, b) for name in names if name in run.prompts}
    texts = kept({digest: digest for digest in digests})
    return [
        PromptChange(name, texts.get(a.prompts.get(name), ""), texts.get(b.prompts.get(name), ""))
        for name in names
    ]


def same_cells(rows: Iterable[Instance], other: Run) -> list[tuple[Instance, Instance | None]]:
    """Each session with its counterpart in the other run: the same client, mistake and sample, of the same settings as
    far as there is one. Two queries, of the places of these sessions only.
    """
    rows = list(rows)
    pairs = {row.pair_revision.pair_id for row in rows if row.pair_revision}
    revisions: dict[int | None, list[int]] = {pair: [] for pair in pairs}
    for pk, pair in PairRevision.objects.filter(pair__in=pairs).values_list("pk", "pair"):
        revisions[pair].append(pk)
    places = Q(pk__in=[])
    for profile, pair, sample in sorted({_place(row) for row in rows}, key=str):
        # The run in each, so that each is found in the index by itself.
        place = Q(run=other, profile=profile, sample=sample)
        places |= place & (Q(pair_revision__in=revisions[pair]) if pair else Q(pair_revision=None))
    there = Instance.objects.filter(places).defer("content", "trace").select_related("pair_revision")
    by_place: dict[tuple, list[Instance]] = {}
    # Put in order here: a database that is asked to would rather go through the whole run in that order.
    for one in sorted(there.order_by(), key=lambda one: one.pk):
        by_place.setdefault(_place(one), []).append(one)
    return [(row, _nearest(row, by_place.get(_place(row), []))) for row in rows]


def _place(one: Instance) -> tuple:
    # The pair and not its words, which may have changed between the two.
    pair = one.pair_revision.pair_id if one.pair_revision else None
    return one.profile_id, pair, one.sample


def _nearest(row: Instance, found: list[Instance]) -> Instance | None:
    def alike(one: Instance) -> int:
        return sum(one.factors.get(name) == value for name, value in row.factors.items())

    return max(found, key=alike, default=None)
