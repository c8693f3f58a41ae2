"""Whoever forgets `migrate` is told so, and not shown where in the code it stumbled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(home, *words):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    env |= {"DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}", "ONE_WAY_MIRROR_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True
    )


@pytest.mark.parametrize("words", [["load_guideline", "shipped"], ["load_profiles", "shipped"]], ids=" ".join)
def test_a_command_before_migrate_says_what_to_run(tmp_path, words):
    done = manage(tmp_path, *words)
    assert done.returncode == 1
    assert "Run `bin/manage migrate` first" in done.stderr and "Traceback" not in done.stderr


def test_who_asks_where_it_stumbled_is_shown(tmp_path):
    assert "Traceback" in manage(tmp_path, "load_guideline", "shipped", "--traceback").stderr
