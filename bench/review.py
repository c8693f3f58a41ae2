"""The review at its size and under load: pages of a study of 100,000 sessions, sending and reading 10,000 of them, and
judgements written by many at once, submitted twice, changed in two tabs, or with a part killed under them.

Everything is made anew, in a database of its own, and gone afterwards. The pages are looked at through Django's own test
client; all else happens to a real Label Studio on SQLite and to our gateway, as processes on this machine. What was
confirmed to a writer and is in no decision is *lost*; what is in two is *doubled*: with any of them this ends with 1.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import pages
from bench.reviewing import tables

PARTS = ("pages", "sending", "reading", "writers", "deciding")


def main() -> None:
    asked = _asked()
    lost = 0
    with tempfile.TemporaryDirectory(prefix="one-way-mirror-bench-") as home:
        folder = Path(home)
        folder.chmod(0o755)  # a server of PostgreSQL does not run as root
        from config.demo.processes import Stack

        with Stack(folder) as stack, _database(asked.on, stack, folder) as url:
            pages.start(folder, url)
            print(tables.about(asked.on, asked.rounds))
            # What is looked at comes last: it is large, and slow to write beside.
            if "deciding" in asked.only:
                lost += _deciding(asked)
            if {"sending", "reading", "writers"} & set(asked.only):
                lost += _with_label_studio(asked, stack, folder)
            if "pages" in asked.only:
                _pages(asked)
    print(f"\nLost or doubled in all: {lost}.")
    raise SystemExit(1 if lost else 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--sessions", type=int, default=100_000, help="of the pages; above 1,000 in thousands"
    )
    parser.add_argument("--tasks", type=int, default=10_000, help="to send")
    parser.add_argument("--changed", type=int, default=1_200, help="judged, of a tenth more than are sent")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--each", type=int, default=25, help="judgements of each writer")
    parser.add_argument(
        "--looks", type=int, default=100, help="at each page; of twenty, the 95th percentile is the slowest"
    )
    parser.add_argument(
        "--small", action="store_true", help="does everything work? a minute; says nothing of time"
    )
    asked = parser.parse_args()
    if asked.small:
        small = {"rounds": 1, "sessions": 60, "tasks": 24, "changed": 6, "writers": 3, "each": 4, "looks": 1}
        vars(asked).update(small)
    if asked.sessions > 1_000 and asked.sessions % 1_000:
        parser.error("--sessions above 1,000 are thousands")
    return asked


def _deciding(asked) -> int:
    from bench.reviewing import deciding

    found, counted = deciding.measure(writers=asked.writers, each=asked.each, rounds=asked.rounds)
    what = f"{asked.writers} processes, each {asked.each} decisions on the same {asked.each} sessions, straight into "
    print(tables.written(f"Judgements written at once ({what}{asked.on})", found, to=deciding.BARE))
    print(
        tables.counts(
            [(f"all of these, and half of {asked.writers} killed at half and begun again", counted, 0, "")]
        )
    )
    return counted.lost + counted.doubled


def _with_label_studio(asked, stack, folder: Path) -> int:
    from bench.reviewing import exchange, writers

    parts, lost = writers.Parts(stack, folder), 0
    if "sending" in asked.only:
        given = {"tasks": asked.tasks, "rounds": asked.rounds}
        found = exchange.push(parts.part, parts.studio, **given)
        print(tables.seconds(f"Sending {asked.tasks:,} sessions", found, to=exchange.BARE_PUSH))
    if "reading" in asked.only:
        tasks = asked.tasks + asked.tasks // 10
        found = exchange.pull(
            parts.part, parts.studio, tasks=tasks, changed=asked.changed, rounds=asked.rounds
        )
        title = f"Reading {asked.changed:,} new judgements among {tasks:,} sessions"
        print(tables.seconds(title, found, to=exchange.BARE_PULL))
    if {"sending", "reading"} & set(asked.only):
        print(tables.PEERS_EXCHANGE)
    if "writers" in asked.only:
        size = {"writers": asked.writers, "each": asked.each}
        found, pulls, counted = writers.speed(parts, rounds=asked.rounds, **size)
        title = f"Judgements submitted at once ({asked.writers} reviewers, each {asked.each})"
        print(tables.written(title, found, to=writers.DIRECT))
        print(tables.reading(pulls, asked.writers * asked.each))
        happened = writers.mishaps(parts, **size)
        rows = [("submitted at once, as above", counted, 0, "")]
        rows += [(one.what, one.counted, one.asked_again, one.note) for one in happened]
        print(tables.counts(rows))
        print(tables.PEERS_WRITERS)
        lost = sum(counted.lost + counted.doubled for _what, counted, *_more in rows)
    return lost


def _pages(asked) -> None:
    from bench.reviewing import looking, study

    print(f"making {asked.sessions} sessions with their decisions", file=sys.stderr)
    made = study.build(asked.sessions)
    print(
        f"\n**Pages** ({tables.size_of()}; server time, to be under {looking.MOST_MS} ms at the 95th percentile):\n"
    )
    for found in looking.stages(made, rounds=asked.looks, agreed=True):
        print(pages.table({asked.sessions: found}, "sessions"), end="\n\n", flush=True)
    print(tables.PEERS_PAGES)


@contextlib.contextmanager
def _database(name: str, stack, folder: Path) -> Iterator[str]:
    """The URL of a database that is gone afterwards; empty for SQLite's file."""
    if name == "sqlite":
        yield ""
        return
    from config.demo import postgres

    yield postgres.start(stack, folder / "postgres")


if __name__ == "__main__":
    main()
