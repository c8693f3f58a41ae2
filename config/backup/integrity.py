"""Does every file that the database binds by a hash lie where it should, and is it that file?"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps


@dataclass(frozen=True)
class Bound:
    """A file below the artefacts, as the database knows it."""

    name: str
    sha256: str
    whose: str


def bound(ask: Callable) -> list[Bound]:
    """The files of every frozen dataset and of every training run that succeeded."""
    datasets, runs = (apps.get_model("exports", name)._meta.db_table for name in ("Dataset", "TrainingRun"))
    files = []
    frozen = f"SELECT serial, public_id, sha256, manifest FROM \"{datasets}\" WHERE state = 'frozen'"
    for serial, public_id, sha256, manifest in ask(f"{frozen} ORDER BY serial"):
        # SQLite keeps a UUID as 32 digits and JSON as text.
        folder, whose = f"datasets/{uuid.UUID(str(public_id))}", f"dataset {serial}"
        listed = json.loads(manifest) if isinstance(manifest, str) else manifest
        files.append(Bound(f"{folder}/manifest.json", sha256, whose))
        files += [Bound(f"{folder}/{file['name']}", file["sha256"], whose) for file in listed["files"]]
    ended = f"SELECT serial, artifact, artifact_sha256 FROM \"{runs}\" WHERE state = 'succeeded'"
    for serial, name, sha256 in ask(f"{ended} ORDER BY serial"):
        files.append(Bound(name, sha256, f"training run {serial}"))
    return files


def faults(files: list[Bound], members: dict[str, dict]) -> list[str]:
    """One sentence for each file that the archive lacks, or holds with other content."""
    found = []
    for file in files:
        member = members.get(f"artefacts/{file.name}")
        if member is None:
            found.append(f"{file.whose}: its file {file.name} is missing.")
        elif member["sha256"] != file.sha256:
            found.append(f"{file.whose}: its file {file.name} is not the one that the database names.")
    return found
