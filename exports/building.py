"""Freeze a dataset in two steps: plan stores what is asked for, build selects, writes, binds it by hashes."""

import hashlib
import json
import os
import shutil

from django.db import transaction
from django.utils import timezone

from accounts import roles
from accounts.numbering import next_serial
from exports import access, places, trail
from exports.formats import FORMATS
from exports.margins import MARGIN
from exports.models import Dataset, DatasetItem, DatasetState
from exports.writing import NotFrozen, write
from review.models import Round
from synthesis.models import Tier

__all__ = ["NotFrozen", "build", "freeze", "plan"]
LARGEST_SEED = 2**32 - 1
LARGEST_MARGIN = 100


def freeze(
    *, name, rounds, by, formats=FORMATS, seed=0, named_tiers=("none",), margin=MARGIN, **more
) -> Dataset:
    """Plan and build in one go; return the frozen dataset. `by` None: from the command line of this machine.

    The same rounds, formats and seed give the same bytes, on SQLite and on PostgreSQL.
    Raises Refused, or NotFrozen with the reason; then no folder is left.
    """
    asked = {"formats": formats, "seed": seed, "named_tiers": named_tiers, "margin": margin}
    dataset = plan(name=name, rounds=rounds, by=by, **asked)
    return build(dataset=dataset, **more)


def plan(*, name, rounds, by, formats=FORMATS, seed=0, named_tiers=("none",), margin=MARGIN) -> Dataset:
    """Store what is asked for, as a dataset that is being built. `margin`: how many levels apart two replies to the same
    words must have been rated, in the mean, to be a pair.
    """
    rounds = sorted(rounds, key=lambda round: str(round.public_id))
    roles.require(access.may_freeze(by, rounds))
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        what = f"Unknown format: {', '.join(unknown)}." if unknown else "Choose at least one format."
        raise NotFrozen(f"{what} There are {', '.join(FORMATS)}.")
    if unknown := sorted(set(named_tiers) - set(Tier.values)):
        raise NotFrozen(f"Unknown risk tier: {', '.join(unknown)}. There are {', '.join(Tier.values)}.")
    if not 0 <= seed <= LARGEST_SEED:
        raise NotFrozen(f"The seed is a whole number from 0 to {LARGEST_SEED}.")
    if not 0 < margin <= LARGEST_MARGIN:
        raise NotFrozen(f"The margin is a number above 0, {LARGEST_MARGIN} at most.")
    with transaction.atomic():
        serial = next_serial(Dataset)
        dataset = Dataset.objects.create(
            serial=serial,
            name=(name or f"dataset {serial}")[:120],
            made_by=by,
            rehearsal=rounds[0].rehearsal,
            selection={
                "rounds": [str(round.public_id) for round in rounds],
                "formats": sorted(set(formats)),
                "seed": seed,
                "named_tiers": sorted(named_tiers),
                "margin": float(margin),
            },
        )
        told = {
            "name": dataset.name, "rounds": [round.name for round in rounds], "rehearsal": dataset.rehearsal,
            **{key: dataset.selection[key] for key in ("formats", "margin", "named_tiers")},
        }  # fmt: skip
        trail.record(verb="plan", kind=trail.DATASET, name=dataset.public_id, by=by, after=told)
    return dataset


def build(*, dataset: Dataset, told=lambda done, total: None) -> Dataset:
    """Write the planned release and freeze it; return the dataset as it then stands.

    Built already: nothing happens. Built by another process now: raises places.Taken. A build that was killed
    begins again from nothing; one that fails leaves no folder, and the dataset says why.
    """
    with places.alone(f"dataset-{dataset.public_id}"):
        dataset.refresh_from_db()
        if dataset.state != DatasetState.BUILDING:
            return dataset
        folder = places.dataset_folder(dataset)
        building = folder.with_suffix(".building")
        # What a killed build had put here: the database never said frozen, so nobody has used it.
        for leftover in (building, folder):
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            building.mkdir(parents=True)
            manifest, members = write(dataset=dataset, rounds=_rounds(dataset), folder=building, told=told)
            places.sync(building)
            os.replace(building, folder)
            return _mark_frozen(dataset, manifest, members)
        except Exception as error:
            for leftover in (building, folder):
                shutil.rmtree(leftover, ignore_errors=True)
            why = str(error) if isinstance(error, NotFrozen) else f"{type(error).__name__}: {error}"
            _mark_failed(dataset, why[:500])
            raise


def _rounds(dataset: Dataset) -> list[Round]:
    found = Round.objects.filter(public_id__in=dataset.selection["rounds"]).order_by("public_id")
    return list(found.select_related("pairs_version__guideline", "rubric_version__guideline"))


@transaction.atomic
def _mark_frozen(dataset: Dataset, manifest: bytes, members) -> Dataset:
    DatasetItem.objects.bulk_create(
        [DatasetItem(dataset=dataset, item_id=item, split=split) for item, split in members], batch_size=500
    )
    dataset.state, dataset.frozen_at = DatasetState.FROZEN, timezone.now()
    dataset.sha256, dataset.manifest = hashlib.sha256(manifest).hexdigest(), json.loads(manifest)
    dataset.save()
    told = {"state": dataset.state, "sha256": dataset.sha256, "items": len(members)}
    _tell(dataset, "build", told)
    return dataset


@transaction.atomic
def _mark_failed(dataset: Dataset, why: str) -> None:
    """Why stands in the dataset; it may quote what could not be written."""
    Dataset.objects.filter(pk=dataset.pk).update(state=DatasetState.FAILED, failure=why)
    _tell(dataset, "fail", {"state": DatasetState.FAILED})


def _tell(dataset: Dataset, verb: str, after: dict) -> None:
    """Building is nobody's act: whoever asked for the dataset stands in the event before."""
    before = {"state": DatasetState.BUILDING}
    trail.record(verb=verb, kind=trail.DATASET, name=dataset.public_id, by=None, before=before, after=after)
