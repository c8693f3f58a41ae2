"""The table of coverage, as those read it who write the guideline or lead."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Answer
from guidelines import coverage
from guidelines.coverage import Agreement, Coverage, Figure, Share
from guidelines.coverage_table import PAGE, Asked, Line, page
from guidelines.publishing import import_version
from tests.guidelines.conftest import content, many, pair_texts

JUDGED = Coverage(
    made=40,
    accepted=20,
    edited=9,
    rejected=3,
    undecided=2,
    corrected=Share(12, 32, 8, 0.375, (0.221, 0.559)),
    expected=0.33,
    others=0.125,
    agreement=Agreement(Figure(0.61, (0.4, 0.78)), n=34),
    showed=Share(5, 8, 8, 0.625, (0.3, 0.87)),
    missed=Share(1, 6, 4, 1 / 6),
    corrections=4,
    url="/corrections/?guideline=novice-mistakes&pair=forcing-change",
)


@pytest.fixture
def numbers():
    """What is said of each pair; a test fills it."""
    found: dict[str, Coverage] = {}
    before = coverage.connect(
        lambda guideline, keys, alphas: {k: v for k, v in found.items() if not keys or k in keys},
        lambda guideline: [k for k, v in found.items() if v.stands_out],
    )
    yield found
    coverage.connect(*before)


def table(browser, **query) -> str:
    answer = browser.get(reverse("guideline_coverage", args=["novice-mistakes"]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split("<main")[1].split())


def names(text: str) -> list[str]:
    return [cell.split("</a>")[0].split(">")[-1] for cell in text.split('<th scope="row"')[1:]]


def test_a_pair_stands_with_its_numbers_their_ranges_and_its_corrections(log_in, ana, mistakes, numbers):
    numbers["forcing-change"] = JUDGED
    text = table(log_in(ana))
    for figure, n in (("38 % [22, 56]", 32), ("62 % [30, 87]", 8), ("17 %", 6)):
        assert f'{figure}<br><span class="quiet">n={n}</span>' in text
    assert 'α 0.61 [0.40, 0.78]<br>AC1 –<br><span class="quiet">n=34</span>' in text
    assert "2 sessions were still open or in dispute" in text and "All others together: 12 %" in text
    assert 'href="/corrections/?guideline=novice-mistakes&amp;pair=forcing-change"' in text
    assert "4 corrections made in review" in text
    assert "Reviewers keep correcting</h2>" not in text


def test_what_nobody_judged_is_not_recorded_rather_than_zero(log_in, ana, mistakes, numbers):
    numbers["poor-listening"] = Coverage(made=3)
    row = table(log_in(ana), by="made").split('<th scope="row"')[1]
    assert "Poor listening" in row and row.count("not recorded") == 4 and " 0 %" not in row
    good = next(r for r in table(log_in(ana)).split('<th scope="row"')[1:] if "Good practice" in r)
    assert good.count("does not apply") == 2


def test_the_pair_that_reviewers_keep_correcting_is_named_in_words_with_its_corrections(
    log_in, ana, mistakes, numbers
):
    numbers["forcing-change"] = replace(JUDGED, stands_out=True)
    browser = log_in(ana)
    text = table(browser)
    named, _rest = text.split("</section>", 1)
    assert "Reviewers keep correcting</h2>" in named and "Forcing change" in named
    assert "edited or rejected in 38 % [22, 56] n=32; the others together 12 %" in named
    assert "read the corrections" in named and "Poor listening" not in named
    assert text.count("reviewers keep correcting it</span>") == 1
    page = browser.get(reverse("guideline", args=["novice-mistakes"])).content.decode()
    card = next(part for part in page.split("<article") if 'id="forcing-change"' in part)
    assert "reviewers keep correcting it" in card and "40 sessions made" in card
    assert "20 accepted, 9 edited, 3 rejected" in card and "α 0.61 [0.40, 0.78] n=34" in card
    assert "showed as planned in 62 % [30, 87] n=8" in card and "pair=forcing-change" in card
    assert page.count("reviewers keep correcting it") == 1
    assert (
        'reviewers keep correcting</span> <a href="?start=forcing-change#forcing-change">Forcing change</a>'
        in page
    )


def test_a_pair_that_was_dropped_keeps_its_numbers(log_in, ana, mistakes, numbers):
    left = [("forcing-change", pair_texts())]
    import_version(content=content(*left))
    numbers["poor-listening"] = JUDGED
    text = table(log_in(ana))
    assert "Poor listening" in text and "no longer in the guideline" in text


def test_every_column_sorts_both_ways_and_what_has_no_number_comes_last(log_in, ana, mistakes, numbers):
    numbers["forcing-change"] = JUDGED
    numbers["good-practice"] = replace(
        JUDGED, made=7, accepted=1, edited=50, rejected=1, expected=0.9, agreement=Agreement(Figure(0.2)),
        showed=Share(1, 9, 8, 0.1), missed=Share(1, 9, 8, 0.1),
    )  # fmt: skip
    browser = log_in(ana)
    first = {
        "made": 0,
        "accepted": 0,
        "rejected": 0,
        "missed": 0,
        "corrected": 1,
        "edited": 1,
        "agreement": 1,
    }
    for column, which in first.items() | {("showed", 1)}:
        two = ["Forcing change", "Good practice"]
        expected = two[::-1] if which else two
        assert names(table(browser, by=column)) == [*expected, "Poor listening"], column
        turned = names(table(browser, by=column, turned="1"))
        if column not in ("made", "accepted", "edited", "rejected"):
            assert turned == [*expected[::-1], "Poor listening"], column
        else:
            assert turned == ["Poor listening", *expected[::-1]], column
    assert names(table(browser, by="name")) == ["Forcing change", "Good practice", "Poor listening"]
    assert 'aria-sort="descending"' in table(browser) and 'aria-sort="ascending"' in table(browser, by="name")


def test_words_find_and_pages_hold_fifty(log_in, ana, numbers, db):
    import_version(content=many(120))
    browser = log_in(ana)
    asked = table(browser, by="name")
    assert len(names(asked)) == PAGE and "Earlier ones" not in asked and "start=50" in asked
    last = table(browser, by="name", start="100")
    assert len(names(last)) == 20 and "Later ones" not in last and "start=50" in last
    found = table(browser, words="mistake 11")
    assert sorted(names(found))[:2] == ["Mistake 11", "Mistake 110"] and "11 of 120 fit." in found
    assert names(table(browser, by="name", start="999", words="mistake 7")) == names(
        table(browser, by="name", words="MISTAKE 7")
    )


def test_nonsense_in_the_address_asks_for_nothing(log_in, ana, mistakes, numbers):
    assert len(names(table(log_in(ana), by="password", start="-1", turned="maybe", words="\0"))) == 3


def test_a_page_asks_the_database_no_more_for_thirty_pairs_than_for_three(log_in, ana, mistakes, numbers):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            table(browser)
        return len(queries)

    browser = log_in(ana)
    few = asked()
    import_version(content=many(30))
    assert asked() == few


def test_hostile_names_are_inert(log_in, ana, numbers, db):
    import_version(content=content(("bad", pair_texts("<script>alert(1)</script>"))))
    assert "<script>alert" not in table(log_in(ana))


def test_who_judges_is_refused_whatever_else_she_is_and_told_why(log_in, ana, mistakes):
    before = coverage.connect(
        lambda *_asked: {}, sways=lambda user, guideline: Answer("You judge by it now.")
    )
    try:
        browser = log_in(ana)
        answer = browser.get(reverse("guideline_coverage", args=["novice-mistakes"]))
        assert answer.status_code == 403 and "You judge by it now." in answer.content.decode()
        text = browser.get(reverse("guideline", args=["novice-mistakes"])).content.decode()
        assert "You judge by it now." in text and "sessions made" not in text
    finally:
        coverage.connect(*before)


def test_a_rubric_has_no_coverage(log_in, ana, rubric, numbers):
    assert log_in(ana).get(reverse("guideline_coverage", args=["feedback-quality"])).status_code == 404


def test_not_connected_says_so(log_in, ana, mistakes):
    before = coverage.connect(None)
    try:
        assert "not connected" in table(log_in(ana))
    finally:
        coverage.connect(*before)


def test_a_column_head_turns_the_order_it_already_has():
    asked = Asked(by="made", start=50, words="x")
    assert asked.sorted_by("made") == Asked(by="made", turned=True, words="x")
    assert asked.sorted_by("edited") == Asked(by="edited", words="x")
    assert page([Line("a", "A", False, False, Coverage())], Asked()).after == ""
