"""In one turn a mistake has one severity, whoever marked it: where readers differ on it, an adjudicator chooses."""

import pytest

from review.disputes import Dispute
from review.workflow import CannotSettle, adjudicate
from tests.review.factories import judge, mistake, round_of, says, settle, standings
from tests.review.test_marking_in_disputes import SETTLING, Steps, found, part, value
from tests.review.test_pages import words


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(10, [ben, chloe], lena)


@pytest.fixture
def unlike(round, ben, chloe):
    """Both mark the interruption at turn 3: Ben as minor, Chloe as harmful; Ben marks another mistake."""
    item = round.items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2,), 1), mistake("minimising", (4,))]))
    judge(item, chloe, says(None, findings=[mistake("interrupting", (2,), 3)]))
    return item


def test_the_same_mistake_in_the_same_turns_is_one_finding_with_a_choice_of_severity(unlike, dan):
    [theirs, _minimising] = Dispute(unlike).proposed
    assert (theirs.mistake, theirs.utterances, theirs.severities) == ("interrupting", (3,), (1, 3))
    with pytest.raises(CannotSettle, match="its readers differ on how serious it is"):
        settle(unlike, dan, ["interrupting"])
    with pytest.raises(CannotSettle, match="its readers differ on how serious it is"):
        settle(unlike, dan, ["interrupting"], severities={theirs.token: 2})
    settle(unlike, dan, ["interrupting"], severities={theirs.token: 3})
    assert found(unlike) == [("interrupting", [3], [3])]


def test_two_severities_of_one_mistake_in_one_turn_never_both_stand(unlike, round, ben, chloe, dan):
    both = [{"mistake": "interrupting", "utterances": [3], "severity": one} for one in (1, 3)]
    with pytest.raises(CannotSettle, match="Interrupts the client, turn 3: two severities are chosen"):
        adjudicate(item=unlike, by=dan, findings=both, reason="So.")
    # Nor where the readers marked other turns beside it.
    item = round.items.filter(arm="unaided").exclude(pk=unlike.pk).first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2, 4), 1), mistake("minimising", (4,))]))
    judge(item, chloe, says(None, findings=[mistake("interrupting", (2,), 3)]))
    with pytest.raises(CannotSettle, match="turn 3: two severities"):
        settle(item, dan, ["interrupting"])
    assert standings(item)["findings"] == standings(unlike)["findings"] == ("disputed", None)


def test_as_serious_in_overlapping_turns_both_stand(round, ben, chloe, dan):
    item = round.items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2, 4), 2), mistake("minimising", (4,))]))
    judge(item, chloe, says(None, findings=[mistake("interrupting", (2,), 2)]))
    settle(item, dan, ["interrupting"])
    assert found(item) == [("interrupting", [3, 5], [2])]


def test_the_severity_is_chosen_by_clicking(log_in, unlike, dan):
    steps = Steps(log_in(dan), unlike)
    page = steps.first(any_mistake="yes", finding=["interrupting"])
    [theirs, _minimising] = Dispute(unlike).proposed
    assert "Interrupts the client, turn 3, minor or harmful" in words(page)
    assert "Interrupts the client, turn 3: how serious?" in words(page)
    given = SETTLING | {"any_mistake": "yes", "finding": [theirs.token]}
    refused = steps.send(given)
    assert refused.status_code == 400 and "Its readers differ on it; say which stands." in words(refused)
    assert value(refused, "finding") == [theirs.token] and value(refused, "reason") == SETTLING["reason"]
    assert "Settled" in words(steps.send(given | {f"severity-{theirs.token}": "1"}))
    assert found(unlike) == [("interrupting", [3], [1])]


def test_the_severity_that_dan_gave_first_is_filled_in(log_in, unlike, dan):
    steps = Steps(log_in(dan), unlike)
    page = steps.first(any_mistake="yes", **part(0, mistake="interrupting", turns=[3], severity=3))
    [theirs, _minimising] = Dispute(unlike).proposed
    assert value(page, "finding") == [theirs.token] and value(page, f"severity-{theirs.token}") == 3
