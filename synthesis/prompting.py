"""Prompts: their shipped texts, their storage by digest, and their rendering by what a role may see."""

from pathlib import Path
from string import Template

from synthesis.cast import SEES
from synthesis.identity import text_digest
from synthesis.models import PromptText

FOLDER = Path(__file__).parent / "prompts"


class Hidden(ValueError):
    """A prompt asks for a field that its role must not see."""


def shipped(names) -> dict[str, str]:
    return {name: (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip() + "\n" for name in names}


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


def render(text: str, *, role: str, fields: dict[str, str]) -> str:
    """Fill a prompt with the fields that the role may see; raises Hidden when it asks for another."""
    template = Template(text)
    asked = set(template.get_identifiers())
    if unseen := asked - SEES[role]:
        raise Hidden(f"The {role} must not see {', '.join(sorted(unseen))}.")
    return template.substitute({name: fields[name] for name in asked}).strip()
