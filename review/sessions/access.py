"""Who may see a round's sessions one by one, and what of each."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Answer
from review.access import hidden_cells, hides_any, may_run_rounds, own_seat_only
from review.models import Item, Round, RoundState


def may_see_sessions(user, round: Round) -> Answer:
    """A round's sessions one by one, and who reads them: as how others get on, not for a lead who judges in it."""
    if not (answer := may_run_rounds(user)):
        return answer
    if own_seat_only(user, round):
        return Answer(_("You judge in this round; its sessions one by one are for you when it is closed."))
    return Answer()


def may_see_how_sessions_stand(user, round: Round) -> Answer:
    """Which of its sessions are settled, in dispute or open: whoever may settle them is blind to their readers, and that
    two of them are of one mind tells how they judged. Of none, while one of them is hidden from her: the others, taken
    from the round's totals, would leave how that one stands.
    """
    if not (answer := may_see_sessions(user, round)):
        return answer
    if round.state == RoundState.OPEN and roles.may_adjudicate(user):
        return Answer(
            _("You may settle sessions of this round; how each of them stands is for you when it is closed.")
        )
    if with_one_hidden(user, Round.objects.filter(pk=round.pk)).exists():
        return Answer(
            _(
                "You judge a session of this round, or may settle it, in another open round; how each stands here is for"
                " you when that one is closed, as the others would tell how yours was judged."
            )
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


def with_one_hidden(user, rounds):
    """Of these rounds, those with a session that this person has still to judge, or may settle, in an open round."""
    if not hides_any(user):
        return rounds.none()
    hidden = Item.objects.counted().filter(round=OuterRef("pk"), instance__cell__in=hidden_cells(user))
    return rounds.filter(Exists(hidden.order_by()))
