"""Measure a run: one pass over its cells, every measure beside the others."""

from collections import Counter, defaultdict

from django.utils import timezone

from synthesis.models import Run
from synthesis.models.profiles import Tier
from synthesis.quality import alarms, talking
from synthesis.quality.balance import Balance
from synthesis.quality.diversity import Diversity
from synthesis.quality.duplicates import Duplicates
from synthesis.quality.given import prompts_of
from synthesis.quality.labels import Labels
from synthesis.quality.lengths import Lengths
from synthesis.quality.rates import not_recorded, rate
from synthesis.quality.reading import MOST_EARLIER, Read
from synthesis.quality.safety import Safety
from synthesis.quality.sessions import Session
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

    def add(self, session: Session, found: dict[str, list]) -> None:
        self.n += 1
        for kind, where in found.items():
            self._kinds[kind] += 1
            self._turns[kind] += len(where)
            if len(self._examples[kind]) < EXAMPLES:
                self._examples[kind].append({"session": session.name, "where": where})
        if why := talking.reasons(found):
            self._with_reason += 1
            if len(self._to_hold) < EXAMPLES:
                self._to_hold.append({"session": session.name, "reasons": why})

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


class Endings:
    """How sessions end, where the recipe says so, and how many turns stop in the middle of a sentence."""

    def __init__(self):
        self._ended: Counter = Counter()
        self._n = self._turns = self._cut = 0

    def add(self, session: Session) -> None:
        self._n += 1
        if ended := session.content.get("ended"):
            self._ended[str(ended)] += 1
        for turn in session.utterances:
            self._turns += 1
            self._cut += turn["text"].rstrip("\"'”’)»* ")[-1:] not in ".!?…。！？।؟۔։።"

    def told(self) -> dict:
        n = self._ended.total()
        nothing = not_recorded("The recipe plays a drawn number of exchanges and writes no end condition.")
        ended = {name: rate(times, self._n) for name, times in self._ended.most_common()} if n else nothing
        return {"ended": ended, "turns_without_an_end": rate(self._cut, self._turns)}


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


class Techniques:
    """What a plan chose, in recipes that plan: content `techniques`, a list of names."""

    def __init__(self):
        self._counts: Counter = Counter()

    def add(self, session: Session) -> None:
        self._counts.update(map(str, session.content.get("techniques") or []))

    def told(self) -> dict:
        if not self._counts:
            return not_recorded("The recipe plans no techniques.")
        return spread(self._counts, levels=len(self._counts))


def measure(run: Run) -> dict:
    """The whole report, JSON-able. Rates are {part, n, share, low, high} with Wilson's interval at 95 %; a measure that
    has nothing to rest on is {"not_recorded": why}.
    """
    read = Read(run)
    balance, tiers, talks, endings, techniques = Balance(), Tiers(), Talks(), Endings(), Techniques()
    labels, duplicates = Labels(read.mistakes), Duplicates()
    others = {"lengths": Lengths(), "diversity": Diversity(), "validators": Validating(), "safety": Safety()}
    intended: Counter = Counter()
    prompts = prompts_of(run)
    for earlier in read.earlier():
        duplicates.add(earlier, earlier=True)
    for cell in read.cells():
        balance.add(cell.state, cell.levels)
        tiers.add(cell)
        if (session := cell.session) is None:
            continue
        talks.add(session, talking.problems(session, prompts=prompts, descriptions=cell.descriptions))
        intended.update(session.intended or (["good practice"] if session.positive else []))
        for one in (endings, techniques, labels, duplicates, *others.values()):
            one.add(session)
    found = {
        "run": str(run.public_id),
        "serial": run.serial,
        "recipe": run.recipe,
        "version": str(run.version),
        "models": {role: spec.get("model") for role, spec in run.model_specs.items()},
        "measured_at": timezone.now().isoformat(),
        "balance": balance.told(),
        "talking": talks.told(),
        "held": {**read.held(), "policy": run.holds},
        **{name: one.told() for name, one in others.items()},
        "labels": labels.told(),
        "duplicates": {**duplicates.told(), "most_earlier": MOST_EARLIER},
        "endings": endings.told(),
        "techniques": techniques.told(),
        "intended": spread(intended, levels=len(read.mistakes) + 1),
        "refusals": tiers.told(),
        "calls": read.calls(),
    }
    return {**found, "alarms": alarms.of(found)}
