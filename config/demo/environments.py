"""Where bin/lib keeps the other environments and the weights, made on first use."""

import os
import subprocess
import sys
from pathlib import Path

from .processes import PartFailed

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(
    os.environ.get("ONE_WAY_MIRROR_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "one-way-mirror"
)


def in_shell(command: str) -> str:
    """What a bash command prints after `bin/lib/environment.sh`; PartFailed carries its last line of error.

    Its progress goes on to stderr as it comes: a first install takes a minute.
    """
    script = f'source "{ROOT}/bin/lib/environment.sh"; {command}'
    last = f"{command}: failed"
    with subprocess.Popen(
        ["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as shell:
        for line in shell.stderr:
            print(line, end="", file=sys.stderr, flush=True)
            last = line.strip() or last
        printed = shell.stdout.read().strip()
    if shell.returncode:
        raise PartFailed(last)
    return printed


def label_studio_environment() -> Path:
    """The virtual environment that holds Label Studio; installing it takes about a minute."""
    return Path(in_shell("labelstudio_environment"))


def weights(name: str) -> Path:
    """The checked weights `smollm2` or `qwen`, by the environment that installed uv: that one has pip."""
    python = 'python="$CACHE/uv-$UV_VERSION/bin/python"; [ -x "$python" ] || python="$(find_python)"; '
    return Path(in_shell(f'{python} "$python" "$ROOT/bin/lib/weights.py" {name}'))
