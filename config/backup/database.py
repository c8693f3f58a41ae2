"""The database, whichever of the two it is."""

from collections.abc import Callable

from django.apps import apps
from django.db import connection

from config.backup import postgres, sqlite
from config.backup.faults import Refused

VENDORS = {"sqlite": sqlite, "postgresql": postgres}
# What people ask for first, in the order they read it.
COUNTED = {
    "people": "accounts.User",
    "guideline versions": "guidelines.Version",
    "instances": "synthesis.Instance",
    "decisions": "review.Decision",
    "datasets": "exports.Dataset",
    "training runs": "exports.TrainingRun",
}


def vendor():
    if connection.vendor not in VENDORS:
        raise Refused(f"Backups of {connection.vendor} are not known; of {' and '.join(VENDORS)} they are.")
    return VENDORS[connection.vendor]


def count(ask: Callable, tables: str) -> dict[str, int]:
    """{table: rows} of every table that the SQL `tables` names."""
    return {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in ask(tables)}


def migrations(ask: Callable) -> list[str]:
    applied = ask("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [f"{app}.{name}" for app, name in applied]


def unknown_migrations(names: list[str]) -> list[str]:
    """Those that this code does not have: the archive is from a newer version."""
    from django.db.migrations.loader import MigrationLoader

    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return sorted(name for name in names if tuple(name.split(".", 1)) not in known)


def counts(rows: dict[str, int]) -> dict[str, int]:
    """{what people call it: rows}, from rows per table."""
    tables = {name: apps.get_model(label)._meta.db_table for name, label in COUNTED.items()}
    return {name: rows[table] for name, table in tables.items() if table in rows}
