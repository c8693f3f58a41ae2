"""The fast suites once more on PostgreSQL: SQLite is the laptop's database, PostgreSQL the study's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Beside what asks nothing of the database: what asks nothing that hangs on which one it is, or starts parts of its own.
WITHOUT = ["tests/parts", "tests/review/agreement", "tests/test_layers.py", "tests/guidelines/test_shipped_content.py",
           "tests/guidelines/test_shipped_rubrics.py", "tests/exports/training", "tests/chaos", "tests/browser",
           "tests/config", "tests/test_style.py", "tests/review/test_planted_anchoring.py", "tests/review/test_gamma.py",
           "tests/guidelines/test_spreadsheets.py", "tests/guidelines/test_saved_by_libreoffice.py",
           "tests/guidelines/test_dialects.py", "tests/guidelines/test_drawing.py", "tests/guidelines/test_word_diff.py",
           "tests/guidelines/test_saved_csv.py", "tests/faults/test_kills_while_moving.py",
           "tests/faults/test_several_workers.py", "tests/bench", "tests/test_blindness.py"]  # fmt: skip


@pytest.mark.postgres
def test_the_fast_suites_pass_on_postgresql(postgres_url, tmp_path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--maxfail=8",
        "--only=light",
        "--stored",
        "-n=auto",
        "tests",
    ]
    command += [f"--ignore={path}" for path in WITHOUT if (ROOT / path).exists()]
    env = {**os.environ, "DATABASE_URL": postgres_url, "ONE_WAY_MIRROR_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    # The database really was the other one: its name is in the run's own header, and tests did run.
    assert " passed" in done.stdout, done.stdout[-2000:]
