import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from guidelines.dumping import dump
from guidelines.formats.writing import WRITERS
from guidelines.naming import NotFound, find


class Command(BaseCommand):
    help = "Write a published version to a file, from which load_guideline makes the same version again."

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME[@N]")
        parser.add_argument("--format", choices=list(WRITERS), required=True)
        parser.add_argument("--out", metavar="FILE", required=True, help="the file; - is the standard output")

    def handle(self, *, name, format, out, **options):
        try:
            data = dump(find(name, retired_too=True), format)
            if out == "-":
                sys.stdout.buffer.write(data)
            else:
                Path(out).write_bytes(data)
        except (NotFound, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}", returncode=2) from error
        if out != "-":
            self.stderr.write(f"Wrote {name} to {out}.")
