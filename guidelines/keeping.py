"""Keep what somebody types and has not saved: one row per person, entry and base, gone when she saves.

Nothing of this asks for a draft: words outlive the draft that they were written for, and wait for the next one.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import CharField, F, Value
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access
from guidelines.digesting import revision_digest
from guidelines.kinds import shape_of
from guidelines.models import Guideline, NewScratch
from guidelines.texts import text_problem, tidy

LARGEST = 200_000  # characters of one entry, all fields together


class NotKept(ValueError):
    """What was typed cannot be stored; the message says why."""


@transaction.atomic
def keep(*, guideline: Guideline, key: str | None, texts: dict, by, base=None):
    """Store the words as they stand, complete or not; `key` None: of a new entry. Returns the scratch, or None where
    they are those of the base, of the draft, or none at all. Raises NotKept.
    """
    require(access.may_write(by))
    texts = tidy(guideline.kind, texts)
    require_storable(list(_strings(texts)))
    rows, at = _row(guideline, key, by, base)
    # The draft's own as well as the base's: what arrives after it was saved is saved already.
    if (base and base.texts == texts) or _says_nothing(texts) or _in_draft(guideline, key, texts):
        rows.filter(**at).delete()
        return None
    return rows.update_or_create(**at, defaults={"texts": texts})[0]


@transaction.atomic
def keep_refused(*, guideline: Guideline, key: str, texts: dict, by, base):
    """Keep the text of a stale save. Where other words of hers about the entry wait they stay the ones that do: she has
    not decided about them, and a program that saves knows nothing of them.
    """
    if (base and base.texts == texts) or of(guideline, key, by).exists():
        return None
    rows, at = _row(guideline, key, by, base)
    return rows.get_or_create(**at, defaults={"texts": texts})[0]


def let_go(*, guideline: Guideline, key: str, texts: dict, by) -> int:
    """What waited and is saved now waits no longer; other words of hers do."""
    saved = [kept.pk for kept in of(guideline, key, by) if kept.texts == texts]
    return of(guideline, key, by).filter(pk__in=saved).delete()[0] if saved else 0


def require_storable(written: Collection[str]) -> None:
    problem = next(filter(None, map(text_problem, written)), "")
    if sum(map(len, written)) > LARGEST:
        problem = _("it is longer than %d characters") % LARGEST
    if problem:
        raise NotKept(_("Not kept: %s.") % problem)


@transaction.atomic
def forget(*, guideline: Guideline, key: str | None, by) -> int:
    """Throw away what this person typed about an entry, or a new one, and did not save."""
    return of(guideline, key, by).delete()[0]


def of(guideline: Guideline, key: str | None, user):
    """Her words about an entry, newest first; `key` None: about a new one."""
    if key is None:
        return NewScratch.objects.filter(user=user, guideline=guideline)
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key": key}
    return shape.scratch.objects.filter(user=user, **at).order_by("-saved_at")


def waiting(guideline: Guideline, user) -> list[tuple[str | None, str, object]]:
    """(key, name, when) of everything that she typed and has not saved, newest first; one query."""
    shape = shape_of(guideline)
    at = shape.identity_field
    kept = shape.scratch.objects.filter(user=user, **{f"{at}__guideline": guideline})
    new = NewScratch.objects.filter(user=user, guideline=guideline)
    columns = ("of", "texts", "saved_at")
    rows = kept.annotate(of=F(f"{at}__key")).values_list(*columns)
    rows = rows.union(new.annotate(of=Value("", CharField())).values_list(*columns), all=True)
    newest = {
        key: (key or None, texts["name"] or key, when) for key, texts, when in rows.order_by("saved_at")
    }
    return sorted(newest.values(), key=lambda row: row[2], reverse=True)


def _row(guideline, key, by, base):
    if key is None:
        return NewScratch.objects, {"user": by, "guideline": guideline}
    shape = shape_of(guideline)
    identity = shape.identity.objects.get(guideline=guideline, key=key)
    return shape.scratch.objects, {"user": by, shape.identity_field: identity, "base": base}


def _in_draft(guideline: Guideline, key: str | None, texts: dict) -> bool:
    shape = shape_of(guideline)
    said = shape.revision.objects.filter(
        entries__version__in=guideline.versions.unpublished(), digest=revision_digest(texts)
    )
    return (said if key is None else said.filter(**{f"{shape.identity_field}__key": key})).exists()


def _says_nothing(texts: dict) -> bool:
    """Nobody wrote anything; a scale is always chosen."""
    return not any(text for field, text in texts.items() if field != "scale")


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
