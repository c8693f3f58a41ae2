"""restore FILE: an installation from a backup, into an empty home and an empty database."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.backup import database
from config.backup.faults import Refused
from config.backup.restoring import restore
from review.label_studio import comparing, sending


class Command(BaseCommand):
    help = "Fill an empty installation (ONE_WAY_MIRROR_HOME, DATABASE_URL) from a file that `backup` wrote."
    # Checked at the end, when there is something to check.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object to stdout")

    def handle(self, *, file, **options):
        try:
            done = restore(file=file, told=self.stderr.write)
        except Refused as problem:
            raise CommandError(str(problem), returncode=2) from problem
        sending.look_before_sending()
        comparing.ask()
        saved = database.counts(done.manifest["rows"])
        for note in done.notes:
            self.stderr.write(f"Note: {note}")
        for name, n in done.counts.items():
            self.stderr.write(f"{name}: {n} (in the backup: {saved.get(name, 'none')})")
        self.stderr.write(f"Restored as of {done.manifest['made_at']}.")
        if options["json"]:
            self.stdout.write(as_json(done, saved))
        if saved != done.counts:
            raise CommandError("The counts differ from those of the backup.", returncode=3)
        if done.faults:
            lines = "\n".join(f"- {fault}" for fault in done.faults)
            raise CommandError(f"Restored, but files are missing:\n{lines}", returncode=3)


def as_json(done, saved: dict) -> str:
    return json.dumps(
        {
            "made_at": done.manifest["made_at"],
            "counts": done.counts,
            "counts_in_backup": saved,
            "notes": done.notes,
            "faults": done.faults,
        }
    )
