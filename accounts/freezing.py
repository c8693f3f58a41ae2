"""Frozen is frozen: triggers, on SQLite and PostgreSQL, that refuse changes of rows that must never change.

A model declares `freezing = Freezing(update=..., delete=..., insert=...)`: SQL conditions over OLD and NEW
under which the statement is refused. They are dropped before and installed after every migrate, because a
table rebuild on SQLite silently drops triggers and cannot rename a table that a trigger names.
"""

import re
from dataclasses import dataclass

from django.apps import apps
from django.core.checks import Error
from django.db import connections


@dataclass(frozen=True)
class Freezing:
    """Conditions under which a statement on the model's table is refused; None allows it always."""

    update: str | None = None
    delete: str | None = None
    insert: str | None = None


APPEND_ONLY = Freezing(update="TRUE", delete="TRUE")


def another_column_changes(*columns: str) -> str:
    """A condition: a column other than the named ones changes. Which others a model has is known, and filled in,
    when its triggers are made, so that a column added later is frozen too.
    """
    return f"<changes but for {' '.join(columns)}>"


def _filled_in(condition: str, model) -> str:
    # What the database makes of others changes with them alone; PostgreSQL has not made it yet when a trigger runs.
    own = [field.column for field in model._meta.concrete_fields if not field.generated]

    def others(found) -> str:
        named = found[1].split()
        if unknown := set(named) - set(own):
            raise LookupError(f"{model._meta.label} has no column {', '.join(sorted(unknown))}")
        changes = [f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in own if c not in named]
        return f"({' OR '.join(changes)})"

    return re.sub("<changes but for (.*?)>", others, condition)


def frozen_models():
    return [model for model in apps.get_models() if isinstance(getattr(model, "freezing", None), Freezing)]


def _triggers(model):
    """Yield (name, event, condition) for one model."""
    table = model._meta.db_table
    for event in ("update", "delete", "insert"):
        if condition := getattr(model.freezing, event):
            yield f"frozen_{table}_{event}", event, _filled_in(condition, model)


def _install(connection, model):
    table, quote = model._meta.db_table, connection.ops.quote_name
    with connection.cursor() as cursor:
        for name, event, condition in _triggers(model):
            message = f"frozen: {table} refuses {event}"
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)}")
                cursor.execute(
                    f"CREATE TRIGGER {quote(name)} BEFORE {event.upper()} ON {quote(table)} "
                    f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )
            else:
                row = "OLD" if event == "delete" else "NEW"
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {quote(name)}() RETURNS trigger LANGUAGE plpgsql AS $body$ "
                    f"BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23001'; END IF; "
                    f"RETURN {row}; END $body$"
                )
                cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}")
                cursor.execute(
                    f"CREATE TRIGGER {quote(name)} BEFORE {event.upper()} ON {quote(table)} "
                    f"FOR EACH ROW EXECUTE FUNCTION {quote(name)}()"
                )
        if connection.vendor == "postgresql":
            name = f"frozen_{table}_truncate"
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {quote(name)}() RETURNS trigger LANGUAGE plpgsql AS $body$ "
                f"BEGIN RAISE EXCEPTION 'frozen: {table} refuses truncate' USING ERRCODE = '23001'; END $body$"
            )
            cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)} ON {quote(table)}")
            cursor.execute(
                f"CREATE TRIGGER {quote(name)} BEFORE TRUNCATE ON {quote(table)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {quote(name)}()"
            )


def _existing(connection) -> set[tuple[str, str]]:
    """Return (trigger, table) of every trigger of ours in the database."""
    if connection.vendor == "sqlite":
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'frozen\\_%' ESCAPE '\\'"
    else:
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'frozen\\_%'"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return set(cursor.fetchall())


def install(using: str = "default"):
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for model in frozen_models():
        if model._meta.db_table in tables:
            _install(connection, model)


def lift(using: str = "default"):
    """Drop every trigger. Only migrate, which installs them again at its end, calls this."""
    connection = connections[using]
    quote = connection.ops.quote_name
    for name, table in _existing(connection):
        with connection.cursor() as cursor:
            suffix = "" if connection.vendor == "sqlite" else f" ON {quote(table)}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)}{suffix}")


def lift_before_migrate(*, using, plan=(), **_):
    if plan:
        lift(using)


def install_after_migrate(*, using, app_config, **_):
    # The signal comes once per app that has models, in order, after all tables are there.
    last = [config.label for config in apps.get_app_configs() if config.models_module is not None][-1]
    if app_config.label == last:
        install(using)


def check_triggers(app_configs=None, databases=None, **_):
    """System check (database): every declared trigger of a table that is there is in place."""
    errors = []
    for using in databases or []:
        connection = connections[using]
        tables = set(connection.introspection.table_names())
        existing = {name for name, _ in _existing(connection)}
        for model in frozen_models():
            for name, _event, _condition in _triggers(model):
                if model._meta.db_table in tables and name not in existing:
                    hint = "Run `migrate --skip-checks`: it installs them."
                    errors.append(
                        Error(f"Trigger {name} is missing.", hint=hint, obj=model, id="accounts.E001")
                    )
    return errors
