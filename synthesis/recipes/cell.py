"""What a recipe is given, and what it says about itself."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True)
class Recipe:
    """`make(cell, ask)` returns the instance's content. `parameters` maps a name to its choices, the
    default first.
    """

    make: Callable[..., Awaitable[BaseModel]]
    roles: tuple[str, ...]
    prompts: tuple[str, ...]
    parameters: dict[str, tuple[str, ...]]
    texts: Callable[[dict], list[str]]


@dataclass(frozen=True)
class Cell:
    """One cell of a run's grid as plain data: nothing here can reach the database."""

    name: str
    client_name: str
    style: str
    profile: dict
    # {key, name, shows} of what the counsellor is to show, and whether that is good practice.
    intended: dict
    positive: bool
    # [{key, name, shows}] of every mistake of the version; and what a told supervisor is told, or None.
    guideline: list[dict]
    told: dict | None
    parameters: dict
    prompts: dict[str, str]

    def draw(self) -> random.Random:
        """Chance that is the same whenever this cell is made."""
        return random.Random(int(self.name, 16))
