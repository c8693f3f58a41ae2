"""Translations of a guideline. `texts_of` is what other apps ask for the words of a revision in a language."""

from guidelines.translating.speaking import Said, texts_of, texts_of_all

__all__ = ["Said", "texts_of", "texts_of_all"]
