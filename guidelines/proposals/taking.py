"""Take a proposal into the draft: as ordinary revisions, whose author is the proposer, in one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access, drafts, entries, publishing, trail
from guidelines.checking import NEIGHBOURS
from guidelines.drafts import WrongState
from guidelines.kinds import key_of, shape_of
from guidelines.models import Proposal, ProposalKind, ProposalState, Source, Version
from guidelines.proposals import deciding
from guidelines.saving import drop_entry, put_in
from guidelines.texts import fresh_key, tidy


class Stale(WrongState):
    """A text that it is about was changed since; whoever takes it has to say so, or to merge."""


@transaction.atomic
def take(
    *, proposal: Proposal, by, seen: dict[str, int], confirmed: bool = False, merged: dict | None = None
) -> Version:
    """Return the draft that it went into, opened for it where none was open.

    `seen`: the number of the present text of each entry that it is about, as the taker's page showed it.
    `confirmed`: she takes the proposed words over a text that changed since. `merged`: her own wording of a
    change; hers becomes a revision on top of the proposer's, and both are its authors.
    """
    require(access.may_take(by, proposal))
    version = _draft(proposal.guideline, by)
    proposal = deciding.locked(proposal)
    deciding.require_open(proposal)
    targets = [target.revision for target in _targets(proposal)]
    there = entries.some(version, map(key_of, targets))
    _require_seen(targets, there, seen, confirmed or merged is not None)
    if merged is not None and proposal.kind != ProposalKind.CHANGE:
        raise WrongState(_("Only the words of a change are merged."))
    _ACTS[proposal.kind](proposal, version, there, [key_of(target) for target in targets], by, merged)
    deciding.close(proposal, ProposalState.TAKEN, by=by, reason="", version=version)
    # The saves stand in the trail themselves; this says what came out of them, in which order.
    after = {"proposal": proposal.n, "entries": entries.numbered(version)}
    trail.record(verb="take_proposal", version=version, by=by, before={}, after=after)
    return version


def _draft(guideline, by) -> Version:
    found = guideline.versions.unpublished().first()
    version = drafts.locked(found) if found else publishing.open_draft(guideline=guideline, by=by)
    version.guideline = guideline
    drafts.require_open(version)
    return version


def _targets(proposal: Proposal):
    shape = shape_of(proposal.guideline)
    return proposal.targets.select_related(f"{shape.entry_field}__{shape.identity_field}")


def _require_seen(targets, there, seen, settled: bool):
    for target in targets:
        key, now = key_of(target), there.get(key_of(target))
        if now is None:
            raise WrongState(
                _("“%s” is no longer in the draft. Decline the proposal, or put the entry back.")
                % target.name
            )
        if now.n != seen.get(key):
            raise WrongState(_("“%s” was changed after you opened the page. Look again.") % now.name)
        if now.pk != target.pk and not settled:
            raise Stale(
                _("“%s” was changed since this was proposed. Read both, then confirm or merge.") % now.name
            )


def _reason(proposal: Proposal) -> str:
    """For the history, which reviewers read as well: of a correction they made, no more than its number."""
    if proposal.source == Source.REVIEW:
        return _("Proposal %d") % proposal.n
    return (_("Proposal %d: ") % proposal.n + " ".join(proposal.reason.split()))[:300]


def _change(proposal, version, there, keys, by, merged):
    [key], [part] = keys, proposal.parts.all()
    mine = {"version": version, "key": key, "by": by, "reason": _reason(proposal)}
    saved = put_in(texts=part.texts, author=proposal.by, base=there[key], **mine)
    if merged is not None:
        put_in(texts=tidy(proposal.guideline.kind, merged), author=by, base=saved, **mine)


def _replace(proposal, version, there, keys, by, _merged):
    """Add, split and merge: what is gone makes room for what is new, in its place in the order."""
    places = entries.take_out(version, [there[key] for key in keys])
    identities = shape_of(proposal.guideline).identity.objects.filter(guideline=proposal.guideline)
    taken, new = set(identities.values_list("key", flat=True)), []
    mine = {"version": version, "author": proposal.by, "by": by, "reason": _reason(proposal)}
    for part in proposal.parts.all():
        key = fresh_key(part.texts["name"], taken)
        taken.add(key)
        put_in(key=key, texts=part.texts, base=None, **mine)
        new.append(key)
    if keys:
        _let_neighbours_follow(version, keys, new, mine)
        order = [key for key in entries.names(version) if key not in new]
        at = places[0] - 1
        order[at:at] = new
        entries.arrange(version, order)


def _let_neighbours_follow(version, gone: list[str], new: list[str], mine):
    """Whoever named what is gone names what came in its place, as a revision of its own."""
    for revision in entries.naming(version, gone):
        changed = {
            field: _renamed(getattr(revision, field), gone, new, key_of(revision))
            for field in NEIGHBOURS
            if set(gone) & set(getattr(revision, field))
        }
        put_in(key=key_of(revision), texts=revision.texts | changed, base=revision, **mine)


def _renamed(keys: list[str], gone, new, own: str) -> list[str]:
    found = []
    for key in keys:
        found += new if key in gone else [key]
    return [key for key in dict.fromkeys(found) if key != own]


def _retire(proposal, version, there, keys, by, _merged):
    # Of a name of its own in the trail: it is the proposer who wanted it gone, not whoever takes it.
    drop_entry(version=version, key=keys[0], by=by, verb="retire_entry")


_ACTS = {
    ProposalKind.ADD: _replace,
    ProposalKind.CHANGE: _change,
    ProposalKind.SPLIT: _replace,
    ProposalKind.MERGE: _replace,
    ProposalKind.RETIRE: _retire,
}
