"""Which sessions of a round are behind a number on its page. Each list is walked in an index, from where the last page
ended; none counts the round. Queries only.
"""

from django.db.models import Exists, F, Max, Min, OuterRef, QuerySet, Subquery, TextChoices, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from review.flags import waiting
from review.held import held_items_of
from review.models import (
    Item,
    Preferred,
    RawAnnotation,
    Reading,
    Return,
    Round,
    Seat,
    SendState,
    StandingState,
    Stood,
    Verdict,
)

PAGE = 50
# Of an open session nothing says so: it is found by looking at each, and at so many for one page.
LOOKED_THROUGH = 25_000


class Show(TextChoices):
    ALL = "", _("all")
    OPEN = "open", _("open")
    DISPUTED = "disputed", _("in dispute")
    SETTLED = "settled", _("settled")
    ERASED = "erased", _("erased")
    ACCEPTED = "accepted", _("accepted")
    EDITED = "edited", _("edited")
    REJECTED = "rejected", _("rejected")
    BETTER = "better", _("one text is better")
    TIE = "tie", _("no difference")
    FLAGGED = "flagged", _("flagged")
    HELD = "held", _("held back")
    WAITING = "waiting", _("waiting for a reader")
    GIVEN_BACK = "given-back", _("given back")
    SKIPPED = "skipped", _("skipped")
    # Of one seat.
    GIVEN = "given", _("assigned")
    SENT = "sent", _("sent")
    JUDGED = "judged", _("judged")
    LEFT = "left", _("not judged yet")


HOW_THEY_STAND = (Show.OPEN, Show.DISPUTED, Show.SETTLED, Show.ERASED)
OUTCOMES = {
    Show.ACCEPTED: (Verdict.ACCEPT,), Show.EDITED: (Verdict.EDIT,), Show.REJECTED: (Verdict.REJECT,),
    Show.BETTER: (Preferred.A, Preferred.B), Show.TIE: (Preferred.TIE,),
}  # fmt: skip
WHAT_HAPPENED = (Show.FLAGGED, Show.HELD, Show.WAITING, Show.GIVEN_BACK, Show.SKIPPED)
SAYS_HOW_THEY_STAND = (*HOW_THEY_STAND, *OUTCOMES)
OF_THE_ROUND = (Show.ALL, *SAYS_HOW_THEY_STAND, *WHAT_HAPPENED)
OF_A_SEAT = (Show.GIVEN, Show.SENT, Show.JUDGED, Show.LEFT)


def page_of(
    round: Round, show: str, user, *, seat: Seat | None = None, after: int | None = None
) -> tuple[list[Item], int | None]:
    """One page in the round's order, and the position after which the next one begins. `show`: of OF_A_SEAT where there is
    a seat, else of OF_THE_ROUND. Of open sessions a page may hold fewer, or none, and others come after it.
    """
    ids = _of_seat(seat, show, after) if seat else _of_round(round, show, user, after)
    items = Item.objects.filter(pk__in=list(ids[: PAGE + 1])).select_related("instance")
    items = list(items.defer("instance__content", "instance__trace").order_by("position"))
    if len(items) > PAGE:
        return items[:PAGE], items[PAGE - 1].position
    return items, _beyond(round, after) if show == Show.OPEN else None


def _beyond(round: Round, after: int | None) -> int | None:
    end = _looked_through(after)
    return end if round.items.counted().filter(position__gt=end).exists() else None


def _looked_through(after: int | None) -> int:
    """The position up to which one page of open sessions looks."""
    return (-1 if after is None else after) + LOOKED_THROUGH


def _of_round(round: Round, show: str, user, after: int | None) -> QuerySet:
    if show == Show.ALL:
        return _walked(round.items.counted(), after)
    if show == Show.OPEN:
        near = round.items.counted().unerased().filter(position__lte=_looked_through(after))
        return _walked(_open(near), after)
    if show == Show.ERASED:
        return _walked(_open(round.items.counted().erased(), StandingState.DISPUTED), after)
    if show in SAYS_HOW_THEY_STAND:
        return _behind(_standing(round, show), "item", round, after)
    if show == Show.HELD:
        return _behind(held_items_of(round), "pk", round, after)
    if show == Show.FLAGGED:
        return _behind(waiting.of_round(round, user), "item", round, after)
    if show == Show.SKIPPED:
        skips = RawAnnotation.objects.skips().filter(seat_project__seat__round=round)
        return _behind(skips, "reading__item", round, after)
    if show == Show.WAITING:
        found = Reading.objects.waiting()
    else:
        # By the returns, which are few.
        found = Reading.objects.filter(pk__in=Return.objects.values("reading"), pass_number=1)
    return _behind(found.filter(seat__round=round), "item", round, after)


def _walked(items: QuerySet, after: int | None) -> QuerySet:
    """In the round's own index, in which its known answers are apart."""
    found = items.order_by("position").values_list("pk", flat=True)
    return found if after is None else found.filter(position__gt=after)


def _behind(rows: QuerySet, item: str, round: Round, after: int | None) -> QuerySet:
    """The items that rows name in this column, each once. Items of a round were stored in its order."""
    found = rows.order_by(item).values_list(item, flat=True).distinct()
    if after is None:
        return found
    last = round.items.filter(position__lte=after).order_by("-position").values_list("pk", flat=True).first()
    return found.filter(**{f"{item}__gt": last or 0})


def _open(items: QuerySet, *also: str) -> QuerySet:
    """What was told of them last is neither; of most open ones nothing was told at all. `also`: or it is this."""
    last = Stood.objects.filter(item=OuterRef("pk")).order_by("-n").values("state")[:1]
    stands = Coalesce(Subquery(last), Value(StandingState.OPEN))
    return items.annotate(stands=stands).filter(stands__in=[StandingState.OPEN, *also])


def _standing(round: Round, show: str) -> QuerySet:
    """What was told last of those that stand so."""
    ends = round.items.aggregate(first=Min("pk"), last=Max("pk"))
    later = Stood.objects.filter(item=OuterRef("item"), n__gt=OuterRef("n"))
    state = StandingState.DISPUTED if show == Show.DISPUTED else StandingState.SETTLED
    # Of the items between these two others may be of another round. As a sum, so that it is asked of what the index of
    # states gives, instead of reading the whole round first.
    found = Stood.objects.annotate(of=F("item__round") + 0).filter(of=round.pk)
    found = found.filter(
        ~Exists(later), state=state, item__gte=ends["first"] or 0, item__lte=ends["last"] or 0
    )
    if show == Show.DISPUTED:
        found = found.exclude(item__in=Item.objects.erased().order_by().values("pk"))
    return found.filter(outcome__in=OUTCOMES[show]) if show in OUTCOMES else found


def _of_seat(seat: Seat, show: str, after: int | None) -> QuerySet:
    """As review.reports.progress counts them: without hidden repeats, and what was given back unjudged."""
    found = Reading.objects.filter(seat=seat, pass_number=1)
    if show == Show.JUDGED:
        found = found.filter(judged=True)
    elif show == Show.LEFT:
        found = found.filter(judged=False, returned=None)
    else:
        back = Return.objects.filter(reading__judged=False).values("reading")
        found = found.exclude(pk__in=back)
        found = found.filter(send_state=SendState.SENT) if show == Show.SENT else found
    return _behind(found, "item", seat.round, after)
