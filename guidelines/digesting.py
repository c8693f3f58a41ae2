"""What a text is, as a number: digests of a revision and of a version. Pure."""

import hashlib
import json
from collections.abc import Iterable


def revision_digest(texts: dict) -> str:
    """SHA-256 over the canonical JSON of one revision's texts."""
    canonical = json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def version_digest(entries: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over (position, key, revision digest) of the entries in order; takes (key, digest) pairs.

    The key belongs to it: the same words under another key are another pair.
    """
    lines = [f"{position}\t{key}\t{digest}" for position, (key, digest) in enumerate(entries, 1)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
