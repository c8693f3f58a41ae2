from django.core.management.base import BaseCommand

from synthesis import steering
from synthesis.management.named_run import named, refusals


class Command(BaseCommand):
    help = (
        "Give up what is not made yet of a run, named by its public id or its number. What is made stays; this cannot "
        "be undone."
    )

    def add_arguments(self, parser):
        parser.add_argument("run")

    def handle(self, *, run, **options):
        with refusals():
            n = steering.cancel(run=named(run), by=None)
        self.stderr.write(f"Cancelled. {n} sessions will not be made; what was made stays.")
