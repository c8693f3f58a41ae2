"""What people write, in guidelines and about them, as HTML for the page. Pure."""

import re
from functools import lru_cache
from xml.etree import ElementTree

import markdown
import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown.inlinepatterns import InlineProcessor

# No pictures: one from elsewhere would tell its server who reads here. No headings: the page has its own.
TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
_LINK = r"\[([^\[\]\n]{1,300})\]\(((?:https?://|mailto:|/)[^\s()<>]{1,2000})\)"

# Signs that may mark something, and beginnings of a line that do: a list, a quotation, a rule, code.
_MARKED = re.compile(r"[*_`\[\]<>&\\\t\x02\x03]|^(?: {4}|\s*(?:[-+=#]|\d+\.))|  $", re.MULTILINE)


class _Link(InlineProcessor):
    """[words](address). The package's own patterns look from every bracket to the end of the text: 5,000 of
    them took it a minute.
    """

    def handleMatch(self, m, data):
        link = ElementTree.Element("a", {"href": m.group(2)})
        link.text = m.group(1)
        return link, m.start(0), m.end(0)


class _Plain(markdown.Extension):
    """HTML is shown as it was typed, not interpreted: whoever wrote it said something with it."""

    def extendMarkdown(self, md):
        md.preprocessors.deregister("html_block")
        for name in ("reference", "hashheader", "setextheader"):
            md.parser.blockprocessors.deregister(name)
        for name in (
            "html",
            "image_link",
            "image_reference",
            "short_image_ref",
            "reference",
            "short_reference",
        ):
            md.inlinePatterns.deregister(name)
        md.inlinePatterns.register(_Link(_LINK, md), "link", 160)


@lru_cache(maxsize=4_000)
def as_html(words: str) -> SafeString:
    """Markdown as safe HTML: emphasis, lists, quotations, code and links. A line that ends is a line that ends."""
    if _MARKED.search(words):
        return interpreted(words)
    # Most texts hold no mark, and a page shows hundreds of them: the package takes a millisecond for each.
    return mark_safe(linebreaks(words, autoescape=True))


def interpreted(words: str) -> SafeString:
    try:
        html = markdown.markdown(words, extensions=[_Plain(), "nl2br", "sane_lists"])
    except RecursionError:
        # Hundreds of lists inside each other: shown as they were typed.
        return mark_safe(linebreaks(words, autoescape=True))
    return mark_safe(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES))
