"""Plan a run for a request that may come twice: a click too many, or a program that asks again."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.digesting import digest
from synthesis import planning
from synthesis.models import PlanRequest, Run


class OtherWords(ValueError):
    """The same name was used for another request; nothing was planned."""


def plan(*, key: str, asked: dict, by, **chosen) -> tuple[Run, bool]:
    """(run, whether it was planned now). `key` is the sender's name of this request and `asked` its words, as JSON
    could hold them; `chosen`: see planning.plan. Without a key every request plans.

    Raises OtherWords, and what planning.plan raises.
    """
    if not key:
        return planning.plan(by=by, **chosen), True
    words = digest(asked)
    if found := _planned(key, words, by):
        return found, False
    try:
        with transaction.atomic():
            run = planning.plan(by=by, **chosen)
            PlanRequest.objects.create(by=by, key=key, digest=words, run=run)
    except IntegrityError:
        # The same request was quicker at another server; what was planned here is undone.
        if found := _planned(key, words, by):
            return found, False
        raise
    return run, True


def _planned(key: str, words: str, by) -> Run | None:
    found = PlanRequest.objects.filter(by=by, key=key).select_related("run").first()
    if found is None:
        return None
    if found.digest != words:
        raise OtherWords(_("Another plan was asked for under this key; send a new key with a new plan."))
    return found.run
