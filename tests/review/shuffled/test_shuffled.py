"""Whatever happens in between, a round ends as it does when nothing does: 500 random walks (docs/sync.md), of which a
hundred are walked each time, half of them on each database.

SHUFFLED=SEED ./bin/test tests/review/shuffled -k fake    walks one of them again, and tells its story.
"""

import os
import random
from collections import Counter

import pytest
from django.db import connection, transaction

from accounts.models import TrailEvent
from review.label_studio.connecting import first
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories
from tests.review.label_studio.test_contract import RealLabelStudio
from tests.review.shuffled.faults import Faults
from tests.review.shuffled.outcome import outcome, require_whole, states
from tests.review.shuffled.playing import Play
from tests.review.shuffled.script import Act, script

SESSIONS = 2
SEEDS, AT_ONCE, WALKS_OF_A_SCRIPT = 500, 50, 10
ONE = os.environ.get("SHUFFLED")
# A walk takes a second of a processor: each time fifty are walked on SQLite and fifty on PostgreSQL, which the fast suites
# run on too. The others are for --long.
EACH_TIME = AT_ONCE if connection.vendor == "postgresql" else 0
# Of each fault, in every block of walks; of each act, in all.
AT_LEAST = 3
FAULTS = [
    "sync", "night", "down", "killed", "unanswered", "another worker", "an act in the middle of a sync",
    "a screen changed by hand", "an untouched task was deleted", "an untouched project was deleted",
    "a hook: right", "a hook: twice", "a hook: forged", "a hook: lost",
]  # fmt: skip
SENDING = {"sign_up", "create_project", "register_webhook", "import_tasks", "find_tasks", "review_account",
           "review_reading"}  # fmt: skip
READING = {"changed_tasks", "review_rawannotation", "review_decision", "review_finding", "review_rating",
           "review_standing", "review_stood", "review_flag"}  # fmt: skip
ACTS = {"judge", "edit", "judge again", "take back", "skip", "judge and take back at once",
        "judge on her colleague's task", "settle", "lose the task", "lose the project"}  # fmt: skip


@pytest.fixture
def table(settings, ben, chloe, dan, lena):
    """A round that nobody has sent yet: each walk begins with it."""
    settings.LABEL_STUDIO_URL, settings.LABEL_STUDIO_TOKEN = "http://label-studio.invalid", "t" * 40
    settings.REDIS_URL = "memory://"
    round = factories.round_of(SESSIONS, [ben, chloe], lena, unaided_share=0)
    return round, {"Ben": ben, "Chloe": chloe, "Dan": dan}, first()


def walk(table, studio, acts: list[Act], chance: random.Random | None) -> tuple[Play, dict, Counter]:
    """Without `chance` it is the quiet run: read after every act. Nothing of it stays with us."""
    round, people, server = table
    since = TrailEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    with transaction.atomic():
        round.refresh_from_db()
        play = Play(round, studio, people, server)
        quietly(play, acts) if chance is None else disturbed(play, acts, chance)
        play.calm_down()
        require_whole(play)
        found, kept = outcome(play, since), states(play)
        transaction.set_rollback(True)
    return play, found, kept


def quietly(play: Play, acts: list[Act]) -> None:
    play.sync()
    for act in acts:
        play.act(act)
        play.sync()


def disturbed(play: Play, acts: list[Act], chance: random.Random) -> None:
    faults = Faults(play, chance)
    for act in acts:
        for _fault in range(chance.choice([0, 1, 1, 2])):
            faults.one()
        if chance.random() < 0.3:
            faults.act_while_we_work(act)
        else:
            play.act(act, faults.while_she_waits)


def script_of(number: int) -> list[Act]:
    return script(random.Random(f"script {number}"), SESSIONS)


class Quiet:
    """Quiet runs on a fake, each made once: many walks disturb the same people."""

    def __init__(self, table):
        self._table, self._made = table, {}

    def of(self, seed: int) -> tuple[list[Act], dict, Counter]:
        number = seed // WALKS_OF_A_SCRIPT
        if number not in self._made:
            acts = script_of(number)
            _play, found, kept = walk(self._table, FakeLabelStudio(), acts, None)
            self._made[number] = acts, found, kept
        return self._made[number]


def compare(table, quiet: Quiet, studio, seed: int) -> Counter:
    """One walk against the quiet run of the same acts; returns what happened in it, counted."""
    acts, expected, all_states = quiet.of(seed)
    told = f"Seed {seed}; again: SHUFFLED={seed} ./bin/test tests/review/shuffled -k fake"
    try:
        play, found, kept = walk(table, studio, acts, random.Random(seed))
    except BaseException as fault:
        fault.add_note(told)
        raise
    assert {act.what: play.did[act.what] for act in acts} == Counter(act.what for act in acts), told
    story = f"{told}\n" + "\n".join(play.story)
    for what, as_quiet in expected.items():
        assert found[what] == as_quiet, f"{what} ends otherwise. {story}"
    assert kept <= all_states, f"kept what nobody said, or twice: {kept - all_states}. {story}"
    return play.did


def of_kind(did: Counter, what: str, places: set[str]) -> int:
    return sum(did[f"{what} at {place} {when}"] for place in places for when in ("before", "after"))


def require_eventful(did: Counter) -> None:
    """Each fault has happened, at most kinds of places: a walk in which nothing happens would prove nothing."""
    counted = {what: did[what] for what in FAULTS}
    for what in ("killed", "unanswered"):
        counted[f"{what} while sending"] = of_kind(did, what, SENDING)
        counted[f"{what} while reading"] = of_kind(did, what, READING)
    assert min(counted.values()) >= AT_LEAST, counted


STARTS = [
    pytest.param(start, id=f"fake-{start}", marks=[pytest.mark.long] if start != EACH_TIME else [])
    for start in range(0, SEEDS, AT_ONCE)
]


@pytest.mark.parametrize("start", [pytest.param(int(ONE), id=f"fake-{ONE}")] if ONE else STARTS)
def test_whatever_happens_in_between_a_round_ends_as_when_nothing_does(table, start):
    did, quiet = Counter(), Quiet(table)
    for seed in [start] if ONE else range(start, start + AT_ONCE):
        did += compare(table, quiet, FakeLabelStudio(), seed)
    if not ONE:
        require_eventful(did)


def test_people_do_everything_that_they_can_do():
    """Counted in the scripts: of each act in a script a walk asserts that it was done."""
    did = Counter(act.what for number in range(SEEDS // WALKS_OF_A_SCRIPT) for act in script_of(number))
    assert set(did) == ACTS and min(did.values()) >= AT_LEAST, did


LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 20)]


@pytest.mark.labelstudio
@pytest.mark.parametrize("number", [0, 1, 2, 3, *LONG])
def test_so_it_does_with_a_real_label_studio(table, label_studio, number):
    """Each time other people's acts; the quiet run is the fake's, so the two agree as well."""
    compare(table, Quiet(table), RealLabelStudio(label_studio), number * WALKS_OF_A_SCRIPT)
