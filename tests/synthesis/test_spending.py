"""What a run spent is counted over all its workers, and a budget that cannot be kept is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import TrailEvent
from accounts.roles import Refused
from synthesis import planning, spending, steering
from synthesis.models import Drive, Endpoint
from synthesis.spending import NotABudget, Spent
from tests.factories import client_profile, published_guideline

PRICE = {"in": 1.0, "out": 2.0, "currency": "USD"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(*minutes: int):
    return tuple(NOON + timedelta(minutes=minute) for minute in minutes)


@pytest.fixture
def priced(endpoint, plan):
    """A run whose endpoint has a price."""
    endpoint()
    run = plan()
    Endpoint.objects.update(price=PRICE)
    return run


def test_a_run_costs_what_its_calls_cost_and_a_second_run_over_the_same_cells_nothing(endpoint, plan, drive):
    server = endpoint()
    first = plan()
    Endpoint.objects.update(price=PRICE)
    drive(first)
    calls = len(server.requests)
    told = spending.spent(first)
    assert (told.calls, told.tokens_in, told.tokens_out) == (calls, 100 * calls, 20 * calls)
    assert told.money == calls * Decimal("0.00014") and told.currency == "USD"
    assert (told.unpriced, told.uncounted) == (0, 0)
    again = planning.plan(
        recipe="supervised_dialogue", version=first.version, pairs="forcing-change",
        profiles=[first.instances.get().profile],
    )  # fmt: skip
    drive(again)
    assert again.instances.get().state == "made" and spending.spent(again).calls == 0


def test_money_is_unknown_where_no_price_is(endpoint, plan, drive):
    endpoint()
    run = plan()
    drive(run)
    told = spending.spent(run)
    assert told.money is None and told.currency == "" and told.unpriced == told.calls > 0


def test_time_in_which_two_workers_were_at_it_counts_once(priced):
    for began, seen in (at(0, 10), at(5, 20), at(30, 31)):
        Drive.objects.create(run=priced, worker="w", began_at=began, seen_at=seen)
    assert spending.spent(priced).seconds == 21 * 60


def test_intervals_within_others_and_empty_ones_add_nothing():
    assert spending.length([at(0, 10), at(2, 3), at(10, 10)]) == 600
    assert spending.length([]) == 0


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"tokens": 0}, "above 0"),
        ({"tokens": "many"}, "no number of tokens"),
        ({"seconds": float("nan")}, "no number of seconds"),
        ({"money": float("inf")}, "above 0"),
        ({"money": True}, "above 0"),
        ({"pages": 3}, "no “pages”"),
        ({"money": 3, "currency": "EUR"}, "different currencies: EUR, USD"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(priced, lena, budget, said):
    with pytest.raises(NotABudget, match=said):
        steering.set_budget(run=priced, budget=budget, by=lena)
    priced.refresh_from_db()
    assert priced.budget == {}


def test_money_is_not_bounded_where_a_call_has_no_known_price(endpoint, plan, lena):
    endpoint()
    some = {"version": published_guideline(), "profiles": [client_profile()]}
    with pytest.raises(planning.NotPlanned, match="“environment” costs is not known"):
        plan(budget={"money": 5}, **some)
    run = plan(budget={"tokens": 5000}, **some)
    assert run.budget == {"tokens": 5000}
    with pytest.raises(NotABudget, match="set its price first"):
        steering.set_budget(run=run, budget={"money": 5}, by=lena)


def test_the_currency_is_that_of_the_prices(priced, lena):
    steering.set_budget(run=priced, budget={"money": "2.5", "seconds": 60}, by=lena)
    assert priced.budget == {"money": 2.5, "currency": "USD", "seconds": 60}
    steering.set_budget(run=priced, budget={}, by=lena)
    assert priced.budget == {}


def test_the_first_bound_that_is_spent_is_said_in_words():
    some = Spent(calls=2, tokens_in=900, tokens_out=100, money=Decimal("0.5"), seconds=5400)
    assert spending.reached({}, some) == ""
    assert spending.reached({"tokens": 1001, "seconds": 5401, "money": 0.51}, some) == ""
    assert spending.reached({"tokens": 1000}, some) == "The budget of 1,000 tokens is spent."
    assert spending.reached({"money": 0.5, "currency": "EUR"}, some) == "The budget of 0.5 EUR is spent."
    assert spending.reached({"seconds": 5400}, some) == "The budget of 1 h 30 min of work is spent."


def test_a_bound_that_cannot_be_watched_counts_as_reached():
    assert "without telling" in spending.reached({"tokens": 9}, Spent(calls=1, uncounted=1))
    assert "without telling" in spending.reached({"money": 9}, Spent(calls=1, unpriced=1, money=Decimal(0)))
    assert spending.reached({"seconds": 9}, Spent(calls=1, uncounted=1, unpriced=1)) == ""


def test_only_who_steers_a_run_changes_its_bounds_and_the_trail_says_so(priced, lena, eve):
    for verb, change in ((steering.set_budget, {"budget": {}}), (steering.set_concurrency, {"to": 2})):
        with pytest.raises(Refused):
            verb(run=priced, by=eve, **change)
    steering.set_concurrency(run=priced, to=2, by=lena)
    steering.set_concurrency(run=priced, to=2, by=lena)
    (event,) = TrailEvent.objects.filter(verb="synthesis.set_concurrency")
    assert (event.before, event.after) == ({"concurrency": 8}, {"concurrency": 2})


@pytest.mark.parametrize("to", [0, -1, 257, True, "8"])
def test_no_more_are_made_at_once_than_a_worker_can(priced, lena, to):
    with pytest.raises(steering.NotNow, match="Between 1 and 256"):
        steering.set_concurrency(run=priced, to=to, by=lena)


def test_a_cancelled_run_gets_no_new_bounds(priced, lena):
    steering.cancel(run=priced, by=lena)
    with pytest.raises(steering.NotNow, match="cancelled"):
        steering.set_concurrency(run=priced, to=2, by=lena)
