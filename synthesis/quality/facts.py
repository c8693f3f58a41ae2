"""What a report needs of one made session: measured once and kept, as the session is frozen.

A second report, and those of later runs that are compared with this one, then read no session again. What is kept is
of the rules that measured it (`rules`): by other rules a session is measured anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from synthesis import checks, cues, recipes
from synthesis.quality import talking
from synthesis.quality.diversity import numbers_of
from synthesis.quality.duplicates import Print, print_of
from synthesis.quality.labels import labels_of
from synthesis.quality.lengths import turns_of
from synthesis.quality.own import values_of
from synthesis.quality.safety import cues_of
from synthesis.quality.sessions import Session
from synthesis.quality.validating import refinement_of
from synthesis.recipes.declaring import Measure


@dataclass(frozen=True, slots=True)
class Facts:
    """`found`: {talk, turns, unended, labels, refinement, cues, own}, JSON-able; `words`: what `numbers_of` gives."""

    found: dict
    words: bytes
    alike: Print


def facts_of(
    session: Session, *, prompts: Iterable[str] = (), descriptions: Iterable[str] = (),
    measures: tuple[Measure, ...] = (),
) -> Facts:  # fmt: skip
    """`measures`: those of the session's recipe."""
    found = {
        "talk": talking.problems(session, prompts=prompts, descriptions=descriptions),
        "turns": turns_of(session),
        "unended": sum(not talking.ends(turn["text"]) for turn in session.utterances),
        "labels": labels_of(session),
        "refinement": refinement_of(session),
        "cues": cues_of(session),
        "own": values_of(session.content, measures),
    }
    return Facts(found, numbers_of(session), print_of(session))


@lru_cache(maxsize=1)
def rules() -> str:
    """Names the rules as they stand: a digest of the source that holds them."""
    own = Path(recipes.__file__).parent.glob("*.py")
    files = [*Path(__file__).parent.glob("*.py"), *own, Path(checks.__file__), Path(cues.__file__)]
    source = b"".join(path.read_bytes() for path in sorted(files))
    return blake2b(source, digest_size=8).hexdigest()
