"""Read a profiles file: our YAML or JSON, or the PATIENT-Psi, MAGneT or PsychoCounsel layout. Nothing is stored here."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import ValidationError

from synthesis.json_lines import record_lines
from synthesis.shapes.excerpts import ExcerptRecord
from synthesis.shapes.magnet import Seed
from synthesis.shapes.profiles import (
    RECORDS,
    ClientFile,
    ClientRecord,
    IntakeRecord,
    LayoutFile,
    PatientPsiRecord,
    SpeechRecord,
)
from synthesis.shapes.psychocounsel import Question
from synthesis.speeches import NoSpeech, cleaned, short

LARGEST = 4_000_000  # bytes; the published sets are a tenth of it
DEEPEST = 20
MOST_RECORDS = 20_000
MOST_VALUES = 400_000  # what that many records hold, and more; nonsense takes minutes to read
LONGEST_NUMBER = 40  # characters; Python's own limit is 4,300 digits, and YAML's base-60 numbers have none
_NUMBERS = {f"tag:yaml.org,2002:{name}" for name in ("int", "float", "timestamp")}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadProfiles(ValueError):
    """A profiles file that cannot be taken: where, which field, and why."""

    def __init__(self, file, reason: str, *, place: str = "", field: str = ""):
        self.file, self.place, self.field, self.reason = str(file), place, field, reason
        where = ", ".join(part for part in (self.file, place, field and f"field {field}") if part)
        super().__init__(f"{where}: {reason}")


@dataclass(frozen=True)
class Reading:
    """What a file holds, and the records of it that are refused, each as a sentence with its reason."""

    about: ClientFile
    records: list[ClientRecord | IntakeRecord]
    refused: list[str] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)
    # Where records stand whose key the file does not give.
    places: dict[str, str] = field(default_factory=dict)

    def place_of(self, key: str) -> str:
        return self.places.get(key, f"“{key}”")


def read(path: Path | str, *, licence: str = "", origin: str = "") -> Reading:
    """Raises BadProfiles. Of a published layout single records may be refused, and speeches of a file of ours."""
    path = Path(path)
    data, lines = read_json(path) if path.suffix.lower() == ".json" else _yaml(path)
    if isinstance(data, list):
        if len(data) > MOST_RECORDS:
            raise BadProfiles(path, f"holds {len(data):,} records; at most {MOST_RECORDS:,} are read")
        return _layout_of(data)(path, data, lines, licence=licence, origin=origin)
    if not isinstance(data, dict):
        raise BadProfiles(path, "expected licence, origin and a list of profiles, or a list of records")
    entries = data.pop("profiles", None)
    if not isinstance(entries, list) or not entries:
        raise BadProfiles(path, "expected a list with at least one profile", field="profiles")
    about = _checked(ClientFile, data, path, place="")
    records, seen, refused, changes, places = [], {}, [], [], {}
    for position, entry in enumerate(entries):
        place = _place(position, entry, "key", lines)
        record = _checked(_shape_of(entry), entry, path, place=place)
        if isinstance(record, SpeechRecord):
            places[record.key] = f"{path}, {place}"
            try:
                record, changed = _said_by_one(record)
            except NoSpeech as problem:
                refused.append(f"{places[record.key]}: {problem}")
                continue
            changes += [f"{places[record.key]}: {what} taken out" for what in changed]
        if record.key in seen:
            raise BadProfiles(
                path, f"“{record.key}” is already at {seen[record.key]}", place=place, field="key"
            )
        seen[record.key] = place
        records.append(record)
    if not records:
        raise BadProfiles(path, f"none of {len(entries)} records can be taken. The first: {refused[0]}")
    return Reading(about, records, refused, changes, places)


def _layout_of(data: list):
    """By what its records hold; what is of none is read as PATIENT-Psi, which then names what is wrong."""
    held = {name for one in data if isinstance(one, dict) for name in one}
    return _magnet if "AI_client" in held else _questions if "question" in held else _patient_psi


def _said_by_one(record: SpeechRecord) -> tuple[SpeechRecord, list[str]]:
    """Raises NoSpeech."""
    text, changed = cleaned(record.speech)
    return record.model_copy(update={"speech": text, "name": record.name or short(text)}), changed


def _shape_of(entry):
    """By its kind; of no known kind it is read as a client, which then names what is wrong."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    known = RECORDS | {"excerpt": ExcerptRecord}
    return known.get(kind, ClientRecord) if isinstance(kind, str) else ClientRecord


def _patient_psi(path: Path, entries: list, lines: list[int], *, licence: str, origin: str) -> Reading:
    # No licence stays empty: such records can be used here, but nothing made from them is released.
    about = _checked(
        LayoutFile, {"licence": licence, "origin": origin or "PATIENT-Psi layout"}, path, place="the options"
    )
    records, refused, seen = [], [], set()
    for position, entry in enumerate(entries):
        place = _place(position, entry, "id", lines)
        try:
            record = _checked(PatientPsiRecord, entry, path, place=place)
            if record.id in seen:
                raise BadProfiles(path, f"“{record.id}” occurs twice", place=place, field="id")
            seen.add(record.id)
            records.append(record.as_client(position=position))
        except BadProfiles as problem:
            refused.append(str(problem))
        except ValidationError as problem:
            refused.append(str(_first(problem, path, place)))
    if not records:
        first = f" The first: {refused[0]}" if refused else ""
        raise BadProfiles(path, f"none of {len(entries)} records can be taken.{first}")
    return Reading(about, records, refused)


def _magnet(path: Path, entries: list, lines: list[int], *, licence: str, origin: str) -> Reading:
    """Each form once: its record comes again for every attitude, which is a factor here."""
    about = _checked(
        LayoutFile, {"licence": licence, "origin": origin or "MAGneT layout"}, path, place="the options"
    )
    forms, refused = {}, []
    for position, entry in enumerate(entries):
        place = _place(position, entry, "id", lines)
        try:
            client = Seed.model_validate(entry).AI_client
            if client.key not in forms:
                forms[client.key] = client.as_intake()
        except (ValidationError, ValueError) as problem:
            refused.append(f"{path}, {place}: {said_of(problem)}")
    if not forms:
        raise BadProfiles(path, f"none of {len(entries)} records can be taken. The first: {refused[0]}")
    return Reading(about, list(forms.values()), refused)


def _questions(path: Path, entries: list, lines: list[int], *, licence: str, origin: str) -> Reading:
    """What clients said in a set of preferences, each once, however many pairs it has."""
    about = LayoutFile(licence=licence, origin=origin or "PsychoCounsel layout")
    found, refused, changes, places = {}, [], [], {}
    for position, entry in enumerate(entries):
        place = f"{path}, {_place(position, entry, 'prefID', lines)}"
        try:
            record, changed = Question.model_validate(entry).as_speech()
        except (ValidationError, NoSpeech) as problem:
            refused.append(f"{place}: {said_of(problem)}")
            continue
        if record.key not in found:
            found[record.key], places[record.key] = record, place
            changes += [f"{place}: {what} taken out" for what in changed]
    if not found:
        raise BadProfiles(path, f"none of {len(entries)} records can be taken. The first: {refused[0]}")
    return Reading(about, list(found.values()), refused, changes, places)


def said_of(problem: ValueError) -> str:
    """What is wrong with a record, in a line: the first of it, and how much more."""
    if not isinstance(problem, ValidationError):
        return str(problem)
    found = problem.errors(include_url=False, include_input=False)
    place = ".".join(map(str, found[0]["loc"]))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{f'field {place}: ' if place else ''}{found[0]['msg'].removeprefix('Value error, ')}{more}"


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise BadProfiles(path, f"is {size:,} bytes long; at most {LARGEST:,} are read")
        text = path.read_bytes().decode("utf-8-sig")
        if "\0" in text or "\\u0000" in text:
            raise BadProfiles(path, "holds a NUL character, which no database takes")
        return text
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise BadProfiles(path, f"is not UTF-8 (byte {problem.start})", place=f"line {line}") from problem
    except OSError as problem:
        raise BadProfiles(path, problem.strerror or "cannot be read") from problem


def read_json(path: Path) -> tuple:
    """What a JSON file holds, and the lines at which the records of a list begin. Raises BadProfiles."""

    def once(pairs):
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for key, n in Counter(key for key, _ in pairs).items() if n > 1)
            raise BadProfiles(path, "is given twice in one record", field=twice[:80])
        return found

    try:
        text = _text(path)
        return json.loads(text, object_pairs_hook=once), record_lines(text, "profiles")
    except json.JSONDecodeError as problem:
        raise BadProfiles(path, f"is not JSON: {problem.msg}", place=f"line {problem.lineno}") from problem
    except BadProfiles:
        raise
    except ValueError as problem:  # a number of thousands of digits
        raise BadProfiles(path, "holds a number that is too long") from problem
    except RecursionError as problem:
        raise BadProfiles(path, "is nested too deeply") from problem


def _yaml(path: Path):
    text = _text(path)
    loader = None
    try:
        _refuse_depth(path, text)
        loader = _Loader(text)
        node = loader.get_single_node()
        _refuse_tricks(path, node)
        data = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        why = getattr(problem, "problem", None) or str(problem).splitlines()[0]
        raise BadProfiles(
            path, f"is not YAML: {why}", place=f"line {mark.line + 1}" if mark else ""
        ) from problem
    except BadProfiles:
        raise
    except (ValueError, OverflowError, LookupError) as problem:
        # It looks like a date, such as 2024-13-45, or calls itself a number or a yes, and is none.
        raise BadProfiles(path, f"holds a value that is none ({problem}); put it in quotes") from problem
    finally:
        if loader:
            loader.dispose()
    return data, _entry_lines(node)


def _refuse_depth(path: Path, text: str):
    """Refuse deep nesting, which crashes the interpreter when composed, and references, which blow a file
    up.
    """
    depth = 0
    for n, event in enumerate(yaml.parse(text, Loader=_Loader)):
        place = f"line {event.start_mark.line + 1}"
        if n > MOST_VALUES:
            raise BadProfiles(path, f"holds more than {MOST_VALUES:,} values", place=place)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            raise BadProfiles(path, "YAML references (& and *) are not read", place=place)
        if depth > DEEPEST:
            raise BadProfiles(path, f"is nested more than {DEEPEST} deep", place=place)


def _refuse_tricks(path: Path, node):
    """YAML readers drop the first of two equal keys silently, and take minutes for a very long number."""
    if isinstance(node, yaml.MappingNode):
        keys = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in keys:
                place = f"line {key.start_mark.line + 1}"
                raise BadProfiles(
                    path, "is given twice, or is no plain name", place=place, field=str(key.value)[:80]
                )
            keys.add(key.value)
            _refuse_tricks(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_tricks(path, value)
    elif node is not None and node.tag in _NUMBERS and len(node.value) > LONGEST_NUMBER:
        raise BadProfiles(path, "is a number that is too long", place=f"line {node.start_mark.line + 1}")


def _entry_lines(node) -> list[int]:
    """The line at which each profile begins."""
    if isinstance(node, yaml.SequenceNode):
        return [entry.start_mark.line + 1 for entry in node.value]
    if not isinstance(node, yaml.MappingNode):
        return []
    for key, value in node.value:
        if key.value == "profiles" and isinstance(value, yaml.SequenceNode):
            return [entry.start_mark.line + 1 for entry in value.value]
    return []


def _place(position: int, entry, name: str, lines: list[int]) -> str:
    called = f" “{str(entry[name])[:80]}”" if isinstance(entry, dict) and entry.get(name) else ""
    line = f"line {lines[position]}, " if position < len(lines) else ""
    return f"{line}record {position + 1}{called}"


def _checked(shape, value, path: Path, *, place: str):
    try:
        return shape.model_validate(value)
    except ValidationError as problem:
        raise _first(problem, path, place) from problem


def _first(problem: ValidationError, path: Path, place: str) -> BadProfiles:
    found = problem.errors(include_url=False, include_input=False)
    error = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    name = ".".join(map(str, error["loc"]))
    return BadProfiles(path, error["msg"] + more, place=place, field=name)
