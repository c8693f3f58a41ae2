"""What pages count of a large round is added up from changes that only come; it is what the standings say, at any time."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from review import reports
from review.models import Finding, Rating, Standing, Stood
from review.standing import whole
from review.workflow import adjudicate
from tests.review.counting import counted_one_by_one
from tests.review.factories import judge, round_of, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(6, [ben, chloe], lena, unaided_share=0.34)


def counted(round) -> dict:
    return reports.standing_counts(round) | {"outcomes": reports.outcomes(round)}


def everything_happens(round, ben, chloe, dan):
    """One step after the other; after each the counts are compared."""
    agreed, argued, written, changed, *_unread = round.items.all()
    yield judge(agreed, ben, says("accept"))
    yield judge(agreed, chloe, says("accept"))
    yield judge(argued, ben, says("accept"))
    yield judge(argued, chloe, says("reject"))
    yield adjudicate(item=argued, by=dan, verdict="reject", reason="As Chloe says.")
    yield judge(written, ben, says("edit", "In Ben's words."))
    yield judge(written, chloe, says("edit", "In Chloe's words."))
    yield judge(changed, ben, says("accept"))
    yield judge(changed, chloe, says("reject"))
    yield judge(changed, chloe, says("accept"), minutes=1)


def test_at_every_step_the_counts_are_those_of_the_standings(round, ben, chloe, dan):
    said = []
    for _step in everything_happens(round, ben, chloe, dan):
        assert counted(round) == counted_one_by_one(round)
        said.append(counted(round)["settled"])
    assert said == sorted(said) and said[-1] == 3


def test_a_change_is_told_once_and_names_what_was_before(round, ben, chloe, dan):
    for _step in everything_happens(round, ben, chloe, dan):
        pass
    argued = round.items.all()[1]
    told = list(argued.stood.values_list("n", "was", "state", "was_outcome", "outcome"))
    assert told == [
        (0, "", "open", "", ""),
        (1, "open", "disputed", "", ""),
        (2, "disputed", "settled", "", "reject"),
    ]


@pytest.mark.parametrize(
    "act",
    [
        lambda: Stood.objects.update(state="settled"),
        lambda: Stood.objects.first().delete(),
    ],
)
def test_no_change_is_taken_back(round, ben, act):
    judge(round.items.first(), ben, says("accept"))
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def test_what_stood_before_there_were_changes_is_told_by_the_migration(round, ben, chloe, dan):
    for _step in everything_happens(round, ben, chloe, dan):
        pass
    told = []
    then = type("Then", (), {"__new__": lambda _of, **fields: Stood(**fields)})
    then.objects = SimpleNamespace(bulk_create=told.extend)
    models = {"Standing": Standing, "Stood": then}
    migration = import_module("review.migrations.0019_stood")
    migration.as_it_stands(SimpleNamespace(get_model=lambda _app, name: models[name]), None)
    latest = {one.item_id: (one.state, one.outcome) for one in Stood.objects.order_by("n")}
    assert {one.item_id: (one.state, one.outcome) for one in told} == latest and len(told) == len(latest) == 4
    assert all((one.n, one.was, one.was_outcome) == (0, "", "") for one in told)


@pytest.mark.parametrize(
    ("stands", "so"),
    [
        ({"verdict": ("open", None), "safety": ("disputed", None)}, ("disputed", "")),
        ({"verdict": ("settled", "accept"), "wording": ("open", None)}, ("open", "")),
        ({"verdict": ("settled", "edit"), "findings": ("settled", [])}, ("settled", "edit")),
        ({"findings": ("settled", [])}, ("settled", "")),
        ({"preferred": ("settled", "tie"), "dimension:warm": ("settled", ["a"])}, ("settled", "tie")),
        ({"preferred": ("settled", "a"), "dimension:warm": ("disputed", None)}, ("disputed", "")),
    ],
)
def test_an_item_stands_as_its_aspects_do(stands, so):
    assert whole(stands) == so


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the rows that are there")
@pytest.mark.parametrize("model", [Finding, Rating])
def test_whether_a_finding_may_be_stored_is_asked_of_its_item_alone(model):
    """And not of all that was ever settled, of which there is more with every day of a round."""
    condition = model.freezing.insert.replace("NEW.decision_id", "1")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN SELECT 1 WHERE {condition}")
        steps = [row[3] for row in cursor.fetchall() if " t " in f" {row[3]} " and "COVERING" in row[3]]
    assert len(steps) == 3 and all("(item_id=? AND state=?)" in step for step in steps), steps
