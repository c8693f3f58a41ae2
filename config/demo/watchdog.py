"""Ends the process groups named on stdin once stdin closes: then the process that started them is gone.

Run as a script, in a session of its own, so that neither Ctrl-C nor a closed terminal reaches it.
"""

import os
import signal
import sys
import time


def end_group(group: int, stop_signal: int, grace: float, reap=lambda: None) -> None:
    """The signal, then SIGKILL after `grace` seconds. `reap` collects a child, else it never goes."""
    deadline = time.monotonic() + grace
    try:
        os.killpg(group, stop_signal)
        while time.monotonic() < deadline:
            reap()
            os.killpg(group, 0)
            time.sleep(0.02)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    groups: list[tuple[int, int]] = []
    for line in sys.stdin:
        sign, group, stop_signal = line.split()
        change = groups.append if sign == "+" else groups.remove
        change((int(group), int(stop_signal)))
    for group, stop_signal in reversed(groups):
        end_group(group, stop_signal, float(sys.argv[1]))


if __name__ == "__main__":
    main()
