"""Factors: what a run may cross its clients and mistakes with, and what each level is called.

A recipe says which of them it knows (recipes.cell.Recipe.factors); the first level of each is the default, which
adds nothing to what a cell is made from.
"""

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from guidelines.translating import languages
from synthesis.models import Style

OWN = "own"


class Resistance(TextChoices):
    """How the client resists, by the thirteen behaviours of PsyFIRE (arXiv 2601.14780); how each sounds is ours
    (prompts/resistances.md).
    """

    OWN = OWN, _("as the client is")
    NONE = "none", _("none: the client goes along")
    CHALLENGING = "challenging", _("challenges what is said")
    DISCOUNTING = "discounting", _("doubts the counsellor")
    BLAMING = "blaming", _("blames others")
    DISAGREEING = "disagreeing", _("turns everything down")
    EXCUSING = "excusing", _("has excuses")
    MINIMISING = "minimising", _("plays it down")
    PESSIMISM = "pessimism", _("expects nothing to help")
    RELUCTANCE = "reluctance", _("has reservations")
    UNWILLINGNESS = "unwillingness-to-change", _("does not want to change")
    MINIMUM_TALK = "minimum-talk", _("says very little")
    LIMIT_SETTING = "limit-setting", _("refuses a topic")
    INATTENTION = "inattention", _("does not take in what is said")
    SIDE_TRACKING = "side-tracking", _("changes the subject")


class Mistakes(TextChoices):
    """How many mistakes the counsellor is to show in one session."""

    ONE = "one", _("one")
    TWO = "two", _("two")
    THREE = "three", _("three")
    NONE = "none", _("none: the counsellor works well")

    @property
    def n(self) -> int:
        return {"one": 1, "two": 2, "three": 3, "none": 0}[self.value]


class Counsellor(TextChoices):
    """Who counsels: the arms of the self-play comparison (synthesis.comparing_arms)."""

    NOVICE = "novice", _("a novice, who slips into the mistake")
    NORMAL = "normal", _("a normal counsellor, without the mistake")
    SUPERVISED = "supervised", _("a novice whose supervisor hears each turn before the client does")


class Supervisor(TextChoices):
    """What the supervisor agent knows, and how it speaks."""

    UNTOLD = "untold", _("is not told the intended mistake and must find it")
    TOLD = "told", _("is told the intended mistake")
    BALANCED = "balanced", _("is not told; praises what is good and criticises only what is wrong")


STYLES = (OWN, *Style.values)
RESISTANCE = tuple(Resistance.values)
MISTAKES = tuple(Mistakes.values)
COUNSELLORS = tuple(Counsellor.values)
NOVICE = ("no", "yes")
# How many edits of earlier rounds the supervisor is shown.
EXAMPLES = ("0", "1", "2", "3")
# The default is the language of the installation's guidelines and prompts.
LANGUAGES = (
    settings.LANGUAGE_CODE,
    *(code for code, _name in settings.TEXT_LANGUAGES if code != settings.LANGUAGE_CODE),
)


def slips(counsellor: str | None) -> bool:
    """Whether a session can tell how well a mistake is played: the counsellor slips and nobody helps meanwhile.
    `counsellor`: its level, None in sessions before there were arms.
    """
    return counsellor in (None, Counsellor.NOVICE)


NAMES = {
    "style": _("Conversational style"),
    "resistance": _("Resistance"),
    "language": _("Language"),
    "mistakes": _("Mistakes in one session"),
    "counsellor": _("Counsellor"),
    "supervisor": _("Supervisor"),
    "novice": _("Does a novice answer before and after reading the feedback?"),
    "examples": _("Edits of earlier rounds shown to the supervisor as examples"),
    "refinements": _("Refinements of the feedback, at most"),
}


def called(name: str, level: str) -> str:
    """A level of a factor in words."""
    if name == "style":
        return str(Style(level).label) if level != OWN else str(Resistance.OWN.label)
    if name == "language":
        return languages.known()[level].name
    choices = {
        "resistance": Resistance,
        "mistakes": Mistakes,
        "counsellor": Counsellor,
        "supervisor": Supervisor,
    }.get(name)
    return str(choices(level).label) if choices else level
