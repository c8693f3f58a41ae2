"""Freeze the settled items of closed rounds and copy the release to a folder."""

import json
import os
import shutil
import uuid
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.roles import Refused
from exports import building, places
from exports.formats import FORMATS
from exports.margins import MARGIN
from review.models import Round
from synthesis.models import Tier

BAD_INPUT = 2


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--round", required=True, action="append", metavar="ID", help="a closed round; may repeat"
        )
        parser.add_argument(
            "--out", required=True, metavar="DIR", type=Path, help="a folder that is new or empty"
        )
        parser.add_argument("--name", default="", help="a name for the dataset")
        parser.add_argument("--formats", default=",".join(FORMATS), help="which of %(default)s")
        parser.add_argument(
            "--margin", type=float, default=MARGIN, metavar="LEVELS",
            help="how far apart two replies to the same words must have been rated to be a pair (default %(default)s)",
        )  # fmt: skip
        parser.add_argument("--seed", type=int, default=0, help="seed of the split (default 0)")
        parser.add_argument(
            "--tier", action="append", default=[], metavar="TIER", choices=[t for t in Tier.values if t != "none"],
            help="a risk tier whose sessions may leave too; may repeat; one of %(choices)s",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args, **options):
        out = options["out"].resolve()
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CommandError(
                f"--out {out} is there and not empty; name a new folder.", returncode=BAD_INPUT
            )
        there = next(path for path in (out, *out.parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise CommandError(f"--out {out} cannot be made in {there}.", returncode=BAD_INPUT)
        rounds = [self.round(name) for name in dict.fromkeys(options["round"])]
        try:
            dataset = building.plan(
                name=options["name"],
                rounds=rounds,
                by=None,
                formats=tuple(kind.strip() for kind in options["formats"].split(",") if kind.strip()),
                seed=options["seed"],
                margin=options["margin"],
                named_tiers=("none", *dict.fromkeys(options["tier"])),
            )
        except (Refused, building.NotFrozen) as refusal:
            raise CommandError(str(refusal), returncode=BAD_INPUT) from None
        try:
            dataset = building.build(dataset=dataset, told=self.tell)
        except building.NotFrozen as refusal:
            raise CommandError(str(refusal), returncode=1) from None
        shutil.copytree(places.dataset_folder(dataset), out, dirs_exist_ok=True)
        self.report(dataset, out, as_json=options["json"])

    def round(self, name: str) -> Round:
        try:
            return Round.objects.get(public_id=uuid.UUID(name))
        except (ValueError, Round.DoesNotExist):
            raise CommandError(f"There is no round {name}.", returncode=BAD_INPUT) from None

    def tell(self, done: int, total: int):
        if done % 500 == 0 or (done == total and total > 500):
            self.stderr.write(f"{done} of {total} items written")

    def report(self, dataset, out: Path, *, as_json: bool):
        found = {
            "dataset": str(dataset.public_id),
            "path": str(out),
            "sha256": dataset.sha256,
            "rows": dataset.manifest["rows"],
            "left_out": dataset.manifest["left_out"],
        }
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(f"Dataset {found['dataset']} in {out}")
        for kind, n in found["rows"].items():
            self.stdout.write(f"  {n} rows of {kind}")
        for reason, n in found["left_out"].items():
            self.stdout.write(f"  left out: {n} × {reason}")
