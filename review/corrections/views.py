"""Corrections that reviewers made and that were approved, on their way into the guideline."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import asking, roles
from guidelines import present
from guidelines.models import Guideline
from guidelines.neighbours import Others
from guidelines.publishing import BadTexts
from guidelines.word_diff import as_html
from review import feedback
from review.corrections import access
from review.corrections.forms import CorrectionForm
from review.models import Round
from synthesis import access as synthesis_access


def corrections(request):
    roles.require(access.may_see_corrections(request.user))
    guideline, round = None, None
    if slug := request.GET.get("guideline"):
        # A character that no slug has would be refused by the database, not just not found.
        guideline = get_object_or_404(Guideline, slug=slug if slug.isprintable() else "")
    pair = asking.words(request, "pair") if guideline else ""
    standings = feedback.approved(guideline, pair)
    if request.GET.get("round"):
        round = get_object_or_404(Round, public_id=asking.public_id(request, "round"))
        standings = standings.filter(item__round=round)
    rows, unseen, more = feedback.page_of(standings, request.user, asking.number(request, "before"))
    context = {"rows": rows, "unseen": unseen, "more": more, "guideline": guideline, "round": round}
    if pair:
        text = present.text_of(guideline, pair)
        context |= {"pair": pair, "pair_name": text.name if text else pair}
    return render(request, "review/corrections.html", context)


def correction(request, public_id):
    roles.require(access.may_see_corrections(request.user))
    decision = feedback.visible(public_id, request.user)
    if decision is None:
        raise Http404
    roles.require(access.may_see_correction(request.user, decision))
    may_propose = access.may_propose_from(request.user, decision)
    guideline = decision.item.round.pairs_version.guideline
    form = CorrectionForm(
        request.POST or None,
        found=present.called(guideline, feedback.keys(decision)),
        others=Others(guideline),
        initial={"correction": feedback.suggested(decision)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = feedback.propose(decision=decision, by=request.user, **form.answers())
        except BadTexts as refusal:
            form.show(refusal.problems)
        except feedback.CannotPropose as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your colleagues find it among the proposals."))
            return redirect("proposal", made.guideline.slug, made.n)
    instance = decision.item.instance
    context = {
        "decision": decision,
        "guideline": guideline,
        "form": form,
        "may_propose": may_propose,
        "changed": as_html(decision.judged["draft"], decision.edited_text),
        "may_read_instance": synthesis_access.may_read_instance(request.user, instance),
        "instance": instance,
    }
    return render(request, "review/correction.html", context, status=400 if form.errors else 200)
