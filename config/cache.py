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
# Seconds: nobody waits for it longer than what it saves.
PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
TOLD_EVERY = 60  # seconds
SIGNED = hashlib.sha256().digest_size  # bytes


class NotOurs(ValueError):
    """Somebody else wrote it, or with another secret key."""


class Signed:
    """Pickled, and signed with the secret key: whoever can write into Redis runs no code of theirs here."""

    def dumps(self, value) -> bytes:
        body = pickle.dumps(value)
        return _signature(body) + body

    def loads(self, stored: bytes):
        signature, body = stored[:SIGNED], stored[SIGNED:]
        if not hmac.compare_digest(signature, _signature(body)):
            raise NotOurs("not signed by us")
        return pickle.loads(body)


class Cache(RedisCache):
    """What another release kept is not read: its shapes may be others."""

    def __init__(self, server, params):
        options = {"serializer": Signed} | PATIENCE | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options, "KEY_PREFIX": release()})
        self._said: dict[str, float] = {}

    def get(self, key, default=None, version=None):
        try:
            return super().get(key, default, version)
        except (RedisError, NotOurs) as error:
            self._say("the cache is of no help, so it is computed: %s", error)
            return default

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            self._say("the cache does not answer, so nothing is kept: %s", error)

    def _say(self, words: str, error: Exception) -> None:
        """Once a minute; a page asks it many times."""
        if time.monotonic() - self._said.get(words, -TOLD_EVERY) >= TOLD_EVERY:
            self._said[words] = time.monotonic()
            log.warning(words, error)


@lru_cache
def release() -> str:
    """The code that runs, as a short digest of its files."""
    found = hashlib.sha256()
    for app in ("accounts", "config", "exports", "guidelines", "review", "synthesis"):
        for file in sorted((ROOT / app).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def _signature(body: bytes) -> bytes:
    return salted_hmac("config.cache", body, algorithm="sha256").digest()
