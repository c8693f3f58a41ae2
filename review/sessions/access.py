"""Who may see a round's sessions one by one, and what of each."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Answer
from review.access import may_run_rounds, own_seat_only
from review.models import Round, RoundState


def may_see_sessions(user, round: Round) -> Answer:
    """A round's sessions one by one, and who reads them: as how others get on, not for a lead who judges in it."""
    if not (answer := may_run_rounds(user)):
        return answer
    if own_seat_only(user, round):
        return Answer(_("You judge in this round; its sessions one by one are for you when it is closed."))
    return Answer()


def may_see_how_sessions_stand(user, round: Round) -> Answer:
    """Which of its sessions are settled, in dispute or open: whoever may settle them is blind to their readers, and that
    two of them are of one mind tells how they judged.
    """
    if not (answer := may_see_sessions(user, round)):
        return answer
    if round.state == RoundState.OPEN and roles.may_adjudicate(user):
        return Answer(
            _("You may settle sessions of this round; how each of them stands is for you when it is closed.")
        )
    return Answer()


def may_see_how_sessions_were_settled(user, round: Round) -> Answer:
    """Session by session, from when on its reviewers may see it too: before, nobody reads how one goes."""
    if not (answer := may_see_how_sessions_stand(user, round)):
        return answer
    if not round.is_released:
        return Answer(
            _("How a session was settled is read when the round is closed, or its resolutions are opened.")
        )
    return Answer()
