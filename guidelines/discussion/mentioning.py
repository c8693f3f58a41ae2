"""Whom a remark names, and who has yet to read it."""

import re

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from guidelines.checking import BadTexts, Problem
from guidelines.models import Mention, Remark
from guidelines.proposals import origins

MOST_MENTIONED = 50


def people():
    """Those who may read the discussion, by name (guidelines.access.may_discuss, as a query)."""
    named = User.objects.filter(is_active=True, grants__role__in=[Role.CLINICIAN, Role.LEAD])
    return named.distinct().order_by("name", "id")


def named_in(words: str, chosen=()) -> list[User]:
    """The chosen people and those whom the words name as @Name; refuses a name that two people have."""
    there = list(people())
    found = {user.pk: user for user in there if user.pk in {one.pk for one in chosen}}
    if "@" in words:
        by_name: dict[str, list[User]] = {}
        for user in there:
            by_name.setdefault(user.name.casefold(), []).append(user)
        for name, users in by_name.items():
            if not name or not _says(words, name, by_name):
                continue
            if len(users) > 1 and not any(user.pk in found for user in users):
                many = _("%(n)d people are called “%(name)s”; choose in the list whom you mean")
                problem = many % {"n": len(users), "name": users[0].name}
                raise BadTexts([Problem(("mentions",), problem)])
            if len(users) == 1:
                found[users[0].pk] = users[0]
    if len(found) > MOST_MENTIONED:
        raise BadTexts([Problem(("mentions",), _("names more than %d people") % MOST_MENTIONED)])
    return list(found.values())


def _says(words: str, name: str, names) -> bool:
    """@Ana, but neither mail@ana.example nor @Ana Sousa where somebody is called so."""
    longer = "".join(
        rf"(?!{re.escape(other[len(name) :])}(?!\w))"
        for other in names
        if other != name and other.startswith(name)
    )
    return bool(re.search(rf"(?<!\w)@{re.escape(name)}(?!\w){longer}", words.casefold()))


def store(remark: Remark, users) -> None:
    """Nobody is told of her own words."""
    Mention.objects.bulk_create(
        Mention(remark=remark, person=user) for user in users if user.pk != remark.by_id
    )


def seen(*, by, threads) -> int:
    """She has these threads before her: mentions of her in them wait no longer. Returns how many did."""
    waiting = Mention.objects.filter(person=by, seen_at=None, remark__thread__in=[t.pk for t in threads])
    return waiting.update(seen_at=timezone.now())


def waiting(user):
    """What names her and what she has not opened, oldest first."""
    return (
        Mention.objects.waiting_for(user)
        .exclude(remark__thread__proposal__instance__in=origins.hidden(user))
        .select_related(
            "remark__by",
            "remark__thread__guideline",
            "remark__thread__proposal",
            "remark__thread__pair_revision__pair",
            "remark__thread__dimension_revision__dimension",
        )
        .order_by("remark__at", "id")
    )
