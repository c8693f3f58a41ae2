"""Recipes: how an instance is made. A recipe is one async function; this dictionary is the framework."""

from synthesis.recipes import supervised_dialogue
from synthesis.recipes.cell import Recipe

RECIPES: dict[str, Recipe] = {
    "supervised_dialogue": supervised_dialogue.RECIPE,
}
