"""The sessions behind the numbers of a round, for a lead who does not judge in it."""

from django.shortcuts import get_object_or_404, redirect, render

from accounts import asking, roles
from review.access import may_run_rounds
from review.models import Purpose, Round, Seat
from review.sessions import access, behind, showing
from review.sessions.behind import Show
from review.stood_so_far import stood_of


def round_sessions(request, public_id):
    """`show`: of Show; `seat`: public id of the seat whose they are; `after`: the position of the last one seen."""
    roles.require(may_run_rounds(request.user))
    found = get_object_or_404(Round, public_id=public_id)
    roles.require(access.may_see_sessions(request.user, found))
    if found.purpose == Purpose.TRAINING:
        return redirect("round_known", public_id=found.public_id)  # everybody has sessions of her own
    seat = _seat(request, found)
    show = _show(request, behind.OF_A_SEAT if seat else behind.OF_THE_ROUND)
    stand = access.may_see_how_sessions_stand(request.user, found)
    settled = access.may_see_how_sessions_were_settled(request.user, found)
    if show in behind.HOW_THEY_STAND:
        roles.require(stand)
    if show in behind.OUTCOMES:
        roles.require(settled)
    items, more = behind.page_of(found, show, request.user, seat=seat, after=asking.number(request, "after"))
    context = {
        "round": found,
        "seat": seat,
        "show": show,
        "groups": [behind.OF_A_SEAT] if seat else _groups(found, stand, settled),
        "rows": showing.rows(found, items, request.user),
        "more": more,
        "stand": stand,
        "settled": settled,
    }
    return render(request, "review/sessions.html", context)


def _seat(request, round: Round) -> Seat | None:
    if not request.GET.get("seat"):
        return None
    seats = round.seats.filter(observer=False).select_related("rater__user", "round")
    return get_object_or_404(seats, public_id=asking.public_id(request, "seat"))


def _show(request, offered) -> Show:
    asked = asking.words(request, "show")
    return Show(asked) if asked in offered else offered[0]


def _groups(round: Round, stand, settled) -> list[tuple[Show, ...]]:
    """What she may choose from; of outcomes those that there are."""
    found = [(Show.ALL, *(behind.HOW_THEY_STAND if stand else ()))]
    if settled:
        stood = stood_of(round)
        found.append(tuple(show for show, outcomes in behind.OUTCOMES.items() if stood.of(*outcomes)))
    return [*found, behind.WHAT_HAPPENED]
