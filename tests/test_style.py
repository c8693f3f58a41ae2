"""The linter's word is part of the tests: what it refuses does not land."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_linter_finds_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "All checks passed" in done.stdout


def test_the_formatter_would_change_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "already formatted" in done.stdout


def test_no_python_file_is_longer_than_400_lines():
    long = {}
    for path in ROOT.rglob("*.py"):
        if not {"migrations", "var", ".git"} & set(path.parts):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > 400:
                long[path.relative_to(ROOT).as_posix()] = lines
    assert not long, long
