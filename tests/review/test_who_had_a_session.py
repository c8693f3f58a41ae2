"""Whoever has had a session before, or was shown what its readers said, neither reads nor settles its appeal."""

import pytest

from accounts.models import Role
from accounts.roles import Refused
from review import access, disputes
from review.appealing import appeal, grant_appeals
from review.matching import CannotMakeRound
from review.raters import rater_for
from review.rounds import close_round
from review.workflow import adjudicate
from tests.conftest import person
from tests.review.factories import judge, says


@pytest.fixture
def olga(db):
    """She settles disputes and reads."""
    return person("Olga", Role.ADJUDICATOR, Role.ANNOTATOR)


@pytest.fixture
def appealed(round, item, ben, chloe, dan, olga, lena):
    """Olga took the first step of the dispute and was shown what its readers said; Dan settled it; Ben appeals."""
    judge(item, ben, says("accept"))
    judge(item, chloe, says("reject"))
    found = disputes.of(item, olga)
    found.judge_first(by=olga, approved={text.token: True for text in found.texts})
    adjudicate(item=item, by=dan, verdict="reject", reason="It advises too soon.")
    close_round(round=round, by=lena)
    return appeal(item=item, by=ben, reason="The advice was asked for.")


def granted(made, lena, *readers):
    round = made.item.round
    return grant_appeals(
        appeals=[made], name="Appeals", raters=[rater_for(one) for one in readers], by=lena,
        pairs_version=round.pairs_version, rubric_version=round.rubric_version,
    )  # fmt: skip


def test_who_was_shown_its_readers_words_in_a_dispute_does_not_read_the_appeal(appealed, olga, lena):
    with pytest.raises(CannotMakeRound, match="Olga"):
        granted(appealed, lena, olga, person("Noor", Role.ANNOTATOR))


def test_who_settled_it_or_was_shown_it_does_not_settle_the_appeal(appealed, dan, olga, lena):
    noor, omar = (person(name, Role.ANNOTATOR) for name in ("Noor", "Omar"))
    item = granted(appealed, lena, noor, omar).items.get()
    judge(item, noor, says("accept"))
    judge(item, omar, says("reject"))
    for known in (dan, olga):
        assert not access.may_settle(known, item) and item not in disputes.waiting_for(known)
        assert disputes.longest_waiting(known, 5) == []
        with pytest.raises(Refused, match="settled this session before"):
            adjudicate(item=item, by=known, verdict="reject", reason="As I said.")
    dora = person("Dora", Role.ADJUDICATOR)
    assert disputes.longest_waiting(dora, 5) == [item] and access.may_settle(dora, item)


def test_who_took_the_first_step_herself_goes_on_with_it(round, item, ben, chloe, olga):
    judge(item, ben, says("accept"))
    judge(item, chloe, says("reject"))
    found = disputes.of(item, olga)
    found.judge_first(by=olga, approved={text.token: True for text in found.texts})
    assert access.may_settle(olga, item) and disputes.longest_waiting(olga, 5) == [item]
