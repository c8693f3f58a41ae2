"""Store a guideline that came from outside: as a published version marked imported, or as a draft."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.identity import minter
from accounts.roles import Refused, require
from guidelines import access, drafts, entries, trail
from guidelines.content import GuidelineContent
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Meaning, Version, VersionState
from guidelines.picturing import head_of


@transaction.atomic
def import_version(*, content: GuidelineContent, draft: bool = False, by=None) -> tuple[Version, bool]:
    """Return the version that holds exactly this content and whether it is new.

    Without a person (`by=None`: the command) it may be published at once; a person's goes into a draft.
    """
    if by is not None:
        require(access.may_write(by))
        if not draft:
            raise Refused(_("An import goes into a draft; colleagues approve it like any other."))
    guideline, was, told = _guideline(content)
    before, in_force = drafts.latest(guideline), guideline.in_force
    there = guideline.versions.unpublished().first()
    same = in_force if in_force and in_force.digest == content.digest else None
    if same is None and there and draft and drafts.digest(there) == content.digest:
        same = there
    if same:
        if told:
            trail.record_import(guideline=guideline, by=by, before=was, after=told, written=[])
        return same, False
    if there:
        # Publishing beside it would let the draft, once published, undo the import unseen.
        who = there.opened_by or _("an import")
        raise drafts.WrongState(
            _("A draft of %(slug)s is open, started by %(who)s. Publish or discard it first.")
            % {"slug": guideline.slug, "who": who}
        )
    last = guideline.versions.aggregate(last=Max("serial"))["last"] or 0
    version = Version.objects.create(guideline=guideline, serial=last + 1, imported=True, opened_by=by)
    wanted, written = _revisions(guideline, content, by)
    entries.fill(version, wanted)
    if not draft:
        version.state = VersionState.PUBLISHED
        version.number = before.number + 1 if before else 1
        version.digest, version.meaning = content.digest, Meaning.SEMANTIC
        version.note, version.published_at = _("Imported from a file."), timezone.now()
        version.save()
    told |= {
        "written": len(written),
        "version": version.serial,
        "entries": [[key_of(revision), revision.n] for revision in wanted],
    }
    told |= {name: getattr(version, name) for name in ("state", "number", "meaning", "note", "digest")}
    trail.record_import(guideline=guideline, by=by, before=was, after=told, written=written)
    return version, True


def _guideline(content: GuidelineContent) -> tuple[Guideline, dict, dict]:
    """The guideline, locked, and for the trail what its head was and is, as far as the file changes it."""
    head = {
        "title": content.title,
        "about": content.about,
        "licence": content.licence,
        "source": content.source,
    }
    guideline = Guideline.objects.select_for_update().filter(slug=content.guideline).first()
    if guideline is None:
        made = Guideline.objects.create(slug=content.guideline, kind=content.kind, **head)
        return made, {}, {"kind": made.kind, "head": head}
    if guideline.kind != content.kind:
        raise drafts.WrongState(
            _("%(slug)s is there already and holds %(kind)s.")
            % {"slug": guideline.slug, "kind": guideline.get_kind_display().lower()}
        )
    trail.begin(guideline)
    was = head_of(guideline)
    differ = [name for name in head if head[name] != was[name]]
    if not differ:
        return guideline, {}, {}
    # The head is not versioned: it describes the guideline, no instance is made from it.
    Guideline.objects.filter(pk=guideline.pk).update(**head)
    return guideline, {"head": {name: was[name] for name in differ}}, {"head": {n: head[n] for n in differ}}


def _revisions(guideline: Guideline, content: GuidelineContent, by) -> tuple[list, list]:
    """The revisions with these texts in order, and those of them that are new; texts that are there already are
    not written again.
    """
    shape = shape_of(guideline)
    identities = {identity.key: identity for identity in shape.identity.objects.filter(guideline=guideline)}
    mint = minter(shape.identity._meta.label_lower)
    new = [
        shape.identity(guideline=guideline, key=entry.key, public_id=mint(guideline.slug, entry.key))
        for entry in content.entries
        if entry.key not in identities
    ]
    identities |= {identity.key: identity for identity in shape.identity.objects.bulk_create(new)}
    known, last = {}, {}
    there = shape.revision.objects.filter(**{f"{shape.identity_field}__guideline": guideline})
    for revision in there.select_related(shape.identity_field).order_by("n"):
        key = getattr(revision, shape.identity_field).key
        known[key, revision.digest] = last[key] = revision
    mint = minter(shape.revision._meta.label_lower)
    missing = []
    for entry in content.entries:
        if (entry.key, entry.digest) in known:
            continue
        base = last.get(entry.key)
        n = base.n + 1 if base else 1
        revision = shape.revision(
            **{shape.identity_field: identities[entry.key]},
            public_id=mint(guideline.slug, entry.key, n),
            n=n,
            author=by,
            reason=_("Imported"),
            base=base,
            digest=entry.digest,
            **entry.texts,
        )
        known[entry.key, entry.digest] = revision
        missing.append(revision)
    shape.revision.objects.bulk_create(missing)
    return [known[entry.key, entry.digest] for entry in content.entries], missing
