"""What a value is, as a number: SHA-256 of a JSON value in its one canonical writing, and of a text. Pure."""

import hashlib
import json


def digest(value) -> str:
    """SHA-256 of a JSON value, whatever the order of its keys."""
    return text_digest(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def text_digest(text: str) -> str:
    """SHA-256 of a text, of a token for example, which is itself stored nowhere."""
    return hashlib.sha256(text.encode()).hexdigest()
