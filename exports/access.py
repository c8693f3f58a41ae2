"""Who may release datasets and train on them."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Answer


def may_release(user) -> Answer:
    return roles.may_lead(user)


def may_freeze(user, rounds) -> Answer:
    """A lead may freeze closed rounds of one kind: rehearsals are never mixed with human rounds."""
    if not (answer := may_release(user)):
        return answer
    if not rounds:
        return Answer(_("Choose at least one closed round."))
    still_open = [str(round) for round in rounds if round.state != "closed"]
    if still_open:
        return Answer(_("Close these rounds first: %(names)s.") % {"names": ", ".join(still_open)})
    if len({round.rehearsal for round in rounds}) > 1:
        return Answer(_("A rehearsal is never mixed with human rounds. Freeze them apart."))
    if len({round.screen for round in rounds}) > 1:
        return Answer(_("These rounds judged different kinds of data. Freeze them apart."))
    return Answer()
