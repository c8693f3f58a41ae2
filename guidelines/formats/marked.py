"""Markdown as a tree for a typesetter: the pages' own safe HTML, read back as plain data. Pure.

A node is a text, or {"t": tag, "c": [nodes]} with "href" on a link and "start" on a numbered list. What the tree
holds is data to whoever sets it, never code.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

from guidelines.discussion.marking import as_html

BLOCKS = {"p", "ul", "ol", "li", "blockquote", "pre"}
EMPTY = {"br", "hr"}
DEEPEST = 6  # lists and quotations inside each other; what is deeper stands in the last of them
# Invisible, and no PDF may hold it.
_NEVER = dict.fromkeys([0xFEFF])
_LONG = re.compile(r"\S{50}(?=\S{10})")


def tree(words: str, base: str = "") -> list:
    """The blocks of a text; `base` is put before addresses of this installation."""
    reader = _Reader(base)
    reader.feed(as_html(words))
    reader.close()
    return reader.root["c"]


def lines(text: str) -> list:
    """A text without marks: its lines as they are."""
    found: list = []
    for line in text.split("\n"):
        found += [{"t": "br"}, plain(line)]
    return [{"t": "p", "c": found[1:]}] if text else []


def plain(text: str) -> str:
    """A text that may be broken anywhere where it has no gap: else it would run out of the page."""
    return _LONG.sub(lambda found: found[0] + "\u200b", text.translate(_NEVER))


class _Reader(HTMLParser):
    def __init__(self, base: str):
        super().__init__(convert_charrefs=True)
        self.base, self.root = base, {"t": "root", "c": []}
        self.open = [self.root]
        self.left_out = 0

    def handle_starttag(self, tag, attrs):
        if tag in EMPTY:
            self.open[-1]["c"].append({"t": tag})
            return
        if tag in BLOCKS and self._depth(tag) > DEEPEST:
            self.left_out += 1
            if tag == "li":
                self.open[-1]["c"].append({"t": "br"})
            return
        node, given = {"t": tag, "c": []}, dict(attrs)
        if tag == "a":
            node["href"] = urljoin(self.base, given.get("href") or "")
        if tag == "ol" and (given.get("start") or "").isdecimal():
            node["start"] = min(int(given["start"][:6]), 9_999)
        self.open[-1]["c"].append(node)
        self.open.append(node)

    def _depth(self, tag: str) -> int:
        """How deep it would stand; the items of the last list that is kept are kept too."""
        around = sum(node["t"] in ("ul", "ol", "blockquote") for node in self.open)
        return around + (tag != "li" or bool(self.left_out))

    def handle_endtag(self, tag):
        if tag in EMPTY:
            return
        if self.left_out and tag in BLOCKS:
            self.left_out -= 1
            return
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data):
        node = self.open[-1]
        if any(one["t"] == "pre" for one in self.open):
            node["c"].append(plain(data))
        elif node["t"] in ("ul", "ol", "root") and not data.strip():
            return
        else:
            # The gap after <br> is how the HTML is written, not how the text reads.
            after_break = node["c"] and isinstance(node["c"][-1], dict) and node["c"][-1]["t"] == "br"
            data = data.lstrip("\n") if after_break else data
            node["c"].append(plain(data.replace("\n", " ")))
