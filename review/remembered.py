"""The same judgements give the same figures: a page that is looked at again, by whichever process, computes nothing."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.core.cache import cache

# Known by a digest, so that no judgement is held in memory for it.
_known: OrderedDict[str, object] = OrderedDict()
_lock = Lock()
MOST_KNOWN = 64
KEPT_FOR = 30 * 24 * 3600  # seconds
MISSING = object()


def remembered(key: str, compute: Callable):
    """What `compute()` gave for this digest when it was asked last."""
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    kept = f"review.remembered.{key}"
    if (found := cache.get(kept, MISSING)) is MISSING:
        found = compute()
        cache.set(kept, found, KEPT_FOR)
    with _lock:
        _known[key] = found
        while len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return found
