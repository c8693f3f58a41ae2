"""Agreement between raters from a long CSV table; review/agreement/README.md says which coefficient when."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from review.agreement.reading import MEMORY, read_levels, read_table
from review.agreement.report import result
from review.agreement.values import SCALES, BadRatings

MB = 1024**2


class Command(BaseCommand):
    help = "Print how far raters agree, per dimension of a table item,rater,value[,dimension][,cluster][,weight]."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--scale", required=True, choices=SCALES)
        parser.add_argument("--levels", help="the levels of the rubric, a,b,c; otherwise those observed")
        parser.add_argument(
            "--bootstrap", type=int, default=1000, metavar="N", help="resamples (default 1000)"
        )
        parser.add_argument("--seed", type=int, default=0, metavar="S", help="default 0")
        parser.add_argument(
            "--memory", type=int, default=MEMORY // MB, metavar="MB",
            help=f"refuse a file that would take more of memory (default {MEMORY // MB})",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *, file, scale, levels, bootstrap, seed, memory, json: bool, **options):
        if bootstrap < 0 or seed < 0:
            raise CommandError("--bootstrap and --seed are 0 or more", returncode=2)
        try:
            declared = read_levels(levels, scale)
        except BadRatings as reason:
            raise CommandError(f"--levels: {reason}", returncode=2) from reason
        try:
            table = read_table(file, scale=scale, levels=declared, memory=memory * MB, told=self._told)
        except BadRatings as reason:
            raise CommandError(f"{file}: {reason}", returncode=2) from reason
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}", returncode=2) from problem
        found = {}
        for number, (name, rows) in enumerate(table.columns.items(), start=1):
            self.stderr.write(f"{number}/{len(table.columns)} {name}: {len(rows)} rows", self.style.NOTICE)
            found[name] = result(table.ratings(name), bootstrap=bootstrap, seed=seed)
        self.stdout.write(as_line(found) if json else as_table(found))

    def _told(self, rows: int, share: float) -> None:
        if share < 1:
            self.stderr.write(f"read {rows:,} rows, {share:.0%} of the file", self.style.NOTICE)


def as_line(found: dict) -> str:
    return json.dumps(found, allow_nan=False)


def as_table(found: dict) -> str:
    lines = []
    for dimension, figures in found.items():
        lines.append(dimension)
        for name, value in (figures | figures.get("icc", {})).items():
            if name == "icc":
                continue
            lines.append(f"  {name:22} {_cell(value)}")
    return "\n".join(lines)


def _cell(value) -> str:
    if not isinstance(value, dict):
        return f"{value:.3f}" if isinstance(value, float) else str(value)
    estimate = "undefined" if value["estimate"] is None else f"{value['estimate']:.3f}"
    interval = "[{:.3f}, {:.3f}]".format(*value["ci"]) if value["ci"] else "no interval"
    return f"{estimate:9}  {interval:18}  {value['note']}".rstrip()
