"""How a contender is spoken with: it loads, says so, and then does one work after the other until it is left alone.

It is told a work in one line of its standard input, and answers in one line of JSON on the standard output that it
was started with; what a library prints goes with the standard error into its log. Standard library only.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.contest.work import Work


def processor() -> float:
    """Seconds of this process and of those that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def most_memory() -> float:
    """The most MB that this process has held since that was last forgotten."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("/proc/self/status says nothing of VmHWM")


def forget_most_memory() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def compete(load: Callable[[Work], Callable[[Work], dict | None]]) -> None:
    """`load(work)` imports and sets up what can be before any work, and returns what does a work like it."""
    said = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    begun = time.perf_counter()
    do = load(Work.of_text(sys.argv[1]))
    said.write(json.dumps({"load": time.perf_counter() - begun, "processor": processor()}) + "\n")
    for line in sys.stdin:
        forget_most_memory()
        used, held = processor(), most_memory()
        more = do(Work.of_text(line)) or {}
        done = {"processor": processor() - used, "memory": most_memory(), "grown": most_memory() - held}
        said.write(json.dumps(done | more) + "\n")
