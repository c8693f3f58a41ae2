"""Languages: their names, which way they are written, and in which of them a person can vouch for words."""

from dataclasses import dataclass
from functools import cache, cached_property

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import get_language_info


@dataclass(frozen=True)
class Language:
    """`code` as BCP 47 has it, in small letters; `own_name` is what its speakers call it."""

    code: str
    # In English, as the pages are; Django would give it in the reader's language, in the middle of our sentence.
    name: str
    own_name: str
    direction: str  # ltr | rtl

    @property
    def tag(self) -> str:
        """As HTML wants it: zh-Hans, pt-BR."""
        base, _, rest = self.code.partition("-")
        return f"{base}-{rest.title() if len(rest) == 4 else rest.upper()}" if rest else base

    @cached_property
    def attributes(self) -> str:
        """As an element of HTML carries them; kept, because every card of a long page asks for them many times."""
        return format_html(' lang="{}" dir="{}"', self.tag, self.direction)


@cache
def known() -> dict[str, Language]:
    """Every language that the installation can name, by code, in the order of their English names."""
    found = []
    for code, _name in settings.TEXT_LANGUAGES:
        info = get_language_info(code)
        direction = "rtl" if info["bidi"] else "ltr"
        found.append(Language(code, info["name"], info["name_local"], direction))
    return {one.code: one for one in sorted(found, key=lambda one: one.name)}


def source() -> Language:
    """The language in which this installation's guidelines are written: that of the installation itself."""
    return known()[settings.LANGUAGE_CODE]


def translatable() -> dict[str, Language]:
    return {code: one for code, one in known().items() if code != source().code}


def meant_by(words: str) -> str | None:
    """The code of the language that a person wrote down as “fa”, “Persian” or “فارسی”."""
    said = words.strip().casefold()
    for code, one in known().items():
        if said in (code, one.name.casefold(), one.own_name.casefold()):
            return code
    return None


def of(user) -> frozenset[str]:
    """The languages of a person: that of her pages, and the working languages of her newest reviewer record.

    One query; read once per loaded user.
    """
    if not hasattr(user, "_languages"):
        record = user.reviewer_records.order_by("-n").values_list("languages", flat=True).first()
        user._languages = frozenset({user.language} | {meant_by(words) for words in record or []}) - {None}
    return user._languages
