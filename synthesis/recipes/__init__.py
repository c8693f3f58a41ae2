"""Recipes: how an instance is made. A recipe is one async function; this dictionary is the framework."""

from synthesis.recipes import (
    judged_reply,
    reply_preference,
    resistance_reply,
    supervised_dialogue,
    technique_session,
)
from synthesis.recipes.cell import Recipe

RECIPES: dict[str, Recipe] = {
    "supervised_dialogue": supervised_dialogue.RECIPE,
    "technique_session": technique_session.RECIPE,
    "reply_preference": reply_preference.RECIPE,
    "judged_reply": judged_reply.RECIPE,
    "resistance_reply": resistance_reply.RECIPE,
    "excerpt_reply": resistance_reply.OF_EXCERPTS,
}

# "default" plays every role that has no row of its own.
ROLES = ("default", *dict.fromkeys(role for recipe in RECIPES.values() for role in recipe.sees))
