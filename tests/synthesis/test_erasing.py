"""Erasing an excerpt of a real session: no word of it is left in any of our tables, its tasks leave Label Studio, and what
went out is named.
"""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import TrailEvent
from accounts.roles import Refused
from review.label_studio.errors import LabelStudioDown
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Appeal, Decision, Flag, RawAnnotation, Reading, Resolution, TaskToErase
from synthesis import erasing, excerpts, planning
from synthesis.blanking import ERASED, blanked
from synthesis.erasing import NotErased
from synthesis.models import Call, Instance, Mark, Profile, SourceText
from synthesis.shapes.excerpts import ExcerptRecord
from synthesis.shapes.profiles import ClientFile
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import invented
from tests.review.studio import desk, submit
from tests.synthesis.erased_excerpts import AGENTS, MARK, SAID, WHY, made, rows_with
from tests.synthesis.excerpts_of_sessions import ABOUT, confirmed, record, stored

__all__ = ["made"]


def test_before_it_the_words_stand_where_they_are_looked_for(made):
    assert rows_with(MARK) == {"synthesis.SourceText", "synthesis.Instance", "synthesis.Call"}


def test_no_word_is_left_and_the_rows_still_say_that_there_was_something(made, lena):
    one, instance = made
    digest, n = one.source_text.digest, Call.objects.count()
    erased = erasing.erase(source=one.source_text, why=WHY, by=lena)
    assert rows_with(MARK) == set()
    source = SourceText.objects.get()
    assert (source.digest, source.text, source.erased_why) == (digest, "", WHY) and source.erased_at
    assert erased.rows["sessions"] == 1 and erased.rows["replies of models"] == n == Call.objects.count()
    kept = Instance.objects.get(pk=instance.pk)
    assert (kept.state, kept.digest) == ("made", instance.digest)
    assert [said["speaker"] for said in kept.content["utterances"]] == ["counsellor", "client"]
    assert kept.content["reply"] == ERASED and kept.content["ratings"][0]["level"] == 1
    assert Mark.objects.filter(instance=instance, kind="held", by_machine="erasing").exists()
    event = TrailEvent.objects.get(verb="synthesis.erase")
    assert (event.by, event.name) == (lena, "clinic-1") and event.after["erased"]["sessions"] == 1


def test_what_readers_were_shown_and_wrote_goes_too_and_their_tasks_leave_label_studio(
    made, ben, chloe, lena
):
    one, instance = made
    round = invented.round_of(
        "resistance_reply", 1, [ben, chloe], lena, instances=[instance], screen="excerpt_reply"
    )
    fake = FakeLabelStudio()
    send(round, fake)
    says = invented.says(
        "resistance_reply", rationale=f"She says {MARK}.", exemplar_verdict="edit", better_reply=f"Leave it, {MARK}.",
        evidence={"autonomy": [{"turn": None, "quote": MARK, "note": MARK}]},
    )  # fmt: skip
    submit(desk(fake, ben), round.items.get(), ben, says)
    assert sync_all(fake).decided == 1
    assert rows_with(MARK) >= {"review.Decision", "review.Rating", "review.RawAnnotation"} and MARK in str(
        fake.tasks
    )
    # What was written about it: a flag, a lead's answer, why it was held, an appeal and what was answered.
    item = round.items.get()
    decision = Decision.objects.get()
    flag = Flag.objects.create(
        item=item, kind="person", words=f"He says {MARK}.", raised_at=timezone.now(), decision=decision,
        rater=decision.rater,
    )  # fmt: skip
    Resolution.objects.create(flag=flag, holds=True, reason=f"It tells of {MARK}.", by=lena)
    Mark.objects.create(instance=instance, kind="held", by=lena, reason=f"It tells of {MARK}.")
    appeal = Appeal.objects.create(item=item, by=ben, reason=f"I read {MARK}.")
    Appeal.objects.filter(pk=appeal.pk).update(
        state="declined", answer=f"So do I, {MARK}.", answered_by=lena, answered_at=timezone.now()
    )
    about = {"review.Flag", "review.Resolution", "review.Appeal", "synthesis.Mark"}
    assert rows_with(MARK) >= about
    for model, field in ((Flag, "words"), (Resolution, "reason"), (Appeal, "reason"), (Mark, "reason")):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            model.objects.update(**{field: "Other words."})
    erasing.erase(source=one.source_text, why=WHY, by=lena)
    assert rows_with(MARK) == set()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Flag.objects.update(kind="unsafe")
    decision = Decision.objects.get()
    assert (decision.rationale, decision.better_reply, decision.exemplar_verdict) == (ERASED, ERASED, "edit")
    assert {rating.value for rating in decision.ratings.all()} == {"0"}, "numbers stay"
    assert not RawAnnotation.objects.get().cancelled
    assert TaskToErase.objects.filter(gone_at=None).count() == 2 and len(fake.tasks) == 2
    # Judged there before the task was gone: that goes with it.
    submit(desk(fake, chloe), round.items.get(), chloe, says)
    sync_all(fake)
    assert fake.tasks == {} and rows_with(MARK) == set()
    assert not TaskToErase.objects.filter(gone_at=None).exists()
    assert set(Reading.objects.values_list("send_state", flat=True)) == {"removed"}


def test_a_task_that_label_studio_cannot_delete_now_is_deleted_later(made, ben, lena):
    one, instance = made
    round = invented.round_of(
        "resistance_reply", 1, [ben], lena, overlap=1, instances=[instance], screen="excerpt_reply"
    )
    fake = FakeLabelStudio()
    send(round, fake)
    erasing.erase(source=one.source_text, why=WHY, by=lena)

    def is_down(task):
        raise LabelStudioDown("It does not answer.")

    deleted, fake.erase_task = fake.erase_task, is_down
    sync_all(fake)
    assert len(fake.tasks) == 1 and TaskToErase.objects.get().gone_at is None
    fake.erase_task = deleted
    sync_all(fake)
    assert fake.tasks == {} and TaskToErase.objects.get().gone_at


def test_what_was_not_sent_never_is(made, ben, lena):
    one, instance = made
    round = invented.round_of(
        "resistance_reply", 1, [ben], lena, overlap=1, instances=[instance], screen="excerpt_reply"
    )
    erasing.erase(source=one.source_text, why=WHY, by=lena)
    fake = FakeLabelStudio()
    assert send(round, fake) == 0 and fake.tasks == {}


def test_the_same_text_is_not_stored_again_nor_anything_made_of_it(made, lena):
    one, _instance = made
    erasing.erase(source=one.source_text, why=WHY, by=lena)
    again = excerpts.store(
        [("line 1", ExcerptRecord.model_validate(record(turns=SAID)))], ClientFile(**ABOUT)
    )
    assert not again.new and "line 1: its text was erased on" in again.refused[0] and rows_with(MARK) == set()
    with pytest.raises(planning.NotPlanned, match="There is no profile"):
        planning.plan(recipe="excerpt_reply", profiles="clinic-1")


def test_what_was_only_planned_is_cancelled_and_what_is_being_made_is_waited_for(endpoint, lena):
    endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    run = planning.plan(recipe="excerpt_reply", profiles=[one])
    instances = Instance.objects.filter(run=run)
    instances.update(state="making", lease_by="somebody", lease_until="2100-01-01T00:00Z")
    with pytest.raises(NotErased, match="1 are being made of it at this moment"):
        erasing.erase(source=one.source_text, why=WHY, by=lena)
    assert SourceText.objects.get().text
    instances.update(state="planned", lease_by="", lease_until=None)
    erasing.erase(source=one.source_text, why=WHY, by=lena)
    assert instances.get().state == "cancelled"


def test_it_is_erased_once_with_a_reason_and_by_a_lead(db, ben, lena):
    one = stored()
    for why in ("", "   ", "x" * 301):
        with pytest.raises(NotErased):
            erasing.erase(source=one.source_text, why=why, by=lena)
    with pytest.raises(Refused):
        erasing.erase(source=one.source_text, why=WHY, by=ben)
    erasing.erase(source=one.source_text, why=WHY, by=lena)
    with pytest.raises(NotErased, match="already"):
        erasing.erase(source=one.source_text, why=WHY, by=lena)


def test_without_erasure_frozen_rows_stay_frozen(made):
    _one, instance = made
    for change in (
        lambda: Instance.objects.filter(pk=instance.pk).update(content={"reply": "other"}),
        lambda: Call.objects.update(text="other"),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()


def test_after_erasure_nothing_but_words_can_be_changed(made, lena):
    one, instance = made
    erasing.erase(source=one.source_text, why=WHY, by=lena)
    for change in (
        lambda: Instance.objects.filter(pk=instance.pk).update(digest="0" * 64),
        lambda: Call.objects.update(seed=1),
        lambda: SourceText.objects.update(text="back again"),
        lambda: Instance.objects.filter(pk=instance.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_pages_of_what_was_erased_still_open(made, lena, log_in):
    one, instance = made
    lenas = log_in(lena)
    act = reverse("excerpt_act", args=[one.public_id])
    page = lenas.post(act, {"act": "erase", "why": WHY}, follow=True).content.decode()
    assert "Erased. sessions: 1, replies of models: 7" in page and MARK not in page
    for name, which in (("excerpt", one), ("instance", instance), ("run", instance.run), ("profile", one)):
        assert lenas.get(reverse(name, args=[which.public_id])).status_code == 200
    assert "erased" in lenas.get(reverse("excerpts")).content.decode()
    assert Profile.objects.get().source_text.erased_why == WHY


def test_numbers_and_labels_are_no_words():
    content = {
        "utterances": [{"id": 1, "speaker": "client", "text": "T"}],
        "exemplar": "",
        "ratings": [{"level": 2}],
    }
    assert blanked(content) == {
        "utterances": [{"id": 1, "speaker": "client", "text": ERASED}], "exemplar": "", "ratings": [{"level": 2}],
    }  # fmt: skip
    assert json.dumps(blanked(content))


def revisions(lena):
    """An excerpt in three revisions: its words twice, the second time under another consent, and mended ones."""
    first = confirmed(lena, turns=SAID)
    record_of = ExcerptRecord.model_validate(record(turns=SAID))
    again = excerpts.store(
        [("line 1", record_of)], ClientFile(**ABOUT | {"consent": "written, for teaching"})
    )
    other = ExcerptRecord.model_validate(
        record(turns=[SAID[0], {"speaker": "client", "text": "No, I said."}])
    )
    mended = excerpts.store([("line 1", other)], ClientFile(**ABOUT))
    return first, again.revised[0], mended.revised[0]


def test_the_list_shows_every_revision_of_which_words_are_still_there(db, lena, log_in):
    first, again, mended = revisions(lena)
    lenas = log_in(lena)
    page = lenas.get(reverse("excerpts")).content.decode()
    for one in (again, mended):
        assert reverse("excerpt", args=[one.public_id]) in page
    erasing.erase(source=first.source_text, why=WHY, by=lena)
    page = lenas.get(reverse("excerpts")).content.decode()
    assert reverse("excerpt", args=[mended.public_id]) in page and "Earlier words" not in page


def test_the_command_erases_all_revisions_or_none(db, lena, monkeypatch):
    first, _again, mended = revisions(lena)
    both = {one.source_text.pk for one in (first, mended)}
    erase, done = erasing.erase, []

    def once(**told):
        if done:
            raise NotErased("1 are being made of it at this moment: pause their run first.")
        done.append(told["source"].pk)
        return erase(**told)

    monkeypatch.setattr(erasing, "erase", once)
    with pytest.raises(CommandError, match="Nothing was erased: 1 are being made"):
        call_command("erase_excerpt", "clinic-1", why=WHY)
    assert not SourceText.objects.exclude(erased_at=None).exists() and MARK in SourceText.objects.first().text
    monkeypatch.undo()
    call_command("erase_excerpt", "clinic-1", why=WHY)
    assert set(SourceText.objects.exclude(erased_at=None).values_list("pk", flat=True)) == both
    assert rows_with(MARK) == set()
