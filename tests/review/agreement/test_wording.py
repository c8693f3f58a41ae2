"""What the figures say of themselves can be said in another language; in English it reads as before."""

import pytest

from review.agreement.report import agreement
from review.agreement.wording import say, spoken, together

GERMAN = {
    "undefined: {why}": "nicht bestimmt: {why}",
    "no variation observed, every rating is the same": "alle Urteile sind gleich",
    "no interval: needs at least {least} {unit}, has {count}": "kein Intervall: es sind {count} {unit}, nicht {least}",
    "items": "Sitzungen",
}


def german(template: str) -> str:
    return GERMAN.get(template, template)


@pytest.fixture
def figures():
    """Three items on which two raters say the same."""
    rows = [(item, rater, "yes", None) for item in range(3) for rater in ("Ben", "Chloe")]
    return agreement(rows, scale="nominal", levels=("no", "yes"))


def test_a_sentence_within_a_sentence_is_translated_too(figures):
    alpha = figures["krippendorff_alpha"]["note"]
    assert alpha == "undefined: no variation observed, every rating is the same"
    assert spoken(alpha, german) == "nicht bestimmt: alle Urteile sind gleich"


def test_every_sentence_of_a_note_is_translated_apart(figures):
    note = figures["gwet_ac"]["note"]
    assert note == "no variation observed; no interval: needs at least 5 items, has 3"
    assert spoken(note, german) == "no variation observed; kein Intervall: es sind 3 Sitzungen, nicht 5"


def test_every_note_and_method_remembers_how_it_was_made(figures):
    told = [
        figures[name][part]
        for name in figures
        if isinstance(figures[name], dict)
        for part in ("note", "method")
    ]
    assert len(told) == 12
    for text in told:
        assert spoken(text, lambda template: template) == text
        assert (
            all(template != "{text}" for template, _values in getattr(text, "parts", [("{text}", {})]))
            or not text
        )


def test_what_was_not_said_stays_as_it_is():
    assert spoken("a {brace}", german) == "a {brace}"
    assert spoken(together(["a {brace}", "", say("items")]), german) == "a {brace}; Sitzungen"
