"""What a release of some rounds holds, before anything is written: what its preview counts, and what is then written."""

from exports.edited_turns import EditedTurns
from exports.formats import OF_PAIRS, OF_RATED, OF_TURNS
from exports.graded import Graded
from exports.margins import MARGIN
from exports.selecting import Selection


class Gathered:
    """`selection`: of what was settled with a draft; `turns`: edited turns, None where they were not asked for;
    `graded`: what was rated or compared, None where none of it was asked for. `members`: ids of all items that leave.
    """

    def __init__(self, rounds, *, formats, named_tiers: tuple[str, ...], margin: float = MARGIN):
        formats = set(formats)
        self.selection = Selection(rounds, named_tiers=named_tiers)
        self.selection.choose()
        self.turns = EditedTurns(self.selection) if formats & set(OF_TURNS) else None
        takes = formats & {*OF_RATED, *OF_PAIRS}
        self.graded = Graded(self.selection, takes, margin) if takes else None
        more = [*(self.turns.items if self.turns else []), *(self.graded.items if self.graded else [])]
        self.members = self.selection.join(more)

    @property
    def pairs_left_out(self) -> dict[str, int]:
        return dict(self.graded.pairs_left_out) if self.graded else {}

    @property
    def replies_left_out(self) -> dict[str, int]:
        return dict(self.graded.replies_left_out) if self.graded else {}
