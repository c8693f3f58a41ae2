"""Save a pair or a dimension into an open draft. Nobody's words are overwritten: a save names its base."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access, checking, drafts, entries, keeping, moves, trail
from guidelines.digesting import revision_digest
from guidelines.kinds import key_of, shape_of
from guidelines.models import Kind, PairRevision, Version
from guidelines.texts import tidy

LONGEST_REASON = 300
_SAID = {Kind.PAIRS: "save_pair", Kind.RUBRIC: "save_dimension"}  # what the trail calls a save


class StaleEdit(RuntimeError):
    """Somebody saved in between: `current` is theirs (None: dropped), `texts` are the refused ones."""

    def __init__(self, *, key: str, base, current, texts: dict):
        self.key, self.base, self.current, self.texts = key, base, current, texts
        super().__init__(_("“%s” was changed after you opened the page.") % key)


class StillReferred(ValueError):
    """Something cannot be dropped because others name it; the message lists them."""


def save_entry(*, version: Version, key: str, texts: dict, by, base, reason: str = ""):
    """Return the entry's revision in the draft: a new one, or the present one when nothing changed.

    `base` is the revision that `by` started from, None for a new pair or dimension. A stale save raises StaleEdit and
    keeps the refused text among her unsaved words, where no others of hers wait.
    """
    about = {"guideline": version.guideline, "key": key, "by": by}
    try:
        revision = _save(version=version, key=key, texts=texts, by=by, base=base, reason=reason)
    except StaleEdit as stale:
        # Outside the refused transaction, so that the words stay.
        keeping.keep_refused(**about, texts=stale.texts, base=base)
        raise
    if revision != base:
        keeping.let_go(**about, texts=revision.texts)
    return revision


def put_in(*, version: Version, key: str, texts: dict, author, by, base, reason: str):
    """Save somebody else's words, as hers; what `by` has typed here and not saved stays."""
    return _save(version=version, key=key, texts=texts, author=author, by=by, base=base, reason=reason)


@transaction.atomic
def _save(*, version, key, texts, by, base, reason, verb="", author=None):
    """`verb`: what the trail calls the act, where it is more than a save; `author`: where `by` saves another's words."""
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_open(version)
    reason = checking.sentence(reason, field="reason", longest=LONGEST_REASON)
    kind = version.guideline.kind
    texts = tidy(kind, texts)
    current = entries.one(version, key)
    if kind == Kind.PAIRS and current is not None:
        texts |= in_order_of(current, texts)
    if current is not None and current.texts == texts:
        return current
    problems = [*checking.key_problems(key), *checking.problems(kind, texts)]
    if not problems:
        # Only what this text says; a colleague's own mistakes are shown when the draft is submitted.
        problems = list(checking.beside(kind, key, texts, entries.names(version)))
    if problems:
        raise checking.BadTexts(problems)
    if (current and current.pk) != (base and base.pk):
        raise StaleEdit(key=key, base=base, current=current, texts=texts)
    given = {"texts": texts, "base": base, "reason": reason, "current": current}
    revision = _append(version, key=key, by=author or by, **given)
    before, after = trail.wording(current, revision)
    trail.record(verb=verb or _SAID[kind], version=version, by=by, key=key, before=before, after=after)
    return revision


def in_order_of(current: PairRevision, texts: dict) -> dict:
    """A pair's neighbours are a set: the same ones named in another order are no change."""
    same = [
        field
        for field in checking.NEIGHBOURS
        # What is no list of keys is left as it is: checking refuses it, with the reason.
        if isinstance(texts[field], list)
        and sorted(map(str, texts[field])) == sorted(getattr(current, field))
    ]
    return {field: getattr(current, field) for field in same}


def _append(version, *, key, texts, by, base, reason, current):
    shape = shape_of(version.guideline)
    identity, _made = shape.identity.objects.get_or_create(guideline=version.guideline, key=key)
    last = identity.revisions.order_by("-n").first()
    revision = shape.revision.objects.create(
        **{shape.identity_field: identity},
        n=last.n + 1 if last else 1,
        author=by,
        reason=reason,
        base=base,
        digest=revision_digest(texts),
        **texts,
    )
    entries.put(version, revision, instead_of=current)
    return revision


def restore(*, version: Version, revision, by, base):
    """Put an older text back, as a new revision; the history keeps both. Her unsaved words stay as they are."""
    said = {"texts": revision.texts, "base": base, "reason": _("Restored from revision %d") % revision.n}
    return _save(version=version, key=key_of(revision), by=by, verb="restore", **said)


@transaction.atomic
def drop_entry(*, version: Version, key: str, by, base=None, verb: str = "drop_entry") -> Version:
    """Take a pair or dimension out of the draft; its revisions stay. Refused while others name it, and with StaleEdit
    where it is no longer the revision `base` that was read. `verb` is what the trail calls the act.
    """
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_open(version)
    dropped = entries.one(version, key)
    if dropped is None:
        raise drafts.WrongState(_("“%s” is not in this draft.") % key)
    if base is not None and dropped.pk != base.pk:
        raise StaleEdit(key=key, base=base, current=dropped, texts=base.texts)
    if naming := [revision.name for revision in entries.naming(version, [key])]:
        raise StillReferred(
            _("“%(key)s” is still named by: %(names)s.") % {"key": key, "names": ", ".join(naming)}
        )
    [place] = entries.take_out(version, [dropped])
    gone = {"n": dropped.n, "place": place}
    trail.record(verb=verb, version=version, by=by, key=key, before=gone, after={})
    return version


@transaction.atomic
def reorder(*, version: Version, keys: list[str], by) -> Version:
    """Put the draft's entries into this order; every key must be named exactly once."""
    require(access.may_write(by))
    version = drafts.locked(version)
    drafts.require_open(version)
    present = list(entries.names(version))
    if sorted(keys) != sorted(present):
        raise drafts.WrongState(_("The draft was changed while you were ordering it; nothing was moved."))
    before, after = moves.moved(present, keys)
    if not after:
        return version
    entries.arrange(version, keys)
    alone = next(iter(after)) if len(after) == 1 else ""
    places = {"before": {"places": before}, "after": {"places": after}}
    trail.record(verb="reorder", version=version, by=by, key=alone, **places)
    return version
