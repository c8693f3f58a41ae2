"""A run of 100, 10,000 and 100,000 sessions while it is watched: how long the server works on its page, on what the
page asks for every three seconds, on the lists and on the API, and how often it asks the database.

The rows are made at once and not by the engine: half of the sessions are made, some failed, some are in the making,
and their replies and hitches are stored, with those of the last minute as an endpoint of fifty replies a second would
leave them. What is kept from one look to the next is kept here too; the first look, which adds everything up, is told
apart. On SQLite all work is this process's; PostgreSQL works beside it, so look at the clock there.
"""

import argparse
import contextlib
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from bench.pages import FLOOR, Measured, expect, start, table, timed

SIZES = (100, 10_000, 100_000)
CLIENTS, OTHER_RUNS = 100, 30
CALLS, BATCH = 2, 2_000
LATELY = 3_000  # replies of the last minute
_SAID = "I keep thinking about the letter, and then I leave it closed for another day. "
FIRST = "refresh, nothing added up yet"


@dataclass(frozen=True)
class Place:
    """A run that is watched, another of the same cells to compare it with, and the browser of a lead."""

    run: object
    other: object
    middle: str  # public id of a session in the middle of its list
    browser: object

    @property
    def page(self) -> str:
        return f"/runs/{self.run.public_id}/"

    def get(self, path: str):
        return expect(self.browser.get(path), 200)


def _state(i: int) -> str:
    """Of a hundred sessions in a row: 60 made, 4 failed, 36 planned."""
    rest = i % 100
    return "made" if rest < 60 else "failed" if rest < 64 else "planned"


def _sessions(run, n: int, clients: list, revisions: list, now: datetime) -> Iterator:
    from accounts.identity import minter
    from synthesis.models import Instance

    mint = minter("synthesis.instance")
    content = {"utterances": [{"id": i, "speaker": "client", "text": _SAID} for i in range(1, 21)]}
    for i in range(n):
        state, cell = _state(i), f"{i:064d}"
        more = {}
        if state == "made":
            # The last ones just now, the first ones hours ago.
            more = {"content": content, "digest": cell, "trace": [cell] * 20}
            more["made_at"] = now - timedelta(seconds=(n - i) / 10)
        elif state == "failed":
            more = {"failure": f"The model refused to go on, {i % 7} times."}
        elif i % 100 == 99 and i >= n - 3_200:
            more = {"lease_by": "bench:1:1:1", "lease_until": now + timedelta(minutes=1)}
            state = "making"
        yield Instance(
            public_id=mint(run.serial, cell), run=run, recipe=run.recipe, version=run.version, cell=cell,
            state=state, profile=clients[i % len(clients)], pair_revision=revisions[i // CLIENTS % len(revisions)],
            sample=i // CLIENTS // len(revisions), factors={"style": "own"}, **more,
        )  # fmt: skip


def _calls(instances: list[int], each: int, tag: str) -> Iterator:
    from synthesis.models import Call

    said = [{"role": "user", "content": _SAID * 5}]
    for pk in instances:
        for n in range(each):
            yield Call(
                key=f"{tag}-{pk}-{n}", instance_id=pk, endpoint="bench", model="m", role="client", step="client 1",
                seed=1, messages_digest="", messages=said, reply={}, text=_SAID, latency_ms=900,
                tokens_in=400, tokens_out=60,
            )  # fmt: skip


def _marks(instances: list[int]) -> Iterator:
    from synthesis.models import Mark

    for i, pk in enumerate(instances):
        more = {"kind": "held"} if i % 10 == 0 else {"kind": "tier", "tier": "ideation"}
        yield Mark(instance_id=pk, reason="A rule.", by_machine="bench", **more)


def _stored(model, rows) -> None:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        model.objects.bulk_create(batch)


def _run(sessions: int, clients: list, revisions: list, version, serial: int):
    from django.utils import timezone

    from synthesis.models import Call, Hitch, Instance, Mark, Run

    spec = {"endpoint": "bench", "model": "m", "sampling": {}}
    run = Run.objects.create(
        serial=serial, recipe="supervised_dialogue", version=version, model_specs={"client": spec}
    )
    now = timezone.now()
    with patch("django.utils.timezone.now", return_value=now - timedelta(hours=3)):
        _stored(Instance, _sessions(run, sessions, clients, revisions, now))
        made = list(run.instances.filter(state="made").values_list("pk", flat=True))
        _stored(Call, _calls(made, CALLS, "old"))
        kinds = ("malformed", "rate_limited", "server_error", "hang", "cut")
        hitches = (
            Hitch(run=run, instance_id=pk, endpoint="bench", kind=kinds[i % 5]) for i, pk in enumerate(made)
        )
        _stored(Hitch, hitches)
        _stored(Mark, _marks(made[::5]))
    return run


def _goes_on(runs: list, browser) -> None:
    """They have been watched for a while, and replies come in."""
    from django.utils import timezone

    from synthesis.adding_up import SETTLED
    from synthesis.models import Call

    now = timezone.now()
    for later in (now, now + SETTLED):
        with patch("django.utils.timezone.now", return_value=later):
            for run in runs:
                expect(browser.get(f"/runs/{run.public_id}/progress/"), 200)
    for run in runs:
        made = list(run.instances.filter(state="made").values_list("pk", flat=True)[:LATELY])
        _stored(Call, _calls(made, 1, "new"))


def build(sessions: int) -> Place:
    """A run that is half made; one of a tenth of its cells; and some small ones, as a study has them."""
    from django.db import connection
    from django.test import Client

    from accounts.models import Grant, User
    from guidelines.content import EntryContent, GuidelineContent
    from guidelines.publishing import import_version
    from guidelines.texts import tidy
    from synthesis.models import Endpoint, Profile, Run
    from tests.factories import client_profile

    lead, new = User.objects.get_or_create(email="lena@example.org", defaults={"name": "Lena"})
    if new:
        Grant.objects.create(user=lead, role="lead")
        Endpoint.objects.create(
            name="bench", base_url="http://127.0.0.1:9/v1", price={"in": 1, "out": 2, "currency": "EUR"}
        )
    browser = Client()
    browser.force_login(lead)
    entries = tuple(
        EntryContent(
            f"mistake-{i}", tidy("pairs", {"name": f"Mistake {i}", "shows": _SAID, "corrections": [_SAID]})
        )
        for i in range(8)
    )
    version, _new = import_version(
        content=GuidelineContent(guideline="bench", kind="pairs", title="Mistakes", entries=entries)
    )
    clients = list(Profile.objects.order_by("key")) or [
        client_profile(f"client-{i:03d}") for i in range(CLIENTS)
    ]
    revisions = [entry.pair_revision for entry in version.entries.select_related("pair_revision")]
    serial = Run.objects.count() + 1
    run = _run(sessions, clients, revisions, version, serial)
    other = _run(max(1, sessions // 10), clients, revisions, version, serial + 1)
    for n in range(OTHER_RUNS if new else 0):
        _run(20, clients, revisions, version, serial + 2 + n)
    _goes_on([run, other], browser)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as autovacuum has done after a while
            cursor.execute("VACUUM ANALYZE")
    ids = run.instances.order_by("public_id").values_list("public_id", flat=True)
    return Place(run, other, str(ids[sessions // 2]), browser)


def looks(place: Place) -> dict[str, Callable]:
    """{what: one look}."""
    from django.core.cache.backends.dummy import DummyCache

    api = f"/api{place.page}"
    compare = f"/runs/compare/?a={place.run.public_id}&b={place.other.public_id}"

    def first():
        with patch("synthesis.adding_up.cache", DummyCache("", {})):
            place.get(f"{place.page}progress/")

    return {
        FLOOR: lambda: place.get("/healthz"),
        FIRST: first,
        "refresh, every 3 s": lambda: place.get(f"{place.page}progress/"),
        "run page": lambda: place.get(place.page),
        "run page from the middle": lambda: place.get(f"{place.page}?after={place.middle}"),
        "run page, those made": lambda: place.get(f"{place.page}?state=made"),
        "run page, those failed": lambda: place.get(f"{place.page}?state=failed"),
        "run page, those in the making": lambda: place.get(f"{place.page}?state=making"),
        "run page, those held back": lambda: place.get(f"{place.page}?state=held"),
        "list of runs": lambda: place.get("/runs/"),
        "compare two runs": lambda: place.get(compare),
        "API: progress": lambda: place.get(f"{api}progress/"),
        "API: runs": lambda: place.get("/api/runs/"),
        "API: sessions": lambda: place.get(f"{api}instances/?after={place.middle}"),
        "API: hitches": lambda: place.get(f"{api}hitches/"),
    }


def measure(place: Place, *, rounds: int) -> dict[str, Measured]:
    """Every look once a round, so that a busy minute falls on all; the first round, of caches, is left out."""
    found = {name: Measured() for name in looks(place)}
    for round in range(rounds + 1):
        print(f"{place.run}, round {round} of {rounds}", file=sys.stderr)
        for name, look in looks(place).items():
            timed(look, found[name] if round else Measured())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="SESSIONS")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="one-way-mirror-bench-") as home:
        folder = Path(home)
        folder.chmod(0o755)  # a server of PostgreSQL does not run as root
        with _database(asked.on, folder) as url:
            start(folder, url)
            found = {}
            for size in sorted(asked.sizes):
                print(f"building {size} sessions", file=sys.stderr)
                found[size] = measure(build(size), rounds=asked.rounds)
            _tell(found, asked)


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """The URL of a database that is gone afterwards; empty for SQLite's file."""
    if name == "sqlite":
        yield ""
        return
    from config.demo import postgres
    from config.demo.processes import Stack

    with Stack(folder) as stack:
        yield postgres.start(stack, folder / "postgres")


def _tell(found: dict[int, dict[str, Measured]], asked: argparse.Namespace) -> None:
    import django
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            database = f"SQLite {sqlite3.sqlite_version}"
        else:
            cursor.execute("SHOW server_version")
            database = f"PostgreSQL {cursor.fetchone()[0]}"
    print(f"Python {platform.python_version()}, Django {django.__version__}, {database}", end="")
    print(f", {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {asked.rounds} rounds\n")
    print(table(found, "sessions"))


if __name__ == "__main__":
    main()
