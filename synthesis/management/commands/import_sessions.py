import json

from django.core.management.base import BaseCommand, CommandError

from synthesis.importing import ORIGIN, import_sessions
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Import technique sessions that were made elsewhere, from JSON in the published MAGneT layout: a list of records "
        "or one to a file. Ends with 1 where single records were refused, with 2 where a file was and nothing is stored."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--licence", default="", help="without one nothing made from them is released")
        parser.add_argument("--origin", default=ORIGIN)
        parser.add_argument("--may-not-leave", action="store_true", help="send them to no other machine")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, files, licence, origin, may_not_leave, **options):
        try:
            found = import_sessions(files, licence=licence, origin=origin, may_leave=not may_not_leave)
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        for sentence in found.refused:
            self.stderr.write(f"refused: {sentence}")
        counts = {"new": len(found.new), "unchanged": found.unchanged, "refused": len(found.refused)}
        self.stderr.write(", ".join(f"{n} {what}" for what, n in counts.items()))
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        if found.refused:
            raise CommandError(f"{len(found.refused)} refused, the others are stored.", returncode=1)
