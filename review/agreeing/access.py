"""Who sees what of a round's agreement. Whoever judges in an open round sees nothing of it there but her own seat."""

from accounts.roles import Answer
from review.access import may_see_agreement, rounds_she_judges
from review.models import Round
from review.sessions.access import may_see_how_sessions_stand, may_see_how_sessions_were_settled

__all__ = ["may_see_agreement", "may_see_parts", "may_see_readings", "rounds_open_to"]

# While nobody reads how a session goes, no part of fewer sessions is told: it would be told by its part.
FEWEST = 5


def rounds_open_to(user):
    """Rounds of review whose agreement she may see, the newest first."""
    hidden = rounds_she_judges(user).order_by().values("pk")
    found = Round.objects.of_review().exclude(pk__in=hidden).order_by("-serial")
    return found.select_related("pairs_version__guideline", "rubric_version__guideline")


def may_see_parts(user, round: Round) -> Answer:
    """Of the round cut into parts: a part may be one session. So as for how its sessions stand."""
    if not (answer := may_see_agreement(user)):
        return answer
    return may_see_how_sessions_stand(user, round)


def may_see_readings(user, round: Round) -> Answer:
    """What two readers said of a session, beside each other: from when on its reviewers may see how it was resolved."""
    if not (answer := may_see_agreement(user)):
        return answer
    return may_see_how_sessions_were_settled(user, round)
