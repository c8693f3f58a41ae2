"""Words put before one's colleagues: read, proposed, voted on, taken, declined, withdrawn."""

from django.http import Http404
from rest_framework.response import Response

from accounts import asking
from accounts.roles import require
from guidelines import access, publishing
from guidelines.api import representing
from guidelines.api.describing import describes, query
from guidelines.api.door import Door
from guidelines.api.shapes import proposals as shapes
from guidelines.api.shapes.versions import VersionInFull
from guidelines.api.threads import BEFORE, said
from guidelines.api.versions import told as told_version
from guidelines.discussion import mentioning
from guidelines.kinds import shape_of
from guidelines.models import Proposal as ProposalRow
from guidelines.proposals import deciding, showing, taking, voting


def head(one: ProposalRow, title: str, votes: dict) -> dict:
    return {
        "n": one.n,
        "kind": one.kind,
        "title": title,
        "state": one.state,
        "by": representing.person(one.by),
        "at": representing.moment(one.at),
        "reason": one.reason,
        "source": one.source,
        "votes": {choice: votes.get(choice, 0) for choice in ("for", "against", "abstain")},
    }


def in_full(one: ProposalRow, user) -> dict:
    shown = showing.shown(one, user)
    names = ("vote", "take", "decline", "withdraw")
    return head(one, shown["title"], shown["counted"]) | {
        "of": [
            {
                "key": row["key"],
                "read": row["base"].n,
                "now": row["now"].n if row["now"] else None,
                "stale": row["stale"],
                "changed": representing.changes(row["changed"]),
            }
            for row in shown["targets"]
        ],
        "texts": [
            {
                "texts": part["revision"].texts,
                "against": [
                    {"name": other["name"], "changes": representing.changes(other["fields"])}
                    for other in part["against"]
                ],
            }
            for part in shown["parts"]
        ],
        "given": [
            {
                "by": representing.person(vote.voter),
                "choice": vote.choice,
                "reason": vote.reason,
                "at": representing.moment(vote.at),
            }
            for vote in shown["votes"]
        ],
        "remarks": [said(place) for place in shown["stream"]],
        "thread": one.thread.n,
        "you_may": representing.answers(**{name: shown[f"may_{name}"] for name in names}),
    }


class Proposals(Door):
    may = {"GET": access.may_discuss, "POST": access.may_propose}

    @describes(
        "proposals", "The proposals of a guideline, newest first", gives=shapes.Proposals,
        parameters=[query("state", "open, or closed.", enum=["open", "closed"]), BEFORE],
    )  # fmt: skip
    def get(self, request, slug):
        found = ProposalRow.objects.filter(guideline=self.guideline)
        closed = request.GET.get("state") == "closed"
        found = showing.seen_by(request.user, found.closed() if closed else found.open())
        rows, more = showing.page_of(found, asking.number(request, "before"))
        choices = ("for", "against", "abstain")
        heads = [
            head(row["proposal"], row["title"], {c: getattr(row["proposal"], f"n_{c}") for c in choices})
            for row in rows
        ]
        return Response({"proposals": heads, "more": more})

    @describes(
        "propose", "Propose to add, change, split, merge or retire an entry", status=201,
        gives=shapes.Proposal, asks=shapes.Propose, refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug):
        """`of` names the texts that it is about, as you read them; `texts` says those that are to be."""
        sent = self.read(shapes.Propose)
        made = publishing.propose_pair(
            guideline=self.guideline,
            kind=sent["kind"],
            texts=sent["texts"],
            of=[self._read_text(**one) for one in sent["of"]],
            by=request.user,
            reason=sent["reason"],
        )
        return Response(in_full(showing.loaded(self.guideline, made.n), request.user), status=201)

    def _read_text(self, key: str, revision: int):
        shape = shape_of(self.guideline)
        at = {f"{shape.identity_field}__guideline": self.guideline, f"{shape.identity_field}__key": key}
        found = shape.revision.objects.select_related(shape.identity_field).filter(n=revision, **at).first()
        if found is None:
            raise Http404
        return found


class OneProposal(Door):
    may = {"POST": access.may_discuss}

    def found(self, n) -> ProposalRow:
        found = showing.visible(self.guideline, n, self.request.user)
        if found is None:
            raise Http404
        return found

    def told(self, n) -> Response:
        return Response(in_full(self.found(n), self.request.user))


class Proposal(OneProposal):
    may = {"GET": access.may_discuss}

    @describes("proposal", "One proposal, its votes and its discussion", gives=shapes.Proposal)
    def get(self, request, slug, n):
        """You speak in its discussion at threads/N/, where N is `thread`."""
        found = self.found(n)
        mentioning.seen(by=request.user, threads=[found.thread])
        return Response(in_full(found, request.user))


class Vote(OneProposal):
    @describes("proposal_vote", "Vote on a proposal", gives=shapes.Proposal, asks=shapes.Vote, refuses=(409,))
    def post(self, request, slug, n):
        """Clinicians vote, each on the proposals of others; a later vote takes the place of your earlier one."""
        found = self.found(n)
        require(access.may_vote(request.user, found))
        voting.vote(proposal=found, by=request.user, **self.read(shapes.Vote))
        return self.told(n)


class Take(OneProposal):
    may = {"POST": access.may_write}
    bad_texts = 409

    @describes(
        "proposal_take", "Take a proposal into the draft", gives=VersionInFull, asks=shapes.Take,
        refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug, n):
        """As its proposer's words. `seen` names the texts that stand now, as you read them. Where one was changed
        since it was proposed, say `confirmed`, or send your own wording of a change as `merged`.
        """
        found, sent = self.found(n), self.read(shapes.Take)
        version = taking.take(
            proposal=found,
            by=request.user,
            seen=sent["seen"],
            confirmed=sent["confirmed"],
            merged=sent.get("merged"),
        )
        return told_version(version, request.user)


class Decline(OneProposal):
    may = {"POST": access.may_write}

    @describes(
        "proposal_decline", "Decline a proposal", gives=shapes.Proposal, asks=shapes.Decline, refuses=(409,)
    )
    def post(self, request, slug, n):
        deciding.decline(proposal=self.found(n), by=request.user, **self.read(shapes.Decline))
        return self.told(n)


class Withdraw(OneProposal):
    @describes(
        "proposal_withdraw", "Withdraw your proposal", gives=shapes.Proposal, asks=shapes.Withdraw, refuses=(409,)
    )  # fmt: skip
    def post(self, request, slug, n):
        deciding.withdraw(proposal=self.found(n), by=request.user, **self.read(shapes.Withdraw))
        return self.told(n)
