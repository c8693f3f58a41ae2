"""Many rows in one statement that is put together once: what Django does anew for each of them costs as much as it costs
to store them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection
from django.db.models import Field, Model


def insert(rows: Sequence[Model]) -> None:
    """All of them or none; what the database gives them (their primary key) they are not told."""
    fields = _columns(type(rows[0]))
    into, names = _named(type(rows[0])), ", ".join(_quoted(field.column) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} ({names}) VALUES {places}", values)


def update(rows: Sequence[Model], names: Iterable[str]) -> None:
    """Write these fields of each, by its primary key."""
    if not rows:
        return
    fields = [rows[0]._meta.get_field(name) for name in names]
    changed = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    where = _quoted(rows[0]._meta.pk.column)

    def values(row: Model) -> list:
        own = [field.get_db_prep_save(field.value_from_object(row), connection) for field in fields]
        return [*own, row.pk]

    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {_named(type(rows[0]))} SET {changed} WHERE {where} = %s", [values(row) for row in rows]
        )


@lru_cache
def _columns(model: type[Model]) -> tuple[Field, ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


def _named(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
