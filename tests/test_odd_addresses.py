"""Whatever somebody types behind the question mark of an address, the page answers."""

import pytest
from django.urls import reverse

from accounts.models import Grant, Role
from tests.exports.factories import a_run

pytestmark = pytest.mark.django_db
NONSENSE = ["²", "٣", "-1", "9" * 25, "9" * 5000, "\x00", "rubbish"]
WHAT = ["superscript", "another script", "negative", "too large", "too long", "NUL", "a word"]


@pytest.mark.parametrize("asked", NONSENSE, ids=WHAT)
@pytest.mark.parametrize(
    ("place", "name"),
    [("runs", "before"), ("rounds", "before"), ("datasets", "before"), ("training", "before"),
     ("api_rounds", "before"), ("run", "after"), ("run", "state"), ("desk_mine", "before"),
     ("people_trail", "before"), ("people_trail", "by"), ("people_trail", "verb")],
)  # fmt: skip
def test_a_page_asked_for_nonsense_shows_its_first_rows(log_in, lena, place, name, asked):
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    address = reverse(place, args=[a_run().public_id] if place == "run" else [])
    assert log_in(lena).get(address, {name: asked}).status_code == 200


@pytest.mark.parametrize("asked", NONSENSE, ids=WHAT)
def test_the_agreement_of_a_round_that_is_none_is_not_found(log_in, lena, asked):
    assert log_in(lena).get(reverse("agreement"), {"round": asked}).status_code == 404
