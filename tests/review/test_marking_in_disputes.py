"""An adjudicator marks a mistake that no reader marked, or corrects what a reader marked: on both steps of a dispute."""

import html
import re

import pytest

from accounts.models import Role, TrailEvent
from review import disputes, overturning
from review.disputes import Dispute
from review.models import Decision, FirstJudgement, SecondJudgement, SecondReading
from review.my_work.telling import told
from review.rounds import close_round
from review.standing import Rule
from review.workflow import MOST_MARKS, CannotSettle, adjudicate, judge_again, reading_again
from tests.conftest import person
from tests.review.factories import judge, mistake, round_of, says, settle, standings
from tests.review.test_pages import text, words

OWN = {"mistake": "minimising", "utterances": [5], "severity": 3}
THEIRS = {"mistake": "interrupting", "utterances": [3], "severity": 2}
SETTLING = {"reason": "It is at turn 5.", "error_type": "overlooked", "unsafe": "no"}


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(10, [ben, chloe], lena)


@pytest.fixture
def disputed(round, ben, chloe):
    """Read without the draft: Ben marks an interruption at turn 3, Chloe nothing."""
    item = round.items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2,))]))
    judge(item, chloe, says(None, findings=[]))
    return item


def found(item) -> list[tuple]:
    """What stands: (mistake, turns, severities)."""
    return [(f["mistake"], f["utterances"], f["severities"]) for f in standings(item)["findings"][1]]


def part(n, *, mistake="", turns=(), severity="") -> dict:
    """One part of the form as a page sends it."""
    return {f"mark-{n}-mistake": mistake, f"mark-{n}-turns": [str(one) for one in turns],
            f"mark-{n}-severity": str(severity)}  # fmt: skip


MINIMISING = part(0, mistake="minimising", turns=[5], severity=3)


class Steps:
    """Dan at the page of one dispute."""

    def __init__(self, client, item):
        self.client, self.item = client, item

    def get(self):
        return self.client.get(f"/disputes/{self.item.public_id}/")

    def send(self, given: dict, **more):
        return self.client.post(f"/disputes/{self.item.public_id}/", given, follow=True, **more)

    def first(self, **given):
        """`any_mistake` and what else he says before anything is revealed."""
        page = text(self.get())
        about = re.search(r'name="about" value="([0-9a-f]+)"', page)[1]
        return self.send({"step": "first", "about": about, "any_mistake": "no", "unsafe": "no"} | given)


@pytest.fixture
def steps(log_in, disputed, dan):
    return Steps(log_in(dan), disputed)


def value(page, name) -> str | list | None:
    return page.context["form"][name].value()


# What is marked stands.


def test_a_mistake_that_no_reader_marked_stands_beside_what_was_picked(disputed, dan):
    decision = settle(disputed, dan, ["interrupting"], marked=[OWN])
    assert found(disputed) == [("interrupting", [3], [2]), ("minimising", [5], [3])]
    rows = [(f.pair_revision.pair.key, f.utterances, f.severity) for f in decision.findings.all()]
    assert rows == [("interrupting", [3], 2), ("minimising", [5], 3)]


def test_what_is_not_in_the_guideline_can_be_marked_too(disputed, dan):
    decision = settle(disputed, dan, [], marked=[OWN | {"mistake": "other"}])
    assert found(disputed) == [("other", [5], [3])] and decision.findings.get().pair_revision is None


def test_a_readers_finding_is_right_at_other_turns_and_less_serious(disputed, dan):
    settle(disputed, dan, [], marked=[THEIRS | {"utterances": [1, 5], "severity": 1}])
    assert found(disputed) == [("interrupting", [1, 5], [1])]


def test_the_same_mistake_elsewhere_is_no_duplicate_of_a_picked_one(disputed, dan):
    settle(disputed, dan, ["interrupting"], marked=[THEIRS | {"utterances": [5], "severity": 1}])
    assert found(disputed) == [("interrupting", [3, 5], [1, 2])]


@pytest.mark.parametrize(
    "marked, why",
    [
        ([OWN | {"mistake": "invented"}], "not in this guideline version"),
        ([OWN | {"utterances": []}], "Plays the problem down: say in which turns"),
        ([OWN | {"utterances": [4]}], "no turn 4 of the counsellor"),  # the client's
        ([OWN | {"utterances": [7]}], "no turn 7 of the counsellor"),
        ([OWN | {"utterances": [0]}], "no turn 0 of the counsellor"),
        ([OWN | {"severity": 4}], "how serious it is"),
        ([OWN | {"severity": None}], "how serious it is"),
        ([OWN, OWN | {"severity": 1}], "stands twice in turn 5"),
        ([OWN | {"utterances": [5, 5]}], "stands twice in turn 5"),
        ([THEIRS], "Interrupts the client stands twice in turn 3"),
        ([THEIRS | {"utterances": [3, 5], "severity": 0}], "stands twice in turn 3"),
        ([OWN] * (MOST_MARKS + 1), f"more than {MOST_MARKS}"),
    ],
)
def test_a_mark_is_taken_as_strictly_as_a_readers(disputed, dan, marked, why):
    with pytest.raises(CannotSettle, match=why):
        settle(disputed, dan, ["interrupting"], marked=marked)
    assert standings(disputed)["findings"] == ("disputed", None)
    assert Decision.objects.readers().count() == Decision.objects.count()


def test_the_verb_is_as_strict_as_the_page(disputed, dan):
    with pytest.raises(CannotSettle, match="not in this guideline version"):
        adjudicate(item=disputed, by=dan, findings=[OWN | {"mistake": "invented"}], reason="So.")
    with pytest.raises(CannotSettle, match="stands twice"):
        adjudicate(item=disputed, by=dan, findings=[THEIRS, THEIRS], reason="So.")


# What he marks first.


def test_what_dan_marks_before_anything_is_revealed_is_kept_with_its_place(disputed, dan):
    first = Dispute(disputed).judge_first(by=dan, mistakes=["minimising"], marks=[OWN])
    assert first.answers == {"mistakes": ["minimising"], "marks": [OWN]}
    again = Dispute(disputed).judge_first(by=dan, mistakes=[], marks=[])
    assert again == first


def test_a_wrong_mark_is_not_kept_first_either(disputed, dan):
    with pytest.raises(CannotSettle, match="no turn 4"):
        Dispute(disputed).judge_first(by=dan, mistakes=["minimising"], marks=[OWN | {"utterances": [4]}])
    assert not FirstJudgement.objects.exists()


def test_dan_marks_first_and_finds_it_filled_in_when_he_settles(steps, disputed):
    page = steps.first(any_mistake="yes", **MINIMISING)
    said = {"mistakes": ["minimising"], "marks": [OWN], "unsafe": False}
    assert FirstJudgement.objects.get().answers == said
    assert "One reader" in words(page) and value(page, "mark-0-mistake") == "minimising"
    assert value(page, "mark-0-turns") == [5] and value(page, "mark-0-severity") == 3
    assert value(page, "finding") == []


def test_what_dan_marked_as_a_reader_did_is_ticked(steps, disputed):
    page = steps.first(any_mistake="yes", **part(0, mistake="interrupting", turns=[3], severity=2))
    assert value(page, "finding") == [Dispute(disputed).proposed[0].token]
    assert page.context["form"].parts == []


def test_marked_elsewhere_than_the_reader_did_it_is_his_own_part(steps, disputed):
    page = steps.first(any_mistake="yes", **part(0, mistake="interrupting", turns=[5], severity=2))
    assert value(page, "finding") == [] and value(page, "mark-0-turns") == [5]


def test_a_mistake_only_named_that_no_reader_marked_waits_to_be_placed(steps):
    """It used to be lost when he settled."""
    page = steps.first(any_mistake="yes", finding=["minimising", "interrupting"])
    assert len(value(page, "finding")) == 1 and value(page, "mark-0-mistake") == "minimising"
    refused = steps.send(MINIMISING | part(0, mistake="minimising") | SETTLING | {"any_mistake": "yes"})
    assert refused.status_code == 400 and "Tick the turns in which it is." in words(refused)


def test_the_first_step_tells_nothing_by_its_parts(steps, disputed):
    page = steps.first(add="1", any_mistake="yes")
    assert not FirstJudgement.objects.exists()
    assert "Ben" not in words(page) and "One reader" not in words(page)
    assert 'name="correct"' not in text(page)
    # Nor does it to one who asks for it all the same: a token can be computed from a guess.
    token = Dispute(disputed).proposed[0].token
    hit, missed = (words(steps.first(correct=one, any_mistake="yes")) for one in (token, "0" * 16))
    assert hit == missed and not FirstJudgement.objects.exists()


# By clicking, without JavaScript.


def test_dan_adds_a_mistake_and_settles_by_clicking(steps, disputed, lena, ben):
    page = steps.first(any_mistake="no")
    assert "Add another mistake" in words(page) and "mark-0-mistake" not in text(page)
    token = Dispute(disputed).proposed[0].token
    given = SETTLING | {"any_mistake": "yes", "finding": [token]}
    page = steps.send(given | {"add": "1"})
    assert page.status_code == 200 and 'name="mark-0-mistake"' in text(page) and "autofocus" in text(page)
    assert value(page, "reason") == SETTLING["reason"] and value(page, "finding") == [token]
    assert "5 · It is only a call." in words(page) and "I suppose so." not in _turns(page)
    page = steps.send(given | MINIMISING | {"add": "1"})
    assert value(page, "mark-0-turns") == ["5"] and value(page, "mark-1-mistake") == ""
    answer = steps.send(given | MINIMISING | part(1))  # the second part is left empty
    assert "Settled" in words(answer)
    assert found(disputed) == [("interrupting", [3], [2]), ("minimising", [5], [3])]
    close_round(round=disputed.round, by=lena)
    assert [(row.name, row.added) for row in told(disputed, ben).mistakes] == [
        ("Interrupts the client", False),
        ("Plays the problem down", True),
    ]


def _turns(page) -> str:
    return " ".join(str(one) for one in page.context["form"].fields["mark-0-turns"].choices)


def test_dan_corrects_a_readers_finding_by_clicking(steps, disputed):
    steps.first(any_mistake="no")
    token = Dispute(disputed).proposed[0].token
    given = SETTLING | {"any_mistake": "yes", "finding": [token]}
    page = steps.send(given | {"correct": token})
    assert value(page, "finding") == [] and value(page, "mark-0-mistake") == "interrupting"
    assert value(page, "mark-0-turns") == [3] and value(page, "mark-0-severity") == 2
    steps.send(SETTLING | {"any_mistake": "yes"} | part(0, mistake="interrupting", turns=[5], severity=1))
    assert found(disputed) == [("interrupting", [5], [1])]


def test_a_part_is_taken_out_and_the_others_stay(steps):
    steps.first(any_mistake="no")
    second = part(1, mistake="other", turns=[1], severity=0)
    page = steps.send(SETTLING | {"any_mistake": "yes", "drop": "0"} | MINIMISING | second)
    assert [one.n for one in page.context["form"].parts] == [1]
    assert value(page, "mark-1-mistake") == "other" and value(page, "reason") == SETTLING["reason"]


@pytest.mark.parametrize(
    "sent, why",
    [
        (part(0, mistake="minimising", severity=3), "Tick the turns in which it is."),
        (part(0, mistake="minimising", turns=[5]), "Say how serious it is."),
        (part(0, turns=[5], severity=3), "Choose which mistake it is, or take this part out."),
        (part(0, mistake="minimising", turns=[4], severity=3), "Select a valid choice"),
        (part(0, mistake="minimising", turns=[99], severity=3), "Select a valid choice"),
        (part(0, mistake="minimising", turns=[5], severity=9), "Select a valid choice"),
        (part(0, mistake="invented", turns=[5], severity=3), "Select a valid choice"),
        (part(0, mistake="interrupting", turns=[3, 5], severity=1), "stands twice in turn 3"),
        (MINIMISING | part(1, mistake="minimising", turns=[5], severity=0), "stands twice in turn 5"),
        ({name: v for n in range(MOST_MARKS + 1)
          for name, v in part(n, mistake="minimising", turns=[5], severity=3).items()}, "more than 20"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_words_and_everything_stays_filled_in(
    steps, disputed, sent, why
):
    steps.first(any_mistake="no")
    token = Dispute(disputed).proposed[0].token
    page = steps.send(SETTLING | {"any_mistake": "yes", "finding": [token]} | sent)
    assert page.status_code == 400 and why in html.unescape(words(page))
    assert standings(disputed)["findings"] == ("disputed", None)
    for name, was in sent.items():
        assert value(page, name) == was, name
    assert value(page, "reason") == SETTLING["reason"] and value(page, "finding") == [token]


def test_a_mark_with_the_answer_that_there_is_no_mistake_is_refused(steps, disputed):
    refused = steps.first(any_mistake="no", **MINIMISING)
    assert refused.status_code == 400 and "Tick what stands" in words(refused)
    assert not FirstJudgement.objects.exists()


def test_findings_that_changed_meanwhile_are_looked_at_again(steps, disputed, ben):
    steps.first(any_mistake="no")
    token = Dispute(disputed).proposed[0].token
    judge(disputed, ben, says(None, findings=[mistake("interrupting", (4,))]), minutes=1)
    given = SETTLING | {"any_mistake": "yes", "finding": [token]} | MINIMISING
    page = steps.send(given)
    assert page.status_code == 400 and "The findings changed meanwhile" in words(page)
    assert value(page, "mark-0-turns") == ["5"] and standings(disputed)["findings"][0] == "disputed"
    page = steps.send(given | {"correct": token})
    assert "The findings changed meanwhile" in words(page) and [p.n for p in page.context["form"].parts] == [
        0
    ]


def test_where_no_findings_are_asked_nothing_can_be_marked(round, ben, chloe, dan, log_in):
    item = round.items.filter(arm="aided").first()
    judge(item, ben, says())
    judge(item, chloe, says("edit", "Stay with the hesitation."))
    page = Steps(log_in(dan), item).get()
    assert 'name="add"' not in text(page) and "mark-" not in text(page)


# Where it is read.


def test_readers_learn_that_it_was_added_and_their_own_that_it_was_corrected(disputed, dan, ben, chloe, lena):
    settle(disputed, dan, [], marked=[OWN, THEIRS | {"utterances": [5], "severity": 1}])
    close_round(round=disputed.round, by=lena)
    rows = {row.key: row for row in told(disputed, ben).mistakes}
    assert (rows["interrupting"].hers, rows["interrupting"].others) == ("turn 3, serious", "turn 5, minor")
    assert (rows["minimising"].hers, rows["minimising"].others) == ("", "turn 5, harmful")
    assert rows["minimising"].added and not rows["interrupting"].added
    # What Chloe did not mark, but Ben did, was not added.
    assert [row.added for row in told(disputed, chloe).mistakes] == [False, True]


def test_the_page_of_her_work_says_that_no_reader_marked_it(disputed, dan, ben, lena, log_in):
    settle(disputed, dan, ["interrupting"], marked=[OWN])
    close_round(round=disputed.round, by=lena)
    page = words(log_in(ben).get(f"/desk/mine/{disputed.public_id}/"))
    assert page.count("no reader marked it; it was added when this was settled") == 1


def test_the_trail_says_that_it_was_settled_and_never_what_was_marked(disputed, dan):
    settle(disputed, dan, [], marked=[OWN])
    event = TrailEvent.objects.get(verb="review.adjudicate")
    assert event.by == dan and event.after == {"settled": ["findings"]}


@pytest.fixture
def dora(db, monkeypatch):
    """A second adjudicator, who is given every dispute."""
    monkeypatch.setattr(reading_again, "ONE_IN", 1)
    return person("Dora", Role.ADJUDICATOR)


@pytest.mark.parametrize(
    "within, hers, otherwise",
    [
        (None, [OWN], False),
        (None, [OWN | {"utterances": [1]}], False),  # the round does not say how near marks must lie
        (2, [OWN | {"utterances": [3]}], False),
        (2, [OWN | {"utterances": [1]}], True),
        (None, [OWN | {"mistake": "other"}], True),
        (None, [], True),
    ],
)
def test_a_second_adjudicator_marks_too_and_is_compared(ben, chloe, dan, dora, lena, within, hers, otherwise):
    round = round_of(10, [ben, chloe], lena, rule=Rule(marks_within=within))
    item = round.items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2,))]))
    judge(item, chloe, says(None, findings=[]))
    settle(item, dan, [], marked=[OWN])
    # What Dan added is nothing that a reader said: she is not shown it.
    assert [p.mistake for p in disputes.of(item, dora).proposed] == ["interrupting"]
    settle(item, dora, [], marked=hers)
    assert SecondJudgement.objects.get().answer["findings"] == hers
    assert found(item) == [("minimising", [5], [3])]
    assert (overturning.of(round).n, overturning.of(round).overturned) == (1, int(otherwise))


def test_a_second_adjudicators_marks_are_taken_as_strictly(disputed, dan, dora):
    settle(disputed, dan, [], marked=[OWN])
    with pytest.raises(CannotSettle, match="no turn 4"):
        judge_again(
            by=dora, second=SecondReading.objects.get(), findings=[OWN | {"utterances": [4]}], reason="So."
        )
    assert not SecondJudgement.objects.exists()
