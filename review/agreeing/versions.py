"""Rounds that were judged by the same versions of guideline and rubric, taken together: closed ones of people alone, so
that planned figures are never pooled with interim ones; and of first readings alone. Computed from what is kept of each
round, once for each change.
"""

import time
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from django.utils import timezone

from accounts.digesting import digest
from review.agreeing.kept import FORMAT, TABLE
from review.agreeing.packing import packed, unpacked
from review.agreeing.table import MISSING, Judged
from review.models import Item, KeptFigures, Round, RoundState

PART = "version"
CLIENT = "instance__profile__base_case"


def groups(rounds: Iterable[Round]) -> list[list[Round]]:
    """All closed rounds of people that were judged by the versions of any of these, by version, where there are several; in
    the order opened. Not those in which sessions are judged once more (appeals, a new version of the guideline): they were
    chosen for what was said of them, and their sessions would count twice. One query.
    """
    wanted = {(round.pairs_version_id, round.rubric_version_id) for round in rounds}
    closed = Round.objects.of_review().filter(
        state=RoundState.CLOSED, rehearsal=False, pairs_version__in={pairs for pairs, _rubric in wanted}
    )
    once_more = Item.objects.filter(supersedes__isnull=False).order_by().values("round")
    closed = closed.exclude(pk__in=once_more).select_related(
        "pairs_version__guideline", "rubric_version__guideline"
    )
    found: dict[tuple, list[Round]] = defaultdict(list)
    for round in closed.order_by("serial"):
        if (key := (round.pairs_version_id, round.rubric_version_id)) in wanted:
            found[key].append(round)
    return [own for own in found.values() if len(own) > 1]


def same_versions(round: Round) -> list[Round]:
    """The rounds that it is taken together with, it among them where it is closed and of first readings; empty where there
    is one alone.
    """
    return next(iter(groups([round])), [])


def known(all_groups: list[list[Round]]) -> dict[int, dict]:
    """{first round of a group: {"state": its name, "decisions", "figures": or None, "is_current"}}; groups of which a round
    was never computed are not in it. Two queries, however many groups.
    """
    every = [round.pk for own in all_groups for round in own]
    rows = KeptFigures.objects.filter(round__in=every, part=TABLE).values_list("round", "state", "decisions")
    of_round = {pk: (state, decisions) for pk, state, decisions in rows}
    kept = KeptFigures.objects.filter(round__in=every, part=PART).values_list("round", "state", "body")
    pooled = {pk: (state, body) for pk, state, body in kept}
    found = {}
    for own in all_groups:
        if not all(round.pk in of_round for round in own):
            continue
        name = digest([FORMAT, PART, [(str(round.public_id), of_round[round.pk][0]) for round in own]])
        state, body = pooled.get(own[0].pk, ("", None))
        found[own[0].pk] = {
            "state": name,
            "decisions": sum(of_round[round.pk][1] for round in own),
            "figures": unpacked(bytes(body)) if body is not None else None,
            "is_current": state == name,
        }
    return found


def renew(own: list[Round]) -> None:
    """Compute, and keep with the first of these rounds. A second run does no harm."""
    from review.agreeing.measuring import part  # it loads SciPy

    begun = time.perf_counter()
    about = known([own]).get(own[0].pk)
    if about is None or about["is_current"]:
        return
    judged, seed = pooled(own), own[0].seed % 2**31
    found = {
        arm: {question: part(judged, question, judged.in_arm(arm), seed) for question in judged.asked(arm)}
        for arm in judged.arms()
    }
    KeptFigures.objects.update_or_create(
        round=own[0], part=PART,
        defaults={
            "state": about["state"], "body": packed(found), "decisions": about["decisions"],
            "judgements": judged.n, "asked": {}, "at": timezone.now(), "seconds": time.perf_counter() - begun,
        },
    )  # fmt: skip


def pooled(own: list[Round]) -> Judged:
    """The judgements of several rounds as one table. A client is the same in all of them, and so is a reviewer; what a
    session was to show is left out.
    """
    bodies = dict(KeptFigures.objects.filter(round__in=own, part=TABLE).values_list("round", "body"))
    tables = [Judged.from_bytes(bytes(bodies[round.pk])) for round in own]
    raters = sorted({rater for table in tables for rater in table.names["by"]})
    seat = {rater: n for n, rater in enumerate(raters)}
    first = np.cumsum([0, *(len(table.pk) for table in tables)])
    by = [np.array([seat[one] for one in table.names["by"]] or [0], np.int16)[table.by] for table in tables]
    pk = _joined(tables, "pk")
    nothing, same = np.zeros(0, np.int32), np.full(len(pk), MISSING, np.int16)
    asked = {question: given for table in tables for question, given in table.names["levels"].items()}
    names = tables[-1].names | {
        "by": raters, "pair": [], "recipe": [], "model": [], "levels": asked,
        "scale": {question: scale for table in tables for question, scale in table.names["scale"].items()},
    }  # fmt: skip
    return Judged(
        pk=pk, arm=_joined(tables, "arm"), position=_joined(tables, "position"), pair=same, recipe=same, model=same,
        client=_clients(own, pk), weight=_joined(tables, "weight"),
        of=np.concatenate([table.of + start for table, start in zip(tables, first, strict=False)]).astype(np.int32),
        by=np.concatenate(by), at=_joined(tables, "at"), seconds=_joined(tables, "seconds"),
        also_of=nothing, also_pair=nothing, found_of=nothing, found_pair=nothing,
        answers={question: _answers(tables, question) for question in asked}, names=names,
    )  # fmt: skip


def _joined(tables: list[Judged], column: str) -> np.ndarray:
    return np.concatenate([getattr(table, column) for table in tables])


def _answers(tables: list[Judged], question: str) -> np.ndarray:
    """The same versions ask the same, so a level has the same number in all rounds that ask for it."""
    return np.concatenate([
        table.answers[question] if question in table.answers else np.full(table.n, MISSING, np.int16)
        for table in tables
    ])  # fmt: skip


def _clients(own: list[Round], pk: np.ndarray) -> np.ndarray:
    """Of each session its client's number, the same in every round."""
    rows = Item.objects.filter(round__in=own, gold=None).order_by().values_list("pk", CLIENT)
    called = {item: base or f"item {item}" for item, base in rows.iterator(20_000)}
    return np.unique([called[int(one)] for one in pk], return_inverse=True)[1].astype(np.int32)
