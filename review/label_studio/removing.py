"""What was given back leaves its reader's queue in Label Studio."""

from review.label_studio.errors import LabelStudioError
from review.label_studio.sending import fails
from review.models import Reading, Round, RoundState, SeatProject, SendState


def remove_returned(round: Round, label_studio, *, alive=lambda lasting=None: None) -> int:
    """Take the tasks of all that was given back out of the queues; return how many. One that was judged there all the
    same stays, and what was said of it is kept as it came.
    """
    if round.state != RoundState.OPEN:
        return 0
    removed = 0
    returned = Reading.objects.filter(
        seat__round=round, returned__isnull=False, send_state=SendState.SENT, task_id__isnull=False
    )
    for reading in returned.select_related("item").order_by("pk"):
        alive()
        try:
            label_studio.remove_unjudged(reading.task_id)
        except LabelStudioError as error:
            fails(SeatProject.objects.get(seat=reading.seat_id, form=reading.item.arm), error)
            break
        removed += Reading.objects.filter(pk=reading.pk).update(send_state=SendState.REMOVED)
    return removed
