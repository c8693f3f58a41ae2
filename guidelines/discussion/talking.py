"""Say something on a pair, a dimension or a proposal, and settle it. Nobody's words vanish without a trace."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access
from guidelines.checking import BadTexts, Problem
from guidelines.discussion import mentioning
from guidelines.drafts import WrongState
from guidelines.models import Guideline, PairRevision, Proposal, Remark, RemarkKind, Thread, ThreadState
from guidelines.texts import text_problem

LONGEST_REMARK = 5_000
MOST_REMARKS = 200


def said(words: str, *, field: str = "words", required: bool = True, longest: int = LONGEST_REMARK) -> str:
    """The words as they are stored, or BadTexts with the reason."""
    if isinstance(words, str):
        words = words.replace("\r\n", "\n").replace("\r", "\n").strip()
    reason = text_problem(words, longest) or (_("is missing") if required and not words else "")
    if reason:
        raise BadTexts([Problem((field,), reason)])
    return words


@transaction.atomic
def begin(*, on, by, words: str, mentions=()) -> Thread:
    """Begin a thread on the pair or dimension of this revision: the text that she had before her."""
    require(access.may_discuss(by))
    identity = on.pair if isinstance(on, PairRevision) else on.dimension
    field = "pair_revision" if isinstance(on, PairRevision) else "dimension_revision"
    guideline = Guideline.objects.select_for_update().get(pk=identity.guideline_id)
    thread = Thread.objects.create(guideline=guideline, n=next_number(guideline), begun_by=by, **{field: on})
    add(thread, by=by, words=said(words), mentions=mentions)
    return thread


def begin_for(proposal: Proposal) -> Thread:
    """The discussion of a proposal that is being made; its guideline is locked already."""
    guideline = proposal.guideline
    return Thread.objects.create(
        guideline=guideline, n=next_number(guideline), begun_by=proposal.by, proposal=proposal
    )


def next_number(guideline: Guideline) -> int:
    """Of a thread that is begun now; the guideline is locked."""
    return (guideline.threads.aggregate(last=Max("n"))["last"] or 0) + 1


@transaction.atomic
def reply(*, thread: Thread, by, words: str, mentions=()) -> Remark:
    require(access.may_see_proposal(by, thread.proposal) if thread.proposal else access.may_discuss(by))
    thread = locked(thread)
    words = said(words)
    if thread.state == ThreadState.RESOLVED:
        raise WrongState(_("This thread is resolved. Reopen it to go on with it."))
    return add(thread, by=by, words=words, mentions=mentions)


@transaction.atomic
def reword(*, remark: Remark, by, words: str, mentions=()) -> Remark:
    """Say it in other words: a new row; the earlier words stay and can be read."""
    last = _own_last(remark, by)
    words = said(words)
    if words == last.words:
        return last
    return add(last.thread, by=by, words=words, mentions=mentions, supersedes=last)


@transaction.atomic
def take_back(*, remark: Remark, by) -> Remark:
    """Her words are shown no longer; that she took them back is."""
    last = _own_last(remark, by)
    return add(last.thread, by=by, kind=RemarkKind.TAKEN_BACK, supersedes=last)


def _own_last(remark: Remark, by) -> Remark:
    require(access.may_discuss(by))
    require(access.may_reword(by, remark))
    thread = locked(remark.thread)
    last = thread.remarks.select_related("thread").get(pk=remark.pk)
    if last.kind != RemarkKind.SAID:
        raise WrongState(_("There are no words to change here."))
    if thread.remarks.filter(supersedes=last).exists():
        raise WrongState(_("You have changed or taken back these words already."))
    return last


@transaction.atomic
def resolve(*, thread: Thread, by, words: str = "") -> Thread:
    """What was asked is answered; `words` may say how."""
    return _settle(thread, by, words, ThreadState.RESOLVED, RemarkKind.RESOLVED)


@transaction.atomic
def reopen(*, thread: Thread, by, words: str = "") -> Thread:
    return _settle(thread, by, words, ThreadState.OPEN, RemarkKind.REOPENED)


def _settle(thread, by, words, state, kind) -> Thread:
    require(access.may_discuss(by))
    thread = locked(thread)
    words = said(words, required=False)
    if thread.proposal_id:
        raise WrongState(_("The discussion of a proposal ends with the proposal."))
    if thread.state == state:
        last = thread.remarks.filter(kind=kind).select_related("by").last()
        who = last.by if last else thread.begun_by
        sentence = _("%(who)s has resolved it.") if kind == RemarkKind.RESOLVED else _("It is open.")
        raise WrongState(sentence % {"who": who})
    thread.state = state
    thread.save(update_fields=["state"])
    add(thread, by=by, kind=kind, words=words)
    return thread


def locked(thread: Thread) -> Thread:
    return Thread.objects.select_for_update(of=("self",)).select_related("guideline").get(pk=thread.pk)


def add(
    thread: Thread, *, by, words="", kind=RemarkKind.SAID, mentions=(), supersedes=None, names_people=True
) -> Remark:
    """One more row of the thread, whose row, or whose guideline's, is locked. `names_people`: an @Name tells her."""
    named = mentioning.named_in(words, mentions) if kind == RemarkKind.SAID and names_people else []
    last = thread.remarks.aggregate(last=Max("n"))["last"] or 0
    if last >= MOST_REMARKS and kind == RemarkKind.SAID:
        raise WrongState(_("This thread has %d remarks; begin a new one.") % MOST_REMARKS)
    remark = Remark.objects.create(
        thread=thread, n=last + 1, kind=kind, words=words, by=by, supersedes=supersedes
    )
    mentioning.store(remark, named)
    return remark
