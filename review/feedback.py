"""A correction made in review becomes a proposal for the guideline, which leads back to the session."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import require
from guidelines import present, publishing
from guidelines.models import Guideline, Kind, PairRevision, Proposal, ProposalKind
from guidelines.proposals.origins import Origin
from review import access
from review.corrections.access import may_propose_from
from review.models import (
    Arm,
    Aspect,
    Decision,
    DecisionKind,
    Item,
    RoundState,
    Standing,
    StandingState,
)
from synthesis.models import Intended

PAGE = 25


class CannotPropose(ValueError):
    """This judgement holds no correction to propose; the message says why."""


@dataclass(frozen=True)
class Correction:
    """An approved edit, the mistakes that its reader found (where an adjudicator wrote it, those that the readers found),
    and what has become of it.
    """

    decision: Decision
    mistakes: list[str]
    proposals: list[Proposal]


def approved(guideline: Guideline | None = None, pair: str = ""):
    """Wordings that were settled in closed rounds of people, newest first; not those judged anew since. While an appeal
    is judged, what was settled stands.

    `pair`: the key of a pair of the guideline that the sessions were to show, alone or beside others.
    """
    found = Standing.objects.filter(
        aspect=Aspect.WORDING,
        state=StandingState.SETTLED,
        item__arm=Arm.AIDED,  # of a rewriting the words are a reply, and no correction of a mistake
        item__round__state=RoundState.CLOSED,
        item__round__rehearsal=False,
    ).exclude(item__in=Item.objects.judged_anew().values("pk"))
    if guideline is not None:
        found = found.filter(item__round__pairs_version__guideline=guideline)
        if pair:
            planned = PairRevision.objects.filter(pair__guideline=guideline, pair__key=pair)
            also = Intended.objects.filter(pair_revision__in=planned)
            shows = Q(item__instance__pair_revision__in=planned) | Q(
                item__instance__in=also.values("instance")
            )
            found = found.filter(shows)
    return found.order_by("-pk")


def page_of(standings, user, before: int | None) -> tuple[list[Correction], int, int | None]:
    """One page of corrections, how many of it she may not see, and where the next one begins."""
    standings = standings.exclude(item__instance__cell__in=access.hidden_cells(user))
    if before is not None:
        standings = standings.filter(pk__lt=before)
    rows = list(standings[: PAGE + 1])
    named = [name for row in rows[:PAGE] for name in row.outcome]
    decisions = {str(decision.public_id): decision for decision in _decisions().filter(public_id__in=named)}
    proposals: dict[str, list[Proposal]] = {}
    for one in Proposal.objects.filter(decision__in=named).select_related("guideline").order_by("n"):
        proposals.setdefault(str(one.decision), []).append(one)
    found = [decisions[name] for name in named if name in decisions]
    seen = [one for one in found if roles.may_lead(user) or not access.at_risk(one.item.instance)]
    shown = [Correction(one, _mistakes(one), proposals.get(str(one.public_id), [])) for one in seen]
    return shown, len(found) - len(seen), rows[PAGE - 1].pk if len(rows) > PAGE else None


def _decisions():
    readers = (
        Decision.objects.in_force().counting().only("item")
        .prefetch_related("findings__pair_revision__pair").order_by("n")
    )  # fmt: skip
    return Decision.objects.exclude(reading__seat__observer=True).select_related(
        "item__round__pairs_version__guideline", "item__instance__profile", "rater__user"
    ).prefetch_related(
        "findings__pair_revision__pair", "item__instance__marks", "item__instance__profile__marks",
        Prefetch("item__decisions", queryset=readers, to_attr="readers"),
    )  # fmt: skip


def find(public_id) -> Decision | None:
    return _decisions().filter(public_id=public_id).first()


def visible(public_id, user) -> Decision | None:
    """An edit; None where there is none, and just so where she has still to judge the session or may settle it: even a
    refusal would tell her that it was corrected.
    """
    found = find(public_id)
    return found if found and found.edited_text and not access.judges(user, found.item.instance) else None


def _mistakes(decision: Decision) -> list[str]:
    """Names of the mistakes found, as the guideline version of the round has them."""
    return [
        revision.name if revision else _("a mistake that is not in the guideline")
        for revision in _found(decision)
    ]


def keys(decision: Decision) -> list[str]:
    return [revision.pair.key for revision in _found(decision) if revision]


def _found(decision: Decision) -> list[PairRevision | None]:
    """What its reader found; None is what the guideline has not. Who wrote the wording of a dispute goes by what the
    readers found, each mistake once.
    """
    if decision.kind == DecisionKind.READING:
        return [found.pair_revision for found in decision.findings.all()]
    found = [finding.pair_revision for reader in decision.item.readers for finding in reader.findings.all()]
    return list({revision and revision.pk: revision for revision in found}.values())


def suggested(decision: Decision) -> str:
    """The lines that the edit put in: where a correction is to be found; the proposer cuts it out."""
    before = {line.strip() for line in decision.judged["draft"].splitlines()}
    lines = [line.strip() for line in decision.edited_text.splitlines()]
    return "\n".join(line for line in lines if line and line not in before)


def propose(
    *,
    decision: Decision,
    by,
    correction: str,
    reason: str,
    pair: str | None = None,
    name: str = "",
    shows: str = "",
) -> Proposal:
    """Propose the correction as a further acceptable one of this pair, or with a new pair of `name` and `shows`.

    Raises Refused, CannotPropose, or BadTexts as guidelines.publishing.propose_pair does.
    """
    require(may_propose_from(by, decision))
    _require_approved(decision)
    guideline = decision.pairs_version.guideline
    if guideline.kind != Kind.PAIRS:
        raise CannotPropose(_("This was not judged by mistakes and corrections."))
    origin = Origin(
        instance=decision.item.instance.public_id,
        decision=decision.public_id,
        words_by=decision.rater.user,
    )
    given = {"guideline": guideline, "by": by, "reason": reason, "origin": origin}
    if pair is None:
        texts = {"name": name, "shows": shows, "corrections": [correction]}
        return publishing.propose_pair(kind=ProposalKind.ADD, texts=[texts], **given)
    now = present.text_of(guideline, pair)
    if now is None:
        raise CannotPropose(_("“%s” is no longer in the guideline.") % pair)
    texts = now.texts | {"corrections": [*now.corrections, correction]}
    return publishing.propose_pair(kind=ProposalKind.CHANGE, texts=[texts], of=[now], **given)


def _require_approved(decision: Decision):
    wording = decision.item.standings.filter(aspect=Aspect.WORDING, state=StandingState.SETTLED).first()
    edited = decision.edited_text and decision.item.arm == Arm.AIDED
    if not edited or wording is None or str(decision.public_id) not in wording.outcome:
        raise CannotPropose(_("Only an edit whose words were approved becomes a proposal."))
