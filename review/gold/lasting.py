"""What was agreed or shown under one version lasts under another, where nothing between them changed the meaning."""

from guidelines.models import Meaning, Version


def equivalent(version: Version) -> list[int]:
    """Ids of the versions under which what holds under this one holds too, and this one among them; one query. An import
    whose meaning nobody stated counts as a change.
    """
    rows = Version.objects.filter(guideline=version.guideline_id, number__isnull=False).order_by("number")
    groups: list[list[int]] = [[]]
    for pk, meaning in rows.values_list("pk", "meaning"):
        if meaning != Meaning.EDITORIAL:
            groups.append([])
        groups[-1].append(pk)
    return next((group for group in groups if version.pk in group), [version.pk])


def current() -> set[int]:
    """Ids of the versions that mean the same as the newest published one of their guideline."""
    newest: dict[int, Version] = {}
    for version in Version.objects.published().order_by("number"):
        newest[version.guideline_id] = version
    return {pk for version in newest.values() for pk in equivalent(version)}
