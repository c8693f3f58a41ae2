"""Kill a part at a random moment while a run is moving, start it again, and look that nothing is lost, wrong or paid twice.

python -m tests.faults.kills sqlite|postgres SEED...     ->  a JSON line of facts for each seed
python -m tests.faults.kills sqlite|postgres together    ->  one for three workers on one run
"""

import json
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from config.demo.processes import Stack, stop_on_sigterm
from tests.faults.plan import HONEST
from tests.faults.stub import Stub
from tests.faults.town import CALL_SECONDS, PARTS, Idle, Town, moment, until

SESSIONS, CONCURRENCY = 8, 6
FEW = 3  # each worker claims ahead as many as it makes at once: so that there are enough for three


def plan(town: Town, client: str, *, sessions: int = SESSIONS, concurrency: int = CONCURRENCY):
    """A run over a client of its own, so that no other run's replies are those of this one; and what must come of it."""
    from guidelines.models import Version
    from synthesis import planning
    from synthesis.models import Endpoint
    from tests.factories import client_profile, published_guideline
    from tests.faults.oracle import foretell

    version = Version.objects.first() or published_guideline()
    Endpoint.objects.update_or_create(
        name="environment", defaults={"base_url": town.stub.url, "probed": {"support": "honoured"}}
    )
    run = planning.plan(
        recipe="supervised_dialogue", version=version, pairs="all", samples=sessions, limit=sessions,
        profiles=[client_profile(client)], concurrency=concurrency,
    )  # fmt: skip
    town.stub.forget()
    return run, foretell(run, HONEST)


def keys_stored(right: dict) -> set[str]:
    """Those of the run's replies that are in the store now."""
    from synthesis.models import Call

    keys = {key for told in right.values() for key in told.trace}
    return set(Call.objects.filter(key__in=keys).values_list("key", flat=True))


def kill_while_moving(town: Town, part: str, seed: int) -> dict:
    chance = random.Random(seed)
    run, right = plan(town, f"client-{town.database}-{seed}")
    calls = sum(len(told.trace) for told in right.values())
    at, later = moment(chance, calls)
    town.wake()
    until(lambda: town.stub.answered.total() >= at, 60, f"{part}: the run did not begin to move", error=Idle)
    time.sleep(later)
    seen = keys_stored(right)
    town.kill(part)
    answered = town.stub.answered.total()
    town.start_again(part)
    stored = _when_the_database_is_back(lambda: keys_stored(right))
    assert answered < calls, "everything was answered before the kill"
    assert seen <= stored, f"{len(seen - stored)} stored replies are lost"
    finish(town, run)
    facts = {"seed": seed, "part": part, "killed_at": answered, "calls": calls, "stored_then": len(stored)}
    return facts | nothing_lost_wrong_or_paid_twice(town, run, right, stored, in_flight=CONCURRENCY)


def _when_the_database_is_back(look):
    from django.db import Error, connection

    deadline = time.monotonic() + 30
    while True:
        try:
            return look()
        except Error:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def finish(town: Town, run, *, workers: int = 1, looks=lambda: None) -> None:
    left = run.instances.filter(state__in=["planned", "making"])
    deadline, woken = time.monotonic() + 120, 0.0
    while left.exists():
        assert time.monotonic() < deadline, (
            f"not finished: {list(left.values('state', 'lease_by', 'failure'))}"
        )
        if time.monotonic() - woken > 1:
            town.wake(workers)
            woken = time.monotonic()
        looks()
        time.sleep(0.05)


def nothing_lost_wrong_or_paid_twice(
    town: Town, run, right: dict, stored: set[str], *, in_flight: int
) -> dict:
    """`stored`: the keys that were in the store at the kill; `in_flight`: how many calls were out at most."""
    from synthesis import replaying
    from synthesis.identity import seed_of

    for instance in run.instances.all():
        assert instance.state == "made", (instance.state, instance.failure)
        assert instance.content == right[instance.pk].content and instance.trace == right[instance.pk].trace
    assert all(one.is_rebuilt for one in replaying.replay(run.instances.all()))
    keys = {key for told in right.values() for key in told.trace}
    assert keys_stored(right) == keys
    asked = town.stub.asked
    assert set(asked) == {seed_of(key) for key in keys}, "something was asked that no session needs"
    twice = [key for key in stored if asked[seed_of(key)] > 1]
    assert not twice, f"{len(twice)} stored replies were paid for again"
    repeated = asked.total() - len(keys)
    assert repeated <= in_flight, f"{repeated} calls were repeated, and {in_flight} were out at most"
    return {"repeated": repeated}


def together(town: Town) -> dict:
    """Three workers on one run, for longer than a message stays hidden and than a lease lasts."""
    from tests.faults import hasty

    town.stub.delay = 0.15  # long enough that the run outlives a lease, however fast the machine is
    names = ["worker-1", "worker-2", "worker-3"]
    for name in names[1:]:
        town.start_worker(name)
    run, right = plan(town, "client-together", sessions=36, concurrency=FEW)
    holders: set[str] = set()
    began = time.monotonic()
    finish(town, run, workers=3, looks=lambda: holders.update(_holders(run)))
    seconds = time.monotonic() - began
    assert len(holders) == len(names), f"{len(holders)} of three workers took part"
    assert seconds > max(hasty.VISIBILITY_TIMEOUT, hasty.LEASE), "it was over before anything could run out"
    assert set(run.instances.values_list("tries", flat=True)) == {1}, "a cell was made twice"
    facts = nothing_lost_wrong_or_paid_twice(town, run, right, set(), in_flight=0)
    return {"workers": len(holders), "seconds": round(seconds, 1), **facts, "frozen": one_is_frozen(town)}


def one_is_frozen(town: Town) -> dict:
    """One of them stands still until its leases have run out, and wakes when others have made what it held."""
    run, right = plan(town, "client-frozen", sessions=30, concurrency=FEW)
    calls = sum(len(told.trace) for told in right.values())
    until(lambda: _three_at_it(town, run), 60, "three workers at it", every=0.2, error=Idle)
    until(lambda: town.stub.answered.total() >= calls // 8, 60, "some calls", error=Idle)
    process = town.freeze("worker-2")
    ended = _tasks_ended(process)
    held = run.instances.filter(lease_by=_holder_of(run, process)).count()
    finish(town, run, workers=2)
    digests = dict(run.instances.values_list("pk", "digest"))
    town.thaw(process)
    until(lambda: _tasks_ended(process) > ended, 60, "the frozen worker did not come to an end")
    assert dict(run.instances.values_list("pk", "digest")) == digests
    again = run.instances.filter(tries__gt=1).count()
    assert 0 < again <= held, f"{again} were claimed again, and {held} leases ran out"
    facts = nothing_lost_wrong_or_paid_twice(town, run, right, set(), in_flight=FEW)
    return {"held": held, "claimed_again": again, **facts}


def _three_at_it(town: Town, run) -> bool:
    town.wake(3)  # one that is busy may take a message that an idle one would have needed
    return len(_holders(run)) == 3


def _holders(run) -> set[str]:
    return set(run.instances.filter(state="making").values_list("lease_by", flat=True))


def _holder_of(run, process) -> str:
    """The lease's name of the worker: of one of its processes."""
    from tests.faults.town import family

    pids = {str(pid) for pid in family(process.group)}
    return next(holder for holder in _holders(run) if holder.split(":")[1] in pids)


def _tasks_ended(process) -> int:
    log = process.log.read_text(errors="replace")
    return log.count("] succeeded in") + log.count("] raised")


def main() -> None:
    stop_on_sigterm()
    database, *wanted = sys.argv[1:]
    failed = False
    folder = tempfile.TemporaryDirectory(prefix="one-way-mirror-faults-")
    Path(folder.name).chmod(0o755)  # PostgreSQL runs as another user
    with folder, Stack(folder.name) as stack, Stub(delay=CALL_SECONDS) as stub:
        town = Town(stack, Path(folder.name), database, stub)
        town.start()
        for one in wanted:
            try:
                facts = together(town) if one == "together" else _by_seed(town, int(one))
            except Exception:
                failed = True
                facts = {"seed": one, "failed": traceback.format_exc()[-3000:]}
            print(json.dumps(facts), flush=True)
            if failed:
                break  # what is left behind would be the next one's trouble
    sys.exit(failed)


def _by_seed(town: Town, seed: int) -> dict:
    parts = PARTS[town.database]
    return kill_while_moving(town, parts[seed % len(parts)], seed)


if __name__ == "__main__":
    main()
