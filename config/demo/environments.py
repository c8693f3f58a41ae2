"""Where bin/lib keeps the other environments and the weights, made on first use."""

import os
import subprocess
from pathlib import Path

from .processes import PartFailed

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(
    os.environ.get("ONE_WAY_MIRROR_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "one-way-mirror"
)


def in_shell(command: str) -> str:
    """The last line that a bash command prints after `bin/lib/environment.sh`; raises PartFailed with its last error."""
    script = f'source "{ROOT}/bin/lib/environment.sh"; {command}'
    done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        errors = done.stderr.strip().splitlines()
        raise PartFailed(errors[-1] if errors else f"{command}: status {done.returncode}")
    return done.stdout.strip().splitlines()[-1]


def label_studio_environment() -> Path:
    """The virtual environment that holds Label Studio; installing it takes about a minute."""
    return Path(in_shell("labelstudio_environment"))


def weights(name: str) -> Path:
    """The checked weights `smollm2` or `qwen`. The environment that installed uv has pip; the app's own has not."""
    python = 'python="$CACHE/uv-$UV_VERSION/bin/python"; [ -x "$python" ] || python="$(find_python)"; '
    return Path(in_shell(f'{python} "$python" "$ROOT/bin/lib/weights.py" {name}'))
