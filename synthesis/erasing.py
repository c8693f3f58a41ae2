"""Erase an excerpt of a real session and every word that was made of it. Rows, digests and times stay, and say that there
was something; what went out already is named, as nothing here can call it back.

Apps to the right erase what they hold, and say which releases held it (config/wiring.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines.texts import text_problem
from synthesis import trail
from synthesis.access import may_confirm_excerpts
from synthesis.blanking import ERASED, MESSAGES, REPLY, blanked
from synthesis.models import Call, Instance, InstanceState, Mark, Measured, QualityReport, Run, SourceText
from synthesis.models.marks import MarkKind

MACHINE = "erasing"
GONE = "The excerpt that it was made of was erased."
LONGEST_REASON = 300


class NotErased(ValueError):
    """Nothing was erased; the message says why."""


@dataclass(frozen=True)
class Erased:
    """How many rows lost their words, by what they are called; and the releases and models that the words went into."""

    rows: dict[str, int] = field(default_factory=dict)
    went_into: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        told = ", ".join(f"{name}: {n}" for name, n in self.rows.items() if n)
        said = _("Erased. %s.") % told if told else _("Erased.")
        if self.went_into:
            said += " " + _("It had gone into: %s.") % "; ".join(self.went_into)
        return said


def _nothing_beside(ids: list[int]) -> dict[str, int]:
    return {}


def _nowhere(ids: list[int]) -> list[str]:
    return []


_beside: Callable[[list[int]], dict[str, int]] = _nothing_beside
_went_into: Callable[[list[int]], list[str]] = _nowhere


def connect(
    beside: Callable[[list[int]], dict[str, int]], went_into: Callable[[list[int]], list[str]]
) -> None:
    """`beside(ids)` erases what was said of these instances, and queues what Label Studio holds, {what: rows};
    `went_into(ids)` names the datasets and models that held any of them.
    """
    global _beside, _went_into
    _beside, _went_into = beside, went_into


def made_of(source: SourceText) -> QuerySet:
    return Instance.objects.filter(profile__source_text=source)


@transaction.atomic
def erase(*, source: SourceText, why: str, by) -> Erased:
    """All or nothing. Raises NotErased of one that was erased already or is being made into something at this moment, and
    without a reason; Refused.
    """
    if by is not None:  # None: the operator at the command line
        require(may_confirm_excerpts(by))
    why = why.strip()
    if not why or (problem := text_problem(why, LONGEST_REASON)):
        raise NotErased(
            _("The reason %s.") % problem if why else _("Say why; it tells nothing of the person.")
        )
    source = SourceText.objects.select_for_update().get(pk=source.pk)
    if source.erased_at:
        raise NotErased(_("It was erased already."))
    made = made_of(source)
    # Whoever begins one has begun, which is seen here, or finds it cancelled.
    now = list(made.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", "state"))
    if making := sum(state == InstanceState.MAKING for _pk, state in now):
        raise NotErased(_("%s are being made of it at this moment: pause their run first.") % making)
    ids = [pk for pk, _state in now]
    went_into = _went_into(ids)
    source.text, source.erased_at, source.erased_why = "", timezone.now(), why
    source.save(update_fields=["text", "erased_at", "erased_why"])
    rows = {_("sessions"): _instances(made), _("replies of models"): _calls(ids), **_beside(ids)}
    key = source.profiles.order_by("key").values_list("key", flat=True).first()
    told = {"erased": rows, "held_by": went_into}
    trail.record(verb="erase", kind=trail.PROFILES, name=key, by=by, after=told)
    return Erased(rows, went_into)


def _instances(made: QuerySet) -> int:
    made.filter(state=InstanceState.PLANNED).update(state=InstanceState.CANCELLED)
    made.exclude(failure="").update(failure=GONE)
    # Why a run was stopped may be what a server said, which may quote it.
    runs = Run.objects.filter(pk__in=made.order_by().values("run")).exclude(why="")
    runs.update(why=ERASED)
    found = list(made.filter(content__isnull=False).only("pk", "content"))
    for one in found:
        Instance.objects.filter(pk=one.pk).update(content=blanked(one.content))
    # What was measured has a number for each word; it is measured anew when somebody looks.
    Measured.objects.filter(instance__in=found).delete()
    QualityReport.objects.filter(run__instances__in=found).delete()
    # Why it was held may quote it.
    Mark.objects.filter(instance__in=made).update(reason=ERASED)
    Mark.objects.bulk_create(
        Mark(instance=one, kind=MarkKind.HELD, by_machine=MACHINE, reason=GONE) for one in found
    )
    return len(found)


def _calls(ids: list[int]) -> int:
    """Also those that another instance of the same cell paid for: it was made of the same excerpt."""
    told = Call.objects.filter(Q(instance__in=ids) | Q(about__in=ids))
    return told.update(messages=MESSAGES, reply=REPLY, text=ERASED)
