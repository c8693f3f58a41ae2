"""Which edits agents may be shown: approved ones by people, of sessions without risk that no evaluation split holds."""

import pytest

from exports import held_out, sampled
from exports.grouping import groups_of
from exports.models import Dataset, DatasetItem
from guidelines.models import PairRevision
from review import examples
from review.manifestation import manifestation
from review.rounds import close_round
from synthesis import cast
from synthesis.models import Mark, PromptText, Shown
from tests.exports import factories as make
from tests.review import factories as judged

pytestmark = pytest.mark.django_db


def edited(round, client="client-1", **more):
    """An item of which a person's edit was approved; the session was made from a pair."""
    revision = PairRevision.objects.get(pair__key="advice-too-soon")
    session = more.pop("of", None) or make.instance(
        make.profile(client, **more.pop("fields", {})), pair_revision=revision
    )
    given = {"edits": (f"Better words for {client}.", "Other words."), "approved": [0], **more}
    return make.item(round, ("edit", "edit"), of=session, **given)


def shown() -> set[str]:
    return {one.edited for one in cast.examples(make.version("novice-mistakes"))}


@pytest.fixture
def round(artefacts):
    return make.a_round()


def test_an_approved_edit_is_shown_beside_its_draft_and_nothing_says_who_wrote_it(round):
    item = edited(round)
    make.close(round)
    (one,) = cast.examples(make.version("novice-mistakes"))
    assert (one.draft, one.edited) == (make.draft_of(item.pk), "Better words for client-1.")
    assert (one.of, one.name) == (item.instance_id, str(item.instance.public_id))
    assert (one.pair, one.base_case, one.licence, one.language) == (
        "advice-too-soon",
        "client-1",
        "CC0-1.0",
        "en",
    )
    readers = {
        str(part) for d in item.decisions.all() for part in (d.rater, d.rater.user.name, d.rater.user.email)
    }
    assert not [name for name in readers if name in str(one)]


def test_an_open_round_a_rehearsal_and_another_guideline_show_nothing(round):
    edited(round)
    simulated = make.a_round(rehearsal=True)
    edited(simulated, "client-2")
    make.close(simulated)
    assert shown() == set()
    make.close(round)
    assert shown() == {"Better words for client-1."}
    assert cast.examples(make.version("feedback-quality", "rubric")) == []


def test_what_was_rejected_accepted_disputed_or_not_approved_is_no_example(round):
    edited(round, "client-2", wording_state="disputed")
    make.item(round, ("reject", "reject"), client=make.profile("client-3"))
    make.item(round, client=make.profile("client-4"))
    edited(round, "client-5", approved=[1])
    make.close(round)
    assert shown() == {"Other words."}


@pytest.mark.parametrize(
    "about", ["risk of the client", "risk of the session", "held", "unsafe", "may not leave", "judged again"]
)
def test_a_session_that_asks_for_care_is_no_example(round, about, lena):
    fields = {"risk of the client": {"tier": "ideation"}, "may not leave": {"may_leave_machine": False}}
    item = edited(round, fields=fields.get(about, {}), safety="unsafe" if about == "unsafe" else None)
    if about in ("risk of the session", "held"):
        kind = {"kind": "tier", "tier": "abuse"} if about.startswith("risk") else {"kind": "held"}
        Mark.objects.create(instance=item.instance, by=lena, reason="Looked at it.", **kind)
    make.close(round)
    if about == "judged again":
        make.item(make.a_round(), ("accept",), state="open", of=item.instance)
    assert shown() == set()


def released(split: str, *items) -> Dataset:
    dataset = Dataset.objects.create(serial=Dataset.objects.count() + 1, name="A release")
    DatasetItem.objects.bulk_create(DatasetItem(dataset=dataset, item=item, split=split) for item in items)
    Dataset.objects.filter(pk=dataset.pk).update(
        state="frozen", manifest={}, sha256="0" * 64, frozen_at=make.NOW
    )
    return dataset


def test_those_of_named_sessions_are_found_however_old_they_are(round, monkeypatch):
    monkeypatch.setattr(examples, "MOST", 1)
    old, new = edited(round), edited(round, "client-2")
    make.close(round)
    version = make.version("novice-mistakes")
    assert {one.of for one in cast.examples(version)} == {new.instance_id}
    assert {one.of for one in cast.examples(version, {old.instance_id})} == {old.instance_id}


@pytest.mark.parametrize(("split", "is_shown"), [("train", True), ("validation", False), ("test", False)])
def test_an_edit_on_the_evaluation_side_of_a_release_is_never_an_example(round, split, is_shown):
    item = edited(round)
    edited(round, "client-2")
    make.close(round)
    released(split, item)
    assert ("Better words for client-1." in shown()) == is_shown
    assert "Better words for client-2." in shown()


def test_nor_is_one_of_the_same_client_or_of_a_session_that_was_shown_one(round):
    aside = edited(round)
    same_client = edited(round, "client-1-again", fields={"base_case": "client-1"})
    learned = edited(round, "client-2")
    edited(round, "client-3")
    make.close(round)
    released("test", aside)
    text = PromptText.objects.create(digest="e" * 64, name="example", text="First written: … Reworded: …")
    Shown.objects.create(instance=learned.instance, position=1, of=aside.instance, text=text)
    assert shown() == {"Better words for client-3."}
    everybody = {one.instance_id for one in (aside, same_client, learned)}
    assert held_out.among(everybody) == everybody


def test_a_session_and_the_one_whose_edit_it_was_shown_are_in_one_group(round):
    one, other, third = (edited(round, f"client-{n}").instance for n in range(3))
    before = groups_of({i.pk: i.pk for i in (one, other, third)})
    assert len(set(before.values())) == 3
    text = PromptText.objects.create(digest="e" * 64, name="example", text="First written: … Reworded: …")
    Shown.objects.create(instance=one, position=1, of=other, text=text)
    after = groups_of({i.pk: i.pk for i in (one, other, third)})
    assert after[one.pk] == after[other.pk] != after[third.pk] == before[third.pk]
    # Also where the session that was edited is in no release itself.
    learners = [edited(round, f"client-{n}").instance for n in (3, 4)]
    for learner in learners:
        Shown.objects.create(instance=learner, position=1, of=third, text=text)
    assert len(set(groups_of({i.pk: i.pk for i in learners}).values())) == 1


def test_the_card_tells_the_manifestation_rate_of_the_pages_and_only_of_counsellors_who_slip_unhelped(
    ben, chloe, lena
):
    """Of four sessions two may show a mistake. Ben finds it in one of these, Chloe in both."""
    pairs = judged.published_pairs()
    sessions = []
    for n, factors in enumerate(
        ({}, {"counsellor": "novice"}, {"counsellor": "normal"}, {"counsellor": "supervised"})
    ):
        profile = judged.client_profile(f"client-{n}")
        sessions += judged.made_instances(1, pairs, profiles=[profile], factors=factors)
    round = judged.round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=sessions, arm="unaided")
    for item in round.items.all():
        finds = [judged.mistake()] if item.instance_id != sessions[0].pk else []
        judged.judge(item, ben, judged.says(None, findings=finds))
        judged.judge(item, chloe, judged.says(None))
    told = sampled.manifestation([close_round(round=round, by=lena)])
    assert "named it in 75 % of 2 sessions (3 of 4 readings" in told
    assert "by pair: premature-advice 75 % of 2 sessions" in told
    assert manifestation(round)["all"]["rate"]["estimate"] == pytest.approx(0.75)


def test_finding_examples_costs_the_same_queries_for_any_number(round, django_assert_max_num_queries):
    for n in range(12):
        edited(round, f"client-{n}")
    make.close(round)
    version = make.version("novice-mistakes")
    with django_assert_max_num_queries(9):
        assert len(cast.examples(version)) == 12
