from django.core.management.base import BaseCommand, CommandError

from synthesis.importing import ORIGIN, import_sessions
from synthesis.management import importing_here
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Import technique sessions that were made elsewhere, from JSON in the published MAGneT layout: a list of records "
        "or one to a file. Ends with 1 where single records were refused, with 2 where a file was and nothing is stored."
    )

    def add_arguments(self, parser):
        importing_here.add_arguments(parser, origin=ORIGIN)

    def handle(self, *, files, licence, origin, may_not_leave, **options):
        try:
            found = import_sessions(files, licence=licence, origin=origin, may_leave=not may_not_leave)
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        counts = {"new": len(found.new), "unchanged": found.unchanged, "refused": len(found.refused)}
        importing_here.tell(self, counts, {"refused": found.refused}, as_json=options["json"])
