"""What was rated in a closed round: each dimension, and their total by the rubric's weights."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from guidelines.models import DimensionRevision
from guidelines.publishing import import_version
from review.forms import NewRound
from review.rounds import close_round
from review.totals import rated
from tests.guidelines.conftest import content, dimension_texts
from tests.review.factories import (
    LEVELS,
    client_profile,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
    says,
)


def rubric(**supportive):
    entries = [("specific", {"weight": 3}), ("supportive", {"weight": 1} | supportive)]
    texts = [(key, dimension_texts(key.capitalize(), **{"levels": LEVELS} | more)) for key, more in entries]
    version, _created = import_version(content=content(*texts, kind="rubric", slug="feedback-quality"))
    return version


def closed(lena, people, version, ratings, clients=6):
    """A closed round; `ratings(position, person)` says how this person rates the session at this position."""
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n}") for n in range(clients)]
    instances = made_instances(clients, pairs, profiles=profiles)
    round = round_of(
        0, people, lena, pairs_version=pairs, rubric_version=version, instances=instances, unaided_share=0
    )
    for item in round.items.all():
        for person in people:
            judge(item, person, says(ratings=ratings(item.position, person)))
    return close_round(round=round, by=lena)


def test_the_total_weighs_the_dimensions_and_every_session_counts_once(ben, chloe, lena):
    version = rubric()
    round = closed(
        lena, [ben, chloe], version,
        lambda position, person: {"specific": 5 if person is ben else 3, "supportive": 2 if position else 4},
    )  # fmt: skip
    found = rated(round)
    specific, supportive = found.dimensions
    assert (specific.text, specific.n, specific.ratings, specific.share) == ("4.00", 6, 12, 0.75)
    assert supportive.estimate == pytest.approx((4 + 5 * 2) / 6)
    assert found.total.estimate == pytest.approx(0.75 * 4 + 0.25 * 14 / 6)
    low, high = found.total.ci
    assert low <= found.total.estimate <= high and "6 clients" in found.total.note


def test_a_dimension_worded_in_reverse_is_turned_in_the_total_and_shown_as_it_was_rated(ben, chloe, lena):
    version = rubric(weight=3, reverse=True)
    round = closed(lena, [ben, chloe], version, lambda *_: {"specific": 5, "supportive": 5})
    found = rated(round)
    assert found.dimensions[1].estimate == 5.0 and found.dimensions[1].reverse
    assert found.total.estimate == 3.0


def test_a_rating_without_every_dimension_is_left_out_of_the_total_and_counted(ben, chloe, lena):
    round = closed(
        lena, [ben, chloe], rubric(),
        lambda _position, person: {"specific": 5} | ({"supportive": 5} if person is ben else {}),
    )  # fmt: skip
    found = rated(round)
    assert found.left_out == 6 and found.total.ratings == 6 and found.dimensions[0].ratings == 12


def test_a_rubric_without_a_total_says_why(ben, chloe, lena):
    version = rubric(weight=None)
    found = rated(closed(lena, [ben, chloe], version, lambda *_: {"specific": 5, "supportive": 5}))
    assert found.total is None and "have a weight" in found.why and len(found.dimensions) == 2


def test_few_clients_give_a_mean_without_an_interval(ben, chloe, lena):
    round = closed(lena, [ben, chloe], rubric(), lambda *_: {"specific": 5, "supportive": 5}, clients=4)
    assert rated(round).total.ci is None and "needs at least 5" in rated(round).total.note


def test_an_open_round_shows_no_ratings_and_a_closed_one_shows_them_with_n(client, ben, chloe, lena, round):
    for person in (ben, chloe):
        judge(round.items.first(), person, says())
    assert rated(round) is None
    client.force_login(lena)
    address = f"/rounds/{round.public_id}/"
    assert "<h2>Ratings</h2>" not in client.get(address).content.decode()
    close_round(round=round, by=lena)
    page = client.get(address).content.decode()
    assert "<h2>Ratings</h2>" in page and "Together" in page and "4.00" in page


def test_a_closed_round_that_nobody_rated_says_nothing_of_ratings(round, lena):
    assert rated(close_round(round=round, by=lena)) is None


def test_the_number_of_queries_does_not_grow(ben, chloe, lena, django_assert_max_num_queries):
    counted = []
    version = rubric()
    pairs = published_pairs()
    for n in (2, 9):
        instances = made_instances(n, pairs)
        round = round_of(
            0, [ben, chloe], lena, pairs_version=pairs, rubric_version=version, instances=instances
        )
        for item in round.items.all():
            judge(item, ben, says())
        round = close_round(round=round, by=lena)
        with django_assert_max_num_queries(10) as asked:
            rated(round)
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_a_rubric_that_the_screen_cannot_show_is_offered_with_the_reason_and_cannot_be_chosen(
    db, django_assert_max_num_queries
):
    published_rubric("comparing", scale="pairwise")
    fits = published_rubric()
    with django_assert_max_num_queries(9):
        shown = str(NewRound()["rubric_version"])
    (unfit,) = [line for line in shown.splitlines() if "disabled" in line]
    assert "compares two texts; these sessions show one" in unfit
    assert f'<option value="{fits.pk}">' in shown
    assert DimensionRevision.objects.count() == 4


def test_what_a_closed_round_rated_is_read_once_and_said_in_each_language(
    ben, chloe, lena, django_assert_num_queries
):
    round = closed(
        lena,
        [ben, chloe],
        rubric(),
        lambda position, _person: {"specific": 1 + position % 5, "supportive": 3},
    )
    first = rated(round)
    with django_assert_num_queries(0):
        assert rated(round) == first
    with override("de"), CaptureQueriesContext(connection) as asked:
        rated(round)
    assert len(asked) > 0, "another language has words of its own"
