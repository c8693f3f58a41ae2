"""The risk tier in force: the highest not lowered (methods: risk content has its own route)."""

from synthesis.models import Instance, Mark, Tier

ORDER = list(Tier.values)


def highest(tiers) -> str:
    return max(tiers, key=ORDER.index, default=Tier.NONE)


def _in_force(own: str, marks) -> str:
    marks = [mark for mark in marks if mark.kind == "tier"]
    lowered = {mark.lowers_id for mark in marks if mark.lowers_id}
    # A lowering replaces the mark it names; what nobody lowered stands.
    standing = [mark.tier for mark in marks if mark.pk not in lowered]
    # The tier a profile was loaded with is lowered only by a mark on the profile that lowers no other mark.
    return highest([own, *standing])


def tier_in_force(instance: Instance) -> str:
    """Uses prefetched `marks` and `profile__marks` where they are."""
    tiers = [_in_force(Tier.NONE, instance.marks.all())]
    if instance.profile is not None:
        tiers.append(_in_force(instance.profile.tier, instance.profile.marks.all()))
    return highest(tiers)


def held_instances() -> set[int]:
    """Ids of instances whose latest held/released mark says held."""
    latest: dict[int, str] = {}
    marks = Mark.objects.filter(kind__in=["held", "released"], instance__isnull=False).order_by("id")
    for instance, kind in marks.values_list("instance_id", "kind"):
        latest[instance] = kind
    return {instance for instance, kind in latest.items() if kind == "held"}
