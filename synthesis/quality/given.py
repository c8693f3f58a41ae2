"""What was given to the speakers of a session to be played and not to be recited."""

from collections.abc import Iterable
from functools import lru_cache

from guidelines.models import PairRevision
from synthesis.models import Profile, Run
from synthesis.prompting import kept
from synthesis.recipes import RECIPES

# What the speakers are told of the client in sentences; beliefs and thoughts are words that a client may well say.
DESCRIBED = (
    "culture", "history", "coping_strategies", "situation", "behaviour",
    # of an intake form
    "demographics", "functioning", "support",
)  # fmt: skip


def prompts_of(run: Run) -> tuple[str, ...]:
    """The texts of the run's prompts, but for the shape of an answer, which nobody takes for instructions, and for what is
    said as it stands.
    """
    how = RECIPES.get(run.recipe)
    left_out = {"schema", *(how.aloud if how else ())}
    return _prompts(tuple(sorted((n, d) for n, d in run.prompts.items() if n not in left_out)))


@lru_cache(maxsize=32)
def _prompts(digests: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    # Texts are stored by their digest and never change.
    return tuple(kept(dict(digests)).values())


def descriptions_of(profile: Profile | None, intended: Iterable[PairRevision]) -> list[str]:
    """What was given to be played: of the client, and how each mistake shows."""
    found = [str(profile.content.get(name) or "") for name in DESCRIBED] if profile else []
    return [*found, *(revision.shows for revision in intended)]
