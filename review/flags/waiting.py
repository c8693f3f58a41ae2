"""Which flags wait, and for whom. Queries only."""

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.models import Role, User
from review import access
from review.models import Flag, FlagKind, Item, Reading, Round, RoundState


def waiting_of(item: Item) -> QuerySet:
    return Flag.objects.waiting().filter(item=item)


def waiting_for(user) -> QuerySet:
    """Flags that this lead may see and that nobody has answered: not of a round in which she judges, nor of a session
    that she judges in another.
    """
    judged = Reading.objects.filter(seat__rater__user=user, seat__round__state=RoundState.OPEN)
    found = Flag.objects.waiting().exclude(item__round__in=access.rounds_she_judges(user).values("pk"))
    return found.exclude(item__instance__in=judged.values("item__instance"))


def named(user) -> Q:
    return Q(item__round__risk_lead=user)


def items_in(flags: QuerySet) -> QuerySet:
    """Items of these flags, each with `since`, `raised` and `persons`: how many flags, and how many of them say that it may
    concern a real person. The longest waiting first.
    """
    own = Q(flags__in=flags)
    of_persons = own & Q(flags__kind=FlagKind.PERSON)
    found = Item.objects.filter(own).annotate(
        since=Min("flags__at", filter=own),
        raised=Count("flags", filter=own, distinct=True),
        persons=Count("flags", filter=of_persons, distinct=True),
    )
    found = found.select_related("round__risk_lead", "instance").defer("instance__content", "instance__trace")
    return found.order_by("since", "pk")


def without_a_lead(flags: QuerySet) -> bool:
    """Whether any of these waits for a lead who is not there: every one of them has read its session. Three queries."""
    leads = set(User.objects.with_role(Role.LEAD).filter(is_active=True).values_list("pk", flat=True))
    read = Reading.objects.filter(
        item__instance__in=flags.values("item__instance"), seat__rater__user__in=leads
    )
    readers: dict[int, set[int]] = {}
    for instance, user in read.order_by().values_list("item__instance", "seat__rater__user").distinct():
        readers.setdefault(instance, set()).add(user)
    return any(leads <= own for own in readers.values())


def of_round(round: Round, user=None) -> QuerySet:
    """The round's flags that nobody has answered, open or closed; those that this lead may see."""
    found = Flag.objects.waiting() if user is None else waiting_for(user)
    # Asked of each flag: those are few, and the sessions of a round many.
    return found.filter(Exists(Item.objects.filter(pk=OuterRef("item"), round=round)))
