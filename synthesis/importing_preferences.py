"""Import pairs of replies that were made and rated elsewhere, in the layout of PsychoCounsel-Preference. Records that do
not fit are named, each with its line and reason; the same record again stores nothing.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from pydantic import ValidationError

from synthesis import trail
from synthesis.identity import digest
from synthesis.importing_rows import made_elsewhere, store_new
from synthesis.loading import store, with_base_cases
from synthesis.models import Profile
from synthesis.reading import BadProfiles, Reading, read_json, said_of
from synthesis.shapes.profiles import LayoutFile, SpeechRecord
from synthesis.shapes.psychocounsel import Preference
from synthesis.speeches import NoSpeech

RECIPE = "reply_preference"
ORIGIN = "PsychoCounsel layout"
MOST_RECORDS = 100_000  # the published set holds 36,653
LONGEST_LINE = 100_000  # characters
BATCH = 500


@dataclass
class Imported:
    new: int = 0
    unchanged: int = 0
    # Of the new ones: the preferred reply is rated less safe.
    inverted: int = 0
    refused: list[str] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Read:
    pair: Preference
    speech: SpeechRecord


def import_preferences(paths, *, licence: str = "", origin: str = ORIGIN, may_leave: bool = True) -> Imported:
    """Read every file before anything is stored; all that fits is stored, with what the clients said, or nothing at all
    where a file cannot be read. Speeches that are nearly the same share their base case, so that no split parts them.
    Without a licence nothing made from them is released. Raises BadProfiles.
    """
    imported, found, seen = Imported(), [], {}
    for path in map(Path, paths):
        for place, record in _records(path):
            try:
                found.append(_taken(record, place, seen, imported.cleaned))
            except (ValidationError, NoSpeech, ValueError) as problem:
                imported.refused.append(f"{place}: {said_of(problem)}")
    if not found:
        raise BadProfiles(paths[0], imported.refused[0] if imported.refused else "holds no record")
    speeches = {one.speech.key: one.speech for one in found}
    with transaction.atomic():
        about = LayoutFile(licence=licence, origin=origin)
        store(Reading(about, with_base_cases(speeches)), may_leave=may_leave, once=False)
        for begin in range(0, len(found), BATCH):
            _store(found[begin : begin + BATCH], imported)
        if imported.new:
            told = {"new": imported.new, "refused": len(imported.refused), "licence": licence}
            trail.record(verb="import_preferences", kind=trail.PROFILES, name=RECIPE, by=None, after=told)
    return imported


def _records(path: Path) -> Iterator[tuple[str, object]]:
    """Each record with its place: lines of JSON, or one list. Raises BadProfiles where the file cannot be read; a line that
    cannot is a ValueError in its place.
    """
    if path.suffix.lower() == ".json":
        data, lines = read_json(path)
        for n, record in enumerate(data if isinstance(data, list) else [data]):
            line = f"line {lines[n]}, " if n < len(lines) else ""
            yield f"{path}, {line}record {n + 1}", record
        return
    try:
        with path.open(encoding="utf-8-sig") as file:
            for n, line in enumerate(file, start=1):
                if n > MOST_RECORDS:
                    raise BadProfiles(path, f"holds more than {MOST_RECORDS:,} lines")
                if line.strip():
                    yield f"{path}, line {n}", line
    except UnicodeDecodeError as problem:
        raise BadProfiles(path, "is not UTF-8") from problem
    except OSError as problem:
        raise BadProfiles(path, problem.strerror or "cannot be read") from problem


def _taken(record, place: str, seen: dict, changes: list[str]) -> _Read:
    """Raises ValidationError, NoSpeech, ValueError."""
    pair = Preference.model_validate(_parsed(record) if isinstance(record, str) else record)
    named = (str(pair.ID), str(pair.prefID))
    if named in seen:
        raise ValueError(f"ID {pair.ID} with prefID {pair.prefID} is already at {seen[named]}")
    speech, changed = pair.as_speech()
    seen[named] = place
    changes += [f"{place}: {what} taken out" for what in changed]
    return _Read(pair, speech)


def _parsed(line: str):
    if len(line) > LONGEST_LINE:
        raise ValueError(f"is {len(line):,} characters long; at most {LONGEST_LINE:,} are read")
    if "\0" in line or "\\u0000" in line:
        raise ValueError("holds a NUL character, which no database takes")
    try:
        return json.loads(line, object_pairs_hook=_once)
    except json.JSONDecodeError as problem:
        raise ValueError(f"is not JSON: {problem.msg}") from problem
    except RecursionError as problem:
        raise ValueError("is nested too deeply") from problem


def _once(pairs: list[tuple]) -> dict:
    if twice := [key for key, n in Counter(key for key, _value in pairs).items() if n > 1]:
        raise ValueError(f"field {twice[0][:80]}: is given twice")
    return dict(pairs)


def _store(batch: list[_Read], imported: Imported) -> None:
    keys = {one.speech.key for one in batch}
    profiles = {profile.key: profile for profile in Profile.objects.current().filter(key__in=keys)}
    rows = []
    for one in batch:
        profile = profiles[one.speech.key]
        cell = digest([ORIGIN, str(profile.public_id), one.pair.model_dump(mode="json")])
        # Which of the two stands first is drawn, and the same whenever this record is read.
        first = random.Random(int(cell, 16)).random() < 0.5
        content = one.pair.content(one.speech.speech, chosen_first=first)
        record = {"record": f"{one.pair.ID} / {one.pair.prefID}"}
        rows.append(
            made_elsewhere(recipe=RECIPE, profile=profile, cell=cell, content=content, factors=record)
        )
    new = store_new(rows)
    imported.new += len(new)
    imported.unchanged += len(batch) - len(new)
    imported.inverted += sum(pair["safety_inversion"] for row in new for pair in row.content["pairs"])
