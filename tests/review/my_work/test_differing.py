"""Where a reviewer differs over all her sessions: what is counted, what stays out and is named, and when it is too few."""

import pytest

from review.appealing import appeal, grant_appeals
from review.models import Item, Rater
from review.my_work.differing import LEAST, differences
from review.raters import rater_for
from review.rounds import close_round
from review.workflow import adjudicate
from tests.conftest import person
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    published_rubric,
    round_of,
    says,
)

CLIENTS = 6


class Study:
    """Rounds by one guideline, of sessions of six clients."""

    def __init__(self, lead, judge_of_last_resort):
        self.lead, self.dan = lead, judge_of_last_resort
        self.versions = {"pairs_version": published_pairs(), "rubric_version": published_rubric()}
        self.profiles = [client_profile(f"client-{n}") for n in range(CLIENTS)]

    def open(self, n, people, **options):
        made = made_instances(n, self.versions["pairs_version"], profiles=self.profiles)
        options = {"unaided_share": 0, "overlap": len(people)} | self.versions | options
        return round_of(0, people, self.lead, instances=made, **options)

    def settle(self, item, verdict):
        adjudicate(item=item, by=self.dan, verdict=verdict, reason="Read twice.")

    def close(self, round):
        close_round(round=round, by=self.lead)


@pytest.fixture
def study(lena, dan):
    return Study(lena, dan)


def test_under_ten_sessions_nothing_is_said(study, ben, chloe):
    round = study.open(LEAST - 1, [ben, chloe])
    for item in round.items.all():
        for reader in (ben, chloe):
            judge(item, reader, says("accept"))
    study.close(round)
    found = differences(ben)
    assert found.n == LEAST - 1
    assert (found.verdicts, found.mistakes, found.severity, found.ratings) == (None, {}, None, [])


def test_stricter_and_milder_are_counted_against_the_final_word(study, ben, chloe):
    round = study.open(12, [ben, chloe])
    for n, item in enumerate(round.items.all()):
        judge(item, ben, says("reject" if n < 4 else "accept"))
        judge(item, chloe, says("reject" if n == 11 else "accept"))
        if n < 4:
            study.settle(item, "accept")
        if n == 11:
            study.settle(item, "reject")
    study.close(round)
    v = differences(ben).verdicts
    assert (v.n, v.same, v.stricter.part, v.milder.part) == (12, 7, 4, 1)
    assert v.stricter.share == pytest.approx(4 / 12) and v.stricter.clients == CLIENTS
    low, high = v.stricter.ci
    assert 0 < low < 4 / 12 < high < 1
    # The same rounds, seen by Chloe.
    v = differences(chloe).verdicts
    assert (v.same, v.stricter.part, v.milder.part) == (12, 0, 0)


def test_her_own_approved_text_and_what_she_alone_read_are_no_measure_of_her(study, ben, chloe):
    round = study.open(12, [ben, chloe])
    for n, item in enumerate(round.items.all()):
        judge(item, ben, says("edit", f"Stay with it, {n}.") if n < 2 else says("accept"))
        judge(item, chloe, says("accept"))
        if n < 2:
            own = item.decisions.get(rater__user=ben)
            adjudicate(
                item=item, by=study.dan, verdict="edit", approved_edits=[str(own.public_id)], reason="Better."
            )
    study.close(round)
    alone = study.open(3, [ben], overlap=1)
    for item in alone.items.all():
        judge(item, ben, says("reject"))
    study.close(alone)
    found = differences(ben)
    assert found.left_out == {
        "your own text became the final one": 2,
        "nobody else judged the session, so the final word is your own": 3,
    }
    assert found.n == 10 and found.verdicts.n == 10 == found.verdicts.same
    # To Chloe, whose word was not the final one, these two sessions do count.
    assert differences(chloe).verdicts.milder.part == 2


def test_rehearsals_stay_out_and_so_does_what_is_judged_again_after_an_appeal(study, ben, chloe, lena):
    simulated = person("Sim", "annotator")
    Rater.objects.create(kind="simulated", user=simulated)
    rehearsal = study.open(2, [ben, simulated])
    round = study.open(11, [ben, chloe])
    for item in Item.objects.all():
        for reading in item.readings.select_related("seat__rater__user"):
            judge(item, reading.seat.rater.user, says("accept"))
    for one in (rehearsal, round):
        study.close(one)
    first = round.items.first()
    made = appeal(item=first, by=chloe, reason="I saw it too late.")
    others = [rater_for(person(name, "annotator")) for name in ("Noor", "Omar")]
    grant_appeals(appeals=[made], name="Appeals", raters=others, by=lena, **study.versions)
    found = differences(ben)
    assert found.left_out == {"in rehearsals": 2, "judged again after an appeal": 1} and found.n == 10


def test_mistakes_are_compared_with_what_was_settled_where_no_draft_was_shown(study, ben, chloe):
    round = study.open(12, [ben, chloe], arm="unaided")
    advice, small = mistake("premature-advice"), mistake("minimising", (4,), 1)
    for n, item in enumerate(round.items.all()):
        # Advice is there in every session; Ben misses it in three, and sees a thing played down in two.
        hers = ([] if n < 3 else [advice]) + ([small] if n in (5, 6) else [])
        judge(item, ben, says(None, findings=hers))
        judge(item, chloe, says(None, findings=[advice]))
        if hers != [advice]:
            found = [{"mistake": "premature-advice", "utterances": [3], "severity": 2}]
            adjudicate(item=item, by=study.dan, findings=found, reason="It is there.")
    study.close(round)
    found = differences(ben)
    assert set(found.mistakes) == {"unaided"} and found.verdicts is None
    rows = {row.name: row for row in found.mistakes["unaided"]}
    assert set(rows) == {"Gives advice too soon", "Plays the problem down"}
    row = rows["Gives advice too soon"]
    assert (row.found, row.overlooked.part, row.overlooked.n, row.added) == (9, 3, 12, None)
    assert row.overlooked.ci is not None and row.expected_overlooked == pytest.approx(3 / 12)
    row = rows["Plays the problem down"]
    assert (row.found, row.overlooked, row.added.part, row.added.n) == (0, None, 2, 12)
    assert 0 < row.expected_added < 2 / 12 and not row.added_often


def test_with_the_draft_the_reference_is_what_more_than_half_of_the_colleagues_marked(study, ben, chloe):
    noor, omar = person("Noor", "annotator"), person("Omar", "annotator")
    round = study.open(10, [ben, chloe, noor, omar])
    advice, small, cut = (
        mistake("premature-advice"),
        mistake("minimising", (4,)),
        mistake("interrupting", (4,)),
    )
    for item in round.items.all():
        judge(item, ben, says("accept", findings=[small]))
        judge(item, chloe, says("accept", findings=[advice, small]))
        judge(item, noor, says("accept", findings=[advice, cut]))
        judge(item, omar, says("accept", findings=[advice]))
    study.close(round)
    rows = {row.name: row for row in differences(ben).mistakes["aided"]}
    assert rows["Gives advice too soon"].overlooked.part == 10
    # One of three is not more than half: it was not there, and she added it.
    assert rows["Plays the problem down"].added.part == 10
    assert "Interrupts the client" not in rows


def test_what_stands_out_among_many_mistakes_is_marked(study, ben, chloe):
    round = study.open(30, [ben, chloe], arm="unaided")
    advice, small = mistake("premature-advice"), mistake("minimising", (4,))
    for item in round.items.all():
        judge(item, ben, says(None, findings=[advice]))
        judge(item, chloe, says(None, findings=[advice, small]))
        found = [
            {"mistake": key, "utterances": [3], "severity": 2} for key in ("premature-advice", "minimising")
        ]
        adjudicate(item=item, by=study.dan, findings=found, reason="Both are there.")
    study.close(round)
    first, second = differences(ben).mistakes["unaided"][:2]
    assert (first.name, first.overlooked_often) == ("Plays the problem down", True)
    assert (second.name, second.overlooked_often) == ("Gives advice too soon", False)


def test_severity_and_ratings_lean_to_a_side_of_the_colleagues_mean(study, ben, chloe):
    noor = person("Noor", "annotator")
    round = study.open(12, [ben, chloe, noor])
    for item in round.items.all():
        own = [mistake(severity=3), mistake("minimising", (4,), 0)]
        judge(item, ben, says("accept", findings=own, ratings={"specific": 2, "supportive": 4}))
        judge(
            item,
            chloe,
            says("accept", findings=[mistake(severity=1)], ratings={"specific": 3, "supportive": 4}),
        )
        judge(
            item,
            noor,
            says("accept", findings=[mistake(severity=2)], ratings={"specific": 4, "supportive": 4}),
        )
    study.close(round)
    found = differences(ben)
    # What only she marked has no colleague's severity beside it.
    assert found.severity.lean.estimate == pytest.approx(1.5) and found.severity.lean.side == 1
    leans = {row.name: row.lean for row in found.ratings}
    assert leans["Specific"].estimate == pytest.approx(-1.5) and leans["Specific"].side == -1
    assert leans["Supportive"].estimate == 0 == leans["Supportive"].side
    assert leans["Is the session believable?"].n == 12


def test_ratings_whose_levels_have_no_order_are_left_out_and_counted(lena, dan, ben, chloe):
    study = Study(lena, dan)
    levels = [{"value": "warm", "anchor": "Warm."}, {"value": "cold", "anchor": "Cold."}]
    study.versions["rubric_version"] = published_rubric("another", scale="nominal", levels=levels)
    round = study.open(10, [ben, chloe])
    for item in round.items.all():
        for reader in (ben, chloe):
            judge(item, reader, says("accept", ratings={"specific": "warm", "supportive": "cold"}))
    study.close(round)
    found = differences(ben)
    assert found.unordered == 20 and [row.name for row in found.ratings] == ["Is the session believable?"]


def test_nothing_of_an_open_round_is_in_it(study, ben, chloe):
    round = study.open(12, [ben, chloe])
    for item in round.items.all():
        for reader in (ben, chloe):
            judge(item, reader, says("accept"))
    assert differences(ben).n == 0
    study.close(round)
    assert differences(ben).n == 12


def test_the_page_says_what_it_is_and_shows_the_numbers(log_in, study, ben, chloe):
    client = log_in(ben)
    assert (
        "Too few yet: from 10 settled sessions on" in client.get("/desk/mine/differences/").content.decode()
    )
    round = study.open(12, [ben, chloe])
    for n, item in enumerate(round.items.all()):
        judge(item, ben, says("reject" if n < 4 else "accept", findings=[mistake(severity=3)]))
        judge(item, chloe, says("accept"))
        if n < 4:
            study.settle(item, "accept")
    study.close(round)
    page = " ".join(client.get("/desk/mine/differences/").content.decode().split())
    assert "This page is for you alone" in page and "4 of 12 (33 %)" in page
    assert ">higher<" in page and "+1.00</td>" in page and "+1.00 [" not in page and "Chloe" not in page
