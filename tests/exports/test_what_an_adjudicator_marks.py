"""A mistake that an adjudicator alone marked counts wherever the findings of a settled session are counted."""

import pytest

from exports import sampled
from exports.edited_turns import AT_THE_TURN, EditedTurns
from exports.selecting import Selection
from review import by_pair
from review.rounds import close_round
from synthesis.models import Opening
from tests.review.factories import judge, made_instances, mistake, published_pairs, round_of, says, settle

WORDS = "Something holds you back each time. What is it like just before you ring?"
SAID = [
    {"id": 1, "speaker": "counsellor", "text": "What brings you here today?"},
    {"id": 2, "speaker": "client", "text": "I keep putting off a call to my brother."},
    {"id": 3, "speaker": "counsellor", "text": WORDS},
]


def settled(instances, pairs, ben, chloe, dan, lena, *, marked):
    """All read without the draft, where Ben interrupts turn 5 and Chloe finds nothing; Dan settles by his own marks."""
    round = round_of(0, [ben, chloe], lena, instances=instances, pairs_version=pairs, unaided_share=1)
    for item in round.items.all():
        judge(item, ben, says(None, findings=[mistake("interrupting", (4,))]))
        judge(item, chloe, says(None, findings=[]))
        settle(item, dan, [], marked=marked)
    return close_round(round=round, by=lena)


@pytest.mark.parametrize("mistake_marked, showed", [("premature-advice", 10), ("minimising", 0)])
def test_the_intended_mistake_showed_where_she_alone_marked_it(ben, chloe, dan, lena, mistake_marked, showed):
    pairs = published_pairs()
    own = [{"mistake": mistake_marked, "utterances": [3], "severity": 2}]
    round = settled(made_instances(10, pairs), pairs, ben, chloe, dan, lena, marked=own)
    # The rate of the card is that of the readers without the draft: what she marked alone they did not find.
    assert "named it in 0 % of 10 sessions" in sampled.manifestation([round])
    found = by_pair.coverage(pairs.guideline)["premature-advice"].showed
    assert (found.part, found.n) == (showed, 10)


@pytest.mark.parametrize("turn, left_out", [(3, {AT_THE_TURN: 10}), (1, {})])
def test_an_edited_turn_at_which_she_alone_marked_a_mistake_does_not_leave(
    ana, ben, chloe, dan, lena, turn, left_out
):
    pairs = published_pairs()
    edits = []
    for original in made_instances(10, pairs):
        edits += made_instances(1, pairs, origin="edit", parent=original)
        Opening.objects.create(
            instance=edits[-1], utterances=SAID, before="You should simply ring him tonight.", reason="Soon.", by=ana
        )  # fmt: skip
    own = [{"mistake": "minimising", "utterances": [turn], "severity": 1}]
    round = settled(edits, pairs, ben, chloe, dan, lena, marked=own)
    found = EditedTurns(Selection([round]))
    assert dict(found.left_out) == left_out and len(found.items) == 10 - sum(left_out.values())
