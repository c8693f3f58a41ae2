"""One session of hers as she reads it afterwards: her own judgement, what stands, and why. Colleagues have no names."""

from dataclasses import dataclass

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guidelines.models import Entry
from guidelines.word_diff import as_html
from review import grading, outcomes
from review.label_studio.screens.build import level_alias, levels_of
from review.models import (
    Appeal,
    Aspect,
    Decision,
    DecisionKind,
    Item,
    RoundState,
    StandingState,
    Verdict,
)
from review.my_work.judged import counted, own
from review.standing import DIMENSION
from review.workflow.storing import OTHER, key_of

SEVERITY = {
    0: gettext_lazy("of no weight here"),
    1: gettext_lazy("minor"),
    2: gettext_lazy("serious"),
    3: gettext_lazy("harmful"),
}


@dataclass(frozen=True)
class Compared:
    """A heading and a text with what differs from another, word by word."""

    heading: str
    changed: SafeString


@dataclass(frozen=True)
class Row:
    """One mistake: as she marked it and as it stands, each in words or "". `n`: of its text in the guideline, None where
    it is not in it. `added`: no reader marked it; it came when the session was settled.
    """

    key: str
    name: str
    hers: str
    others: str
    n: int | None
    added: bool


@dataclass(frozen=True)
class Rated:
    """`others`: the mean of her colleagues' levels, None where none rated or the levels have no order; `settled`: the level
    that stands, where one does. Of two texts, as they stood before her.
    """

    name: str
    value: str
    anchor: str
    others: float | None
    settled: str


@dataclass
class Told:
    item: Item
    mine: Decision
    outcomes: list[str]
    reasons: list[tuple[str, str]]  # the words, and what the disagreement came from
    how: str
    why_rejected: str
    approved: list[str]  # the words that stand, each text as it reads
    compared: list[Compared]
    mistakes: list[Row]
    mistakes_settled: bool
    ratings: list[Rated]
    ratings_settled: bool
    preferred: str
    position: str
    colleagues: int
    appeal: Appeal | None
    late: list[Appeal]  # what she judged otherwise when it was settled
    later: list[str]


def told(item: Item, user) -> Told | None:
    """None where she holds no judgement of it. `item`, which is open to her, comes with its round, versions and
    standings.
    """
    decisions = list(
        Decision.objects.in_force()
        .filter(item=item)
        .exclude(reading__seat__observer=True)
        .select_related("reading__seat")
        .prefetch_related("findings__pair_revision__pair", "ratings__dimension_revision__dimension")
    )
    mine = own(user, [item]).first()
    mine = next((one for one in decisions if mine and one.pk == mine.pk), None)
    if mine is None:
        return None
    counting = set(counted().filter(item=item).values_list("pk", flat=True))
    colleagues = [one for one in decisions if one.pk in counting and one.rater_id != mine.rater_id]
    settled_by = [one for one in decisions if one.kind != DecisionKind.READING]
    texts = _texts(item)
    names = outcomes.names_in([item.round])[item.round_id]
    settled = {s.aspect: s.outcome for s in item.standings.all() if s.state == StandingState.SETTLED}
    edit = mine if mine.verdict == Verdict.EDIT else None
    position = mine.reading.position_ab
    ratings = _ratings(mine, colleagues, settled)
    return Told(
        item=item,
        mine=mine,
        outcomes=[
            outcomes.in_words(standing, names, edit=edit, position=position)
            for standing in item.standings.all()
        ],
        reasons=[(one.comment, one.get_error_type_display()) for one in settled_by if one.comment],
        how=_how(item, settled, settled_by, colleagues),
        why_rejected=outcomes.why_rejected(mine.reject_reasons),
        approved=[one.edited_text for one in _stand(settled, decisions)],
        compared=_compared(mine, settled, decisions),
        mistakes=_mistakes(mine, settled.get(Aspect.FINDINGS), colleagues, texts),
        mistakes_settled=Aspect.FINDINGS in settled,
        ratings=ratings,
        ratings_settled=any(row.settled for row in ratings),
        preferred=outcomes.chosen(mine.preferred, position) if mine.preferred else "",
        position=position,
        colleagues=len(colleagues),
        appeal=Appeal.objects.in_words().filter(item=item, by=user).first(),
        late=list(Appeal.objects.late().filter(item=item, by=user).select_related("raw")),
        later=_later(item, names, position),
    )


def _texts(item: Item) -> dict[str, tuple[str, int]]:
    """{key: (name, number of its revision)} of the mistakes that could be named."""
    entries = Entry.objects.filter(version=item.round.pairs_version_id)
    columns = ("pair_revision__pair__key", "pair_revision__name", "pair_revision__n")
    return {key: (name, n) for key, name, n in entries.values_list(*columns)}


def _how(item: Item, settled: dict, settled_by: list[Decision], colleagues: list[Decision]) -> str:
    if not settled.keys() - {Aspect.SAFETY}:
        if item.round.state == RoundState.CLOSED:
            return _("The round was closed before this was settled; it leaves in no dataset.")
        return _("Not settled yet.")
    if settled_by:
        return _("An adjudicator settled what was in dispute.")
    if not colleagues:
        return _("You alone read it; your judgement settled it.")
    return ngettext("You and a colleague agreed.", "You and %(n)s colleagues agreed.", len(colleagues)) % {
        "n": len(colleagues)
    }


def _stand(settled: dict, decisions: list[Decision]) -> list[Decision]:
    """Whose texts were approved."""
    approved = {str(one) for one in settled.get(Aspect.WORDING) or []}
    return [one for one in decisions if str(one.public_id) in approved]


def _compared(mine: Decision, settled: dict, decisions: list[Decision]) -> list[Compared]:
    """Her edit against what stands; where she wrote none, the draft against it."""
    draft = mine.judged.get("draft", "")
    if Aspect.VERDICT not in settled or not draft:
        return []
    approved = _stand(settled, decisions)
    stand = [one for one in approved if one.pk != mine.pk]
    if not mine.edited_text:
        return [
            Compared(_("From the draft to an approved text"), as_html(draft, one.edited_text))
            for one in stand
        ]
    found = [Compared(_("From the draft to your words"), as_html(draft, mine.edited_text))]
    if settled[Aspect.VERDICT] == Verdict.ACCEPT:
        found.append(
            Compared(_("From your words to the draft, which stood"), as_html(mine.edited_text, draft))
        )
    heading = (
        _("From your words to another approved text")
        if mine in approved
        else _("From your words to the approved text")
    )
    return found + [Compared(heading, as_html(mine.edited_text, one.edited_text)) for one in stand]


def _mistakes(mine: Decision, outcome, colleagues: list[Decision], texts: dict) -> list[Row]:
    hers: dict[str, list] = {}
    for finding in mine.findings.all():
        hers.setdefault(key_of(finding), []).append(finding)
    others = _settled_marks(outcome) if outcome is not None else _colleagues_marks(colleagues)
    marked = {*hers, *(key_of(one) for decision in colleagues for one in decision.findings.all())}
    rows = []
    for key in sorted({*hers, *others}, key=lambda key: (key == OTHER, texts.get(key, (key, 0))[0])):
        name, n = texts.get(key, (key, None))
        marks = hers.get(key, [])
        turns = sorted({turn for finding in marks for turn in finding.utterances})
        said = _marked(turns, {finding.severity for finding in marks}) if marks else ""
        name = _("A mistake that is not in the guideline") if key == OTHER else name
        rows.append(Row(key, name, said, others.get(key, ""), n, added=key not in marked))
    return rows


def _settled_marks(outcome: list[dict]) -> dict[str, str]:
    return {found["mistake"]: _marked(found["utterances"], found["severities"]) for found in outcome}


def _colleagues_marks(colleagues: list[Decision]) -> dict[str, str]:
    """All their marks together, and how many of them marked each."""
    marks: dict[str, list] = {}
    for decision in colleagues:
        for finding in decision.findings.all():
            marks.setdefault(key_of(finding), []).append((decision.pk, finding))
    found = {}
    for key, pairs in marks.items():
        turns = sorted({turn for _pk, finding in pairs for turn in finding.utterances})
        said = _marked(turns, {finding.severity for _pk, finding in pairs})
        n = len({pk for pk, _finding in pairs})
        found[key] = _("%(said)s; marked by %(n)s of %(all)s") % {
            "said": said,
            "n": n,
            "all": len(colleagues),
        }
    return found


def _marked(turns, severities) -> str:
    said = ", ".join(str(SEVERITY[one]) for one in sorted(severities))
    if not turns:
        return said
    where = ngettext("turn %(turns)s", "turns %(turns)s", len(turns)) % {"turns": ", ".join(map(str, turns))}
    return f"{where}, {said}"


def _ratings(mine: Decision, colleagues: list[Decision], settled: dict) -> list[Rated]:
    position = mine.reading.position_ab
    given: dict[int, list[float]] = {}
    for decision in colleagues:
        for rating in decision.ratings.all():
            if rating.dimension_revision.scale in ("ordinal", "interval"):
                given.setdefault(rating.dimension_revision_id, []).append(float(rating.value))
    found = []
    for rating in mine.ratings.all():
        revision = rating.dimension_revision
        about = {"key": revision.dimension.key, "scale": revision.scale, "levels": revision.levels}
        value = grading.mirrored(about, rating.value) if position == "ba" else rating.value
        anchors = {level_alias(level["value"]): level["anchor"] for level in levels_of(about)}
        theirs = given.get(revision.pk)
        others = float(np.mean(theirs)) if theirs else None
        stands = [outcomes.chosen(one, position) if position else one
                  for one in settled.get(DIMENSION + revision.dimension.key, ())]  # fmt: skip
        found.append(Rated(revision.name, value, anchors.get(value, ""), others, ", ".join(stands)))
    return found


def _later(item: Item, names: dict[str, str], position: str) -> list[str]:
    """What became of the same session where it was judged again, the latest first."""
    again = item.superseded_by.select_related("round").prefetch_related("standings").order_by("-pk").first()
    if again is None:
        return []
    if again.round.state != RoundState.CLOSED:
        return [_("It is judged again by others; you see the outcome when that round is closed.")]
    # The words of a later guideline may name a mistake otherwise.
    names = names | outcomes.names_in([again.round])[again.round_id]
    said = [outcomes.in_words(standing, names, position=position) for standing in again.standings.all()]
    return said or [_("It was put before others again, and that round was closed before they settled it.")]
