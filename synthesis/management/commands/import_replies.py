from django.core.management.base import BaseCommand, CommandError

from synthesis.importing_replies import ORIGIN, import_replies
from synthesis.management import importing_here
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Import replies to messages that were made elsewhere, in the layout of MentalBench (.csv, .xlsx, .json): a column "
        "“context”, and one for each model. Ends with 1 where single rows or cells were refused, with 2 where a file was "
        "and nothing is stored."
    )

    def add_arguments(self, parser):
        importing_here.add_arguments(parser, origin=ORIGIN)
        parser.add_argument(
            "--ratings", nargs="+", default=[], metavar="FILE",
            help="their ratings: “context”, and a column “human_response_MODEL” with the seven scores for each model",
        )  # fmt: skip
        parser.add_argument(
            "--columns", default="", metavar="A,B,...",
            help="those that hold replies, where the files have others besides “context”",
        )  # fmt: skip
        parser.add_argument(
            "--no-real-person", action="store_true",
            help="required: says that no real person wrote the messages. Words of people must be erasable, and what is "
            "imported here is frozen.",
        )  # fmt: skip

    def handle(self, *, files, ratings, columns, no_real_person, licence, origin, may_not_leave, **options):
        if not no_real_person:
            raise CommandError(
                "Nothing was read. Words of real people must be erasable, and imported replies are frozen with the message "
                "that they answer. If no real person wrote these messages, say so with --no-real-person.",
                returncode=2,
            )
        try:
            found = import_replies(
                files, ratings=ratings, columns=[one.strip() for one in columns.split(",") if one.strip()],
                licence=licence, origin=origin, may_leave=not may_not_leave,
            )  # fmt: skip
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        counts = {
            "new": found.new,
            "with_ratings": found.rated,
            "unchanged": found.unchanged,
            "refused": len(found.refused),
        }
        importing_here.tell(self, counts, {"refused": found.refused}, as_json=options["json"])
