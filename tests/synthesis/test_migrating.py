"""An old database comes to what stands now by itself: it holds what it would hold had it been made today."""

import ast
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from guidelines.models import PairRevision
from synthesis import planning
from synthesis.grid import GridCell
from synthesis.models import Profile, Run
from synthesis.recipes import RECIPES
from tests.parsing import tree_of

BEFORE = [("synthesis", "0002_made_from_a_pair")]
MIGRATIONS = sorted(Path(planning.__file__).with_name("migrations").glob("0*.py"))
# Every prompt that the recipe had then, and every way in which its one run could be set.
THEN = RECIPES["supervised_dialogue"].prompts
PROMPTS = {name: f"digest of {name}" for name in THEN}
MODELS = {role: {"endpoint": "e", "model": f"m-{role}", "sampling": {}} for role in
          ("counsellor", "client", "supervisor", "validator", "refiner")}  # fmt: skip
SETTINGS = [{"supervisor": told, "refinements": n} for told in ("untold", "told") for n in ("0", "3")]


@pytest.fixture
def old(tmp_path, django_db_blocker):
    """The alias of a database as it was before there were factors."""
    connections.databases["old"] = connections.databases["default"] | {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "old.sqlite3"), "OPTIONS": {},
    }  # fmt: skip
    with django_db_blocker.unblock():
        MigrationExecutor(connections["old"]).migrate(BEFORE)
        yield "old"
        connections["old"].close()
    del connections["old"], connections.databases["old"]


def stored_then(alias) -> dict[UUID, tuple[dict, bool]]:
    """Sessions of each setting, of a mistake and of good practice; {public id: (setting, whether good practice)}."""
    apps = MigrationLoader(connections[alias]).project_state(BEFORE).apps

    def store(model, **fields):
        row = apps.get_model(model)(**fields)
        # Which words a revision is found by follows from these two, which a model of then does not have.
        row.entry_of, row.texts = fields.get("pair"), {}
        row.save(using=alias)
        return row

    guideline = store("guidelines.Guideline", slug="g", kind="pairs", title="G", public_id=UUID(int=1))
    version = store("guidelines.Version", guideline=guideline, serial=1, public_id=UUID(int=2))
    profile = store(
        "synthesis.Profile",
        key="joana",
        n=1,
        digest="d",
        public_id=UUID(int=3),
        content={},
        origin="invented",
    )
    revisions = []
    for n, positive in enumerate((False, True)):
        pair = store("guidelines.Pair", guideline=guideline, key=f"pair-{n}", public_id=UUID(int=10 + n))
        one = store("guidelines.PairRevision", pair=pair, n=1, digest="d", name="N", shows="S", corrections=[],
                    positive=positive, public_id=UUID(int=20 + n))  # fmt: skip
        revisions.append(one)
    found = {}
    for serial, setting in enumerate(SETTINGS, start=1):
        run = store("synthesis.Run", serial=serial, recipe="supervised_dialogue", version=version, prompts=PROMPTS,
                    model_specs=MODELS, parameters=setting, public_id=UUID(int=100 + serial))  # fmt: skip
        for n, revision in enumerate(revisions):
            name = UUID(int=1000 + 10 * serial + n)
            # Whether it was made yet makes no difference.
            made = (
                {"state": "made", "content": {}, "digest": "d", "made_at": "2026-01-01T00:00Z"} if n else {}
            )
            store("synthesis.Instance", run=run, recipe="supervised_dialogue", version=version, profile=profile,
                  pair_revision=revision, factors=setting, sample=4, cell=f"{name}", public_id=name, **made)  # fmt: skip
            found[name] = setting, revision.positive
    store(
        "synthesis.Instance",
        recipe="another",
        version=version,
        cell="x",
        public_id=UUID(int=9),
        origin="import",
    )
    return found


def planned_today(setting: dict, positive: bool) -> str:
    run = Run(recipe="supervised_dialogue", prompts=PROMPTS, model_specs=MODELS, serial=1, version_id=1)
    pair = PairRevision(public_id=UUID(int=20 + positive), positive=positive)
    cell = GridCell(Profile(public_id=UUID(int=3)), (pair,), setting, 4)
    return planning.instance_of(run, cell, {}, lambda *parts: UUID(int=9))[0].depends


def test_what_was_planned_before_this_was_kept_is_named_as_if_planned_today(old):
    sessions = stored_then(old)
    MigrationExecutor(connections[old]).migrate([("synthesis", MIGRATIONS[-1].stem)])
    with connections[old].cursor() as cursor:
        rows = cursor.execute("SELECT public_id, depends FROM synthesis_instance").fetchall()
    depends = {UUID(name): value for name, value in rows}
    assert depends.pop(UUID(int=9)) == ""  # no run planned it
    assert depends == {name: planned_today(*how) for name, how in sessions.items()}
    assert len(set(depends.values())) == 2 * len(SETTINGS)


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_a_migration_carries_its_own_copy_of_what_it_computes(path):
    """What it imported from us would be another thing by the time that somebody migrates."""
    ours = {"accounts", "config", "exports", "guidelines", "review", "synthesis"}
    for node in ast.walk(tree_of(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        assert not {name.split(".")[0] for name in names} & ours, names
