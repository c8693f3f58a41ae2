"""Whether criticism makes low replies better: what a rater who took no part says of them, written anew, plainly written
again, and not changed at all (methods §7).

Replies are worked on because a judge scored them low. Part of a low score is chance, so the same judge scores the same
words higher the next time (regression to the mean): its own gain is no measure, and is told apart, beside what it gains
without any change. All differences are within a reply; intervals are over clients.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import fmean

from synthesis.comparing_levels import CHUNK, Difference, jackknifed
from synthesis.models import Instance, InstanceState, Run
from synthesis.recipes.judged_words import WAYS, mean
from synthesis.shapes.judged import DIMENSIONS, NOT_NEEDED, OVERALL, TAKEN

RECIPE = "judged_reply"
UNCHANGED = "unchanged"
RECOVERED = "recovered"
# The published mark of a reply of low quality: a mean of the seven that is at most this.
LOW_MEAN = 3.0
MEASURES = (OVERALL, *DIMENSIONS)


@dataclass
class Way:
    """The end of one way. `n` replies; `means` by measure; `changes` to the first reply and `against` no change, each
    {measure: Difference}, of which `recovered` is the share with a mean above 3.
    """

    name: str
    n: int = 0
    recovered: int = 0
    means: dict[str, float | None] = field(default_factory=dict)
    changes: dict[str, Difference] = field(default_factory=dict)
    against: dict[str, Difference] = field(default_factory=dict)


@dataclass
class Recovery:
    """`worked_on` of `compared` replies, which are those with controls. `by_rater` and `by_judge`: {way: Way}; `first`:
    {who: {measure: mean}} of the first replies that were worked on. `is_apart`: the rater is another model than the judge.
    """

    states: Counter = field(default_factory=Counter)
    compared: int = 0
    worked_on: int = 0
    is_apart: bool = False
    first: dict[str, dict[str, float | None]] = field(default_factory=dict)
    by_rater: dict[str, Way] = field(default_factory=dict)
    by_judge: dict[str, Way] = field(default_factory=dict)


def measured(run: Run) -> Recovery:
    """Of every made reply of the run that has controls; one query for each 200, and of each reply only numbers are held."""
    found, rater, judge = Recovery(), [], []
    for one, base_case in _replies(run):
        found.states[one.state] += 1
        controls = one.content.get("controls") if one.state == InstanceState.MADE else None
        if controls is None:
            continue
        found.compared += 1
        if one.content["ended"] != NOT_NEEDED:
            found.worked_on += 1
            rater.append((base_case, _scores(controls["measured"])))
            judge.append((base_case, _scores(_of_the_judge(one.content, controls))))
    models = {role: (spec["endpoint"], spec["model"]) for role, spec in run.model_specs.items()}
    found.is_apart = models.get("rater") != models.get("judge")
    found.first = {"rater": _means(rater, "first"), "judge": _means(judge, "first")}
    found.by_rater, found.by_judge = _ways(rater), _ways(judge)
    return found


def _replies(run: Run) -> Iterator[tuple[Instance, str]]:
    rows, last = run.instances.select_related("profile").defer("trace", "profile__content").order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        for one in chunk:
            yield one, one.profile.base_case
        last = chunk[-1].pk


def _of_the_judge(content: dict, controls: dict) -> dict:
    """Its scores by the same names, as the loop has them: what is taken was scored once."""
    taken = [one["rating"] for one in controls["regenerated"] if one["outcome"] == TAKEN]
    return {
        "first": content["rating"],
        "rewritten": content.get("rewrite_rating") or content["rating"],
        "regenerated": taken[-1] if taken else content["rating"],
        UNCHANGED: controls["unchanged"],
    }


def _scores(ratings: dict) -> dict[str, dict[str, float]]:
    """{what: {measure: score}}."""
    return {
        what: {OVERALL: mean(rating)} | {name: rating[name]["score"] for name in DIMENSIONS}
        for what, rating in ratings.items()
    }


def _means(replies: list, what: str) -> dict[str, float | None]:
    return {
        name: fmean(scores[what][name] for _client, scores in replies) if replies else None
        for name in MEASURES
    }


def _ways(replies: list) -> dict[str, Way]:
    return {name: _way(name, replies) for name in WAYS}


def _way(name: str, replies: list) -> Way:
    found = Way(name, n=len(replies), means=_means(replies, name))
    found.recovered = sum(_recovered(scores[name]) for _client, scores in replies)
    found.changes = {one: _difference(replies, name, "first", one) for one in MEASURES}
    if name != UNCHANGED:
        found.against = {one: _difference(replies, name, UNCHANGED, one) for one in MEASURES}
        shares = _clustered(
            (client, _recovered(scores[name]) - _recovered(scores[UNCHANGED])) for client, scores in replies
        )
        found.against[RECOVERED] = jackknifed(shares)
    return found


def _recovered(scores: dict[str, float]) -> bool:
    return scores[OVERALL] > LOW_MEAN


def _difference(replies: list, there: str, usual: str, measure: str) -> Difference:
    return jackknifed(
        _clustered((client, scores[there][measure] - scores[usual][measure]) for client, scores in replies)
    )


def _clustered(values) -> list[list[float]]:
    by_client: dict[str, list[float]] = defaultdict(list)
    for client, value in values:
        by_client[client].append(value)
    return list(by_client.values())
