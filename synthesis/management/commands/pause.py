from django.core.management.base import BaseCommand

from synthesis import steering
from synthesis.management.named_run import named, refusals


class Command(BaseCommand):
    help = "Begin no more sessions of a run, named by its public id or its number; those in the making are finished."

    def add_arguments(self, parser):
        parser.add_argument("run")

    def handle(self, *, run, **options):
        with refusals():
            steering.pause(run=named(run), by=None)
        self.stderr.write("Paused. Workers look every second; what is in the making is finished.")
