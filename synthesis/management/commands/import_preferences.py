from django.core.management.base import BaseCommand, CommandError

from synthesis.importing_preferences import ORIGIN, import_preferences
from synthesis.management import importing_here
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Import pairs of replies that were made and rated elsewhere, in the layout of PsychoCounsel-Preference: lines of "
        "JSON (.jsonl), or a list (.json). Ends with 1 where single records were refused, with 2 where a file was and "
        "nothing is stored."
    )

    def add_arguments(self, parser):
        importing_here.add_arguments(parser, origin=ORIGIN)

    def handle(self, *, files, licence, origin, may_not_leave, **options):
        try:
            found = import_preferences(files, licence=licence, origin=origin, may_leave=not may_not_leave)
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        counts = {
            "new": found.new,
            "unchanged": found.unchanged,
            "refused": len(found.refused),
            "cleaned": len(found.cleaned),
            "safety_inversions": found.inverted,
        }
        named = {"refused": found.refused, "cleaned": found.cleaned}
        importing_here.tell(self, counts, named, as_json=options["json"])
