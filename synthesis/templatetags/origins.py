"""What the foot of a page says of the words above it: whether they are synthetic, or of real people."""

from django import template
from django.utils.translation import gettext as _

from synthesis.models import ProfileKind
from synthesis.recipes import RECIPES

register = template.Library()


@register.simple_tag(takes_context=True)
def foot(context) -> str:
    """By what the page shows: excerpts, a session, its run, an item, its round, or a dataset of rounds."""
    if _is_real(context):
        return _(
            "From real sessions: used only as was agreed with the people who speak, and erased when they wish. "
            "Education under qualified supervision. Not for patients."
        )
    return _("Synthetic sessions. Education under qualified supervision. Not for patients.")


def _is_real(context) -> bool:
    if "excerpt" in context or "excerpts" in context:
        return True
    shown = context.get("instance") or getattr(context.get("item"), "instance", None) or context.get("run")
    names = [getattr(shown, "recipe", "")]
    rounds = context.get("rounds") if "dataset" in context else [context.get("round")]
    names += [getattr(round, "screen", "") for round in rounds or ()]
    return any(name in RECIPES and RECIPES[name].profile_kind == ProfileKind.EXCERPT for name in names)
