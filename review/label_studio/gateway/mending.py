"""Answers that the editor lets through and that cannot be counted as they stand: she is told before she goes on, while she
can still mend them. Whatever is not hers to mend goes on to Label Studio and is kept, and its lead sees why. What she calls
unsafe waits for no mending: the leads hear it at once.
"""

from django.utils.translation import gettext as _

from review.flags import raising
from review.label_studio.gateway import reach
from review.label_studio.gateway.passes import Holder
from review.label_studio.mendable import wrong_with
from review.label_studio.reading_results import flag_in


def to_mend(holder: Holder, task_id: int, result) -> str:
    """What she is to mend, in words; empty where nothing is."""
    reading = reach.reading_of(holder, task_id)
    if reading is None:
        return ""
    words = wrong_with(reading, reach.screen_of_task(holder, task_id), result)
    if not words:
        return ""
    tell_leads(holder, task_id, result)
    return _("Not saved yet. %s") % words


def tell_leads(holder: Holder, task_id: int, result) -> None:
    """What she calls unsafe in answers that are not saved is before the leads, also if she closes the page now."""
    reading, words = reach.reading_of(holder, task_id), flag_in(result)
    if reading is not None and words is not None:
        raising.of_unsaved(reading, words=words)
