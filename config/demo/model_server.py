"""An OpenAI-compatible model server on loopback: llama.cpp's own, from a wheel, with weights from the cache.

As a module it is the server itself:
`python -m config.demo.model_server --weights PATH --alias smollm2 --port N --slots 4`.
"""

import argparse
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

from .environments import ROOT, weights
from .ports import LOOPBACK, free_port, listening_in_group
from .processes import Process, Stack

CONTEXT_PER_SLOT = 8192  # tokens; llama.cpp's context is shared by its slots


def start(
    stack: Stack, folder: Path | str, name: str = "smollm2", *, slots: int = 4, port: int | None = None
) -> str:
    """Serve the weights `name` ("smollm2", "qwen") as the model `name`; returns the base URL with /v1."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [sys.executable, "-m", __name__, "--weights", weights(name), "--alias", name]
    command += ["--port", port, "--slots", slots]

    def ready(process: Process) -> bool:
        return listening_in_group(port, process.group) and _healthy(port)

    stack.start(f"model-{name}", command, ready=ready, timeout=180, cwd=ROOT)
    return f"http://{LOOPBACK}:{port}/v1"


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/health", timeout=5) as answer:
            return json.load(answer).get("status") == "ok"
    except (urllib.error.URLError, TimeoutError):  # 503 while the weights load
        return False


def serve(*, path: str, alias: str, port: int, slots: int) -> None:
    """Serve until SIGTERM, which skips the interpreter's own exit: native threads hold the model.

    A thread for each core, or ONE_WAY_MIRROR_MODEL_THREADS. Left to themselves they wait for one another by
    spinning, and one other busy process on two cores brings SmolLM2 from 39 tokens per second down to 2.
    Waiting asleep (OMP_WAIT_POLICY, read when the library is loaded) keeps 14 and more.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import xllamacpp

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threads = int(os.environ.get("ONE_WAY_MIRROR_MODEL_THREADS") or len(os.sched_getaffinity(0)))
    settings = xllamacpp.CommonParams()
    settings.model.path = path
    settings.model_alias = {alias}
    settings.hostnames, settings.port = [LOOPBACK], port
    settings.n_parallel, settings.n_ctx = slots, CONTEXT_PER_SLOT * slots
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = threads
    settings.ui = False
    settings.cache_ram_mib = 256
    settings.endpoint_metrics = True
    server = xllamacpp.Server(settings)
    print(f"{alias} at {server.listening_address}", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--slots", type=int, default=4)
    given = parser.parse_args()
    serve(path=given.weights, alias=given.alias, port=given.port, slots=given.slots)
