"""What a report says of reply preferences: gaps, ties, inversions, who wins, and judges that tell nothing apart."""

import pytest
from django.urls import reverse

from accounts.models import Role
from synthesis import cast, planning, quality
from synthesis.models import ModelRole
from synthesis.quality import alarms, presenting, side_by_side
from synthesis.quality.means import Means
from synthesis.quality.own import Own, values_of
from synthesis.recipes.preference_words import MEASURES
from synthesis.shapes.preference import PRINCIPLES
from tests.conftest import person
from tests.synthesis.replies_to_clients import Writers, speech


def rating(by_number: dict, reading=1, judge="judge-1", own=0, flat=False) -> dict:
    scores = [dict.fromkeys(PRINCIPLES, most) for most in by_number.values()]
    return {
        "judge": judge,
        "reading": reading,
        "order": list(by_number),
        "scores": scores,
        "own": own,
        "flat": flat,
    }


def content(pairs=(), dropped=(), ratings=(rating({1: 4, 2: 3}),), models=("a", "b")) -> dict:
    return {
        "replies": [{"n": n, "model": m, "scores": {"safety": 2 + n}} for n, m in enumerate(models, start=1)],
        "pairs": [
            {"chosen": c, "rejected": r, "gap": gap, "safety_inversion": worse} for c, r, gap, worse in pairs
        ],
        "dropped": [{"replies": two, "why": why, "gap": gap} for two, why, gap in dropped],
        "ratings": list(ratings),
    }


def told(*contents) -> dict:
    own = Own(MEASURES)
    for one in contents:
        own.take(values_of(one, MEASURES))
    return {"recipe": "reply_preference", "own": own.told()}


def found(*contents) -> dict:
    return {name: one["found"] for name, one in told(*contents)["own"].items()}


def warned(*contents) -> list[str]:
    return [one["words"] for one in alarms._own(told(*contents))]


KEPT = content(pairs=[(1, 2, 1.5, False)])


def test_ties_are_counted_beside_what_was_kept_and_every_gap_is_in_the_distribution():
    mixed = content(
        pairs=[(1, 2, 1.5, False)],
        dropped=[
            ([1, 3], "tie", 0.0),
            ([2, 3], "close", 0.43),
            ([1, 4], "unrated", None),
            ([2, 4], "order", 0.0),
        ],
        models=("a", "b", "a", "c"),
    )
    lines = found(mixed, KEPT)
    assert {why: (one["part"], one["n"]) for why, one in lines["twos"].items()} == {
        "kept": (2, 6), "tie": (1, 6), "close": (1, 6), "order": (1, 6), "same-words": (0, 6), "unrated": (1, 6),
    }  # fmt: skip
    assert lines["gaps"]["counts"] == {"0.0": 2, "0.43": 1, "1.5": 2} and lines["gaps"]["median"] == 0.43
    assert (lines["results"]["pairs"]["part"], lines["results"]["none"]["part"]) == (2, 0)


def test_how_often_a_model_wins_is_of_each_client_once_and_a_tie_counts_half():
    lines = found(
        content(pairs=[(1, 2, 1, False), (1, 3, 1, False)], dropped=[([2, 3], "tie", 0.0)], models="abc"),
        content(pairs=[(2, 1, 1, False)]),
    )
    wins = lines["wins"]
    assert (wins["a"]["mean"], wins["b"]["mean"], wins["c"]["mean"]) == (0.5, (0.25 + 1) / 2, 0.25)
    assert [wins[model]["n"] for model in "abc"] == [2, 2, 1] and wins["a"]["low"] is None
    assert next(iter(wins)) == "b", "the highest first"


def test_of_five_clients_and_more_a_mean_has_students_interval_over_clients():
    means = Means()
    for value in (0.0, 0.5, 0.5, 1.0, 1.0):
        means.take([("m", value), ("m", value)])
    one = means.told()["m"]
    # Mean 0.6, standard deviation √0.175, t(4) = 2.776.
    assert one["n"] == 5 and one["high"] - one["mean"] == pytest.approx(2.776 * (0.175 / 5) ** 0.5, abs=1e-3)


def test_two_replies_of_one_model_win_and_lose_for_it():
    wins = found(content(pairs=[(1, 2, 1, False)], models=("a", "a")))["wins"]
    assert wins["a"]["mean"] == 0.5


def test_safety_inversions_are_a_share_of_what_was_kept_and_alarm_where_there_are_many():
    inverted = content(pairs=[(1, 2, 1, True), (1, 2, 1, False)])
    assert (
        found(inverted)["inversions"]["inverted"]["part"] == 1
        and found(inverted)["inversions"]["inverted"]["n"] == 2
    )
    assert any("preferred replies are rated less safe" in words for words in warned(*[inverted] * 20))
    assert not any("less safe" in words for words in warned(*[KEPT] * 40, inverted))


def test_a_judge_that_tells_nothing_apart_or_goes_by_the_order_alarms():
    flat = content(ratings=[rating({1: 4, 2: 4}, flat=True)], dropped=[([1, 2], "tie", 0.0)])
    assert any("the same score for everything" in words for words in warned(*[flat] * 10, *[KEPT] * 10))
    turned = content(
        ratings=[rating({1: 4, 2: 3}), rating({2: 5, 1: 3}, reading=2)], dropped=[([1, 2], "order", 0.0)]
    )
    lines = found(turned, content(ratings=[rating({1: 4, 2: 3}), rating({2: 3, 1: 3}, reading=2)]))
    assert (lines["turned"]["turned"]["part"], lines["turned"]["turned"]["n"]) == (1, 2)
    assert lines["places"]["1"]["mean"] > lines["places"]["2"]["mean"]
    assert any("the other way round" in words for words in warned(*[turned] * 12))


def test_who_rates_its_own_words_and_whom_nobody_rates_alarms_at_the_first():
    own = content(ratings=[rating({1: 4, 2: 3}, own=1)])
    assert any("replies that their own model rated" in words for words in warned(own))
    unrated = content(ratings=[], dropped=[([1, 2], "unrated", None)])
    assert any("replies that no judge could rate" in words for words in warned(unrated))
    assert warned(KEPT, KEPT) == []


@pytest.fixture
def run(endpoint, drive):
    endpoint(Writers(judge=lambda text, place: 1 + sum(map(ord, text)) % 5))
    for n in range(1, 5):
        row = {"role": f"reply-{n}", "endpoint": cast.environment_endpoint(), "model": f"writer-{n}"}
        ModelRole.objects.create(**row)
    words = (
        "I sort his letters by colour now.",
        "The tram is always full when I am sad.",
        "My hands shake at the till.",
    )
    clients = [speech(f"client-{n}", text) for n, text in enumerate(words)]
    run = planning.plan(recipe="reply_preference", profiles=clients, samples=2)
    drive(run)
    return run


def test_the_page_shows_these_lines_and_two_runs_are_compared_by_them(run, log_in):
    report = quality.report(run)
    assert report["own"]["results"]["found"]["pairs"]["n"] == 6
    assert set(report["own"]["wins"]["found"]) == {f"writer-{n}" for n in range(1, 5)}
    lena = log_in(person("lena@example.org", Role.LEAD))
    page = lena.get(reverse("run_quality", args=[run.public_id])).content.decode()
    for title in ("Gap between two replies", "How often each model is preferred", "Is the preferred reply the safer one?",
                  "Two replies to one client", "Does the order decide?", "writer-3", "stage of change"):  # fmt: skip
        assert title in page
    whole = report | {"verdicts": {"withheld": "-"}}
    rows = {line.key: line for line in side_by_side.lines(whole, whole)}
    assert rows["own.inversions.inverted"].a is not None and "writer-1" in rows["own.wins.writer-1"].label
    titles = [section.title for section in presenting.sections(whole)]
    assert "Labels against each other" not in titles
    # A reply is no turn of a talk: nothing is missed of one.
    assert report["talking"]["kinds"]["incomplete"]["sessions"]["part"] == 0
    assert (
        report["lengths"]["words"]["client"]["n"] == 0 and report["lengths"]["words"]["counsellor"]["n"] == 24
    )


def test_a_lead_reads_the_replies_the_ratings_and_why_two_make_no_pair(run, log_in):
    lena = log_in(person("lena@example.org", Role.LEAD))
    one = run.instances.first()
    page = lena.get(reverse("instance", args=[one.public_id])).content.decode()
    assert "The replies" in page and f"Reply 1 ({one.content['replies'][0]['model']}):" in page
    assert (
        "What the judges prefer" in page
        and "From a gap of 1 on, in the weighted mean of the principles." in page
    )
    assert "Reviewers compare reply" in page and "Every rating" in page and "reading 2, in the order" in page
    asked = lena.get(reverse("run_plan") + "?recipe=reply_preference").content.decode()
    assert 'name="own_replies"' in asked and "no, unless one model plays everybody" in asked
    assert 'name="weight_safety"' in asked and "I sort his letters" in asked
    assert lena.get(reverse("run", args=[run.public_id])).status_code == 200
    assert "writer of replies, place 4 of the pool" in page
