"""What a recipe is given, and what it declares about itself: all that the engine, the commands and the pages need."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel

from synthesis.recipes.declaring import Measure, Told, Words


class Uses(NamedTuple):
    """What of its recipe one cell uses: a change of anything else leaves it as it is."""

    prompts: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True)
class Recipe:
    """`make(cell, ask)` returns the instance's content.

    `parameters` and `factors` map a name to its levels, the default first. A run sets each for all its cells, or
    crosses it with its clients. Parameters are part of every cell's name; a factor is only where it is not at its
    default, so that a factor that comes to be later renames no cell that exists.

    For the same reason `prompts` are in every cell's name, used or not, and `more_prompts` only where
    `uses(factors, positive)` names them; `positive`: the cell is meant to show good practice.

    `sees` names the fields that each role may be shown, and `sampling` how its model draws. `calls(levels)` is how many
    calls one cell of these levels costs, at least and at most, where every answer is of the form asked for.
    """

    called: Words
    make: Callable[..., Awaitable[BaseModel]]
    roles: tuple[str, ...]
    sees: dict[str, frozenset[str]]
    sampling: dict[str, dict]
    prompts: tuple[str, ...]
    parameters: dict[str, tuple[str, ...]]
    texts: Callable[[dict], list[str]]
    uses: Callable[[dict, bool], Uses]
    calls: Callable[[dict], tuple[int, int]]
    factors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    more_prompts: tuple[str, ...] = ()
    # Those of its prompts that are said as they stand: whoever says them recites no instruction.
    aloud: tuple[str, ...] = ()
    # Which kind of profile it is made from (models.ProfileKind), and whether it plays mistakes of a guideline's version.
    profile_kind: str = "conceptualisation"
    plays_mistakes: bool = True
    # The factor whose levels are compared: its cells share the draws of chance, so that they differ in nothing else.
    arm: str = ""
    # What its own roles, factors and parameters are called; shared ones stand in synthesis.choice_words.
    role_words: dict[str, str] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    # Whose turn a step helps to make: “critique 2” the counsellor's second. Other steps come before or after the talk.
    steps: dict[str, str] = field(default_factory=dict)
    # What a page shows of a made one beside its turns, what of it a person should look at before reviewers do, and what
    # a report measures of it beside what it measures of every talk.
    told: Callable[[dict], Told] = lambda content: Told()
    holds: Callable[[dict], list[str]] = lambda content: []
    measures: tuple[Measure, ...] = ()
    # Whether a turn of it can be edited and the talk gone on with from there.
    continues: bool = False
    # Whether it is a whole talk, of which several turns by both are expected; and the turns that are measured of it.
    is_talk: bool = True
    said: Callable[[dict], list[dict]] = lambda content: content.get("utterances") or []
    # Like `calls`, where that hangs on which models play too: `(levels, {role: model})`.
    calls_of_models: Callable[[dict, dict], tuple[int, int]] | None = None

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        return self.parameters | self.factors

    def roles_for(self, parameters: dict[str, str], factors: dict[str, list[str]]) -> tuple[str, ...]:
        """Its roles, and those further ones that some cell of the grid uses."""
        asked = [
            parameters,
            *({**parameters, name: one} for name, levels in factors.items() for one in levels),
        ]
        further = frozenset().union(*(self.uses(levels, False).roles for levels in asked))
        return (*self.roles, *sorted(further - set(self.roles)))

    def calls_by(self, levels: dict, models: dict[str, str]) -> tuple[int, int]:
        """`calls`, as exactly as it is known before a cell is made."""
        return self.calls_of_models(levels, models) if self.calls_of_models else self.calls(levels)

    def naming(self, factors: dict[str, str]) -> dict[str, str]:
        """Those of a cell's factors that are part of its name."""
        return {
            name: level
            for name, level in factors.items()
            if name not in self.factors or level != self.factors[name][0]
        }


@dataclass(frozen=True)
class Cell:
    """One cell of a run's grid as plain data: nothing here can reach the database."""

    name: str
    client_name: str
    style: str
    profile: dict
    # {key, name, shows} of each mistake that the counsellor is to show, or of one good practice; empty: works well.
    intended: tuple[dict, ...]
    positive: bool
    # [{key, name, shows}] of every mistake of the version.
    guideline: list[dict]
    # What a told supervisor is told of each that is intended: {name, corrections}; None: it is not told.
    told: tuple[dict, ...] | None
    # The run's parameters and the cell's factors.
    parameters: dict
    prompts: dict[str, str]
    # The session's language, its code and what it is called; empty: that of the prompts.
    language: str = ""
    language_name: str = ""
    # Edits of other sessions that the supervisor is shown.
    examples: tuple[str, ...] = ()
    # The turns that the session goes on from, one of them edited: [{"id", "speaker", "text"}]; empty: from its beginning.
    opening: tuple[dict, ...] = ()
    # Whose chance it shares, where another cell's: sessions that are compared are equally long.
    lot: str = ""
    # {role: the model that plays it}; of no part of its name.
    models: dict[str, str] = field(default_factory=dict)

    def draw(self) -> random.Random:
        """Chance that is the same whenever this cell is made."""
        return random.Random(int(self.lot or self.name, 16))
