import pytest

from review.disputes import Dispute, waiting_for
from review.workflow import CannotSettle
from tests.review.factories import judge, mistake, round_of, says, standings

EDITS = ["Stay with the hesitation.", "First reflect, then ask."]


def edited(item, ben, chloe):
    return [judge(item, who, says("edit", words)) for who, words in zip((ben, chloe), EDITS, strict=True)]


def test_a_wording_dispute_shows_the_edits_and_never_the_draft(item, ben, chloe):
    edited(item, ben, chloe)
    dispute = Dispute(item)
    assert sorted(text.words for text in dispute.texts) == sorted(EDITS)
    assert dispute.asks_equivalent and not dispute.asks_verdict
    assert [kind for kind, _ in dispute.differences[0]].count("same") >= 1


def test_a_verdict_dispute_hides_which_text_was_the_draft(ben, chloe, lena):
    round = round_of(9, [ben, chloe], lena)
    first = set()
    for item in round.items.all():
        judge(item, ben, says())
        judge(item, chloe, says("edit", EDITS[1]))
        texts = Dispute(item).texts
        assert [t.is_draft for t in texts].count(True) == 1
        first.add(texts[0].is_draft)
        assert [t.token for t in Dispute(item).texts] == [t.token for t in texts]
    assert first == {True, False}


@pytest.mark.parametrize(
    "gives_draft, gives_edit, verdict",
    [(True, False, "accept"), (False, True, "edit"), (False, False, "reject")],
)
def test_what_dan_would_give_is_the_verdict(item, ben, chloe, dan, gives_draft, gives_edit, verdict):
    judge(item, ben, says())
    edit = judge(item, chloe, says("edit", EDITS[1]))
    dispute = Dispute(item)
    approved = {text.token: gives_draft if text.is_draft else gives_edit for text in dispute.texts}
    dispute.settle(by=dan, approved=approved, reason="Read blind.")
    expected = {"verdict": ("settled", verdict)}
    if verdict == "edit":
        expected["wording"] = ("settled", [str(edit.public_id)])
    assert standings(item) == expected


def test_a_text_changed_meanwhile_is_looked_at_again(item, ben, chloe, dan):
    judge(item, ben, says())
    judge(item, chloe, says("edit", EDITS[0]))
    seen = {text.token: True for text in Dispute(item).texts}
    judge(item, chloe, says("edit", EDITS[1]), minutes=1)
    with pytest.raises(CannotSettle, match="look at it again"):
        Dispute(item).settle(by=dan, approved=seen, reason="Read blind.")


def test_the_same_words_from_two_readers_are_one_text(item, ben, chloe, dan):
    ids = [str(judge(item, who, says("edit", EDITS[0])).public_id) for who in (ben, chloe)]
    dispute = Dispute(item)
    [text] = dispute.texts
    assert not dispute.asks_equivalent
    dispute.settle(by=dan, approved={text.token: True}, reason="One text.")
    assert standings(item)["wording"] == ("settled", sorted(ids))


def test_findings_are_chosen_from_what_readers_found(ben, chloe, dan, lena):
    item = round_of(10, [ben, chloe], lena).items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("minimising", (4,)), mistake("interrupting", (2,))]))
    judge(item, chloe, says(None, findings=[mistake("interrupting", (2,))]))
    dispute = Dispute(item)
    names = [p.name for p in dispute.proposed]
    assert names == ["Interrupts the client", "Plays the problem down"] and not dispute.texts
    dispute.settle(by=dan, found=[dispute.proposed[0].token], reason="Only this.")
    [found] = standings(item)["findings"][1]
    assert found == {"mistake": "interrupting", "utterances": [3], "severities": [2]}


def test_dan_is_not_offered_what_he_read(item, ben, chloe, dan):
    edited(item, ben, chloe)
    assert list(waiting_for(dan)) == [item] and list(waiting_for(ben)) == []
