"""What the draft does to marks and to agreement, counted by hand and with planted differences."""

import numpy as np
import pytest

from review.agreeing import anchored, kept
from review.agreeing.reading import read
from review.marked import Marks, marks
from tests.review.agreeing.shapes import a_round_of_months
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)
from tests.review.test_pages import words


@pytest.fixture
def round(ben, chloe, lena):
    """With the draft both name one mistake in turn 3; without it they name none, but that Chloe does in every second."""
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n:02d}") for n in range(10)]
    instances = made_instances(60, pairs, profiles=profiles)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0.5)
    for n, item in enumerate(round.items.order_by("arm", "position")):
        for who in (ben, chloe):
            if item.arm == "aided":
                judge(item, who, says("accept", findings=[mistake()]))
            else:
                judge(item, who, says(None, findings=[mistake()] if who == chloe and n % 2 else []))
    return round


def line(lines, statistic, question=""):
    (found,) = [one for one in lines if (one["question"], one["statistic"]) == (question, statistic)]
    return found


def test_how_many_mistakes_and_turns_are_marked_with_the_draft_and_without_it(round):
    found = anchored.of_marks(marks(round), 7)
    named = line(found, "mistakes_named")
    assert (named["aided"], named["unaided"]) == (1.0, pytest.approx(0.25))
    assert named["estimate"] == pytest.approx(0.75) and named["ci"][0] < 0.75 < named["ci"][1]
    assert (named["n_aided"], named["n_unaided"]) == (30, 30)
    both = line(found, "f1_turns")
    assert (both["aided"], both["unaided"]) == (1.0, pytest.approx(0.5))
    assert line(found, "turns_marked")["estimate"] == pytest.approx(
        line(found, "turns_marked")["aided"] * 0.75
    )


def test_readers_who_saw_the_same_draft_agree_more_and_that_is_told(round):
    found = anchored.of_agreement(read(round), 7)
    same = line(found, "percent_agreement", "any_mistake")
    assert (same["aided"], same["unaided"]) == (1.0, pytest.approx(0.5))
    assert same["estimate"] == pytest.approx(0.5) and 0 < same["ci"][0] < 0.5
    alpha = line(found, "krippendorff_alpha", "any_mistake")
    assert alpha["aided"] is None and alpha["estimate"] is None and "undefined" in alpha["note"]


def test_from_under_five_clients_without_the_draft_there_is_no_interval():
    def arm(clients, n):
        return Marks(
            [
                (f"{clients}-{i}", who, {"a": {1}} if (i + who) % 3 else {}, i % clients)
                for i in range(n)
                for who in (1, 2)
            ],
            {f"{clients}-{i}": (1, 2, 3) for i in range(n)},
        )

    found = anchored.of_marks({"aided": arm(30, 60), "unaided": arm(4, 12)}, 1)
    assert all(one["ci"] is None and "at least 5 clients" in one["note"] for one in found)
    found = anchored.of_marks({"aided": arm(30, 60), "unaided": arm(6, 12)}, 1)
    assert any(one["ci"] for one in found)


def test_a_planted_difference_of_marks_is_held_by_most_intervals():
    held, rng = 0, np.random.default_rng(5)
    for seed in range(60):

        def arm(chance, n, rng=rng):
            rows = [
                (i, who, {"a": {1}} if rng.random() < chance else {}, i % 40)
                for i in range(n)
                for who in (1, 2)
            ]
            return Marks(rows, dict.fromkeys(range(n), (1, 2, 3, 4)))

        found = anchored.of_marks({"aided": arm(0.7, 120), "unaided": arm(0.4, 80)}, seed)
        low, high = line(found, "mistakes_named")["ci"]
        held += low <= 0.3 <= high
    assert held >= 52  # of 60 with the chance .95 fewer come up in one of ten thousand


def test_one_way_of_reading_has_nothing_to_compare():
    assert anchored.of_marks({"aided": Marks()}, 1) == []


def test_the_page_and_the_files_tell_it(lena, log_in):
    round, client = a_round_of_months(lena, n=60), log_in(lena)
    page = client.get("/agreement/", {"round": round.public_id})
    assert "What else the draft does to its readers" in words(page)
    told = kept.current(round).part("beside")["anchored"]
    assert len(page.context["anchored"]) == len(told["marks"]) + len(told["agreement"]) > 3
    found = client.get("/agreement/figures.json", {"round": round.public_id}).json()["anchored"]
    assert [one["estimate"] for one in found["marks"]] == [one["estimate"] for one in told["marks"]]
    lines = client.get("/agreement/figures.csv", {"round": round.public_id}).content.decode()
    assert "anchoring of marks,aided minus unaided,,,turns_marked" in lines
    assert "anchoring of agreement,aided minus unaided,any_mistake,,krippendorff_alpha" in lines
