"""The options of bin/demo."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    headless: bool
    instances: int
    simulate_reviewers: int
    train: bool
    model: str
    keep: bool
    home: Path


def parse(arguments: list[str], *, root: Path) -> Options:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Start every part on this machine and walk the road from guideline to model.",
    )
    add = parser.add_argument
    add("--headless", action="store_true", help="walk the whole road unattended, print one JSON line, stop")
    add("--instances", type=int, default=4, metavar="N", help="sessions to make (default 4, at least 2)")
    add(
        "--simulate-reviewers",
        type=int,
        default=0,
        metavar="N",
        help="let N simulated reviewers judge (at least 2)",
    )
    add("--train", action="store_true", help="train an adapter on the frozen dataset")
    add("--model", choices=["smollm2", "qwen", "env"], default="qwen",
        help="smollm2: small, poor text; qwen: readable (default); env: OPENAI_BASE_URL and its fellows")  # fmt: skip
    add("--keep", action="store_true", help="keep databases, logs and the services' data after the stop")
    add("--home", type=Path, default=None, help="where to keep them (default: a new folder under var/)")
    given = parser.parse_args(arguments)
    if given.instances < 2:
        parser.error("--instances must be at least 2")
    if given.simulate_reviewers == 1 or given.simulate_reviewers < 0:
        parser.error("--simulate-reviewers must be at least 2: every session is read twice")
    if given.headless and not given.simulate_reviewers:
        parser.error("--headless needs --simulate-reviewers: nobody else would judge")
    home = given.home or fresh_home(root / "var")
    return Options(given.headless, given.instances, given.simulate_reviewers, given.train, given.model, given.keep,
                   home.resolve())  # fmt: skip


def fresh_home(var: Path) -> Path:
    """A new folder var/demo-1, var/demo-2, ...: a demo never starts on another one's leftovers."""
    var.mkdir(exist_ok=True)
    number = 1
    while True:
        home = var / f"demo-{number}"
        try:
            home.mkdir()
        except FileExistsError:
            number += 1
        else:
            return home
