import subprocess
from pathlib import Path

from bench.side_by_side import interleaved, ratios, table

ROOT = Path(__file__).resolve().parents[2]


def test_every_round_runs_all_and_begins_with_another_one():
    ran = []
    contenders = {name: lambda name=name: ran.append(name) or name.upper() for name in "abc"}
    answers, seconds = interleaved(contenders, rounds=4)
    assert "".join(ran) == "abcbcacababc"
    assert answers == {"a": "A", "b": "B", "c": "C"}
    assert {name: len(values) for name, values in seconds.items()} == {"a": 4, "b": 4, "c": 4}


def test_ratios_are_taken_within_a_round():
    # A machine that slows down leaves the ratio as it is.
    seconds = {"floor": [0.25, 0.5, 1.0], "ours": [0.5, 1.0, 3.0]}
    assert ratios(seconds, "floor") == {"floor": [1, 1, 1], "ours": [2, 2, 3]}
    assert table(seconds, to="floor").splitlines()[-1] == "| ours | 1000 | 500 to 3e+03 | 2 | 2 to 3 |"


def test_a_measurement_that_is_not_there_is_refused_with_those_that_are():
    done = subprocess.run([ROOT / "bin" / "bench", "speed"], capture_output=True, text=True)
    assert done.returncode == 2
    assert {"agreement", "guidelines"} <= set(done.stderr.splitlines())
    assert "side_by_side" not in done.stderr
