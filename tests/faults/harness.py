"""Run tests.faults.kills in a process of its own: its database, its broker and its workers are nobody else's."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DJANGO_", "ONE_WAY_MIRROR_HOME", "DATABASE_URL", "PYTEST_")


def facts(database: str, *wanted, seconds: float) -> list[dict]:
    """One dictionary for each of the seeds; fails with the command that shows the failure again."""
    command = [sys.executable, "-m", "tests.faults.kills", database, *map(str, wanted)]
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=seconds)
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = [one for one in told if "failed" not in one]
    for one in told:
        if "failed" in one:
            raise AssertionError(
                f"python -m tests.faults.kills {database} {one['seed']}\n{one['failed']}\n{found}"
            )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr[-4000:]}"
    return found
