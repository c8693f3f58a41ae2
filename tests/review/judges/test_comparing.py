"""A judge beside the people of a round: the figures, from what is stored, are those that can be worked out by hand."""

import numpy as np
import pytest

from accounts.models import Role
from review.agreeing.figures import agreements
from review.judges import comparing
from review.models import Decision
from review.rounds import close_round
from tests.conftest import person
from tests.review import factories, invented
from tests.review.judges.answering import aided, always, in_turn, pair


@pytest.fixture
def people(ben, chloe):
    """Three who judge, as the alternative annotator test wants."""
    return [ben, chloe, person("Noor", Role.ANNOTATOR)]


def many(n, people, lena, **options):
    """A round of n sessions of ten clients, read by all."""
    pairs = factories.published_pairs()
    profiles = [factories.client_profile(f"client-{k}") for k in range(10)]
    return factories.round_of(
        0, people, lena, pairs_version=pairs, overlap=len(people), unaided_share=0.0,
        instances=factories.made_instances(n, pairs, profiles=profiles), **options,
    )  # fmt: skip


def by_session(level_of):
    """A scripted judge whose level depends on the session that it reads, by the week that is named in it."""

    def script(number, body):
        words = body["messages"][1]["content"]
        week = int(words.split("after week ")[1].split("?")[0])
        return always(aided(level=str(level_of(week))))(number, body)

    return script


def week_of(item) -> int:
    return int(item.instance.content["utterances"][0]["text"].split("week ")[1].rstrip("?"))


def figures(round, name="specific", arm="aided"):
    [one] = comparing.judges(round)
    return one["arms"][arm][name]


def test_a_judge_that_says_one_level_more_than_people_is_so_far_above_them_with_a_slope_of_one(
    people, lena, ask, read
):
    round = many(10, people, lena)
    for item in round.items.all():
        for n, who in enumerate(people):
            level = 1 + (week_of(item) + (n == 0)) % 3
            factories.judge(item, who, factories.says(ratings={"specific": level, "supportive": 2}))
    read(ask(round, by_session(lambda week: 2 + week % 3)))
    found = figures(round)
    means = {w: np.mean([1 + (w + (n == 0)) % 3 for n in range(3)]) for w in range(10)}
    expected = np.mean([2 + w % 3 - means[w] for w in range(10)])
    assert found["bias"]["estimate"] == pytest.approx(expected) and found["bias"]["ci"]
    apart = [2 + w % 3 - means[w] for w in range(10)]
    limits = found["limits"]
    assert limits["bias"]["estimate"] == pytest.approx(expected) and limits["bias"]["ci"]
    assert limits["upper_limit"]["estimate"] == pytest.approx(expected + 1.96 * np.std(apart, ddof=1))
    assert all(one["ci"] for one in found["agreement"]["judge_with_each"])
    x, y = [means[w] for w in range(10)], [2 + w % 3 for w in range(10)]
    assert found["slope"]["estimate"] == pytest.approx(np.polyfit(x, y, 1)[0])
    flat = figures(round, "supportive")
    assert flat["slope"]["estimate"] is None and "do not vary" in flat["slope"]["note"]
    assert found["n_shared"] == 10 and found["n_people"] == 3


def test_with_thirty_sessions_and_three_people_there_is_the_test_and_with_fewer_the_reason(
    people, lena, ask, read
):
    round = many(30, people, lena)
    for item in round.items.all():
        for who in people:
            factories.judge(
                item, who, factories.says(ratings={"specific": 1 + week_of(item) % 5, "supportive": 3})
            )
    read(ask(round, by_session(lambda week: 1 + week % 5)))
    test = figures(round)["alternative_annotator"]
    assert test["winning_rate"] == 1.0 and test["advantage"] == 1.0
    assert [(one["person"], one["n"], one["is_won"]) for one in test["people"]] == [
        (n, 30, True) for n in (1, 2, 3)
    ]
    # Its other level: always 4 or so beside people's 3, so nobody is won against.
    off = figures(round, "supportive")["alternative_annotator"]
    assert off["winning_rate"] == 0.0


def test_with_two_people_the_page_says_why_there_is_no_test(round, ask, read, ben, chloe, lena, log_in):
    for item in round.items.all():
        factories.judge(item, ben, factories.says())
        factories.judge(item, chloe, factories.says())
    read(ask(round, always(aided())))
    test = figures(round)["alternative_annotator"]
    assert test["winning_rate"] is None and "at least 3 people" in test["note"]
    shown = log_in(lena).get(f"/rounds/{round.public_id}/judges/").content.decode()
    assert "no test: it takes at least 3 people" in shown


def test_repeats_are_one_rater_whose_mean_counts_and_whose_spread_is_told(round, ask, read, ben, chloe):
    for item in round.items.all():
        factories.judge(item, ben, factories.says(ratings={"specific": 3, "supportive": 3}))
        factories.judge(item, chloe, factories.says(ratings={"specific": 3, "supportive": 3}))
    seen = {}

    def script(number, body):
        words = body["messages"][1]["content"]
        seen[words] = seen.get(words, 0) + 1
        return always(aided(level="2" if seen[words] == 1 else "4"))(number, body)

    read(ask(round, script, repeats=2))
    found = figures(round)
    # Levels 2 and 4 of every session: their variance is 2, their mean is what people say.
    assert found["within"]["estimate"] == pytest.approx(2) and found["within"]["readings"] == 8
    assert found["bias"]["estimate"] == pytest.approx(0) and found["n_items"] == 4


def test_what_people_call_unsafe_and_the_judge_does_not_is_missed(people, lena, ask, read):
    round = many(12, people, lena)
    for item in round.items.all():
        unsafe = week_of(item) < 6
        factories.judge(item, people[0], factories.says(unsafe=unsafe))
        factories.judge(item, people[1], factories.says())

    def script(number, body):
        week = int(body["messages"][1]["content"].split("after week ")[1].split("?")[0])
        return always(aided(unsafe=week in (0, 1, 2, 3, 7)))(number, body)

    read(ask(round, script))
    [one] = comparing.judges(round)
    missed, alarms = one["safety"]["missed"], one["safety"]["false_alarms"]
    assert (
        (missed["n"], missed["seen"]) == (6, 2) and missed["share"] == pytest.approx(2 / 6) and missed["ci"]
    )
    assert (alarms["n"], alarms["seen"]) == (6, 1)
    assert one["unsafe"] == 5


def test_where_it_misses_nothing_the_bound_is_three_over_n(people, lena, ask, read):
    round = many(10, people, lena)
    for item in round.items.all():
        factories.judge(item, people[0], factories.says(unsafe=True))
    read(ask(round, always(aided(unsafe=True))))
    [one] = comparing.judges(round)
    assert one["safety"]["missed"]["seen"] == 0 and one["safety"]["missed"]["bound"] == pytest.approx(0.3)
    assert one["safety"]["false_alarms"]["share"] is None


def test_a_preference_that_changes_with_the_position_is_a_tie_and_is_counted(ben, chloe, lena, ask, read):
    round = invented.round_of("reply_preference", 4, [ben, chloe], lena)
    for item in round.items.all():
        factories.judge(item, ben, invented.says("reply_preference"))
        factories.judge(item, chloe, invented.says("reply_preference"))
    read(ask(round, always(pair("first", level="first"))))
    [one] = comparing.judges(round)
    assert (one["position"]["seen"], one["position"]["n"]) == (4, 4)
    preferred = one["arms"]["pair"]["preferred"]
    # Ben says "a", the judge in all "no difference": alpha is 1 − 1 / (2 · 4 · 4 / (8 · 7)).
    assert preferred["agreement"]["judge_with_each"][0]["estimate"] == pytest.approx(-0.75)
    assert preferred["alternative_annotator"]["people"][0]["judge"] == 0


def test_a_preference_that_holds_in_both_positions_is_kept(ben, chloe, lena, ask, read):
    round = invented.round_of("reply_preference", 3, [ben, chloe], lena)
    for item in round.items.all():
        factories.judge(item, ben, invented.says("reply_preference"))
        factories.judge(item, chloe, invented.says("reply_preference"))

    def prefers_a(number, body):
        words = body["messages"][1]["content"]
        a_is_first = words.index(invented.TEXTS["a"]) < words.index(invented.TEXTS["b"])
        return always(pair("first" if a_is_first else "second", level="first" if a_is_first else "second"))(
            number, body
        )

    read(ask(round, prefers_a))
    [one] = comparing.judges(round)
    assert one["position"]["seen"] == 0
    said = one["arms"]["pair"]["preferred"]["alternative_annotator"]["people"]
    assert {left["judge"] for left in said} == {1.0}
    assert {d.preferred for d in Decision.objects.filter(rater__kind="model")} == {"a"}


def test_a_repeat_of_which_one_position_was_refused_is_left_out(ben, chloe, lena, ask, read):
    from tests.fakes.model_server import REFUSED

    round = invented.round_of("reply_preference", 1, [ben, chloe], lena)
    judging = ask(round, in_turn(pair("first"), REFUSED))
    read(judging)
    [one] = comparing.judges(round)
    assert one["outcomes"] == {"judged": 1, "refused": 1}
    assert one["position"] is None and one["arms"]["pair"]["preferred"]["n_items"] == 0


def test_figures_are_of_the_people_who_were_blind_and_stay_when_the_round_is_closed(
    round, ask, read, ben, chloe, lena
):
    for item in round.items.all():
        factories.judge(item, ben, factories.says())
        factories.judge(item, chloe, factories.says("reject"))
    read(ask(round, always(aided())))
    before = comparing.judges(round)
    close_round(round=round, by=lena)
    round.refresh_from_db()
    assert comparing.judges(round) == before
    assert agreements(round)["aided"]["verdict"]["n_raters"] == 2


def test_how_many_queries_it_takes_depends_on_neither_judges_nor_sessions(
    round, ask, read, ben, chloe, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    read(ask(round, always(aided())))
    with CaptureQueriesContext(connection) as one:
        comparing.judges(round)
    read(ask(round, always(aided("reject")), temperature=0.1))
    read(ask(round, always(aided("reject")), temperature=0.2, repeats=3))
    with django_assert_num_queries(len(one)):
        comparing.judges(round)
