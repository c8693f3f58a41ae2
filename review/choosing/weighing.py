"""What is known of sessions that could be reviewed next, read and handed to review.priority. Some sessions at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from guidelines.models import Guideline
from review import by_pair, priority
from review.label_studio.screens.build import level_alias
from review.models import Decision, Item, RaterKind, Rating, Verdict
from synthesis.models import Instance, Intended
from synthesis.quality.words import words

AT_ONCE = 500
# Three verdicts from good to bad, in equal steps.
VERDICTS = {Verdict.ACCEPT: 0.0, Verdict.EDIT: 0.5, Verdict.REJECT: 1.0}


@dataclass(frozen=True)
class Weighed:
    """Of each session its score and its rank in each part; `known`: of how many anything was known, by part."""

    scores: np.ndarray
    ranks: dict[str, np.ndarray]
    known: dict[str, int]


def weigh(sessions: Sequence[int], weights: dict[str, float], *, seed: int) -> Weighed:
    """`sessions`: ids. A part without a weight is not read at all."""
    sources = {
        priority.DISAGREEMENT: _disagreement,
        priority.NOVELTY: lambda ids: _novelty(ids, seed),
        priority.COVERAGE: _coverage,
    }
    parts = {name: source(sessions) for name, source in sources.items() if weights.get(name, 0) > 0}
    ranks = {name: priority.ranked(part) for name, part in parts.items()}
    known = {name: int((~np.isnan(part)).sum()) for name, part in parts.items()}
    return Weighed(priority.scores(ranks, weights, n=len(sessions)), ranks, known)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


class _Answers:
    """What machine judges said: entries for priority.disagreement."""

    def __init__(self, ids: Sequence[int]):
        self._place = {pk: n for n, pk in enumerate(ids)}
        self._questions: dict[tuple, int] = {}
        self.session: list[int] = []
        self.question: list[int] = []
        self.answer: list[float] = []

    def add(self, session: int, question: tuple, answer: float) -> None:
        self.session.append(self._place[session])
        self.question.append(self._questions.setdefault(question, len(self._questions)))
        self.answer.append(float(answer))


def _disagreement(ids: Sequence[int]) -> np.ndarray:
    """Of model raters, and of the checks that a run's own validator made: whether some passed and others did not."""
    found = _Answers(ids)
    for some in _parts(ids):
        _of_raters(found, some)
        refined = Instance.objects.filter(pk__in=some).values_list("pk", "content__refinement__rounds")
        for pk, rounds in refined:
            for n, checked in enumerate(rounds or []):
                for check in (checked.get("checks") or {}).values():
                    found.add(pk, ("validator", n), bool(check.get("ok")))
    return priority.disagreement(found.session, found.question, found.answer, n=len(ids))


def _of_raters(found: _Answers, some: Sequence[int]) -> None:
    said = Decision.objects.in_force().readers().filter(rater__kind=RaterKind.MODEL, item__instance__in=some)
    # The repeats of one judge are one judge.
    said = said.filter(reading__pass_number=1)
    rows = said.values_list("item__instance_id", "item__arm", "verdict", "any_mistake")
    for session, arm, verdict, any_mistake in rows:
        if verdict:
            found.add(session, ("verdict",), VERDICTS[verdict])
        if any_mistake is not None:
            found.add(session, ("any_mistake", arm), any_mistake)
    rated = Rating.objects.filter(decision__in=said.order_by().values("pk"))
    about = ("dimension_revision_id", "dimension_revision__scale", "dimension_revision__levels")
    for session, revision, scale, levels, value in rated.values_list(
        "decision__item__instance_id", *about, "value"
    ):
        if scale in ("ordinal", "interval", "boolean") and len(levels) > 1:
            place = [str(level_alias(level["value"])) for level in levels].index(str(value))
            found.add(session, ("rating", revision), place / (len(levels) - 1))


def _novelty(ids: Sequence[int], seed: int) -> np.ndarray:
    rng = np.random.default_rng((seed, 1))
    # Of people: what was only rehearsed was not judged.
    before = (
        Item.objects.counted()
        .filter(round__rehearsal=False)
        .order_by("instance")
        .values_list("instance", flat=True)
    )
    judged = rng.permutation(np.array(before.distinct(), int))[: priority.NEAR].tolist()
    sample = rng.permutation(np.array(ids))[: priority.SAMPLE].tolist()
    space = priority.Space((text for some in _parts(sample) for text in _texts(some)), words=words, seed=seed)
    return priority.novelty(_places(space, ids), _places(space, judged), rng=rng)


def _places(space: priority.Space, ids: Sequence[int]) -> np.ndarray:
    found = [space.place(_texts(some)) for some in _parts(ids)]
    return np.concatenate(found) if found else np.empty((0, 1), np.float32)


def _texts(some: Sequence[int]) -> list[str]:
    """All that is said in each, in the order of `some`."""
    rows = dict(Instance.objects.filter(pk__in=some).values_list("pk", "content__utterances"))
    return ["\n".join(turn["text"] for turn in rows[pk]) for pk in some]


def _coverage(ids: Sequence[int]) -> np.ndarray:
    """By the mistake of which people judged the fewest sessions, where one was to show several."""
    pairs: dict[int, list[tuple[int, str]]] = {pk: [] for pk in ids}
    columns = ("pair_revision__pair__guideline_id", "pair_revision__pair__key")
    for some in _parts(ids):
        first = Instance.objects.filter(pk__in=some, pair_revision__isnull=False)
        for pk, *pair in first.values_list("pk", *columns):
            pairs[pk].append(tuple(pair))
        for pk, *pair in Intended.objects.filter(instance__in=some).values_list("instance_id", *columns):
            pairs[pk].append(tuple(pair))
    guidelines = Guideline.objects.in_bulk({guideline for own in pairs.values() for guideline, _key in own})
    judged = {
        (pk, key): found.settled + found.undecided
        for pk, guideline in guidelines.items()
        for key, found in by_pair.coverage(guideline).items()
    }
    return priority.coverage(
        min(judged.get(pair, 0) for pair in pairs[pk]) if pairs[pk] else None for pk in ids
    )
