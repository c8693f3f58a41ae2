"""Where words of risk occur, and how well the rule that looks for them does its work.

The rule is synthesis.tiers: plain cues that raise a tier so that a qualified person looks. How many of the sentences
at risk it raises (recall), and how many of those that it raises are at risk (precision), is measured on a set of
labelled sentences that ships with the software, and stands beside every count of hits.
"""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import yaml

from synthesis.cues import cues
from synthesis.models import Tier
from synthesis.quality.rates import rate
from synthesis.quality.sessions import SPEAKERS, Session
from synthesis.tiers import ORDER

LABELLED = Path(__file__).with_name("labelled_cues.yaml")
RISKS = [tier for tier in ORDER if tier != Tier.NONE]


def cues_of(session: Session) -> dict[str, list[str]]:
    """{tier: the speakers who say a cue of it}."""
    found: dict[str, list[str]] = {}
    for speaker in SPEAKERS:
        for tier in sorted(cues(session.said_by(speaker))):
            found.setdefault(tier, []).append(speaker)
    return found


class Safety:
    """Sessions in which a cue of a tier occurs, by who says it."""

    def __init__(self):
        self.n = 0
        self._sessions: Counter = Counter()
        self._any = 0
        self._by: Counter = Counter()

    def add(self, session: Session) -> None:
        self.take(cues_of(session))

    def take(self, found: dict[str, list[str]]) -> None:
        """`cues_of` a session."""
        self.n += 1
        for tier, speakers in found.items():
            self._sessions[tier] += 1
            for speaker in speakers:
                self._by[tier, speaker] += 1
        self._any += bool(found)

    def told(self) -> dict:
        tiers = {
            tier: {
                "sessions": rate(self._sessions[tier], self.n),
                "client": rate(self._by[tier, "client"], self.n),
                "counsellor": rate(self._by[tier, "counsellor"], self.n),
            }
            for tier in RISKS
        }
        return {"any": rate(self._any, self.n), "tiers": tiers, "rule": measured()}


@lru_cache(maxsize=1)
def labelled() -> dict[str, list[tuple[str, str]]]:
    """{part: [(sentence, tier)]}."""
    parts = yaml.safe_load(LABELLED.read_text(encoding="utf-8"))
    return {
        part: [(text, tier) for tier, texts in by.items() for text in texts] for part, by in parts.items()
    }


@lru_cache(maxsize=1)
def measured() -> dict:
    """{part: {n, any: {recall, precision}, tiers: {tier: {recall, precision}}}}: recall of a tier is the share of its
    sentences in which a cue of this very tier occurs, `any` of those in which any does; precision the share of the
    sentences with such a cue that are of the tier, or of any.
    """
    return {part: _measured(sentences) for part, sentences in labelled().items()}


def _measured(sentences: list[tuple[str, str]]) -> dict:
    found = [(tier, cues([text])) for text, tier in sentences]
    risky = [(tier, hits) for tier, hits in found if tier != Tier.NONE]
    raised = [(tier, hits) for tier, hits in found if hits]
    tiers = {}
    for risk in RISKS:
        own = [hits for tier, hits in found if tier == risk]
        hit = [tier for tier, hits in found if risk in hits]
        tiers[risk] = {
            "recall": rate(sum(risk in hits for hits in own), len(own)),
            "precision": rate(sum(tier == risk for tier in hit), len(hit)),
        }
    return {
        "n": len(sentences),
        "any": {
            "recall": rate(sum(bool(hits) for _tier, hits in risky), len(risky)),
            "precision": rate(sum(tier != Tier.NONE for tier, _hits in raised), len(raised)),
        },
        "tiers": tiers,
    }
