"""The engine beside a raw client and three libraries: 1,000 independent calls of 50 ms, and 200 dialogues of 20 turns; and
beside the raw client alone technique sessions, of which a turn is eight calls, six of them at once.

All ask the same stub endpoint for the same words, with as many calls in flight. Each contender is started once, does
a small work to warm up, and then takes its turn in every round. Ours commits each reply to the database before the
session goes on; after every work the replies in the database are counted and every row is compared with what the
endpoint said. Planning, which writes the instances as rows, is told apart, as the imports are.
"""

import time
from dataclasses import dataclass, field, replace
from statistics import median

from bench.contest import endpoint
from bench.contest.contestants import Done, Fell, Ours
from bench.contest.databases import NotStored
from bench.contest.field import FLOOR, Here, load, options, place, tell, versions
from bench.contest.field import field as contenders_of
from bench.contest.work import Work
from bench.side_by_side import ratios

WARM_UP = 32  # sessions
EXCHANGES = 20  # of a technique session: 42 messages with the opening, as the published ones


@dataclass
class Taken:
    """What one contender took for a work, round by round; or why it could not do it."""

    rounds: list[Done] = field(default_factory=list)
    most_in_flight: int = 0
    why_not: str = ""


def one(contender, work: Work, served: endpoint.Endpoint, timeout: float, taken: Taken) -> None:
    served.forget()
    try:
        done = contender.do(work, timeout)
    except (Fell, NotStored) as problem:
        taken.why_not = str(problem)
        return
    counted = served.count()
    wrong = work.wrong(done.rows)
    # Calls of agents carry no mark.
    calls = counted["other"] if work.exchanges else counted["calls"]
    if len(done.rows) != work.sessions or wrong or counted["out_of_order"]:
        taken.why_not = (
            f"{len(done.rows)} of {work.sessions} sessions, {wrong} of them wrong, "
            f"{counted['out_of_order']} calls without the turn before"
        )
    elif calls != work.calls:
        taken.why_not = f"{calls} calls instead of {work.calls}"
    taken.most_in_flight = max(taken.most_in_flight, counted["most_in_flight"])
    taken.rounds.append(done)


def measure(
    contenders: dict,
    works: dict[str, Work],
    served: endpoint.Endpoint,
    why_not: dict[str, str],
    *,
    rounds: int,
    timeout: float,
) -> dict[str, dict[str, Taken]]:
    """{work: {contender: what it took}}; every round begins with another contender."""
    taken = {title: {name: Taken(why_not=why_not.get(name, "")) for name in contenders} for title in works}
    names = list(contenders)
    for round in range(rounds):
        start = round % len(names)
        for title, work in works.items():
            for name in names[start:] + names[:start]:
                if taken[title][name].why_not:
                    continue
                tell(f"round {round + 1} of {rounds}, {title}: {name}")
                # Of its own for each work: who finds an older one in its folder may answer with that.
                size = f"{work.sessions}-{work.exchanges or work.turns}"
                folder = f"{work.folder}/{place(contenders[name])}-{size}-{round}"
                own = replace(work, folder=folder)
                one(contenders[name], own, served, timeout, taken[title][name])
    return taken


def start(contenders: dict, work: Work, served: endpoint.Endpoint, timeout: float) -> dict[str, str]:
    """Start each and let it do a small work; returns why not, of those that could not."""
    why_not = {}
    for name, contender in contenders.items():
        tell(f"starting {name}")
        folder = f"{work.folder}/{place(contender)}-start"
        small = Work(served.url, folder, min(WARM_UP, work.sessions), 1, work.concurrency)
        try:
            contender.start(small)
            contender.do(small, timeout)
        except Fell as problem:
            if name == FLOOR:
                raise
            why_not[name] = f"it could not be started: {problem}"
            tell(f"{name}: {why_not[name]}")
            contender.kill()
    return why_not


def table(taken: dict[str, Taken], contenders: dict) -> str:
    lines = [
        "| what | s, median | range | times floor | range | processor s | in flight | planning s | load s | peak MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, one in taken.items():
        if one.why_not or not one.rounds:
            lines.append(f"| {name} | not done: {one.why_not} |" + " |" * 8)
            continue
        seconds = {
            name: [done.seconds for done in one.rounds],
            FLOOR: [d.seconds for d in taken[FLOOR].rounds],
        }
        over = ratios(seconds, FLOOR)[name]
        planning = median(done.planning for done in one.rounds)
        cells = [
            name, f"{median(seconds[name]):.2f}", _range(seconds[name]), f"{median(over):.2f}", _range(over),
            f"{median(done.processor for done in one.rounds):.2f}", str(one.most_in_flight),
            f"{planning:.2f}" if planning else "", f"{contenders[name].load:.1f}",
            f"{max(done.memory for done in one.rounds):.0f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def memory(ours: Ours, like: Work, sizes: list[int], timeout: float) -> str:
    """By how much the process that drives a run of so many instances grows, each in a process of its own."""
    lines = [
        f"Memory of {ours.name}, beyond what it held before the drive\n",
        "| instances | MB more | MB at most |",
        "|---:|---:|---:|",
    ]
    for size in sizes:
        tell(f"memory of {size} instances")
        work = replace(like, folder=f"{like.folder}/memory-{size}", sessions=size)
        ours.plan(work, timeout)
        ours.kill()
        # What is mapped of SQLite's file would count as memory of the process.
        ours.start(replace(work, more={"maps": False}))
        done = ours.drive(work, timeout)
        lines.append(f"| {size} | {done.grown:.0f} | {done.memory:.0f} |")
    return "\n".join(lines) + "\n"


def _sessions(n: int) -> str:
    return f"{n} technique sessions at once" if n > 1 else "One technique session"


def _range(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


def main() -> None:
    parser = options(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dialogues", type=int, default=200)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument(
        "--memory",
        default="100,1000,10000",
        metavar="N,…",
        help="instances of which the memory is shown, or nothing",
    )
    parser.add_argument(
        "--techniques", default="1,4", metavar="N,…",
        help="technique sessions of 42 messages that are made at once, or nothing; only the floor and ours make them",
    )  # fmt: skip
    asked = parser.parse_args()
    if not asked.calls and not asked.dialogues and not asked.techniques:
        parser.error("nothing is to be measured: give --calls, --dialogues or --techniques")
    here = Here.now()
    with contenders_of(asked) as (folder, contenders), endpoint.Endpoint(asked.latency / 1000) as served:
        same = {"url": served.url, "folder": str(folder), "concurrency": asked.concurrency}
        works = {
            f"{asked.calls} independent calls": Work(sessions=asked.calls, turns=1, **same),
            f"{asked.dialogues} dialogues of {asked.turns} turns": Work(
                sessions=asked.dialogues, turns=asked.turns, **same
            ),
        }
        works = {title: work for title, work in works.items() if work.sessions}
        chained = {
            _sessions(n): Work(sessions=n, turns=1, exchanges=EXCHANGES, **same)
            for n in (int(size) for size in asked.techniques.split(",") if size)
        }
        why_not = start(contenders, Work(sessions=WARM_UP, turns=1, **same), served, asked.timeout)
        begun = time.time()
        taken = measure(contenders, works, served, why_not, rounds=asked.rounds, timeout=asked.timeout)
        print(f"{here}\n{versions(asked)}\n")
        for title, work in works.items():
            ideal = work.calls * asked.latency / 1000 / work.concurrency
            print(
                f"{title} of {asked.latency:.0f} ms at concurrency {work.concurrency} "
                f"(no client can be under {ideal:.2f} s), {asked.rounds} rounds\n"
            )
            print(table(taken[title], contenders) + "\n", flush=True)
        if chained:
            able = {name: one for name, one in contenders.items() if name == FLOOR or isinstance(one, Ours)}
            taken = measure(able, chained, served, why_not, rounds=asked.rounds, timeout=asked.timeout)
            for title, work in chained.items():
                ideal = max(work.chain, work.calls / work.concurrency) * asked.latency / 1000
                print(
                    f"{title} of 42 messages: {work.calls} calls of {asked.latency:.0f} ms at concurrency "
                    f"{work.concurrency}, {work.chain} of a session one after the other (no client can be under "
                    f"{ideal:.2f} s), {asked.rounds} rounds\n"
                )
                print(table(taken[title], able) + "\n", flush=True)
        sizes = [int(size) for size in asked.memory.split(",") if size]
        if sizes and (ours := next((one for one in contenders.values() if isinstance(one, Ours)), None)):
            print(memory(ours, Work(sessions=0, turns=1, **same), sizes, asked.timeout))
        print(f"Load at the end {load():.1f}; {time.time() - begun:.0f} s in all.")


if __name__ == "__main__":
    main()
