"""Serial numbers without gaps: two that are made at once wait for each other."""

from django.db.models import Max

from accounts.identity import Installation


def one_at_a_time() -> None:
    """Wait until nobody else is between this and the end of a transaction, here or on another machine."""
    Installation.objects.get_or_create(pk=1)
    Installation.objects.select_for_update().get(pk=1)


def next_serial(model) -> int:
    """The next number of a model's rows. Call it inside the transaction that makes the row."""
    one_at_a_time()
    return (model.objects.aggregate(last=Max("serial"))["last"] or 0) + 1
