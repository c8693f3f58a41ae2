"""A dispute as its adjudicator meets it: the texts in random order, without names, none of them called the draft. What
the readers said is in review.revealing, and hers to see when she has judged.
"""

import random
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines import briefing
from review import grading, standing
from review.judged import Wording, counsellor_turns, in_position
from review.knowing import cells_known_by, settled_another
from review.label_studio.screens.build import levels_of
from review.models import (
    Arm,
    Conflict,
    Decision,
    FirstJudgement,
    Item,
    SecondReading,
    Standing,
    Stood,
    Verdict,
)
from review.workflow import CannotSettle, adjudicate, judge_again, judge_first, key_of, pending, require_marks
from synthesis.models import Opening


def waiting_for(user) -> QuerySet[Item]:
    """Items that this person may settle, or is to judge a second time without knowing it."""
    # Both as lists of items, which are found once: asked of each item of a large round they take minutes.
    asked = Q(pk__in=Standing.objects.disputed().values("item")) | Q(
        pk__in=pending(user).values("decision__item")
    )
    return Item.objects.filter(asked, _may_settle(user))


def longest_waiting(user, n: int) -> list[Item]:
    """The first `n` of these, each with `since`: when the session came to be in dispute. That of one which is settled, and
    is to be judged a second time, tells nothing else.
    """
    # In the order of an index, of which no more is read than is shown; an item has a row for each of its aspects.
    disputed = Standing.objects.disputed().filter(_may_settle(user, "item__")).order_by("at", "pk")
    earlier = Standing.objects.disputed().filter(item=OuterRef("item"), at__lt=OuterRef("at"))
    first = set(disputed.exclude(Exists(earlier)).values_list("item", flat=True)[: 2 * n])
    again = pending(user).filter(_may_settle(user, "decision__item__"))
    # Since before there were changes to be told by: when its readers had judged it.
    judged = Decision.objects.readers().filter(item=OuterRef("pk"), reading__seat__observer=False)
    came = Stood.objects.filter(item=OuterRef("pk"), state="disputed").order_by("-n").values("at")[:1]
    received = judged.order_by("-received_at").values("received_at")[:1]
    items = Item.objects.filter(pk__in=first.union(again.values_list("decision__item", flat=True)))
    items = items.annotate(since=Coalesce(Subquery(came), Subquery(received)))
    return list(items.select_related("round").prefetch_related("standings").order_by("since", "pk")[:n])


def _may_settle(user, item: str = "") -> Q:
    """Of an item, or of what names one: `item`, such as "item__"."""
    barred = [
        ("instance__in", _read_by(user)),
        ("instance__in", Opening.objects.filter(by=user).values("instance")),
        ("instance__cell__in", cells_known_by(user)),
        ("instance__profile__base_case__in", Conflict.objects.cases_of(user)),
    ]
    found = Q((f"{item}round__state", "open")) & ~settled_another(user, item)
    for path, rows in barred:
        found &= ~Q((f"{item}{path}", rows))
    return found


def aspects_of(items: list[Item], user) -> dict[int, list[str]]:
    """{item: what is asked of her}; the items' standings may be prefetched."""
    again = {
        second.decision.item_id: second.decision.answered
        for second in pending(user).filter(decision__item__in=items).select_related("decision")
    }
    found = {item.pk: [s.aspect for s in item.standings.all() if s.state == "disputed"] for item in items}
    return {pk: sorted(aspects or again.get(pk, [])) for pk, aspects in found.items()}


def of(item: Item, user) -> "Dispute":
    """What she is asked: what is in dispute, or a settled one that she is to judge as if it were."""
    found = Dispute(item)
    if found.aspects:
        return found
    second = pending(user).filter(decision__item=item).select_related("decision").first()
    return Dispute(item, second) if second else found


def _read_by(user):
    return Item.objects.filter(readings__seat__rater__user=user).values("instance")


@dataclass(frozen=True)
class Text:
    """One wording. `edits`: public ids of the decisions that wrote it; `token` names it on the page."""

    token: str
    words: str
    edits: tuple[str, ...] = ()
    is_draft: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        return ("draft",) if self.is_draft else self.edits


@dataclass(frozen=True)
class Proposed:
    """One finding of some reader."""

    token: str
    mistake: str
    name: str
    utterances: tuple[int, ...]
    severity: int


class Dispute:
    """What is disputed on an item, and what the readers said, unnamed. `second`: it is settled, and judged once more."""

    def __init__(self, item: Item, second: SecondReading | None = None):
        self.item, self.second = item, second
        self.aspects = {s.aspect for s in item.standings.all() if s.state == "disputed"}
        if second is not None:
            self.aspects = set(second.decision.answered)
        readers = item.decisions.in_force().readers()
        counted = readers.filter(reading__pass_number=1, reading__seat__observer=False)
        wanted = ("findings__pair_revision__pair", "ratings__dimension_revision__dimension")
        self.decisions = list(counted.prefetch_related(*wanted))
        # The same order at every look, and not that of the decisions.
        self._draw(self.decisions)
        self.judged = Wording().of(item)
        # Which of two texts stands first for her tells nothing either.
        self.position = self._draw(["ab", "ba"])[0] if item.arm == Arm.PAIR else ""
        self.shown = in_position(self.judged, self.position)

    def _draw(self, things: list) -> list:
        random.Random(str(self.item.public_id)).shuffle(things)
        return things

    @property
    def asks_verdict(self) -> bool:
        return standing.VERDICT in self.aspects

    @property
    def asks_findings(self) -> bool:
        return standing.FINDINGS in self.aspects

    @property
    def asks_safety(self) -> bool:
        return standing.SAFETY in self.aspects

    @property
    def asks_wording(self) -> bool:
        return standing.WORDING in self.aspects

    @property
    def asks_preferred(self) -> bool:
        return standing.PREFERRED in self.aspects

    @property
    def is_graded(self) -> bool:
        return grading.is_graded(self.item)

    @cached_property
    def rubric(self) -> list[dict]:
        """All that is rated here, as guidelines.briefing tells it; of two texts, the levels as they stand before her."""
        found = grading.compared(self.item.round.rubric_version, arm=self.item.arm).values()
        return [dimension | {"levels": levels_of(dimension)} for dimension in found]

    def placed(self, levels: dict[str, str]) -> dict[str, str]:
        """Levels by the texts' own names as she has them before her, and back again."""
        if self.position != "ba":
            return levels
        of = {dimension["key"]: dimension for dimension in self.rubric}
        return {key: grading.mirrored(of[key], level) for key, level in levels.items()}

    @cached_property
    def dimensions(self) -> list[dict]:
        """Those in dispute, as guidelines.briefing tells them."""
        keys = {a.removeprefix(standing.DIMENSION) for a in self.aspects if a.startswith(standing.DIMENSION)}
        return [d for d in self.rubric if d["key"] in keys] if keys else []

    @cached_property
    def texts(self) -> list[Text]:
        """The texts to judge: the edits, and with a disputed verdict the draft among them."""
        if not (self.asks_verdict or self.asks_wording):
            return []
        edits: dict[str, list[str]] = {}
        for decision in self.decisions:
            if decision.verdict == Verdict.EDIT:
                edits.setdefault(decision.edited_text, []).append(str(decision.public_id))
        found = [Text(self._token(words), words, tuple(ids)) for words, ids in edits.items()]
        if self.asks_verdict:
            found.append(Text(self._token(self.judged["draft"]), self.judged["draft"], is_draft=True))
        return self._draw(sorted(found, key=lambda text: text.token))

    @property
    def asks_equivalent(self) -> bool:
        return sum(bool(text.edits) for text in self.texts) > 1

    @cached_property
    def rated_first(self) -> list[dict]:
        """The dimensions to rate before anything is revealed: none where the rated draft is still to be hidden."""
        return [] if self.texts else self.dimensions

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """(key, name) of the mistakes that anybody could have found."""
        found = [(c["key"], c["name"]) for c in briefing.choices(self.item.round.pairs_version)]
        return [*found, ("other", _("A mistake that is not in the guideline"))]

    @cached_property
    def turns(self) -> list[tuple[int, str]]:
        """(id, words) of what can be marked: a mistake is the counsellor's."""
        theirs = counsellor_turns(self.item.instance)
        return [(n + 1, turn["text"]) for n, turn in enumerate(self.judged["dialogue"]) if n in theirs]

    @cached_property
    def proposed(self) -> list[Proposed]:
        """Every different finding of the readers, in the order of the session."""
        found = {}
        for decision in self.decisions:
            for finding in decision.findings.all():
                key = (tuple(finding.utterances), key_of(finding), finding.severity)
                name = finding.pair_revision.name if finding.pair_revision else _("Not in the guideline")
                found[key] = Proposed(self._token(str(key)), key[1], name, key[0], key[2])
        return [found[key] for key in sorted(found)]

    def _token(self, words: str) -> str:
        """Names the words themselves: if they changed meanwhile, the page sent an unknown name, and is
        refused.
        """
        return digest([str(self.item.public_id), words])[:16]

    @cached_property
    def about(self) -> str:
        """Names what is asked and the texts that are shown; if they change, she judges first once more."""
        return digest([str(self.item.public_id), sorted(self.aspects), [text.token for text in self.texts]])

    def first_of(self, user) -> FirstJudgement | None:
        """What she said of exactly this before anything was revealed to her."""
        return FirstJudgement.objects.filter(item=self.item, rater__user=user, about=self.about).first()

    def judge_first(
        self,
        *,
        by,
        approved=None,
        equivalent=None,
        mistakes=None,
        marks=None,
        unsafe=None,
        levels=None,
        preferred=None,
    ) -> FirstJudgement:
        """Keep what she says before anything is revealed; what she said before stays as it was. `mistakes`: keys; `marks`:
        where some of them are and how serious, as `marked` in `settle`. `levels` and `preferred`, "first", "second" or
        "tie", are of two texts as they stand before her; by the texts' own names they are kept.
        """
        self._require_all(approved or {})
        require_marks(marks or [], self.item)
        said = {
            "texts": approved,
            "equivalent": equivalent,
            "mistakes": mistakes,
            "marks": marks or None,
            "unsafe": unsafe,
            "levels": levels and self._own(levels),
            "preferred": preferred and grading.placed(preferred, self.position),
        }
        return judge_first(
            item=self.item,
            by=by,
            about=self.about,
            shown=[{"token": text.token, "words": text.words} for text in self.texts],
            answers={name: value for name, value in said.items() if value is not None},
        )

    def settle(
        self, *, by, reason, error_type="", approved=None, equivalent=None, found=None, marked=(), unsafe=None,
        levels=None, preferred=None, written="", begun=(),
    ):  # fmt: skip
        """`approved`: {token: whether she would give this feedback}; `found`: tokens of the findings that stand;
        `marked`: what stands beside them as no reader marked it, [{"mistake", "utterances", "severity"}];
        `written`: her own wording, `begun` from the texts of these tokens; `levels` and `preferred` as in `judge_first`.
        Only after she judged first.

        A draft that she would give means accept; only an edit or her own wording, edit; none of the texts, reject.
        """
        with transaction.atomic():
            first = self.first_of(by)
            if first is None:
                raise CannotSettle(_("Judge the texts first, before you see what the readers said."))
            chosen = {"unsafe": unsafe if self.asks_safety else None, "levels": self._own(levels or {})}
            if preferred:
                chosen["preferred"] = grading.placed(preferred, self.position)
            if self.asks_findings:
                chosen["findings"] = [*self._findings(found), *marked]
            if self.texts:
                chosen |= self._verdict(approved or {}, equivalent, written.strip())
            if written.strip():
                chosen["written"] = written.strip()
                chosen["written_from"] = [
                    s for text in self.texts if text.token in begun for s in text.sources
                ]
            given = {"by": by, "reason": reason, "error_type": error_type, "first": first, **chosen}
            if self.second is not None:
                return judge_again(second=self.second, **given)
            return adjudicate(item=self.item, **given)

    def _own(self, levels: dict[str, str]) -> dict[str, str]:
        offered = {d["key"]: grading.levels(d) for d in self.dimensions}
        if any(level not in offered.get(key, ()) for key, level in levels.items()):
            raise CannotSettle(_("That is no level of this dimension."))
        return self.placed(levels)

    def _require_all(self, approved: dict[str, bool]) -> None:
        if set(approved) != {text.token for text in self.texts}:
            raise CannotSettle(
                _("Say of every text whether you would give it. If a text changed, look at it again.")
            )

    def _verdict(self, approved: dict[str, bool], equivalent: bool | None, written: str) -> dict:
        self._require_all(approved)
        given = [text for text in self.texts if approved[text.token]]
        edits = [edit for text in given for edit in text.edits]
        same = equivalent if self.asks_equivalent else True
        if not self.asks_verdict:
            return {"approved_edits": edits, "equivalent": same}
        if any(text.is_draft for text in given):
            return {"verdict": Verdict.ACCEPT}
        if not given and not written:
            return {"verdict": Verdict.REJECT}
        return {"verdict": Verdict.EDIT, "approved_edits": edits, "equivalent": same}

    def _findings(self, tokens) -> list[dict]:
        if tokens is None:
            raise CannotSettle(_("Say which mistakes stand, or that there is none."))
        known = {proposed.token: proposed for proposed in self.proposed}
        if set(tokens) - set(known):
            raise CannotSettle(_("The findings changed meanwhile; look at them again."))
        return [
            {"mistake": p.mistake, "utterances": list(p.utterances), "severity": p.severity}
            for token, p in known.items()
            if token in tokens
        ]
