"""Words of a text in any script; what every count of words here rests on.

Words are what stands between spaces and punctuation, case folded, apostrophes inside kept. In scripts that write no
spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each sign counts as one word.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

APOSTROPHES = "'’ʼ"
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


class _Signs(dict):
    """What becomes of each sign; each is looked up once."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign in APOSTROPHES:
            found = "'"
        elif any(low <= code <= high for low, high in _WITHOUT_SPACES):
            # A vowel sign or tone mark belongs to the sign before it.
            found = sign if unicodedata.category(sign).startswith("M") else f" {sign}"
        elif unicodedata.category(sign)[0] in "PSZC":
            found = " "
        else:
            found = sign
        self[code] = found
        return found


_SIGNS = _Signs()


@lru_cache(maxsize=512)
def words(text: str) -> tuple[str, ...]:
    """The words in their order, case folded. Each measure asks for those of the same turns, so the last are kept."""
    found = text.casefold().translate(_SIGNS).split()
    if "'" in text or "’" in text or "ʼ" in text:
        found = [word for word in (part.strip("'") for part in found) if word]
    return tuple(found)


def grams(found: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """Every run of n words; empty where there are fewer."""
    return list(zip(*(found[start:] for start in range(n)), strict=False))
