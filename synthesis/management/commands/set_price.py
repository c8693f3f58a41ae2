from decimal import Decimal, InvalidOperation

from django.core.management.base import BaseCommand, CommandError

from synthesis import connecting


def number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError from None  # argparse says which argument


class Command(BaseCommand):
    help = "Say what a million tokens cost at an endpoint, sent and received, so that money can be counted and bounded."

    def add_arguments(self, parser):
        parser.add_argument("endpoint")
        parser.add_argument("tokens_in", type=number, metavar="SENT")
        parser.add_argument("tokens_out", type=number, metavar="RECEIVED")
        parser.add_argument("currency", metavar="CURRENCY", help="three letters, such as EUR")

    def handle(self, *, endpoint, tokens_in, tokens_out, currency, **options):
        try:
            row = connecting.set_price(
                endpoint=endpoint,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                currency=currency.upper(),
                by=None,
            )
        except connecting.NotConnected as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stderr.write(f"{row.name}: {row.price['in']} and {row.price['out']} {row.price['currency']}.")
