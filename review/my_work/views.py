"""How her sessions were resolved and why, where she differs, and what she can do about it. Nobody else enters here."""

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import asking, roles
from guidelines import access as guidelines_access
from guidelines.publishing import BadTexts
from review import access, appealing, feedback, outcomes
from review.judged import in_position
from review.models import Appeal, Decision, Verdict
from review.my_work import proposing
from review.my_work.differing import differences
from review.my_work.forms import AppealForm
from review.my_work.judged import judged_by, own
from review.my_work.telling import told
from synthesis import access as access_to_sessions
from synthesis.continuing import is_continuable

PAGE = 50
DIFFER, APPEALED = "differ", "appealed"
FILTERS = ("", DIFFER, APPEALED)


def desk_mine(request):
    roles.require(access.may_see_desk(request.user))
    show = asking.words(request, "show")
    show = show if show in FILTERS else ""
    items, more = _page(request.user, show, asking.number(request, "before"))
    decisions = Decision.objects.in_force().filter(item__in=items)
    mine = {d.item_id: d for d in own(request.user, items).select_related("reading")}
    settling = {d.item_id: d for d in decisions.settling()}
    hers = Appeal.objects.filter(item__in=items, by=request.user)
    appeals = {one.item_id: one for one in hers if not one.raw_id}
    late = {one.item_id: one for one in hers if one.raw_id}
    names = outcomes.names_in({item.round for item in items})
    rows = [
        {
            "item": item,
            "mine": mine[item.pk],
            "settled_by": settling.get(item.pk),
            "appeal": appeals.get(item.pk),
            "late": late.get(item.pk),
            "preferred": _preferred(mine[item.pk]),
            "outcomes": [
                outcomes.in_words(
                    standing,
                    names[item.round_id],
                    edit=mine[item.pk] if mine[item.pk].verdict == Verdict.EDIT else None,
                    position=mine[item.pk].reading.position_ab,
                )
                for standing in item.standings.all()
            ],
        }
        for item in items
    ]
    return render(request, "review/my_work/list.html", {"rows": rows, "more": more, "show": show})


def _preferred(mine: Decision) -> str:
    return outcomes.chosen(mine.preferred, mine.reading.position_ab) if mine.preferred else ""


def _page(user, show: str, before: int | None) -> tuple[list, int | None]:
    """One page of her items, the latest first, and the key before which the next one begins."""
    found = access.resolved_for(user)
    if show == APPEALED:
        found = found.filter(pk__in=Appeal.objects.in_words().filter(by=user).values("item"))
    if show == DIFFER:
        differing = (
            one.item for one in judged_by(user) if one.differs and (before is None or one.item < before)
        )
        found = found.filter(pk__in=[item for item, _n in zip(differing, range(PAGE + 1), strict=False)])
    elif before is not None:
        found = found.filter(pk__lt=before)
    items = list(found.select_related("round").prefetch_related("standings").order_by("-pk")[: PAGE + 1])
    return items[:PAGE], items[PAGE - 1].pk if len(items) > PAGE else None


def desk_mine_item(request, public_id):
    roles.require(access.may_see_desk(request.user))
    return _shown(request, _item(request.user, public_id), AppealForm())


def _item(user, public_id):
    """That a session is there at all is told only to her who may see how it was resolved."""
    versions = ("round__pairs_version__guideline", "round__rubric_version__guideline")
    found = (
        access.resolved_for(user)
        .filter(public_id=public_id)
        .select_related("instance__run", "instance__profile", *versions)
    )
    item = found.prefetch_related("standings").first()
    if item is None:
        raise Http404
    return item


def _shown(request, item, form, status=200):
    said = told(item, request.user)
    if said is None:
        raise Http404
    editable = access_to_sessions.may_edit_turn(request.user, item.instance) and is_continuable(item.instance)
    context = {
        "editable": editable,
        "told": said,
        "item": item,
        "mine": said.mine,
        "side_by_side": _side_by_side(said),
        "guideline": item.round.pairs_version.guideline,
        "versions": [item.round.pairs_version, item.round.rubric_version],
        "form": form,
        "may_appeal": access.may_appeal(request.user, item),
        "may_say_unclear": guidelines_access.may_say_unclear(request.user),
        "offer": proposing.offer(said, request.user),
    }
    return render(request, "review/my_work/item.html", context, status=status)


def _side_by_side(said) -> list[tuple[str, str]]:
    """Two texts under the headings that they had before her."""
    if not said.position:
        return []
    shown = in_position(said.mine.judged, said.position)
    return [(_("The first"), shown["first"]), (_("The second"), shown["second"])]


def desk_differences(request):
    roles.require(access.may_see_desk(request.user))
    return render(request, "review/my_work/differences.html", {"found": differences(request.user)})


def desk_appeal(request, public_id):
    roles.require(access.may_see_desk(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    item = _item(request.user, public_id)
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            appealing.appeal(item=item, by=request.user, reason=form.cleaned_data["reason"])
        except appealing.CannotAppeal as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Your appeal waits for a lead. You see the answer here."))
            return redirect("desk_mine_item", public_id=item.public_id)
    return _shown(request, item, form, status=400)


def desk_propose(request, public_id):
    """One click: no form, as what is proposed are words that stand already."""
    roles.require(access.may_see_desk(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    item = _item(request.user, public_id)
    said = told(item, request.user)
    offer = said and proposing.offer(said, request.user)
    if offer is None:
        raise Http404
    try:
        made = proposing.propose(offer=offer, pair=request.POST.get("pair", ""), by=request.user)
    except (BadTexts, feedback.CannotPropose) as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_mine_item", public_id=item.public_id)
    if not offer.discusses:
        messages.success(
            request, _("Proposed. Clinicians vote on it and decide; what becomes of it stands here.")
        )
        return redirect("desk_mine_item", public_id=item.public_id)
    messages.success(request, _("Your colleagues find it among the proposals."))
    return redirect("proposal", made.guideline.slug, made.n)
