from django.core.management.base import BaseCommand, CommandError

from guidelines.drafts import WrongState
from guidelines.kinds import shape_of
from guidelines.loading import BadFile, load


class Command(BaseCommand):
    help = "Load guidelines from YAML, JSON, CSV or XLSX; “shipped” stands for those that come with the software."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or “shipped”")
        parser.add_argument("--draft", action="store_true", help="load into a draft instead of publishing")

    def handle(self, *, files, draft, **options):
        try:
            loaded = load(files, draft=draft)
        except (BadFile, WrongState) as error:
            raise CommandError(str(error), returncode=2) from error
        for version, created in loaded:
            noun = f"{shape_of(version.guideline).identity_field}s"
            holds = f"{version.entries.count()} {noun}, {version.get_state_display()}"
            said = "" if created else ": identical content, nothing new"
            self.stdout.write(f"{version} ({holds}){said}")
