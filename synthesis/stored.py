"""Whether a reply of a session may be stored already. Most sessions are new, and then nobody needs to look before each
of their calls.
"""

from collections.abc import Iterable
from weakref import WeakValueDictionary

from synthesis.models import Call, Instance


class Replies:
    """Of one cell; shared by all sessions of the cell that this process is at."""

    __slots__ = ("__weakref__", "may_be_stored")

    def __init__(self, may_be_stored: bool = True):
        self.may_be_stored = may_be_stored


class Cells:
    """The cells that this process is at, for as long as anybody holds their Replies."""

    def __init__(self):
        self._held: WeakValueDictionary[str, Replies] = WeakValueDictionary()

    def enter(self, cell: str, *, is_asked: bool) -> Replies:
        """`is_asked`: a call of the cell was stored when this session was claimed. Where another session of the cell is
        being made here, both look: each stores what the other then need not ask.
        """
        replies = self._held.get(cell)
        if replies is None:
            replies = self._held[cell] = Replies(is_asked)
        else:
            replies.may_be_stored = True
        return replies


def asked(instances: Iterable[Instance]) -> set[str]:
    """Those of their cells of which a call is stored, under whatever run; one query."""
    cells = {instance.cell for instance in instances}
    return set(
        Call.objects.filter(instance__cell__in=cells).values_list("instance__cell", flat=True).distinct()
    )
