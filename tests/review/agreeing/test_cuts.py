"""A round cut into parts, counted by hand."""

import numpy as np
import pytest

from review.agreeing import computing, kept
from review.agreeing.behind import Wanted, sessions
from review.agreeing.cuts import CUTS, month, periods, week
from review.agreeing.reading import read


def parts(round, cut, question="verdict"):
    return kept.current(round).part(cut)["aided"][question]


def test_each_mistake_has_its_sessions_and_together_they_are_all(judged):
    found = parts(judged, "pair")
    assert [one["n_items"] for one in found] == [8, 8, 8]
    assert sum(one["differs"]["hits"] for one in found) == 6
    for one in found:
        assert one["percent_agreement"]["estimate"] == pytest.approx(1 - one["differs"]["hits"] / 8)


def test_each_two_reviewers_have_the_sessions_that_both_read(judged, ben, chloe, noor):
    found = {one["key"]: one for one in parts(judged, "readers")}
    assert set(found) == {"0+1", "0+2", "1+2"} and sum(one["n_paired"] for one in found.values()) == 24
    # Raters are numbered in the order of their keys: Noor, made last, is the third. She alone rejects.
    assert found["0+1"]["percent_agreement"]["estimate"] == 1
    assert found["0+2"]["differs"]["hits"] + found["1+2"]["differs"]["hits"] == 6
    assert found["0+1"]["krippendorff_alpha"]["estimate"] is None


def test_the_share_that_differs_is_drawn_toward_the_mean_of_all(judged):
    found = parts(judged, "readers")
    shares = [one["differs"]["share"] for one in found]
    drawn = [one["differs"]["shrunken"] for one in found]
    assert all(min(shares) <= one <= max(shares) for one in drawn)
    assert max(drawn) - min(drawn) < max(shares) - min(shares)


def test_every_number_of_sessions_is_that_of_the_list_behind_it(judged):
    known = kept.current(judged)
    for cut in CUTS:
        for question, found in known.part(cut)["aided"].items():
            for one in found:
                wanted = Wanted("aided", question, (cut, one["key"]))
                listed, _score = sessions(known.table, wanted)
                assert len(listed) == one["n_paired"], (cut, one["key"], question)
                everyone, _score = sessions(
                    known.table, Wanted("aided", question, (cut, one["key"]), None, True)
                )
                assert len(everyone) == one["n_items"]


def test_two_answers_have_as_many_pairs_of_readers_as_sessions_here(judged):
    known = kept.current(judged)
    matrix = known.part("whole")["aided"]["verdict"]["confusion"]
    assert matrix["levels"] == ["accept", "edit", "reject"]
    assert matrix["pairs"] == [[18, 0, 6], [0, 0, 0], [6, 0, 0]]
    # Of 42 answers “accept” the other reader said accept beside 36; that is the specific agreement.
    assert matrix["shares"][0] == [pytest.approx(36 / 42), 0, pytest.approx(6 / 42)]
    assert matrix["shares"][1] == [None, None, None] and matrix["shares"][2][2] == 0
    listed, _score = sessions(known.table, Wanted("aided", "verdict", None, ("accept", "reject")))
    assert len(listed) == 6


def test_a_short_round_is_cut_into_weeks_and_a_long_one_into_months(judged):
    table = read(judged)
    assert (week(0), month(0)) == ("1970-W01", "1970-01")
    ((only, rows),) = periods(table)
    assert "-W" in only and rows.all()
    days = table.at + 100 * (table.of % 2)
    long = computing.replace(table, at=days.astype(np.int32))
    assert [len(name) for name, _rows in periods(long)] == [7, 7]
    assert sum(rows.sum() for _name, rows in periods(long)) == 48


def test_a_mistake_that_a_reader_does_not_name_is_told_by_name(judged):
    (only,) = kept.current(judged).part("named")["aided"]
    assert (only["n_items"], only["differs"]["hits"]) == (24, 6)
    assert dict(only["prevalence"])["yes"] == pytest.approx(42 / 48)
