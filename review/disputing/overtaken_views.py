"""What an adjudicator had written when the dispute changed, was settled by somebody else, or was hers no more, so that none
of it is lost.
"""

from django.shortcuts import render
from django.utils.translation import gettext as _

from review.disputes import Dispute, Overtaken
from review.disputing import marks
from review.disputing.forms import JudgingFirst, Settling
from review.models import FirstJudgement, Item, RoundState, SecondJudgement
from review.workflow import CannotSettle, tell_settled

KEPT = "kept-"
# Of the second step, where a changed text is judged first once more; the rest she says anew by that.
_CARRIED = ("reason", "error_type", "written", "begun")


def filled_in(sent) -> dict:
    """A page's fields as a form begins with them."""
    several = {"finding", *(marks.names(n)[1] for n in marks.numbers_in(sent))}
    return {name: sent.getlist(name) if name in several else sent[name] for name in sent}


def kept(sent) -> dict[str, str]:
    """What the first step carries for the second, by the names that it has there."""
    own = {name.removeprefix(KEPT): sent[name] for name in sent if name.startswith(KEPT)}
    own |= {name: sent[name] for name in sent if name in _CARRIED or name.startswith("severity-")}
    return {name: words for name, words in own.items() if words}


def judging_again(request, dispute: Dispute) -> dict:
    """What she had filled in, in either step, as the first begins with it once more; of texts that are still the same."""
    given = filled_in(request.POST)
    # Only she who saw the readers' findings ticked any: to another it would tell whether her guess is one.
    seen = FirstJudgement.objects.filter(item=dispute.item, rater__user=request.user).exists()
    mistake_of = {one.token: one.mistake for one in dispute.proposed} if seen else {}
    given["finding"] = [mistake_of.get(name, name) for name in given.get("finding", [])]
    return given


def over(request, item: Item):
    """Who settled it, never how: while the round is open she may be asked about its sessions again; that she was told is
    kept, and she is asked no second time about this one. She who judged it a second time is told of her own judgement: that
    another's stands, she is not. Raises Overtaken.
    """
    hers = SecondJudgement.objects.filter(
        second_reading__decision__item=item, rater__user=request.user
    ).last()
    settled = item.decisions.settling().select_related("rater__user").order_by("-n").first()
    told = {"item": item}
    if hers:
        told |= {"who": hers.rater, "when": hers.at}
    elif settled:
        told |= {"who": settled.rater, "when": settled.decided_at}
        if settled.rater.user_id != request.user.pk:
            _keep_told(request, settled)
    who = told.get("who")
    if request.method == "POST" and not (who and who.user_id == request.user.pk):
        told["hers"] = _hers(request, item, blind=False)
    return render(request, "review/dispute_over.html", told, status=409 if "hers" in told else 200)


def _keep_told(request, settled):
    try:
        tell_settled(decision=settled, by=request.user)
    except CannotSettle as drawn:
        raise Overtaken(str(drawn)) from drawn


def refused(request, item: Item, why: str):
    """Her words back, and the reason why she may not settle it; of its readers nothing, while the round is open."""
    told = {"item": item, "why": why, "hers": _hers(request, item, blind=item.round.state == RoundState.OPEN)}
    return render(request, "review/dispute_over.html", told, status=403)


def never_still(request, item: Item):
    """Her words back, where it changed each time that they were to be taken."""
    told = {"item": item, "changing": True, "hers": _hers(request, item, blind=False)}
    return render(request, "review/dispute_over.html", told, status=409)


def _hers(request, item: Item, *, blind: bool) -> list[tuple[str, list[str]]]:
    """[(question, answers)] of what she sent and cannot send any more. `blind`: to whom nothing may be told by it, not even
    which of her answers fit a question.
    """
    sent = request.POST
    last = FirstJudgement.objects.filter(item=item, rater__user=request.user).last()
    settled = item.decisions.settling().order_by("-n").first()
    before = [Dispute(item), *([Dispute(item, aspects=settled.answered)] if settled else [])]
    for was in before:
        if last and last.about == was.about and sent.get("step") != "first":
            return Settling(was, sent).in_words()
    # Whatever was in dispute: were the questions those of it, they would tell what it was to one who guesses.
    asked = JudgingFirst(Dispute(item, aspects=()), sent)
    first = asked.in_words() if sent.get("step") == "first" and not blind else []
    words, written = ((_("Your reason"), "reason"), (_("Your own wording"), "written")), kept(sent)
    return first + [(label, [written[name]]) for label, name in words if name in written]
