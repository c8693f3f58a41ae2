"""A lead is asked to look together with a reviewer whose judgements change; nothing follows of itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Grant, Role, User
from review.agreement.drift import chart
from review.gold.drifting import of_readers
from review.models import Certification, Round
from review.rounds import close_round
from review.workflow import adjudicate, decide
from tests.review.factories import judge, mistake, reading, round_of, says
from tests.review.gold.factories import agreed, hers, training_of

MANY = 20


@pytest.fixture
def seeded(ana, amir, lena, ben, pairs, rubric):
    """Ben reads two ordinary sessions and twenty with known answers."""
    agreed(MANY, [ana, amir, lena], pairs, rubric)
    return round_of(2, [ben], lena, overlap=1, pairs_version=pairs, rubric_version=rubric, known_answers=MANY)


def judges(round, user, answer_of):
    """She judges what has known answers, an hour apart; `answer_of(n)` is what she says of the nth."""
    start = timezone.now() - timedelta(days=3)
    for n, item in enumerate(item for item in hers(round, user) if item.gold_id):
        at = start + timedelta(hours=n)
        decide(reading=reading(item, user), answers=answer_of(n), decided_at=at, lead_time=30.0)


def lines(user) -> dict:
    return {(str(rater), one.name): one for rater, watched in of_readers(user) for one in watched}


def test_whoever_finds_what_is_known_stands_out_in_nothing(seeded, ben, lena):
    judges(seeded, ben, lambda n: says())
    found = lines(lena)
    assert found["Ben", "Verdict"].n == MANY and found["Ben", "Verdict"].mean == 1
    assert [one.since for one in found.values()] == [None] * 4


def test_whoever_finds_it_no_more_is_to_be_looked_at_together_from_the_judgement_on_that_raised_it(
    seeded, ben, lena
):
    judges(seeded, ben, lambda n: says("accept" if n < 5 else "reject"))
    one = lines(lena)["Ben", "Verdict"]
    rule = chart(0.3)
    at = 5 + -(-rule.limit // rule.up) - 1
    first = Round.objects.get().items.filter(gold__isnull=False, decisions__isnull=False).order_by(
        "decisions__decided_at"
    )[at]  # fmt: skip
    assert one.since == first.decisions.get().decided_at and one.against == 0.7
    assert lines(lena)["Ben", "Mistakes and where"].since is None


def test_she_is_compared_with_the_pass_mark_that_she_was_certified_by(
    seeded, ben, lena, pairs, rubric, ana, amir
):
    agreed(1, [ana, amir, lena], pairs, rubric)
    training = training_of([ben], lena, pairs, rubric, shares={"verdict": 0.9})
    Certification.objects.create(
        rater=training.seats.get().rater, round=training, pairs_version=pairs, rubric_version=rubric, n=0, by=lena,
        results={"verdict": {"share": 0.9}}, passed=False, grounds="waived", reason="Known to us.",
    )  # fmt: skip
    judges(seeded, ben, lambda n: says())
    assert lines(lena)["Ben", "Verdict"].against == 0.9


def test_training_is_for_learning_and_is_not_watched(ana, amir, lena, ben, pairs, rubric):
    agreed(MANY, [ana, amir, lena], pairs, rubric)
    training = training_of([ben], lena, pairs, rubric)
    judges(training, ben, lambda n: says("reject"))
    assert of_readers(lena) == []


def test_a_lean_in_how_serious_mistakes_are_is_told_with_its_side(seeded, ben, lena):
    judges(seeded, ben, lambda n: says(findings=[mistake(severity=3)]))
    one = lines(lena)["Ben", "How serious a mistake is: more than the final word"]
    assert one.since and one.n == MANY and one.mean == 1


def test_the_adjudicators_word_counts_when_the_round_is_closed(ben, chloe, dan, lena, pairs, rubric):
    round = round_of(20, [ben, chloe], lena, unaided_share=1, pairs_version=pairs, rubric_version=rubric)
    for item in round.items.all():
        judge(item, ben, says(None, findings=[mistake(severity=0)]))
        judge(item, chloe, says(None, findings=[]))
        stands = [{"mistake": "premature-advice", "utterances": [3], "severity": 2}]
        adjudicate(item=item, by=dan, findings=stands, reason="Heard it twice.")
    assert of_readers(lena) == []
    close_round(round=round, by=lena)
    one = lines(lena)["Ben", "How serious a mistake is: less than the final word"]
    assert one.n == 20 and one.mean == -2 and one.since
    assert not [name for name in lines(lena) if name[0] == "Chloe"]


def test_of_several_severities_that_an_adjudicator_gives_the_nearest_counts(
    ben, chloe, dan, lena, pairs, rubric
):
    round = round_of(10, [ben, chloe], lena, unaided_share=1, pairs_version=pairs, rubric_version=rubric)
    item = round.items.first()
    judge(item, ben, says(None, findings=[mistake(severity=1)]))
    judge(item, chloe, says(None, findings=[]))
    stands = [{"mistake": "premature-advice", "utterances": [turn], "severity": severity}
              for turn, severity in ((3, 0), (5, 3))]  # fmt: skip
    adjudicate(item=item, by=dan, findings=stands, reason="Once in passing, once not.")
    close_round(round=round, by=lena)
    assert [one.mean for name, one in lines(lena).items() if name[0] == "Ben"] == [1]


def test_a_lead_who_judges_in_an_open_round_sees_nothing_of_it(ana, amir, lena, ben, pairs, rubric):
    agreed(MANY, [ana, amir], pairs, rubric)
    from review.gold.agreeing import endorse_gold
    from review.models import Gold
    from tests.conftest import person

    olga = person("Olga", Role.CLINICIAN)
    for gold in Gold.objects.all():
        endorse_gold(gold=gold, by=olga, digest=gold.digest)
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    lena = User.objects.get(pk=lena.pk)
    lou = person("Lou", Role.LEAD)
    round = round_of(2, [ben, lena], lou, pairs_version=pairs, rubric_version=rubric, known_answers=4)
    judges(round, ben, lambda n: says())
    assert of_readers(lena) == [] and of_readers(lou)


def test_the_page_says_to_look_together_with_n_and_how_often_it_is_wrong(seeded, ben, lena, log_in):
    judges(seeded, ben, lambda n: says("reject"))
    page = log_in(lena).get(reverse("gold_over_time")).content.decode()
    assert "Look at this together" in page and f"n={MANY}" in page and "5 %" in page.replace("\u202f", " ")
    assert "nothing stands out" in page
