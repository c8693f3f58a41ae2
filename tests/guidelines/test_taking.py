"""A proposal is taken into the draft as ordinary revisions of its proposer's, and four eyes still hold."""

import pytest

from accounts.roles import Refused
from guidelines import authorship, entries
from guidelines.kinds import key_of
from guidelines.models import Entry, PairRevision, PairScratch, Version
from guidelines.proposals.deciding import decline
from guidelines.proposals.taking import Stale, take
from guidelines.publishing import (
    StillReferred,
    WrongState,
    approve,
    discard,
    drop_entry,
    open_draft,
    propose_pair,
    publish,
    submit,
)
from tests.conftest import person
from tests.guidelines.conftest import change, pair_texts, revision_in
from tests.guidelines.test_proposing import changing, kinds
from tests.guidelines.test_publishing import at_once

pytestmark = pytest.mark.usefixtures("replayed")


def names(version) -> list[str]:
    return [revision.name for revision in entries.revisions(version)]


def seen(proposal) -> dict[str, int]:
    """What a page that is opened now would show."""
    return {key_of(target.revision): target.revision.n for target in proposal.targets.all()}


def proposed(kind, version, by):
    texts, of = kinds(version)[kind]
    return propose_pair(guideline=version.guideline, kind=kind, texts=texts, of=of, by=by, reason="Why.")


def test_a_taken_change_is_a_revision_of_its_proposer_in_a_draft_that_is_opened_for_it(mistakes, ana, amir):
    made = changing(mistakes, ana)
    draft = take(proposal=made, by=amir, seen=seen(made))
    revision = revision_in(draft, "forcing-change")
    assert (revision.author, revision.shows, revision.base.n) == (ana, "Presses (Ana).", 1)
    assert revision.reason == "Proposal 1: Plainer." and draft.opened_by == amir
    made.refresh_from_db()
    assert (made.state, made.taken_into) == ("taken", draft)


@pytest.mark.parametrize(
    ("kind", "there"),
    [
        ("add", ["Forcing change", "Poor listening", "Good practice", "Lecturing"]),
        ("split", ["Arguing", "Urging", "Poor listening", "Good practice"]),
        ("merge", ["Not listening", "Good practice"]),
    ],
)
def test_new_entries_stand_where_the_old_ones_stood(kind, there, mistakes, ana, amir):
    made = proposed(kind, mistakes, ana)
    draft = take(proposal=made, by=amir, seen=seen(made))
    assert names(draft) == there
    new = [r for r in entries.revisions(draft) if r.author_id]
    assert {r.author for r in new} == {ana} and all(r.n == 1 for r in new)


def test_whoever_named_what_was_merged_names_what_came_in_its_place(mistakes, ana, amir):
    poor, good = revision_in(mistakes, "poor-listening"), revision_in(mistakes, "good-practice")
    texts = pair_texts("Half an ear", confused_with=["forcing-change"])
    made = propose_pair(
        guideline=mistakes.guideline, kind="merge", texts=[texts], of=[poor, good], by=ana, reason="One."
    )
    draft = take(proposal=made, by=amir, seen=seen(made))
    assert revision_in(draft, "forcing-change").confused_with == ["half-an-ear"]
    assert revision_in(draft, "forcing-change").author == ana
    submit(version=draft, by=amir)


def test_a_pair_that_others_name_is_not_retired_and_nothing_is_half_done(mistakes, ana, amir):
    made = proposed("retire", mistakes, ana)
    with pytest.raises(StillReferred, match="Forcing change"):
        take(proposal=made, by=amir, seen=seen(made))
    made.refresh_from_db()
    assert made.state == "open" and not Version.objects.unpublished().exists()


def test_a_split_that_does_not_fit_the_draft_any_more_changes_nothing(mistakes, ana, amir):
    made = proposed("split", mistakes, ana)
    draft = open_draft(guideline=mistakes.guideline, by=amir)
    change(draft, amir, "good-practice", name="Urging")
    before = list(Entry.objects.filter(version=draft).values_list("position", "pair_revision"))
    with pytest.raises(ValueError, match="also the name of"):
        take(proposal=made, by=amir, seen=seen(made))
    assert list(Entry.objects.filter(version=draft).values_list("position", "pair_revision")) == before
    assert not PairRevision.objects.filter(name="Arguing").exists()


def test_a_proposer_never_approves_what_was_taken_from_her(mistakes, ana, amir):
    made = changing(mistakes, ana)
    draft = take(proposal=made, by=amir, seen=seen(made))
    submit(version=draft, by=amir)
    with pytest.raises(Refused, match="You wrote part of this draft"):
        approve(version=draft, by=ana)
    # Amir took it and wrote none of it: his are the second pair of eyes, and Ana may publish.
    approve(version=draft, by=amir)
    assert publish(version=draft, by=ana, meaning="editorial", note="Plainer.").number == 2


def test_to_have_a_pair_retired_is_to_write(mistakes, ana, amir):
    draft = open_draft(guideline=mistakes.guideline, by=amir)
    change(draft, amir, confused_with=[])
    made = proposed("retire", mistakes, ana)
    take(proposal=made, by=amir, seen=seen(made))
    submit(version=draft, by=amir)
    assert names(draft) == ["Forcing change", "Good practice"]
    for author in (ana, amir):
        with pytest.raises(Refused, match="You wrote part of this draft"):
            approve(version=draft, by=author)
    approve(version=draft, by=person("Asha", "clinician"))


def test_a_proposal_on_a_text_that_changed_since_is_taken_only_knowingly(mistakes, draft, ana, amir):
    made = changing(mistakes, ana)
    theirs = change(draft, amir, harms="She gives up.")
    with pytest.raises(WrongState, match="after you opened the page"):
        take(proposal=made, by=amir, seen=seen(made), confirmed=True)
    with pytest.raises(Stale, match="Read both"):
        take(proposal=made, by=amir, seen={"forcing-change": 2})
    take(proposal=made, by=amir, seen={"forcing-change": 2}, confirmed=True)
    revision = revision_in(draft, "forcing-change")
    assert (revision.author, revision.base, revision.harms) == (ana, theirs, "The client digs in.")


def test_merged_words_are_a_revision_on_top_of_the_proposers_and_both_are_authors(mistakes, draft, ana, amir):
    asha = person("Asha", "clinician")
    made = changing(mistakes, asha)
    change(draft, ana, harms="She gives up.")
    merged = pair_texts(shows="Presses.", harms="She gives up.", confused_with=["poor-listening"])
    take(proposal=made, by=amir, seen={"forcing-change": 2}, merged=merged)
    revision = revision_in(draft, "forcing-change")
    assert (revision.n, revision.author, revision.shows, revision.base.author) == (4, amir, "Presses.", asha)
    assert {ana.pk, amir.pk, asha.pk} <= authorship.authors(draft)


def test_what_the_taker_has_typed_and_not_saved_stays(mistakes, draft, ana, amir):
    made = changing(mistakes, ana)
    base = revision_in(draft, "forcing-change")
    PairScratch.objects.create(user=amir, pair=base.pair, base=base, texts={"shows": "Half a thought"})
    take(proposal=made, by=amir, seen=seen(made))
    assert PairScratch.objects.get().texts == {"shows": "Half a thought"}


def test_a_proposal_on_an_entry_that_is_gone_is_not_taken(mistakes, draft, ana, amir):
    made = changing(mistakes, ana)
    drop_entry(version=draft, key="forcing-change", by=amir)
    with pytest.raises(WrongState, match="no longer in the draft"):
        take(proposal=made, by=amir, seen=seen(made), confirmed=True)


def test_only_a_clinician_takes_and_only_once(mistakes, ana, amir, lena):
    made = changing(mistakes, ana)
    with pytest.raises(Refused, match="Only clinicians"):
        take(proposal=made, by=lena, seen=seen(made))
    take(proposal=made, by=amir, seen=seen(made))
    with pytest.raises(WrongState, match="taken into the draft already, by Amir"):
        take(proposal=made, by=amir, seen={"forcing-change": 2}, confirmed=True)
    with pytest.raises(WrongState, match="taken into the draft already"):
        decline(proposal=made, by=amir, reason="x")


def test_taking_into_a_draft_in_review_voids_its_approvals(mistakes, edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    made = propose_pair(
        guideline=mistakes.guideline, kind="add", texts=[pair_texts("Lecturing")], by=ana, reason="Missing."
    )
    take(proposal=made, by=amir, seen={})
    with pytest.raises(Refused, match="changed after it was approved"):
        publish(version=edited, by=ana, meaning="semantic", note="x")


def test_a_discarded_draft_gives_its_proposals_back(mistakes, ana, amir):
    made = changing(mistakes, ana)
    draft = take(proposal=made, by=amir, seen=seen(made))
    discard(version=draft, by=amir)
    made.refresh_from_db()
    assert (made.state, made.taken_into) == ("open", None)
    assert [r.kind for r in made.thread.remarks.all()] == ["taken", "given_back"]
    take(proposal=made, by=amir, seen=seen(made))


def test_what_was_taken_into_a_published_version_is_taken_for_good(mistakes, ana, amir):
    from django.db import DatabaseError, transaction

    made = changing(mistakes, ana)
    draft = take(proposal=made, by=amir, seen=seen(made))
    submit(version=draft, by=amir)
    approve(version=draft, by=amir)
    publish(version=draft, by=ana, meaning="editorial", note="Plainer.")
    with pytest.raises(DatabaseError), transaction.atomic():
        type(made).objects.update(state="open", taken_into=None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_exactly_one_does(mistakes, draft, ana, amir):
    made, asha = changing(mistakes, ana), person("Asha", "clinician")
    said = at_once(lambda by: take(proposal=made, by=by, seen=seen(made)), [amir, asha])
    assert sorted(type(answer).__name__ for answer in said) == ["Version", "WrongState"]
    assert PairRevision.objects.filter(pair__key="forcing-change").count() == 2


def test_whoever_takes_a_retirement_is_not_its_author(mistakes, draft, ana, amir):
    change(draft, ana, confused_with=[])
    made = proposed("retire", draft, ana)
    take(proposal=made, by=amir, seen=seen(made))
    assert authorship.authors(draft) == {ana.pk}
