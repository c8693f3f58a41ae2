"""An instance in the hands of a drive: claimed, and then in the making."""

from dataclasses import dataclass

from synthesis.asking import Asking
from synthesis.models import Instance
from synthesis.recipes.cell import Cell
from synthesis.stored import Replies


@dataclass(frozen=True)
class Claimed:
    """An instance that waits for its turn, with what it is made from, or why that cannot be had."""

    instance: Instance
    cell: Cell | Exception
    replies: Replies


@dataclass(eq=False)
class Making:
    """An instance in the making."""

    instance: Instance
    ask: Asking
    is_ending: bool = False  # its outcome is being written
    has_left: bool = False  # it is made, and its place is another's
    is_lost: bool = False  # cancelled, or somebody else has it
