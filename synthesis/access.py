"""Who may plan, steer and read runs. Lead only; a reviewer must not see what a run intended."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from accounts.roles import Answer, may_lead, may_write_guidelines
from guidelines.models import VersionState
from synthesis import tiers


def _nobody_judges(user, instance) -> Answer:
    return Answer()


def _nothing_is_hidden(user, ids) -> set[int]:
    return set()


def _nobody_learned(user, instance) -> bool:
    return False


def _no_cell(user) -> Iterable[str]:
    return []


# Slots, filled in config/wiring.py by review: whoever has still to judge a session must not see what it intended.
_reads_it: Callable[..., Answer] = _nobody_judges
_hidden: Callable[..., set[int]] = _nothing_is_hidden
_hidden_cells: Callable[..., Iterable[str]] = _no_cell
_learned: Callable[..., bool] = _nobody_learned


def connect_readers(
    may_see: Callable[..., Answer],
    hidden: Callable[..., set[int]],
    hidden_cells: Callable[..., Iterable[str]],
    learned: Callable[..., bool],
) -> None:
    """`may_see(user, instance)` answers no, with the reason, while the person has still to judge or settle it;
    `hidden(user, ids)` returns those of the instances' ids for which it would, in one query; `hidden_cells(user)`
    is a query of the cells of all of them, to be nested; `learned(user, instance)`: she judged it, and how it was resolved
    is open to her.
    """
    global _reads_it, _hidden, _hidden_cells, _learned
    _reads_it, _hidden, _hidden_cells, _learned = may_see, hidden, hidden_cells, learned


def may_plan(user) -> Answer:
    return may_lead(user)


def may_remake(user, version) -> Answer:
    """A lead, under a published version; she need not have planned the runs that the stale sessions came from."""
    if not (answer := may_plan(user)):
        return answer
    if version.state != VersionState.PUBLISHED:
        return Answer(_("Sessions are made again under a published version; %s is not.") % version.in_words)
    return Answer()


def may_steer(user) -> Answer:
    return may_lead(user)


def may_connect(user) -> Answer:
    """Endpoints and the models of the roles."""
    return may_lead(user)


def may_read_runs(user) -> Answer:
    return may_lead(user)


def may_read_instance(user, instance) -> Answer:
    """The lead, unless she has still to judge the session herself or may settle it: then her way to it is her desk or
    the disputes page (review), which do not say what was intended.
    """
    if not (answer := may_lead(user)):
        return answer
    return _reads_it(user, instance)


def may_edit_turns(user) -> Answer:
    if may_lead(user) or may_write_guidelines(user):
        return Answer()
    return Answer(_("Only leads and clinicians edit sessions."))


def may_edit_turn(user, instance) -> Answer:
    """Experts: leads and clinicians, once they have neither to judge nor to settle it, and whoever judged it, once she may
    see how it was resolved; of a session at risk, the lead.
    """
    if may_lead(user):
        return may_read_instance(user, instance)
    if not (answer := may_edit_turns(user)) and not _learned(user, instance):
        return answer
    if tiers.tiers_in_force(instance) or (instance.profile and tiers.tiers_in_force(instance.profile)):
        return Answer(_("This session carries a risk tier; a lead edits it."))
    return _reads_it(user, instance)


def may_hold(user, instance) -> Answer:
    """Hold a session back, or release it: whoever may read it here."""
    return may_read_instance(user, instance)


def hidden_from(user, instances) -> set[int]:
    """Ids of those instances whose client and intended mistake this person must not see yet."""
    return _hidden(user, [instance.pk for instance in instances])


def hides_some(user, run) -> bool:
    """Whether any session of the run is hidden from this person. A grid is full: whoever saw the client and the
    mistake of all the others would know by elimination what is hidden, so lists then name neither of any.
    """
    return run.instances.filter(cell__in=_hidden_cells(user)).exists()


def may_load_profiles(user) -> Answer:
    return may_lead(user)


def may_confirm_excerpts(user) -> Answer:
    """Read excerpts of real sessions, say that one tells of nobody, and erase one."""
    return may_lead(user)
