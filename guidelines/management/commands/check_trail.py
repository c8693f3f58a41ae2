from django.core.management.base import BaseCommand, CommandError

from guidelines import trail
from guidelines.models import Guideline


class Command(BaseCommand):
    help = "Replay the trail of every guideline and compare what comes out with what is stored."

    def handle(self, **options):
        wrong = []
        for guideline in Guideline.objects.order_by("slug"):
            if not trail.of(guideline).exists():
                self.stderr.write(f"{guideline.slug}: older than the trail, nothing was done with it since.")
            elif differences := trail.differences(guideline):
                wrong += [f"{guideline.slug}: {difference}" for difference in differences]
            else:
                self.stderr.write(f"{guideline.slug}: its trail leads to how it stands.")
        if wrong:
            raise CommandError("Changed by another way than a verb:\n" + "\n".join(wrong), returncode=1)
