"""The report of bin/test, tried on small suites in a process of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest

@pytest.mark.llm
def test_reply():
    pytest.skip("no weights here")

@pytest.mark.browser
def test_page():
    pass

@pytest.mark.long
def test_soak():
    pass

def test_plain():
    pass
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "test_small.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  llm\n  browser\n  long\n")

    def run_suite(*arguments: str, **environment: str) -> tuple[int, str]:
        plugins = ["-p", "no:cacheprovider", "-p", "tests.plugin_suites"]
        clean = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
        bare = {
            "PYTHONPATH": str(ROOT),
            "ONE_WAY_MIRROR_NO_BROWSER": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *plugins, *arguments],
            cwd=tmp_path,
            env=clean | bare | environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout

    return run_suite


def test_a_skipped_suite_is_named_with_its_reason(run):
    status, report = run()
    assert status == 0
    assert "skipped in llm: 1 tests, because no weights here" in report
    assert "2 passed, 1 skipped, 1 deselected" in report


def test_in_ci_a_skipped_heavy_suite_fails_the_run(run):
    status, report = run(CI="true")
    assert status == 1
    assert "the suite llm must run" in report


def test_in_ci_the_browser_suite_alone_may_be_skipped_where_chromium_cannot_be_had(run):
    status, report = run("-k", "page or plain", CI="true", ONE_WAY_MIRROR_NO_BROWSER="no Chromium here")
    assert status == 0
    assert "skipped in browser: 1 tests, because no Chromium here" in report


def test_long_tests_run_only_when_asked(run):
    _, report = run("--long")
    assert "3 passed, 1 skipped" in report
    assert "deselected" not in report


def test_the_light_and_the_heavy_ones_run_apart(run):
    _, light = run("--only", "light")
    assert "1 passed, 3 deselected" in light
    _, heavy = run("--only", "heavy", "--long")
    assert "2 passed, 1 skipped, 1 deselected" in heavy


@pytest.fixture
def script(tmp_path):
    """bin/test beside a Python that only writes how it was called; where `falls` is in the call it ends with `code`."""
    (tmp_path / "bin" / "lib").mkdir(parents=True)
    shutil.copy(ROOT / "bin" / "test", tmp_path / "bin" / "test")
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$*" >> calls\ncase "$*" in *"$FALLS"*) exit "$AS";; esac\n')
    chromium = tmp_path / "chromium"
    chromium.write_text("#!/bin/sh\n")
    for program in (python, chromium):
        program.chmod(0o755)
    (tmp_path / "bin" / "lib" / "environment.sh").write_text(
        f"set -euo pipefail\nROOT={tmp_path}\napp_environment() {{ echo {tmp_path}; }}\n"
    )
    (tmp_path / "bin" / "python").symlink_to(python)

    def run_script(*arguments: str, falls: str = "light", code: int = 0) -> tuple[int, list[str]]:
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [tmp_path / "bin" / "test", *arguments],
            env=os.environ | {"PATH": path, "FALLS": falls, "AS": str(code)},
            capture_output=True,
        )
        light, *heavy = (tmp_path / "calls").read_text().splitlines()
        return done.returncode, [light, *sorted(heavy)]  # the heavy ones run side by side

    return run_script


LIGHT = "-m pytest --only light -n auto"
HEAVY = ["-m pytest --only heavy -m not postgres", "-m pytest --only heavy -m postgres"]


@pytest.mark.parametrize("code, ran", [(0, [LIGHT, *HEAVY]), (1, [LIGHT, *HEAVY]), (2, [LIGHT])])
def test_a_light_one_that_failed_fails_the_run_and_ctrl_c_ends_it(script, code, ran):
    assert script(code=code) == (code, ran)


@pytest.mark.parametrize("half", HEAVY)
def test_either_half_of_the_heavy_ones_fails_the_run(script, half):
    assert script(falls=half.removeprefix("-m pytest --only "), code=1) == (1, [LIGHT, *HEAVY])


def test_long_belongs_to_all(script):
    assert script("--long")[1] == [f"{one} --long" for one in (LIGHT, *HEAVY)]


def test_what_is_named_is_one_run(script):
    assert script("tests/review", "--long") == (0, ["-m pytest tests/review --long"])
