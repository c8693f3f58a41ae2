"""./bin/manage sync_reviews [--wait-until-settled SECONDS]: send and read reviews without a broker."""

import time

from django.core.management.base import BaseCommand, CommandError

from review.label_studio import connecting, syncing
from review.models import Item, SeatProject


class Command(BaseCommand):
    help = "Send what is unsent to Label Studio and read what reviewers submitted, for all open rounds."

    def add_arguments(self, parser):
        parser.add_argument("--wait-until-settled", type=float, metavar="SECONDS", default=None)
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", default=2.0, help="pause between two looks"
        )

        parser.add_argument(
            "--whole", action="store_true", help="read every open round's projects whole, as every night"
        )

    def handle(self, *, wait_until_settled, every, whole=False, **_):
        try:
            if not connecting.servers():
                connecting.connected()
        except connecting.NotConnected as error:
            raise CommandError(str(error), returncode=2) from error
        if whole:
            syncing.compare_servers()
        until = time.monotonic() + (wait_until_settled or 0)
        while True:
            done = syncing.sync_servers()
            left = Item.objects.filter(round__state="open").unsettled().count()
            self.stderr.write(f"sent {done.sent}, read {done.new}, decided {done.decided}, unsettled {left}")
            if wait_until_settled is None or not left:
                break
            if time.monotonic() >= until:
                raise CommandError(
                    f"{left} items are not settled after {wait_until_settled:g} s.", returncode=3
                )
            time.sleep(every)
        failing = SeatProject.objects.filter(seat__round__state="open", failing_since__isnull=False).first()
        if failing:
            raise CommandError(
                f"Label Studio fails since {failing.failing_since:%H:%M}: {failing.failure}", returncode=3
            )
