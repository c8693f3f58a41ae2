"""Every revision of one entry: what it changed, which versions it entered, who approved them."""

from django.db.models import F, Prefetch

from guidelines.comparing import fields_that_differ
from guidelines.kinds import shape_of
from guidelines.models import Approval, Entry, Guideline, Version


def numbered(guideline: Guideline, key: str) -> dict[int, object]:
    """Every revision of an entry by its number, newest first, with its author; one query."""
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key": key}
    found = shape.revision.objects.filter(**at).select_related("author", shape.identity_field).order_by("-n")
    for revision in found:
        getattr(revision, shape.identity_field).guideline = guideline
    return {revision.n: revision for revision in found}


def history(guideline: Guideline, key: str, revisions: dict[int, object]) -> list[dict]:
    """These revisions, each with what it changed of its base and the versions that it entered, with who approved
    them; three queries.
    """
    shape, by_id = shape_of(guideline), {revision.pk: revision for revision in revisions.values()}
    entered: dict[int, list[Version]] = {}
    at = {f"{shape.entry_field}__in": list(by_id), "version__number__isnull": False}
    entries = Entry.objects.filter(**at).order_by("version__number").select_related("version")
    counting = Approval.objects.filter(digest=F("version__digest")).select_related("approver")
    for entry in entries.prefetch_related(Prefetch("version__approvals", counting, to_attr="counting")):
        entered.setdefault(getattr(entry, f"{shape.entry_field}_id"), []).append(entry.version)
    rows = []
    for revision in revisions.values():
        base, fields = by_id.get(revision.base_id), []
        if base:
            fields = fields_that_differ(guideline.kind, shape.revision, base.texts, revision.texts)
        versions = entered.get(revision.pk, [])
        rows.append({"revision": revision, "base": base, "fields": fields, "versions": versions})
    return rows
