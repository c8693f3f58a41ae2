"""Where an item stands, derived from its decisions: the only rule (design.md §2, methods.md §5). Pure.

An item read with the draft has the aspect *verdict*: settled when all its readers say the same or, where the round says
so, more than half of them; otherwise disputed, a tie too. A verdict settled as edit adds *wording*: one edit is the
wording, two or more wait for a reader who says which stand; edits are never compared as strings. An item read without
the draft has only *findings*: settled, with all marks, when its readers name the same set of mistakes and, where the
round says so, mark each of them within some turns of one another. One reader's *unsafe* is never outvoted: it adds
*safety*, nothing settles until an adjudicator has resolved it in writing, and no majority settles after that either;
where she found it unsafe, readers alone can only agree on a reject, and a flag raised after her answer waits for an
adjudicator again. Severity and ratings are kept and do not block, unless the round names how many levels readers may lie
apart: then each *dimension* on which they lie further apart is a dispute.

What has no draft to be accepted is rated, or two of it are compared: each *dimension* is an aspect, and of two texts
which is *preferred* on the whole. A dimension whose levels have an order is settled, when all its readers lie within so
many levels as the round says (none unless it does), at their median, the lower of two. Where levels have no order, and of
two texts, the answers are settled as a verdict is: all the same or, where the round says so, more than half; that there is
no difference is an answer like the others. Where a rewriting of what is rated stands beside it, its *verdict* is an aspect
too, and settled as edit adds *wording*. All aspects settle together: while one is in dispute the others stay open.
Notes, evidence, reasons and what somebody would have said instead never decide.

An adjudication settles exactly the aspects that it answered. Order does not matter, except that a rater's later
judgement replaces her earlier one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

OPEN, DISPUTED, SETTLED = "open", "disputed", "settled"
VERDICT, FINDINGS, WORDING, SAFETY = "verdict", "findings", "wording", "safety"
PREFERRED = "preferred"  # of two texts, on the whole
DIMENSION = "dimension:"  # and the key of the dimension
UNAIDED = "unaided"
REVISED = "revised"
GRADED = ("rated", "pair", REVISED)  # the arms in which there is something to be rated by itself
EDIT, REJECT = "edit", "reject"

State = tuple[str, object]  # (state, outcome); the outcome is None unless settled


@dataclass(frozen=True)
class Rule:
    """What a round settles by. `marks_within`: turns, `levels_within`: levels; None where that does not matter."""

    majority: bool = False
    marks_within: int | None = None
    levels_within: int | None = None


UNANIMOUS = Rule()


@dataclass(frozen=True)
class Found:
    """One mistake that somebody found; `mistake` is the key of a pair, or "other"."""

    mistake: str
    utterances: tuple[int, ...] = ()
    severity: int = 0


@dataclass(frozen=True)
class Rated:
    """A level on one dimension; `place` counts them from the lowest, where they are `ordered`. Of two texts the level is
    which of them is better, "a", "b" or "tie", whichever stood first.
    """

    dimension: str
    place: int
    level: str
    ordered: bool = True


@dataclass(frozen=True)
class Judged:
    """What the rule needs of a decision. `counts`: False for an observer's seat and for a hidden repeat."""

    n: int
    name: str  # public id
    kind: str = "reading"  # reading | adjudication | wording
    rater: int = 0
    counts: bool = True
    supersedes: int | None = None  # the n of the decision it replaces
    verdict: str = ""
    findings: tuple[Found, ...] = ()
    ratings: tuple[Rated, ...] = ()
    preferred: str = ""
    unsafe: bool = False
    answered: tuple[str, ...] = ()  # of an adjudication: the aspects that it settles
    approved_edits: tuple[
        str, ...
    ] = ()  # names of the decisions whose texts stand; its own, where she wrote one


def standing(
    decisions: Iterable[Judged], *, arm: str, needed: int, rule: Rule = UNANIMOUS
) -> dict[str, State]:
    """Return {aspect: (state, outcome)}. `needed`: how many readers the round asks for."""
    decisions = sorted(decisions, key=lambda d: d.n)
    replaced = {d.supersedes for d in decisions}
    readers = [d for d in decisions if d.kind == "reading" and d.counts]
    in_force = [d for d in readers if d.n not in replaced]
    # A flag that its reader took back later still has to be resolved: raising is anybody's, lowering is not.
    flags = [d.n for d in readers if d.unsafe]
    resolution = _settling(decisions, SAFETY)
    waits = bool(flags) and (resolution is None or resolution.n < max(flags))
    safety = _safety(flags, resolution)
    if arm in GRADED:
        by_readers = None if waits else replace(rule, majority=rule.majority and not flags)
        return _graded(decisions, in_force, needed, by_readers, resolution) | safety
    main = FINDINGS if arm == UNAIDED else VERDICT
    if settling := _settling(decisions, main):
        found = {main: (SETTLED, together([settling]) if arm == UNAIDED else settling.verdict)}
    elif len(in_force) < needed:
        found = {main: (OPEN, None)}
    elif waits:
        found = {main: (DISPUTED, None)}
    elif arm == UNAIDED:
        found = {main: _findings(in_force, rule.marks_within)}
    else:
        found = {main: _verdict(in_force, rule.majority and not flags, resolution)}
    if found[main] == (SETTLED, EDIT):
        found[WORDING] = _wording(in_force, decisions)
    found |= safety
    if rule.levels_within is not None:
        for key in sorted({rated.dimension for d in readers for rated in d.ratings}):
            found[DIMENSION + key] = _dimension(key, decisions, in_force, rule.levels_within, found[main][0])
    return found


def whole(stands: Mapping[str, State]) -> tuple[str, str]:
    """(state, outcome) of an item whose aspects stand so: in dispute where any of them is, settled when all are; then the
    outcome is its verdict, or which text is better, else empty.
    """
    states = {state for state, _outcome in stands.values()}
    if DISPUTED in states:
        return DISPUTED, ""
    if states != {SETTLED}:
        return OPEN, ""
    return SETTLED, next((stands[aspect][1] for aspect in (VERDICT, PREFERRED) if aspect in stands), "")


def _settling(decisions, aspect: str) -> Judged | None:
    """The first adjudication that answered this aspect."""
    return next((d for d in decisions if d.kind != "reading" and aspect in d.answered), None)


def _safety(flags: list[int], resolution: Judged | None) -> dict[str, State]:
    if resolution:
        return {SAFETY: (SETTLED, "unsafe" if resolution.unsafe else "safe")}
    return {SAFETY: (DISPUTED, None)} if flags else {}


def _verdict(in_force, by_majority: bool, resolution) -> State:
    [(verdict, n)] = Counter(d.verdict for d in in_force).most_common(1)
    agreed = n > len(in_force) / 2 if by_majority else n == len(in_force)
    unsafe = resolution is not None and resolution.unsafe
    if not agreed or (unsafe and verdict != REJECT):
        return DISPUTED, None
    return SETTLED, verdict


def _findings(in_force, within: int | None) -> State:
    sets = {frozenset(f.mistake for f in d.findings) for d in in_force}
    if len(sets) > 1 or not (within is None or near(in_force, within)):
        return DISPUTED, None
    return SETTLED, together(in_force)


def near(in_force, within: int) -> bool:
    """Whether of every mistake each turn that one reader marks lies so near to one that each other reader marks. Who
    marks no turn says nothing of where it is.
    """
    marked: dict[str, list[set[int]]] = {}
    for decision in in_force:
        turns: dict[str, set[int]] = {}
        for finding in decision.findings:
            turns.setdefault(finding.mistake, set()).update(finding.utterances)
        for mistake, own in turns.items():
            if own:
                marked.setdefault(mistake, []).append(own)
    return all(
        min(abs(turn - other) for other in theirs) <= within
        for readers in marked.values()
        for own, theirs in permutations(readers, 2)
        for turn in own
    )


def _wording(in_force, decisions) -> State:
    approved = next((d.approved_edits for d in decisions if d.approved_edits), None)
    if approved:
        return SETTLED, sorted(approved)
    edits = [d.name for d in in_force if d.verdict == EDIT]
    return (SETTLED, edits) if len(edits) == 1 else (DISPUTED, None)


def _dimension(key: str, decisions, in_force, within: int, main: str) -> State:
    """Settled with every level that was given, or with the adjudicator's; until the verdict is settled a reader may
    still rate it otherwise.
    """
    settling = _settling(decisions, DIMENSION + key)
    given = [r for d in ([settling] if settling else in_force) for r in d.ratings if r.dimension == key]
    places = {rated.place for rated in given}
    if main == OPEN:
        return OPEN, None
    if not settling and places and max(places) - min(places) > within:
        return DISPUTED, None
    if not settling and main != SETTLED:
        return OPEN, None
    levels = dict(sorted((rated.place, rated.level) for rated in given))
    return SETTLED, list(levels.values())


def _graded(decisions, in_force, needed: int, rule: Rule | None, resolution) -> dict[str, State]:
    """`rule`: None where readers settle nothing, as one of them called it unsafe."""
    asked = {aspect for d in decisions if d.kind != "reading" or d.counts for aspect in _levels(d)}
    found: dict[str, State] = {}
    for aspect in sorted(asked):
        if settling := _settling(decisions, aspect):
            found[aspect] = SETTLED, _outcome(aspect, _levels(settling)[aspect])
        elif len(in_force) < needed:
            found[aspect] = OPEN, None
        else:
            found[aspect] = _by_readers(aspect, in_force, rule, resolution)
    if any(state == DISPUTED for state, _given in found.values()):
        # A reader may still rate otherwise what is not in dispute.
        answered = {aspect for d in decisions if d.kind != "reading" for aspect in d.answered}
        found |= {
            aspect: (OPEN, None)
            for aspect, (state, _given) in found.items()
            if state == SETTLED and aspect not in answered
        }
    if found.get(VERDICT) == (SETTLED, EDIT):
        found[WORDING] = _wording(in_force, decisions)
    return found


def _by_readers(aspect: str, in_force, rule: Rule | None, resolution) -> State:
    if rule is None:
        return DISPUTED, None
    if aspect == VERDICT:
        return _verdict(in_force, rule.majority, resolution)
    agreed = _agreed([levels[aspect] for levels in map(_levels, in_force) if aspect in levels], rule)
    return (SETTLED, _outcome(aspect, agreed)) if agreed else (DISPUTED, None)


def _levels(decision: Judged) -> dict[str, Rated]:
    levels = {DIMENSION + rated.dimension: rated for rated in decision.ratings}
    if decision.verdict:
        levels[VERDICT] = Rated(VERDICT, 0, decision.verdict, ordered=False)
    if decision.preferred:
        levels[PREFERRED] = Rated(PREFERRED, 0, decision.preferred, ordered=False)
    return levels


def _agreed(given: list[Rated], rule: Rule) -> Rated | None:
    """The level that settles it; None where the readers differ, or nobody rated it."""
    if not given:
        return None
    if all(rated.ordered for rated in given):
        places = sorted(given, key=lambda rated: rated.place)
        within = places[-1].place - places[0].place <= (rule.levels_within or 0)
        return places[(len(places) - 1) // 2] if within else None
    [(level, n)] = Counter(rated.level for rated in given).most_common(1)
    agreed = n > len(given) / 2 if rule.majority else n == len(given)
    return next(rated for rated in given if rated.level == level) if agreed else None


def _outcome(aspect: str, rated: Rated):
    return rated.level if aspect in (PREFERRED, VERDICT) else [rated.level]


def together(decisions: Iterable[Judged]) -> list[dict]:
    """The union of marks: per mistake all marked turns, and every severity that was given (none is
    preferred).
    """
    turns: dict[str, set[int]] = {}
    severities: dict[str, set[int]] = {}
    for decision in decisions:
        for finding in decision.findings:
            turns.setdefault(finding.mistake, set()).update(finding.utterances)
            severities.setdefault(finding.mistake, set()).add(finding.severity)
    return [
        {"mistake": key, "utterances": sorted(turns[key]), "severities": sorted(severities[key])}
        for key in sorted(turns)
    ]
