"""Many times the same judged sessions: rows copied by the database, through the real tables and under their triggers.

Each copy is a set of rows of its own: ids go up by as many as there are, and public ids begin with the copy's number,
also where another row names one.
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max, Min

from bench.reviewing.study import COPIED


@dataclass(frozen=True)
class _Table:
    """`up`: whole numbers that go up by themselves; `refers`: foreign keys to other tables that are copied; `fresh`: ids
    and digests that begin with the copy's number; `names`: JSON that may name a decision.
    """

    model: type
    up: tuple[str, ...] = ()
    refers: tuple[tuple[str, type], ...] = ()
    fresh: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def _tables() -> list[_Table]:
    """In the order in which their triggers allow them."""
    from review.models import Decision, Finding, Item, Rating, RawAnnotation, Reading, Standing, Stood
    from synthesis.models import Instance

    return [
        _Table(Instance, ("sample",), (), ("public_id", "cell")),
        _Table(Item, ("position",), (("instance_id", Instance),), ("public_id",)),
        _Table(Reading, ("order",), (("item_id", Item),), ("external_id",)),
        _Table(RawAnnotation, ("ls_id",), (("reading_id", Reading),)),
        _Table(
            Decision, (), (("item_id", Item), ("reading_id", Reading), ("raw_id", RawAnnotation),
                           ("supersedes_id", Decision)), ("public_id",), ("approved_edits",),
        ),
        _Table(Finding, (), (("decision_id", Decision),)),
        _Table(Rating, (), (("decision_id", Decision),)),
        _Table(Standing, (), (("item_id", Item),), (), ("outcome",)),
        _Table(Stood, (), (("item_id", Item),)),
    ]  # fmt: skip


def copy(since: dict, copies: int) -> None:
    """`since`: {model: the highest id before what is copied}; what came after it is there `copies` times then."""
    spans = {}
    for table in _tables():
        own = table.model.objects.filter(pk__gt=since[table.model])
        spans[table.model] = own.aggregate(last=Max("pk"))["last"] - since[table.model]
    statements = [(table, _statement(table, spans, since[table.model])) for table in _tables()]
    for n in range(1, copies):
        with transaction.atomic(), connection.cursor() as cursor:
            for table, statement in statements:
                first = since[table.model]
                cursor.execute(statement.replace("{n}", str(n)).replace("{prefix}", f"{n:08x}"),
                               [first, first + spans[table.model]])  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in _tables():
                name = table.model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                )


def _statement(table: _Table, spans: dict, since: int) -> str:
    own = table.model.objects.filter(pk__gt=since)
    quote, postgres = connection.ops.quote_name, connection.vendor == "postgresql"
    up = {"id": spans[table.model], **{name: spans[model] for name, model in table.refers}}
    for name in table.up:
        ends = own.aggregate(low=Min(name), high=Max(name))
        up[name] = ends["high"] - ends["low"] + 1
    columns, values = [], []
    for field in table.model._meta.concrete_fields:
        if field.generated:
            continue
        column = quote(field.column)
        value = column
        if field.column in up:
            value = f"{column} + {{n}} * {up[field.column]}"
        elif field.column in table.fresh:
            is_uuid = postgres and field.get_internal_type() == "UUIDField"
            value = f"'{{prefix}}' || substr({column}{'::text' if is_uuid else ''}, 9)"
            value = f"({value})::uuid" if is_uuid else value
        elif field.column in table.names:
            # Of JSON the text, in which the name of a decision stands.
            value = f"replace({column}{'::text' if postgres else ''}, '\"{COPIED}-', '\"{{prefix}}-')"
            value = f"({value})::jsonb" if postgres else value
        columns.append(column)
        values.append(value)
    name = quote(table.model._meta.db_table)
    return (
        f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {name} "
        "WHERE id > %s AND id <= %s ORDER BY id"
    )


def highest() -> dict:
    """{model: its highest id now}, for `copy`."""
    return {table.model: table.model.objects.aggregate(last=Max("pk"))["last"] or 0 for table in _tables()}
