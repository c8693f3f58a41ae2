"""The cache where there is Redis: one for all processes. What it holds can be computed again, so that it does not answer,
or holds what is not ours, only costs time.
"""

import hashlib
import hmac
import logging
import pickle
import time
from functools import lru_cache
from pathlib import Path

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import salted_hmac
from redis import RedisError

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
# Seconds: of one that does not answer, and for which it is then not asked again, in this process.
PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
LEFT_ALONE = 15
SIGNED = hashlib.sha256().digest_size  # bytes


MISSING = object()
# {where a cache is: when it is asked again}. Of the process, as each of its threads has a cache object of its own.
_asked_again: dict[str, float] = {}


class NotOurs(ValueError):
    """Somebody else wrote it, or with another secret key, or it stood under another name."""


class Signed:
    """Pickled, and signed with the secret key: whoever can write into Redis runs no code of theirs here."""

    def dumps(self, value) -> bytes:
        body = pickle.dumps(value)
        return _signature(body) + body

    def loads(self, stored: bytes):
        signature, body = stored[:SIGNED], stored[SIGNED:]
        if not hmac.compare_digest(signature, _signature(body)):
            raise NotOurs("not signed by us")
        try:
            return pickle.loads(body)
        except Exception as error:  # of whatever kind: it was written where other code runs
            raise NotOurs(f"not to be read here: {error}") from error


class Cache(RedisCache):
    """What another release kept is not read: its shapes may be others. `get` and `set` never fail; nothing else is used."""

    def __init__(self, server, params):
        options = {"serializer": Signed} | PATIENCE | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options, "KEY_PREFIX": release()})
        self._server = server

    def get(self, key, default=None, version=None):
        found = self._ask(lambda: super(Cache, self).get(key, MISSING, version))
        if found is MISSING:
            return default
        name, value = found if isinstance(found, tuple) and len(found) == 2 else (None, None)
        if name != key:
            log.warning("what the cache has is not ours, so it is computed: it stood under another name")
            return default
        return value

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        # With its name, so that nobody can put it under another.
        self._ask(lambda: super(Cache, self).set(key, (key, value), timeout, version))

    def _ask(self, act):
        """MISSING where there is no answer."""
        if time.monotonic() < _asked_again.get(self._server, 0):
            return MISSING
        try:
            return act()
        except NotOurs as error:
            log.warning("what the cache has is not ours, so it is computed: %s", error)
        except RedisError as error:
            _asked_again[self._server] = time.monotonic() + LEFT_ALONE
            log.warning("the cache does not answer; for %s s everything is computed: %s", LEFT_ALONE, error)
        return MISSING


@lru_cache
def release() -> str:
    """The code that runs, as a short digest of its files and of what it stands on."""
    found = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for app in ("accounts", "config", "exports", "guidelines", "review", "synthesis"):
        for file in sorted((ROOT / app).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def _signature(body: bytes) -> bytes:
    return salted_hmac("config.cache", body, algorithm="sha256").digest()
