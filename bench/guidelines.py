"""The workspace of a guideline of 100, 1,000 and 10,000 pairs: how long the server works on a page, an act, an API
answer, and how often it asks the database.

Everything goes through Django's own test client, so middleware, permissions, queries and templates are in it, and
the network is not. The database is a throw-away SQLite file, set up as the app sets up its own; acts are rolled
back, so each round finds the same draft, and what a commit costs the disk is left out. Two floors are measured in
the same rounds: a page that asks nothing (/healthz, through the same middleware), and the rows of one page of pairs
read by bare sqlite3. The smaller guidelines stay in the database while the larger ones are measured.
"""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.pages import FLOOR, Measured, expect, start, table, timed

SIZES = (100, 1_000, 10_000)
_HEARD = (
    "The counsellor takes over the thread that the client was following, and the client says less and less. "
)
_WHY = "The client learns that the hour belongs to somebody else, and keeps back what was hardest to say. "


@dataclass(frozen=True)
class Place:
    """A guideline that is measured: its slug, and people's browsers by name."""

    slug: str
    pairs: int
    browsers: dict

    def address(self, path: str) -> str:
        return f"/guidelines/{self.slug}/{path}"

    def get(self, path: str, by: str = "Ana"):
        return expect(self.browsers[by].get(self.address(path)), 200)

    def post(self, path: str, data=None, by: str = "Ana"):
        return expect(self.browsers[by].post(self.address(path), data or {}), 302)

    @property
    def middle(self) -> str:
        return f"mistake-{self.pairs // 2}"


def texts(i: int, pairs: int, *, again: bool) -> dict:
    """About 1,100 characters, as long as a shipped pair without its examples; every hundredth one changed later."""
    from guidelines.texts import tidy

    neighbours = [f"mistake-{(i + step) % pairs}" for step in (1, 7)]
    harms = _WHY * 2 + ("It shows in the next session. " if again and i % 100 == 0 else "")
    return tidy(
        "pairs",
        {
            "name": f"Mistake {i}",
            "shows": _HEARD * 3 + f"Heard in session {i}.",
            "harms": harms,
            "not_a_mistake": "It is right when safety cannot wait.",
            "confused_with": neighbours,
            "corrections": [_HEARD + "Own it, and hand the floor back.", f"Ask about session {i}."],
            "examples": [{"context": "The client has begun to speak.", "before": _WHY, "after": _HEARD}],
            "tags": [f"theme-{i % 20}", "listening"],
        },
    )


def build(pairs: int) -> Place:
    """A guideline with two published versions and an open draft, in which Ana has changed three pairs and Amir
    proposed a change of a fourth.
    """
    from django.test import Client

    from accounts.models import Grant, User
    from guidelines.content import EntryContent, GuidelineContent
    from guidelines.proposals.proposing import propose_pair
    from guidelines.publishing import import_version, open_draft, save_entry

    browsers, people = {}, {}
    for name in ("Ana", "Amir"):
        person, new = User.objects.get_or_create(email=f"{name.lower()}@example.org", defaults={"name": name})
        if new:
            Grant.objects.create(user=person, role="clinician")
        people[name], browsers[name] = person, Client()
        browsers[name].force_login(person)
    slug = f"bench-{pairs}"
    for again in (False, True):
        entries = (EntryContent(f"mistake-{i}", texts(i, pairs, again=again)) for i in range(pairs))
        head = {"guideline": slug, "kind": "pairs", "title": f"{pairs} mistakes"}
        version, _new = import_version(content=GuidelineContent(entries=tuple(entries), **head))
    guideline = version.guideline
    draft = open_draft(guideline=guideline, by=people["Ana"])
    for i in range(3):
        base = _revision(draft, f"mistake-{i}")
        changed = base.texts | {"harms": base.texts["harms"] + " The hour feels longer."}
        save_entry(version=draft, key=f"mistake-{i}", texts=changed, by=people["Ana"], base=base)
    place = Place(slug, pairs, browsers)
    of = _revision(draft, place.middle)
    said = {"by": people["Amir"], "reason": "It is heard early in the hour."}
    propose_pair(guideline=guideline, kind="change", texts=[of.texts | {"harms": _WHY}], of=[of], **said)
    return place


def _revision(draft, key: str):
    from guidelines import entries

    return entries.one(draft, key)


def _draft(place: Place):
    from guidelines.models import Version

    return Version.objects.unpublished().get(guideline__slug=place.slug)


def _person(name: str):
    from accounts.models import User

    return User.objects.get(name=name)


def pages(place: Place) -> dict[str, Callable]:
    """What is only read: {what: one reading}."""
    middle = place.middle
    return {
        "page, a draft open": lambda: place.get(""),
        "page from the middle": lambda: place.get(f"?start={middle}"),
        "search two words": lambda: place.get(f"?words=session+{place.pairs // 2}"),
        "filter by tag": lambda: place.get("?tag=theme-7"),
        "filter: changed in the draft": lambda: place.get("?state=changed"),
        "a version's page": lambda: place.get("versions/2/"),
        "edit form": lambda: place.get(f"edit/{middle}/"),
        "history of a pair": lambda: place.get("history/mistake-0/"),
        "compare two versions": lambda: place.get("compare/1..2/"),
        "compare with the draft": lambda: place.get("compare/2..draft/"),
    }


def acts(place: Place) -> dict[str, tuple[Callable, Callable]]:
    """What writes: {what: (what has to stand before, the act)}; both are rolled back."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from guidelines import dumping, naming, publishing
    from guidelines.models import ImportPreview, Proposal
    from guidelines.proposals.taking import take

    ana, amir, middle = _person("Ana"), _person("Amir"), place.middle
    # A cell for each field: JSON and YAML of ten thousand pairs are more than may be uploaded.
    file = dumping.dump(naming.find(f"{place.slug}@2"), "csv")
    file = (file if isinstance(file, bytes) else file.encode()).replace(b"in session 5", b"in sessions 5")

    def nothing():
        pass

    def save():
        draft = _draft(place)
        base = _revision(draft, middle)
        publishing.save_entry(
            version=draft, key=middle, texts=base.texts | {"harms": _WHY}, by=ana, base=base
        )

    def submitted():
        publishing.submit(version=_draft(place), by=ana)

    def approved():
        submitted()
        publishing.approve(version=_draft(place), by=amir)

    def taken():
        proposal = Proposal.objects.get(guideline__slug=place.slug)
        take(proposal=proposal, by=ana, seen={middle: _revision(_draft(place), middle).n})

    def previewed():
        place.post("import/", {"file": SimpleUploadedFile("new.csv", file)})

    def applied():
        token = ImportPreview.objects.get(guideline__slug=place.slug).token
        place.post(f"import/{token}/")

    said = {"meaning": "editorial", "note": "Plainer words."}
    return {
        "save a pair": (nothing, save),
        "move a pair down": (nothing, lambda: place.post(f"move/{middle}/", {"to": "down"})),
        "open a draft": (
            lambda: publishing.discard(version=_draft(place), by=ana),
            lambda: place.post("draft/open/"),
        ),
        "ask for approval": (nothing, lambda: place.post("draft/submit/")),
        "page, in review": (submitted, lambda: place.get("", by="Amir")),
        "approve": (submitted, lambda: publishing.approve(version=_draft(place), by=amir)),
        "publish": (approved, lambda: place.post("draft/publish/", said)),
        "take a proposal": (nothing, taken),
        "preview an import": (nothing, previewed),
        "apply an import": (previewed, applied),
    }


# (what, path under /api/); one that is not there is left out.
API: tuple[tuple[str, str], ...] = (
    ("API: list of guidelines", "guidelines/"),
    ("API: a guideline", "guidelines/{slug}/"),
    ("API: entries of the draft", "guidelines/{slug}/versions/draft/entries/"),
    ("API: entries, two words", "guidelines/{slug}/versions/2/entries/?words=session+7"),
    ("API: one entry", "guidelines/{slug}/versions/draft/entries/{middle}/"),
)


def api(place: Place) -> dict[str, Callable]:
    """The addresses of the API that are there."""
    from django.urls import Resolver404, resolve

    browser, found = place.browsers["Ana"], {}
    for what, path in API:
        address = "/api/" + path.format(slug=place.slug, middle=place.middle)
        try:
            resolve(address.partition("?")[0])
        except Resolver404:
            continue
        found[what] = lambda address=address: expect(browser.get(address), 200)
    return found


def floors(place: Place) -> dict[str, Callable]:
    from django.db import connection

    sql = (
        "SELECT p.key, r.* FROM guidelines_entry e JOIN guidelines_pairrevision r ON r.id = e.pair_revision_id "
        "JOIN guidelines_pair p ON p.id = r.pair_id WHERE e.version_id = ? ORDER BY e.position LIMIT 25"
    )
    bare = sqlite3.connect(connection.settings_dict["NAME"])
    version = _draft(place).pk
    return {
        FLOOR: lambda: expect(place.browsers["Ana"].get("/healthz"), 200),
        "floor: the rows of a page, sqlite3": lambda: bare.execute(sql, [version]).fetchall(),
    }


def measure(place: Place, *, rounds: int, act_rounds: int) -> dict[str, Measured]:
    """Every contender once a round, so that a busy minute falls on all; the first round, of caches, is left out."""
    reads, writes = floors(place) | pages(place) | api(place), acts(place)
    found = {name: Measured() for name in (*reads, *writes)}
    for round in range(rounds + 1):
        print(f"{place.pairs} pairs, round {round} of {rounds}", file=sys.stderr)
        for name, read in reads.items():
            timed(read, found[name] if round else Measured())
        for name, (before, act) in writes.items() if round <= act_rounds else ():
            timed(act, found[name] if round else Measured(), before=before)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="PAIRS")
    parser.add_argument("--rounds", type=int, default=20, help="of each page")
    parser.add_argument("--act-rounds", type=int, default=5, help="of each act")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="one-way-mirror-bench-") as home:
        start(Path(home))
        found = {}
        for pairs in sorted(asked.sizes):
            print(f"building {pairs} pairs", file=sys.stderr)
            found[pairs] = measure(build(pairs), rounds=asked.rounds, act_rounds=asked.act_rounds)
        import django

        print(
            f"Python {platform.python_version()}, Django {django.__version__}, SQLite {sqlite3.sqlite_version}",
            end="",
        )
        print(f", {os.cpu_count()} cores; {asked.rounds} rounds of pages, {asked.act_rounds} of acts\n")
        print(table(found, "pairs"))


if __name__ == "__main__":
    main()
