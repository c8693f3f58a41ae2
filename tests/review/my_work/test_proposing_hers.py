"""Her own approved words become a proposal for the guideline in one click; clinicians decide, and nobody is swayed."""

import pytest
from django.utils import timezone

from accounts.models import Grant
from accounts.roles import Refused
from guidelines import access as guidelines_access
from guidelines.models import Proposal
from guidelines.proposals.taking import take
from review import feedback
from review.appealing import appeal, grant_appeals
from review.models import Item
from review.raters import rater_for
from review.releasing import move_release
from review.rounds import close_round
from review.workflow import adjudicate
from synthesis.models import Mark
from tests.conftest import person
from tests.review.factories import judge, round_of, says
from tests.review.my_work.test_my_work import EDIT, HERS, REASON, page, settled, words

__all__ = ["settled"]


@pytest.fixture
def approved(round, item, ben, chloe, lena):
    judge(item, ben, says("edit", HERS))
    judge(item, chloe, says("edit", EDIT))
    adjudicate(
        item=item, by=person("Dora", "adjudicator"), equivalent=True, reason="Both.",
        approved_edits=[str(d.public_id) for d in item.decisions.all()],
    )  # fmt: skip
    close_round(round=round, by=lena)
    return Item.objects.get(pk=item.pk)


def test_a_clinician_proposes_her_approved_words_in_one_click(log_in, approved, ben):
    Grant.objects.create(user=ben, role="clinician")
    client = log_in(type(ben).objects.get(pk=ben.pk))
    assert "Propose them as a correction of “Gives advice too soon”" in words(client.get(page(approved)))
    answer = client.post(page(approved) + "propose/", {"pair": "premature-advice"})
    made = Proposal.objects.get()
    assert answer.url.endswith(f"/proposals/{made.n}/") and made.by == ben
    assert made.parts.get().texts["corrections"] == ["reflect first", HERS] and made.words_by == ben
    assert "Proposal 1" in words(client.get(page(approved)))


def test_one_who_is_no_clinician_proposes_hers_and_clinicians_decide(log_in, approved, ben, ana):
    client = log_in(ben)
    shown = words(client.get(page(approved)))
    assert "Clinicians vote on it and decide" in shown and "Cut them down first" not in shown
    told = client.post(page(approved) + "propose/", {"pair": "premature-advice"}, follow=True)
    made = Proposal.objects.get()
    assert made.by == made.words_by == ben and made.parts.get().texts["corrections"][-1] == HERS
    assert "what becomes of it stands here" in words(told) and "Proposal 1 (open)" in words(told)
    # What colleagues say of it is not for her, nor does anything stand there to be clicked once more.
    address = f"/guidelines/{made.guideline.slug}/proposals/{made.n}/"
    assert address not in told.content.decode() and client.get(address).status_code == 403
    client.post(page(approved) + "propose/", {"pair": "premature-advice"})
    assert Proposal.objects.count() == 1
    assert HERS in words(log_in(ana).get(address))
    taken = take(proposal=made, by=ana, seen={"premature-advice": 1})
    assert HERS in taken.entries.get(pair_revision__pair__key="premature-advice").pair_revision.corrections
    assert "Proposal 1 (taken into the draft)" in words(log_in(ben).get(page(approved)))


def test_what_is_not_hers_she_does_not_propose_and_nobody_else_proposes_hers(approved, ben, chloe, dan, ana):
    mine, theirs = (approved.decisions.get(rater__user=who) for who in (ben, chloe))
    given = {"pair": "premature-advice", "correction": HERS, "reason": "Helps."}
    for decision, by, why in (
        (theirs, ben, "Only clinicians and leads see the corrections"),
        (mine, chloe, "Only clinicians and leads see the corrections"),
        (mine, dan, "Only clinicians and leads see the corrections"),
    ):
        with pytest.raises(Refused, match=why):
            feedback.propose(decision=feedback.find(decision.public_id), by=by, **given)
    assert not Proposal.objects.exists()
    # By the guideline's own rule too: of no words but hers.
    assert not guidelines_access.may_propose(ben) and not guidelines_access.may_propose(ben, words_by=chloe)
    assert guidelines_access.may_propose(ben, words_by=ben)


def test_she_proposes_as_soon_as_she_reads_how_it_was_resolved(log_in, round, item, ben, chloe, dan, lena):
    """Its own round may be open still; while another one has the session, her words would say what was found."""
    judge(item, ben, says("edit", HERS))
    judge(item, chloe, says("accept"))
    mine = item.decisions.get(rater__user=ben)
    adjudicate(item=item, by=dan, verdict="edit", approved_edits=[str(mine.public_id)], reason=REASON)
    client, sent = log_in(ben), {"pair": "premature-advice"}
    assert client.post(page(item) + "propose/", sent).status_code == 404
    move_release(round=round, to=timezone.now(), by=lena)
    versions = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}
    others = [person("Noor", "annotator"), person("Omar", "annotator")]
    again = round_of(1, others, lena, name="Again", instances=[item.instance], **versions)
    refused = client.post(page(item) + "propose/", sent)
    assert refused.status_code == 403 and "judged again in an open round" in words(refused)
    close_round(round=again, by=lena)
    client.post(page(item) + "propose/", sent)
    assert Proposal.objects.get().by == ben
    # Nobody who judges, or settles, in the round reads it meanwhile.
    for who in (chloe, dan):
        Grant.objects.create(user=who, role="clinician")
        address = f"/guidelines/{round.pairs_version.guideline.slug}/proposals/1/"
        assert log_in(type(who).objects.get(pk=who.pk)).get(address).status_code == 404


def test_of_a_session_at_risk_a_lead_proposes(log_in, approved, ben):
    Mark.objects.create(
        instance=approved.instance, kind="tier", tier="ideation", by_machine="rule", reason="words"
    )
    refused = log_in(ben).post(page(approved) + "propose/", {"pair": "premature-advice"})
    assert refused.status_code == 403 and "a lead proposes what was written there" in words(refused)


def test_words_that_are_not_hers_are_not_hers_to_propose(log_in, settled, ben):
    Grant.objects.create(user=ben, role="clinician")
    client = log_in(type(ben).objects.get(pk=ben.pk))
    assert client.post(page(settled) + "propose/", {"pair": "premature-advice"}).status_code == 404


def test_her_words_go_to_a_mistake_that_she_found_and_to_no_other(log_in, approved, ben):
    client = log_in(ben)
    offered = client.get(page(approved)).context["offer"].pairs
    assert list(offered) == ["premature-advice"]
    for other in ("minimising", "", "no-such-pair"):
        told = client.post(page(approved) + "propose/", {"pair": other}, follow=True)
        assert "choose one of those offered" in words(told) and not Proposal.objects.exists(), other
    client.post(page(approved) + "propose/", {"pair": "premature-advice"})
    assert Proposal.objects.count() == 1


def test_what_was_judged_anew_since_is_proposed_by_nobody(log_in, approved, ben, chloe, ana, lena):
    """As the list of corrections leaves it out: others rejected what was approved."""
    made = appeal(item=approved, by=chloe, reason="The draft was right.")
    others = [rater_for(person(name, "annotator")) for name in ("Noor", "Omar")]
    versions = {name: getattr(approved.round, name) for name in ("pairs_version", "rubric_version")}
    anew = grant_appeals(appeals=[made], name="Anew", raters=others, by=lena, **versions)
    for rater in others:
        judge(anew.items.get(), rater.user, says("reject"))
    close_round(round=anew, by=lena)
    refused = log_in(ben).post(page(approved) + "propose/", {"pair": "premature-advice"})
    assert refused.status_code == 403 and "judged anew since" in words(refused)
    assert "Propose them as a correction" not in words(log_in(ben).get(page(approved)))
    mine = feedback.find(approved.decisions.get(rater__user=ben).public_id)
    with pytest.raises(Refused, match="judged anew since"):
        feedback.propose(decision=mine, by=ana, pair="premature-advice", correction="x", reason="y")
    assert not feedback.approved().exists() and not Proposal.objects.exists()
