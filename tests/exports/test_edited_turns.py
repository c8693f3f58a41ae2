"""An expert's turn beside the counsellor's that she edited: what leaves as a preference, and what does not."""

import json

import pytest
from django.utils import timezone

from exports import places
from exports.building import freeze
from exports.formats.turn_preference import messages
from exports.samples import TurnEdit
from exports.training.sft_data import wrong_with
from review.models import Flag, Standing
from synthesis.models import Mark, Opening
from tests.exports import factories
from tests.exports.test_what_leaves import rows

WORDS = "Something holds you back each time. What is it like just before you ring?"
BEFORE = "You should simply ring him tonight."
SAID = [
    ("counsellor", "What brings you here?"),
    ("client", "I keep putting off a call to my brother."),
    ("counsellor", BEFORE),
]


def edited(by, *, text=WORDS, turn=3, client="mira", drafted=5, **fields):
    """A session that goes on from an edit of this turn; its parent is there too. The draft names a mistake at `drafted`."""
    fields["content"] = {"utterances": [], "feedback": {"findings": [{"utterances": [drafted]}]}}
    parent = factories.instance(factories.profile(client))
    child = factories.instance(factories.profile(client), origin="edit", parent=parent, **fields)
    opening = [{"id": i, "speaker": s, "text": t} for i, (s, t) in enumerate(SAID[:turn], 1)]
    before, opening[-1]["text"] = opening[-1]["text"], text
    Opening.objects.create(instance=child, utterances=opening, before=before, reason="Too soon.", by=by)
    return child


def unaided(round, child, *turns):
    """Settled without the draft, with a mistake at each of these, each the ids of its turns."""
    return factories.item(round, ("", ""), arm="unaided", of=child, marks=turns)


def frozen(round, lena, **more):
    return freeze(name="", rounds=[factories.close(round)], by=lena, **more)


def left_out(made) -> dict:
    return made.manifest["edited_turns_left_out"]


def test_an_edit_that_readers_found_without_a_mistake_is_chosen_over_the_original(artefacts, ana, lena):
    round = factories.a_round()
    child = edited(ana)
    unaided(round, child, [5])
    made = frozen(round, lena)
    [row] = rows(made, "turn_preference")
    assert row["chosen"] == [{"role": "assistant", "content": WORDS}]
    assert row["rejected"] == [{"role": "assistant", "content": BEFORE}]
    assert [one["role"] for one in row["prompt"]] == ["system", "user", "assistant", "user"]
    assert row["prompt"][-1]["content"] == SAID[1][1] and row["turn"] == 3 and row["read"] == "unaided"
    assert (row["instance"], row["original_instance"]) == (str(child.public_id), str(child.parent.public_id))
    assert row["licence"] == "CC0-1.0" and row["rehearsal"] is False and row["edited_words"] >= 3
    assert made.manifest["rows"]["turn_preference"] == made.manifest["items"] == 1
    assert made.manifest["left_out"] == {} == left_out(made)
    assert made.manifest["tiers"] == {"none": 1}


def test_the_training_reads_both_sides_as_conversations(artefacts, ana, lena):
    round = factories.a_round()
    unaided(round, edited(ana))
    unaided(round, edited(ana, turn=1, text="Take your time. Where would you like to begin?"))
    found = rows(frozen(round, lena), "turn_preference")
    assert len(found) == 2
    for row in found:
        for side in ("chosen", "rejected"):
            assert wrong_with({"messages": row["prompt"] + row[side]}) is None
        roles = [one["role"] for one in row["prompt"]]
        assert roles[:2] == ["system", "user"] and roles[-1] == "user", "templates begin with the user"


def test_who_speaks_twice_in_a_row_is_one_message():
    said = [{"speaker": "client", "text": "I am here."}, {"speaker": "client", "text": "Again."}]
    edit = TurnEdit(
        "i", "c", "p", "g", "train", 3, tuple(said), BEFORE, WORDS, "unaided", "novice-mistakes@1"
    )
    assert messages(edit)[1:] == [{"role": "user", "content": "I am here.\n\nAgain."}]


@pytest.mark.parametrize(
    "turns, why",
    [
        (([3],), "a mistake stands at the edited turn"),
        (([5], [2, 3]), "a mistake stands at the edited turn"),
        (([],), "a mistake stands that is marked at no turn"),
    ],
)
def test_an_edit_at_which_a_mistake_stands_is_left_out_and_counted(artefacts, ana, lena, turns, why):
    round = factories.a_round()
    factories.item(round)
    unaided(round, edited(ana), *turns)
    made = frozen(round, lena)
    assert rows(made, "turn_preference") == [] and left_out(made) == {why: 1}


def test_with_the_draft_what_any_reader_marked_stands_and_what_an_accepted_draft_says(artefacts, ana, lena):
    round = factories.a_round()
    free = edited(ana, client="client-1")
    factories.item(round, of=free, marks=((5,),))
    factories.item(round, of=edited(ana, client="client-2"), marks=((3,),))
    factories.item(round, of=edited(ana, client="client-3", drafted=3))
    made = frozen(round, lena)
    [row] = rows(made, "turn_preference")
    assert row["instance"] == str(free.public_id) and row["read"] == "aided"
    assert left_out(made) == {"a mistake stands at the edited turn": 2}
    assert made.manifest["items"] == 3, "as feedback all three leave"


def test_read_in_both_ways_it_leaves_once_and_only_where_neither_found_a_mistake(artefacts, ana, lena):
    round = factories.a_round()
    free, found = edited(ana, client="client-1"), edited(ana, client="client-2")
    for child, turns in ((free, ()), (found, ([3],))):
        factories.item(round, of=child)
        unaided(round, child, *turns)
    made = frozen(round, lena)
    [row] = rows(made, "turn_preference")
    assert (row["instance"], row["read"]) == (str(free.public_id), "unaided")
    assert left_out(made) == {"a mistake stands at the edited turn": 1}


def test_small_edits_clients_turns_and_what_one_person_read_are_left_out_by_reason(artefacts, ana, lena):
    round = factories.a_round()
    factories.item(round)
    unaided(round, edited(ana, text="You should simply ring him today."))
    unaided(round, edited(ana, turn=2, text="I have stopped thinking of my brother at all since."))
    alone = factories.item(round, ("",), arm="unaided", of=edited(ana))
    unaided(round, edited(factories.rater("reader-0").user))
    made = frozen(round, lena)
    assert alone.decisions.count() == 1
    assert rows(made, "turn_preference") == []
    assert left_out(made) == {
        "the edit changed under 10 % or 3 words": 1,
        "a turn of the client was edited, which no counsellor says": 1,
        "read by one person alone": 1,
        "judged by the person who edited it": 1,
    }
    card = (places.dataset_folder(made) / "README.md").read_text()
    assert "| Edited turns | 0 beside the turns" in card and "1 × read by one person alone" in card


def test_what_holds_the_original_or_its_client_back_holds_the_edit_back(artefacts, ana, lena):
    round = factories.a_round()
    factories.item(round)
    held, at_risk = edited(ana, client="client-1"), edited(ana, client="client-2")
    Mark.objects.create(instance=held.parent, kind="held", by=lena, reason="A reader asked.")
    Mark.objects.create(instance=at_risk, kind="tier", tier="ideation", by_machine="rule", reason="A word.")
    unaided(round, edited(ana, client="client-3", run=None))
    flagged = edited(ana, client="client-4")
    unaided(round, flagged)
    read = factories.item(round, of=flagged.parent)
    rater = read.decisions.first().rater
    Flag.objects.create(item=read, kind="person", rater=rater, words="A street.", raised_at=timezone.now())
    for child in (held, at_risk):
        unaided(round, child)
    made = frozen(round, lena)
    assert len(rows(made, "turn_preference")) == 1
    assert left_out(made) == {
        "the session that was edited: held back": 1,
        "the session that was edited: called unsafe or flagged, which nobody has answered": 1,
        "risk tier ideation: leaves only in an export that names it": 1,
    }


def test_in_dispute_it_stays_here(artefacts, ana, lena):
    round = factories.a_round()
    factories.item(round)
    item = unaided(round, edited(ana))
    Standing.objects.create(item=item, aspect="safety", state="disputed")
    assert left_out(frozen(round, lena)) == {"in dispute when the round was closed": 1}


def test_the_edit_and_its_original_are_on_one_side_of_a_split(artefacts, ana, lena):
    round = factories.a_round()
    for n in range(12):
        child = edited(ana, client=f"client-{n}")
        factories.item(round, of=child.parent)
        unaided(round, child)
    made = frozen(round, lena)
    sides: dict[str, set] = {}
    for kind in ("sft", "turn_preference"):
        for path in (artefacts / "datasets").rglob(f"{kind}/*.jsonl"):
            groups = {json.loads(line)["group"] for line in path.read_text().splitlines()}
            sides.setdefault(path.stem, set()).update(groups)
    assert len(sides) == 3 and sum(map(len, sides.values())) == 12 == made.manifest["groups"]


def test_the_same_edits_give_the_same_bytes_and_nothing_where_nobody_asks(artefacts, ana, lena):
    round = factories.a_round()
    factories.item(round)
    unaided(round, edited(ana))
    first, again = frozen(round, lena), freeze(name="", rounds=[round], by=lena)
    assert first.sha256 == again.sha256
    without = freeze(name="", rounds=[round], by=lena, formats=("sft",))
    assert without.manifest["items"] == 1 and without.manifest["edited_turns"] is None
    assert without.manifest["left_out"] == {"read without the draft: findings only": 1}
