"""Contenders timed in turn, in seconds of processor time: on a busy machine those of the clock mean little.

So what is compared computes, in this process, and does not wait.
"""

import sys
import time
from collections.abc import Callable, Mapping
from statistics import median


def interleaved(contenders: Mapping[str, Callable], *, rounds: int) -> tuple[dict, dict[str, list[float]]]:
    """({name: its last answer}, {name: seconds per round}); every round runs all, beginning with another one."""
    names, answers = list(contenders), {}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for round in range(rounds):
        start = round % len(names)
        for name in names[start:] + names[:start]:
            print(f"round {round + 1} of {rounds}: {name}", file=sys.stderr)
            begun = time.process_time()
            answers[name] = contenders[name]()
            seconds[name].append(time.process_time() - begun)
    return answers, seconds


def ratios(seconds: dict[str, list[float]], to: str) -> dict[str, list[float]]:
    """Each contender's seconds over those of `to` in the same round."""
    return {
        name: [own / base for own, base in zip(all_, seconds[to], strict=True)]
        for name, all_ in seconds.items()
    }


def table(seconds: dict[str, list[float]], *, to: str, unit: float = 1e3, unit_name: str = "ms") -> str:
    """A Markdown table: median and range of the seconds, and the median ratio to `to` with its range."""
    lines = [f"| what | {unit_name}, median | range | times {to} | range |", "|---|---:|---:|---:|---:|"]
    for name, over in ratios(seconds, to).items():
        own = [value * unit for value in seconds[name]]
        cells = [name, f"{median(own):.4g}", _range(own), f"{median(over):.3g}", _range(over)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _range(values: list[float]) -> str:
    return f"{min(values):.3g} to {max(values):.3g}"
