"""What changed between two texts, word by word, in any script. Pure; shown as escaped HTML."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Thai, Lao, Tibetan, Burmese, Khmer, kana and Han put no spaces between words: there a word is one letter.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_PIECE = re.compile(
    rf"\n[^\S\n]*|[^\S\n]+|[{_UNSPACED}]|(?:(?![{_UNSPACED}])\w)+(?:['’](?:(?![{_UNSPACED}])\w)+)*|[^\w\s]"
)
_JOINERS = "\u200c\u200d"
_SENTENCE = re.compile(r"[^\n.!?。！？।؟]*[\n.!?。！？।؟]*")
_LONG, _MOST_TOKENS = 800, 4_000

Change = tuple[str, str, str]  # (same | changed, text in a, text in b)


def tokens(text: str) -> list[str]:
    """Words and signs with the spaces after them, line breaks with the indentation after them; joined: `text`.

    A letter keeps its accents and vowel signs, an emoji its parts.
    """
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if found and not found[-1].endswith("\n") and _belongs(found[-1], piece):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _belongs(before: str, piece: str) -> bool:
    if piece[0] == "\n":
        return False
    if piece.isspace():
        return not before.isspace()
    if before[-1].isspace():
        return False
    if _is_mark(piece[0]):
        return True
    # A word goes on after a vowel sign within it; after a joiner anything does.
    return before[-1] in _JOINERS or (
        _is_mark(before[-1]) and piece[0].isalnum() and before[0].isalnum() and not _stands_alone(piece)
    )


def _is_mark(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign)[0] == "M" or "\U0001f3fb" <= sign <= "\U0001f3ff"


def _stands_alone(piece: str) -> bool:
    return re.match(f"[{_UNSPACED}]", piece) is not None


def _compared(token: str) -> str:
    """What counts of a token: not how its accents are encoded, nor how many spaces follow it."""
    if token[0] == "\n":
        return token
    return unicodedata.normalize("NFC", token.rstrip())


def changes(a: str, b: str) -> list[Change]:
    """[(same | changed, text of a, text of b)] in reading order; the texts of each side, joined, are that side."""
    return _at_line_breaks(_joined(_without_islands(_joined(_changes(tokens(a), tokens(b))))))


def _changes(a: list[str], b: list[str]) -> Iterator[Change]:
    """What both begin and end with is set aside: most edits of a long text are in one place."""
    plain_a, plain_b = [_compared(t) for t in a], [_compared(t) for t in b]
    start, most = 0, min(len(a), len(b))
    while start < most and plain_a[start] == plain_b[start]:
        start += 1
    end = 0
    while end < most - start and plain_a[-1 - end] == plain_b[-1 - end]:
        end += 1
    stop_a, stop_b = len(a) - end, len(b) - end
    yield "same", "".join(a[:start]), "".join(b[:start])
    middle_a, middle_b = a[start:stop_a], b[start:stop_b]
    if max(len(middle_a), len(middle_b)) > _MOST_TOKENS:
        yield from _by_sentence("".join(middle_a), "".join(middle_b))
    else:
        yield from _matched(middle_a, middle_b, plain_a[start:stop_a], plain_b[start:stop_b])
    yield "same", "".join(a[stop_a:]), "".join(b[stop_b:])


def _by_sentence(a: str, b: str) -> Iterator[Change]:
    """Very long texts: first sentence by sentence, then word by word within what is left."""
    parts_a, parts_b = _SENTENCE.findall(a), _SENTENCE.findall(b)
    for kind, old, new in _matched(parts_a, parts_b, parts_a, parts_b):
        words_a, words_b = tokens(old), tokens(new)
        if kind == "same" or max(len(words_a), len(words_b)) > _MOST_TOKENS:
            yield kind, old, new
        else:
            yield from _matched(
                words_a, words_b, [_compared(t) for t in words_a], [_compared(t) for t in words_b]
            )


def _matched(a: list[str], b: list[str], plain_a: list[str], plain_b: list[str]) -> Iterator[Change]:
    # In long texts frequent words no longer start a match: it would take seconds and read no better.
    matcher = SequenceMatcher(None, plain_a, plain_b, autojunk=max(len(plain_a), len(plain_b)) > _LONG)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        yield "same" if kind == "equal" else "changed", "".join(a[a0:a1]), "".join(b[b0:b1])


def _without_islands(found: list[Change]) -> list[Change]:
    """Where a short word stays by chance between two longer changes, the whole reads as one change."""
    for n in range(1, len(found) - 1):
        kind, old, new = found[n]
        around = [max(len(found[at][1]), len(found[at][2])) for at in (n - 1, n + 1)]
        between = found[n - 1][0] == found[n + 1][0] == "changed"
        if kind == "same" and between and "\n" not in old and len(old.strip()) < 3 and min(around) >= 4:
            found[n] = ("changed", old, new)
    return found


def _at_line_breaks(found: list[Change]) -> list[Change]:
    """A text put in before a stop that is there anyway is shown as put in after the stop, with its own line."""
    for n in range(1, len(found) - 1):
        (_same, old_p, new_p), (kind, old, new), (_too, old_s, new_s) = found[n - 1 : n + 2]
        if kind == "same" or (old and new):
            continue
        words, rest_old, rest_new = tokens(old or new), tokens(old_s), tokens(new_s)
        first, most = _compared(words[0]), min(len(words), len(rest_old), len(rest_new))
        if most == 0 or len(words) < 2 or words[1][0] != "\n" or first != _compared(rest_new[0]):
            continue
        moved = "".join(words[1:]) + (rest_old if old else rest_new)[0]
        before = (old_p + words[0], new_p + rest_new[0]) if old else (old_p + rest_old[0], new_p + words[0])
        found[n - 1] = ("same", *before)
        found[n] = (kind, moved, "") if old else (kind, "", moved)
        found[n + 1] = ("same", "".join(rest_old[1:]), "".join(rest_new[1:]))
    return [change for change in found if change[1] or change[2]]


def _joined(found: Iterable[Change]) -> list[Change]:
    groups = groupby((change for change in found if change[1] or change[2]), key=lambda change: change[0])
    joined = []
    for kind, parts in groups:
        _kinds, old, new = zip(*parts, strict=True)
        joined.append((kind, "".join(old), "".join(new)))
    return joined


def word_diff(a: str, b: str) -> list[tuple[str, str]]:
    """Return [(kind, text)], kind same | added | removed, in reading order.

    The texts of same and added, joined, are exactly `b`; those of same and removed are `a` up to white space.
    """
    found: list[tuple[str, str]] = []
    told, before, after = changes(a, b), "", ""
    for n, (kind, old, new) in enumerate(told):
        if kind == "same":
            # The space behind a word goes with what changes after it, or the words on both sides would run together.
            before, after = (_space_behind(old), _space_behind(new)) if n + 1 < len(told) else ("", "")
            if before == after:
                before = after = ""
            found.append(("same", new.removesuffix(after)))
        else:
            found += [("removed", old and before + old), ("added" if new else "same", after + new)]
            before = after = ""
    return [(kind, text) for kind, text in found if text]


def _space_behind(text: str) -> str:
    return text[len(text.rstrip(" ")) :]


def as_html(a: str, b: str) -> SafeString:
    """The word diff as escaped HTML with <ins> and <del>."""
    parts = word_diff(a, b)
    return format_html_join("", "{}", ((_marked(kind, text),) for kind, text in parts))


@dataclass(frozen=True)
class Line:
    """One line of both texts beside each other."""

    before: SafeString
    after: SafeString
    changed: bool


def side_by_side(a: str, b: str) -> list[Line]:
    """The lines of both texts, each beside the one that it became; a new line where both have one."""
    lines: list[Line] = []
    old, new, changed = [], [], False
    for kind, before, after in changes(a, b):
        if kind == "changed":
            old.append(_marked("removed", before))
            new.append(_marked("added", after))
            changed = True
            continue
        # The same in both but for its spaces: as many line breaks here as there.
        for n, (left, right) in enumerate(zip(before.split("\n"), after.split("\n"), strict=True)):
            if n:
                lines.append(Line(_text(old), _text(new), changed))
                old, new, changed = [], [], False
            old.append(_marked("same", left))
            new.append(_marked("same", right))
    return [*lines, Line(_text(old), _text(new), changed)]


_TAGS = {"same": "span", "added": "ins", "removed": "del"}
# A line break that came or went is not seen by itself; the sign is drawn by the style sheet, so it is not copied.
_BREAK = mark_safe('<span class="break"></span>\n')


def _marked(kind: str, text: str) -> SafeString:
    if not text:
        return SafeString("")
    if kind == "same":
        return format_html("<span>{}</span>", text)
    pieces = format_html_join(_BREAK, "{}", ((line,) for line in text.split("\n")))
    return format_html(f"<{_TAGS[kind]}>{{}}</{_TAGS[kind]}>", pieces)


def _text(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
