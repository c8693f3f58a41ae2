"""How a published version is cited: a line for the reader, BibTeX and CSL for her reference manager. Pure.

A guideline is the work of a group and carries no authors' names, so its title comes first.
"""

import json
import re
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_LATEX = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces, also those behind a backslash: a lonely one would end the field, or the entry.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SPECIAL = re.compile(r"[\\{}~^&%$#_]")
# One name for it wherever it is shown, and what it is good for.
FINGERPRINT = gettext_lazy("Fingerprint (SHA-256)")
MEANING = gettext_lazy("of the exact text: copies with the same fingerprint say exactly the same")
SHORT = 12  # signs of the digest that a citation gives; the whole of it stands beside


@dataclass(frozen=True)
class Citation:
    """What identifies one published version for good."""

    slug: str
    title: str
    number: int
    on: date
    digest: str
    address: str

    @property
    def key(self) -> str:
        return f"{self.slug}-v{self.number}"

    @property
    def line(self) -> str:
        return _("%(title)s. Version %(n)s, %(on)s. Fingerprint (SHA-256) %(digest)s. %(address)s") % {
            "title": self.title.rstrip("."),
            "n": self.number,
            "on": date_format(self.on, "j F Y"),
            "digest": self.digest[:SHORT],
            "address": self.address,
        }

    @property
    def bibtex(self) -> str:
        # The title in braces twice: a bibliography style is not to write it in small letters.
        fields = {
            "title": f"{{{_in_latex(self.title)}}}",
            "version": str(self.number),
            "year": str(self.on.year),
            "month": str(self.on.month),
            "date": self.on.isoformat(),
            "url": self.address,
            "note": f"Version {self.number}. Fingerprint (SHA-256) {self.digest}",
        }
        rows = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self.key},\n{rows}\n}}\n"

    @property
    def csl(self) -> str:
        """CSL-JSON, which Zotero, Mendeley and pandoc read."""
        item = {
            "id": self.key,
            "type": "document",
            "title": self.title,
            "version": str(self.number),
            "issued": {"date-parts": [[self.on.year, self.on.month, self.on.day]]},
            "URL": self.address,
            "note": f"Fingerprint (SHA-256) {self.digest}",
        }
        return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def _in_latex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _LATEX.get(found[0], "\\" + found[0]), text)


# format of the file: (what writes it, its type)
CITATIONS = {
    "bib": (lambda citation: citation.bibtex, "application/x-bibtex; charset=utf-8"),
    "json": (lambda citation: citation.csl, "application/vnd.citationstyles.csl+json"),
}
