"""What leaves in a release, and what never does."""

import json
from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.roles import Refused
from exports import places
from exports.building import NotFrozen, freeze
from exports.models import Dataset, DatasetItem
from review.flags.answering import resolve
from review.models import Flag, Standing
from synthesis.models import Mark
from tests.exports import factories

pytestmark = pytest.mark.django_db


def rows(dataset, kind: str) -> list[dict]:
    found = []
    for path in sorted((places.dataset_folder(dataset) / kind).glob("*.jsonl")):
        found += [json.loads(line) for line in path.read_text().splitlines()]
    return found


def everything(dataset) -> str:
    return "".join(path.read_text() for path in places.dataset_folder(dataset).rglob("*") if path.is_file())


def replies(dataset) -> Counter:
    """Every text that is taught as good: sft, chosen, and label true."""
    good = [row["messages"][-1]["content"] for row in rows(dataset, "sft")]
    good += [row["chosen"][0]["content"] for row in rows(dataset, "preference")]
    good += [row["completion"][0]["content"] for row in rows(dataset, "unpaired") if row["label"]]
    return Counter(good)


def one(query: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def test_the_row_counts_are_those_that_plain_sql_gives(dataset, mixed_round):
    may_leave = (
        "SELECT i.id FROM review_item i WHERE i.round_id = %s AND i.arm = 'aided' AND NOT EXISTS "
        "(SELECT 1 FROM review_standing s WHERE s.item_id = i.id AND s.state <> 'settled')"
    )
    verdict = (
        f"SELECT count(*) FROM review_standing WHERE aspect = 'verdict' AND item_id IN ({may_leave}) AND "
    )
    # An outcome is JSON: a quoted word.
    accepted = one(verdict + "outcome = '\"accept\"'", mixed_round.pk)
    rejected = one(verdict + "outcome = '\"reject\"'", mixed_round.pk)
    edits = (
        "SELECT count(*) FROM review_decision d JOIN review_standing s ON s.item_id = d.item_id "
        f"WHERE s.aspect = 'wording' AND d.verdict = 'edit' AND d.item_id IN ({may_leave}) "
        "AND CAST(s.outcome AS text) LIKE '%%' || substr(CAST(d.public_id AS text), 1, 8) || '%%'"
    )
    approved = one(edits, mixed_round.pk)
    typo = one(edits + " AND d.edited_text LIKE '%%Voice!%%'", mixed_round.pk)
    edited_items = one(verdict + "outcome = '\"edit\"'", mixed_round.pk)
    assert (accepted, rejected, approved, typo, edited_items) == (2, 2, 2, 1, 2)
    assert dataset.manifest["rows"] == {
        "sft": accepted + approved,
        "preference": approved - typo,
        "turn_preference": 0,
        "unpaired": accepted + rejected + approved + edited_items,
        "rating": 0,
        "reply": 0,
    }
    for kind, n in dataset.manifest["rows"].items():
        assert len(rows(dataset, kind)) == n
    assert DatasetItem.objects.filter(dataset=dataset).count() == accepted + rejected + edited_items


def test_a_rejected_text_is_taught_nowhere(dataset, mixed_round):
    rejected = [
        item.decisions.first().judged["draft"]
        for item in mixed_round.items.filter(standings__aspect="verdict", standings__outcome="reject")
    ]
    assert len(rejected) == 2
    good = replies(dataset)
    assert not any(good[text] for text in rejected)
    marked_bad = [row["completion"][0]["content"] for row in rows(dataset, "unpaired") if not row["label"]]
    assert set(rejected) <= set(marked_bad)


def test_an_edit_that_was_not_approved_leaves_nowhere(dataset):
    assert "three tips" not in everything(dataset)


def test_a_draft_that_was_edited_is_only_the_negative_side(dataset, mixed_round):
    item = mixed_round.items.get(position=3)
    draft = item.decisions.first().judged["draft"]
    assert replies(dataset)[draft] == 0
    (pair,) = rows(dataset, "preference")
    assert pair["rejected"][0]["content"] == draft
    assert pair["chosen"][0]["content"].startswith("Before any advice")
    assert pair["edited_words"] >= 3


def test_an_edit_of_typing_only_makes_no_preference_and_is_counted(dataset):
    assert dataset.manifest["edits_too_small_for_preference"] == 1
    assert not any("Voice!" in row["chosen"][0]["content"] for row in rows(dataset, "preference"))
    assert any("Voice!" in row["messages"][-1]["content"] for row in rows(dataset, "sft"))


def test_disputed_open_and_unaided_items_are_in_no_file(dataset, mixed_round):
    text = everything(dataset)
    for item in mixed_round.items.filter(position__gt=6):
        assert str(item.public_id) not in text
        assert str(item.instance.public_id) not in text
    assert "DISPUTED DRAFT" not in text and "OPEN DRAFT" not in text
    assert dataset.manifest["left_out"] == {
        "in dispute when the round was closed": 1,
        "open when the round was closed": 1,
        "read without the draft: findings only": 1,
    }


def test_a_wording_in_dispute_holds_its_item_back(artefacts, lena):
    round = factories.a_round()
    factories.item(round)
    factories.item(
        round, ("edit", "edit"), edits=("one wording", "another wording"), wording_state="disputed"
    )
    made = freeze(name="", rounds=[factories.close(round)], by=lena)
    assert made.manifest["left_out"] == {"in dispute when the round was closed": 1}


def test_the_corrections_of_the_guideline_are_not_in_the_prompt(dataset):
    assert "Solves before understanding." in everything(dataset)
    assert "SECRET CORRECTION" not in everything(dataset)


def test_a_rehearsal_is_never_mixed_with_human_rounds(mixed_round, lena):
    rehearsal = factories.a_round(rehearsal=True)
    factories.item(rehearsal, draft="REHEARSED DRAFT")
    factories.close(rehearsal)
    with pytest.raises(Refused, match="rehearsal"):
        freeze(name="", rounds=[mixed_round, rehearsal], by=lena)
    assert not Dataset.objects.exists()
    human = freeze(name="", rounds=[mixed_round], by=lena)
    assert "REHEARSED DRAFT" not in everything(human) and not human.rehearsal
    marked = freeze(name="", rounds=[rehearsal], by=lena)
    assert marked.rehearsal and marked.manifest["rehearsal"] is True
    assert all(row["rehearsal"] is True for row in rows(marked, "sft"))


def test_a_rehearsal_of_the_same_session_takes_nothing_from_the_human_release(artefacts, lena):
    human, rehearsal = factories.a_round(), factories.a_round(rehearsal=True)
    session = factories.instance()
    factories.item(human, of=session, draft="JUDGED BY PEOPLE")
    factories.item(rehearsal, ("reject", "reject"), of=session)
    factories.close(rehearsal)
    made = freeze(name="", rounds=[factories.close(human)], by=lena)
    assert replies(made)["JUDGED BY PEOPLE"] == 2


def test_of_two_readings_of_one_session_the_latest_settled_counts(artefacts, lena):
    first, second = factories.a_round(), factories.a_round()
    session, open_again = factories.instance(), factories.instance()
    earlier = factories.item(first, of=session, draft="FIRST APPROVED, THEN REJECTED")
    factories.item(first, of=open_again, draft="STILL APPROVED")
    factories.item(
        second, ("reject", "reject"), of=session, draft="FIRST APPROVED, THEN REJECTED", supersedes=earlier
    )
    factories.item(second, ("accept",), state="open", of=open_again)
    made = freeze(name="", rounds=[factories.close(first), factories.close(second)], by=lena)
    assert set(replies(made)) == {"STILL APPROVED"}
    assert made.manifest["left_out"]["read again later: the latest settled reading counts"] == 1


def test_risk_licence_holds_and_unsafe_sessions_stay_here(artefacts, lena):
    round = factories.a_round()
    factories.item(round)
    factories.item(round, client=factories.profile("at-risk", tier="ideation"))
    factories.item(round, client=factories.profile("unlicensed", licence=""))
    factories.item(round, client=factories.profile("local", may_leave_machine=False))
    factories.item(round, ("reject", "reject"), safety="unsafe")
    held = factories.item(round)
    Mark.objects.create(instance=held.instance, kind="held", by=lena, reason="A reader asked.")
    raised = factories.item(round)
    Mark.objects.create(
        instance=raised.instance, kind="tier", tier="abuse", by_machine="rule", reason="A word."
    )
    made = freeze(name="", rounds=[factories.close(round)], by=lena)
    assert made.manifest["items"] == 1
    assert set(made.manifest["left_out"]) == {
        "risk tier ideation: leaves only in an export that names it",
        "risk tier abuse: leaves only in an export that names it",
        "licence of the client unknown",
        "the client's record may not leave this machine",
        "judged unsafe",
        "held back",
    }
    named = freeze(name="", rounds=[round], by=lena, named_tiers=("none", "ideation"))
    assert named.manifest["items"] == 2


def test_a_session_called_unsafe_in_one_reading_leaves_by_no_other(artefacts, lena):
    round, again = factories.a_round(), factories.a_round()
    session = factories.instance()
    factories.item(round)
    factories.item(round, of=session, draft="APPROVED WHERE NOBODY CALLED IT UNSAFE")
    waiting = factories.item(again, ("reject", "accept"), of=session, state="disputed")
    Standing.objects.create(item=waiting, aspect="safety", state="disputed")
    made = freeze(name="", rounds=[factories.close(round)], by=lena)
    assert made.manifest["items"] == 1 and "APPROVED WHERE" not in everything(made)
    assert made.manifest["left_out"] == {"called unsafe in another reading, which nobody has resolved": 1}


def test_a_session_whose_flag_waits_stays_here_until_a_lead_has_answered(artefacts, lena):
    round = factories.a_round()
    factories.item(round)
    item = factories.item(round)
    rater = item.decisions.first().rater
    flag = Flag.objects.create(
        item=item, kind="person", rater=rater, words="A street.", raised_at=timezone.now()
    )
    factories.close(round)
    made = freeze(name="", rounds=[round], by=lena)
    assert made.manifest["left_out"] == {"flagged by a reader, which no lead has answered in writing": 1}
    resolve(flag=flag, holds=False, reason="The street is invented.", by=lena)
    assert freeze(name="", rounds=[round], by=lena).manifest["items"] == 2


def test_an_unsafe_call_in_an_unaided_reading_keeps_the_aided_one_here(artefacts, lena):
    round = factories.a_round()
    session = factories.instance()
    factories.item(round)
    factories.item(round, of=session)
    unaided = factories.item(round, ("", ""), of=session, arm="unaided")
    Standing.objects.create(item=unaided, aspect="safety", state="disputed")
    assert freeze(name="", rounds=[factories.close(round)], by=lena).manifest["items"] == 1


def test_what_a_simulated_reader_calls_unsafe_keeps_only_rehearsals_back(artefacts, lena):
    human, rehearsal = factories.a_round(), factories.a_round(rehearsal=True)
    session = factories.instance()
    factories.item(human, of=session)
    played = factories.item(rehearsal, ("reject", "accept"), of=session, state="disputed")
    Standing.objects.create(item=played, aspect="safety", state="disputed")
    factories.close(rehearsal)
    assert freeze(name="", rounds=[factories.close(human)], by=lena).manifest["items"] == 1


def test_nothing_is_added_to_a_frozen_release(dataset, mixed_round):
    left = mixed_round.items.exclude(pk__in=dataset.dataset_items.values("item")).first()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        DatasetItem.objects.create(dataset=dataset, item=left, split="train")


def test_a_tier_that_a_qualified_person_lowered_no_longer_holds_back(artefacts, lena):
    round = factories.a_round()
    client = factories.profile("at-risk", tier="ideation")
    item = factories.item(round, client=client)
    mark = Mark.objects.create(
        instance=item.instance, kind="tier", tier="ideation", by_machine="profile", reason="-"
    )
    Mark.objects.create(
        instance=item.instance, kind="tier", tier="none", lowers=mark, by=lena, reason="Read it."
    )
    assert freeze(name="", rounds=[factories.close(round)], by=lena).manifest["items"] == 1


def test_a_round_of_which_nothing_may_leave_gives_no_dataset_and_says_why(artefacts, lena):
    round = factories.a_round()
    factories.item(round, ("accept", "reject"), state="disputed")
    with pytest.raises(NotFrozen, match="1 × in dispute"):
        freeze(name="", rounds=[factories.close(round)], by=lena)
    failed = Dataset.objects.get()
    assert failed.state == "failed" and "in dispute" in failed.failure
    assert not any(artefacts.glob("datasets/*"))


def test_every_row_names_its_origin(dataset):
    for kind in ("sft", "preference", "unpaired"):
        for row in rows(dataset, kind):
            assert row["origin"] == "synthetic" and row["licence"] == "CC0-1.0"
            assert row["guideline"] == "novice-mistakes@1" and row["seed"] == 7
            assert row["models"] == {"supervisor": "smollm2"} and row["prompts"] and row["recipe"]
            assert row["rehearsal"] is False
