"""Put a previewed import into the draft: exactly what was shown, all of it or nothing."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.identity import minter
from accounts.roles import require
from guidelines import access, checking, drafts, entries, publishing, trail
from guidelines.digesting import revision_digest
from guidelines.kinds import shape_of
from guidelines.models import ImportPreview, Version
from guidelines.texts import tidy

MOST_NAMED = 10


class StaleImport(drafts.WrongState):
    """Somebody changed an entry after the preview was made; the message names entries and people."""


@transaction.atomic
def apply_import(*, preview: ImportPreview, by) -> tuple[Version, int]:
    """Return the draft and how many entries it took; the person becomes the author of each.

    Opens a draft if there is none. Saves as `saving` does: an entry that is no longer what the preview was
    compared with is refused, and with it the whole import.
    """
    require(access.may_write(by))
    preview = ImportPreview.objects.fresh().select_for_update().filter(pk=preview.pk, user=by).first()
    if preview is None:
        raise drafts.WrongState(_("This preview is gone: it is in the draft already, or older than a day."))
    if any(row["state"] == "refused" for row in preview.rows):
        raise drafts.WrongState(_("Some rows of the file are refused; put them right and upload it again."))
    rows = [row for row in preview.rows if row["state"] in ("new", "changed")]
    if not rows:
        raise drafts.WrongState(_("The file holds nothing that the draft does not say already."))
    version = preview.guideline.versions.unpublished().first()
    version = drafts.locked(version or publishing.open_draft(guideline=preview.guideline, by=by))
    drafts.require_open(version)
    present = entries.by_key(version)
    _require_current(present, rows)
    _require_sound(version.guideline.kind, present, rows)
    written = _appended(version, present, rows, by, _("Imported from %s") % preview.file)
    wanted = present | written
    order = placed(list(present), [row["key"] for row in preview.rows if row["key"] in wanted])
    entries.fill(version, [wanted[key] for key in order])
    trail.record_import(
        verb="apply_file", guideline=version.guideline, by=by, before={}, written=list(written.values()),
        after={
            "version": version.serial,
            "entries": [[key, wanted[key].n] for key in order],
            "written": len(written),
        },
    )  # fmt: skip
    preview.delete()
    return version, len(rows)


def _require_current(present: dict, rows: list[dict]) -> None:
    stale = [row for row in rows if getattr(present.get(row["key"]), "pk", None) != row["base"]]
    if not stale:
        return
    told = []
    for row in stale[:MOST_NAMED]:
        now = present.get(row["key"])
        who = now.author or _("an import") if now else _("dropped")
        told.append(f"{row['name']} ({who})")
    if more := len(stale) - len(told):
        told.append(_("and %d more") % more)
    raise StaleImport(
        _("These were changed in the draft after the preview was made: %s.") % ", ".join(told)
        + " "
        + _("Upload the file again to see what it changes now.")
    )


def _require_sound(kind: str, present: dict, rows: list[dict]) -> None:
    """The draft may have changed elsewhere: a pair that the file names as a neighbour may be gone by now."""
    taken = {row["key"]: row["texts"] for row in rows}
    whole = [(key, revision.texts) for key, revision in present.items() if key not in taken]
    staying = len(whole)
    whole += taken.items()
    found = [
        checking.Problem(p.path[1:], f"{whole[p.path[0]][0]}: {p.reason}")
        for p in checking.together(kind, whole)
        if p.path[0] >= staying
    ]
    if found:
        raise checking.BadTexts(found)


def placed(present: list[str], file: list[str]) -> list[str]:
    """The draft's order, with what is new where the file has it: behind the entry above it, or at the end."""
    known = set(present)
    behind: dict[str | None, list[str]] = {}
    above = first = None
    for key in file:
        if key in known:
            above, first = key, first or key
        else:
            behind.setdefault(above, []).append(key)
    found = []
    for key in present:
        found += [*(behind.pop(None, []) if key == first else []), key, *behind.get(key, [])]
    return found + behind.get(None, [])


def _appended(version: Version, present: dict, rows: list[dict], by, reason: str) -> dict:
    """A new revision per row, by key; a number of queries that does not grow with the rows."""
    guideline, shape = version.guideline, shape_of(version.guideline)
    at = shape.identity_field
    known = {one.key: one for one in shape.identity.objects.filter(guideline=guideline)}
    mint = minter(shape.identity._meta.label_lower)
    fresh = [
        shape.identity(guideline=guideline, key=row["key"], public_id=mint(guideline.slug, row["key"]))
        for row in rows
        if row["key"] not in known
    ]
    known |= {one.key: one for one in shape.identity.objects.bulk_create(fresh)}
    counted = shape.revision.objects.filter(**{f"{at}__guideline": guideline}).order_by()
    last = dict(counted.values_list(f"{at}__key").annotate(Max("n")))
    mint = minter(shape.revision._meta.label_lower)
    made = {}
    for row in rows:
        key, texts = row["key"], tidy(guideline.kind, row["texts"])
        n = last.get(key, 0) + 1
        made[key] = shape.revision(
            **{at: known[key]},
            public_id=mint(guideline.slug, key, n),
            n=n,
            author=by,
            reason=reason[:300],
            base=present.get(key),
            digest=revision_digest(texts),
            **texts,
        )
    shape.revision.objects.bulk_create(made.values())
    return made
