"""A dispute as its adjudicator meets it: the texts in random order, without names, none of them called the
draft.
"""

import random
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Min, Q
from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines import comparing
from review import standing
from review.judged import Wording
from review.models import Decision, Item, Verdict
from review.workflow import CannotSettle, adjudicate, key_of


def waiting_for(user):
    """Items in dispute that this person may settle, the longest waiting first."""
    return (
        Item.objects.disputed()
        .filter(round__state="open")
        .exclude(instance__in=_read_by(user))
        .annotate(since=Min("standings__at", filter=Q(standings__state="disputed")))
        .select_related("round")
        .order_by("since", "pk")
    )


def _read_by(user):
    return Item.objects.filter(readings__seat__rater__user=user).values("instance")


@dataclass(frozen=True)
class Text:
    """One wording. `edits`: public ids of the decisions that wrote it; `token` names it on the page."""

    token: str
    words: str
    edits: tuple[str, ...] = ()
    is_draft: bool = False


@dataclass(frozen=True)
class Proposed:
    """One finding of some reader."""

    token: str
    mistake: str
    name: str
    utterances: tuple[int, ...]
    severity: int


class Dispute:
    """What is disputed on an item, and what the readers said, unnamed."""

    def __init__(self, item: Item):
        self.item = item
        self.aspects = {s.aspect for s in item.standings.all() if s.state == "disputed"}
        readers = item.decisions.in_force().readers()
        counted = readers.filter(reading__pass_number=1, reading__seat__observer=False)
        self.decisions = list(counted.prefetch_related("findings__pair_revision__pair"))
        # The same order at every look, and not that of the decisions.
        self._draw(self.decisions)
        self.judged = Wording().of(item)

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
    def differences(self) -> list[list[tuple[str, str]]]:
        """The second and later texts, each word by word against the first."""
        return [comparing.word_diff(self.texts[0].words, text.words) for text in self.texts[1:]]

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

    def settle(self, *, by, approved=None, equivalent=None, found=None, unsafe=None, reason) -> Decision:
        """`approved`: {token: whether she would give this feedback}; `found`: tokens of the findings that
        stand.

        A draft that she would give means accept; only an edit, edit; none of the texts, reject.
        """
        chosen = {"unsafe": unsafe if self.asks_safety else None, "reason": reason, "by": by}
        if self.asks_findings:
            chosen["findings"] = self._findings(found)
        if self.texts:
            chosen |= self._verdict(approved or {}, equivalent)
        return adjudicate(item=self.item, **chosen)

    def _verdict(self, approved: dict[str, bool], equivalent: bool | None) -> dict:
        if set(approved) != {text.token for text in self.texts}:
            raise CannotSettle(
                _("Say of every text whether you would give it. If a text changed, look at it again.")
            )
        given = [text for text in self.texts if approved[text.token]]
        edits = [edit for text in given for edit in text.edits]
        same = equivalent if self.asks_equivalent else True
        if not self.asks_verdict:
            return {"approved_edits": edits, "equivalent": same}
        if any(text.is_draft for text in given):
            return {"verdict": Verdict.ACCEPT}
        if not given:
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
