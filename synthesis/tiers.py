"""Risk tiers: the tier in force is the highest that no qualified person has lowered."""

from synthesis.cues import cues
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


def tier_of_words(texts: list[str]) -> str:
    """The highest risk tier that the words themselves suggest; `none` where no cue is found."""
    return max([Tier.NONE.value, *cues(texts)], key=ORDER.index)
