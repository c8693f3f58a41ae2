"""What was rated or compared without a draft, of the rounds of a selection: the samples that its formats are made of,
and why the others make none.
"""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Prefetch

from exports import margins
from exports.better import of_readers
from exports.pairing import Pairing
from exports.samples import Compared, Rated
from exports.selecting import CHUNK, Selection, provenance
from guidelines import briefing
from review.models import Arm, Decision, Item
from review.standing import DIMENSION


class Graded:
    """`takes`: which formats were asked for. `items`: those that leave in one of them; `pairs_left_out` and
    `replies_left_out` count by reason, in words, what makes no pair and no better reply.
    """

    def __init__(self, selection: Selection, takes: set[str], margin: float):
        self._selection, self._takes = selection, takes
        self._dimensions: dict[int, tuple[dict, ...]] = {}
        self.pairing = Pairing(margin)
        self.replies_left_out: Counter[str] = Counter()
        self.items: list[Item] = []
        # Whether there is anything of the kind.
        self.any = False
        self._choose()

    @property
    def pairs_left_out(self) -> Counter[str]:
        return self.pairing.left_out

    def _choose(self) -> None:
        leaves: set[int] = set()
        for item, sample in self._samples([*self._selection.choose(), *self._selection.graded]):
            self.any = True
            if isinstance(sample, Rated):
                if "preference" in self._takes:
                    self.pairing.add(item.pk, sample, item.instance.profile.base_case)
                if "rating" in self._takes and (sample.ratings or sample.labels):
                    leaves.add(item.pk)
                if "reply" in self._takes and self._gives_a_reply(item):
                    leaves.add(item.pk)
            elif "preference" in self._takes and self.pairing.compare(item.pk, sample):
                leaves.add(item.pk)
        self.pairing.settle()
        # What has a draft leaves anyway.
        without_draft = (leaves | self.pairing.members).intersection(self._selection.graded)
        for chunk in _chunks(sorted(without_draft)):
            found = Item.objects.filter(pk__in=chunk).select_related("instance__profile")
            lean = found.defer("instance__content", "instance__trace", "instance__profile__content")
            self.items += lean.prefetch_related("instance__marks", "instance__profile__marks")
        self.items.sort(key=lambda item: str(item.public_id))

    def _gives_a_reply(self, item: Item) -> bool:
        better, why_not = of_readers(item)
        if why_not:
            self.replies_left_out[why_not] += 1
        return better is not None

    def rated(self) -> Iterator[Rated]:
        """In order of public id, when the selection knows groups and splits."""
        for _item, sample in self._samples(self._members()):
            if isinstance(sample, Rated):
                yield sample

    def compared(self) -> Iterator[Compared]:
        """The pairs, in order of the public id of what is chosen."""
        for _item, sample in self._samples(self._members()):
            if isinstance(sample, Compared) and self.pairing.keeps(sample):
                yield sample
            elif isinstance(sample, Rated):
                for _rejected, rejected in self._samples(self.pairing.below(sample.item)):
                    yield self.pairing.pair(sample, rejected)

    def _members(self) -> list[int]:
        """With those that have a draft, of which the reply was rated too."""
        return [*self._selection.choose(), *(item.pk for item in self.items)]

    def _samples(self, items: list[int]) -> Iterator[tuple[Item, Rated | Compared]]:
        """A chunk at a time: memory stays constant."""
        if not items:
            return
        counted = Decision.objects.in_force().counting().order_by("public_id")
        counted = counted.prefetch_related("ratings__dimension_revision__dimension")
        for chunk in _chunks(_in_order(items)):
            found = (
                Item.objects.filter(pk__in=chunk)
                .select_related("round__pairs_version__guideline", "round__rubric_version__guideline",
                                "instance__profile", "instance__run", "instance__version__guideline")
                .defer("instance__trace", "instance__profile__content")
                .prefetch_related("standings", Prefetch("decisions", queryset=counted, to_attr="readers"))
                .order_by("public_id")
            )  # fmt: skip
            for item in found:
                yield item, self._sample(item)

    def _sample(self, item: Item) -> Rated | Compared:
        group = self._selection.groups().get(item.pk, "")
        version = item.round.rubric_version
        if version.pk not in self._dimensions:
            self._dimensions[version.pk] = tuple(briefing.dimensions(version))
        dimensions = self._dimensions[version.pk]
        judged = item.readers[0].judged
        same = {
            "item": str(item.public_id),
            "instance": str(item.instance.public_id),
            "group": group,
            "split": self._selection.splits.get(group, "train"),
            "guideline": str(item.round.pairs_version),
            "utterances": tuple({"speaker": u["speaker"], "text": u["text"]} for u in judged["dialogue"]),
            "provenance": provenance(item),
        }
        standings = {one.aspect: one.outcome for one in item.standings.all()}
        if item.arm == Arm.PAIR:
            return self.pairing.of_readers(item, judged["texts"], standings, dimensions, same)
        settled = {
            aspect.removeprefix(DIMENSION): str(outcome[0])
            for aspect, outcome in sorted(standings.items())
            if aspect.startswith(DIMENSION)
        }
        numbered, labels = _apart(settled, dimensions)
        better, _why_not = of_readers(item)
        return Rated(
            **same,
            reply=judged.get("reply"),
            dimensions=dimensions,
            ratings=numbered,
            labels=labels,
            readers=tuple(_told(one, dimensions) for one in item.readers),
            read=item.arm,
            model=_model_of(item),
            better=(better,) if better else (),
        )


def _chunks(items: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _in_order(items: list[int]) -> list[int]:
    """Those of them that were rated or compared, by public id."""
    named: list[tuple[str, int]] = []
    for chunk in _chunks(items):
        graded = Item.objects.filter(pk__in=chunk, arm__in=[Arm.RATED, Arm.REVISED, Arm.PAIR])
        named += ((str(name), pk) for name, pk in graded.values_list("public_id", "pk"))
    return [pk for _name, pk in sorted(named)]


def _model_of(item: Item) -> str:
    """Who wrote the reply: of the roles, the one that answers; empty where that is not known."""
    published = (item.instance.content.get("published") or {}).get("model")
    specs = item.instance.run.model_specs if item.instance.run else {}
    answering = specs.get("therapist") or specs.get("counsellor") or {}
    return published or answering.get("model") or ""


def _apart(levels: dict[str, str], dimensions) -> tuple[dict[str, float], dict[str, str]]:
    """(those that are numbers, the others)."""
    scales = margins.numbers(dimensions)
    return (
        {key: float(level) for key, level in levels.items() if key in scales},
        {key: level for key, level in levels.items() if key not in scales},
    )


def _told(decision: Decision, dimensions) -> dict:
    """One reader's own words, without her name."""
    given = {one.dimension_revision.dimension.key: one for one in decision.ratings.all()}
    numbered, labels = _apart({key: one.value for key, one in sorted(given.items())}, dimensions)
    return {
        "ratings": numbered,
        "labels": labels,
        "rationale": decision.rationale,
        "evidence": [
            {"dimension": key, **mark} for key, one in sorted(given.items()) for mark in one.evidence
        ],
    }
