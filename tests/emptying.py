"""Between transactional tests: delete every row, of which there are few, instead of flushing every table.

A flush cuts off some seventy tables and makes content types, permissions and all triggers anew: on PostgreSQL that
took longer than most tests. Here only the tables with rows are touched, and only their triggers are set aside.
"""

from contextlib import contextmanager

from django.db import connections, transaction
from django.test import TransactionTestCase

# What migrate writes and no test changes.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@contextmanager
def frozen_rows_yield(connection, tables):
    """Within the transaction triggers refuse nothing on `tables`. No production code may do this."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # ends with the transaction
            yield cursor
            return
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = [(name, sql) for name, table, sql in cursor.fetchall() if table in tables]
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        yield cursor
        for _name, sql in triggers:
            cursor.execute(sql)


def with_rows(connection) -> list[str]:
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    quoted = [connection.ops.quote_name(table) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {table})" for table in quoted))
        return [table for table, has_rows in zip(tables, cursor.fetchone(), strict=True) if has_rows]


def empty(using: str = "default"):
    connection = connections[using]
    with transaction.atomic(using=using):
        tables = with_rows(connection)
        with frozen_rows_yield(connection, tables) as cursor:
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _fixture_teardown(self):
    for using in self._databases_names(include_mirrors=False):
        empty(using)


def instead_of_flushing():
    TransactionTestCase._fixture_teardown = _fixture_teardown
