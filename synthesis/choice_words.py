"""What roles, factors and parameters are called, and each of their choices: those that recipes share here, and with them
what each recipe declares of its own.

A name or a choice that is not here is shown as it is written, so that a new one needs no change to be seen.
"""

from django.utils.translation import gettext_lazy as _

from synthesis import factors
from synthesis.recipes import RECIPES
from synthesis.recipes.declaring import Words

ROLES = {
    "default": _("every role that has no model of its own"),
    "counsellor": _("counsellor"),
    "client": _("client"),
    "supervisor": _("supervisor"),
    "validator": _("checker of the feedback"),
    "refiner": _("rewriter of the feedback"),
    "novice": _("novice who learns from the feedback"),
}
for _recipe in RECIPES.values():
    ROLES |= _recipe.role_words

SETTINGS = {
    "style": Words(
        factors.NAMES["style"],
        _("Each client is played once for every way of talking that you tick."),
    ),
    "resistance": Words(
        factors.NAMES["resistance"],
        _("Each client is played once for every kind of resistance that you tick."),
    ),
    "language": Words(
        factors.NAMES["language"],
        _("Each client is played once in every language that you tick."),
    ),
    "mistakes": Words(
        factors.NAMES["mistakes"],
        _("With two or three, others from the guideline come beside the chosen one; with none, all goes well."),
    ),
    "counsellor": Words(
        _("How the counsellor works"),
        _("To compare them, tick more than one: the same clients are then played by each."),
        {
            "novice": _("as a novice who slips into the mistake"),
            "normal": _("as well as it can, without help"),
            "supervised": _("with a supervisor at its side at every turn"),
        },
    ),
    "supervisor": Words(
        factors.NAMES["supervisor"],
        _("Told what was meant, it agrees too easily. Balanced, it is not told, praises what is good, criticises only "
          "what is wrong, and may find nothing wrong."),
    ),
    "refinements": Words(
        factors.NAMES["refinements"],
        "",
        {"3": _("up to 3 times"), "2": _("up to twice"), "1": _("once at most"), "0": _("never")},
    ),
    "novice": Words(
        _("Does a novice read the feedback and answer again?"),
        _("Before and after are compared: what was learned is stored with the session."),
        {"no": _("no"), "yes": _("yes")},
    ),
    "examples": Words(
        _("Show the supervisor agent corrections from earlier rounds?"),
        _("Never from the part that is kept aside for evaluation."),
        {"0": _("none")},
    ),
}  # fmt: skip
for _recipe in RECIPES.values():
    SETTINGS |= _recipe.words

CHECKS = {
    "stepwise": _("goes step by step"),
    "specific": _("is specific"),
    "ethical": _("keeps to professional standards"),
    "supportive": _("is supportive"),
}


def recipe(name: str) -> str:
    return str(RECIPES[name].called.label) if name in RECIPES else _as_written(name)


def about(name: str) -> str:
    """What the recipe makes, in a sentence."""
    return str(RECIPES[name].called.help) if name in RECIPES else ""


def role(name: str) -> str:
    return str(ROLES.get(name, _as_written(name)))


def label(name: str) -> str:
    """What a factor or a parameter is called."""
    return str(SETTINGS[name].label) if name in SETTINGS else _as_written(name)


def told(name: str) -> str:
    """What a factor or a parameter does, in a sentence; empty where there is nothing to add."""
    return str(SETTINGS[name].help) if name in SETTINGS else ""


def choice(name: str, value) -> str:
    """What one choice of a factor or a parameter is called; the levels of factors have their names in factors.py."""
    known = SETTINGS[name].choices if name in SETTINGS else {}
    return str(known.get(str(value)) or _as_written(factors.called(name, str(value))))


def rows(chosen: dict) -> list[tuple[str, str]]:
    """[(what it is called, what was chosen)] of a run's or a session's settings, in a fixed order."""
    order = [*(name for name in SETTINGS if name in chosen), *(n for n in chosen if n not in SETTINGS)]
    return [(label(name), _choices(name, chosen[name])) for name in order]


def _choices(name: str, value) -> str:
    return ", ".join(choice(name, one) for one in (value if isinstance(value, list | tuple) else [value]))


def _as_written(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
