"""Seconds per suite, what was skipped and why, and which of them run. A suite is a heavy marker, or else a folder."""

import os
from collections import defaultdict
from pathlib import PurePath

import pytest

from tests.parts import debian_postgres

HEAVY = ("long", "browser", "training", "labelstudio", "llm", "postgres")
NO_POSTGRES = debian_postgres.NONE
NO_BROWSER = "ONE_WAY_MIRROR_NO_BROWSER"  # set by bin/test to the reason why there is no Chromium

seconds: dict[str, float] = defaultdict(float)
counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
left_out: list[str] = []  # for want of --long
skipped: dict[tuple[str, str], int] = defaultdict(int)  # (heavy suite, reason): tests


def pytest_addoption(parser):
    parser.addoption(
        "--only", choices=("light", "heavy"), help="only the suites without, or with, real parts"
    )
    parser.addoption("--stored", action="store_true", help="only the tests that ask the database")
    parser.addoption("--long", action="store_true", help="also run the tests marked `long`: more kills")


def pytest_collection_modifyitems(config, items):
    only = config.getoption("--only")
    other = []
    for item in items:
        heavy = [name for name in HEAVY if item.get_closest_marker(name)]
        parts = PurePath(item.location[0]).parts
        item.user_properties.append(("suite", heavy[0] if heavy else parts[1] if len(parts) > 2 else "tests"))
        is_other = only and only != ("heavy" if heavy else "light")
        if is_other or (config.getoption("--stored") and not _asks_the_database(item)):
            other.append(item)
        if "browser" in heavy and os.environ.get(NO_BROWSER):
            item.add_marker(pytest.mark.skip(reason=os.environ[NO_BROWSER]))
    _leave_out(other, config, items)
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        left_out.extend(item.nodeid for item in long)
        _leave_out(long, config, items)


def _asks_the_database(item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"}
    return bool(item.get_closest_marker("django_db") or fixtures & set(item.fixturenames))


def _leave_out(some, config, items):
    if some:
        config.hook.pytest_deselected(items=some)
        gone = set(some)
        items[:] = [item for item in items if item not in gone]


def pytest_runtest_logreport(report):
    suite = dict(report.user_properties)["suite"]
    seconds[suite] += report.duration
    outcome = "failed" if report.failed else "skipped" if report.skipped else "passed"
    if outcome != "passed" or report.when == "call":
        counts[suite][outcome] += 1
    if report.skipped and not hasattr(report, "wasxfail") and suite in HEAVY:
        skipped[suite, report.longrepr[2].removeprefix("Skipped: ")] += 1


def forbidden_skips() -> list[str]:
    """In CI every heavy suite must run, except the browser's where Chromium could not be installed, and what needs a
    PostgreSQL of the system's own.
    """
    if os.environ.get("CI") != "true":
        return []
    allowed = {("browser", os.environ.get(NO_BROWSER)), ("labelstudio", NO_POSTGRES)}
    return sorted({suite for suite, reason in skipped if (suite, reason) not in allowed})


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if exitstatus == pytest.ExitCode.OK and forbidden_skips():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("seconds per suite")
    for suite, spent in sorted(seconds.items(), key=lambda row: -row[1]):
        told = ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts[suite].items()))
        terminalreporter.line(f"{suite:14}{spent:8.1f}   {told}")
    for (suite, reason), n in sorted(skipped.items()):
        terminalreporter.line(f"skipped in {suite}: {n} tests, because {reason}")
    if left_out:
        terminalreporter.line(f"not run: {len(left_out)} tests marked long; add --long")
    for suite in forbidden_skips():
        terminalreporter.line(f"CI: the suite {suite} must run, so this run has failed", red=True)
