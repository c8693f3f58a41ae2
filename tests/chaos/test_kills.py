"""SIGKILL of synthesis worker, Valkey, Label Studio and node, one at a time, while that stage's rows move."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


LONG = [pytest.param(number, marks=pytest.mark.long) for number in range(2, 6)]


@pytest.mark.labelstudio
@pytest.mark.training
@pytest.mark.parametrize("time", [1, *LONG], ids="time-{}".format)
def test_whatever_is_killed_everything_finishes_and_nothing_is_lost_or_doubled(time):
    seed = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(10**6))
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "ONE_WAY_MIRROR_HOME"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", str(seed)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=2400,
    )
    assert done.returncode == 0, f"CHAOS_SEED={seed}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    facts = json.loads(done.stdout.splitlines()[-1])
    print(facts)
    assert set(facts) == {"seed", "worker", "valkey", "label_studio", "node"}
    assert facts["worker"]["killed_at_call"] < facts["worker"]["calls"]
    assert facts["valkey"]["killed_at_call"] < facts["valkey"]["calls"]
