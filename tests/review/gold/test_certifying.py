"""Who is certified, under which versions, by whom; and that figures alone exclude nobody."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Grant, ReviewerRecord, Role, User
from accounts.roles import Refused
from guidelines.models import Meaning
from review import handing_on
from review.agreement.exact import exact_interval
from review.gold.certified import held_by, missing
from review.gold.certifying import CannotCertify, certify
from review.matching import CannotMakeRound
from review.models import Asked, Certification, Round
from review.raters import rater_for
from tests.conftest import person
from tests.review.factories import judge, round_of, says
from tests.review.gold.factories import hers, training_of
from tests.review.gold.test_agreeing import another_version


@pytest.fixture
def training(golds, ben, chloe, lena, pairs, rubric):
    """A pass takes four judgements, half of the verdicts and 70 % of the rest; the answers of one dimension are known."""
    shares = {"verdict": 0.5, "findings": 0.7, "dimension:specific": 0.7}
    from review.models import PassMark

    round = training_of([ben, chloe], lena, pairs, rubric, at_least=4, shares=shares)
    assert PassMark.objects.count() == 3
    return round


def judges(round, user, *verdicts):
    for item, verdict in zip(hers(round, user), verdicts, strict=False):
        judge(item, user, says(verdict))
    return round.seats.get(rater__user=user)


def test_the_exact_interval_of_a_share():
    # Clopper & Pearson; 7 of 10 as in R's binom.test.
    assert exact_interval(7, 10) == pytest.approx((0.3475471, 0.9332605), abs=1e-6)
    assert exact_interval(0, 10) == pytest.approx((0, 0.3084971), abs=1e-6)
    assert exact_interval(10, 10) == pytest.approx((0.6915029, 1), abs=1e-6)
    assert exact_interval(0, 0) == (0, 1)


def test_she_who_passed_is_certified_when_a_lead_confirms_it(training, ben, lena):
    seat = judges(training, ben, "accept", "accept", "reject", "reject")
    assert missing([seat.rater], training.pairs_version, training.rubric_version) == [seat.rater]
    made = certify(seat=seat, by=lena)
    assert (made.passed, made.grounds, made.n, made.by) == (True, "confirmed", 4, lena)
    verdict = made.results["verdict"]
    assert (verdict["hits"], verdict["n"], verdict["share"], verdict["passed"]) == (2, 4, 0.5, True)
    assert (verdict["low"], verdict["high"]) == pytest.approx(exact_interval(2, 4))
    assert missing([seat.rater], training.pairs_version, training.rubric_version) == []


@pytest.mark.parametrize(
    "verdicts", [("accept", "accept", "accept"), ("accept", "reject", "reject", "reject")]
)
def test_too_few_judgements_or_too_few_accepted_are_no_pass(training, ben, lena, verdicts):
    seat = judges(training, ben, *verdicts)
    with pytest.raises(CannotCertify, match="not passed"):
        certify(seat=seat, by=lena, reason=" ")
    assert not Certification.objects.exists()


def test_a_lead_certifies_all_the_same_and_says_why(training, ben, lena):
    made = certify(seat=judges(training, ben, "reject"), by=lena, reason="Twenty years of supervising.")
    assert (made.passed, made.grounds, made.reason) == (False, "waived", "Twenty years of supervising.")
    assert not missing([made.rater], training.pairs_version, training.rubric_version)


def test_the_database_keeps_no_waiver_without_a_reason_and_changes_none(training, ben, lena):
    made = certify(seat=judges(training, ben, "reject"), by=lena, reason="I know her work.")
    for change in ({"passed": True}, {"reason": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Certification.objects.filter(pk=made.pk).update(**change)
    made.pk, made.reason, made.rater = None, "", rater_for(person("Noor", Role.ANNOTATOR))
    with pytest.raises(DatabaseError), transaction.atomic():
        made.save(force_insert=True)


def test_nobody_is_certified_twice_by_a_round(training, ben, lena):
    seat = judges(training, ben, *["accept"] * 4)
    certify(seat=seat, by=lena)
    with pytest.raises(CannotCertify, match="already"):
        certify(seat=seat, by=lena)


def test_nobody_certifies_herself_and_only_leads_certify(golds, ben, chloe, ana, lena, pairs, rubric):
    Grant.objects.create(user=ben, role=Role.LEAD)
    ben = User.objects.get(pk=ben.pk)
    round = training_of([ben, chloe], lena, pairs, rubric)
    seat = round.seats.get(rater__user=ben)
    for who in (ana, chloe, ben):
        with pytest.raises(Refused):
            certify(seat=seat, by=who, reason="Because.")
    with pytest.raises(Refused, match="how others did"):
        certify(seat=round.seats.get(rater__user=chloe), by=ben, reason="Because.")


def test_an_ordinary_round_certifies_nobody(golds, ben, chloe, lena, pairs, rubric):
    round = round_of(2, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric)
    with pytest.raises(CannotCertify, match="training round"):
        certify(seat=round.seats.first(), by=lena, reason="Because.")


@pytest.mark.parametrize("which", ["pairs", "rubric"])
@pytest.mark.parametrize("meaning, lasts", [(Meaning.EDITORIAL, True), (Meaning.SEMANTIC, False)])
def test_a_certification_lasts_until_the_meaning_changes(
    training, ben, lena, pairs, rubric, which, meaning, lasts
):
    made = certify(seat=judges(training, ben, *["accept"] * 4), by=lena)
    later = another_version(pairs if which == "pairs" else rubric, meaning)
    versions = (later, rubric) if which == "pairs" else (pairs, later)
    assert (missing([made.rater], *versions) == []) is lasts
    assert [one.lasts for one in held_by([ben])] == [lasts]


# What a round asks.


def a_round(people, lena, pairs, rubric, asked):
    return round_of(
        2, people, lena, pairs_version=pairs, rubric_version=rubric, certification=asked
    )  # fmt: skip


def test_a_round_that_requires_it_names_who_is_not_certified(training, ben, chloe, lena, pairs, rubric):
    certify(seat=judges(training, ben, *["accept"] * 4), by=lena)
    with pytest.raises(CannotMakeRound, match="Not certified to judge by these versions: Chloe"):
        a_round([ben, chloe], lena, pairs, rubric, Asked.REQUIRED)
    certify(seat=judges(training, chloe, "reject"), by=lena, reason="She wrote the guideline.")
    made = a_round([ben, chloe], lena, pairs, rubric, Asked.REQUIRED)
    noor = rater_for(person("Noor", Role.ANNOTATOR))
    with pytest.raises(CannotMakeRound, match="Noor"):
        handing_on.seat_more(round=made, raters=[noor], by=lena)


def test_a_round_that_warns_says_by_name_who_is_not_certified(
    training, ben, chloe, lena, pairs, rubric, log_in
):
    certify(seat=judges(training, ben, *["accept"] * 4), by=lena)
    made = a_round([ben, chloe], lena, pairs, rubric, Asked.WARN)
    shown = log_in(lena).get(reverse("round", args=[made.public_id]))
    assert shown.context["uncertified"] == [rater_for(chloe)]
    assert "Not certified to judge by these versions:" in shown.content.decode()


def test_a_round_that_does_not_ask_says_nothing(training, ben, chloe, lena, pairs, rubric, log_in):
    made = a_round([ben, chloe], lena, pairs, rubric, Asked.NO)
    assert "Not certified" not in log_in(lena).get(reverse("round", args=[made.public_id])).content.decode()


def test_who_is_no_person_is_not_asked(pairs, rubric, lena):
    sim = User.objects.create_user("sim@example.org", "x", name="Sim")
    Grant.objects.create(user=sim, role=Role.ANNOTATOR)
    ReviewerRecord.objects.create(user=sim, n=1, simulated=True, languages=["en"])
    assert missing([rater_for(sim)], pairs, rubric) == []


# The lead's page.


def test_the_lead_confirms_and_certifies_all_the_same_on_the_page(training, ben, chloe, lena, log_in):
    judges(training, ben, *["accept"] * 4)
    judges(training, chloe, "reject")
    client, page = log_in(lena), reverse("round_known", args=[training.public_id])
    shown = client.get(page)
    assert [(str(row.seat.rater), row.judged, row.given, row.passed) for row in shown.context["rows"]] == [
        ("Ben", 4, 4, True), ("Chloe", 1, 4, False),
    ]  # fmt: skip
    assert "1.00 [0.40, 1.00] n=4" in shown.content.decode()
    for row in shown.context["rows"]:
        client.post(reverse("seat_certify", args=[row.seat.public_id]), {"reason": ""})
    assert [one.rater.user for one in Certification.objects.all()] == [ben]
    seat = training.seats.get(rater__user=chloe)
    client.post(reverse("seat_certify", args=[seat.public_id]), {"reason": "I supervised her."}, follow=True)
    shown = client.get(page).content.decode()
    assert "passed, and confirmed" in shown and "I supervised her." in shown
    assert "You are certified" in log_in(ben).get(reverse("desk_known")).content.decode()


def test_the_lead_opens_a_training_round_with_a_pass_mark_for_each_dimension(
    golds, ben, chloe, lena, pairs, rubric, log_in
):
    client, page = log_in(lena), reverse("training_new")
    form = client.get(page).context["form"]
    assert [form[f"mark_{n}"].initial for n in range(4)] == [70] * 4
    sent = {"name": "First steps", "reviewers": [ben.public_id, chloe.public_id], "pairs_version": pairs.pk,
            "at_least": 3, "mark_0": 80, "mark_1": 60, "mark_2": 50, "mark_3": 50}  # fmt: skip
    answer = client.post(f"{page}?rubric={rubric.pk}", {**sent, "at_least": 9})
    assert answer.status_code == 400 and "Ben (4)" in answer.content.decode()
    answer = client.post(f"{page}?rubric={rubric.pk}", sent)
    assert answer.status_code == 400 and "leave its pass mark empty" in answer.content.decode()
    assert client.post(f"{page}?rubric={rubric.pk}", {**sent, "mark_3": ""}).status_code == 302
    marks = {mark.aspect: (mark.share, mark.at_least) for mark in Round.objects.get().pass_marks.all()}
    assert marks == {"verdict": (0.8, 3), "findings": (0.6, 3), "dimension:specific": (0.5, 3)}
