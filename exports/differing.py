"""How much an edit changed: word-level edit distance after case, space and punctuation are normalised."""

from dataclasses import dataclass

from review.agreement.edit_distance import distance, words

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


def size(draft: str, edit: str) -> Size:
    before, after = words(draft), words(edit)
    changed = distance(before, after)
    longest = max(len(before), len(after))
    return Size(changed, changed / longest if longest else 0.0, len(before), len(after))
