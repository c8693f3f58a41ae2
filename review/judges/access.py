"""Who may ask judge models, and see what they say."""

from django.utils.translation import gettext as _

from accounts.roles import Answer
from review.access import may_run_rounds, may_see_choice, own_seat_only
from review.models import Purpose, Round


def may_see_judges(user, round: Round) -> Answer:
    """What judge models say of a round, and which: as how its sessions were chosen. Nor does whoever reads there, or
    judges or may settle any of its sessions in another open round.
    """
    if not (answer := may_run_rounds(user)):
        return answer
    if own_seat_only(user, round):
        return Answer(_("You judge in this round; what judge models say is for you when it is closed."))
    if not may_see_choice(user, round):
        return Answer(
            _("You judge these sessions, or may settle them, in an open round; another lead sees the judges.")
        )
    return Answer()


def may_ask_judges(user, round: Round) -> Answer:
    if not (answer := may_see_judges(user, round)):
        return answer
    if round.purpose == Purpose.TRAINING:
        return Answer(_("In a training round people learn; no judge reads it."))
    return Answer()
