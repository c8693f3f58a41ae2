"""Draft → in review → published → retired, with four eyes."""

import threading

import pytest
from django.db import connection

from accounts.roles import Refused
from guidelines import drafts
from guidelines.access import may_approve
from guidelines.models import Approval, Version
from guidelines.publishing import (
    BadTexts,
    StillReferred,
    WrongState,
    approve,
    discard,
    drop_entry,
    open_draft,
    publish,
    reorder,
    restore,
    retire,
    save_entry,
    send_back,
    submit,
)
from tests.conftest import person
from tests.guidelines.conftest import change, pair_texts, revision_in


def publish_as(version, by, **more):
    return publish(version=version, by=by, **({"meaning": "semantic", "note": "Clearer."} | more))


def test_a_draft_starts_as_a_copy_of_the_version_in_force(draft, mistakes):
    assert drafts.digest(draft) == mistakes.digest
    assert draft.number is None and draft.state == "draft"


def test_there_is_at_most_one_open_draft_and_the_second_person_learns_whose_it_is(draft, amir):
    with pytest.raises(WrongState, match="Ana started it"):
        open_draft(guideline=draft.guideline, by=amir)


def test_eve_who_has_no_role_can_do_nothing_with_a_draft(edited, eve):
    for verb in (submit, send_back, discard):
        with pytest.raises(Refused, match="Only clinicians"):
            verb(version=edited, by=eve)
    with pytest.raises(Refused, match="Only clinicians"):
        open_draft(guideline=edited.guideline, by=eve)
    with pytest.raises(Refused, match="Only clinicians"):
        save_entry(version=edited, key="x", texts=pair_texts("X"), by=eve, base=None)


def test_a_colleague_approves_and_the_author_publishes(edited, mistakes, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    version = publish_as(edited, ana)
    assert (version.state, version.number, version.published_by) == ("published", 2, ana)
    assert version.digest == drafts.digest(version) != mistakes.digest
    assert version.guideline.in_force == version


def test_an_author_cannot_approve_her_own_draft(edited, ana):
    submit(version=edited, by=ana)
    with pytest.raises(Refused, match="You wrote part of this draft"):
        approve(version=edited, by=ana)


def test_an_unapproved_draft_is_not_published(edited, ana, amir):
    submit(version=edited, by=ana)
    for person_ in (ana, amir):
        with pytest.raises(Refused, match="Nobody has approved"):
            publish_as(edited, person_)


def test_the_only_approver_cannot_also_publish(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    with pytest.raises(Refused, match="You are the only one who approved"):
        publish_as(edited, amir)


def test_with_two_approvers_one_of_them_may_publish(edited, ana, amir):
    submit(version=edited, by=ana)
    for colleague in (amir, person("Asha", "clinician")):
        approve(version=edited, by=colleague)
    assert publish_as(edited, amir).number == 2


def test_when_both_clinicians_wrote_a_third_person_has_to_approve(edited, ana, amir):
    change(edited, amir, "poor-listening")
    submit(version=edited, by=ana)
    for author in (ana, amir):
        with pytest.raises(Refused, match="You wrote part"):
            approve(version=edited, by=author)
    approve(version=edited, by=person("Asha", "clinician"))
    assert publish_as(edited, amir).number == 2


def test_who_wrote_the_words_that_a_colleague_then_polished_is_still_an_author(edited, ana, amir):
    change(edited, amir)
    submit(version=edited, by=amir)
    with pytest.raises(Refused, match="You wrote part"):
        approve(version=edited, by=ana)


def test_an_author_of_the_last_version_may_approve_the_next(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    publish_as(edited, ana)
    second = open_draft(guideline=edited.guideline, by=amir)
    change(second, amir)
    submit(version=second, by=amir)
    approve(version=second, by=ana)
    assert publish_as(second, amir).number == 3


def test_an_edit_voids_an_approval(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    change(edited, ana, shows="Another text.")
    with pytest.raises(Refused, match="changed after it was approved"):
        publish_as(edited, ana)
    approve(version=edited, by=amir)
    assert publish_as(edited, ana).number == 2


def test_a_new_order_voids_an_approval(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    reorder(version=edited, keys=["poor-listening", "forcing-change", "good-practice"], by=ana)
    with pytest.raises(Refused, match="changed after it was approved"):
        publish_as(edited, ana)


def test_an_approver_approves_the_words_she_read_and_no_others(edited, ana, amir):
    submit(version=edited, by=ana)
    read = drafts.digest(edited)
    change(edited, ana, shows="Another text.")
    with pytest.raises(WrongState, match="changed after you opened the page"):
        approve(version=edited, by=amir, digest=read)
    assert not Approval.objects.exists()


def test_a_draft_that_says_nothing_new_is_not_submitted(draft, ana):
    with pytest.raises(WrongState, match="nothing to publish"):
        submit(version=draft, by=ana)


def test_the_publisher_states_whether_the_meaning_changed_and_why(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    with pytest.raises(WrongState, match="meaning changed"):
        publish_as(edited, ana, meaning="")
    with pytest.raises(WrongState, match="what changed and why"):
        publish_as(edited, ana, note=" ")


def test_a_version_is_published_once_and_the_second_publisher_learns_who_did_it(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    publish_as(edited, ana)
    with pytest.raises(WrongState, match="published as version 2 by Ana"):
        publish_as(edited, ana)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_exactly_one_wins(edited, ana, amir, lena):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    said = at_once(lambda by: publish_as(edited, by), [ana, lena])
    assert sorted(type(answer).__name__ for answer in said) == ["Version", "WrongState"]
    assert Version.objects.published().count() == 2


def at_once(act, people):
    """Run the act for each person in a thread of her own, started together; return answers and refusals."""
    gate, said = threading.Barrier(len(people)), []

    def run(by):
        gate.wait()
        try:
            said.append(act(by))
        except Exception as refusal:
            said.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_where_every_clinician_wrote_the_refusal_asks_for_one_more(draft, ana, amir):
    change(draft, ana)
    assert "a colleague has to approve it" in may_approve(ana, draft).reason
    change(draft, amir, key="poor-listening")
    assert "One more clinician has to be invited" in may_approve(ana, draft).reason
    assert "One more clinician has to be invited" in may_approve(amir, draft).reason


def test_a_retired_version_is_no_longer_in_force_and_stays_as_it_is(mistakes, ana):
    retired = retire(version=mistakes, by=ana)
    assert retired.state == "retired" and retired.digest == mistakes.digest
    assert mistakes.guideline.in_force is None
    with pytest.raises(WrongState):
        retire(version=mistakes, by=ana)


def test_a_pair_that_others_name_is_not_dropped(draft, ana):
    with pytest.raises(StillReferred, match="Forcing change"):
        drop_entry(version=draft, key="poor-listening", by=ana)
    change(draft, ana, confused_with=[])
    drop_entry(version=draft, key="poor-listening", by=ana)
    assert draft.entries.count() == 2


def test_a_restored_text_is_a_new_revision(edited, ana, amir):
    now = revision_in(edited, "forcing-change")
    old = now.base
    restored = restore(version=edited, revision=old, by=amir, base=now)
    assert restored.n == 3 and restored.texts == old.texts and restored.author == amir


def test_a_pair_is_not_saved_with_a_neighbour_that_does_not_exist(draft, ana):
    with pytest.raises(BadTexts, match="not a pair of this guideline"):
        change(draft, ana, confused_with=["no-such-pair"])


def test_a_discarded_draft_leaves_the_words_in_the_history(edited, ana):
    discard(version=edited, by=ana)
    assert not Version.objects.unpublished().exists()
    assert edited.guideline.pairs.get(key="forcing-change").revisions.count() == 2


def test_a_draft_that_somebody_approved_is_not_discarded(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    with pytest.raises(WrongState, match="approved by somebody"):
        discard(version=edited, by=ana)


def test_to_drop_a_pair_or_to_change_the_order_is_to_write(draft, ana, amir):
    reorder(version=draft, keys=["good-practice", "poor-listening", "forcing-change"], by=amir)
    drop_entry(version=draft, key="good-practice", by=ana)
    submit(version=draft, by=ana)
    for author in (ana, amir):
        with pytest.raises(Refused, match="You wrote part of this draft"):
            approve(version=draft, by=author)


def test_words_that_a_colleague_puts_back_are_still_their_authors(draft, ana, amir):
    his = change(draft, amir, shows="His own words.")
    discard(version=draft, by=amir)
    draft = open_draft(guideline=draft.guideline, by=ana)
    restore(version=draft, revision=his, by=ana, base=revision_in(draft, "forcing-change"))
    submit(version=draft, by=ana)
    for author in (ana, amir):
        with pytest.raises(Refused, match="You wrote part of this draft"):
            approve(version=draft, by=author)


def test_what_is_said_of_a_version_holds_no_control_character(edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    with pytest.raises(BadTexts, match="note: holds the control character U"):
        publish_as(edited, ana, note="Clearer.\x07")
    assert publish_as(edited, ana, note="Clearer.\r\nAnd shorter.").note == "Clearer.\nAnd shorter."
