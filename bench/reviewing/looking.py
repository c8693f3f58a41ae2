"""The pages of the review at its size: the road, a round, the desk, while the round is open and when it is closed.

The first look at an agreement computes it, which is told apart; what is kept from then on is kept here too.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from unittest.mock import patch

from bench.pages import FLOOR, Measured, expect, timed
from bench.reviewing.study import Study

MOST_MS = 200  # what the issue asks of a page's 95th percentile


@dataclass
class Place:
    """A study and its people's browsers."""

    study: Study
    browsers: dict = field(default_factory=dict)

    def get(self, who: str, path: str):
        return expect(self.browsers[who].get(path), 200)

    @property
    def page(self) -> str:
        return f"/rounds/{self.study.round.public_id}/"


def place_of(study: Study) -> Place:
    from django.test import Client

    place = Place(study)
    people = {"lead": study.lead, "reader": study.readers[0], "adjudicator": study.adjudicator}
    for who, user in people.items():
        place.browsers[who] = Client()
        place.browsers[who].force_login(user)
    return place


def looks_open(place: Place) -> dict[str, Callable]:
    from review import disputes

    dispute = disputes.longest_waiting(place.study.adjudicator, 1)[0].public_id
    return {
        FLOOR: lambda: place.get("lead", "/healthz"),
        "home of a lead": lambda: place.get("lead", "/"),
        "home of a reviewer": lambda: place.get("reader", "/"),
        "the road": lambda: place.get("lead", "/road/"),
        "the road, every 4 s": lambda: place.get("lead", "/road/progress/"),
        "rounds": lambda: place.get("lead", "/rounds/"),
        "a round, open": lambda: place.get("lead", place.page),
        "desk": lambda: place.get("reader", "/desk/"),
        "disputes": lambda: place.get("adjudicator", "/disputes/"),
        "a dispute": lambda: place.get("adjudicator", f"/disputes/{dispute}/"),
        "API: rounds": lambda: place.get("lead", "/api/rounds/"),
    }


def looks_closed(place: Place) -> dict[str, Callable]:
    own = place.study.round.items.count() * 2 // len(place.study.readers)  # well within those she read
    return {
        FLOOR: lambda: place.get("lead", "/healthz"),
        "the road, round closed": lambda: place.get("lead", "/road/"),
        "rounds, round closed": lambda: place.get("lead", "/rounds/"),
        "a round, closed": lambda: place.get("lead", place.page),
        "my work": lambda: place.get("reader", "/desk/mine/"),
        "my work, far down": lambda: place.get("reader", f"/desk/mine/?before={own}"),
        "corrections": lambda: place.get("lead", "/corrections/"),
    }


def agreement(place: Place) -> dict[str, Callable]:
    """The first look computes everything, as there is no worker here that would; the others find it kept."""
    chosen = f"?round={place.study.round.public_id}"
    pages = {
        "agreement": "", "agreement: mistakes": "by/pair/", "agreement: marks": "marks/",
        "agreement: reviewers": "reviewers/", "agreement: answers": "answers/",
        "agreement: over time": "by/time/", "agreement: rates": "rates/",
        "agreement: the worst sessions": "sessions/", "agreement: for a paper": "methods/",
    }  # fmt: skip
    return {FLOOR: lambda: place.get("lead", "/healthz")} | {
        name: lambda path=path: place.get("lead", f"/agreement/{path}{chosen}")
        for name, path in pages.items()
    }


def measure(looks: dict[str, Callable], *, rounds: int) -> dict[str, Measured]:
    """Every look once a round, so that a busy minute falls on all; the first round, of caches, is left out."""
    found = {name: Measured() for name in looks}
    for round in range(rounds + 1):
        print(f"looking, round {round} of {rounds}", file=sys.stderr)
        for name, look in looks.items():
            timed(look, found[name] if round else Measured())
    return found


def _has_been_watched(place: Place) -> None:
    """What is added up once is: it is settled a while after it came."""
    from django.utils import timezone

    from synthesis.adding_up import SETTLED

    now = timezone.now()
    for later in (now, now + 2 * SETTLED):
        with patch("django.utils.timezone.now", return_value=later):
            place.get("lead", "/road/")
            place.get("lead", place.page)


def stages(study: Study, *, rounds: int, agreed: bool) -> Iterator[dict[str, Measured]]:
    """All looks at a study, whose round is closed on the way: while it is open, when it is closed, its agreement.
    Each has the floor of its own time, and can be told as soon as it is there.
    """
    from config.warming import warm
    from review.rounds import close_round

    place = place_of(study)
    # As a web process begins. What made the study is in none; looked through again and again, it would cost its pages.
    warm()
    _has_been_watched(place)
    yield measure(looks_open(place), rounds=rounds)
    closing = Measured()
    timed(lambda: close_round(round=study.round, by=study.lead), closing)
    yield {"closing the round": closing} | measure(looks_closed(place), rounds=rounds)
    if agreed:
        looks, first = agreement(place), Measured()
        timed(looks["agreement"], first)
        yield {"agreement, computed by the first look": first} | measure(looks, rounds=rounds)
