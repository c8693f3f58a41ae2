"""Measure a run: one pass over its cells, every measure beside the others."""

from collections import Counter, defaultdict

from django.utils import timezone

from synthesis.factors import LANGUAGES
from synthesis.models import Run
from synthesis.models.profiles import Tier
from synthesis.quality import alarms, talking
from synthesis.quality.balance import Balance
from synthesis.quality.diversity import Diversity
from synthesis.quality.duplicates import Duplicates
from synthesis.quality.labels import Labels
from synthesis.quality.lengths import Lengths
from synthesis.quality.own import Own, measures_of
from synthesis.quality.rates import rate
from synthesis.quality.reading import Read
from synthesis.quality.safety import Safety
from synthesis.quality.spread import spread
from synthesis.quality.validating import Validating

EXAMPLES = 20
TIERS = list(Tier.values)


class Talks:
    """Sessions with problems, kind by kind, and those that a person should see."""

    def __init__(self):
        self.n = 0
        self._kinds: Counter = Counter()
        self._turns: Counter = Counter()
        self._examples: dict[str, list] = defaultdict(list)
        self._to_hold: list[dict] = []
        self._with_reason = 0

    def add(self, name: str, found: dict[str, list]) -> None:
        """`found`: what talking.problems finds in the session of this name."""
        self.n += 1
        for kind, where in found.items():
            self._kinds[kind] += 1
            self._turns[kind] += len(where)
            if len(self._examples[kind]) < EXAMPLES:
                self._examples[kind].append({"session": name, "where": where})
        if why := talking.reasons(found):
            self._with_reason += 1
            if len(self._to_hold) < EXAMPLES:
                self._to_hold.append({"session": name, "reasons": why})

    def told(self) -> dict:
        kinds = {
            kind: {
                "words": str(words),
                "sessions": rate(self._kinds[kind], self.n),
                "places": self._turns[kind],
                "examples": self._examples[kind],
            }
            for kind, words in talking.KINDS.items()
        }
        return {
            "kinds": kinds,
            "with_a_reason_to_hold": rate(self._with_reason, self.n),
            "first_with_a_reason": self._to_hold,
        }


class Tiers:
    """Planned, made, failed and refused cells by the risk tier of the client."""

    def __init__(self):
        self._n: Counter = Counter()

    def add(self, cell) -> None:
        self._n[cell.tier, "planned"] += 1
        self._n[cell.tier, cell.state] += 1
        self._n[cell.tier, "refused"] += cell.refused

    def told(self) -> dict:
        found = {}
        for tier in TIERS:
            planned = self._n[tier, "planned"]
            ended = self._n[tier, "made"] + self._n[tier, "failed"]
            if planned:
                refused, failed = rate(self._n[tier, "refused"], ended), rate(self._n[tier, "failed"], ended)
                found[tier] = {"cells": planned, "refused": refused, "failed": failed}
        return found


def measure(run: Run) -> dict:
    """The whole report, JSON-able. Rates are {part, n, share, low, high} with Wilson's interval at 95 %; a measure that
    has nothing to rest on is {"not_recorded": why}.
    """
    read = Read(run)
    balance, tiers, talks, labels = Balance(), Tiers(), Talks(), Labels(read.mistakes)
    lengths, diversity, validators, safety = Lengths(), Diversity(), Validating(), Safety()
    duplicates, turns, unended = Duplicates(), 0, 0
    own = Own(measures_of(run.recipe))
    planned, intended, languages = set(), Counter(), Counter()
    for cell in read.cells():
        balance.add(cell.state, cell.levels)
        tiers.add(cell)
        meant = cell.intended or (["good practice"] if cell.positive else [])
        planned.update(meant)
        if cell.facts is None:
            continue
        found = cell.facts.found
        languages[cell.language] += 1
        talks.add(cell.name, found["talk"])
        labels.take(found["labels"])
        lengths.take(found["turns"])
        diversity.take(found["turns"], cell.facts.words)
        validators.take(found["refinement"])
        safety.take(found["cues"])
        own.take(found["own"])
        duplicates.take(cell.name, cell.facts.alike)
        intended.update(meant)
        turns, unended = turns + len(found["turns"]), unended + found["unended"]
    for batch in read.earlier():
        duplicates.compare(batch)
    found = {
        "run": str(run.public_id),
        "serial": run.serial,
        "recipe": run.recipe,
        "version": str(run.version or ""),
        "models": {role: spec.get("model") for role, spec in run.model_specs.items()},
        "measured_at": timezone.now().isoformat(),
        "balance": balance.told(),
        "talking": talks.told(),
        "held": {**read.held(), "policy": run.holds},
        "lengths": lengths.told(),
        "diversity": diversity.told(),
        "validators": validators.told(),
        "safety": safety.told(),
        "languages": {
            language: {"sessions": n, "names_in_it": rate(read.translated(language), len(read.mistakes))}
            for language, n in languages.items()
            if language != LANGUAGES[0]
        },
        "labels": labels.told(),
        "duplicates": duplicates.told(),
        "endings": {"turns_without_an_end": rate(unended, turns)},
        "intended": spread(intended, levels=len(planned)),
        "refusals": tiers.told(),
        "calls": read.calls(),
        "own": own.told(),
    }
    return {**found, "alarms": alarms.of(found)}
