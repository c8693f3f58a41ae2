"""Whatever a lead is asked about a round reaches the round, on each of the pages that open one."""

import inspect

import pytest

from config.pages.stale_forms import Reread
from review.choosing.forms import RoundOfChosen
from review.forms import NO_OPTIONS, Granting, NewRound
from review.rounds import make_round
from tests.conftest import person
from tests.review.factories import round_of


@pytest.mark.parametrize("make", [NewRound, RoundOfChosen, Reread, Granting])
def test_each_field_of_the_form_is_an_option_of_the_verb(make, ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena)
    given = {
        "name": "Again", "reviewers": [ben.public_id, chloe.public_id], "rubric_version": round.rubric_version_id,
        "pairs_version": round.pairs_version_id, "overlap": 2, "doubly_read": 50, "unaided_share": 20, "repeat_share": 5,
        "known_answers": 3, "certification": "required", "verdict_rule": "majority", "levels_within": 1,
        "risk_lead": person("Lou", "lead").public_id,
    }  # fmt: skip
    more = {"like": round} if make is Granting else {}
    form = make(given, **more)
    form.is_valid()
    options = form.options()
    asked = set(form.fields) - set(NO_OPTIONS) - set(form.errors)
    assert asked == set(options) - {"rule"}
    assert set(options) <= set(inspect.signature(make_round).parameters)
    assert (
        options["certification"] == "required"
        and options["rule"].majority
        and options["rule"].levels_within == 1
    )
    assert set(form.errors) <= {"runs"}, form.errors


@pytest.mark.parametrize("make", [NewRound, RoundOfChosen, Reread, Granting])
def test_each_question_stands_under_one_heading(make, ben, chloe, lena):
    form = make(**({"like": round_of(2, [ben, chloe], lena)} if make is Granting else {}))
    under = [field.name for _heading, fields in form.groups() for field in fields]
    assert sorted(under) == sorted(form.fields)
