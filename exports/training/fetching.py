"""Bring a job's dataset to this node and believe nothing before its hash is checked."""

import hashlib
import json
from pathlib import Path, PurePosixPath

MANIFEST = "manifest.json"


class DatasetDiffers(Exception):
    """The dataset is not the frozen one that the run names; nothing may be trained on it."""


def fetch(app, dataset, folder, *, proceed=lambda: None):
    """Download every file into `folder`, verify size and SHA-256, then the manifest against the files.

    `proceed` is called between pieces and may raise to stop. Files that are already there and right are kept.
    """
    folder = Path(folder)
    for file in dataset["files"]:
        target = folder / safe_name(file["name"])
        if target.exists() and digest(target) == file["sha256"]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        download(app, file, target, proceed)
    check_manifest(dataset, folder)


def download(app, file, target, proceed):
    """Stream one file beside its place, verify it, then move it there: a half file is never taken for a
    whole one.
    """
    arriving = target.with_name(target.name + ".arriving")
    sha256, size = hashlib.sha256(), 0
    with open(arriving, "wb") as out:
        for piece in app.stream(file["url"]):
            proceed()
            size += len(piece)
            if size > file["bytes"]:
                raise DatasetDiffers(f"{file['name']}: longer than the {file['bytes']} bytes announced")
            sha256.update(piece)
            out.write(piece)
    if size != file["bytes"]:
        raise DatasetDiffers(f"{file['name']}: {size} bytes, announced were {file['bytes']}")
    if sha256.hexdigest() != file["sha256"]:
        raise DatasetDiffers(
            f"{file['name']}: SHA-256 is {sha256.hexdigest()}, announced was {file['sha256']}"
        )
    arriving.rename(target)


def check_manifest(dataset, folder):
    """The manifest must be the one the run names, and must list each file with the hash it was sent under."""
    manifest = Path(folder) / MANIFEST
    sent = {file["name"]: file for file in dataset["files"]}
    if MANIFEST not in sent:
        raise DatasetDiffers(f"{MANIFEST} is not among the files of the dataset")
    if digest(manifest) != dataset["sha256"]:
        raise DatasetDiffers(f"{MANIFEST}: SHA-256 is {digest(manifest)}, the run names {dataset['sha256']}")
    listed = listed_hashes(json.loads(manifest.read_text(encoding="utf-8")))
    for name, file in sent.items():
        if name != MANIFEST and listed.get(name) != file["sha256"]:
            raise DatasetDiffers(f"{name}: the manifest lists {listed.get(name)}, sent was {file['sha256']}")


def listed_hashes(manifest):
    """{name: SHA-256} from the manifest's `files`: [{"name", "sha256", ...}, ...]."""
    return {file["name"]: file["sha256"] for file in manifest["files"]}


def safe_name(name):
    """The name as a relative path; `DatasetDiffers` for anything that could leave the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name or "\0" in name:
        raise DatasetDiffers(f"{name!r} is not a file name inside a dataset")
    return path


def digest(path):
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
