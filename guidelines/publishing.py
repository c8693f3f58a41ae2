"""Draft → in review → published → retired, as guarded verbs. Every verb that writes is named here."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access, checking, dependents, drafts, entries, trail
from guidelines.checking import BadTexts
from guidelines.drafts import WrongState
from guidelines.importing import import_version
from guidelines.models import Approval, Guideline, Meaning, Version, VersionState
from guidelines.proposals.deciding import give_back
from guidelines.proposals.proposing import propose_pair
from guidelines.saving import (
    StaleEdit,
    StillReferred,
    drop_entry,
    reorder,
    restore,
    save_entry,
)
from guidelines.texts import LONGEST_TEXT

__all__ = [
    "BadTexts",
    "StaleEdit",
    "StillReferred",
    "WrongState",
    "approve",
    "dependents",
    "discard",
    "drop_entry",
    "import_version",
    "open_draft",
    "propose_pair",
    "publish",
    "reorder",
    "restore",
    "retire",
    "save_entry",
    "send_back",
    "submit",
]


@transaction.atomic
def open_draft(*, guideline: Guideline, by) -> Version:
    """Start a draft as a copy of the latest published entries; there is at most one open draft."""
    require(access.may_write(by))
    guideline = Guideline.objects.select_for_update().get(pk=guideline.pk)
    if there := guideline.versions.unpublished().first():
        raise WrongState(_("A draft is open already; %s started it.") % (there.opened_by or _("an import")))
    trail.begin(guideline)
    last = guideline.versions.aggregate(last=Max("serial"))["last"] or 0
    draft = Version.objects.create(guideline=guideline, serial=last + 1, opened_by=by)
    opened = {"state": draft.state}
    if in_force := guideline.in_force:
        entries.copy(in_force, to=draft)
        opened["from"] = in_force.serial
    trail.record(verb="open_draft", version=draft, by=by, after=opened)
    return draft


def _require_whole(version: Version) -> None:
    held = entries.essentials(version)
    if not held:
        raise WrongState(_("The draft is empty."))
    if found := checking.together(version.guideline.kind, held):
        raise BadTexts([checking.Problem(p.path[1:], f"{held[p.path[0]][0]}: {p.reason}") for p in found])


def _require_changed(version: Version) -> str:
    digest = drafts.digest(version)
    before = version.guideline.in_force
    if before and before.digest == digest:
        raise WrongState(
            _("The draft says the same as version %d; there is nothing to publish.") % before.number
        )
    return digest


@transaction.atomic
def submit(*, version: Version, by) -> Version:
    """Draft → in review: ask colleagues to approve it."""
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_state(version, VersionState.DRAFT)
    _require_whole(version)
    _require_changed(version)
    return _moved(version, VersionState.IN_REVIEW, verb="submit", by=by)


def _moved(version: Version, state: str, *, verb: str, by) -> Version:
    """Write the state alone, and that it was written."""
    before, version.state = version.state, state
    version.save(update_fields=["state"])
    trail.record(verb=verb, version=version, by=by, before={"state": before}, after={"state": state})
    return version


@transaction.atomic
def send_back(*, version: Version, by) -> Version:
    """In review → draft."""
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_state(version, VersionState.IN_REVIEW)
    return _moved(version, VersionState.DRAFT, verb="send_back", by=by)


@transaction.atomic
def discard(*, version: Version, by) -> None:
    """Throw an open draft away; its revisions stay in the history, and the proposals it took are open again. One
    that somebody approved stays.
    """
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_open(version)
    if version.approvals.exists():
        raise WrongState(_("This draft was approved by somebody; change it or publish it instead."))
    give_back(version=version, by=by)
    trail.record(verb="discard", version=version, by=by, before={"state": version.state})
    version.delete()


@transaction.atomic
def approve(*, version: Version, by, digest: str | None = None) -> Approval:
    """Approve the draft's words as they stand; with `digest`, only if these are the words that were read."""
    version = drafts.locked(version)
    drafts.require_state(version, VersionState.IN_REVIEW)
    require(access.may_approve(by, version))
    now = drafts.digest(version)
    if digest is not None and digest != now:
        raise WrongState(_("The draft was changed after you opened the page. Read it again, then approve."))
    approval, made = Approval.objects.get_or_create(version=version, approver=by, digest=now)
    if made:
        trail.record(verb="approve", version=version, by=by, after={"digest": now})
    return approval


@transaction.atomic
def publish(*, version: Version, by, meaning: str, note: str) -> Version:
    """In review → published, frozen, with the next number. Refused without four eyes or a stated meaning."""
    version = drafts.locked(version)
    drafts.require_state(version, VersionState.IN_REVIEW)
    require(access.may_publish(by, version))
    if meaning not in Meaning.values:
        raise WrongState(_("Say whether the meaning changed or only the wording."))
    note = checking.sentence(note, field="note", longest=LONGEST_TEXT)
    if not note:
        raise WrongState(_("Say in a sentence what changed and why."))
    _require_whole(version)
    digest = _require_changed(version)
    before = drafts.latest(version.guideline)
    version.state = VersionState.PUBLISHED
    version.number = before.number + 1 if before else 1
    version.digest, version.meaning, version.note = digest, meaning, note
    version.published_by, version.published_at = by, timezone.now()
    version.save()
    told = {name: getattr(version, name) for name in ("state", "number", "meaning", "note", "digest")}
    trail.record(verb="publish", version=version, by=by, before={"state": VersionState.IN_REVIEW}, after=told)
    return version


@transaction.atomic
def retire(*, version: Version, by) -> Version:
    """Published → retired: nothing new is made under it; what names it stays as it is."""
    require(access.may_retire(by))
    version = drafts.locked(version)
    drafts.require_state(version, VersionState.PUBLISHED)
    version.state, version.retired_at = VersionState.RETIRED, timezone.now()
    version.save(update_fields=["state", "retired_at"])
    told = {"state": version.state, "number": version.number}
    trail.record(verb="retire", version=version, by=by, before={"state": VersionState.PUBLISHED}, after=told)
    return version
