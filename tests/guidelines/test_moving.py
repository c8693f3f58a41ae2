"""One entry goes to another place; only what stands between the two places moves with it."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidelines import moving
from guidelines.drafts import WrongState
from guidelines.entries import light
from guidelines.models import Entry
from guidelines.publishing import drop_entry, import_version, open_draft
from guidelines.trail import of
from tests.guidelines.conftest import many

pytestmark = pytest.mark.django_db
N = 6


@pytest.fixture
def six(ana):
    version, _created = import_version(content=many(N))
    return open_draft(guideline=version.guideline, by=ana)


def order(version) -> str:
    return "".join(key.removeprefix("mistake-") for key in light(version))


@pytest.mark.parametrize(
    ("n", "to", "after"),
    [
        (2, "up", "021345"),
        (2, "down", "013245"),
        (0, "up", "012345"),
        (5, "down", "012345"),
        (4, "first", "401235"),
        (1, "last", "023451"),
        (1, "4", "023145"),
        (4, "2", "041235"),
        (1, "999", "023451"),
        (5, "before:mistake-1", "051234"),
        (0, "after:mistake-4", "123405"),
        (3, "before:mistake-3", "012345"),
        (3, "after:mistake-2", "012345"),
    ],
)
def test_an_entry_goes_where_it_is_put_and_the_trail_tells_the_same(six, ana, replayed, n, to, after):
    place = moving.move(version=six, key=f"mistake-{n}", to=to, by=ana)
    assert order(six) == after
    keys = [None, *light(six), None]
    assert (place.n, place.of) == (keys.index(f"mistake-{n}"), N)
    assert (place.after, place.before) == (keys[place.n - 1], keys[place.n + 1])
    assert of(six.guideline).filter(verb="guidelines.reorder").count() == (after != "012345")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, N - 1), st.integers(1, N)), max_size=6), st.integers(0, N - 1))
def test_any_row_of_moves_gives_the_order_that_a_list_would(six, ana, moves, dropped):
    fresh = moving.move  # the draft is shared by the examples: it is put in order first
    for place in range(N):
        if f"mistake-{place}" in light(six):
            fresh(version=six, key=f"mistake-{place}", to="last", by=ana)
    expected = list(light(six))
    for n, to in moves:
        expected.insert(to - 1, expected.pop(expected.index(f"mistake-{n}")))
        moving.move(version=six, key=f"mistake-{n}", to=str(to), by=ana)
    assert list(light(six)) == expected


def test_what_does_not_stand_between_is_not_written(six, ana):
    rows = dict(six.entries.values_list("pk", "position"))
    moving.move(version=six, key="mistake-2", to="down", by=ana)
    now = dict(six.entries.values_list("pk", "position"))
    assert len(rows.items() - now.items()) == 2 and rows.keys() == now.keys()


def test_places_are_counted_where_an_entry_was_dropped(six, ana):
    drop_entry(version=six, key="mistake-3", by=ana)
    Entry.objects.filter(version=six, position=5).update(position=40)
    place = moving.move(version=six, key="mistake-5", to="2", by=ana)
    assert order(six) == "05124" and (place.n, place.of) == (2, 5)


@pytest.mark.parametrize("to", ["", "nowhere", "-1", "before:nothing", "9" * 12, "up:mistake-1"])
def test_what_is_no_place_moves_nothing(six, ana, to):
    with pytest.raises(WrongState):
        moving.move(version=six, key="mistake-1", to=to, by=ana)
    assert order(six) == "012345"


def test_the_page_is_told_where_the_card_went_and_a_form_leads_back_to_it(log_in, ana, six):
    address = reverse("pair_move", args=["novice-mistakes", "mistake-1"])
    browser = log_in(ana)
    answer = browser.post(address, {"to": "3"}, headers={"HX-Request": "true"})
    assert '"after": "mistake-3", "before": "mistake-4"' not in answer.headers["HX-Trigger"]
    assert '"after": "mistake-2", "before": "mistake-3"' in answer.headers["HX-Trigger"]
    assert "number 3 of 6" in answer.content.decode()
    back = browser.post(address, {"to": "up", "back": "words=Mistake&start=mistake-0&evil=//x"})
    assert back.headers["Location"].endswith("/novice-mistakes/?words=Mistake&start=mistake-0#mistake-1")
