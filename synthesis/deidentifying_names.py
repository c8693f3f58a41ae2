"""Names of people by lists, as a recognizer of presidio. Imported by synthesis.deidentifying alone."""

from presidio_analyzer import EntityRecognizer, RecognizerResult

SURE, LIKELY = 0.6, 0.4


class NameLists(EntityRecognizer):
    """A word with a capital that is a given name; a family name after one, or whatever has a capital after a title."""

    def __init__(self, language: str, given: frozenset[str], family: frozenset[str], titles: tuple[str, ...]):
        self.given, self.family, self.titles = given, family, frozenset(titles)
        super().__init__(supported_entities=["PERSON"], name="name lists", supported_language=language)

    def load(self) -> None:
        """Nothing: the lists are handed in."""

    def analyze(self, text, entities, nlp_artifacts):
        found, words = [], [token for token in nlp_artifacts.tokens if not token.is_space]
        for at, token in enumerate(words):
            before = words[at - 1] if at else None
            score = self._score(words, at)
            if not score:
                continue
            if found and before is not None and found[-1].end == before.idx + len(before.text):
                # A name of several words is one name.
                found[-1].end, found[-1].score = token.idx + len(token.text), max(score, found[-1].score)
            else:
                found.append(RecognizerResult("PERSON", token.idx, token.idx + len(token.text), score))
        return found

    def _score(self, words, at: int) -> float:
        word, before = words[at].text, words[at - 1].text if at else ""
        if not word[:1].isupper() or not word[:1].isalpha():
            return 0.0
        if self._is_title(words, at):
            return SURE
        if word in self.given:
            return LIKELY
        is_after_a_name = before in self.given or (at > 1 and self._is_title(words, at - 1))
        return LIKELY if is_after_a_name and (word in self.family or len(word) > 2) and before[:1].isupper() else (
            LIKELY if word in self.family and at and before not in ".!?“\"" else 0.0
        )  # fmt: skip

    def _is_title(self, words, at: int) -> bool:
        """Whether a title stands before the word, with its full stop in one word or in two."""
        if not at:
            return False
        before = words[at - 1].text.lower()
        if before == "." and at > 1:
            before = f"{words[at - 2].text.lower()}."
        return before in self.titles
