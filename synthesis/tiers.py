"""Risk tiers: the tier in force is the highest that no qualified person has lowered."""

import re

from synthesis.models import Instance, Mark, Profile, Tier
from synthesis.models.marks import MarkKind

ORDER = list(Tier.values)


def higher(one: str, other: str) -> str:
    return max(one, other, key=ORDER.index)


def tiers_in_force(thing: Instance | Profile) -> set[str]:
    """Every risk that nobody has lowered; empty where there is none. Tiers are kinds too: one session may carry
    two.

    The profile's own tier counts as a mark that nobody can lower but by a mark on the same thing. Reads
    `thing.marks.all()`, so that a caller of many may prefetch them.
    """
    marks = [mark for mark in thing.marks.all() if mark.kind == MarkKind.TIER]
    lowered = {mark.lowers_id for mark in marks if mark.lowers_id}
    raised = {mark.tier for mark in marks if not mark.lowers_id and mark.pk not in lowered}
    floor = {thing.tier} if isinstance(thing, Profile) else set()
    return {str(tier) for tier in raised | floor} - {Tier.NONE.value}


def tier_in_force(thing: Instance | Profile) -> str:
    """The highest of the risks in force; reads `thing.marks.all()`."""
    return max([Tier.NONE.value, *tiers_in_force(thing)], key=ORDER.index)


def held(thing: Instance | Profile) -> bool:
    """Whether the latest hold or release of this thing is a hold; reads `thing.marks.all()`."""
    marks = [mark for mark in thing.marks.all() if mark.kind in (MarkKind.HELD, MarkKind.RELEASED)]
    return bool(marks) and max(marks, key=lambda mark: mark.pk).kind == MarkKind.HELD


def tier_marks(instance: Instance, suggested: str) -> list[Mark]:
    """Unsaved marks for an instance that was just made: its profile's tier, and what a rule found beyond
    it.
    """
    own = instance.profile.tier if instance.profile else Tier.NONE
    marks = []
    if own != Tier.NONE:
        marks.append(
            Mark(
                instance=instance,
                kind=MarkKind.TIER,
                tier=own,
                by_machine="profile",
                reason="The client's own tier.",
            )
        )
    if higher(own, suggested) != own:
        reason = "Words of the session suggest it; a rule looked, no person has yet."
        marks.append(
            Mark(instance=instance, kind=MarkKind.TIER, tier=suggested, by_machine="rule", reason=reason)
        )
    return marks


# Plain cues only; they raise a tier so that a qualified person looks, and never lower one.
_CUES = (
    (
        Tier.SELF_HARM,
        r"\b(hurt|harm|cut|injur\w+)(t?ing|s|ed)? (myself|herself|himself|themselves)\b|\bsuicid\w*"
        r"|\bself[- ]harm\w*"
        r"|\b(kill|killing|killed) (myself|herself|himself|themselves)\b"
        r"|\b(end|ending|take|taking) (my|her|his|their) (own )?life\b",
    ),
    (
        Tier.HARM_TO_OTHERS,
        r"\b(kill|killing|stab|shoot|strangle) (him|her|them|you|my \w+)\b"
        r"|\bhurt (him|her|them|my \w+) badly\b",
    ),
    (
        Tier.IDEATION,
        r"\bbetter off (dead|without me)\b"
        r"|\b(want|wish|wanted|wished) (to be dead|to die|i were dead|i was dead)\b"
        r"|\bno (reason|point) (to|in) liv\w+|\b(don't|do not) want to (live|be here) any ?more\b",
    ),
    (
        Tier.ABUSE,
        r"\b(hits|hit|beats|beat|rapes?|raped|molested|chokes?|choked) (me|us|her|him|my \w+)\b"
        r"|\babus(ed|es|ive|ing)\b",
    ),
)
_COMPILED = [(tier, re.compile(pattern, re.IGNORECASE)) for tier, pattern in _CUES]


def tier_of_words(texts: list[str]) -> str:
    """The highest risk tier that the words themselves suggest; `none` where no cue is found."""
    plain = [text.replace("’", "'") for text in texts]
    for tier, pattern in _COMPILED:
        if any(pattern.search(text) for text in plain):
            return tier
    return Tier.NONE
