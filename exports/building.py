"""Freeze a dataset: select, split by group, write each format, bind it all by hashes in a manifest."""

import hashlib
import json
import os
import shutil
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import roles
from exports import access, card, splitting
from exports.formats import FORMATS
from exports.models import Dataset, DatasetItem, DatasetState
from exports.selecting import Selection

SPLITS = ("train", "validation", "test")


class NotFrozen(ValueError):
    """The dataset cannot be frozen; the message says why in words a lead understands."""


def folder_of(dataset: Dataset) -> Path:
    return Path(settings.ARTEFACTS) / "datasets" / str(dataset.public_id)


def freeze(*, name, rounds, by, formats=tuple(FORMATS), seed=0, named_tiers=("none",), checked=False) -> Dataset:
    """Write the release and return it frozen. `by` None only from the command line, which sets `checked`.

    The same rounds, formats and seed give the same bytes, on SQLite and on PostgreSQL.
    """
    rounds = sorted(rounds, key=lambda round: str(round.public_id))
    if not checked:
        roles.require(access.may_freeze(by, rounds))
    unknown = set(formats) - set(FORMATS)
    if unknown:
        raise NotFrozen(f"Unknown format: {', '.join(sorted(unknown))}. Known are {', '.join(FORMATS)}.")
    with transaction.atomic():
        serial = (Dataset.objects.aggregate(n=Max("serial"))["n"] or 0) + 1
        dataset = Dataset.objects.create(
            serial=serial,
            name=name or f"dataset {serial}",
            made_by=by,
            rehearsal=any(round.rehearsal for round in rounds),
            selection={
                "rounds": [str(round.public_id) for round in rounds],
                "formats": sorted(formats),
                "seed": seed,
                "named_tiers": sorted(named_tiers),
            },
        )
    folder = folder_of(dataset)
    building = folder.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        manifest, members = _write(dataset, rounds, building, sorted(formats), seed, tuple(named_tiers))
    except Exception as error:
        shutil.rmtree(building, ignore_errors=True)
        Dataset.objects.filter(pk=dataset.pk).update(state=DatasetState.FAILED, failure=str(error)[:500])
        raise
    text = _canonical(manifest)
    (building / "manifest.json").write_bytes(text)
    _sync(building)
    os.replace(building, folder)
    with transaction.atomic():
        DatasetItem.objects.bulk_create(
            [DatasetItem(dataset=dataset, item_id=item, split=split) for item, split in members], batch_size=500
        )
        dataset.state, dataset.frozen_at = DatasetState.FROZEN, timezone.now()
        dataset.sha256, dataset.manifest = hashlib.sha256(text).hexdigest(), manifest
        dataset.save()
    return dataset


def _canonical(value) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _write(dataset, rounds, folder: Path, formats, seed, named_tiers):
    """Stream the rows into files; return the manifest and the (item id, split) members."""
    selection = Selection(rounds, named_tiers=named_tiers)
    chosen, groups = selection.choose(), selection.groups()
    if not chosen:
        raise NotFrozen("Nothing in these rounds may leave: " + _in_words(selection.left_out))
    selection.splits, split_note = splitting.split(groups, seed=seed)
    rows, verdicts = Counter(), Counter()
    files: dict[tuple[str, str], object] = {}
    paths: dict[str, Path] = {}
    digests = {}
    try:
        for sample in selection.samples():
            verdicts[sample.verdict] += 1
            for kind in formats:
                for row in FORMATS[kind](sample):
                    key = (kind, sample.split)
                    if key not in files:
                        (folder / kind).mkdir(exist_ok=True)
                        path = folder / kind / f"{sample.split}.jsonl"
                        paths[f"{kind}/{sample.split}.jsonl"] = path
                        files[key], digests[key] = path.open("wb"), hashlib.sha256()
                    line = (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n").encode()
                    files[key].write(line)
                    digests[key].update(line)
                    rows[key] += 1
    finally:
        for file in files.values():
            file.close()
    facts = {
        "rehearsal": dataset.rehearsal,
        "seed": seed,
        "split": split_note,
        "groups": len(set(groups.values())),
        "items": len(chosen),
        "verdicts": dict(verdicts),
        "rows": {kind: sum(rows[kind, split] for split in SPLITS) for kind in formats},
        "rows_by_split": {kind: {s: rows[kind, s] for s in SPLITS if rows[kind, s]} for kind in formats},
        "left_out": dict(selection.left_out),
        "rounds": dataset.selection["rounds"],
        "named_tiers": sorted(named_tiers),
    }
    readme = card.write(dataset, rounds, facts).encode()
    (folder / "README.md").write_bytes(readme)
    listed = [
        {"name": f"{kind}/{split}.jsonl", "sha256": digests[kind, split].hexdigest(),
         "bytes": paths[f"{kind}/{split}.jsonl"].stat().st_size, "rows": rows[kind, split]}
        for kind, split in sorted(files)
    ]  # fmt: skip
    listed.append({"name": "README.md", "sha256": hashlib.sha256(readme).hexdigest(), "bytes": len(readme)})
    members = [(item, selection.splits.get(groups[item], "train")) for item in chosen]
    return {"format": "one-way-mirror dataset 1", "files": listed, **facts}, members


def _in_words(left_out: Counter) -> str:
    return "; ".join(f"{n} × {reason}" for reason, n in left_out.most_common()) or "the rounds hold no items."


def _sync(folder: Path) -> None:
    """Everything is on the disk before the database says frozen."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
