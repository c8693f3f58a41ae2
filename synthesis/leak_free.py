"""An explanation without what gives the answer away: the names and keys of mistakes, the numbers of turns, and
quoted words of the session, which say where as surely as a number does. Pure.

The novice of the growth reward reads this, so that what it learns is the explanation and not the label
(methods §7). Digits are known in every script; numbers in words and Roman ones in English only, and only beside a
word such as "turn" or "reply", as "first listen, then ask" is advice.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

GONE = "[…]"

Span = tuple[int, int]

# A word that begins with a name is taken whole ("interruptions"); shorter names must be the whole word.
_TAKES_ENDINGS = 4
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_PARTS = re.compile(r"[/,;:()&]|\b(?:and|or)\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"“[^“”]*”|„[^„“”]*[“”]|\"[^\"]*\"|«[^«»]*»|»[^«»]*«|‹[^‹›]*›|「[^「」]*」|『[^『』]*』"
    r"|(?<!\w)‘[^‘]*?’(?!\w)|(?<!\w)'[^']*?'(?!\w)|(?<!\w)'.*?'(?!\w)|(?<!\w)‘.*?’(?!\w)"
)
_CARDINAL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
)
_ORDINAL = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_TURN = (
    r"(?:turn|utterance|line|repl(?:y|ie)|response|statement|message|exchange|sentence|question|comment|remark"
    r"|intervention|contribution)s?"
)
_JOINED = r"(?:(?:[\s,–—&-]|\band\b|\bor\b|\bto\b|\bthrough\b)+(?:{0})(?![^\W_]))*"


def _words(listed: str) -> str:
    return "|".join(sorted(listed.split(), key=len, reverse=True))


_AFTER = re.compile(
    rf"(?<![^\W_]){_TURN}(?:[\s_:#–—-]|\bno\b\.?|\bnr\b\.?|\bnumber\b)*[\s_:#–—-]"
    rf"(?P<number>(?:{_words(_CARDINAL)})(?![^\W_]){_JOINED.format(_words(_CARDINAL))})",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?<![^\W_])(?P<number>(?:{_words(_ORDINAL)}){_JOINED.format(_words(_ORDINAL))})"
    rf"(?=(?:[\s_-]+[^\W_]+){{0,2}}[\s_-]+{_TURN}(?![^\W_]))",
    re.IGNORECASE,
)
_HAN = re.compile(r"第(?P<number>[〇一二三四五六七八九十百两]+)")


def leak_free(text: str, *, names: Iterable[str], said: Iterable[str] = (), highest: int = 0) -> str:
    """The text with a mark where something was taken out.

    `names`: names and keys of the mistakes; `said`: the turns of the session; `highest`: the largest number that
    could stand for a turn. A quotation of words that nobody said, such as a better reply, stays.
    """
    known = sorted({form for name in names for form in _forms(name)}, key=len, reverse=True)
    turns = [_folded(turn)[0] for turn in said]
    while spans := [*_names(text, known), *_quotes(text, turns), *_numbers(text, highest)]:
        text = _without(text, spans)  # what is left may come together to a name again
    return text


def _without(text: str, spans: list[Span]) -> str:
    kept, end = [], 0
    for start, stop in sorted(spans):
        if stop <= end:
            continue
        if start >= end:
            kept += [text[end:start], GONE]
        end = stop
    return "".join([*kept, text[end:]])


def _folded(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, without case, width and accents; and where in the text each came from."""
    letters, places = [], []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()):
            if part.isalnum():
                letters.append(part)
                places.append(place)
    return "".join(letters), places


def _forms(name: str) -> set[str]:
    """A name as it may be written: whole, in the singular, and each of its parts that has several words."""
    parts = [name, *(part for part in _PARTS.split(name) if len(part.split()) > 1)]
    forms = {_folded(part)[0] for part in parts} - {""}
    return forms | {form[:-1] for form in forms if form.endswith("s") and len(form) > _TAKES_ENDINGS}


def _names(text: str, known: list[str]) -> Iterator[Span]:
    folded, places = _folded(text)
    for name in known:
        at = folded.find(name)
        while at >= 0:
            start, stop = places[at], places[at + len(name) - 1] + 1
            if _begins(text, start):
                if len(name) >= _TAKES_ENDINGS:
                    while not _ends(text, stop):
                        stop += 1
                if _ends(text, stop):
                    yield start, stop
            at = folded.find(name, at + 1)


def _begins(text: str, place: int) -> bool:
    return place == 0 or _is_unspaced(text[place]) or not _joined(text[place - 1])


def _ends(text: str, place: int) -> bool:
    return place == len(text) or _is_unspaced(text[place - 1]) or not _joined(text[place])


def _joined(char: str) -> bool:
    """Whether a character goes on with a word that came before it."""
    return (char.isalnum() or unicodedata.category(char).startswith("M")) and not _is_unspaced(char)


def _is_unspaced(char: str) -> bool:
    """Of a script that puts no space between words."""
    return unicodedata.name(char, "").startswith(_UNSPACED)


def _quotes(text: str, turns: list[str]) -> Iterator[Span]:
    for found in _QUOTED.finditer(text):
        words = _folded(found.group())[0]
        if words and any(words in turn for turn in turns):
            yield found.span()


def _numbers(text: str, highest: int) -> Iterator[Span]:
    if highest < 1:
        return
    for found in re.finditer(r"\d+", text):
        if len(found.group()) < 9 and 1 <= int(found.group()) <= highest:
            yield found.span()
    for place, char in enumerate(text):
        is_sign = char.isnumeric() and not char.isdecimal() and not char.isalpha()  # ③ and Ⅳ
        if is_sign and 1 <= unicodedata.numeric(char) <= highest:
            yield place, place + 1
    for pattern in (_AFTER, _BEFORE, _HAN):
        for found in pattern.finditer(text):
            yield found.span("number")
