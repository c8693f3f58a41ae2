"""What a terminal is told while a run is made and when it ends: the numbers of the run's page, in a line."""

import io
import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command

from synthesis import reporting
from synthesis.models import Call, Drive, Endpoint, Hitch, Instance
from tests.fakes import model_server as fake

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """What the app takes for the time."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def goes_on(self, seconds: float):
        self.now += timedelta(seconds=seconds)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def run(endpoint, plan):
    endpoint()
    run = plan(10)
    Endpoint.objects.update(price={"in": 1, "out": 1, "currency": "EUR"})
    return run


@pytest.fixture
def columns(monkeypatch):
    def wide(n: int):
        monkeypatch.setenv("COLUMNS", str(n))

    wide(150)
    return wide


def becomes(run, state, clock, **more):
    """The first session that is planned turns into this."""
    one = run.instances.filter(state="planned").first()
    if state == "made":
        more |= {"content": {}, "digest": "d", "made_at": clock.now}
        Call.objects.create(
            key=str(one.pk), instance=one, endpoint="environment", model="m", role="client", step="client 1", seed=1,
            messages_digest="", messages=[], reply={}, text="", latency_ms=5, tokens_in=1000, tokens_out=200,
            price=Decimal("0.25"),
        )  # fmt: skip
    Instance.objects.filter(pk=one.pk).update(state=state, **more)


def test_a_line_tells_what_was_made_how_fast_what_it_costs_and_what_went_wrong(run, clock):
    stream = io.StringIO()
    watch = reporting.Progress(stream)
    watch(run)
    for _ in range(4):
        clock.goes_on(30)
        becomes(run, "made", clock)
    becomes(run, "failed", clock, failure="The model refused.")
    becomes(run, "making", clock, lease_by="a", lease_until=clock.now)
    Hitch.objects.create(run=run, endpoint="environment", kind="hang")
    watch(run)
    clock.goes_on(30)
    Drive.objects.create(run=run, worker="a", began_at=NOON, seen_at=clock.now)
    watch(run)
    assert stream.getvalue().splitlines() == [
        "0 of 10 made, 0 failed, 0 tokens, 10 to go",
        "4 of 10 made, 1 failed, about 2 min left, 1.00 EUR, 1 hitch, 2.0 a minute, 1 in the making, 4 to go, "
        "4,800 tokens",
        # Nothing was made meanwhile: slower, and longer to go.
        "4 of 10 made, 1 failed, about 3 min left, 1.00 EUR, 1 hitch, 1.5 a minute, 1 in the making, 4 to go, "
        "4,800 tokens",
    ]


def test_what_has_no_price_is_told_in_tokens_and_what_has_one_in_part_says_so(run, clock):
    becomes(run, "made", clock)
    Endpoint.objects.update(price={})
    Call.objects.create(
        key="b", instance=run.instances.first(), endpoint="environment", model="m", role="client", step="client 2",
        seed=1, messages_digest="", messages=[], reply={}, text="", latency_ms=5, tokens_in=1, tokens_out=1,
    )  # fmt: skip
    stream = io.StringIO()
    reporting.Progress(stream)(run)
    line = stream.getvalue()
    assert "0.250 (1 reply without a price), " in line and ", 1,202 tokens" in line


def test_a_terminal_gets_one_bar_that_is_drawn_again_and_again_in_its_line(run, clock, columns):
    terminal = Terminal()
    watch = reporting.Progress(terminal)
    becomes(run, "made", clock)
    watch(run)
    for _ in range(4):
        becomes(run, "made", clock)
    watch(run)
    drawn = terminal.getvalue()
    assert "\n" not in drawn and drawn.count("\r") == drawn.count("\x1b[K") == 2
    assert "[##..................] 1 of 10 made" in drawn and "[##########..........] 5 of 10 made" in drawn
    watch.end()
    watch.end()
    watch.tell(["Done."])
    assert terminal.getvalue().removeprefix(drawn) == "\nDone.\n"


def test_a_common_terminal_tells_time_left_money_and_hitches(run, clock, columns):
    """At 80 columns it told how many are in the making and to go, and nothing of these."""
    columns(80)
    for _ in range(4):
        clock.goes_on(30)
        becomes(run, "made", clock)
    becomes(run, "making", clock, lease_by="a", lease_until=clock.now)
    Hitch.objects.create(run=run, endpoint="environment", kind="hang")
    clock.goes_on(30)
    terminal = Terminal()
    reporting.Progress(terminal)(run)
    for part in ("4 of 10 made", "0 failed", "left", "1.00 EUR", "1 hitch"):
        assert part in terminal.getvalue()


def test_what_is_logged_meanwhile_begins_a_line_of_its_own(run, clock, columns):
    terminal = Terminal()
    log = logging.StreamHandler(terminal)
    logging.getLogger().addHandler(log)
    try:
        with reporting.Progress(terminal) as watch:
            watch(run)
            logging.getLogger("synthesis").warning("logged")
        assert not log.filters
    finally:
        logging.getLogger().removeHandler(log)
    assert terminal.getvalue().endswith("\x1b[K\nlogged\n")


@pytest.mark.parametrize("width", [30, 60, 80, 150, 400])
def test_the_bar_never_breaks_into_a_second_line(run, clock, columns, width):
    columns(width)
    for _ in range(3):
        clock.goes_on(20)
        becomes(run, "made", clock)
    terminal = Terminal()
    reporting.Progress(terminal)(run)
    line = terminal.getvalue().removeprefix("\r").removesuffix("\x1b[K")
    assert len(line) < width and "3 of 1"[: max(0, width - 26)] in line


def test_a_run_that_was_stopped_says_so_and_tells_no_time_left(run, clock):
    for _ in range(3):
        clock.goes_on(20)
        becomes(run, "made", clock)
    run.state = "stopped"
    stream = io.StringIO()
    reporting.Progress(stream)(run)
    assert "stopped" in stream.getvalue() and " left" not in stream.getvalue()


def test_a_command_that_makes_a_run_tells_it_as_it_goes_and_ends_with_a_summary(
    endpoint, plan, capsys, monkeypatch
):
    """On the engine's own clock: it looks every second, so it is told to look at once."""
    monkeypatch.setattr("synthesis.running.LOOK_EVERY", 0.01)
    endpoint(lambda number, body: fake.BROKEN if number == 3 else None)
    run = plan(4, concurrency=2)
    call_command("resume", str(run.public_id), "--wait")
    told = capsys.readouterr().err.splitlines()
    assert any(line.startswith(("0 of 4 made, 0 failed, ", "1 of 4 made, 0 failed, ")) for line in told)
    replies = Call.objects.count()
    ending = [line for line in told if not line.startswith(tuple("01234"))]
    assert ending[0] == f"Run {run.serial}: 4 of 4 made, 0 failed."
    assert ending[1].startswith("Here: 4 sessions in ") and ending[1].endswith(" a minute.")
    assert ending[2] == f"Spent in all: {replies:,} replies, {120 * replies:,} tokens."
    assert ending[3] == "Went wrong on the way: 1 × the server failed."
