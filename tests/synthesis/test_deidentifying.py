"""What a program finds of who somebody is in an excerpt, in the excerpt's own language; all names are invented."""

import pytest
import spacy

from synthesis import deidentifying
from synthesis.deidentifying import Unsupported, look


def found(text: str, language="en") -> set[tuple[str, str]]:
    return {(one["kind"], text[one["start"] : one["end"]]) for one in look([text], language).found}


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("You can write to me at nora.k@example.org if you like.", "EMAIL_ADDRESS", "nora.k@example.org"),
        ("It was on www.example.org/forum last year.", "URL", "www.example.org/forum"),
        ("Ring me on 020 7946 0958 in the evening.", "PHONE_NUMBER", "020 7946 0958"),
        ("She writes as @sleepless_nora there.", "HANDLE", "@sleepless_nora"),
        ("My number with them is 4411-2093-77.", "NUMBER", "4411-2093-77"),
        ("It happened on 12/03/2019 in the morning.", "DATE_TIME", "12/03/2019"),
        ("They pay into DE89370400440532013000.", "IBAN_CODE", "DE89370400440532013000"),
    ],
)
def test_patterns_find_what_has_a_form(text, kind, words):
    assert (kind, words) in found(text)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Then Jennifer came home and said nothing.", "en", "Jennifer"),
        ("I told Dr. Okonjovar about it.", "en", "Okonjovar"),
        ("My boss, Mrs Pendlewick, was there.", "en", "Pendlewick"),
        ("Dann kam Sabine nach Hause.", "de", "Sabine"),
        ("Das war Frau Hintermoser vom Amt.", "de", "Hintermoser"),
        ("Ensuite Madame Trucbidule est partie.", "fr", "Trucbidule"),
    ],
)
def test_names_are_found_by_lists_and_by_the_titles_before_them(text, language, words):
    assert ("PERSON", words) in found(text, language)


def test_a_name_of_several_words_is_one_place():
    assert ("PERSON", "Jennifer Smith") in found("It was Jennifer Smith who rang.")


@pytest.mark.parametrize(
    "text",
    [
        "Will you come? May I ask? Hope is hard.",
        "No. I said that I do not want to ring him.",
        "I am 41 and tired.",
    ],
)
def test_words_that_are_names_too_are_no_names_by_themselves(text):
    assert found(text) == set()


def test_what_is_missed_is_missed_and_the_page_says_that_it_may_be():
    assert found("then jennifer came home") == set(), "without its capital"
    assert found("Then Zhulianqa came home") == set(), "on no list"


def test_places_are_told_by_turn_and_never_in_words():
    told = look(["Nothing here.", "Jennifer rang, Jennifer again."], "en")
    assert [(one["text"], one["start"], one["end"]) for one in told.found] == [(2, 0, 8), (2, 15, 23)]
    assert "Jennifer" not in str(told.found) + str(told.ran)
    assert {"name": "name lists", "found": 2} in told.ran
    assert "presidio-analyzer 2" in told.tool and "a blank tokenizer" in told.tool


@pytest.mark.parametrize("language", sorted(deidentifying.LANGUAGES))
def test_every_language_that_is_offered_has_its_names_and_its_tokenizer(language):
    given, family = deidentifying.listed(language)
    assert len(given) > 50 and len(family) > 50
    name = sorted(one for one in given if one.isalpha() and len(one) > 4)[0]
    assert ("PERSON", name) in found(f"x {name} x", language)


@pytest.mark.parametrize("language", ["ja", "xx", ""])
def test_a_language_that_nothing_here_can_look_through_is_refused_with_the_reason(language):
    with pytest.raises(Unsupported, match="DEIDENTIFICATION_MODELS"):
        look(["Some words."], language)


def test_a_configured_model_is_used_and_named(settings, tmp_path):
    """A model of one rule: what it knows, no list does."""
    model = spacy.blank("ro")
    model.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Zhulianqa"}])
    model.to_disk(tmp_path / "model")
    settings.DEIDENTIFICATION_MODELS = {"ro": str(tmp_path / "model")}
    deidentifying._analyzer.cache_clear()
    told = look(["Apoi Zhulianqa a venit."], "ro")
    assert [(one["kind"], one["start"], one["end"]) for one in told.found] == [("PERSON", 5, 14)]
    assert f"the model {tmp_path / 'model'}" in told.tool
    deidentifying._analyzer.cache_clear()


def test_looking_asks_the_network_nothing(monkeypatch):
    import socket

    def refuse(*asked, **how):
        raise AssertionError(f"the network was asked: {asked}")

    deidentifying._analyzer.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert found("nora@example.org, www.example.org, 020 7946 0958")
