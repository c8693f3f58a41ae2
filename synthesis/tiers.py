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


def carried(instance: Instance) -> set[str]:
    """The risks in force of a session as its readers meet it: its own, and what its client was marked with later. Of
    the client's first tier a made session has a mark of its own, which a qualified person may have lowered; where that
    is missing, the client's counts. Reads `marks` of both, which may be prefetched.
    """
    found = tiers_in_force(instance)
    if instance.profile is None:
        return found
    of_client = tiers_in_force(instance.profile)
    if any(mark.by_machine == "profile" for mark in instance.marks.all()):
        of_client -= {instance.profile.tier}
    return found | of_client


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
