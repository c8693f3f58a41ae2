"""Import replies to messages that were made elsewhere, with their published ratings, in the layout of MentalBench. What
does not fit is named by row and column, each with its reason; the same again stores nothing.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

from django.db import transaction
from pydantic import ValidationError

from synthesis import trail
from synthesis.identity import digest
from synthesis.importing_rows import made_elsewhere, store_new
from synthesis.loading import store, with_base_cases
from synthesis.models import Profile
from synthesis.reading import BadProfiles, Reading, read_json, said_of
from synthesis.shapes.mentalbench import CONTEXT, NUMBER, RATED, Cell, Message, Reply, plain
from synthesis.shapes.profiles import LayoutFile

RECIPE = "judged_reply"
ORIGIN = "MentalBench layout"
MOST_ROWS = 20_000
LONGEST_CELL = 200_000  # characters
BATCH = 500


@dataclass
class Imported:
    new: int = 0
    unchanged: int = 0
    rated: int = 0
    refused: list[str] = field(default_factory=list)


def import_replies(
    paths, *, ratings=(), columns=(), licence: str = "", origin: str = ORIGIN, may_leave: bool = True
) -> Imported:
    """Every file is read before anything is stored. `ratings`: files of ratings of these replies. `columns`: those that
    hold replies; all but the message's unless named. Without a licence nothing made from them is released. Raises
    BadProfiles where a file cannot be read, or nothing in them fits.
    """
    imported = Imported()
    scores = _scores(ratings, imported.refused)
    found: dict[tuple[str, str], tuple[Message, Reply]] = {}
    for place, row in _rows(paths):
        try:
            message = Message.model_validate(row)
        except ValidationError as problem:
            imported.refused.append(f"{place}: {said_of(problem)}")
            continue
        for model, text in row.items():
            if model in (CONTEXT, NUMBER) or (columns and model not in columns):
                continue
            try:
                reply = Reply(text=text, model=model)
            except ValidationError as problem:
                imported.refused.append(f"{place}, column {model}: {said_of(problem)}")
                continue
            if found.setdefault((message.key, plain(model)), (message, reply)) != (message, reply):
                imported.refused.append(
                    f"{place}, column {model}: another reply of it to this message came before"
                )
    imported.refused += [
        f"{place}: rates no reply that is there" for of, (place, _given) in scores.items() if of not in found
    ]
    if not found:
        raise BadProfiles(next(iter(paths)), imported.refused[0] if imported.refused else "holds no row")
    _store(found, scores, imported, LayoutFile(licence=licence, origin=origin), may_leave)
    return imported


def _scores(paths, refused: list[str]) -> dict[tuple[str, str], tuple[str, dict]]:
    """{(message, model): (where it stands, the seven)}."""
    found: dict[tuple[str, str], tuple[str, dict]] = {}
    for place, row in _rows(paths):
        try:
            key = Message.model_validate(row).key
        except ValidationError as problem:
            refused.append(f"{place}: {said_of(problem)}")
            continue
        for name, given in row.items():
            if not name.startswith(RATED):
                continue
            where = f"{place}, column {name}"
            try:
                scores = Cell(scores=given).scores.model_dump()
            except ValidationError as problem:
                refused.append(f"{where}: {said_of(problem)}")
                continue
            of = key, plain(name.removeprefix(RATED))
            if of in found:
                refused.append(f"{where}: rated already at {found[of][0]}")
            else:
                found[of] = where, scores
    return found


@transaction.atomic
def _store(found, scores, imported: Imported, about: LayoutFile, may_leave: bool) -> None:
    speeches = {message.key: message.as_speech() for message, _reply in found.values()}
    # Two messages may be nearly the same: each has the replies that were given to it.
    store(Reading(about, with_base_cases(speeches)), may_leave=may_leave, once=False)
    profiles = {one.key: one for one in Profile.objects.current().filter(key__in=speeches)}
    entries = list(found.items())
    for begin in range(0, len(entries), BATCH):
        _store_some(entries[begin : begin + BATCH], profiles, scores, imported)
    if imported.new:
        counts = {"new": imported.new, "refused": len(imported.refused), "licence": about.licence}
        trail.record(verb="import_replies", kind=trail.PROFILES, name=RECIPE, by=None, after=counts)


def _store_some(entries, profiles: dict[str, Profile], scores, imported: Imported) -> None:
    rows = []
    for of, (message, reply) in entries:
        profile, rated = profiles[message.key], scores.get(of)
        content = reply.content(message, rated[1] if rated else None)
        cell = digest([ORIGIN, str(profile.public_id), content])
        rows.append(made_elsewhere(recipe=RECIPE, profile=profile, cell=cell, content=content, factors={}))
    new = store_new(rows)
    imported.new += len(new)
    imported.unchanged += len(entries) - len(new)
    imported.rated += sum(row.content["published"]["scores"] is not None for row in new)


def _rows(paths) -> Iterator[tuple[str, dict]]:
    """Each row with its place; columns without a name, and empty cells, are left out. Raises BadProfiles."""
    for path in map(Path, paths):
        for n, row in enumerate(_READERS.get(path.suffix.lower(), _of_csv)(path), start=1):
            if n > MOST_ROWS:
                raise BadProfiles(path, f"holds more than {MOST_ROWS:,} rows")
            if not isinstance(row, dict):
                row = {}
            named = {str(name).strip(): value for name, value in row.items() if name is not None}
            yield (
                f"{path}, row {n}",
                {name: value for name, value in named.items() if name and value not in (None, "")},
            )


def _of_json(path: Path) -> list:
    data, _lines = read_json(path)
    return data if isinstance(data, list) else [data]


def _of_csv(path: Path) -> Iterator[dict]:
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if "\0" in "".join(str(value) for value in row.values()):
                    raise BadProfiles(path, "holds a NUL character, which no database takes")
                yield row
    except UnicodeDecodeError as problem:
        raise BadProfiles(path, "is not UTF-8") from problem
    except (OSError, csv.Error) as problem:
        raise BadProfiles(path, getattr(problem, "strerror", None) or str(problem)) from problem
    finally:
        csv.field_size_limit(before)


def _of_xlsx(path: Path) -> Iterator[dict]:
    from openpyxl import load_workbook  # it takes its time to load
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        rows = load_workbook(path, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True)
        heads = next(rows, ())
        for row in rows:
            yield dict(zip(heads, row, strict=False))
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as problem:
        raise BadProfiles(path, f"is no workbook that can be read ({problem})") from problem


_READERS = {".json": _of_json, ".xlsx": _of_xlsx}
