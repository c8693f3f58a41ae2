"""Keep what somebody types and has not saved: one row per person, pair and base, gone when she saves."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access, drafts
from guidelines.models import Kind, PairRevision, PairScratch, Version
from guidelines.texts import text_problem, tidy

LARGEST = 200_000  # characters of one pair, all fields together


class NotKept(ValueError):
    """What was typed cannot be stored; the message says why."""


@transaction.atomic
def keep(*, version: Version, key: str, texts: dict, by, base: PairRevision | None) -> PairScratch | None:
    """Store the words as they stand, complete or not; None where they are the draft's own. Raises NotKept."""
    require(access.may_write(by))
    drafts.require_open(version)
    if version.guideline.kind != Kind.PAIRS:
        raise NotKept(_("Only pairs are kept while you write."))
    texts = tidy(Kind.PAIRS, texts)
    written = list(_strings(texts))
    problem = next(filter(None, map(text_problem, written)), "")
    if sum(map(len, written)) > LARGEST:
        problem = _("it is longer than %d characters") % LARGEST
    if problem:
        raise NotKept(_("Not kept: %s.") % problem)
    at = {"user": by, "pair": version.guideline.pairs.get(key=key), "base": base}
    now = PairRevision.objects.filter(entries__version=version, pair=at["pair"]).first()
    # The draft's own as well as the base's: what arrives after it was saved is saved already.
    if any(revision is not None and revision.texts == texts for revision in (base, now)):
        PairScratch.objects.filter(**at).delete()
        return None
    return PairScratch.objects.update_or_create(**at, defaults={"texts": texts})[0]


@transaction.atomic
def forget(*, version: Version, key: str, by) -> int:
    """Throw away what this person typed about a pair and did not save."""
    return PairScratch.objects.filter(user=by, pair__guideline=version.guideline, pair__key=key).delete()[0]


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
