"""What is written in a discussion is shown as Markdown and can do nothing else."""

import re
import time
from html import unescape

import pytest
from django.utils.html import linebreaks
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.discussion.marking import TAGS, as_html, interpreted
from guidelines.loading import SHIPPED
from guidelines.reading import document_of, entries_of, head_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "![x](https://elsewhere.example/p.png)",
    '[x](https://a.example "onmouseover=alert(1) x=\\"")',
    "<iframe src=//elsewhere.example></iframe>",
    "<style>body{display:none}</style>",
    "<form action=//elsewhere.example><input name=p></form>",
    "`<b>` and <b onclick=alert(1)>b</b>",
    "<!-- --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[x]: javascript:alert(1)\n\n[x]",
    "# <script>alert(1)</script>",
    "<div markdown=1><script>alert(1)</script></div>",
]


def tags(html: str) -> set[str]:
    return {name.lower() for name in re.findall(r"<\s*/?\s*([A-Za-z!?][\w-]*)", html)}


def attributes(html: str) -> set[str]:
    return {
        name.lower()
        for tag in re.findall(r"<\w+((?:\s+[\w:-]+=\"[^\"]*\")+)", html)
        for name in re.findall(r"([\w:-]+)=\"", tag)
    }


def harmless(html: str) -> bool:
    addresses = re.findall(r'href="([^"]*)"', html)
    return (
        tags(html) <= TAGS
        and attributes(html) <= {"href", "title", "rel", "start"}
        and all(re.match(r"(?i)(https?:|mailto:|[^:]*$)", address) for address in addresses)
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_inert(words):
    assert harmless(as_html(words)), as_html(words)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "> ", "- ", "*", "`", "    ", "\"'", "x"]), max_size=8)
)
def test_hostile_words_in_any_order_are_inert(pieces):
    assert harmless(as_html("".join(pieces)))


def test_html_is_shown_as_it_was_typed():
    html = as_html("She wrote <b>must</b> & <script>x</script>.")
    assert "&lt;b&gt;must&lt;/b&gt; &amp; &lt;script&gt;x&lt;/script&gt;" in html


def test_marks_that_people_use_are_kept():
    html = as_html("*soft* **hard**\n\n- one\n- two\n\n> said\n\n[to it](https://example.org/a)")
    assert {"em", "strong", "ul", "li", "blockquote", "a"} <= tags(html)
    assert 'href="https://example.org/a"' in html and "noopener" in html


REPEATED = [
    "[",
    "*",
    "_",
    ">",
    "`",
    "<",
    "(",
    "![",
    "- ",
    "[](",
    "&",
    "\\",
    "**a",
    "> - ",
    "=\n",
    "\n\n[",
    "*_",
]


@pytest.mark.parametrize("sign", REPEATED)
def test_no_words_of_the_longest_length_keep_the_page_waiting(sign):
    began = time.perf_counter()
    assert harmless(as_html((sign * 5_000)[:5_000]))
    assert time.perf_counter() - began < 10, "a package's own patterns took a minute"


@pytest.mark.parametrize("sign", ["1. ", "- 1. ", "*    "])
def test_lists_nested_hundreds_deep_are_shown_as_they_were_typed(sign):
    html = as_html("<b>" + (sign * 5_000)[:4_000])
    assert harmless(html) and "&lt;b&gt;" in html


def test_a_heading_and_a_picture_are_shown_as_they_were_typed():
    html = as_html("# Loud\n\n![x](https://elsewhere.example/p.png)")
    assert "# Loud" in html and "<img" not in html and "https://elsewhere.example/p.png" in html


def shown(html: str) -> list[str]:
    """What a reader sees, line by line."""
    lines = re.sub(r"<br ?/?>|</p>", "\n", html).split("\n")
    return [line for line in (unescape(re.sub(r"<[^>]*>", "", line)).strip() for line in lines) if line]


def written(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from written(item)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_text_looks_as_it_did_before_there_were_marks(path):
    document = document_of(path.name, path.read_bytes())
    for entry in entries_of(document, head_of(document)["kind"]):
        for words in written(entry.texts):
            assert shown(as_html(words)) == shown(linebreaks(words, autoescape=True)), words


@given(st.text(alphabet="ab .,:;!?()'\"é说\n1-", min_size=1, max_size=60).map(str.strip).filter(bool))
def test_words_without_marks_look_the_same_by_the_short_way(words):
    short, long = as_html(words), interpreted(words)
    assert shown(short) == shown(long) and short.count("<p>") == long.count("<p>")
