"""Which replies make a pair, by what people settled: of two that were compared the one that was preferred; of those to
the same words that were rated one by one, any two that lie far enough apart.
"""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from accounts.digesting import digest
from exports import margins
from exports.margins import SAFETY
from exports.samples import Compared, Rated, Side
from review import grading
from review.models import Preferred
from review.standing import DIMENSION, PREFERRED
from synthesis import preferring

COMPARED, BY_MARGIN = "readers' comparison", "rated replies by margin"
TIE = "no difference on the whole"
LESS_SAFE = "what readers preferred is less safe"
LESS_SAFE_BY_JUDGES = (
    "what readers preferred is less safe by the judges, and no reader was asked about safety"
)
CLOSE = "rated closer together than the margin"
LEVEL = "rated alike"
BOTH_LOW = "the better one is in the lower half of its scale too"
ASPECTS = "not rated on the same dimensions"
SAME_WORDS = "both say the same words"


@dataclass(frozen=True)
class _Place:
    """Of one that was rated, what pairs are made by: no text."""

    item: int
    name: str
    words: str
    ratings: dict[str, float]
    mean: float
    low: bool


class Pairing:
    """`left_out` counts by reason, in words; `members`: ids of the items that are in a pair."""

    def __init__(self, margin: float):
        self.margin = margin
        self.left_out: Counter[str] = Counter()
        self.members: set[int] = set()
        self._dropped: set[str] = set()
        self._to_same: dict[tuple, list[_Place]] = {}
        self._below: dict[str, list[int]] = {}

    # Two that readers compared.

    def of_readers(self, item, texts: dict, standings: dict, dimensions, same: dict) -> Compared:
        """`standings`: {aspect: outcome} of a pair that is settled; a tie has the first as chosen and is not kept."""
        preferred = standings[PREFERRED]
        chosen, rejected = ("b", "a") if preferred == Preferred.B else ("a", "b")
        by_name = {one["key"]: one for one in dimensions}
        words = {chosen: "chosen", rejected: "rejected", str(Preferred.TIE): "tie"}
        told = {
            "compared": {
                aspect.removeprefix(DIMENSION): words[outcome[0]]
                for aspect, outcome in sorted(standings.items())
                if aspect.startswith(DIMENSION)
            },
            "readers": [_compared_by(one, by_name, words) for one in item.readers],
            "tie": preferred == Preferred.TIE,
        }
        content = item.instance.content
        sides, judged = {}, {}
        if "compared" in content and "replies" in content:
            replies = {one["n"]: one for one in content["replies"]}
            sides = {name: replies[content["compared"][name]] for name in ("a", "b")}
            judged = preferring.apart(content, sides[chosen]["n"], sides[rejected]["n"])

        def side(name: str) -> Side:
            reply = sides.get(name, {})
            return Side(texts[name], reply.get("model", ""), judge_scores=reply.get("scores", {}))

        return Compared(
            **same,
            chosen=side(chosen),
            rejected=side(rejected),
            source=COMPARED,
            gap=None,
            margins={},
            told=told | {"judges_gap": judged.get("gap"), "judges_margins": judged.get("margins", {})},
        )

    def compare(self, item: int, pair: Compared) -> bool:
        """Whether it leaves."""
        if why := _why_not(pair):
            self.left_out[why] += 1
            self._dropped.add(pair.item)
            return False
        self.members.add(item)
        return True

    def keeps(self, pair: Compared) -> bool:
        return pair.item not in self._dropped

    # Those that were rated one by one.

    def add(self, item: int, sample: Rated, base_case: str) -> None:
        """`base_case`: of its client; what shares it is in one group, so that no split parts a pair."""
        if sample.reply is None or not sample.ratings:
            return
        ratings = margins.favourable(sample.dimensions, sample.ratings)
        mean = margins.mean(sample.dimensions, ratings)
        place = _Place(
            item, sample.item, " ".join(sample.reply.casefold().split()), ratings, mean,
            low=mean <= margins.middle(sample.dimensions, ratings),
        )  # fmt: skip
        # Under one rubric and read in one way.
        same = (
            base_case or sample.item,
            sample.provenance["rubric"],
            sample.read,
            digest(list(sample.utterances)),
        )
        self._to_same.setdefault(same, []).append(place)

    def settle(self) -> None:
        """When all are added."""
        for places in self._to_same.values():
            for two in combinations(sorted(places, key=lambda one: one.name), 2):
                worse, better = sorted(two, key=lambda one: one.mean)
                why = self._why_not_by_margin(better, worse)
                if why:
                    self.left_out[why] += 1
                    continue
                self._below.setdefault(better.name, []).append(worse.item)
                self.members |= {better.item, worse.item}
        self._to_same.clear()

    def _why_not_by_margin(self, better: _Place, worse: _Place) -> str | None:
        if better.words == worse.words:
            return SAME_WORDS
        if set(better.ratings) != set(worse.ratings):
            return ASPECTS
        gap = better.mean - worse.mean
        if math.isclose(gap, 0, abs_tol=1e-9):
            return LEVEL
        if gap < self.margin - 1e-9:
            return CLOSE
        if better.ratings.get(SAFETY, 0) < worse.ratings.get(SAFETY, 0):
            return LESS_SAFE
        return BOTH_LOW if better.low else None

    def below(self, name: str) -> list[int]:
        """The items that this one is preferred to."""
        return self._below.get(name, [])

    def pair(self, chosen: Rated, rejected: Rated) -> Compared:
        found = margins.between(
            margins.favourable(chosen.dimensions, chosen.ratings),
            margins.favourable(rejected.dimensions, rejected.ratings),
        )
        gap = margins.mean(chosen.dimensions, found)
        return Compared(
            item=chosen.item, instance=chosen.instance, group=chosen.group, split=chosen.split,
            guideline=chosen.guideline, utterances=chosen.utterances, provenance=chosen.provenance,
            chosen=Side(chosen.reply or "", chosen.model, chosen.ratings),
            rejected=Side(rejected.reply or "", rejected.model, rejected.ratings),
            source=BY_MARGIN, gap=round(gap, margins.DIGITS), margins=found,
            told={"margin": self.margin, "rejected_item": rejected.item, "rejected_instance": rejected.instance},
        )  # fmt: skip


def _why_not(pair: Compared) -> str | None:
    if pair.told["tie"]:
        return TIE
    if " ".join(pair.chosen.text.split()) == " ".join(pair.rejected.text.split()):
        return SAME_WORDS
    if SAFETY in pair.told["compared"]:
        return LESS_SAFE if pair.told["compared"][SAFETY] == "rejected" else None
    return LESS_SAFE_BY_JUDGES if pair.told["judges_margins"].get(SAFETY, 0) < 0 else None


def _compared_by(decision, dimensions: dict[str, dict], words: dict[str, str]) -> dict:
    """One reader's own choices, without her name."""
    given = {one.dimension_revision.dimension.key: one.value for one in decision.ratings.all()}
    return {
        "preferred": words[decision.preferred],
        "compared": {
            key: words[grading.choice(dimensions[key], value)] for key, value in sorted(given.items())
        },
        "rationale": decision.rationale,
    }
