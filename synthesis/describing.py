"""A client profile as a clinician reads it: headings in her words, lists as sentences, nothing empty."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HEADINGS = {
    "speech": gettext_lazy("What the client says"),
    "topic": gettext_lazy("Topic"),
    "topic_group": gettext_lazy("Group of topics"),
    "presenting": gettext_lazy("What the client says at first"),
    "age": gettext_lazy("Age"),
    "gender": gettext_lazy("Gender"),
    "culture": gettext_lazy("Culture"),
    "problem": gettext_lazy("Problem"),
    "demographics": gettext_lazy("About the client"),
    "presenting_problem": gettext_lazy("Presenting problem"),
    "reason": gettext_lazy("Why counselling now"),
    "history": gettext_lazy("History"),
    "core_beliefs": gettext_lazy("Core beliefs"),
    "intermediate_beliefs": gettext_lazy("Intermediate beliefs"),
    "coping_strategies": gettext_lazy("Coping strategies"),
    "situation": gettext_lazy("Situation"),
    "automatic_thought": gettext_lazy("Automatic thought"),
    "emotions": gettext_lazy("Emotions"),
    "behaviour": gettext_lazy("Behaviour"),
    "functioning": gettext_lazy("Everyday life"),
    "support": gettext_lazy("Who is there for the client"),
}


def described(content: dict) -> list[tuple[str, str]]:
    """[(heading, words)] in a fixed order; a field that is not known here comes last, under its own name."""
    order = [*(name for name in HEADINGS if name in content), *(n for n in content if n not in HEADINGS)]
    rows = [(str(HEADINGS.get(name, name.replace("_", " ").capitalize())), content[name]) for name in order]
    return [(heading, words) for heading, value in rows if (words := _words(value))]


def _words(value) -> str:
    if isinstance(value, dict):
        told = {str(name).replace("_", " "): _words(part) for name, part in value.items()}
        return "; ".join(
            _("%(name)s: %(words)s") % {"name": name, "words": words} for name, words in told.items() if words
        )
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_words, value)))
    return "" if value is None else str(value)
