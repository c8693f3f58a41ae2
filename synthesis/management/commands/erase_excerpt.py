from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from synthesis import erasing
from synthesis.models import SourceText


class Command(BaseCommand):
    help = "Erase an excerpt of a real session, every revision of its text, and all that was made of it, for good."

    def add_arguments(self, parser):
        parser.add_argument("key")
        parser.add_argument("--why", required=True, help="in words that tell nothing of the person")

    def handle(self, *, key, why, **options):
        found = SourceText.objects.filter(profiles__key=key, erased_at=None).distinct().order_by("pk")
        if not found:
            raise CommandError(f"There is no excerpt “{key}” whose text is still there.", returncode=2)
        try:
            with transaction.atomic():
                told = [erasing.erase(source=source, why=why, by=None).sentence() for source in found]
        except erasing.NotErased as refusal:
            raise CommandError(f"Nothing was erased: {refusal}", returncode=2) from refusal
        for sentence in told:
            self.stdout.write(sentence)
