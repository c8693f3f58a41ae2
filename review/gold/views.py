"""Known answers: listed, written, agreed and retired."""

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking, roles
from guidelines.models import Version
from review import access as review_access
from review import outcomes
from review.gold import access, agreeing, listing
from review.gold.answers import BadAnswers
from review.gold.forms import FromSession, GoldForm
from review.gold.results import names_of_aspects
from review.gold.telling import answers_in_words
from review.judged import Wording
from review.models import Arm, Gold, Item
from review.models.gold import AGREED_BY
from synthesis.models import Instance


def golds(request):
    roles.require(access.may_see_list(request.user))
    rows, more = listing.page_of(asking.number(request, "before"))
    published = Version.objects.published().order_by("-published_at")
    first = {
        "pairs_version": published.filter(guideline__slug="novice-mistakes").first(),
        "rubric_version": published.filter(guideline__slug="feedback-quality").first(),
    }
    context = {
        "rows": rows,
        "more": more,
        "form": FromSession(initial=first),
        "leads": bool(review_access.may_run_rounds(request.user)),
        "items": listing.could_become(request.user),
        "agreed_by": AGREED_BY,
    }  # fmt: skip
    return render(request, "review/gold/list.html", context)


def gold_new(request):
    """From a settled item, whose readers' answers it begins with, or from any session."""
    roles.require(access.may_see_list(request.user))
    item, instance, versions = _asked(request)
    roles.require(
        access.may_make_from(request.user, item) if item else access.may_use(request.user, instance)
    )
    initial = listing.as_settled(item) if item else {}
    form = GoldForm(request.POST or None, initial=initial, **versions)
    if request.method == "POST" and form.is_valid():
        try:
            made = agreeing.propose_gold(
                instance=instance, answers=form.answers(), by=request.user, made_from=item, **versions
            )
        except BadAnswers as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. Two colleagues are to stand by these answers."))
            return redirect("gold", public_id=made.public_id)
    context = {"form": form, "judged": _judged(instance), "versions": versions.values(), "item": item}
    return render(request, "review/gold/new.html", context, status=400 if form.errors else 200)


def _asked(request) -> tuple[Item | None, Instance, dict[str, Version]]:
    if request.GET.get("item"):
        items = Item.objects.counted().select_related(
            "round__pairs_version__guideline", "round__rubric_version__guideline", "instance"
        )
        item = get_object_or_404(items, public_id=asking.public_id(request, "item"))
        versions = {name: getattr(item.round, name) for name in ("pairs_version", "rubric_version")}
        return item, item.instance, versions
    form = FromSession(request.GET)
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data
    instance = get_object_or_404(Instance.objects.made(), public_id=given["session"])
    return None, instance, {name: given[name] for name in ("pairs_version", "rubric_version")}


def _judged(instance: Instance) -> dict:
    if "feedback" not in instance.content:
        raise Http404
    return Wording().words(instance, arm=Arm.AIDED)


def gold(request, public_id):
    roles.require(access.may_see_list(request.user))
    found = _gold(public_id)
    may_see = access.may_see_answers(request.user, found)
    context = {"gold": found, "may_see": may_see, "may_look": access.may_look(request.user, found)}
    if may_see:
        names = outcomes.names_in([found])[found.pk]
        context |= {
            "judged": _judged(found.instance),
            "answers": answers_in_words(found.answers, names, names_of_aspects(found.rubric_version)),
            "endorsements": found.endorsements.select_related("by"),
            "may_endorse": access.may_endorse(request.user, found),
            "may_retire": access.may_retire(request.user, found),
            "agreed_by": AGREED_BY,
            "leads": bool(review_access.may_run_rounds(request.user)),
        }
    return render(request, "review/gold/one.html", context)


def _gold(public_id) -> Gold:
    found = Gold.objects.select_related(
        "instance", "by", "pairs_version__guideline", "rubric_version__guideline", "retirement__by"
    )
    return get_object_or_404(found, public_id=public_id)


def gold_endorse(request, public_id):
    roles.require(access.may_see_list(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agreeing.endorse_gold(gold=_gold(public_id), by=request.user, digest=request.POST.get("digest", ""))
    messages.success(request, _("You stand by these answers."))
    return redirect("gold", public_id=public_id)


def gold_look(request, public_id):
    roles.require(access.may_see_list(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    agreeing.look_at_gold(gold=_gold(public_id), by=request.user)
    return redirect("gold", public_id=public_id)


def gold_retire(request, public_id):
    roles.require(access.may_see_list(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        agreeing.retire_gold(gold=_gold(public_id), by=request.user, reason=request.POST.get("reason", ""))
    except BadAnswers as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Retired: no new round uses these answers."))
    return redirect("gold", public_id=public_id)
