"""Take a previewed file of translations: exactly what was shown, all of it or nothing. What comes in is a draft."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.digesting import digest
from accounts.roles import require
from guidelines.applying import MOST_NAMED, StaleImport
from guidelines.drafts import WrongState
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Translation, TranslationPreview
from guidelines.translating import access, trail


@transaction.atomic
def apply_import(*, preview: TranslationPreview, by) -> list[Translation]:
    """Return the translations that were written, with this person as their author; a colleague approves them.

    A translation that is no longer what the preview was compared with is refused, and with it the whole file.
    """
    require(access.may_translate(by, preview.language))
    preview = TranslationPreview.objects.fresh().select_for_update().filter(pk=preview.pk, user=by).first()
    if preview is None:
        raise WrongState(_("This preview is gone: it was taken already, or is older than a day."))
    if any(row["state"] == "refused" for row in preview.rows):
        raise WrongState(_("Some rows of the file are refused; put them right and upload it again."))
    rows = [row for row in preview.rows if row["state"] in ("new", "changed")]
    if not rows:
        raise WrongState(_("The file holds nothing that is not here already."))
    guideline = preview.guideline
    trail.begin(guideline)
    revisions = _locked(guideline, [row["revision"] for row in rows])
    newest = _newest(guideline, preview.language, revisions)
    _require_current(rows, newest)
    made = [
        Translation(
            **{shape_of(guideline).entry_field: revisions[row["revision"]]},
            language=preview.language,
            n=newest[row["revision"]].n + 1 if row["base"] else 1,
            texts=row["texts"],
            digest=digest(row["texts"]),
            base=newest.get(row["revision"]),
            reason=(_("Imported from %s") % preview.file)[:300],
            author=by,
        )
        for row in rows
    ]
    Translation.objects.bulk_create(made)
    trail.record_import(guideline=guideline, language=preview.language, file=preview.file, made=made, by=by)
    preview.delete()
    return made


def _locked(guideline: Guideline, wanted: list[int]) -> dict:
    """The revisions by primary key; whoever translates an entry of the guideline meanwhile waits."""
    shape = shape_of(guideline)
    revisions = shape.revision.objects.select_related(shape.identity_field).in_bulk(wanted)
    # All of its entries, because a list of thousands is more than a database takes as parameters.
    mine = shape.identity.objects.select_for_update().filter(guideline=guideline)
    list(mine.order_by("pk").values_list("pk"))
    for one in revisions.values():
        getattr(one, shape.identity_field).guideline = guideline
    return revisions


def _newest(guideline: Guideline, language: str, revisions: dict) -> dict[int, Translation]:
    """The newest words of each of these revisions, by its primary key."""
    field, at = shape_of(guideline).entry_field, shape_of(guideline).identity_field
    there = Translation.objects.filter(language=language, **{f"{field}__{at}__guideline": guideline})
    found = {}
    for one in there.newest(field).select_related("author"):
        of = getattr(one, f"{field}_id")
        if of in revisions:
            setattr(one, field, revisions[of])
            found[of] = one
    return found


def _require_current(rows: list[dict], newest: dict[int, Translation]) -> None:
    stale = [row for row in rows if getattr(newest.get(row["revision"]), "pk", None) != row["base"]]
    if not stale:
        return
    told = [f"{row['name']} ({newest[row['revision']].author})" for row in stale[:MOST_NAMED]]
    if more := len(stale) - len(told):
        told.append(_("and %d more") % more)
    raise StaleImport(
        _("These were translated after the preview was made: %s.") % ", ".join(told)
        + " "
        + _("Upload the file again to see what it changes now.")
    )
