"""Whether a session's labels agree with each other: findings with their flagged turns and quotes, and with the plan.

The intended mistake is a prompt, never a gold label: "named by the supervisor" says how far the machine agrees with
the plan, not whether it is right. Experts say that.
"""

from collections import Counter

from synthesis.checks import plain
from synthesis.quality.rates import not_recorded, rate
from synthesis.quality.sessions import Session
from synthesis.quality.spread import spread

OTHER = "other"


def labels_of(session: Session) -> dict | None:
    """{n: counts by name, mistakes and severity: those of each finding in order}; None without feedback."""
    findings = session.feedback.get("findings")
    if findings is None:
        return None
    n = Counter(sessions=1, findings=len(findings))
    speaker = {turn["id"]: turn["speaker"] for turn in session.utterances}
    said = {turn["id"]: plain(turn["text"]) for turn in session.utterances}
    seen = set()
    for finding in findings:
        mistake, turns = finding.get("mistake"), finding.get("utterances") or []
        n["other"] += mistake == OTHER
        n["not_the_counsellors"] += any(speaker.get(turn) != "counsellor" for turn in turns)
        labelled = {(mistake, turn) for turn in turns}
        n["said_twice"] += bool(labelled & seen)
        seen |= labelled
        for quote in finding.get("quotes") or []:
            n["quotes"] += 1
            words = plain(quote)
            found = {turn for turn, text in said.items() if words and words in text}
            n["quotes_in_flagged"] += bool(found & set(turns))
            n["quotes_elsewhere"] += bool(found) and not found & set(turns)
    named = {finding.get("mistake") for finding in findings}
    if session.positive:
        n["good"] += 1
        n["good_with_findings"] += bool(findings)
    elif session.intended:
        who = "told" if session.told else "untold"
        n[f"meant_{who}"] += 1
        n[f"named_{who}"] += bool(named & set(session.intended))
        n[f"silent_{who}"] += not findings
    return {
        "n": +n,
        "mistakes": [finding.get("mistake") for finding in findings],
        "severity": [finding.get("severity") for finding in findings],
    }


class Labels:
    """`mistakes`: keys of the guideline's mistakes, of which findings may name one or "other"."""

    def __init__(self, mistakes: list[str]):
        self._levels = len(mistakes) + 1
        self._n: Counter = Counter()
        self._mistakes: Counter = Counter()
        self._severity: Counter = Counter()
        self._findings_of_session: Counter = Counter()

    def add(self, session: Session) -> None:
        self.take(labels_of(session))

    def take(self, found: dict | None) -> None:
        """`labels_of` a session."""
        if found is None:
            return
        self._n.update(found["n"])
        self._mistakes.update(found["mistakes"])
        self._severity.update(found["severity"])
        self._findings_of_session[len(found["mistakes"])] += 1

    def told(self) -> dict:
        """Rates by their names; spreads of mistakes and of severity; findings of a session, counted."""
        n = self._n
        if not n["sessions"]:
            return not_recorded("No made session of this run holds feedback.")
        found = {
            "sessions": n["sessions"],
            "quotes_in_flagged_turns": rate(n["quotes_in_flagged"], n["quotes"]),
            "quotes_in_other_turns": rate(n["quotes_elsewhere"], n["quotes"]),
            "quotes_nowhere": rate(n["quotes"] - n["quotes_in_flagged"] - n["quotes_elsewhere"], n["quotes"]),
            "findings_on_client_turns": rate(n["not_the_counsellors"], n["findings"]),
            "findings_said_twice": rate(n["said_twice"], n["findings"]),
            "findings_other": rate(n["other"], n["findings"]),
            "good_practice_with_findings": rate(n["good_with_findings"], n["good"]),
        }
        for who in ("untold", "told"):
            found[f"intended_named_{who}"] = rate(n[f"named_{who}"], n[f"meant_{who}"])
            found[f"mistake_meant_nothing_found_{who}"] = rate(n[f"silent_{who}"], n[f"meant_{who}"])
        found["mistakes"] = spread(self._mistakes, levels=self._levels)
        found["severity"] = spread(self._severity, levels=3)
        found["findings_of_a_session"] = {str(k): v for k, v in sorted(self._findings_of_session.items())}
        return found
