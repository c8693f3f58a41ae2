"""What a lead does with excerpts of real sessions, as the test of the trail does it."""

from synthesis import erasing, excerpts
from tests.synthesis.excerpts_of_sessions import TURNS, confirmed, stored

SAID = [TURNS[0], {"speaker": "client", "text": "SECRET: You should simply ring him yourself."}]


def looked_through_again(lena, **_):
    excerpts.look_again(profile=stored(turns=SAID), by=lena)


def excerpt_confirmed(lena, **_):
    confirmed(lena, turns=SAID)


def excerpt_erased(lena, **_):
    erasing.erase(source=stored(turns=SAID).source_text, why="BECAUSE SHE ASKED", by=lena)


EXCERPT_ACTS = {
    "synthesis.excerpts.look_again": looked_through_again,
    "synthesis.excerpts.confirm": excerpt_confirmed,
    "synthesis.erasing.erase": excerpt_erased,
}
