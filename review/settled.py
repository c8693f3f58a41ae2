"""Verdicts and findings of settled sessions, counted for each pair of a guideline."""

from dataclasses import dataclass, field

import numpy as np

from guidelines.coverage import Share
from guidelines.models import Entry, Guideline
from review.agreement.shares import Shares, shares, shrunken
from review.models import StandingState
from synthesis.factors import Counsellor, slips

NAMED = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
TOLD = "told"
SESSION = (
    "item__instance_id",
    "state",
    "outcome",
    "item__instance__profile__base_case",
    "item__inclusion_probability",
    "item__instance__pair_revision__pair__key",
)
PLANNED = (
    "item__instance__pair_revision__pair__guideline",
    "item__instance__pair_revision__positive",
    "item__round__pairs_version",
    "item__instance__version",
    "item__instance__content__feedback__findings",
    "item__instance__content__supervisor",
    "item__instance__factors__counsellor",
)


@dataclass
class Sessions:
    """Sessions that count for one share: the pair of each, its client, whether it is a hit, and its weight."""

    key: list[str] = field(default_factory=list)
    client: list[str] = field(default_factory=list)
    hit: list[bool] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, key, client, hit, weight):
        self.key.append(key)
        self.client.append(client)
        self.hit.append(bool(hit))
        self.weight.append(weight)

    def shares(self, number: dict[str, int]) -> Shares:
        clients = np.unique(self.client, return_inverse=True)[1] if self.client else []
        group = [number[key] for key in self.key]
        return shares(group, clients, self.hit, self.weight, groups=len(number))


class Settled:
    """`keys`: the pairs of which anything is known; `of(key)`: fields of guidelines.coverage.Coverage."""

    def __init__(self, counts: dict[str, dict], **measured: Sessions):
        named = {key for sessions in measured.values() for key in sessions.key}
        self.keys = {key: number for number, key in enumerate(sorted({*counts, *named}))}
        self._counts = counts
        self._shares = {name: sessions.shares(self.keys) for name, sessions in measured.items()}
        self._expected = shrunken(self._shares["corrected"])
        self._compared = None
        if measured["corrected"].key:
            from review.agreement.standing_out import compare  # it loads SciPy

            self._compared = compare(self._shares["corrected"])

    @property
    def standing_out(self) -> list[str]:
        """Keys of the pairs that do, the most corrected first."""
        if self._compared is None:
            return []
        found = [key for key, number in self.keys.items() if self._compared.stands_out[number]]
        return sorted(found, key=lambda key: -self._expected[self.keys[key]])

    def of(self, key: str) -> dict:
        number = self.keys.get(key)
        if number is None:
            return {}
        found = self._counts.get(key, {}) | {n: _share(shares, number) for n, shares in self._shares.items()}
        if self._compared is None:
            return found
        return found | {
            "expected": _number(self._expected[number]),
            "others": _number(self._compared.others[number]),
            "stands_out": bool(self._compared.stands_out[number]),
        }


NOTHING = Settled({}, corrected=Sessions(), showed=Sessions(), missed=Sessions(), missed_told=Sessions())


def read(verdicts, findings, guideline: Guideline, besides: dict[int, list[str]]) -> Settled:
    """From standings in the order of their items: of one session the latest that was settled counts, for each mistake
    that it was to show. `besides`: {session: keys of these but for the first}.
    """
    counts, corrected = _verdicts(verdicts, besides)
    return Settled(counts, corrected=corrected, **_findings(findings, guideline, besides))


def _verdicts(standings, besides) -> tuple[dict[str, dict], Sessions]:
    latest, undecided, versions = {}, {}, {}
    for row in standings.values_list(*SESSION, "item__round__pairs_version__number"):
        session, state, *_rest, first, version = row
        for key in (first, *besides.get(session, ())):
            versions.setdefault(key, set()).add(version)
        if state == StandingState.SETTLED:
            latest[session] = row
        else:
            undecided[session] = first
    counts: dict[str, dict] = {key: {"versions": tuple(sorted(found))} for key, found in versions.items()}
    corrected = Sessions()
    for session, _state, outcome, base, chance, first, _version in latest.values():
        name = NAMED[outcome]
        for key in (first, *besides.get(session, ())):
            counts[key][name] = counts[key].get(name, 0) + 1
            corrected.add(key, base or f"session {session}", outcome != "accept", 1 / chance)
    for session, first in undecided.items():
        if session not in latest:
            for key in (first, *besides.get(session, ())):
                counts[key]["undecided"] = counts[key].get("undecided", 0) + 1
    return counts, corrected


def _findings(standings, guideline, besides) -> dict[str, Sessions]:
    """What readers without the draft settled, against what was planned and against what the supervisor wrote."""
    settled = standings.filter(state=StandingState.SETTLED)
    latest = {row[0]: row for row in settled.values_list(*SESSION, *PLANNED)}
    offered = _offered(guideline, {version for row in latest.values() for version in row[8:10]})
    showed, missed, missed_told = Sessions(), Sessions(), Sessions()
    for (
        session,
        _state,
        outcome,
        base,
        chance,
        planned,
        of,
        positive,
        judged,
        made,
        draft,
        told,
        counsellor,
    ) in latest.values():
        client, weight = base or f"session {session}", 1 / chance
        found = {finding["mistake"] for finding in outcome}
        # What comes besides is of the same guideline, and never good practice.
        mistakes = [planned, *besides.get(session, ())] if of == guideline.pk and not positive else []
        for key in mistakes:
            if slips(counsellor) and key in offered.get(judged, ()):
                showed.add(key, client, key in found, weight)
        if draft is None:
            continue
        written = {finding["mistake"] for finding in draft}
        # The supervisor names only what the version that it was given holds.
        for key in found & offered.get(made, set()):
            knew = told == TOLD and counsellor != Counsellor.NORMAL and key in mistakes
            (missed_told if knew else missed).add(key, client, key not in written, weight)
    return {"showed": showed, "missed": missed, "missed_told": missed_told}


def _offered(guideline, versions) -> dict[int, set[str]]:
    """{version: keys of the mistakes that can be named under it}."""
    entries = Entry.objects.filter(version__in=versions, version__guideline=guideline)
    found: dict[int, set[str]] = {}
    mistakes = entries.filter(pair_revision__positive=False)
    for version, key in mistakes.values_list("version_id", "pair_revision__pair__key"):
        found.setdefault(version, set()).add(key)
    return found


def _share(found: Shares, number: int) -> Share | None:
    if not found.n[number]:
        return None
    low, high = _number(found.low[number]), _number(found.high[number])
    return Share(
        part=int(found.hits[number]),
        n=int(found.n[number]),
        clients=int(found.clients[number]),
        value=float(found.share[number]),
        interval=None if low is None else (low, high),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
