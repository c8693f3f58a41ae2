"""What an address says of the round that is to be: it goes from page to page until the round is opened."""

from django.http import QueryDict


def kept(sent: QueryDict, names: set[str]) -> QueryDict:
    """Of an address what goes by these names."""
    found = QueryDict(mutable=True)
    for name in sent:
        if name in names:
            found.setlist(name, sent.getlist(name))
    return found


def fields(carried: QueryDict) -> list[tuple[str, str]]:
    """(name, value) of each, for a form that sends them on."""
    return [(name, value) for name, values in carried.lists() for value in values]
