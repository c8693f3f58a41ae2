"""The same judgements give the same figures: a page that is looked at again computes nothing."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

# Known by a digest, so that no judgement is held in memory for it.
_known: OrderedDict[str, object] = OrderedDict()
_lock = Lock()
MOST_KNOWN = 64


def remembered(key: str, compute: Callable):
    """What `compute()` gave for this digest when it was asked last; in this process."""
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = compute()
    with _lock:
        _known[key] = found
        while len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return found
