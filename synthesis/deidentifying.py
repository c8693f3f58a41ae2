"""Looks in a text for what could tell who somebody is: presidio, with patterns, lists of names and a tokenizer that knows
no more than where words begin. Names may be missed: a person reads every text afterwards.

The one file that imports presidio and spaCy, and only when it looks: they take seconds to load.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version

from django.conf import settings
from django.utils.translation import gettext as _

# By language: the lists of names (of faker), regions of telephone numbers, and what stands before a name.
LANGUAGES = {
    "cs": (("cs_CZ",), ("CZ",), ("pan", "paní")),
    "da": (("da_DK",), ("DK",), ("hr.", "fru")),
    "de": (("de_DE", "de_AT", "de_CH"), ("DE", "AT", "CH"), ("herr", "herrn", "frau", "dr.", "prof.")),
    "en": (("en_GB", "en_US", "en_IE", "en_IN", "en_NZ"), ("GB", "US", "IE", "IN", "AU"),
           ("mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "dr", "dr.", "prof.", "professor")),
    "es": (("es_ES", "es_MX", "es_AR"), ("ES", "MX", "AR"), ("señor", "señora", "sr.", "sra.", "don", "doña", "dr.")),
    "fi": (("fi_FI",), ("FI",), ("herra", "rouva")),
    "fr": (("fr_FR", "fr_CH", "fr_BE"), ("FR", "BE", "CH", "CA"), ("monsieur", "madame", "m.", "mme", "dr")),
    "it": (("it_IT",), ("IT",), ("signor", "signora", "sig.", "dott.", "dottor", "dottoressa")),
    "nl": (("nl_NL", "nl_BE"), ("NL", "BE"), ("meneer", "mevrouw", "dhr.", "mevr.", "dr.")),
    "pl": (("pl_PL",), ("PL",), ("pan", "pani", "dr")),
    "pt": (("pt_PT", "pt_BR"), ("PT", "BR"), ("senhor", "senhora", "sr.", "sra.", "dona", "dr.")),
    "sv": (("sv_SE",), ("SE",), ("herr", "fru")),
    "tr": (("tr_TR",), ("TR",), ("bay", "bayan", "dr.")),
}  # fmt: skip
# Words that are names too and begin many a sentence: alone they are no sign of anybody.
NO_SIGN = {
    "de": {"Will", "Mai", "Wolf", "Rose", "Ernst", "Kein", "Sie"},
    "en": {"Will", "May", "Mark", "Hope", "Grace", "Joy", "Faith", "Art", "Bill", "June", "April", "August", "Rose",
           "Young", "Long", "Little", "Best", "Day", "Moore", "Price", "Page", "Wise", "Rich", "Case", "Love", "Bless",
           "Man", "Short", "Small", "Good", "Black", "White", "Green", "Brown", "Guy", "See", "So", "My", "An",
           "Much", "Many", "In", "Do", "Ok", "Else", "Early", "Christian", "Pleasant", "Summer", "Winter", "Autumn"},
    "fr": {"Aimé", "Marin", "Petit", "Grand", "Blanc"},
}  # fmt: skip
# Of patterns: what they find, and how sure that is.
PATTERNS = {
    "EMAIL_ADDRESS": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "URL": r"(?:https?://|www\.)\S+",
    "NUMBER": r"(?<![\w.])\d[\d \-/.]{4,}\d(?!\w)",
    "HANDLE": r"(?<!\w)@[A-Za-z_]\w{2,}",
}
BLANK, MODEL = "a blank tokenizer", "the model {}"


class Unsupported(ValueError):
    """Nothing here looks for names in texts of this language; the message says so."""


@dataclass(frozen=True)
class Looked:
    """`ran`: [{"name", "found"}] of everything that looked; `found`: [{"kind", "text", "start", "end", "by"}]."""

    tool: str
    ran: list[dict]
    found: list[dict]


def require(language: str) -> None:
    """Raises Unsupported."""
    if language not in LANGUAGES and language not in settings.DEIDENTIFICATION_MODELS:
        known = ", ".join(sorted({*LANGUAGES, *settings.DEIDENTIFICATION_MODELS}))
        raise Unsupported(
            _("Nothing here looks for names in “%(code)s”; it can in %(known)s. For another language "
              "DEIDENTIFICATION_MODELS names a spaCy model.") % {"code": language, "known": known}
        )  # fmt: skip


def look(texts: list[str], language: str) -> Looked:
    """In every text, in its own language. Raises Unsupported; OSError where a configured model is not installed."""
    require(language)
    analyzer, names = _analyzer(language)
    found = []
    for n, text in enumerate(texts, start=1):
        for one in analyzer.analyze(text, language=language, return_decision_process=True):
            by = (one.recognition_metadata or {}).get("recognizer_name", "")
            place = {"text": n, "start": one.start, "end": one.end}
            found.append({"kind": one.entity_type, "by": by, **place})
    ran = [{"name": name, "found": sum(one["by"] == name for one in found)} for name in names]
    model = settings.DEIDENTIFICATION_MODELS.get(language)
    with_ = MODEL.format(model) if model else BLANK
    return Looked(f"presidio-analyzer {version('presidio-analyzer')}, {with_}", ran, _places(found))


def _places(found: list[dict]) -> list[dict]:
    """In the order of the text, each place once: what lies within another's is a part of it."""
    kept: list[dict] = []
    for one in sorted(
        found, key=lambda one: (one["text"], one["start"], -one["end"], one["kind"] == "NUMBER")
    ):
        last = kept[-1] if kept else None
        if last is None or last["text"] != one["text"] or one["end"] > last["end"]:
            kept.append(one)
    return kept


def _names(locale: str, which: str) -> frozenset[str]:
    """All lists of a locale that are called so, of whomever: “first_names_female”, “unisex_last_names”."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    lists = [getattr(provider, called) for called in dir(provider) if which in called]
    return frozenset(str(name) for one in lists if not callable(one) for name in one if len(str(name)) > 1)


def listed(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """(given names, family names) of a language; none of one that only a configured model reads."""
    locales = LANGUAGES.get(language, ((), (), ()))[0]
    no_sign = NO_SIGN.get(language, set())
    given, family = (
        frozenset().union(*(_names(locale, which) for locale in locales)) - no_sign
        for which in ("first_names", "last_names")
    )
    return given, family


@lru_cache(maxsize=4)
def _analyzer(language: str):
    """The analyzer of a language and the names of what it runs."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        DateRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        SpacyRecognizer,
    )

    from synthesis.deidentifying_names import NameLists

    logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)  # it tells of every look
    _lists, regions, titles = LANGUAGES.get(language, ((), (), ()))
    model = settings.DEIDENTIFICATION_MODELS.get(language)
    recognizers = [
        # Presidio's own for e-mail and addresses of the web ask the network for a list of domains.
        *(
            PatternRecognizer(
                supported_entity=kind, name=f"pattern {kind.lower()}", supported_language=language,
                patterns=[Pattern(kind.lower(), pattern, 0.5)],
            )
            for kind, pattern in PATTERNS.items()
        ),
        *(
            kind(supported_language=language)
            for kind in (CreditCardRecognizer, DateRecognizer, IbanRecognizer, IpRecognizer)
        ),
    ]  # fmt: skip
    if regions:
        recognizers.append(PhoneRecognizer(supported_language=language, supported_regions=regions))
        recognizers.append(NameLists(language, *listed(language), titles))
    if model:
        recognizers.append(SpacyRecognizer(supported_language=language))

    class Loaded(SpacyNlpEngine):
        def __init__(self):
            super().__init__()
            self.nlp = {language: spacy.load(model) if model else spacy.blank(language)}

    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=[language])
    engine = AnalyzerEngine(registry=registry, nlp_engine=Loaded(), supported_languages=[language])
    return engine, [one.name for one in recognizers]
