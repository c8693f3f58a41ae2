"""A certification is withdrawn in writing; what was judged stays, and passing again certifies again."""

import html
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant, Role, TrailEvent, User
from accounts.roles import Refused
from guidelines.models import Meaning
from review import handing_on
from review.gold import round_results
from review.gold.certified import held_by, missing, withdrawn_from
from review.gold.certifying import CannotCertify, certify
from review.gold.withdrawing import CannotWithdraw, withdraw_certification
from review.matching import CannotMakeRound
from review.models import Asked, Certification, Decision, Reading, Standing, Withdrawal
from review.raters import rater_for
from review.rounds import close_round
from tests.conftest import person
from tests.review.factories import judge, round_of, says
from tests.review.gold.factories import agreed, hers, training_of
from tests.review.gold.test_agreeing import another_version

WHY = "Of late the same mistakes are marked wherever the client is silent. Let us look at them together."


@pytest.fixture
def lou(db):
    """A second lead."""
    return person("Lou", Role.LEAD)


@pytest.fixture
def train(ana, amir, lena, pairs, rubric):
    """A training round of four new sessions, in which each of these judges; she is right but where it is said."""

    def opened(*people, verdict="accept", versions=(pairs, rubric)):
        agreed(4, [ana, amir, lena], *versions)
        round = training_of(people, lena, *versions, at_least=4, shares={"verdict": 0.9})
        for who in people:
            for item in hers(round, who):
                judge(item, who, says(verdict))
        return round

    return opened


@pytest.fixture
def training(train, ben, chloe):
    return train(ben, chloe)


@pytest.fixture
def bens(training, ben, lena) -> Certification:
    return certify(seat=training.seats.get(rater__user=ben), by=lena)


def withdraw(certification, by, reason=WHY):
    return withdraw_certification(certification=certification, by=by, reason=reason)


def is_certified(user, pairs, rubric) -> bool:
    return missing([rater_for(user)], pairs, rubric) == []


def words(page) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split()))


# The rule.


def test_whose_certification_is_withdrawn_is_not_certified_any_more(bens, ben, chloe, lena, pairs, rubric):
    certify(seat=bens.round.seats.get(rater__user=chloe), by=lena)
    made = withdraw(bens, lena, f" {WHY}\n")
    assert (made.certification, made.by, made.reason) == (bens, lena, WHY)
    assert not is_certified(ben, pairs, rubric) and is_certified(chloe, pairs, rubric)
    bens.refresh_from_db()
    assert (bens.passed, bens.grounds) == (True, "confirmed")


def test_who_passes_a_round_that_was_opened_since_is_certified_again(bens, train, ben, lena, pairs, rubric):
    withdraw(bens, lena)
    again = train(ben)
    assert not is_certified(ben, pairs, rubric)  # to have judged well is not to be certified
    made = certify(seat=again.seats.get(), by=lena)
    assert is_certified(ben, pairs, rubric) and withdrawn_from(ben) is None
    assert [(one.pk, one.ended is None) for one in held_by([ben])] == [(made.pk, True), (bens.pk, False)]
    # And it can be withdrawn again.
    withdraw(made, lena)
    assert not is_certified(ben, pairs, rubric) and Withdrawal.objects.count() == 2


def test_a_round_that_was_open_when_it_was_withdrawn_certifies_nobody_again(
    bens, train, ben, lena, pairs, rubric
):
    other = train(ben)
    withdraw(bens, lena)
    with pytest.raises(CannotCertify, match="withdrawn after this round was opened"):
        certify(seat=other.seats.get(), by=lena)
    assert not is_certified(ben, pairs, rubric)


def test_another_certification_of_hers_ends_with_it(bens, train, ben, lena, pairs, rubric):
    other = certify(seat=train(ben).seats.get(), by=lena)
    withdraw(bens, lena)
    assert not is_certified(ben, pairs, rubric)
    with pytest.raises(CannotWithdraw, match="not certified by this any more"):
        withdraw(other, lena)


def test_after_a_withdrawal_nobody_is_certified_without_passing(bens, train, ben, lena, pairs, rubric):
    withdraw(bens, lena)
    failed = train(ben, verdict="reject")
    with pytest.raises(CannotCertify, match="when she has passed"):
        certify(seat=failed.seats.get(), by=lena, reason="I know her work.")
    assert not is_certified(ben, pairs, rubric)


@pytest.mark.parametrize("meaning, holds", [(Meaning.EDITORIAL, False), (Meaning.SEMANTIC, True)])
def test_it_is_withdrawn_by_versions_that_mean_the_same_and_by_no_others(
    bens, train, ben, lena, pairs, rubric, meaning, holds
):
    later = another_version(pairs, meaning)
    if meaning == Meaning.SEMANTIC:
        certify(seat=train(ben, versions=(later, rubric)).seats.get(), by=lena)
    withdraw(bens, lena)
    assert is_certified(ben, later, rubric) is holds and not is_certified(ben, pairs, rubric)


def test_a_withdrawal_needs_a_lead_a_reason_and_a_certification_in_force(bens, ben, chloe, ana, eve, lena):
    for who in (ana, ben, chloe, eve):
        with pytest.raises(Refused):
            withdraw(bens, who)
    with pytest.raises(CannotWithdraw, match="Say why"):
        withdraw(bens, lena, " \n")
    assert not Withdrawal.objects.exists()
    withdraw(bens, lena)
    with pytest.raises(CannotWithdraw, match="withdrawn before"):
        withdraw(bens, lena)


def test_nobody_withdraws_her_own(bens, ben):
    Grant.objects.create(user=ben, role=Role.LEAD)
    ben = User.objects.get(pk=ben.pk)
    with pytest.raises(Refused):
        withdraw(bens, ben)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Withdrawal.objects.create(certification=bens, by=ben, reason=WHY)


def test_a_lead_who_judges_in_the_training_leaves_it_to_another(train, ben, lena, lou):
    Grant.objects.create(user=lou, role=Role.ANNOTATOR)
    lou = User.objects.get(pk=lou.pk)
    made = certify(seat=train(ben, lou).seats.get(rater__user=ben), by=lena)
    with pytest.raises(Refused, match="how others did"):
        withdraw(made, lou)


def test_the_database_keeps_a_withdrawal_as_it_was_written(bens, lena, lou):
    with pytest.raises(DatabaseError), transaction.atomic():
        Withdrawal.objects.create(certification=bens, by=lena, reason="")
    made = withdraw(bens, lena)
    for attempt in (
        lambda: Withdrawal.objects.update(reason="Something milder."),
        lambda: Withdrawal.objects.all()._raw_delete("default"),
        lambda: Withdrawal.objects.create(certification=bens, by=lou, reason="Once more."),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    made.refresh_from_db()
    assert made.reason == WHY


def test_the_trail_has_who_and_whose_and_not_why(bens, ben, lena):
    withdraw(bens, lena)
    event = TrailEvent.objects.get(verb="review.withdraw_certification")
    assert (event.by, event.after) == (lena, {"reviewer": [str(ben.public_id)]})


# What was judged, and what is still to be judged.


@pytest.fixture
def required(bens, ben, chloe, lena, pairs, rubric):
    """A round that requires certification, of which Ben and Chloe read every session."""
    certify(seat=bens.round.seats.get(rater__user=chloe), by=lena)
    return round_of(
        3, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric, certification=Asked.REQUIRED
    )


def test_what_was_judged_until_then_counts(required, bens, ben, chloe, lena):
    item = required.items.order_by("pk").first()
    judge(item, ben, says())
    withdraw(bens, lena)
    judge(item, chloe, says())
    assert Standing.objects.get(item=item, aspect="verdict").outcome == "accept"
    assert Decision.objects.in_force().filter(item=item).count() == 2
    assert required.seats.filter(rater__user=ben).exists()


def test_no_new_round_that_requires_it_takes_her(bens, ben, lena, pairs, rubric):
    withdraw(bens, lena)
    for asked in (Asked.REQUIRED, Asked.WARN):
        options = {"pairs_version": pairs, "rubric_version": rubric, "certification": asked, "overlap": 1}
        if asked == Asked.REQUIRED:
            with pytest.raises(CannotMakeRound, match="Not certified to judge by these versions: Ben"):
                round_of(2, [ben], lena, **options)
        else:
            assert round_of(2, [ben], lena, **options).seats.get().rater.user == ben


@pytest.mark.parametrize("asked, gets", [(Asked.REQUIRED, 0), (Asked.WARN, 3)])
def test_nothing_further_goes_to_her_where_it_is_required(
    bens, train, ben, chloe, lena, pairs, rubric, asked, gets
):
    certify(seat=bens.round.seats.get(rater__user=chloe), by=lena)
    round = round_of(
        3, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric, certification=asked, overlap=1
    )
    chloes = round.seats.get(rater__user=chloe)
    held = Reading.objects.filter(seat=chloes).count()
    withdraw(bens, lena)
    handed = handing_on.hand_on(seat=chloes, by=lena)
    assert handed.on == (held if gets else 0) and held


def test_the_rounds_page_names_her_with_the_day(required, bens, ben, lena, lou, log_in):
    address = reverse("round", args=[required.public_id])
    assert "Not certified" not in words(log_in(lena).get(address))
    made = withdraw(bens, lena)
    page = log_in(lena).get(address)
    assert page.context["uncertified"] == [rater_for(ben)]
    assert page.context["withdrawn"] == [(rater_for(ben), made.at)]
    assert "Not certified to judge by these versions: Ben" in words(page)
    assert "Not any more, as it was withdrawn: Ben" in words(page) and WHY not in words(page)


# Pages.


def test_a_lead_withdraws_it_on_the_page_of_the_training(bens, ben, chloe, lena, log_in):
    client, page = log_in(lena), reverse("round_known", args=[bens.round.public_id])
    address = reverse("seat_withdraw", args=[bens.round.seats.get(rater__user=ben).public_id])
    assert words(client.get(page)).count("Withdraw this certification") == 1  # Chloe has none
    assert client.get(address).status_code == 405
    refused = client.post(address, {"reason": " "}, follow=True)
    assert "Say why you withdraw it" in words(refused) and not Withdrawal.objects.exists()
    done = client.post(address, {"reason": WHY}, follow=True)
    assert "Withdrawn. Ben reads your reason" in words(done) and WHY in words(done)
    assert "Certification withdrawn Lena" in words(done) and "Withdraw this" not in words(done)
    # Chloe has no certification that could be withdrawn.
    other = reverse("seat_withdraw", args=[bens.round.seats.get(rater__user=chloe).public_id])
    assert client.post(other, {"reason": WHY}).status_code == 404


def test_a_later_training_offers_a_pass_and_no_waiver(bens, train, ben, lena, log_in):
    withdraw(bens, lena)
    page = words(log_in(lena).get(reverse("round_known", args=[train(ben, verdict="reject").public_id])))
    assert "now only a pass certifies again" in page and "Certify all the same" not in page
    page = words(log_in(lena).get(reverse("round_known", args=[train(ben).public_id])))
    assert "Confirm: certified" in page


def test_a_lead_is_not_asked_about_her_own(train, ben, lena, lou, log_in):
    made = certify(seat=train(ben).seats.get(), by=lena)
    Grant.objects.create(user=ben, role=Role.LEAD)
    close_round(round=made.round, by=lena)
    page = words(log_in(User.objects.get(pk=ben.pk)).get(reverse("round_known", args=[made.round.public_id])))
    assert "Withdraw this" not in page and "Another lead decides about your certification." in page


def test_she_is_told_on_her_desk_and_reads_why_kindly(bens, ben, lena, log_in):
    desk, known = reverse("desk"), reverse("desk_known")
    assert "withdrawn" not in words(log_in(ben).get(desk))
    withdraw(bens, lena)
    assert "was withdrawn on" in words(log_in(ben).get(desk)) and WHY not in words(log_in(ben).get(desk))
    page = words(log_in(ben).get(known))
    assert "Your certification was withdrawn" in page and WHY in page and "You are certified" not in page
    assert "counts as before" in page and "ask Lena, or any other lead" in page


def test_once_she_is_certified_again_her_desk_says_no_more_of_it(bens, train, ben, lena, log_in):
    withdraw(bens, lena)
    certify(seat=train(ben).seats.get(), by=lena)
    assert "withdrawn" not in words(log_in(ben).get(reverse("desk")))
    page = words(log_in(ben).get(reverse("desk_known")))
    assert "You are certified" in page and "Your certification was withdrawn" in page


@pytest.mark.parametrize("meaning, told", [(Meaning.EDITORIAL, True), (Meaning.SEMANTIC, False)])
def test_her_desk_says_it_of_the_versions_that_are_judged_by(bens, ben, lena, pairs, log_in, meaning, told):
    withdraw(bens, lena)
    another_version(pairs, meaning)
    assert ("was withdrawn on" in words(log_in(ben).get(reverse("desk")))) is told


def test_nobody_else_reads_of_it(bens, ben, chloe, dan, lena, log_in):
    withdraw(bens, lena)
    for who, name in ((chloe, "desk"), (chloe, "desk_known")):
        assert "withdrawn" not in words(log_in(who).get(reverse(name)))
    for who in (chloe, dan):
        page = log_in(who).get(reverse("round_known", args=[bens.round.public_id]))
        assert page.status_code == 403 and WHY not in words(page)


def test_over_time_leads_to_where_it_is_withdrawn(ana, amir, lena, ben, train, pairs, rubric, log_in):
    training = train(ben)
    made = certify(seat=training.seats.get(), by=lena)
    agreed(4, [ana, amir, lena], pairs, rubric)
    live = round_of(2, [ben], lena, pairs_version=pairs, rubric_version=rubric, overlap=1, known_answers=4)
    for item in hers(live, ben):
        judge(item, ben, says())
    client = log_in(lena)
    page = client.get(reverse("gold_over_time"))
    link = reverse("round_known", args=[training.public_id])
    assert "Certified" in words(page) and link in page.content.decode()
    withdraw(made, lena)
    assert "Certification withdrawn" in words(client.get(reverse("gold_over_time")))


def test_what_she_holds_takes_no_more_queries_for_more(bens, train, ben, lena):
    withdraw(bens, lena)
    counted = []
    for _more in range(2):
        certify(seat=train(ben).seats.get(), by=lena)
        with CaptureQueriesContext(connection) as asked:
            held_by([ben])
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_each_reason_stands_beside_the_certification_that_it_ended(bens, train, ben, lena, pairs, rubric):
    withdraw(bens, lena, "The first reason.")
    again = certify(seat=train(ben).seats.get(), by=lena)
    withdraw(again, lena, "The second reason.")
    told = {one.pk: one.ended.reason for one in held_by([ben])}
    assert told == {bens.pk: "The first reason.", again.pk: "The second reason."}
    for certification, reason in ((bens, "The first reason."), (again, "The second reason.")):
        rows, _all = round_results.of(certification.round)
        [row] = [row for row in rows if row.seat.rater == certification.rater]
        assert row.ended and row.withdrawn.reason == reason


def test_once_she_has_passed_again_a_later_round_may_be_waived_again(bens, train, ben, lena, pairs, rubric):
    withdraw(bens, lena)
    certify(seat=train(ben).seats.get(), by=lena)
    later = train(ben, verdict="reject")
    assert certify(seat=later.seats.get(), by=lena, reason="She was ill that week.").grounds == "waived"


@pytest.mark.parametrize("reason", ["Look\0here", "x" * 4001])
def test_a_reason_is_one_that_can_be_kept_and_read(bens, lena, reason):
    with pytest.raises(CannotWithdraw, match="characters"):
        withdraw(bens, lena, reason)
    assert not Withdrawal.objects.exists()
