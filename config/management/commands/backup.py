"""backup FILE: this installation in one file, while it runs."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.backup import database
from config.backup.faults import Refused
from config.backup.making import back_up


class Command(BaseCommand):
    help = "Write database, artefacts, kept secrets and Label Studio data into one new tar.gz (mode 0600)."
    # An installation that fails a check can still be saved.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object to stdout")

    def handle(self, *, file, **options):
        try:
            made = back_up(file=file, told=self.stderr.write)
        except (Refused, OSError) as problem:
            raise CommandError(f"No backup was made. {problem}", returncode=2) from problem
        counts = database.counts(made.manifest["rows"])
        for note in made.notes:
            self.stderr.write(f"Note: {note}")
        self.stderr.write("In it: " + ", ".join(f"{n} {name}" for name, n in counts.items()) + ".")
        self.stderr.write(f"{made.file}: {made.size:,} bytes, {len(made.manifest['members'])} files.")
        self.stderr.write(
            "It holds SECRETS and everything that people wrote: whoever can read it can log in as anybody. "
            "Only you may read it now (mode 0600); keep it so wherever you copy it."
        )
        if options["json"]:
            self.stdout.write(as_json(made, counts))
        if made.faults:
            lines = "\n".join(f"- {fault}" for fault in made.faults)
            raise CommandError(f"The backup was made, but files are missing:\n{lines}", returncode=3)


def as_json(made, counts: dict) -> str:
    return json.dumps(
        {
            "file": str(made.file),
            "bytes": made.size,
            "files": len(made.manifest["members"]),
            "counts": counts,
            "notes": made.notes,
            "faults": made.faults,
        }
    )
