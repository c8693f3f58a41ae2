"""Who may release datasets and train on them."""

from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Answer
from exports.models import Dataset, DatasetState, TrainingRun
from exports.models.training import ENDED
from review.models import Purpose


def may_release(user) -> Answer:
    return roles.may_lead(user)


def may_freeze(user, rounds) -> Answer:
    """A lead may freeze closed rounds of one kind. `user` None: the command line."""
    if user is not None and not (answer := may_release(user)):
        return answer
    return freezable(rounds)


def freezable(rounds) -> Answer:
    """Closed rounds of one kind: rehearsals are never mixed with human rounds."""
    if not rounds:
        return Answer(_("Choose at least one closed round."))
    still_open = [str(round) for round in rounds if round.state != "closed"]
    if still_open:
        return Answer(_("Close these rounds first: %(names)s.") % {"names": ", ".join(still_open)})
    if any(round.purpose == Purpose.TRAINING for round in rounds):
        return Answer(_("A training round measures its readers; nothing of it is released."))
    if len({round.rehearsal for round in rounds}) > 1:
        return Answer(_("A rehearsal is never mixed with human rounds. Freeze them apart."))
    if len({round.screen for round in rounds}) > 1:
        return Answer(_("These rounds judged different kinds of data. Freeze them apart."))
    return Answer()


def may_train(user) -> Answer:
    return roles.may_lead(user)


def may_start(user, dataset: Dataset) -> Answer:
    """A lead may train on a frozen dataset that has sessions to learn from on its training side."""
    if not (answer := may_train(user)):
        return answer
    if dataset.state != DatasetState.FROZEN:
        return Answer(_("This dataset is not frozen; only a frozen dataset can be trained on."))
    if not dataset.manifest["rows_by_split"].get("sft", {}).get("train"):
        return Answer(
            _("This dataset has no approved feedback to learn from (no sft rows on the training side).")
        )
    return Answer()


def may_cancel(user, run: TrainingRun) -> Answer:
    if not (answer := may_train(user)):
        return answer
    return Answer(_("This training has ended already.")) if run.state in ENDED else Answer()
