"""What a text is, as a number: digests of a revision and of a version. Pure."""

from collections.abc import Iterable

from accounts.digesting import digest, text_digest
from guidelines.texts import spoken


def revision_digest(texts: dict) -> str:
    """SHA-256 over the canonical JSON of one revision's texts."""
    return digest(spoken(texts))


def version_digest(entries: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over (position, key, revision digest) of the entries in order; takes (key, digest) pairs.

    The key belongs to it: the same words under another key are another pair.
    """
    lines = [f"{position}\t{key}\t{words}" for position, (key, words) in enumerate(entries, 1)]
    return text_digest("\n".join(lines))
