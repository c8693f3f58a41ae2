"""What a lead reads, and cannot misread."""

import re

import pytest

from review.agreeing import drawing, paradox
from review.agreeing.telling import landis_koch
from review.templatetags.figures import coefficients
from tests.review.factories import judge, mistake, published_pairs, round_of, says
from tests.review.test_pages import words


def get(client, round, place="", **asked):
    answer = client.get(f"/agreement/{place}", {"round": round.public_id, **asked})
    assert answer.status_code == 200
    return answer


@pytest.fixture
def lopsided(ben, chloe, lena):
    """Forty sessions of ten clients; in two Ben alone finds a mistake, in two others Chloe alone."""
    from tests.review.agreeing.conftest import sessions

    pairs = published_pairs()
    instances = sessions(40, pairs, clients=10)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0)
    for n, item in enumerate(round.items.order_by("position")):
        for who, alone in ((ben, (3, 17)), (chloe, (8, 30))):
            judge(item, who, says("accept", findings=[mistake()] if n in alone else []))
    return round


def test_high_agreement_with_a_low_alpha_is_explained_in_words(lopsided, lena, log_in):
    page = words(get(log_in(lena), lopsided))
    assert "High agreement, low α: why" in page and "paradox" in page
    # Of 40 pairs 36 agree; 76 of 80 answers are “no”: α = 1 − (8/80) / (2·76·4 / (80·79)) = −0.04.
    assert "the same answer in 90 % of cases, and yet α is -0.04" in page
    assert "95 % of all answers are “no”" in page
    answers = words(get(log_in(lena), lopsided, "answers/", question="any_mistake"))
    assert "the same answer in 90 % of cases" in answers and "Yes 5 %" in answers


def test_each_answer_has_its_agreement_with_an_interval(lopsided, lena, log_in):
    """Of 4 answers “yes” no other reader says yes; of 76 “no” 72 meet another: 2·36 / (2·36 + 4) = .947."""
    page = get(log_in(lena), lopsided, "answers/", question="any_mistake")
    found = {line["name"]: line["agreement"] for line in page.context["specific"]}
    assert found["yes"]["estimate"] == 0 and found["yes"]["n_ratings"] == 4
    # Said in sessions of four clients: none of four says little, and nothing of an interval without width.
    assert found["yes"]["ci"] is None and "fewer than 5" in found["yes"]["note"]
    assert found["no"]["estimate"] == pytest.approx(72 / 76) and found["no"]["ci"][0] < 72 / 76
    diagonal = {row["name"]: row["cells"][n]["share"] for n, row in enumerate(page.context["matrix"])}
    assert diagonal == pytest.approx({name: one["estimate"] for name, one in found.items()})
    assert "Guessing is not taken out" in words(page)


def test_marks_are_told_from_the_same_turns_to_a_turn_in_common(closed, lena, log_in):
    page = get(log_in(lena), closed, "marks/")
    (label,) = page.context["labels"]
    # Of 24 sessions 18 have the same mark of both, six of one alone.
    assert (label["n_sessions"], label["n_readings"]) == (24, 42)
    assert label["f1_exact"]["estimate"] == pytest.approx(2 * 18 / 42)
    said = words(page)
    assert (
        "name the same in exactly the same turns" in said
        and "In 0 of the pairs neither marked anything" in said
    )
    assert "Alpha for unitizing and gamma are for words chosen within a turn" in said
    behind = log_in(lena).get(label["url"])
    assert behind.status_code == 200 and behind.context["part"] == "Gives advice too soon"


def test_a_dimension_says_which_correlation_answers_what(closed, lena, log_in):
    page = words(get(log_in(lena), closed))
    assert "Could another reviewer's single score take the place of this one?" in page.replace("&#x27;", "'")
    assert "every rating is the same" in page  # here all rate 4: nothing can be said


def test_where_alpha_is_low_because_readers_differ_there_is_no_paradox(judged):
    from review.agreeing import kept

    figures = kept.current(judged).part("whole")["aided"]["verdict"]
    assert figures["krippendorff_alpha"]["estimate"] < 0 and not paradox.is_paradox(figures)


def test_a_fair_share_of_both_answers_is_no_paradox():
    figures = {
        "percent_agreement": {"estimate": 0.9}, "krippendorff_alpha": {"estimate": 0.8},
        "gwet_ac": {"estimate": 0.8, "method": "AC1"}, "prevalence": [["no", 0.5], ["yes", 0.5]],
    }  # fmt: skip
    assert paradox.in_words(figures, str) == ""
    assert "undefined" in paradox.in_words(
        figures | {"percent_agreement": {"estimate": 1.0}, "krippendorff_alpha": {"estimate": None},
                   "prevalence": [["no", 1.0], ["yes", 0.0]]}, str,
    )  # fmt: skip


def test_words_are_of_the_lower_bound_and_ac_has_none():
    assert [landis_koch([low, 0.99]) for low in (0.81, 0.61, 0.41, 0.21, 0.1, -0.2)] == [
        "almost perfect", "substantial", "moderate", "fair", "slight", "poor",
    ]  # fmt: skip
    assert landis_koch(None) == ""
    one = {"estimate": 0.95, "ci": [0.3, 0.99], "method": "", "note": ""}
    told = {
        line["name"]: str(line["words"])
        for line in coefficients({"krippendorff_alpha": one, "gwet_ac": one, "fleiss_kappa": one,
                                  "percent_agreement": one, "brennan_prediger": one})
    }  # fmt: skip
    assert told == {
        "Krippendorff α": "too low or too uncertain to rely on", "Gwet AC": "", "Fleiss κ": "fair",
        "percent agreement": "", "Brennan–Prediger": "",
    }  # fmt: skip


def test_two_who_read_nothing_in_common_have_an_empty_cell(ben, chloe, noor, lena, log_in):
    from tests.review.factories import made_instances

    pairs = published_pairs()
    round = round_of(
        0, [ben, chloe, noor], lena, pairs_version=pairs, instances=made_instances(6, pairs), overlap=2,
        unaided_share=0,
    )  # fmt: skip
    for item in round.items.all():
        readers = {reading.seat.rater.user for reading in item.readings.all()}
        if readers != {ben, noor}:
            for who in readers:
                judge(item, who, says())
    page = words(get(log_in(lena), round, "reviewers/"))
    assert "the two read no session in common" in page
    html = get(log_in(lena), round, "reviewers/").content.decode()
    assert html.count('title="no session in common"') == 2  # Ben with Noor, and Noor with Ben


def test_n_and_the_missing_share_stand_beside_every_line(judged, lena, log_in):
    html = get(log_in(lena), judged, "reviewers/", question="verdict").content.decode()
    assert "n=8" in html and "missing" in words(get(log_in(lena), judged, "by/pair/"))


def test_the_worst_mistake_comes_first_with_its_number(closed, lena, log_in):
    page = get(log_in(lena), closed, "by/pair/", question="verdict")
    lines = page.context["lines"]
    assert [line.differs["shrunken"] for line in lines] == sorted(
        (line.differs["shrunken"] for line in lines), reverse=True
    )
    assert all(line.differs["n"] == 8 for line in lines)


def test_every_number_leads_to_its_sessions(closed, lena, log_in):
    client = log_in(lena)
    page = get(client, closed, "by/pair/", question="verdict")
    for line in page.context["lines"]:
        behind = client.get(line.url)
        assert behind.status_code == 200 and behind.context["total"] == line.figures["n_paired"]
        assert behind.context["part"] == line.name
    for row in get(client, closed, "answers/", question="verdict").context["matrix"]:
        for cell in row["cells"]:
            assert client.get(cell["url"]).context["total"] == cell["pairs"]
    for one in get(client, closed, "rates/", by="pair").context["verdicts"]:
        assert client.get(one["url"]).context["total"] == one["sessions"]


def test_the_browser_opens_on_the_worst_with_both_readings(closed, lena, log_in):
    page = get(log_in(lena), closed, "sessions/")
    rows = page.context["rows"]
    assert page.context["total"] == 24 and len(rows) == 20
    apart = [row.apart for row in rows]
    assert apart == sorted(apart, reverse=True) and apart[0] > apart[-1] == 0
    first = rows[0]
    assert {one.decision.verdict for one in first.said} == {"accept", "reject"}
    assert "/guidelines/novice-mistakes/discussion/" in page.content.decode()
    further = log_in(lena).get(page.context["request"].path + page.context["more_url"])
    assert len(further.context["rows"]) == 4


def test_a_session_in_dispute_leads_to_its_dispute(judged, dan, lena, log_in):
    from django.utils import timezone

    from accounts.models import Grant, Role
    from review.models import Round

    Grant.objects.create(user=dan, role=Role.LEAD)
    # Resolutions open; a lead who may settle there still waits for the end of the round.
    Round.objects.filter(pk=judged.pk).update(resolutions_from=timezone.now())
    assert log_in(dan).get("/agreement/sessions/", {"round": judged.public_id}).status_code == 403
    page = get(log_in(lena), judged, "sessions/")
    assert "in dispute" in words(page) and "An adjudicator settles it." in words(page)
    assert "/disputes/" not in page.content.decode()


def test_addresses_keep_their_filters(closed, lena, log_in):
    html = get(log_in(lena), closed, "by/pair/", question="believable", arm="aided").content.decode()
    kept = re.findall(r'href="(/agreement/reviewers/\?[^"]+)"', html)
    assert kept and "question=believable" in kept[0] and f"round={closed.public_id}" in kept[0]
    nonsense = get(log_in(lena), closed, "by/pair/", question="'; --", arm="pair", cut="x", after="-1")
    assert "Premature" in words(nonsense) or "Gives advice too soon" in words(nonsense)


def test_an_interval_is_drawn_with_its_numbers_in_words():
    drawn = drawing.interval(0.741, [0.612, 0.838])
    assert 'aria-label="0.74, 95 % interval from 0.61 to 0.84"' in drawn and "hollow" not in drawn
    assert "hollow" in drawing.interval(0.5, None) and "no interval" in drawing.interval(0.5, None)
    assert drawing.interval(None, None) == ""
    # From −0.2 to 1 over 164 of 180 units, from the eighth on: 0.4 lies in the middle, and the square begins 4 before.
    assert 'x="86.0"' in drawing.interval(0.4, [0.1, 0.7])
    assert "<path" in drawing.interval(-0.1, [-0.5, 0.3]) and "<path" not in drawing.interval(0.4, [0.1, 0.7])


def test_rates_are_those_of_the_judgements(closed, lena, log_in):
    (whole,) = get(log_in(lena), closed, "rates/").context["verdicts"]
    assert (whole["n"], whole["sessions"]) == (48, 24)
    assert (whole["accept"]["hits"], whole["edit"]["hits"], whole["reject"]["hits"]) == (42, 0, 6)
    low, high = whole["reject"]["ci"]
    assert low < 6 / 48 < high
    page = words(get(log_in(lena), closed, "rates/"))
    assert "88 %" in page and "Half" in page


def test_rounds_stand_beside_each_other_by_version(closed, lena, log_in):
    get(log_in(lena), closed)
    page = get(log_in(lena), closed, "rounds/", question="verdict")
    (line,) = page.context["beside"]
    assert line["figures"]["n_items"] == 24 and "November" in words(page)
