"""What differs between the levels of one factor, such as who takes part in a session: counts by level, and the difference
to the usual level over pairs of sessions of the same client, sample and further levels.

Counts say what was made, not how good it is; that is for readers to say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import fmean

from django.utils.translation import gettext as _

from synthesis.models import Call, Instance, InstanceState, Run
from synthesis.quality.own import Own, measures_of, values_of
from synthesis.quality.sessions import SPEAKERS
from synthesis.quality.words import words
from synthesis.recipes import RECIPES

CHUNK = 200
# Fewer clusters than these give no interval (methods §6).
LEAST_CLUSTERS = 5
NUMBERS = ("turns", "counsellor_words", "client_words", "calls", "tokens_out")


@dataclass
class Level:
    """One level: how many sessions are in which state, the mean of each number, and what the recipe measures."""

    name: str
    states: Counter = field(default_factory=Counter)
    means: dict[str, float | None] = field(default_factory=dict)
    own: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """Mean of (this level − the usual one) over pairs; the interval is at 95 %, None with the reason in `note`."""

    estimate: float | None
    low: float | None
    high: float | None
    pairs: int
    clusters: int
    note: str = ""


@dataclass(frozen=True)
class Compared:
    factor: str
    levels: list[Level]
    differences: dict[str, dict[str, Difference]]


def compare(run: Run, factor: str) -> Compared:
    """Two queries for each 200 sessions; of each session only numbers are held."""
    order = RECIPES[run.recipe].levels[factor]
    measures = measures_of(run.recipe)
    levels = {name: Level(name) for name in order if name in run.factors.get(factor, [])}
    own = {name: Own(measures) for name in levels}
    numbers: dict[str, dict[tuple, dict]] = defaultdict(dict)
    clusters: dict[tuple, str] = {}
    for one, base_case in _sessions(run):
        level = one.factors[factor]
        levels[level].states[one.state] += 1
        if one.state != InstanceState.MADE:
            continue
        own[level].take(values_of(one.content, measures))
        rest = tuple(sorted((name, value) for name, value in one.factors.items() if name != factor))
        pair = (one.profile_id, one.pair_revision_id, one.sample, rest)
        numbers[level][pair], clusters[pair] = _numbers(one), base_case
    for name, level in levels.items():
        level.own = own[name].told()
        level.means = {number: _mean(found[number] for found in numbers[name].values()) for number in NUMBERS}
    usual, *others = levels
    differences = {
        number: {name: _difference(numbers[name], numbers[usual], number, clusters) for name in others}
        for number in NUMBERS
    }
    return Compared(factor, list(levels.values()), differences)


def _sessions(run: Run) -> Iterator[tuple[Instance, str]]:
    rows, last = run.instances.select_related("profile").order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        keys = {key for one in chunk for key in one.trace}
        tokens = dict(Call.objects.filter(key__in=keys).values_list("key", "tokens_out"))
        for one in chunk:
            one.tokens = [tokens.get(key) for key in one.trace]
            yield one, one.profile.base_case
        last = chunk[-1].pk


def _numbers(one: Instance) -> dict[str, float | None]:
    said = one.content.get("utterances", [])
    lengths = {who: [len(words(turn["text"])) for turn in said if turn["speaker"] == who] for who in SPEAKERS}
    return {
        "turns": len(said),
        "counsellor_words": _mean(lengths["counsellor"]),
        "client_words": _mean(lengths["client"]),
        "calls": len(one.trace),
        "tokens_out": None if None in one.tokens else sum(one.tokens),
    }


def _mean(values) -> float | None:
    found = [value for value in values if value is not None]
    return fmean(found) if found else None


def _difference(there: dict, usual: dict, number: str, clusters: dict[tuple, str]) -> Difference:
    by_cluster: dict[str, list[float]] = defaultdict(list)
    for pair in there.keys() & usual.keys():
        one, other = there[pair][number], usual[pair][number]
        if one is not None and other is not None:
            by_cluster[clusters[pair]].append(one - other)
    return jackknifed(list(by_cluster.values()))


def jackknifed(clusters: list[list[float]]) -> Difference:
    """The mean of all, with an interval by leaving out one cluster after the other (Efron & Tibshirani 1993, ch. 11) and
    Student's t with as many degrees of freedom as clusters less one.
    """
    n, g = sum(map(len, clusters)), len(clusters)
    if not n:
        return Difference(None, None, None, 0, 0, _("no pair"))
    total = sum(map(sum, clusters))
    if g < LEAST_CLUSTERS:
        note = _("fewer than five clients: no interval")
        return Difference(total / n, None, None, n, g, note)
    from scipy.stats import t  # it loads SciPy

    without = [(total - sum(one)) / (n - len(one)) for one in clusters]
    middle = fmean(without)
    half = t.ppf(0.975, g - 1) * ((g - 1) / g * sum((one - middle) ** 2 for one in without)) ** 0.5
    return Difference(total / n, total / n - half, total / n + half, n, g)
