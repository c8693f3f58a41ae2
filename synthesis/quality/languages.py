"""Turns in another language than the session's, told by their script and by the small words that fill every sentence.

Script: of ten letters or more at least 70 % are of the scripts that the language is written in. Small words, where both
languages are among those listed: a turn of eight words or more breaks the language when small words of another one
come three times or more and more than twice as often as its own. A language that is not listed is judged by its script
alone, and one whose script is not known here is not judged.
"""

import unicodedata
from collections import Counter
from functools import lru_cache

from synthesis.quality.words import words

LEAST_LETTERS = 10
LEAST_SHARE = 0.7
LEAST_WORDS = 8
LEAST_STRANGE = 3
_SCRIPTS = {
    "CYRILLIC": "be bg kk ky mk mn ru sr tg uk",
    "ARABIC": "ar ckb fa ps ur ug ar-dz",
    "HEBREW": "he yi",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "DEVANAGARI": "hi mr ne",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "THAI": "th",
    "KHMER": "km",
    "MYANMAR": "my",
    "HANGUL": "ko",
    "CJK": "zh ja",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "LATIN": "af ast az br bs ca cs cy da de en eo es et eu fi fr fy ga gd gl hr hsb hu ia id ig io is it kab lb lt lv "
    "ms nb nl nn no pl pt ro sk sl sq sv sw tk tr uz vi",
}
_SMALL = {
    "en": "the and you that it is was what with have this for not are but they my your to of been would",
    "de": "der die das und ich nicht ist es sie wir mit ein eine auf zu dass habe sich aber wie auch mir",
    "fr": "le la les et je est pas vous que une des dans pour avec sur mais il elle ne ce mon votre",
    "es": "el los las que y no es una por para con pero como mi su está yo muy más del se lo",
    "it": "il che non di una per con ma sono mi è gli della anche come più ho questo io lei",
    "pt": "o que não uma para com mas os as você eu meu minha muito mais isso está como se é",
    "nl": "de het een en ik niet dat is je van zijn maar met voor heb mijn ook naar wat er",
    "sv": "och jag det att en är inte som på för med har du av men mig den så",
    "pl": "nie się jest że na to jak ale mnie w z co mam tak do już bardzo czy",
    "tr": "ve bir bu ben çok ne için ama daha değil var gibi kadar sen şey oldu",
}
_SMALL_SETS = {code: frozenset(text.split()) for code, text in _SMALL.items()}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _set in _SMALL_SETS.items():
    for _word in _set:
        _LANGUAGES_OF.setdefault(_word, []).append(_code)
_script_of: dict[str, str] = {}


def _letters(text: str) -> Counter:
    found: Counter = Counter()
    for sign, times in Counter(text).items():
        if sign.isalpha():
            if sign not in _script_of:
                _script_of[sign] = unicodedata.name(sign, "?").split(" ", 1)[0].split("-", 1)[0]
            found[_script_of[sign]] += times
    return found


@lru_cache(maxsize=128)
def scripts(code: str) -> frozenset[str]:
    """The scripts that a language is written in, by the names that Unicode's letters begin with; empty: not known."""
    wanted = {code.lower(), code.lower().split("-")[0]}
    if code.lower() == "sr-latn":
        return frozenset({"LATIN"})
    return frozenset(script for script, codes in _SCRIPTS.items() if wanted & set(codes.split()))


def breaks(text: str, code: str) -> bool:
    """Whether a turn is not in the language of this code."""
    expected = scripts(code)
    if not expected:
        return False
    if not (text.isascii() and "LATIN" in expected):
        letters = _letters(text)
        n = letters.total()
        if n >= LEAST_LETTERS and sum(letters[script] for script in expected) < LEAST_SHARE * n:
            return True
    own_code, said = code.lower().split("-")[0], words(text)
    if own_code not in _SMALL_SETS or len(said) < LEAST_WORDS:
        return False
    small = _SMALL_SETS[own_code]
    own = sum(word in small for word in said)
    if len(said) - own <= 2 * own:  # what is left could not outnumber them
        return False
    others = Counter(code for word in said if word not in small for code in _LANGUAGES_OF.get(word, ()))
    strange = max(others.values(), default=0)
    return strange >= LEAST_STRANGE and strange > 2 * own


def strange(utterances: list[dict], code: str) -> list[int]:
    """Ids of the turns that are in another language."""
    return [turn["id"] for turn in utterances if breaks(turn["text"], code)]
