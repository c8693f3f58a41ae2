"""A round over sessions that were chosen, and drawn with a chance that is kept."""

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from accounts.models import Grant, Role, TrailEvent
from accounts.roles import Refused
from review.choosing import opening, weighing
from review.choosing.fitting import Wanted
from review.choosing.opening import Choosing, draw, make_chosen_round
from review.models import Choice, ChosenFor, Decision, Item, Rater, Rating, Reading, Round, Seat
from review.raters import rater_for
from review.rounds import CannotMakeRound, close_round
from synthesis.models import Intended, Mark
from tests.conftest import person
from tests.review.factories import (
    client_profile,
    content,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
    says,
)

EVERYTHING = {"disagreement": 1, "novelty": 1, "coverage": 1}


@pytest.fixture
def pairs(db):
    return published_pairs()


@pytest.fixture
def rubric(db):
    return published_rubric()


def chosen_round(people, lena, pairs, rubric, **options):
    about = {
        name: options.pop(name) for name in ("wanted", "most", "random_share", "weights") if name in options
    }
    choosing = Choosing(**{"wanted": Wanted()} | about, asked={"seen": ["never"]})
    given = {"name": "Chosen", "seed": 7, "unaided_share": 0} | options
    return make_chosen_round(
        choosing=choosing, raters=[rater_for(one) for one in people], by=lena, pairs_version=pairs,
        rubric_version=rubric, **given,
    )  # fmt: skip


def revision(pairs, key):
    return pairs.entries.get(pair_revision__pair__key=key).pair_revision


def test_with_no_limit_all_that_fit_are_in_with_certainty(pairs, rubric, ben, chloe, lena):
    made = made_instances(5, pairs)
    Mark.objects.create(instance=made[0], kind="held", by=lena, reason="invented")
    round = chosen_round([ben, chloe], lena, pairs, rubric, weights=EVERYTHING)
    assert set(round.items.values_list("inclusion_probability", flat=True)) == {1.0}
    assert round.items.count() == 4 and not ChosenFor.objects.exists()
    choice = Choice.objects.get(round=round)
    assert (choice.fitted, choice.held, choice.weighed, choice.weights) == (4, 1, 4, {})
    assert choice.wanted == {"seen": ["never"]}


def test_drawn_by_chance_alone_all_have_the_same_chance(pairs, rubric, ben, chloe, lena):
    made_instances(8, pairs)
    for number, options in enumerate(
        ({"random_share": 1.0, "weights": EVERYTHING}, {"weights": {"novelty": 0}})
    ):
        round = chosen_round([ben, chloe], lena, pairs, rubric, most=2, name=f"By chance {number}", **options)
        assert list(round.items.values_list("inclusion_probability", flat=True)) == [0.25, 0.25]
        assert round.choice.random_share == 1 and round.choice.weights == {}
    assert not ChosenFor.objects.exists()


def test_each_item_keeps_its_chance_and_what_it_was_chosen_for(pairs, rubric, ben, chloe, lena):
    advice, minimising = revision(pairs, "premature-advice"), revision(pairs, "minimising")
    made_instances(10, pairs, pair_revision=advice)
    rare = made_instances(10, pairs, pair_revision=minimising)
    judged_already = made_instances(3, pairs, pair_revision=advice)
    earlier = round_of(
        0, [ben, chloe], lena, instances=judged_already, pairs_version=pairs, rubric_version=rubric
    )
    for item in earlier.items.all():
        judge(item, ben, says())
        judge(item, chloe, says())
    close_round(round=earlier, by=lena)
    round = chosen_round(
        [ben, chloe], lena, pairs, rubric, wanted=Wanted(seen="never"), most=10, weights={"coverage": 2}
    )
    items = round.items.select_related("chosen_for")
    assert len(items) == 10
    for item in items:
        is_rare = item.instance_id in {one.pk for one in rare}
        # Ranks .25 and .75, whose cubes are as 1 to 27; the share alike for all is 0.3 · 10 / 20.
        expected = 0.15 + 7 * (27 if is_rare else 1) / 280
        assert item.inclusion_probability == pytest.approx(expected)
        assert item.chosen_for.parts == {"coverage": 0.75 if is_rare else 0.25}
        assert item.chosen_for.reason in ("chance", "coverage")
    assert round.choice.known == {"coverage": 20} and round.choice.weights == {"coverage": 2}


def test_the_chance_kept_is_how_often_a_session_is_drawn(pairs, db):
    """Over many seeds, with everything that a session can be scored by."""
    advice, minimising = revision(pairs, "premature-advice"), revision(pairs, "minimising")
    ids = [one.pk for key in (advice, minimising) for one in made_instances(6, pairs, pair_revision=key)]
    choosing = Choosing(Wanted(), most=4, weights={"coverage": 1})
    drawn = [draw(ids, choosing, seed=seed) for seed in range(200)]
    often, kept = {}, {}
    for one in drawn:
        for session, chance in zip(one.sessions, one.chances, strict=True):
            often[session] = often.get(session, 0) + 1 / 200
            kept[session] = chance
    assert set(often) == set(ids)
    for session, chance in kept.items():
        assert abs(often[session] - chance) < 4 * (chance * (1 - chance) / 200) ** 0.5


def test_where_very_many_fit_totals_stay_unbiased(pairs, db, monkeypatch):
    """Some are drawn first and weighed up; then the chance kept is the product of both draws."""
    monkeypatch.setattr(opening, "MOST_WEIGHED", 8)
    ids = list(range(1, 41))
    of = dict(zip(ids, np.random.default_rng(1).lognormal(sigma=1.2, size=40), strict=True))

    def weigh(some, weights, seed):
        scores = np.array([of[one] for one in some])
        return weighing.Weighed(scores, {"novelty": np.full(len(some), 0.5)}, {"novelty": len(some)})

    monkeypatch.setattr(opening, "weigh", weigh)
    choosing = Choosing(Wanted(), most=4, weights={"novelty": 1})
    totals = []
    for seed in range(3000):
        drawn = draw(ids, choosing, seed=seed)
        assert drawn.weighed == 8 and len(drawn.sessions) == 4
        totals.append(
            sum(of[one] / chance for one, chance in zip(drawn.sessions, drawn.chances, strict=True))
        )
    assert abs(np.mean(totals) - sum(of.values())) < 4 * np.std(totals) / 3000**0.5


def test_the_same_seed_draws_the_same_sessions_for_the_same_reasons(pairs, db):
    ids = [one.pk for one in made_instances(12, pairs)]
    choosing = Choosing(Wanted(), most=4, weights=EVERYTHING)
    one, again, other = (draw(ids, choosing, seed=seed) for seed in (5, 5, 6))
    assert one == again and one.sessions != other.sessions


def test_what_it_was_chosen_for_is_never_changed(pairs, rubric, ben, chloe, lena):
    made_instances(6, pairs)
    round = chosen_round([ben, chloe], lena, pairs, rubric, most=2, weights={"coverage": 1})
    for rows in (ChosenFor.objects.filter(item__round=round), Choice.objects.filter(round=round)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{"reason": "novelty"} if rows.model is ChosenFor else {"fitted": 99})


def test_the_trail_says_how_many_were_drawn_and_not_what_was_asked_for(pairs, rubric, ben, chloe, lena):
    made_instances(6, pairs)
    wanted = Wanted(pairs=(revision(pairs, "premature-advice").pair,))
    round = chosen_round([ben, chloe], lena, pairs, rubric, wanted=wanted, most=2, weights={"coverage": 1})
    event = TrailEvent.objects.get(verb="review.make_chosen_round", name=str(round.public_id))
    assert (event.after["fitted"], event.after["sessions"]) == (6, 2)
    assert "premature" not in str(event.after)


def refused(match, people, lead, pairs, rubric, **options):
    with pytest.raises((CannotMakeRound, Refused), match=match):
        chosen_round(people, lead, pairs, rubric, **options)
    assert not Round.objects.exists() and not Choice.objects.exists() and not Reading.objects.exists()


def test_only_a_lead_chooses(pairs, rubric, ben, chloe, dan):
    made_instances(2, pairs)
    refused("Only a lead", [ben, chloe], dan, pairs, rubric)


def test_a_choice_that_nothing_fits_is_refused_and_says_how_many_are_held(pairs, rubric, ben, chloe, lena):
    made = made_instances(2, pairs)
    refused(
        "No session fits this choice", [ben, chloe], lena, pairs, rubric, wanted=Wanted(recipe="self_play")
    )
    for session in made:
        Mark.objects.create(instance=session, kind="held", by=lena, reason="invented")
    refused("held back and fitting: 2", [ben, chloe], lena, pairs, rubric)


def test_whoever_chose_by_what_was_intended_does_not_judge(pairs, rubric, ben, lena):
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    made_instances(2, pairs)
    wanted = Wanted(pairs=(revision(pairs, "premature-advice").pair,))
    refused("cannot judge them blind", [ben, lena], lena, pairs, rubric, wanted=wanted)
    refused("cannot judge them blind", [ben, lena], lena, pairs, rubric, wanted=Wanted(checks="flagged"))
    lou = person("Lou", Role.LEAD)
    assert chosen_round([ben, lena], lena, pairs, rubric, risk_lead=lou).items.count() == 2


def weighed(sessions, part):
    source = {"disagreement": weighing._disagreement, "coverage": weighing._coverage}[part]
    return source([one.pk for one in sessions])


def test_checks_of_the_run_itself_disagree_where_some_passed_and_others_did_not(pairs):
    def checked(*oks):
        checks = {name: {"ok": ok} for name, ok in zip("abcd", oks, strict=True)}
        return content() | {"refinement": {"outcome": "accepted_as_is", "rounds": [{"checks": checks}]}}

    [same] = made_instances(1, pairs, content=checked(True, True, True, True))
    [half] = made_instances(1, pairs, content=checked(True, False, True, False))
    [none] = made_instances(1, pairs)
    found = weighed([same, half, none], "disagreement")
    assert found[:2] == pytest.approx([0, 4 / 6]) and np.isnan(found[2])


def test_model_raters_disagree_in_verdict_and_in_levels_and_people_do_not_count(
    pairs, rubric, ben, chloe, lena
):
    [session] = made_instances(1, pairs)
    round = round_of(0, [ben, chloe], lena, instances=[session], pairs_version=pairs, rubric_version=rubric)
    item = round.items.get()
    judge(item, ben, says("accept"))
    judge(item, chloe, says("reject"))
    assert np.isnan(weighed([session], "disagreement")).all()
    specific = rubric.entries.get(dimension_revision__dimension__key="specific").dimension_revision
    for n, (verdict, level) in enumerate((("accept", "1"), ("reject", "3"))):
        rater = Rater.objects.create(kind="model", model_name=f"judge-{n}")
        seat = Seat.objects.create(round=round, rater=rater, observer=True)
        reading = Reading.objects.create(
            seat=seat, item=item, order=0, content_hash="0" * 64, send_state="never", judged=True
        )
        said = Decision.objects.filter(item=item, rater__user=ben).values().get()
        said |= {"id": None, "public_id": None, "n": 8 + n, "rater_id": rater.pk, "reading_id": reading.pk}
        said = {name: value for name, value in said.items() if name not in ("id", "public_id", "raw_id")}
        decision = Decision.objects.create(**said | {"verdict": verdict})
        Rating.objects.create(decision=decision, dimension_revision=specific, value=level)
    # Verdicts 0 and 1; a mistake both times; levels 1 and 3 of five, so 0 and 0.5.
    assert weighed([session], "disagreement") == pytest.approx([(1 + 0 + 0.25) / 3])


def test_a_session_of_several_mistakes_goes_by_the_one_judged_least(pairs, rubric, ben, chloe, lena):
    advice, minimising = revision(pairs, "premature-advice"), revision(pairs, "minimising")
    [judged] = made_instances(1, pairs, pair_revision=advice)
    round = round_of(0, [ben, chloe], lena, instances=[judged], pairs_version=pairs, rubric_version=rubric)
    for reader in (ben, chloe):
        judge(round.items.get(), reader, says())
    close_round(round=round, by=lena)
    [one] = made_instances(1, pairs, pair_revision=advice)
    [of_none] = made_instances(1, pairs, pair_revision=None)
    [two] = made_instances(
        1, pairs, pair_revision=advice, state="planned", content=None, made_at=None, digest=""
    )
    Intended.objects.create(instance=two, pair_revision=minimising, position=2)
    found = weighed([one, two, of_none], "coverage")
    assert found[:2] == pytest.approx([1 / 2, 1]) and np.isnan(found[2])


def test_a_part_without_a_weight_is_not_read(pairs, monkeypatch):
    ids = [one.pk for one in made_instances(4, pairs, profiles=[client_profile("noor")])]
    monkeypatch.setattr(weighing, "_novelty", None)
    found = weighing.weigh(ids, {"novelty": 0, "coverage": 1}, seed=1)
    assert set(found.ranks) == {"coverage"} and found.known == {"coverage": 4}


def test_what_was_judged_already_is_the_least_new(pairs, rubric, ben, chloe, lena):
    texts = [
        "I dread the call to my brother.",
        "I lie awake and count the hours.",
        "My manager wants it all at once.",
    ]
    made = []
    for text in texts:
        held = content()
        held["utterances"] = [{"id": 1, "speaker": "client", "text": text}]
        made += made_instances(1, pairs, content=held)
    round_of(0, [ben, chloe], lena, instances=made[:1], pairs_version=pairs, rubric_version=rubric)
    found = weighing.weigh([one.pk for one in made], {"novelty": 1}, seed=1)
    assert found.ranks["novelty"].argmin() == 0
    assert Item.objects.count() == 1
