"""What a page says of a round, counted anew from its standings, item by item."""

from collections import Counter

from review.models import Standing


def counted_one_by_one(round) -> dict:
    """As reports.standing_counts, and its outcomes."""
    items = round.items.filter(gold=None).values_list("pk", flat=True)
    by_item: dict[int, list] = {pk: [] for pk in items}
    for standing in Standing.objects.filter(item__round=round):
        by_item[standing.item_id].append(standing)
    found, outcomes = Counter(settled=0, disputed=0, open=0, erased=0), Counter()
    for own in by_item.values():
        states = {one.state for one in own}
        state = "disputed" if "disputed" in states else "settled" if states == {"settled"} else "open"
        found[state] += 1
        if state == "settled":
            outcomes.update(one.outcome for one in own if one.aspect == "verdict")
    return {"total": len(by_item), **found, "outcomes": dict(outcomes)}
