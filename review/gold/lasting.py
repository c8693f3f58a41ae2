"""What was agreed or shown under one version lasts under another, where nothing between them changed the meaning."""

from collections.abc import Iterable

from guidelines.models import Meaning, Version


def alike(guidelines: Iterable[int]) -> dict[int, list[int]]:
    """{version: ids of the versions under which what holds under this one holds too, and this one among them}, of these
    guidelines; one query. An import whose meaning nobody stated counts as a change.
    """
    rows = Version.objects.filter(guideline__in=set(guidelines), number__isnull=False)
    groups: list[list[int]] = []
    last = None
    for pk, meaning, guideline in rows.order_by("guideline", "number").values_list(
        "pk", "meaning", "guideline"
    ):
        if meaning != Meaning.EDITORIAL or guideline != last:
            groups.append([])
        groups[-1].append(pk)
        last = guideline
    return {pk: group for group in groups for pk in group}


def equivalent(version: Version) -> list[int]:
    """`alike` of one."""
    return alike([version.guideline_id]).get(version.pk, [version.pk])


def current() -> set[int]:
    """Ids of the versions that mean the same as the newest published one of their guideline."""
    newest: dict[int, Version] = {}
    for version in Version.objects.published().order_by("number"):
        newest[version.guideline_id] = version
    same = alike(newest)
    return {pk for version in newest.values() for pk in same.get(version.pk, [version.pk])}
