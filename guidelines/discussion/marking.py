"""What people write in a discussion, as HTML for the page. Pure."""

import markdown
import nh3
from django.utils.safestring import SafeString, mark_safe

# No pictures: one from elsewhere would tell its server who reads here. No headings: the page has its own.
TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}


class _Plain(markdown.Extension):
    """HTML is shown as it was typed, not interpreted: whoever wrote it said something with it."""

    def extendMarkdown(self, md):
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        for picture in ("image_link", "image_reference"):
            md.inlinePatterns.deregister(picture)


def as_html(words: str) -> SafeString:
    """Markdown as safe HTML: emphasis, lists, quotations, code and links."""
    html = markdown.markdown(words, extensions=[_Plain(), "nl2br", "sane_lists"])
    return mark_safe(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES))
