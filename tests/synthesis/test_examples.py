"""Edits of earlier rounds as examples: chosen when a run is planned, telling nothing of what is meant or who edited."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import TrailEvent
from synthesis import cast, examples, replaying
from synthesis.cast import Example
from synthesis.examples import ROOM, NoExamples, chosen
from synthesis.models import Instance, PromptText, Run, Shown
from synthesis.prompting import shipped
from tests.factories import client_profile, published_guideline
from tests.fakes.model_server import ModelServer
from tests.synthesis.answering import answers, critique, kind_of


def example(n=1, pair="forcing-change", **more) -> Example:
    values = {
        "of": n, "name": f"session-{n}", "pair": pair, "base_case": f"case-{n}", "licence": "Apache-2.0",
        "language": "en", "draft": f"draft {n}", "edited": f"edited {n}", **more,
    }  # fmt: skip
    return Example(**values)


def pick(found, wanted=3, pairs=(), **whom) -> list[str]:
    whom = {"base_case": "joana", "licence": "Apache-2.0", "language": "en", **whom}
    return [one.name for one in chosen(found, wanted=wanted, pairs=pairs, **whom)]


PAIRS = ("forcing-change", "poor-listening", "good-practice")
pools = st.lists(
    st.builds(example, st.integers(1, 40), st.sampled_from(PAIRS), base_case=st.sampled_from(["joana", "rui", "mei"])),
    max_size=12, unique_by=lambda one: one.of,
)  # fmt: skip


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(pools, st.integers(1, 3), st.sampled_from([(), PAIRS[:1], PAIRS[:2]]))
def test_examples_are_of_other_clients_one_for_each_session_and_of_the_pairs_asked_for(pool, wanted, pairs):
    by_name = {one.name: one for one in pool}
    picked = [by_name[name] for name in pick(pool, wanted, pairs)]
    fitting = [one for one in pool if one.base_case != "joana" and (not pairs or one.pair in pairs)]
    assert len(picked) == len({one.of for one in picked}) == min(wanted, len(fitting))
    assert all(one in fitting for one in picked)
    # As many different pairs as there are.
    assert len({one.pair for one in picked}) == min(len(picked), len({one.pair for one in fitting}))


@unhurried
@given(pools, st.randoms())
def test_the_same_edits_give_the_same_examples_in_whatever_order_they_come(pool, chance):
    shuffled = chance.sample(pool, len(pool))
    assert pick(pool) == pick(shuffled)


def test_examples_are_only_of_the_same_licence_and_language():
    pool = [example(1, licence="CC-BY-NC-4.0"), example(2, language="de"), example(3)]
    assert pick(pool) == ["session-3"]


@pytest.fixture
def connected():
    """Fill the slot for one test."""
    before = cast._examples
    yield cast.connect_examples
    cast.connect_examples(before)


@pytest.fixture
def earlier(endpoint, plan, drive, connected):
    """Sessions of three pairs that people edited, found through the slot; and a way to plan and to see."""
    endpoint()
    version = published_guideline()
    donor = client_profile("ines")
    run = plan(version=version, profiles=[donor], pairs="all")
    drive(run)
    found = [
        example(made.pk, made.pair_revision.pair.key, name=str(made.public_id), base_case="ines",
                draft=f"Draft on {made.pair_revision.pair.key}.", edited=f"Edit on {made.pair_revision.pair.key}.")
        for made in run.instances.all()
    ]  # fmt: skip
    found.append(
        example(found[0].of, base_case="ines", draft="x" * (ROOM + 1), edited="too long to be shown")
    )
    connected(lambda asked, of: found if asked == version else [])
    return version


def seen(server: ModelServer) -> dict[str, set[str]]:
    """{kind of answer: the examples that its requests held}."""
    marks = [f"{word} on {pair}." for word in ("Draft", "Edit") for pair in PAIRS] + ["too long"]
    found: dict[str, set[str]] = {}
    for request in server.requests:
        words = str(request["messages"])
        found.setdefault(kind_of(request), set()).update(mark for mark in marks if mark in words)
    return found


def both(*pairs) -> set[str]:
    return {f"{word} on {pair}." for word in ("Draft", "Edit") for pair in pairs}


def test_a_told_supervisor_sees_edits_on_the_pair_it_is_told_of_and_nobody_else_sees_any(
    earlier, endpoint, plan, drive
):
    server = endpoint()
    drive(plan(version=earlier, parameters={"examples": "1", "supervisor": "told", "novice": "yes"}))
    found = seen(server)
    assert found.pop("feedback") == both("forcing-change")
    assert set(found) == {"turn", "checks", "novice"} and not set.union(*found.values())


@pytest.mark.parametrize("stance", ["untold", "balanced"])
def test_the_examples_of_an_untold_supervisor_say_nothing_of_what_was_meant(earlier, plan, stance):
    run = plan(version=earlier, pairs="all", parameters={"examples": "2", "supervisor": stance})
    shown = [examples.texts_of(instance) for instance in run.instances.all()]
    assert len(shown) == 3 and len(set(shown)) == 1 and len(shown[0]) == 2


def test_a_told_supervisor_of_a_normal_counsellor_is_told_of_no_pair_by_its_examples_either(earlier, plan):
    run = plan(
        version=earlier, pairs="all", parameters={"examples": "1", "supervisor": "told"},
        factors={"counsellor": ["novice", "normal"]},
    )  # fmt: skip
    shown: dict[str, set] = {"novice": set(), "normal": set()}
    for instance in run.instances.all():
        shown[instance.factors["counsellor"]].add(examples.texts_of(instance))
    assert {arm: len(texts) for arm, texts in shown.items()} == {"novice": 3, "normal": 1}


@pytest.mark.parametrize(("stance", "choices"), [("untold", 2), ("told", 6)])
def test_they_are_chosen_once_for_each_client_and_what_its_supervisor_is_told(
    earlier, plan, monkeypatch, stance, choices
):
    choose, asked = examples.chosen, []
    monkeypatch.setattr(examples, "chosen", lambda found, **whom: asked.append(whom) or choose(found, **whom))
    chosen_for = {"examples": "1", "supervisor": stance}
    run = plan(4, version=earlier, pairs="all", clients=2, parameters=chosen_for)
    assert run.instances.count() == 24 == Shown.objects.filter(instance__run=run).count()
    assert len(asked) == choices


def test_the_supervisor_behind_the_mirror_sees_the_same_examples_and_the_refiner_none(
    earlier, endpoint, plan, drive
):
    refuse = dict.fromkeys(
        ("stepwise", "specific", "ethical", "supportive"), {"reason": "Vague.", "ok": False}
    )
    server = endpoint(answers(checks=lambda body: refuse, critique=lambda body: critique()))
    asked = {"examples": "3", "counsellor": "supervised", "refinements": "1"}
    drive(plan(version=earlier, parameters=asked))
    found = seen(server)
    assert found["feedback"] == found["critique"] == both(*PAIRS)
    first, refined = [str(r["messages"]) for r in server.requests if kind_of(r) == "feedback"]
    assert "Edit on" in first and "Edit on" not in refined


def test_what_a_session_was_shown_is_kept_with_whose_edit_it_was(earlier, plan):
    run = plan(version=earlier, parameters={"examples": "1", "supervisor": "told"})
    (shown,) = Shown.objects.filter(instance__run=run)
    assert shown.of.pair_revision.pair.key == "forcing-change"
    assert shown.text.text == (
        "First written:\nDraft on forcing-change.\n\nReworded by a clinician:\nEdit on forcing-change."
    )
    assert not PromptText.objects.filter(text__contains="too long").exists()


def test_a_run_keeps_its_examples_when_there_are_others_later_and_made_again_it_replays(
    earlier, endpoint, plan, drive, connected
):
    server = endpoint()
    asked = {"version": earlier, "profiles": [client_profile()], "parameters": {"examples": "2"}}
    first, same = plan(**asked), plan(**asked)
    connected(lambda version, of: [])
    drive(first)
    paid = len(server.requests)
    assert drive(same).calls == 0 and len(server.requests) == paid
    assert first.instances.get().digest == same.instances.get().digest
    assert all(again.is_rebuilt for again in replaying.replay(Instance.objects.filter(run__in=[first, same])))


def test_another_example_makes_another_cell_and_none_leaves_it_as_it_was(earlier, plan):
    asked = {"version": earlier, "profiles": [client_profile()]}
    cells = {
        plan(**asked, parameters=parameters).instances.get().cell
        for parameters in ({}, {"examples": "0"}, {"examples": "1"}, {"examples": "2"})
    }
    assert len(cells) == 3


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "not connected"),
        ([], "No edit of an earlier round"),
        ([example(edited="x" * (ROOM + 1))], "than the 4200 characters"),
    ],
)
def test_a_run_that_asks_for_examples_is_refused_while_there_are_none(plan, endpoint, connected, found, said):
    endpoint()
    connected(lambda version, of: found)
    with pytest.raises(NoExamples, match=said):
        plan(parameters={"examples": "1"})
    assert not Run.objects.exists() and not PromptText.objects.exists()


def test_how_many_sessions_get_fewer_than_asked_for_stands_in_the_trail(earlier, plan):
    plan(version=earlier, parameters={"examples": "2", "supervisor": "told"})
    assert TrailEvent.objects.filter(verb="synthesis.plan").latest("pk").after["fewer_examples"] == 1


def test_the_supervisor_is_told_that_the_examples_are_other_sessions():
    assert "take over no finding" in shipped(["examples"])["examples"]
