"""How a guideline stands in the database, as the picture that a replay of its trail has to arrive at."""

from guidelines.content import HEAD
from guidelines.kinds import shape_of
from guidelines.models import Approval, Entry, Guideline, Translation, TranslationStep
from guidelines.replaying import Picture, TranslationPicture, VersionPicture, Wording

# The slug is the guideline's name for ever, its kind never changes.
DESCRIBED = tuple(name for name in HEAD if name not in ("guideline", "kind"))


def head_of(guideline: Guideline) -> dict:
    return {name: getattr(guideline, name) for name in DESCRIBED}


def present(guideline: Guideline) -> Picture:
    """Seven queries, whatever the guideline holds."""
    guideline = Guideline.objects.get(pk=guideline.pk)
    return Picture(
        guideline.kind,
        head_of(guideline),
        _versions(guideline),
        _wordings(guideline),
        _translations(guideline),
    )


def _wordings(guideline: Guideline) -> dict:
    shape = shape_of(guideline)
    revisions = shape.revision.objects.filter(**{f"{shape.identity_field}__guideline": guideline})
    found = revisions.select_related(shape.identity_field).order_by("n", "pk")
    return {
        (getattr(revision, shape.identity_field).key, revision.n): Wording(revision.texts, revision.digest)
        for revision in found
    }


def _translations(guideline: Guideline) -> dict:
    shape = shape_of(guideline)
    field, at = shape.entry_field, f"{shape.entry_field}__{shape.identity_field}"
    mine = Translation.objects.filter(**{f"{at}__guideline": guideline}).select_related(at, f"base__{field}")
    found, by_id = {}, {}
    for one in mine.order_by("pk"):
        revision, base = getattr(one, field), one.base
        made_from = (getattr(base, field).n, base.n) if base else None
        key = getattr(revision, shape.identity_field).key
        by_id[one.pk] = found[key, revision.n, one.language, one.n] = TranslationPicture(
            one.texts, one.digest, made_from
        )
    steps = TranslationStep.objects.filter(**{f"translation__{at}__guideline": guideline})
    for translation, *step in steps.order_by("n").values_list("translation_id", "state", "by_id"):
        by_id[translation].steps.append(tuple(step))
    return found


def _versions(guideline: Guideline) -> dict[int, VersionPicture]:
    shape, told = shape_of(guideline), ("state", "number", "meaning", "note", "digest", "imported")
    found = {
        serial: VersionPicture(**dict(zip(told, values, strict=True)))
        for serial, *values in guideline.versions.order_by("serial").values_list("serial", *told)
    }
    mine = {"version__guideline": guideline}
    key, n = f"{shape.entry_field}__{shape.identity_field}__key", f"{shape.entry_field}__n"
    entries = Entry.objects.filter(**mine).order_by("version__serial", "position")
    for serial, *entry in entries.values_list("version__serial", key, n):
        found[serial].entries.append(tuple(entry))
    approvals = Approval.objects.filter(**mine).values_list("version__serial", "approver_id", "digest")
    for serial, *approval in approvals:
        found[serial].approvals.add(tuple(approval))
    return found
