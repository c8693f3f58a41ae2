from django.core.management.base import BaseCommand, CommandError

from synthesis.loading import load
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = "Load client profiles from YAML or JSON, ours or the PATIENT-Psi layout; FILE may be `shipped`."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--licence", default="", help="licence of records in the PATIENT-Psi layout")
        parser.add_argument("--origin", default="", help="origin of records in the PATIENT-Psi layout")

    def handle(self, *, files, licence, origin, **options):
        for file in files:
            try:
                loaded = load(file, licence=licence, origin=origin)
            except BadProfiles as problem:
                raise CommandError(str(problem), returncode=2) from problem
            for sentence in loaded.refused:
                self.stderr.write(f"refused: {sentence}")
            self.stderr.write(
                f"{file}: {len(loaded.new)} new, {len(loaded.revised)} revised, "
                f"{loaded.unchanged} unchanged, {len(loaded.refused)} refused"
            )
