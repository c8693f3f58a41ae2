"""The page that Label Studio's editor runs in, made ours: its addresses, a bar above the task, the reader's own light or
dark. Pure but for the bar's template.
"""

import json
import re

from django.template.loader import render_to_string

# What the page itself says its server is called; all its addresses begin with it.
_HOST = re.compile(r'(hostname:\s*")([^"]*)"')
_HEAD, _BODY = re.compile(r"<head[^>]*>"), re.compile(r"<body[^>]*>")
# Nothing that runs in it may send anything elsewhere, and nobody may frame it. The editor makes styles and functions
# of text as it goes.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'"
)


class NotThePage(ValueError):
    """What came is not the page that we know: a Label Studio that was changed, most likely."""


def ours(html: str, *, origin: str, bar: dict) -> str:
    """`origin`: the gateway's. `bar`: {"desk", "guideline", "rubric", "raise": addresses, "project": id, "title", "name",
    "contact": review.models.Welfare or None, "notices": {tier: words}}. Raises NotThePage.
    """
    theirs = _HOST.search(html)
    if theirs is None or not _HEAD.search(html) or not _BODY.search(html):
        raise NotThePage("it does not say what its server is called")
    if address := theirs[2].rstrip("/"):
        html = html.replace(address, origin)
    else:  # it was never told, and its addresses begin nowhere
        html = html.replace(theirs[0], f'{theirs[1]}{origin}"', 1)
    head = render_to_string("review/gateway/head.html")
    body = render_to_string("review/gateway/bar.html", bar | {"told": _told(bar)})
    html = _HEAD.sub(lambda found: found[0] + head, html, count=1)
    return _BODY.sub(lambda found: found[0] + body, html, count=1)


def _told(bar: dict) -> str:
    """For the bar's script, in an element that a `<` could end."""
    notices = {tier: str(words) for tier, words in bar["notices"].items()}
    told = {"project": bar["project"], "raise": bar["raise"], "notices": notices}
    return json.dumps(told).replace("<", "\\u003c")
