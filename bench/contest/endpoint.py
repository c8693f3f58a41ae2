"""The stub endpoint as a process that others ask, and its counts."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from bench.contest import stub

ROOT = Path(__file__).resolve().parents[2]


class Endpoint:
    """A stub with this latency in seconds; use as a context manager."""

    def __init__(self, latency: float):
        self.latency = latency

    def __enter__(self) -> "Endpoint":
        command = [sys.executable, "-m", "bench.contest.stub", "--latency", str(self.latency)]
        self.popen = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = self.popen.stdout.readline().strip()
        return self

    def __exit__(self, *_) -> None:
        self.popen.stdin.close()
        self.popen.wait(10)
        self.popen.stdout.close()

    def count(self) -> dict:
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/count") as answer:
            return json.load(answer)

    def forget(self) -> None:
        address = urllib.request.Request(self.url.removesuffix("/v1") + "/forget", method="POST")
        urllib.request.urlopen(address).close()


def ceiling() -> float:
    """Calls a second that the stub answers at most on this machine now."""
    with Endpoint(0.0) as endpoint:
        return asyncio.run(stub.ceiling(endpoint.url))
