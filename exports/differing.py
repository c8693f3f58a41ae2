"""How much an edit changed: word-level edit distance after case, space and punctuation are normalised."""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"\w+(?:['’]\w+)*", re.UNICODE)
LEAST_SHARE = 0.10
LEAST_WORDS = 3


@dataclass(frozen=True)
class Size:
    """`words` changed (insertions, deletions, substitutions); `share` of the longer text's words."""

    words: int
    share: float
    draft_words: int
    edit_words: int

    @property
    def substantive(self) -> bool:
        """Methods §7: at least 10 % of the words and at least 3 words."""
        return self.words >= LEAST_WORDS and self.share >= LEAST_SHARE


def words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def distance(a: list[str], b: list[str]) -> int:
    """Levenshtein distance over words."""
    if len(a) < len(b):
        a, b = b, a
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i]
        for j, right in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (left != right)))
        previous = current
    return previous[-1]


def size(draft: str, edit: str) -> Size:
    before, after = words(draft), words(edit)
    changed = distance(before, after)
    longest = max(len(before), len(after))
    return Size(changed, changed / longest if longest else 0.0, len(before), len(after))
