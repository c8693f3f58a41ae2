"""What people do in one walk, drawn from a seed, in the order in which they do it.

Two things hang on the moment at which we read (docs/sync.md): an item is settled by what we have read, and a judgement
that is deleted before we read it was never made. Whoever does what one of these rules would turn about waits first until
we have read what was done to the session (`waits`). Everything else is done at any time, read or unread, and so nothing
that the walk ends with depends on when we read: the quiet run and the disturbed one must end alike.
"""

import random
from dataclasses import dataclass

READERS = ("Ben", "Chloe")
SETTLES = "Dan"
EVERY = -1  # all sessions of a reader: her project


@dataclass(frozen=True)
class Act:
    """`n` is its place in the walk, and names the words that are written in it."""

    n: int
    session: int
    who: str
    what: str
    waits: bool = False

    @property
    def words(self) -> str:
        return f"act {self.n} by {self.who}"

    def __str__(self):
        where = "her project" if self.session == EVERY else f"session {self.session}"
        return f"{self.n}. {self.who}: {self.what}, {where}{', when it was read' if self.waits else ''}"


def script(chance: random.Random, sessions: int) -> list[Act]:
    left = [_of_one_session(chance, session) for session in range(sessions)]
    drawn: list[tuple] = []
    while any(left):
        session = chance.choice([n for n, acts in enumerate(left) if acts])
        drawn.append((session, *left[session].pop(0)))
    if chance.random() < 0.3:
        drawn = _with_a_lost_project(chance, drawn)
    return [Act(n, *what) for n, what in enumerate(drawn)]


def _of_one_session(chance: random.Random, session: int) -> list[tuple]:
    """(who, what, waits)."""
    one, other = chance.sample(READERS, 2)
    acts = [(one, "judge", False)]
    for what in chance.choices(["edit", "judge again", "take back"], k=chance.choice([0, 1, 1, 2])):
        acts.append((one, what, False))
        if what == "take back":
            # What she says next counts, whether or not we had read what she took back.
            acts.append((one, "judge", False))
    # Her colleague's judgement may settle the session: what the first one changed must be known by then.
    acts.append((other, "judge", len(acts) > 1))
    for who in (one, other):
        before = next(n for n, act in enumerate(acts) if act[0] == who)
        if chance.random() < 0.2:
            acts.insert(before, (who, chance.choice(["skip", "judge and take back at once"]), False))
    if chance.random() < 0.2:
        acts.insert(chance.randrange(len(acts) + 1), (other, "judge on her colleague's task", False))
    late = ["edit", "edit", "judge again", "take back", "settle", "settle", "lose the task"]
    lost = set()
    for what in chance.choices(late, k=chance.choice([0, 0, 1, 2])):
        who = SETTLES if what == "settle" else chance.choice(READERS)
        if who in lost:
            continue
        if what == "lose the task":
            lost.add(who)
        acts.append((who, what, True))
    return acts


def _with_a_lost_project(chance: random.Random, drawn: list[tuple]) -> list[tuple]:
    """Somebody deletes the project of a reader. On what she had judged there she cannot go on."""
    who = chance.choice(READERS)
    at = chance.randrange(len(drawn) + 1)
    before, after = drawn[:at], drawn[at:]
    judged = set()
    for session in {one[0] for one in before}:
        hers = [what for one, by, what, _waits in before if (one, by) == (session, who)]
        if hers and hers[-1] == "take back":
            return drawn  # what she took back may have been read, or not
        if "judge" in hers:
            judged.add(session)
    on_what_is_gone = {"judge on her colleague's task"}
    left = [
        one
        for one in after
        if not (one[0] in judged and (one[1] == who or one[2] in on_what_is_gone) and one[1] != SETTLES)
    ]
    return [*before, (EVERY, who, "lose the project", True), *left]
