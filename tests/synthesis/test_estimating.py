"""What a run may cost and take is judged by stored replies of the same models; where there are none it says so."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from synthesis.estimating import Spread, estimate
from synthesis.models import Endpoint
from tests.factories import client_profile, published_guideline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(endpoint, plan, drive):
    """Made sessions of one run by the scripted model: 100 tokens read and 20 written by every call."""

    def run(n=3, **options):
        endpoint()
        made = plan(n, version=options.pop("version", None) or published_guideline(), **options)
        assert drive(made).made == n
        return made

    return run


def told(run, sessions=10, concurrency=5, **settings):
    settings = {name: [value] for name, value in (run.parameters | settings).items()}
    return estimate(
        recipe=run.recipe,
        specs=run.model_specs,
        settings=settings,
        sessions=sessions,
        concurrency=concurrency,
    )


def test_calls_and_tokens_are_those_of_the_middle_session_times_the_sessions(made):
    run = made(3)
    lengths = sorted(len(instance.trace) for instance in run.instances.all())
    found = told(run, sessions=10)
    assert found.looked_at == 3 and found.alike
    assert found.calls.low <= 10 * lengths[1] <= found.calls.high + 1e-9
    assert found.tokens.middle == pytest.approx(found.calls.middle * 120)


def test_time_is_that_of_one_session_after_the_other_at_every_place(made):
    run = made(2)
    one = told(run, sessions=1).seconds.middle
    assert told(run, sessions=5, concurrency=5).seconds.middle == pytest.approx(one)
    assert told(run, sessions=50, concurrency=5).seconds.middle == pytest.approx(10 * one)


def test_without_a_price_the_cost_is_not_known_and_it_says_whose(made):
    found = told(made(1))
    assert found.money is None and any("environment" in reason for reason in found.unknown)


def test_with_a_price_the_cost_is_the_tokens_by_their_prices(made):
    run = made(1)
    Endpoint.objects.update(price={"in": 2.0, "out": 10.0, "currency": "EUR"})
    calls = len(run.instances.get().trace)
    money = told(run, sessions=4).money["EUR"].middle
    assert Decimal(money).quantize(Decimal("0.000001")) == Decimal(4 * calls * (200 + 200)) / 1_000_000


def test_a_model_that_nobody_has_used_yet_gives_no_number_but_a_sentence(made):
    run = made(1)
    run.model_specs = {role: {**spec, "model": "another"} for role, spec in run.model_specs.items()}
    found = told(run)
    assert found.calls is found.tokens is found.seconds is found.money is None
    assert any("another" in reason and "preview" in reason for reason in found.unknown)


def test_where_only_one_role_has_another_model_nothing_is_added_up(made):
    run = made(1)
    run.model_specs["supervisor"] = {**run.model_specs["supervisor"], "model": "another"}
    found = told(run)
    assert found.calls is None
    known = {took.role: took.sessions for took in found.roles}
    assert known.pop("supervisor") == 0 and set(known.values()) == {1}


def test_sessions_of_other_settings_are_used_where_there_are_no_others_and_it_says_so(made):
    run = made(2, parameters={"supervisor": "told"})
    assert told(run).alike and not told(run, supervisor="untold").alike


def test_a_role_that_was_not_needed_counts_as_no_call(made):
    found = told(made(2))
    refiner = next(took for took in found.roles if took.role == "refiner")
    assert refiner.sessions == 2 and refiner.calls == Spread(0, 0, 0)


def test_the_queries_do_not_grow_with_the_sessions(made, plan, drive):
    version = published_guideline()
    run = made(2, version=version)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            told(run)
        return len(captured)

    before = queries()
    for n in range(3):
        drive(plan(4, version=version, profiles=[client_profile(f"more-{n}")]))
    assert queries() <= before + 4  # one for each run that is looked at, and its calls together
