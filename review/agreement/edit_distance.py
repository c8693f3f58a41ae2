"""How far two texts are apart, word by word, after case, space and punctuation are normalised (methods.md §7)."""

import re
import unicodedata
from collections import defaultdict

_WORD = re.compile(r"\w+(?:['’]\w+)*", re.UNICODE)


def words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def distance(a: list[str], b: list[str]) -> int:
    """Levenshtein distance over words, bit-parallel (Hyyrö 2003): a few operations on long integers per word."""
    if not a or not b:
        return len(a) or len(b)
    where: dict[str, int] = defaultdict(int)
    for place, word in enumerate(a):
        where[word] |= 1 << place
    last, mask = 1 << (len(a) - 1), (1 << len(a)) - 1
    up, down, found = mask, 0, len(a)
    for word in b:
        same = where.get(word, 0)
        diagonal = (((same & up) + up) ^ up) | same | down
        right_up, right_down = down | ~(diagonal | up), up & diagonal
        if right_up & last:
            found += 1
        elif right_down & last:
            found -= 1
        right_up, right_down = (right_up << 1) | 1, right_down << 1
        up, down = (right_down | ~(diagonal | right_up)) & mask, right_up & diagonal & mask
    return found


def similarity(first: str, second: str) -> float:
    """0 to 1; two texts without a word are alike."""
    a, b = words(first), words(second)
    longest = max(len(a), len(b))
    return 1 - distance(a, b) / longest if longest else 1.0
