"""A wording that an adjudicator writes or merges leaves as an approved one, is shown to agents as one, and may be proposed
for the guideline, each time with where it came from.
"""

import pytest

from accounts.models import Role
from exports.building import freeze
from guidelines.models import ProposalKind
from review import examples, feedback
from review.disputes import Dispute
from review.models import Decision
from review.rounds import close_round
from review.workflow import reading_again
from tests.conftest import person
from tests.exports.test_what_leaves import everything, rows
from tests.review.factories import judge, mistake, round_of, says, settle

OWN = "Stay with what holds her back about the call, reflect it in one sentence, and wait for her answer."
EDITS = (
    "Reflect first; then ask what the call would mean.",
    "Name one thing to try, and say why it helps her.",
)


@pytest.fixture
def round(artefacts, ben, chloe, lena):
    return round_of(3, [ben, chloe], lena, unaided_share=0)


def disputed(item, ben, chloe):
    """Ben and Chloe edit, each in words of her own."""
    found = [mistake("minimising")]
    judge(item, ben, says("edit", EDITS[0], findings=found))
    judge(item, chloe, says("edit", EDITS[1], findings=[*found, mistake(pair=None, turns=(0,))]))
    return item


def begun(item, *words) -> list[str]:
    return [text.token for text in Dispute(item).texts if text.words in words]


@pytest.mark.parametrize(
    "given, from_, author",
    [
        ((), (), "an adjudicator"),
        ((), EDITS, "model, edited by reviewers and an adjudicator"),
        (EDITS[:1], EDITS[1:], "model, edited by reviewers and an adjudicator"),
    ],
)
def test_her_wording_leaves_as_approved_with_its_author(round, ben, chloe, dan, lena, given, from_, author):
    item = disputed(round.items.first(), ben, chloe)
    settle(item, dan, given, written=OWN, begun=begun(item, *from_))
    dataset = freeze(name="First", rounds=[close_round(round=round, by=lena)], by=lena)
    good = {row["messages"][-1]["content"]: row["text_by"] for row in rows(dataset, "sft")}
    assert good == {OWN: author} | dict.fromkeys(given, "model, edited by a reviewer")
    assert {row["chosen"][0]["content"] for row in rows(dataset, "preference")} == {OWN, *given}
    labels = {row["completion"][0]["content"]: row["label"] for row in rows(dataset, "unpaired")}
    assert labels == {OWN: True} | dict.fromkeys(given, True) | {Dispute(item).judged["draft"]: False}
    # What was not approved leaves nowhere.
    assert [text for text in EDITS if text not in given and text in everything(dataset)] == []


def test_a_wording_begun_from_the_draft_says_so(round, ben, chloe, dan, lena):
    item = round.items.first()
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    settle(item, dan, [], written=OWN, begun=begun(item, Dispute(item).judged["draft"]))
    dataset = freeze(name="First", rounds=[close_round(round=round, by=lena)], by=lena)
    assert [row["text_by"] for row in rows(dataset, "sft")] == ["model, edited by an adjudicator"]


def test_what_a_second_adjudicator_writes_leaves_nowhere(round, ben, chloe, dan, lena, monkeypatch):
    monkeypatch.setattr(reading_again, "ONE_IN", 1)
    dora = person("Dora", Role.ADJUDICATOR)
    item = disputed(round.items.first(), ben, chloe)
    settle(item, dan, EDITS[:1])
    settle(item, dora, [], written=OWN, reason="DORA'S REASON")
    dataset = freeze(name="First", rounds=[close_round(round=round, by=lena)], by=lena)
    assert OWN not in everything(dataset) and "DORA" not in everything(dataset)
    assert [row["messages"][-1]["content"] for row in rows(dataset, "sft")] == [EDITS[0]]
    assert "not recorded: 1 settled disputes drawn for it, 1 judged" in everything(dataset)


def test_the_card_says_how_often_a_dispute_was_settled_otherwise(round, ben, chloe, dan, lena, monkeypatch):
    monkeypatch.setattr(reading_again, "ONE_IN", 1)
    dora = person("Dora", Role.ADJUDICATOR)
    for item in round.items.all()[:2]:
        settle(disputed(item, ben, chloe), dan, EDITS[:1])
        settle(item, dora, EDITS[item.position % 2 :][:1])
    dataset = freeze(name="First", rounds=[close_round(round=round, by=lena)], by=lena)
    said = "1 of 2 (50 %) settled otherwise, 95 % interval by Wilson 0.09 to 0.91; 2 drawn, 2 judged, 0 not comparable"
    assert said in everything(dataset)


def test_her_wording_is_an_example_and_a_correction_to_propose(round, ben, chloe, dan, lena, ana):
    item = disputed(round.items.first(), ben, chloe)
    settle(item, dan, [], written=OWN)
    close_round(round=round, by=lena)
    assert [one.edited for one in examples.edits(round.pairs_version)] == [OWN]
    decision = Decision.objects.settling().get()
    [row], unseen, _more = feedback.page_of(feedback.approved(), ana, None)
    # It goes by what the readers found, each mistake once.
    assert row.decision == decision and unseen == 0
    assert row.mistakes == ["Plays the problem down", "a mistake that is not in the guideline"]
    found = feedback.visible(decision.public_id, ana)
    assert feedback.keys(found) == ["minimising"]
    proposal = feedback.propose(
        decision=found, by=ana, correction=OWN, reason="It helps with others too.", pair="minimising"
    )
    assert proposal.kind == ProposalKind.CHANGE and proposal.decision == decision.public_id
    assert proposal.words_by == dan


def test_a_readers_edit_beside_it_is_none_to_propose_unless_approved(round, ben, chloe, dan, lena, ana):
    item = disputed(round.items.first(), ben, chloe)
    settle(item, dan, [], written=OWN)
    close_round(round=round, by=lena)
    edit = Decision.objects.readers().filter(item=item).first()
    with pytest.raises(feedback.CannotPropose, match="Only an edit whose words were approved"):
        feedback.propose(decision=edit, by=ana, correction=OWN, reason="Because.", pair="minimising")
