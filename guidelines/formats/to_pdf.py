"""An edition as a PDF: the same edition gives the same bytes."""

import json
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guidelines.formats.marked import lines, plain, tree
from guidelines.formats.typesetting import BAD_TEXT
from guidelines.printing import Edition, Neighbour

SECONDS = 50  # a part takes three to six
_SETTER = Path(__file__).with_name("typesetting.py")
_LETTER = re.compile(r'(?:text|codepoint) `"(.+?)"`')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")


class Unprintable(ValueError):
    """The edition cannot be set; the message says why and what to do instead."""


def as_pdf(edition: Edition) -> bytes:
    data = _data(edition)
    asked = {"edition": data, "timestamp": int(edition.at.timestamp()), "fonts": settings.PRINT_FONTS}
    try:
        done = subprocess.run(
            # -I: neither the folder nor the environment of the server adds code to it.
            [sys.executable, "-I", str(_SETTER)],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unprintable(_("The PDF took too long to make. Print the page instead.")) from None
    if done.returncode == BAD_TEXT and (reason := _missing(done.stderr.decode(), data)):
        raise Unprintable(reason)
    if done.returncode:
        raise RuntimeError(f"typesetting ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return done.stdout


def _missing(message: str, data: dict) -> str:
    """The reason in words where the typesetter has no letter for a text; nothing where it says something else."""
    found = _LETTER.search(message)
    if not found:
        return ""
    letter = _CODE.sub(lambda code: chr(int(code[1], 16)), found[1])
    where = next(
        (one["name"] for one in data["sections"] if letter in json.dumps(one, ensure_ascii=False)), ""
    )
    codes = " ".join(f"U+{ord(sign):04X}" for sign in letter)
    return _(
        "The fonts of the PDF have no letter “%(letter)s” (%(codes)s), which stands in “%(where)s”. Print the page"
        " instead: a browser brings its own fonts. An administrator can add a font for the PDF."
    ) % {"letter": letter, "codes": codes, "where": where or data["title"]}


def _data(edition: Edition) -> dict:
    """The edition as plain data, every text as a tree of nodes or a plain string."""
    citation = edition.citation
    return {
        "language": (get_language() or "en").partition("-")[0],
        "title": plain(edition.title),
        "edition": edition.edition,
        "running": plain(_running(edition)),
        "heading": edition.heading,
        "part": _("Part %(n)d of %(all)d") % {"n": edition.part, "all": edition.parts}
        if not edition.whole
        else "",
        "facts": [[label, plain(value)] for label, value in edition.facts],
        "about": lines(edition.about),
        "note": lines(edition.note),
        "mark": edition.mark,
        "cite": [plain(citation.line), citation.bibtex] if citation else [],
        "first": edition.sections[0].number if edition.sections else 1,
        "sections": [
            {
                "number": section.number,
                "name": plain(section.name),
                "badge": section.badge,
                "blocks": [
                    {"label": block.label, "shape": block.shape, "value": _value(block.shape, block.value)}
                    for block in section.blocks
                ],
            }
            for section in edition.sections
        ],
        "words": {
            "contents": _("Contents"),
            "about": _("About"),
            "note": _("What changed in this version"),
            "cite": _("How to cite"),
            "before": _("Before"),
            "after": _("After"),
            "level": _("Level"),
            "anchor": _("When to choose it"),
            "page": _("page"),
            "footer": _("Synthetic sessions. Education under qualified supervision. Not for patients."),
        },
    }


def _running(edition: Edition) -> str:
    title = edition.title if len(edition.title) <= 70 else edition.title[:69] + "…"
    return f"{title} · {edition.edition}"


def _words(words: str) -> list:
    return tree(words, settings.BASE_URL)


def _value(shape: str, value):
    if shape == "words":
        return _words(value)
    if shape == "items":
        return [_words(item) for item in value]
    if shape == "examples":
        return [_example(example) for example in value]
    if shape == "lines":
        return [lines(item) for item in value]
    if shape == "levels":
        return [[plain(level), _words(anchor)] for level, anchor in value]
    if shape == "neighbours":
        return [_neighbour(one) for one in value]
    return plain(value)


def _example(example: dict[str, str]) -> dict[str, list]:
    return {
        part: lines(words) if part == "context" else _words(words) for part, words in example.items() if words
    }


def _neighbour(one: Neighbour) -> dict:
    if one.number is None:
        return {"name": plain(one.name), "here": False, "where": ""}
    where = _("section %d") % one.number
    if one.part:
        where += ", " + _("part %d") % one.part
    return {"name": plain(one.name), "here": one.part is None, "where": where, "number": one.number}
