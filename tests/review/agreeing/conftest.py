"""A round with the shapes that are misread: one answer that nearly everybody gives, sessions that not all read, mistakes of
several kinds, and clients enough for an interval.
"""

import pytest

from accounts.models import Role
from guidelines.models import PairRevision
from tests.conftest import person
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)


@pytest.fixture
def noor(db):
    return person("Noor", Role.ANNOTATOR)


def sessions(n: int, pairs, *, clients: int):
    """Of each mistake of the guideline in turn, of so many clients."""
    profiles = [client_profile(f"client-{i:02d}") for i in range(clients)]
    revisions = list(PairRevision.objects.filter(pair__guideline=pairs.guideline).order_by("pk"))
    made = []
    for i in range(n):
        made += made_instances(
            1, pairs, profiles=[profiles[i % clients]], pair_revision=revisions[i % len(revisions)]
        )
    return made


@pytest.fixture
def judged(ben, chloe, noor, lena):
    """Twenty-four sessions of eight clients, eight of each of three mistakes; each read by two of Ben, Chloe and Noor. Noor
    rejects the first six that she reads, where her colleague accepts; everything else is accepted.
    """
    pairs = published_pairs()
    round = round_of(
        0, [ben, chloe, noor], lena, pairs_version=pairs, instances=sessions(24, pairs, clients=8),
        overlap=2, unaided_share=0,
    )  # fmt: skip
    rejected = 0
    for item in round.items.order_by("position"):
        for reading in item.readings.select_related("seat__rater__user").order_by("pk"):
            who = reading.seat.rater.user
            verdict = "accept"
            if who == noor and rejected < 6:
                verdict, rejected = "reject", rejected + 1
            judge(item, who, says(verdict, findings=[mistake()] if verdict == "accept" else []))
    return round


@pytest.fixture
def closed(judged, lena):
    from review.rounds import close_round

    return close_round(round=judged, by=lena)
