"""What an address asks for after its question mark. Anybody may type anything there: nonsense asks for nothing."""

import uuid

# Every key and number of rows fits; a longer one would be refused by the database.
MOST_DIGITS = 18


def number(request, name: str) -> int | None:
    """The whole number from 0 that the address gives under this name, or None."""
    return whole(request.GET.get(name, ""))


def whole(given: str) -> int | None:
    """The whole number from 0 that somebody typed, or None."""
    return int(given) if given.isdecimal() and len(given) <= MOST_DIGITS else None


def public_id(request, name: str) -> uuid.UUID | None:
    """The public id that the address gives under this name, or None."""
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def is_public_id(given: str) -> bool:
    try:
        uuid.UUID(given)
    except ValueError:
        return False
    return True


def words(request, name: str) -> str:
    """What the address gives under this name, as a person types it: one line without signs that nobody can see."""
    return "".join(sign for sign in request.GET.get(name, "") if sign.isprintable()).strip()
