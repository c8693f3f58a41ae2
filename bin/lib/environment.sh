# Sourced by every script in bin/: makes an environment on first use and reuses it afterwards.
# Heavy environments live in one cache folder, each keyed by the hash of its lock file.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
CACHE="${ONE_WAY_MIRROR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/one-way-mirror}"
UV_VERSION=0.13.8
mkdir -p "$CACHE"
# uv does not read pip's settings; hand on where this machine keeps its own wheels and certificates.
if [ -n "${PIP_FIND_LINKS:-}" ]; then export UV_FIND_LINKS="${UV_FIND_LINKS:-$PIP_FIND_LINKS}"; fi
if [ -n "${PIP_CERT:-}" ]; then export SSL_CERT_FILE="${SSL_CERT_FILE:-$PIP_CERT}"; fi
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" UV_LINK_MODE="${UV_LINK_MODE:-hardlink}" UV_CACHE_DIR="${UV_CACHE_DIR:-$CACHE/uv-cache}"
# Where Python may not write compiled modules beside the sources it would compile thousands in every process: keep them here.
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ]; then
  unset PYTHONDONTWRITEBYTECODE
  export PYTHONPYCACHEPREFIX="${PYTHONPYCACHEPREFIX:-$CACHE/compiled}"
fi

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  echo "One-Way Mirror needs Python 3.11 or newer; none was found." >&2; return 1
}

# environment NAME LOCKFILE... : prints the folder of the virtual environment, installing it first if needed.
environment() {
  local name="$1"; shift
  local python folder key
  python="$(find_python)"
  key="$( { "$python" -c 'import sys; print(sys.version)'; cat "$@"; } | sha256sum | cut -c1-16)"
  folder="$CACHE/env-$name-$key"
  if [ ! -e "$folder/.ready" ]; then
    (
      flock 9
      [ -e "$folder/.ready" ] && exit 0
      echo "Installing the $name environment into $folder (first use only) ..." >&2
      local uv="$CACHE/uv-$UV_VERSION"
      if [ ! -e "$uv/.ready" ]; then
        rm -rf "$uv"
        "$python" -m venv "$uv" >&2
        "$uv/bin/pip" install --quiet "uv==$UV_VERSION" >&2
        touch "$uv/.ready"
      fi
      rm -rf "$folder"
      "$uv/bin/uv" venv --quiet --python "$python" "$folder" >&2
      local arguments=() lock
      for lock in "$@"; do arguments+=(-r "$lock"); done
      "$uv/bin/uv" pip install --quiet --python "$folder/bin/python" "${arguments[@]}" >&2
      touch "$folder/.ready"
    ) 9>"$CACHE/env-$name.lock"
  fi
  echo "$folder"
}

app_environment() { environment app "$ROOT/requirements.txt" "$ROOT/bin/requirements/local.txt"; }
labelstudio_environment() { environment labelstudio "$ROOT/bin/requirements/labelstudio.txt"; }
training_environment() { environment training "$ROOT/exports/training/requirements.txt"; }
