"""What an adjudicator had written when the dispute changed, was settled by somebody else, or was hers no more, so that none
of it is lost. It holds no rule.
"""

from django.utils.translation import gettext as _

from review.disputes import Dispute
from review.disputing import marks
from review.disputing.forms import JudgingFirst, Settling
from review.models import FirstJudgement, Item

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


def judging_again(sent, dispute: Dispute) -> dict:
    """What she had filled in, in either step, as the first begins with it once more; of texts that are still the same."""
    given = filled_in(sent)
    mistake_of = {one.token: one.mistake for one in dispute.proposed}
    given["finding"] = [mistake_of.get(name, name) for name in given.get("finding", [])]
    return given


def hers(sent, item: Item, user, *, blind: bool) -> list[tuple[str, list[str]]]:
    """[(question, answers)] of what she sent and cannot send any more. `blind`: to whom nothing may be told by it, not even
    which of her answers fit a question.
    """
    last = FirstJudgement.objects.filter(item=item, rater__user=user).last()
    settled = item.decisions.settling().order_by("-n").first()
    before = [Dispute(item), *([Dispute(item, aspects=settled.answered)] if settled else [])]
    for was in before:
        if last and last.about == was.about and sent.get("step") != "first":
            return Settling(was, sent).in_words()
    for was in before:
        if was.aspects and sent.get("step") == "first" and sent.get("about") == was.about and not blind:
            return JudgingFirst(was, sent).in_words()
    words = ((_("Your reason"), "reason"), (_("Your own wording"), "written"))
    return [(label, [sent[name]]) for label, name in words if sent.get(name)]
