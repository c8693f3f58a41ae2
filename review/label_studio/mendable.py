"""Why answers cannot be counted as they stand, as far as that lies in the answers alone: in words for whoever gave them."""

from django.utils.translation import gettext as _

from review.judged import Wording, counsellor_turns
from review.label_studio.planning import choices_of
from review.label_studio.reading_results import (
    Contradiction,
    EmptyMark,
    Incomplete,
    UnreadableResult,
    read,
)
from review.label_studio.screens.controls import asked_for
from review.models import Reading
from review.workflow import HersToMend, require_countable


def wrong_with(reading: Reading, screen: str, result) -> str:
    """`screen`: the Label Studio XML that they were given on; `result`: of an annotation. Empty where nothing is, and where
    it is not hers to change: an answer that no screen offers is kept, and its lead sees why it does not count.
    """
    item = reading.item
    judged = Wording().of(item)
    try:
        answers = read(
            result,
            form=item.arm,
            config=screen,
            counsellor_turns=counsellor_turns(item.instance),
            judged=judged,
            position=reading.position_ab,
            **choices_of(item.round),
        )
        require_countable(answers, judged)
    except Incomplete as missing:
        return _no_mark() if missing.what == "mistake" else _unanswered(missing.what, screen)
    except Contradiction as odd:
        return {"any_mistake": _marked, "severity": _twice, "mistake": _elsewhere}[odd.control]()
    except EmptyMark:
        return _("A mark holds no words. Click it and take it out.")
    except UnreadableResult:
        return ""
    except HersToMend as reason:
        return str(reason)
    return ""


def _unanswered(question: str, screen: str) -> str:
    """As the editor asks for it."""
    return asked_for(screen).get(question) or _("An answer is missing (%s).") % question


def _no_mark() -> str:
    return _("You say that there is a mistake, and none is marked. Choose the mistake and press the square beside its "
             "turn; or say that there is no mistake.")  # fmt: skip


def _marked() -> str:
    return _(
        "You say that there is no mistake, and one is marked. Take the mark out, or say that there is one."
    )


def _elsewhere() -> str:
    return _("A mistake is marked in what the client says; only the counsellor's words can carry one. Choose that mark and "
             "take it out.")  # fmt: skip


def _twice() -> str:
    return _("The same mistake is marked twice in one turn and is not equally serious in both. Keep one.")
