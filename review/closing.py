"""Close a round for good: what reviewers submitted until now is read first."""

from django.utils.translation import gettext as _

from accounts import roles
from review import access
from review.label_studio.syncing import read_round
from review.models import Round, SeatProject
from review.rounds import close_round


class NotReadToTheEnd(RuntimeError):
    """Label Studio may hold judgements that were not read; the round is open still."""


def read_and_close(*, round: Round, by, label_studio, anyway: bool = False) -> Round:
    """Read what Label Studio holds of a round, then close it. `label_studio` None: none is connected.

    Raises Refused, CannotClose, or NotReadToTheEnd unless `anyway`; what comes late is then kept, and does not count.
    """
    roles.require(access.may_close(by, round))
    sent = SeatProject.objects.filter(seat__round=round, project_id__isnull=False)
    if sent.exists():
        unread = label_studio is None or read_round(round, label_studio).failed
        if unread and not anyway:
            raise NotReadToTheEnd(
                _("Label Studio cannot be read just now, and what reviewers submitted there last would not "
                  "count. Try again when it answers, or say that you close the round anyway.")
            )  # fmt: skip
    return close_round(round=round, by=by)
