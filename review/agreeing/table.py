"""The judgements of a round as columns of numbers: what every figure, and every list of sessions, is cut from."""

import io
import json
from dataclasses import dataclass

import numpy as np

MISSING = -1
_SESSION = ("pk", "arm", "position", "pair", "recipe", "model", "client", "weight")
_JUDGEMENT = ("of", "by", "at", "seconds")
_MORE = ("also_of", "also_pair", "found_of", "found_pair")
COLUMNS = (*_SESSION, *_JUDGEMENT, *_MORE)


@dataclass(frozen=True)
class Judged:
    """Columns of sessions: `pk`, `arm`, `position` in the round, `pair` (the mistake that it was to show first), `recipe`,
    `model`, `client`, `weight` (one over its chance). Columns of judgements: `of` which session, `by` which reader, `at`
    (days since 1970), `seconds` that it took (NaN: not known), and `answers`: {question: number of the level, -1 where it
    was not answered}. `also_of`, `also_pair`: sessions that were to show a further mistake; `found_of`, `found_pair`: the
    mistakes that judgements name (-1: one that is not in the guideline).

    `names`: of what columns count off, {"arm", "pair", "recipe", "model", "by": lists; "levels", "scale": by question}:
    keys of the database, so that what they are called is asked when they are shown.
    """

    pk: np.ndarray
    arm: np.ndarray
    position: np.ndarray
    pair: np.ndarray
    recipe: np.ndarray
    model: np.ndarray
    client: np.ndarray
    weight: np.ndarray
    of: np.ndarray
    by: np.ndarray
    at: np.ndarray
    seconds: np.ndarray
    also_of: np.ndarray
    also_pair: np.ndarray
    found_of: np.ndarray
    found_pair: np.ndarray
    answers: dict[str, np.ndarray]
    names: dict

    @property
    def n(self) -> int:
        return len(self.of)

    @property
    def is_weighed(self) -> bool:
        return bool(len(self.weight)) and bool(self.weight.min() != self.weight.max())

    def arms(self) -> list[str]:
        """Those with any judgement."""
        return [name for number, name in enumerate(self.names["arm"]) if (self.arm[self.of] == number).any()]

    def in_arm(self, arm: str) -> np.ndarray:
        """Of each judgement whether its session was read so."""
        return self.arm[self.of] == self.names["arm"].index(arm)

    def asked(self, arm: str) -> list[str]:
        """The questions that anybody answered in this arm."""
        there = self.in_arm(arm)
        return [name for name, given in self.answers.items() if (given[there] >= 0).any()]

    def to_bytes(self) -> bytes:
        into = io.BytesIO()
        columns = {name: getattr(self, name) for name in COLUMNS}
        answers = {f"answer {n}": given for n, given in enumerate(self.answers.values())}
        about = json.dumps({"names": self.names, "questions": list(self.answers)})
        np.savez_compressed(into, about=np.array(about), **columns, **answers)
        return into.getvalue()

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Judged":
        with np.load(io.BytesIO(kept), allow_pickle=False) as found:
            about = json.loads(str(found["about"]))
            answers = {name: found[f"answer {n}"] for n, name in enumerate(about["questions"])}
            return cls(**{name: found[name] for name in COLUMNS}, answers=answers, names=about["names"])
