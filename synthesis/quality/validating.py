"""What came of the refinement of the feedback, and how often each check of the validator passed."""

from collections import Counter

from synthesis.quality.rates import not_recorded, rate
from synthesis.quality.sessions import Session
from synthesis.shapes.dialogue import CHECKS

OUTCOMES = ("accepted_as_is", "accepted_after_refinement", "needs_manual_check")


class Validating:
    def __init__(self):
        self._outcomes: Counter = Counter()
        self._rounds: Counter = Counter()
        self._passed = {"original": Counter(), "refined": Counter()}
        self._asked = {"original": Counter(), "refined": Counter()}

    def add(self, session: Session) -> None:
        if not session.refinement:
            return
        self._outcomes[session.refinement.get("outcome")] += 1
        rounds = session.refinement.get("rounds") or []
        self._rounds[max(0, len(rounds) - 1)] += 1
        for number, found in enumerate(rounds):
            which = "refined" if number else "original"
            for name, check in (found.get("checks") or {}).items():
                self._asked[which][name] += 1
                self._passed[which][name] += bool(check.get("ok"))

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
