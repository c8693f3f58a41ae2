"""Sentences in English that remember how they were made, so that a page can say them in the reader's language.

The modules here import `say` as `_`: whoever collects the texts to translate finds them by that name.
"""

from collections.abc import Callable, Iterable


class Said(str):
    """A text with the (template, values) of each of its sentences."""

    parts: tuple[tuple[str, dict], ...] = ()


def say(template: str, **values) -> Said:
    return _of(template.format(**values), ((template, values),))


def together(sentences: Iterable[str]) -> Said:
    """All that are not empty, with semicolons between them."""
    said = [one for one in sentences if one]
    return _of("; ".join(said), tuple(part for one in said for part in parts_of(one)))


def parts_of(text: str) -> tuple[tuple[str, dict], ...]:
    return text.parts if isinstance(text, Said) else (("{text}", {"text": text}),)


def spoken(text, translate: Callable[[str], str]):
    """The text by `translate`, which gives a template in another language; what was not said stays as it is."""
    if not isinstance(text, Said):
        return text
    return "; ".join(
        translate(template).format(**{name: spoken(value, translate) for name, value in values.items()})
        for template, values in text.parts
    )


def _of(text: str, parts) -> Said:
    said = Said(text)
    said.parts = parts
    return said
