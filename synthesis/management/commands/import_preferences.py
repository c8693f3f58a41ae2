import json

from django.core.management.base import BaseCommand, CommandError

from synthesis.importing_preferences import ORIGIN, import_preferences
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Import pairs of replies that were made and rated elsewhere, in the layout of PsychoCounsel-Preference: lines of "
        "JSON (.jsonl), or a list (.json). Ends with 1 where single records were refused, with 2 where a file was and "
        "nothing is stored."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--licence", default="", help="without one nothing made from them is released")
        parser.add_argument("--origin", default=ORIGIN)
        parser.add_argument("--may-not-leave", action="store_true", help="send them to no other machine")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, files, licence, origin, may_not_leave, **options):
        try:
            found = import_preferences(files, licence=licence, origin=origin, may_leave=not may_not_leave)
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        for what in ("refused", "cleaned"):
            for sentence in getattr(found, what):
                self.stderr.write(f"{what}: {sentence}")
        counts = {
            "new": found.new,
            "unchanged": found.unchanged,
            "refused": len(found.refused),
            "cleaned": len(found.cleaned),
            "safety_inversions": found.inverted,
        }
        self.stderr.write(", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items()))
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        if found.refused:
            raise CommandError(f"{len(found.refused)} refused, the others are stored.", returncode=1)
