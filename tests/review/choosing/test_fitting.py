"""Which sessions fit what a lead asks for."""

from itertools import product

import pytest

from accounts.models import Grant, ReviewerRecord, Role
from review.choosing.fitting import Wanted, at_risk, fitting
from review.matching import carried
from review.rounds import close_round
from synthesis.models import Instance, Intended, Mark, Run
from tests.conftest import person
from tests.review.factories import (
    client_profile,
    content,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
)


@pytest.fixture
def pairs(db):
    return published_pairs()


def revision(pairs, key):
    return pairs.entries.get(pair_revision__pair__key=key).pair_revision


def fits(lena, **wanted) -> set[int]:
    return set(fitting(Wanted(**wanted), lena).sessions.values_list("pk", flat=True))


def ids(made) -> set[int]:
    return {one.pk for one in made}


def a_run(pairs, serial, model="small", **fields) -> Run:
    values = {"recipe": "supervised_dialogue", "version": pairs, "model_specs": {"client": {"model": model}}}
    return Run.objects.create(serial=serial, **(values | fields))


def mark(session, kind="tier", **fields) -> Mark:
    return Mark.objects.create(instance=session, kind=kind, reason="invented", **fields)


def test_with_nothing_asked_for_every_made_session_fits_but_previews_and_other_recipes(pairs, lena):
    made = made_instances(2, pairs)
    made_instances(1, pairs, run=a_run(pairs, 1, purpose="preview"), origin="run")
    made_instances(1, pairs, recipe="self_play")
    run = a_run(pairs, 2)
    Instance.objects.create(run=run, recipe=run.recipe, version=pairs, cell="not made")
    assert fits(lena) == ids(made)


def test_by_run_and_by_the_model_that_made_them(pairs, lena):
    first = made_instances(2, pairs, run=a_run(pairs, 1), origin="run")
    second = made_instances(1, pairs, run=a_run(pairs, 2, "large"), origin="run")
    imported = made_instances(1, pairs)
    assert fits(lena, runs=(first[0].run,)) == ids(first)
    assert fits(lena, models=("large",)) == ids(second)
    assert fits(lena, runs=(first[0].run,), models=("large",)) == set()
    assert fits(lena) == ids(first + second + imported)


def test_by_a_mistake_also_where_it_is_shown_beside_another(pairs, lena):
    advice, minimising = revision(pairs, "premature-advice"), revision(pairs, "minimising")
    first = made_instances(1, pairs, pair_revision=advice)
    alone = made_instances(1, pairs, pair_revision=minimising)
    [both] = made_instances(
        1, pairs, pair_revision=advice, state="planned", content=None, made_at=None, digest=""
    )
    Intended.objects.create(instance=both, pair_revision=minimising, position=2)
    Instance.objects.filter(pk=both.pk).update(
        state="made", content=content(), made_at=first[0].made_at, digest="0" * 64
    )
    assert fits(lena, pairs=(minimising.pair,)) == ids([*alone, both])
    assert fits(lena, pairs=(advice.pair,)) == ids([*first, both])
    assert fits(lena, pairs=(advice.pair, minimising.pair)) == ids([*first, *alone, both])


def test_by_client_in_whichever_revision(pairs, lena):
    mira, noor = client_profile("mira"), client_profile("noor", name="Noor")
    later = type(mira).objects.create(
        key="mira",
        n=2,
        kind=mira.kind,
        base_case="mira",
        origin="invented",
        licence="CC0-1.0",
        digest="1" * 64,
    )
    hers = made_instances(1, pairs, profiles=[mira]) + made_instances(1, pairs, profiles=[later])
    made_instances(1, pairs, profiles=[noor])
    assert fits(lena, clients=("mira",)) == ids(hers)


def test_by_language_in_runs_of_one_of_several_and_in_what_came_from_no_run(pairs, lena):
    german = {"factors": {"language": "de"}}
    whole = made_instances(
        1, pairs, run=a_run(pairs, 1, factors={"language": ["de"]}), origin="run", **german
    )
    mixed = a_run(pairs, 2, factors={"language": ["en", "de"]})
    there = made_instances(1, pairs, run=mixed, origin="run", **german)
    english = made_instances(1, pairs, run=mixed, origin="run")
    english += made_instances(1, pairs, run=a_run(pairs, 3), origin="run")
    imported, plain = made_instances(1, pairs, **german), made_instances(1, pairs)
    assert fits(lena, languages=("de",)) == ids(whole + there + imported)
    assert fits(lena, languages=("en",)) == ids(english + plain)
    assert fits(lena, languages=("de", "en")) == ids(whole + there + imported + english + plain)


def test_by_risk_as_it_is_in_force(pairs, lena):
    calm, abuse, two, lowered = made_instances(4, pairs)
    mark(abuse, tier="abuse", by_machine="rule")
    mark(two, tier="abuse", by_machine="rule")
    mark(two, tier="ideation", by_machine="rule")
    raised = mark(lowered, tier="ideation", by_machine="rule")
    mark(lowered, tier="none", by=lena, lowers=raised)
    assert fits(lena, tier="none") == ids([calm, lowered])
    assert fits(lena, tier="any") == ids([abuse, two])
    assert fits(lena, tier="abuse") == ids([abuse, two]) and fits(lena, tier="ideation") == {two.pk}
    assert ids(at_risk(fitting(Wanted(), lena).sessions)) == ids([abuse, two])


def test_a_risk_counts_in_the_choice_as_it_counts_when_the_round_is_opened(pairs, lena):
    """Whatever is true of a session and its client, a choice finds what review.matching asks readers for."""
    sessions = []
    for n, (tier, later, lowers, own, own_lowered) in enumerate(product(
        ("none", "abuse"), (None, "abuse", "ideation"), (False, True), (None, "profile", "rule"), (False, True)
    )):  # fmt: skip
        client = client_profile(f"client-{n}", tier=tier)
        [session] = made_instances(1, pairs, profiles=[client])
        if later:
            raised = Mark.objects.create(profile=client, kind="tier", tier=later, by=lena, reason="invented")
            if lowers:
                Mark.objects.create(
                    profile=client, kind="tier", tier="none", by=lena, lowers=raised, reason="invented"
                )
        if own:
            raised = mark(session, tier="abuse", by_machine=own)
            if own_lowered:
                mark(session, tier="none", by=lena, lowers=raised)
        sessions.append(session)
    sessions += made_instances(1, pairs, profiles=[None])  # of nobody
    told = carried(Instance.objects.filter(pk__in=ids(sessions)))
    assert 0 < len(told) < len(sessions)
    assert fits(lena, tier="any") == set(told)
    assert fits(lena, tier="none") == ids(sessions) - set(told)
    for tier in ("abuse", "ideation"):
        assert fits(lena, tier=tier) == {pk for pk, own in told.items() if tier in own}
    assert ids(at_risk(fitting(Wanted(), lena).sessions)) == set(told)


def test_what_is_held_back_is_counted_apart(pairs, lena):
    free, held, released = made_instances(3, pairs)
    [of_a_held_client] = made_instances(1, pairs, profiles=[client_profile("noor")])
    for session in (held, released):
        mark(session, "held", by=lena)
    mark(released, "released", by=lena)
    Mark.objects.create(profile=of_a_held_client.profile, kind="held", by=lena, reason="invented")
    found = fitting(Wanted(), lena)
    assert ids(found.sessions) == ids([free, released])
    assert ids(found.held) == ids([held, of_a_held_client])


def test_by_what_machine_checks_found(pairs, lena):
    passed = content() | {"refinement": {"outcome": "accepted_as_is", "rounds": []}, "manual_check": []}
    [clear] = made_instances(1, pairs, content=passed)
    failed = passed | {"refinement": {"outcome": "needs_manual_check", "rounds": []}}
    misquoted = passed | {"manual_check": ["Finding 1 quotes words that do not occur in the session"]}
    flagged = made_instances(1, pairs, content=failed) + made_instances(1, pairs, content=misquoted)
    [by_rule] = made_instances(1, pairs, content=passed)
    mark(by_rule, "held", by_machine="quality")
    mark(by_rule, "released", by=lena)
    [by_lena] = made_instances(1, pairs, content=passed)
    mark(by_lena, "held", by=lena)
    mark(by_lena, "released", by=lena)
    [unrefined] = made_instances(1, pairs, content={k: v for k, v in passed.items() if k != "refinement"})
    assert fits(lena, checks="flagged") == ids([*flagged, by_rule])
    assert fits(lena, checks="clear") == ids([clear, by_lena, unrefined])


def test_those_that_people_never_read_and_those_not_yet_by_a_version(pairs, lena, ben, chloe):
    read, by_another, rehearsed, fresh = made_instances(4, pairs)
    round_of(0, [ben, chloe], lena, instances=[read], pairs_version=pairs)
    other = published_pairs("other-mistakes")
    rubric = published_rubric("second-rubric")
    round_of(0, [ben, chloe], lena, instances=[by_another], pairs_version=other, rubric_version=rubric)
    robin = person("Robin", "annotator")
    ReviewerRecord.objects.create(user=robin, n=2, profession="simulated", terms_version="-", simulated=True)
    round_of(0, [robin], lena, instances=[rehearsed], pairs_version=pairs, rubric_version=rubric, overlap=1)
    assert fits(lena, seen="never") == ids([rehearsed, fresh])
    assert fits(lena, seen="version", version=pairs) == ids([by_another, rehearsed, fresh])


def test_what_a_lead_judges_herself_is_left_out_until_its_round_is_closed(pairs, lena, ben):
    """How many of them fit a filter by mistake would tell her what each was to show."""
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    hers, other = made_instances(2, pairs)
    lou = person("Lou", Role.LEAD)
    round = round_of(0, [ben, lena], lena, instances=[hers], pairs_version=pairs, risk_lead=lou)
    assert fits(lena) == {other.pk}
    close_round(round=round, by=lena)
    assert fits(lena) == ids([hers, other])
