"""A dispute as its adjudicator meets it: the texts in random order, without names, none of them called the draft. What
the readers said is in review.revealing, and hers to see when she has judged.
"""

import random
from collections.abc import Collection
from functools import cached_property

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines import briefing
from review import grading, standing
from review.disputed import Proposed, Questions, Text
from review.judged import Wording, counsellor_turns, in_position
from review.label_studio.screens.build import levels_of
from review.models import (
    Arm,
    Decision,
    FirstJudgement,
    Item,
    SecondJudgement,
    SecondReading,
    Standing,
    Stood,
    Verdict,
)
from review.who_settles import settled_by
from review.workflow import (
    CannotSettle,
    adjudicate,
    judge_again,
    judge_first,
    key_of,
    locked,
    pending,
    require_marks,
)

# Nobody settles so many in a day.
MOST_COUNTED = 999


def how_many_wait(user) -> int:
    """How many items this person may settle; above MOST_COUNTED, one more than that: each is asked who had it, and every
    page of hers bears the number.
    """
    return waiting_for(user).order_by()[: MOST_COUNTED + 1].count()


def as_shown(n: int) -> str:
    return f"{MOST_COUNTED}+" if n > MOST_COUNTED else str(n)


def waiting_for(user) -> QuerySet[Item]:
    """Items that this person may settle, or is to judge a second time without knowing it."""
    # Both as lists of items, which are found once: asked of each item of a large round they take minutes.
    asked = Q(pk__in=Standing.objects.disputed().values("item")) | Q(
        pk__in=pending(user).values("decision__item")
    )
    return Item.objects.filter(asked, settled_by(user))


def longest_waiting(user, n: int) -> list[Item]:
    """The first `n` of these, each with `since`: when the session came to be in dispute. That of one which is settled, and
    is to be judged a second time, tells nothing else. The order is that of waiting alone: were what somebody called unsafe
    the first, she would know it before she judges; that goes to the leads at once, by a flag (methods.md §4).
    """
    # In the order of an index, of which no more is read than is shown; an item has a row for each of its aspects.
    disputed = Standing.objects.disputed().filter(settled_by(user, "item__")).order_by("at", "pk")
    earlier = Standing.objects.disputed().filter(item=OuterRef("item"), at__lt=OuterRef("at"))
    first = set(disputed.exclude(Exists(earlier)).values_list("item", flat=True)[: 2 * n])
    again = pending(user)
    # Since before there were changes to be told by: when its readers had judged it.
    judged = Decision.objects.readers().filter(item=OuterRef("pk"), reading__seat__observer=False)
    came = Stood.objects.filter(item=OuterRef("pk"), state="disputed").order_by("-n").values("at")[:1]
    received = judged.order_by("-received_at").values("received_at")[:1]
    items = Item.objects.filter(pk__in=first.union(again.values_list("decision__item", flat=True)))
    items = items.annotate(since=Coalesce(Subquery(came), Subquery(received)))
    return list(items.select_related("round").prefetch_related("standings").order_by("since", "pk")[:n])


def of(item: Item, user) -> "Dispute":
    """What she is asked: what is in dispute, or a settled one that she is to judge as if it were."""
    found = Dispute(item)
    if found.aspects:
        return found
    second = pending(user).filter(decision__item=item).select_related("decision").first()
    return Dispute(item, second) if second else found


class Overtaken(CannotSettle):
    """What she answers is not what is before her now: while she wrote, it was settled or a reader judged otherwise."""


class Dispute:
    """What is disputed on an item, and what the readers said, unnamed. `second`: it is settled, and judged once more."""

    def __init__(
        self, item: Item, second: SecondReading | None = None, *, aspects: Collection[str] | None = None
    ):
        """`aspects`: those that were in dispute, of one that was settled since; empty, as where nothing is in dispute."""
        self.item, self.second = item, second
        self.aspects = {s.aspect for s in item.standings.all() if s.state == "disputed"}
        if second is not None:
            self.aspects = set(second.decision.answered)
        elif aspects is not None:
            self.aspects = set(aspects)
        counted = item.decisions.in_force().counting()
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
        """The texts to judge: the edits, and but where only the wording is in dispute the draft among them. None where only
        ratings of the draft are, which she is to rate herself.
        """
        if self.item.arm not in (Arm.AIDED, Arm.REVISED) or not self.aspects & {
            standing.VERDICT,
            standing.WORDING,
            standing.SAFETY,
        }:
            return []
        edits: dict[str, list[str]] = {}
        for decision in self.decisions:
            if decision.verdict == Verdict.EDIT:
                edits.setdefault(decision.edited_text, []).append(str(decision.public_id))
        found = [Text(self._token(words), words, tuple(ids)) for words, ids in edits.items()]
        if not self.asks_wording:
            found.append(Text(self._token(self.judged["draft"]), self.judged["draft"], is_draft=True))
        return self._draw(sorted(found, key=lambda text: text.token))

    @cached_property
    def first_asked(self) -> Questions:
        """By the kind of screen, and not by what is in dispute, which would tell how the readers judged. What is rated,
        though, waits for the second step where the rated draft is still to be hidden.
        """
        hides_the_draft = self.item.arm == Arm.UNAIDED or self.texts
        return Questions(
            texts=self.texts,
            findings=self.item.arm == Arm.UNAIDED,
            dimensions=[] if hides_the_draft else self.rubric,
            preferred=self.item.arm == Arm.PAIR,
        )

    @cached_property
    def asked(self) -> Questions:
        """What is in dispute, once everything is before her."""
        texts = self.texts if self.asks_verdict or self.asks_wording else []
        return Questions(texts, self.asks_findings, self.dimensions, self.asks_preferred)

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
        found: dict[tuple, set[int]] = {}
        names = {}
        for decision in self.decisions:
            for finding in decision.findings.all():
                key = tuple(finding.utterances), key_of(finding)
                found.setdefault(key, set()).add(finding.severity)
                names[key] = (
                    finding.pair_revision.name if finding.pair_revision else _("Not in the guideline")
                )
        made = []
        for key in sorted(found):
            severities = tuple(sorted(found[key]))
            made.append(
                Proposed(self._token(str((*key, severities))), key[1], names[key], key[0], severities)
            )
        return made

    def _token(self, words: str) -> str:
        """Names the words themselves: if they changed meanwhile, the page sent an unknown name, and is
        refused.
        """
        return self._named(words)[:16]

    @cached_property
    def about(self) -> str:
        """Names what is asked and the texts that are shown; if they change, she judges first once more, and so she does of
        what she had begun under another secret key. It lies before her when she has judged nothing: see `_named`.
        """
        return self._named(sorted(self.aspects), [text.token for text in self.texts])

    def _named(self, *what) -> str:
        """A name that only this installation can make: whoever could compute it would try what may be in dispute, and know
        what the readers said before she judges.
        """
        named = digest([str(self.item.public_id), *what])
        return salted_hmac("review.disputes", named, algorithm="sha256").hexdigest()

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
            "levels": levels and self._own(levels, self.first_asked),
            "preferred": preferred and grading.placed(preferred, self.position),
        }
        with transaction.atomic():
            self._as_it_stands(by)
            return judge_first(
                item=self.item,
                by=by,
                about=self.about,
                shown=[{"token": text.token, "words": text.words} for text in self.texts],
                answers={name: value for name, value in said.items() if value is not None},
            )

    def _as_it_stands(self, by) -> "Dispute":
        """The same, under the lock of its item. Raises Overtaken."""
        now = of(locked(self.item.pk), by)
        if not now.aspects:
            raise Overtaken(_("Nothing is in dispute here; somebody may have settled it before you."))
        if now.about != self.about:
            raise Overtaken(_("What is in dispute changed meanwhile; look at it again."))
        return now

    def settle(
        self, *, by, reason, error_type="", approved=None, equivalent=None, found=None, severities=None, marked=(),
        unsafe=None, levels=None, preferred=None, written="", begun=(),
    ) -> Decision | SecondJudgement:  # fmt: skip
        """`approved`: {token: whether she would give this feedback}; `found`: tokens of the findings that stand, and
        `severities`: {token: how serious}, of those on which readers differ in that; `marked`: what stands beside them as
        no reader marked it, [{"mistake", "utterances", "severity"}]; `unsafe`: where no reader said so, only if it is;
        `written`: her own wording, `begun` from the texts of these tokens; `levels` and `preferred` as in `judge_first`.
        Only after she judged first. Raises Refused, CannotSettle, and of these Overtaken.

        A draft that she would give means accept; only an edit or her own wording, edit; none of the texts, reject.
        """
        with transaction.atomic():
            second = self._as_it_stands(by).second
            first = self.first_of(by)
            if first is None:
                raise CannotSettle(_("Judge the texts first, before you see what the readers said."))
            chosen = {"unsafe": unsafe if self.asks_safety or unsafe else None}
            chosen["levels"] = self._own(levels or {}, self.asked)
            if preferred:
                chosen["preferred"] = grading.placed(preferred, self.position)
            if self.asks_findings:
                chosen["findings"] = [*self._findings(found, severities or {}), *marked]
            if self.asked.texts:
                chosen |= self._verdict(approved or {}, equivalent, written.strip())
            if written.strip():
                chosen["written"] = written.strip()
                chosen["written_from"] = [
                    s for text in self.texts if text.token in begun for s in text.sources
                ]
            given = {"by": by, "reason": reason, "error_type": error_type, "first": first, **chosen}
            if second is not None:
                return judge_again(second=second, **given)
            return adjudicate(item=self.item, **given)

    def _own(self, levels: dict[str, str], asked: Questions) -> dict[str, str]:
        offered = {d["key"]: grading.levels(d) for d in asked.dimensions}
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
        same = equivalent if self.asked.equivalent else True
        if not self.asks_verdict:
            return {"approved_edits": edits, "equivalent": same}
        if any(text.is_draft for text in given):
            return {"verdict": Verdict.ACCEPT}
        if not given and not written:
            return {"verdict": Verdict.REJECT}
        return {"verdict": Verdict.EDIT, "approved_edits": edits, "equivalent": same}

    def _findings(self, tokens, severities: dict[str, int]) -> list[dict]:
        if tokens is None:
            raise CannotSettle(_("Say which mistakes stand, or that there is none."))
        known = {proposed.token: proposed for proposed in self.proposed}
        if set(tokens) - set(known):
            raise CannotSettle(_("The findings changed meanwhile; look at them again."))
        found = []
        for p in (p for token, p in known.items() if token in tokens):
            severity = p.severities[0] if len(p.severities) == 1 else severities.get(p.token)
            if severity not in p.severities:
                raise CannotSettle(
                    _("%s: its readers differ on how serious it is; say which stands.") % p.name
                )
            found.append({"mistake": p.mistake, "utterances": list(p.utterances), "severity": severity})
        return found
