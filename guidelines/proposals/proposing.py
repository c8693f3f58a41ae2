"""Put words before one's colleagues: a pair to add, change, split, merge or retire."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import require
from guidelines import access, checking, present
from guidelines.checking import BadTexts, Problem
from guidelines.discussion.talking import begin_for, said
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Proposal, ProposalKind, ProposalTarget, ProposedText, Source
from guidelines.proposals.origins import Origin
from guidelines.texts import tidy

MOST_PARTS = 5
LONGEST_REASON = 2_000
# kind: (least and most entries that it is about, least and most texts that it proposes)
SIZES = {
    ProposalKind.ADD: ((0, 0), (1, 1)),
    ProposalKind.CHANGE: ((1, 1), (1, 1)),
    ProposalKind.SPLIT: ((1, 1), (2, MOST_PARTS)),
    ProposalKind.MERGE: ((2, MOST_PARTS), (1, 1)),
    ProposalKind.RETIRE: ((1, 1), (0, 0)),
}
IN_WORDS = {
    ProposalKind.ADD: gettext_lazy("Adding takes the words of one new entry."),
    ProposalKind.CHANGE: gettext_lazy("A change names one entry and takes its new words."),
    ProposalKind.SPLIT: gettext_lazy("A split names one entry and takes the words of two to five new ones."),
    ProposalKind.MERGE: gettext_lazy(
        "A merger names two to five entries and takes the words of one new one."
    ),
    ProposalKind.RETIRE: gettext_lazy("Retiring names one entry and takes no words."),
}


@transaction.atomic
def propose_pair(
    *, guideline: Guideline, kind: str, texts=(), of=(), by, reason: str, origin: Origin | None = None
) -> Proposal:
    """`of`: the revisions that it is about, as the proposer read them; `texts`: those of each entry that is to be.

    The same checks as for saving. Raises Refused, or BadTexts whose paths begin with the text's number.
    """
    require(access.may_propose(by, words_by=origin and origin.words_by))
    guideline = Guideline.objects.select_for_update().get(pk=guideline.pk)
    reason = said(reason, field="reason", longest=LONGEST_REASON)
    texts, of = [tidy(guideline.kind, one) for one in texts], list(of)
    _require_shape(guideline, kind, texts, of)
    _require_good(guideline, texts, of)
    if kind == ProposalKind.CHANGE and texts[0] == of[0].texts:
        raise BadTexts([Problem((), _("This says the same as the text that is there."))])
    _require_new(guideline, origin)
    last = guideline.proposals.aggregate(last=Max("n"))["last"] or 0
    proposal = Proposal.objects.create(
        guideline=guideline,
        n=last + 1,
        kind=kind,
        by=by,
        reason=reason,
        source=Source.REVIEW if origin else Source.PERSON,
        instance=origin and origin.instance,
        decision=origin and origin.decision,
        words_by=origin and origin.words_by,
    )
    _store(proposal, texts, of)
    begin_for(proposal)
    return proposal


def _store(proposal: Proposal, texts: list[dict], of: list):
    entry = shape_of(proposal.guideline).entry_field
    ProposalTarget.objects.bulk_create(
        ProposalTarget(proposal=proposal, position=position, **{entry: revision})
        for position, revision in enumerate(of, 1)
    )
    ProposedText.objects.bulk_create(
        ProposedText(proposal=proposal, position=position, texts=one) for position, one in enumerate(texts, 1)
    )


def _require_shape(guideline, kind, texts, of):
    if kind not in SIZES:
        raise BadTexts([Problem(("kind",), _("must be one of %s") % ", ".join(ProposalKind.values))])
    targets, parts = SIZES[kind]
    if not (targets[0] <= len(of) <= targets[1] and parts[0] <= len(texts) <= parts[1]):
        raise BadTexts([Problem(("kind",), str(IN_WORDS[kind]))])
    shape = shape_of(guideline)
    keys = [key_of(revision) for revision in of if isinstance(revision, shape.revision)]
    there = present.texts_of(guideline, keys)
    if len(keys) < len(of) or len(set(keys)) < len(of) or set(keys) - set(there):
        raise BadTexts([Problem(("of",), _("must name different entries that are in the guideline"))])


def _require_good(guideline, texts, of):
    found = [
        Problem((n, *problem.path), problem.reason)
        for n, one in enumerate(texts)
        for problem in checking.problems(guideline.kind, one)
    ]
    if not found and texts:
        gone = {key_of(revision) for revision in of}
        # Of the others their names are enough: whom they name is their own affair.
        blank = dict.fromkeys(checking.NEIGHBOURS, ())
        kept = [(key, blank | {"name": name}) for key, name in present.names(guideline).items()]
        kept = [(key, one) for key, one in kept if key not in gone]
        # A changed entry keeps its key; new ones get theirs when they are taken into a draft.
        keys = [*gone] if len(texts) == len(of) == 1 else [f"new/{n}" for n in range(len(texts))]
        problems = checking.together(guideline.kind, [*kept, *zip(keys, texts, strict=True)])
        found = [
            Problem((p.path[0] - len(kept), *p.path[1:]), p.reason)
            for p in problems
            if p.path[0] >= len(kept)
        ]
    if found:
        raise BadTexts(found)


def _require_new(guideline, origin):
    if origin is None:
        return
    earlier = guideline.proposals.open().filter(decision=origin.decision).first()
    if earlier is not None:
        raise BadTexts([Problem((), _("This correction is proposal %d already.") % earlier.n)])


def titled(proposal: Proposal) -> str:
    """What is proposed, in a line; wants `targets` and `parts` loaded."""
    old = ", ".join(f"“{target.revision.name}”" for target in proposal.targets.all())
    new = ", ".join(f"“{part.texts['name']}”" for part in proposal.parts.all())
    sentences = {
        ProposalKind.ADD: _("Add %(new)s"),
        ProposalKind.CHANGE: _("Change %(old)s"),
        ProposalKind.SPLIT: _("Split %(old)s into %(new)s"),
        ProposalKind.MERGE: _("Merge %(old)s into %(new)s"),
        ProposalKind.RETIRE: _("Retire %(old)s"),
    }
    return sentences[proposal.kind] % {"old": old, "new": new}
