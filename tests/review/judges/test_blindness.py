"""What a judge says counts for nothing and reaches nobody who judges: no figure of people moves, no page shows it."""

import json
import re

import pytest
from django.urls import reverse

from accounts.models import Role
from config.pages import stages
from exports import sampled
from review import disputes, releasing, repeating, reports
from review.agreeing.figures import agreements, anchoring_effect
from review.models import Flag, Reading
from review.rounds import CannotClose, close_round
from tests.conftest import person
from tests.review import factories
from tests.review.judges.answering import aided, always

SECRET = "RATIONALE-OF-A-JUDGE"


@pytest.fixture
def judged(round, ask, read, ben, chloe):
    """Two sessions judged by Ben and Chloe, one of them in dispute; the judge has read all, and calls all unsafe."""
    first, second = list(round.items.all())[:2]
    factories.judge(first, ben, factories.says())
    factories.judge(first, chloe, factories.says())
    factories.judge(second, ben, factories.says())
    factories.judge(second, chloe, factories.says("reject"))
    return round, lambda: read(ask(round, always(aided("reject", unsafe=True, rationale=SECRET)), repeats=2))


def all_figures(round, people) -> str:
    seats = [(seat.pk, seat.total, seat.sent, seat.judged) for seat in reports.progress(round)]
    found = {
        "seats": seats,
        "standing": reports.standing_counts(round),
        "outcomes": reports.outcomes(round),
        "rates": {arm: vars(rate) for arm, rate in reports.rates(round).items()},
        "agreement": agreements(round),
        "anchoring": anchoring_effect(round),
        "left": reports.left_to_judge(),
        "desk": [(one.pk, one.total, one.left, one.skipped) for who in people for one in reports.desk_of(who)],
        "repeats": repeating.counted(round),
        "informed": releasing.left_out(round),
        "uncounted": reports.uncounted(round).count(),
        "replicates": sampled.replicates([round]),
        "sampled": sampled.counted([round]).count(),
        "road": stages.review(round.made_by),
        "standings": [list(item.standings.order_by("aspect").values_list("aspect", "state", "outcome", "at"))
                      for item in round.items.all()],
        "disputes": [(item.pk, item.since) for item in disputes.longest_waiting(people[-1], 50)],
        "flags": Flag.objects.count(),
        "undecided": Reading.objects.undecided().count(),
        "unsent": Reading.objects.unsent().count(),
    }  # fmt: skip
    return json.dumps(found, default=str, sort_keys=True)


def test_no_figure_of_people_moves_by_what_a_judge_says(judged, ben, chloe, dan):
    round, judge_reads = judged
    before = all_figures(round, [ben, chloe, dan])
    judge_reads()
    assert all_figures(round, [ben, chloe, dan]) == before


def test_people_go_on_and_settle_as_if_there_were_no_judge(judged, ben, chloe):
    round, judge_reads = judged
    judge_reads()
    third = list(round.items.all())[2]
    factories.judge(third, ben, factories.says())
    assert factories.standings(third)["verdict"] == ("open", None)
    factories.judge(third, chloe, factories.says())
    assert factories.standings(third) == {"verdict": ("settled", "accept")}


def test_what_a_judge_calls_unsafe_is_no_flag_and_the_round_can_be_closed(judged, lena):
    round, judge_reads = judged
    judge_reads()
    try:
        close_round(round=round, by=lena)
    except CannotClose:
        pytest.fail("a judge held the round up")


def test_a_lead_sees_which_sessions_a_judge_calls_unsafe(judged, lena, log_in):
    round, judge_reads = judged
    judge_reads()
    shown = log_in(lena).get(reverse("round_judges", args=[round.public_id])).content.decode()
    assert "Judges call 4 sessions unsafe" in shown and "hold nothing up" in shown
    assert str(round.items.first().instance.public_id) in shown


def pages_of_a_reviewer(client, round, *, closed) -> str:
    addresses = [
        reverse("desk"),
        reverse("desk_mine"),
        reverse("home"),
        f"{reverse('desk_mine')}?show=differ",
    ]
    addresses += [
        reverse("desk_mine_item", args=[item.public_id]) if closed else reverse("desk_mine")
        for item in round.items.all()
    ]
    shown = "\n".join(client.get(address).content.decode() for address in addresses)
    # But for what differs at every look: how long ago it was, and the tokens of forms.
    return re.sub(r'<time.*?</time>|name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", shown)


@pytest.mark.parametrize("closed", [False, True])
def test_no_page_of_a_reviewer_shows_a_judge(judged, ben, lena, log_in, closed):
    round, judge_reads = judged
    if closed:
        close_round(round=round, by=lena)
        round.refresh_from_db()
    before = pages_of_a_reviewer(log_in(ben), round, closed=closed)
    judge_reads()
    after = pages_of_a_reviewer(log_in(ben), round, closed=closed)
    for words in (SECRET, "scripted", "judge model", "Judge model"):
        assert words not in after
    assert after == before


def test_nobody_who_judges_or_may_settle_reaches_a_judge_by_page_or_api(judged, ben, dan, eve, lena, log_in):
    round, judge_reads = judged
    judge_reads()
    seated = person("Lou", Role.LEAD, Role.ANNOTATOR)
    elsewhere = factories.round_of(
        0, [seated, ben], lena, name="Elsewhere", instances=[round.items.first().instance],
        pairs_version=round.pairs_version, rubric_version=round.rubric_version,
    )  # fmt: skip
    settling = person("Sol", Role.LEAD, Role.ADJUDICATOR)
    addresses = [reverse(name, args=[round.public_id]) for name in ("round_judges", "api_round_judges")]
    for who in (ben, dan, eve, seated, settling):
        client = log_in(who)
        for address in addresses:
            for answer in (client.get(address), client.post(address, {"endpoint": "x", "model": "m"})):
                assert answer.status_code == 403, (who, address)
                assert SECRET not in answer.content.decode()
    # Leads who may see the rest of the round are not shown that part of it.
    for who in (seated, settling):
        client = log_in(who)
        for address in (
            reverse("round", args=[round.public_id]),
            f"{reverse('agreement')}?round={round.public_id}",
        ):
            shown = client.get(address).content.decode()
            assert "Judges beside people" not in shown and SECRET not in shown
            assert reverse("round_judges", args=[round.public_id]) not in shown
    close_round(round=elsewhere, by=lena)
    assert log_in(seated).get(addresses[0]).status_code == 200


def test_a_lead_who_judges_nothing_sees_judges_on_the_agreement_page_and_by_the_api(judged, lena, log_in):
    round, judge_reads = judged
    judge_reads()
    client = log_in(lena)
    shown = client.get(reverse("agreement"), {"round": round.public_id}).content.decode()
    assert "Judges beside people" in shown and "environment/scripted" in shown
    told = client.get(reverse("api_round_judges", args=[round.public_id])).json()
    [one] = told["judges"]
    assert (
        one["rater"] == "model"
        and one["outcomes"] == {"judged": 8}
        and one["arms"]["aided"]["verdict"]["n_shared"] == 2
    )
    assert "NaN" not in json.dumps(told)


def test_a_judge_is_asked_by_page_and_by_api_and_stopped_there(round, endpoint, lena, log_in):
    from synthesis.cast import environment_endpoint

    endpoint(always(aided()))
    environment_endpoint()
    client, at = log_in(lena), reverse("round_judges", args=[round.public_id])
    asked = {"endpoint": "environment", "model": "one", "repeats": 2, "temperature": 0.5}
    assert client.post(at, asked).status_code == 302
    again = client.post(at, asked)
    assert again.status_code == 400 and "reads the round already" in again.content.decode()
    api = reverse("api_round_judges", args=[round.public_id])
    made = client.post(api, asked | {"model": "two"}, content_type="application/json")
    assert made.status_code == 201 and made.json()["waiting"] == 8
    assert client.post(api, asked | {"model": "two"}, content_type="application/json").status_code == 400
    seat = round.seats.filter(judging__isnull=False).first()
    assert client.get(reverse("judge_stop", args=[seat.public_id])).status_code == 405
    client.post(reverse("judge_stop", args=[seat.public_id]))
    assert seat.judging.__class__.objects.get(seat=seat).state == "stopped"
    shown = client.get(at).content.decode()
    assert "Go on" in shown and "stopped by a lead" in shown
    client.post(reverse("judge_go_on", args=[seat.public_id]))
    assert seat.judging.__class__.objects.get(seat=seat).state == "open"


def test_a_label_studio_never_gets_a_judges_reading(judged):
    round, judge_reads = judged
    judge_reads()
    own = Reading.objects.of_judges()
    assert own.count() == 8
    assert not (own & Reading.objects.unsent()).exists()
    assert not own.filter(task_id__isnull=False).exists()
