"""What came of the refinement of the feedback, and how often each check of the validator passed."""

from collections import Counter

from synthesis.quality.rates import not_recorded, rate
from synthesis.quality.sessions import Session
from synthesis.shapes.dialogue import CHECKS

OUTCOMES = ("accepted_as_is", "accepted_after_refinement", "needs_manual_check")


def refinement_of(session: Session) -> dict | None:
    """{outcome, rounds: of each its (check, whether it passed)}; None where there was none."""
    if not session.refinement:
        return None
    rounds = [
        [(name, bool(check.get("ok"))) for name, check in (found.get("checks") or {}).items()]
        for found in session.refinement.get("rounds") or []
    ]
    return {"outcome": session.refinement.get("outcome"), "rounds": rounds}


class Validating:
    def __init__(self):
        self._outcomes: Counter = Counter()
        self._rounds: Counter = Counter()
        self._passed = {"original": Counter(), "refined": Counter()}
        self._asked = {"original": Counter(), "refined": Counter()}

    def add(self, session: Session) -> None:
        self.take(refinement_of(session))

    def take(self, found: dict | None) -> None:
        """`refinement_of` a session."""
        if found is None:
            return
        self._outcomes[found["outcome"]] += 1
        self._rounds[max(0, len(found["rounds"]) - 1)] += 1
        for number, checks in enumerate(found["rounds"]):
            which = "refined" if number else "original"
            for name, ok in checks:
                self._asked[which][name] += 1
                self._passed[which][name] += ok

    def told(self) -> dict:
        """{outcomes: {name: rate}, rounds: {refinements: sessions}, checks: {original | refined: {name: rate}}}."""
        n = self._outcomes.total()
        if not n:
            return not_recorded("No made session of this run holds a refinement.")
        return {
            "sessions": n,
            "outcomes": {name: rate(self._outcomes[name], n) for name in OUTCOMES},
            "rounds": {str(k): v for k, v in sorted(self._rounds.items())},
            "checks": {
                which: {name: rate(self._passed[which][name], asked[name]) for name in CHECKS}
                for which, asked in self._asked.items()
            },
        }
