"""Who may settle a dispute. What keeps somebody from it is said once, as conditions of an item: the list and the numbers
ask them of all items, the page and the verbs of one (review.access.may_settle).
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Answer
from review.knowing import cells_known_by, settled_another
from review.models import Conflict, Item, RoundState, Seat
from review.raters import record_in_force
from synthesis.models import Instance, Opening


def may_settle(user, item: Item) -> Answer:
    """An adjudicator, of an item that she had in no other way, while its round is open."""
    if not (answer := roles.may_adjudicate(user)):
        return answer
    its = Item.objects.filter(pk=item.pk)
    for holds, reason in _against(user):
        if its.filter(holds).exists():
            return Answer(reason)
    return Answer()


def settled_by(user, item: str = "") -> Q:
    """Of an item, or of what names one (`item`, such as "item__"): that this person may settle it."""
    if not roles.may_adjudicate(user):
        return Q(pk__in=[])
    found = Q()
    for holds, _reason in _against(user, item):
        found &= ~holds
    return found


def _against(user, item: str = "") -> list[tuple[Q, str]]:
    """[(what holds of such an item, the reason that she is told)], in the order in which they are told."""
    reads = Seat.objects.filter(rater__user=user).exists()
    read = Item.objects.filter(readings__seat__rater__user=user).values("instance") if reads else []
    # The others are few, and mostly none: looked up beforehand they are no joins of every item that waits.
    wrote = list(Opening.objects.filter(by=user).values_list("instance", flat=True))
    known = list(cells_known_by(user).values_list("instance__cell", flat=True))
    cases = list(Conflict.objects.cases_of(user).values_list("base_case", flat=True))
    found = [
        (
            Q((f"{item}instance__in", Instance.objects.erased().order_by().values("pk"))),
            _("What this session was made of was erased; there is nothing to settle any more."),
        ),
        (
            Q((f"{item}instance__in", read)),
            _("You reviewed this session yourself; another adjudicator settles it."),
        ),
        (
            Q((f"{item}instance__in", wrote)),
            _("You wrote in this session yourself; another adjudicator settles it."),
        ),
        (
            Q((f"{item}instance__cell__in", known)),
            _("You know the agreed answers to this session; another adjudicator settles it."),
        ),
        (
            Q((f"{item}instance__profile__base_case__in", cases)),
            _("You know this client; another adjudicator settles it."),
        ),
        (
            settled_another(user, item),
            _("You have settled this session before; another adjudicator does it now."),
        ),
        (
            Q((f"{item}round__state", RoundState.CLOSED)),
            _("The round is closed; what is still in dispute stays so and is counted."),
        ),
    ]
    record = record_in_force(user)
    if record and record.simulated:
        simulated = _("A simulated reader settles nothing in a round of people.")
        found.append((Q((f"{item}round__rehearsal", False)), simulated))
    return found
