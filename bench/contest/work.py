"""The work that every contender does: sessions of so many turns, each turn one call that holds all turns before it.

Independent calls are sessions of one turn. What the endpoint answers follows from the call's mark alone, so rows
made by different contenders can be compared, and what is wrong or out of order is seen. Standard library only:
every peer reads this in an environment of its own.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

MODEL = "stub"
# Five who suggest, and who chooses among them.
AT_ONCE = 6
MARK = re.compile(r"\[work ([0-9a-z]+)-([0-9]+)\]")
_WORDS = [
    "well", "that", "must", "be", "hard", "and", "I", "wonder", "what", "comes", "up", "for", "you", "when", "the",
    "day", "is", "over", "nobody", "asked", "how", "long", "this", "has", "been", "going", "on", "who", "knows",
]  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What a contender is told. `folder` is its own, and the same when it is started again."""

    url: str
    folder: str
    sessions: int
    turns: int
    concurrency: int
    # What only this contender is told.
    more: dict = field(default_factory=dict)
    # Of technique sessions, which are no turns of one call each: how many exchanges each has.
    exchanges: int = 0

    @property
    def calls(self) -> int:
        return self.sessions * (len(list(steps(self.exchanges))) if self.exchanges else self.turns)

    @property
    def chain(self) -> int:
        """Calls of one session that must wait for each other."""
        return sum(1 for step in steps(self.exchanges) if not step.beside) if self.exchanges else self.turns

    def wrong(self, rows: dict[str, list[str]]) -> int:
        """Sessions that do not hold exactly what they should."""
        if self.exchanges:
            return sum(len(said) != 2 * self.exchanges + 2 for said in rows.values())
        return wrong_rows(rows, self.turns)

    @property
    def rows_file(self) -> Path:
        return Path(self.folder) / "rows.jsonl"

    def as_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> "Work":
        return cls(**json.loads(text))


class Step(NamedTuple):
    """One call of a technique session. `beside`: it goes out with the one before it; `says`: what it says is a message."""

    beside: bool
    says: bool


def steps(exchanges: int) -> Iterator[Step]:
    """The calls of a session of so many exchanges after the opening, in their order: the client answers the greeting and
    it is planned; in each exchange five suggest and one chooses at the same time, then the counsellor says it and the
    client answers; and both take leave. 156 calls in a chain of 61 make 42 messages at 20 exchanges, the greeting
    included.
    """
    yield Step(beside=False, says=True)
    yield Step(beside=False, says=False)
    for _ in range(exchanges - 1):
        yield from (Step(beside=place > 0, says=False) for place in range(AT_ONCE))
        yield from (Step(beside=False, says=True) for _ in ("counsellor", "client"))
    yield from (Step(beside=False, says=True) for _ in ("counsellor", "client"))


def sentence(session: str | int, turn: int) -> str:
    """What the endpoint says in this turn of this session (from 0)."""
    drawn = hashlib.sha256(f"{session}-{turn}".encode()).digest()[:14]
    return " ".join(_WORDS[byte % len(_WORDS)] for byte in drawn) + f" {session} {turn}."


def prompt(session: str | int, said: list[str]) -> str:
    """The one message of a call: the same words for every contender."""
    lines = "\n".join(f"Turn {number}: {text}" for number, text in enumerate(said))
    return f"A counselling session is written turn by turn.\n{lines}\nSay the next turn. [work {session}-{len(said)}]"


def in_order(session: str, turn: int, content: str) -> bool:
    """Whether a call of this turn holds what was said in the turn before it."""
    return turn == 0 or sentence(session, turn - 1) in content


def wrong_rows(rows: dict[str, list[str]], turns: int) -> int:
    """Sessions that do not hold exactly what the endpoint said."""
    return sum(said != [sentence(session, turn) for turn in range(turns)] for session, said in rows.items())


def write_rows(work: Work, rows: dict) -> None:
    with work.rows_file.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps([str(session), said])}\n" for session, said in rows.items())


def read_rows(work: Work) -> dict[str, list[str]]:
    with work.rows_file.open(encoding="utf-8") as file:
        return dict(json.loads(line) for line in file)
