"""Where an item stands, derived from its decisions: the only rule (design.md §2, methods.md §5). Pure.

An item read with the draft has the aspect *verdict*: settled when all its readers say the same, otherwise
disputed. A verdict settled as edit adds *wording*: one edit is the wording, two or more wait for a reader who
says which stand; edits are never compared as strings. An item read without the draft has only *findings*:
settled, with all marks, when its readers name the same set of mistakes. One reader's *unsafe* is never
outvoted: it adds *safety*, and nothing settles until an adjudicator has resolved it in writing; where she found
it unsafe, readers alone can only agree on a reject, and a flag raised after her answer waits for an adjudicator
again. An adjudication settles exactly the aspects that it answered. Severity, marks and ratings are kept and do
not block. Order does not matter, except that a rater's later judgement replaces her earlier one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

OPEN, DISPUTED, SETTLED = "open", "disputed", "settled"
VERDICT, FINDINGS, WORDING, SAFETY = "verdict", "findings", "wording", "safety"
UNAIDED = "unaided"
EDIT, REJECT = "edit", "reject"

State = tuple[str, object]  # (state, outcome); the outcome is None unless settled


@dataclass(frozen=True)
class Found:
    """One mistake that somebody found; `mistake` is the key of a pair, or "other"."""

    mistake: str
    utterances: tuple[int, ...] = ()
    severity: int = 0


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
    unsafe: bool = False
    answered: tuple[str, ...] = ()  # of an adjudication: the aspects that it settles
    approved_edits: tuple[str, ...] = ()


def standing(decisions: Iterable[Judged], *, arm: str, needed: int) -> dict[str, State]:
    """Return {aspect: (state, outcome)}. `needed`: how many readers the round asks for."""
    decisions = sorted(decisions, key=lambda d: d.n)
    replaced = {d.supersedes for d in decisions}
    readers = [d for d in decisions if d.kind == "reading" and d.counts]
    in_force = [d for d in readers if d.n not in replaced]
    # A flag that its reader took back later still has to be resolved: raising is anybody's, lowering is not.
    flags = [d.n for d in readers if d.unsafe]
    resolution = _settling(decisions, SAFETY)
    waits = bool(flags) and (resolution is None or resolution.n < max(flags))
    main = FINDINGS if arm == UNAIDED else VERDICT
    if settling := _settling(decisions, main):
        found = {main: (SETTLED, together([settling]) if arm == UNAIDED else settling.verdict)}
    elif len(in_force) < needed:
        found = {main: (OPEN, None)}
    elif waits:
        found = {main: (DISPUTED, None)}
    else:
        found = {main: _findings(in_force) if arm == UNAIDED else _verdict(in_force, resolution)}
    if found[main] == (SETTLED, EDIT):
        found[WORDING] = _wording(in_force, decisions)
    if resolution:
        found[SAFETY] = SETTLED, "unsafe" if resolution.unsafe else "safe"
    elif flags:
        found[SAFETY] = DISPUTED, None
    return found


def _settling(decisions, aspect: str) -> Judged | None:
    """The first adjudication that answered this aspect."""
    return next((d for d in decisions if d.kind == "adjudication" and aspect in d.answered), None)


def _verdict(in_force, resolution) -> State:
    verdicts = {d.verdict for d in in_force}
    unsafe = resolution is not None and resolution.unsafe
    if len(verdicts) > 1 or (unsafe and verdicts != {REJECT}):
        return DISPUTED, None
    return SETTLED, verdicts.pop()


def _findings(in_force) -> State:
    sets = {frozenset(f.mistake for f in d.findings) for d in in_force}
    return (DISPUTED, None) if len(sets) > 1 else (SETTLED, together(in_force))


def _wording(in_force, decisions) -> State:
    approved = next((d.approved_edits for d in decisions if d.approved_edits), None)
    if approved:
        return SETTLED, sorted(approved)
    edits = [d.name for d in in_force if d.verdict == EDIT]
    return (SETTLED, edits) if len(edits) == 1 else (DISPUTED, None)


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
