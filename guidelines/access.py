"""Who may do what with a guideline. Each function answers yes, or no with a reason for the page."""

from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.roles import Answer, holds, may_read_guidelines, may_write_guidelines
from guidelines import authorship, drafts
from guidelines.proposals import origins

may_read = may_read_guidelines
may_write = may_write_guidelines


def may_release(user) -> Answer:
    """The role that publishing and retiring ask for; publishing also asks for four eyes."""
    if holds(user, Role.CLINICIAN) or holds(user, Role.LEAD):
        return Answer()
    return Answer(_("Only clinicians and leads publish or retire a version."))


def may_see_numbers(user) -> Answer:
    """What was made from a pair and how it was judged: not for those who judge, whom it would sway."""
    if holds(user, Role.LEAD) or may_write(user):
        return Answer()
    return Answer(_("Only clinicians and leads see what was made from a guideline."))


def may_see_trail(user) -> Answer:
    """Who did what, by name: for those who write the guidelines and those who lead."""
    if holds(user, Role.LEAD) or may_write(user):
        return Answer()
    return Answer(_("Only clinicians and leads see who changed a guideline."))


def may_discuss(user) -> Answer:
    """Reading and writing what colleagues say about a text: not for those who judge, whom it would sway."""
    if holds(user, Role.LEAD) or may_write(user):
        return Answer()
    return Answer(
        _("Only clinicians and leads discuss a guideline: what they say could sway those who judge sessions.")
    )


def may_propose(user, words_by=None) -> Answer:
    """Those who discuss a guideline. And whoever judges sessions, where the words are hers (`words_by`) and were approved
    in review: those who write the guideline vote and decide, and she reads nothing of what they say to it.
    """
    if words_by is not None and words_by.pk == user.pk and holds(user, Role.ANNOTATOR):
        return Answer()
    return may_discuss(user)


def may_say_unclear(user) -> Answer:
    """Whoever judges sessions by a guideline; she does not read what colleagues say to it."""
    if holds(user, Role.ANNOTATOR):
        return Answer()
    return Answer(_("Only those who judge sessions say so here; clinicians and leads begin a thread."))


def may_reword(user, remark) -> Answer:
    return Answer() if remark.by_id == user.pk else Answer(_("These are somebody else's words."))


def may_see_proposal(user, proposal) -> Answer:
    """Not while she judges the session that it came from: it says what others found there."""
    if not (role := may_discuss(user)):
        return role
    if proposal.instance and proposal.instance in origins.hidden(user):
        return Answer(_("You judge the session that this came from; you see it when the round is closed."))
    return Answer()


def may_vote(user, proposal) -> Answer:
    if not holds(user, Role.CLINICIAN):
        return Answer(_("Only clinicians vote on a proposal."))
    if proposal.by_id == user.pk:
        return Answer(_("You proposed it; your colleagues vote on it."))
    return may_see_proposal(user, proposal)


def may_take(user, proposal) -> Answer:
    if proposal.instance and proposal.instance in origins.judged():
        return Answer(_("Its session is judged again in an open round; take it when that is closed."))
    return may_write(user) and may_see_proposal(user, proposal)


def may_decline(user, proposal) -> Answer:
    if proposal.by_id == user.pk:
        return Answer(_("You proposed it: withdraw it instead."))
    return may_write(user) and may_see_proposal(user, proposal)


def may_withdraw(user, proposal) -> Answer:
    return Answer() if proposal.by_id == user.pk else Answer(_("Only its proposer withdraws a proposal."))


def may_approve(user, version, *, authors: set[int] | None = None) -> Answer:
    """A clinician who wrote nothing of what is new in the draft; `authors`, where they are known already."""
    if not holds(user, Role.CLINICIAN):
        return Answer(_("Only clinicians approve a draft."))
    authors = authorship.authors(version) if authors is None else authors
    if user.pk not in authors:
        return Answer()
    if User.objects.with_role(Role.CLINICIAN).exclude(pk__in=authors).exists():
        return Answer(_("You wrote part of this draft; a colleague has to approve it."))
    return Answer(
        _(
            "You wrote part of this draft, and so did every other clinician here. One more clinician has to be"
            " invited to approve it."
        )
    )


def may_publish(
    user, version, *, approvers: set[int] | None = None, authors: set[int] | None = None
) -> Answer:
    """Four eyes: an approval of the words as they stand, by a person who neither wrote nor publishes them."""
    if not (role := may_release(user)):
        return role
    approvers = drafts.approvers(version) if approvers is None else approvers
    if not approvers:
        if version.approvals.exists():
            return Answer(_("The draft was changed after it was approved; it has to be approved again."))
        return Answer(
            _("Nobody has approved this draft yet. A colleague who did not write it has to approve it.")
        )
    others = approvers - (authorship.authors(version) if authors is None else authors)
    if not others:
        return Answer(_("Only its own authors have approved this draft; a colleague has to approve it."))
    if not others - {user.pk}:
        return Answer(_("You are the only one who approved this draft; another person has to publish it."))
    return Answer()


may_retire = may_release
