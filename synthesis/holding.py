"""Hold a session back from reviewers and exports, and release it: by a rule when it is made, by a lead at any time.

Nothing is dropped: a held session stays, is counted wherever it is left out, and waits for a person.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines.texts import text_problem
from synthesis import tiers, trail
from synthesis.access import may_hold
from synthesis.models import Holds, Instance, Mark, ProfileKind
from synthesis.models.marks import MarkKind
from synthesis.quality.given import descriptions_of, prompts_of
from synthesis.quality.talking import reasons_to_hold
from synthesis.recipes import RECIPES
from synthesis.translated import language_of

MACHINE = "quality"
LONGEST_REASON = 1000


class NotHeld(ValueError):
    """The session was not held or released; the message says why."""


def by_rule(instance: Instance, content: dict) -> list[Mark]:
    """Unsaved marks for an instance that was just made: one that holds it, where the quality rules find a reason and
    its run holds for such reasons.
    """
    run = instance.run
    if run is None or run.holds != Holds.HOLD:
        return []
    found = []
    # Real people repeat themselves, and an excerpt is as short as it is: these rules are for what models say.
    if instance.profile is None or instance.profile.kind != ProfileKind.EXCERPT:
        found = reasons_to_hold(
            content,
            language=language_of(instance.factors),
            prompts=prompts_of(run),
            descriptions=descriptions_of(instance.profile, instance.intended()),
            recipe=instance.recipe,
        )
    if how := RECIPES.get(instance.recipe):
        found += how.holds(content)
    return [_mark(instance, MarkKind.HELD, " ".join(found), by_machine=MACHINE)] if found else []


@transaction.atomic
def hold(*, instance: Instance, reason: str, by) -> Mark:
    """Raises NotHeld without a reason, of a session that is not made, and of one that is held already."""
    reason = _reason(instance, reason, by)
    if instance.state != "made":
        raise NotHeld(_("Only a session that was made can be held back."))
    if tiers.held(instance):
        raise NotHeld(_("This session is held back already."))
    return _kept(_mark(instance, MarkKind.HELD, reason, by=by), verb="hold", by=by)


@transaction.atomic
def release(*, instance: Instance, reason: str, by) -> Mark:
    """Raises NotHeld without a reason, of a session that is not held, and of one that was erased."""
    reason = _reason(instance, reason, by)
    if Instance.objects.erased().filter(pk=instance.pk).exists():
        raise NotHeld(_("The excerpt that this session was made of was erased."))
    if not tiers.held(instance):
        raise NotHeld(_("This session is not held back."))
    return _kept(_mark(instance, MarkKind.RELEASED, reason, by=by), verb="release", by=by)


def told(instance: Instance) -> dict:
    """For the page of a session: whether it is held, and every hold and release with its reason. One query."""
    kinds = (MarkKind.HELD, MarkKind.RELEASED)
    holds = list(instance.marks.filter(kind__in=kinds).select_related("by").order_by("pk"))
    return {"holds": holds, "held": bool(holds) and holds[-1].kind == MarkKind.HELD}


def _reason(instance: Instance, reason: str, by) -> str:
    require(may_hold(by, instance))
    # Two at once take turns here: the second sees the first one's mark.
    Instance.objects.select_for_update(of=("self",)).only("pk").get(pk=instance.pk)
    return stated(reason)


def stated(reason: str) -> str:
    """The reason as it is kept. Raises NotHeld where it says nothing, or what cannot be kept."""
    if not any(sign.isprintable() and not sign.isspace() for sign in reason):
        raise NotHeld(_("Say why; whoever looks later reads it."))
    reason = reason.replace("\r\n", "\n").strip()
    if problem := text_problem(reason, LONGEST_REASON):
        raise NotHeld(_("The reason %s.") % problem)
    return reason


def _mark(instance, kind, reason, *, by=None, by_machine="") -> Mark:
    return Mark(instance=instance, kind=kind, reason=reason, by=by, by_machine=by_machine)


def _kept(mark: Mark, *, verb: str, by) -> Mark:
    """The reason stays in the mark: it may quote the session, which the trail must not."""
    mark.save()
    is_held = mark.kind == MarkKind.HELD
    told = {"before": {"held": not is_held}, "after": {"held": is_held}}
    trail.record(verb=verb, kind=trail.SESSION, name=mark.instance.public_id, by=by, **told)
    return mark
