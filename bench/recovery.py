"""The engine beside three libraries after SIGKILL at half of 1,000 calls: does it finish, and what is asked twice?

Each contender is killed with everything that it started as soon as the stub endpoint has answered half of the calls,
and started again on the same folder or database, as its own documentation says. Asked twice at best is what was in
flight at the kill: what the endpoint had not answered yet, nobody can have kept. Then every row is compared with what
the endpoint said.
"""

import time
from dataclasses import dataclass

from bench.contest import endpoint
from bench.contest.contestants import Fell
from bench.contest.databases import NotStored
from bench.contest.datadesigner import BUFFER
from bench.contest.field import Here, field, options, place, tell, versions
from bench.contest.work import Work, wrong_rows


@dataclass
class Recovered:
    """How one contender came back. `answered` and `in_flight` are the endpoint's counts at the kill."""

    name: str
    answered: int = 0
    in_flight: int = 0
    asked: int = 0
    repeated: int = 0
    lost: int = 0
    wrong: int = 0
    seconds: float = 0.0
    why_not: str = ""


def until_half(served: endpoint.Endpoint, half: int, timeout: float) -> dict:
    """The endpoint's counts as soon as it has answered so many calls."""
    ends = time.monotonic() + timeout
    while (counted := served.count())["answered"] < half:
        if time.monotonic() > ends:
            raise Fell(f"half was not answered after {timeout:.0f} s, but {counted['answered']} calls")
        time.sleep(0.01)
    return counted


def recover(contender, work: Work, served: endpoint.Endpoint, timeout: float) -> Recovered:
    served.forget()
    found = Recovered(contender.name)
    try:
        contender.start(work, timeout)
        contender.plan(work, timeout)
        contender.begin(work)
        counted = until_half(served, work.calls // 2, timeout)
        contender.kill()
        # The last ones may have come while it was being killed.
        found.answered, found.in_flight = counted["answered"], counted["in_flight"]
        contender.start(work, timeout)
        begun = time.monotonic()
        contender.begin(work)
        try:
            contender.end(timeout)
        finally:
            found.seconds = time.monotonic() - begun
            counted = served.count()
            found.asked, found.repeated = counted["calls"], counted["repeated"]
        rows = contender.rows(work)
        found.lost, found.wrong = work.sessions - len(rows), wrong_rows(rows, work.turns)
    except (Fell, NotStored) as problem:
        found.why_not = str(problem)
    finally:
        contender.kill()
    return found


def table(all_found: list[Recovered], work: Work) -> str:
    lines = [
        "| what | finished | answered at the kill | in flight at the kill | asked in all | asked twice | lost | wrong "
        "| s to the end |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for found in all_found:
        if found.why_not:
            missing = f"no: {found.why_not}"
            cells = [
                found.name,
                missing,
                found.answered,
                found.in_flight,
                found.asked,
                found.repeated,
                "",
                "",
                "",
            ]
        else:
            cells = [
                found.name, "yes", found.answered, found.in_flight, found.asked,
                f"{found.repeated} ({found.repeated / work.calls:.1%})", found.lost, found.wrong,
                f"{found.seconds:.1f}",
            ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main() -> None:
    parser = options(__doc__.splitlines()[0])
    parser.set_defaults(timeout=120.0)
    asked = parser.parse_args()
    here = Here.now()
    all_found = []
    with field(asked) as (folder, contenders), endpoint.Endpoint(asked.latency / 1000) as served:
        for name, contender in contenders.items():
            tell(f"{name}: killed at half, and started again")
            own = f"{folder}/{place(contender)}"
            work = Work(served.url, own, asked.calls, 1, asked.concurrency)
            all_found.append(recover(contender, work, served, asked.timeout))
    print(f"{here}\n{versions(asked)}\n")
    print(
        f"{asked.calls} calls of {asked.latency:.0f} ms at concurrency {asked.concurrency}; data-designer keeps groups "
        f"of {BUFFER} records, distilabel batches of {asked.concurrency}, the others each reply; an end was awaited for "
        f"{asked.timeout:.0f} s\n"
    )
    print(table(all_found, work))


if __name__ == "__main__":
    main()
