"""Prompts: their shipped texts, their storage by digest, and their rendering by what a role may see."""

from pathlib import Path
from string import Template

from django.utils.translation import gettext as _

from synthesis.cast import SEES
from synthesis.identity import text_digest
from synthesis.models import PromptText

FOLDER = Path(__file__).parent / "prompts"


class BadPrompt(ValueError):
    """A prompt that cannot take the place of a shipped one; the message says why."""


class Hidden(ValueError):
    """A prompt asks for a field that its role must not see."""


def shipped(names) -> dict[str, str]:
    return {name: (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip() + "\n" for name in names}


def worded(names, own: dict[str, str]) -> dict[str, str]:
    """The shipped texts, but for those that a run words for itself. Raises BadPrompt for one that is not a recipe's,
    or that asks for a field which the shipped text does not: what a role may see is no matter of wording.
    """
    texts = shipped(names)
    for name, text in own.items():
        if name not in texts:
            raise BadPrompt(_("The recipe has no prompt “%s”.") % name)
        template = Template(text)
        if not text.strip() or not template.is_valid():
            raise BadPrompt(_("The prompt “%s” is empty, or has a $ that names no field.") % name)
        more = set(template.get_identifiers()) - set(Template(texts[name]).get_identifiers())
        if more:
            told = {"name": name, "fields": ", ".join(f"${field}" for field in sorted(more))}
            raise BadPrompt(_("The prompt “%(name)s” asks for %(fields)s, which is not there.") % told)
    return texts | {name: text.strip() + "\n" for name, text in own.items()}


def keep(texts: dict[str, str]) -> dict[str, str]:
    """Store texts by digest; returns {name: digest}. Called inside the transaction that plans a run."""
    digests = {name: text_digest(text) for name, text in texts.items()}
    rows = [PromptText(digest=digests[name], name=name, text=text) for name, text in texts.items()]
    PromptText.objects.bulk_create(rows, ignore_conflicts=True)
    return digests


def kept(digests: dict[str, str]) -> dict[str, str]:
    """The stored texts of a run: {name: text}."""
    texts = dict(PromptText.objects.filter(digest__in=digests.values()).values_list("digest", "text"))
    return {name: texts[digest] for name, digest in digests.items()}


def render(text: str, *, role: str, fields: dict[str, str], sees: dict[str, frozenset[str]] = SEES) -> str:
    """Fill a prompt with the fields that the role may see (by the recipe's `sees`); raises Hidden when it asks for
    another.
    """
    template = Template(text)
    asked = set(template.get_identifiers())
    if unseen := asked - sees[role]:
        raise Hidden(f"The {role} must not see {', '.join(sorted(unseen))}.")
    return template.substitute({name: fields[name] for name in asked}).strip()
