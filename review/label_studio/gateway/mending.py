"""Answers that the editor lets through and that cannot be counted, as one contradicts another: she is told before she goes
on, while she can still mend it. Whatever else is odd goes on to Label Studio and is kept, and its lead sees why. What she
calls unsafe waits for no mending: the leads hear it at once.
"""

from django.utils.translation import gettext as _

from review.flags import raising
from review.judged import Wording, counsellor_turns
from review.label_studio.gateway import reach
from review.label_studio.gateway.passes import Holder
from review.label_studio.planning import choices_of
from review.label_studio.reading_results import Contradiction, Incomplete, UnreadableResult, flag_in, read
from review.models import Arm, Reading


def to_mend(holder: Holder, task_id: int, result) -> str:
    """What she is to mend, in words; empty where nothing is."""
    reading = reach.reading_of(holder, task_id)
    if reading is None or reading.item.arm not in (Arm.AIDED, Arm.UNAIDED):
        return ""
    words = _contradiction(reading, reach.screen_of_task(holder, task_id), result)
    if words:
        tell_leads(holder, task_id, result)
    return words


def tell_leads(holder: Holder, task_id: int, result) -> None:
    """What she calls unsafe in answers that are not saved is before the leads, also if she closes the page now."""
    reading, words = reach.reading_of(holder, task_id), flag_in(result)
    if reading is not None and words is not None:
        raising.of_unsaved(reading, words=words)


def _contradiction(reading: Reading, screen: str, result) -> str:
    item = reading.item
    try:
        read(
            result,
            form=item.arm,
            config=screen,
            counsellor_turns=counsellor_turns(item.instance),
            judged=Wording().of(item),
            position=reading.position_ab,
            **choices_of(item.round),
        )
    except Incomplete as missing:
        return _no_mark() if missing.what == "mistake" else ""
    except Contradiction as odd:
        return {"any_mistake": _marked, "severity": _twice, "mistake": _elsewhere}[odd.control]()
    except UnreadableResult:
        return ""
    return ""


def _no_mark() -> str:
    return _("Not saved yet: you say that there is a mistake, and none is marked. Choose the mistake and press the square "
             "beside its turn; or say that there is no mistake.")  # fmt: skip


def _marked() -> str:
    return _("Not saved yet: you say that there is no mistake, and one is marked. Take the mark out, or say that there is "
             "one.")  # fmt: skip


def _elsewhere() -> str:
    return _("Not saved yet: a mistake is marked in what the client says; only the counsellor's words can carry one. "
             "Choose that mark and take it out.")  # fmt: skip


def _twice() -> str:
    return _(
        "Not saved yet: the same mistake is marked twice in one turn and is not equally serious in both. Keep one."
    )
