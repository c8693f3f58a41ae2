"""Hold back, or release, all sessions behind one number of the quality report: each as if it were done alone, all of
them or none.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from synthesis import trail
from synthesis.access import hidden_from, may_hold, may_read_runs
from synthesis.holding import NotHeld, stated
from synthesis.models import Instance, Mark, Run
from synthesis.models.marks import MarkKind
from synthesis.quality import behind, verdicts

AT_ONCE = 500


def hold_all(*, run: Run, where: str, reason: str, by) -> int:
    """Those that are not held already; `where` is one of behind.PLACES. Returns how many. Raises Refused while the
    person has still to judge or settle any session of the run, and NotHeld without a reason or where nothing is left.
    """
    return _marked(MarkKind.HELD, run, where, reason, by)


def release_all(*, run: Run, where: str, reason: str, by) -> int:
    """Those that are held; the same otherwise."""
    return _marked(MarkKind.RELEASED, run, where, reason, by)


def _marked(kind: MarkKind, run: Run, where: str, reason: str, by) -> int:
    require(may_read_runs(by))
    # Whoever may not see how often there is something may not learn it from how many are held for it.
    require(verdicts.may_see(by, run))
    reason = stated(reason)
    if where not in behind.PLACES:
        raise NotHeld(_("Choose which sessions: there are none behind “%s”.") % where)
    ids = behind.sessions(run, where)  # what is measured by the way is kept, whatever becomes of this
    with transaction.atomic():
        n = sum(
            _mark(kind, ids[begin : begin + AT_ONCE], reason, by) for begin in range(0, len(ids), AT_ONCE)
        )
        if not n:
            raise NotHeld(
                _("Every one of these sessions is held back already.")
                if kind == MarkKind.HELD
                else _("None of these sessions is held back.")
            )
    return n


def _mark(kind: MarkKind, ids: list[int], reason: str, by) -> int:
    # Two at once take turns here, in one order; the second sees the first one's marks.
    found = Instance.objects.filter(pk__in=ids).order_by("pk")
    instances = list(found.select_for_update(of=("self",)).only("pk", "public_id", "cell"))
    hidden = hidden_from(by, instances)
    for instance in instances:
        if instance.pk in hidden:
            require(may_hold(by, instance))
    is_held = kind == MarkKind.HELD
    held = set(Instance.objects.filter(pk__in=ids).held().values_list("pk", flat=True))
    # Of what was erased nothing is released.
    erased = () if is_held else set(Instance.objects.filter(pk__in=ids).erased().values_list("pk", flat=True))
    chosen = [one for one in instances if (one.pk in held) != is_held and one.pk not in erased]
    Mark.objects.bulk_create(Mark(instance=one, kind=kind, reason=reason, by=by) for one in chosen)
    trail.record_each(
        verb="hold" if is_held else "release", kind=trail.SESSION, names=[one.public_id for one in chosen], by=by,
        before={"held": not is_held}, after={"held": is_held},
    )  # fmt: skip
    return len(chosen)
