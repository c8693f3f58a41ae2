"""Replies with their ratings in the layout that MentalBench is published in; every record here is invented."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import Workbook

from synthesis.importing_replies import import_replies
from synthesis.models import Instance, Mark, Profile
from synthesis.reading import BadProfiles
from synthesis.shapes.judged import DIMENSIONS
from tests.fakes.label_studio import FakeLabelStudio

CONTEXT = "I lie awake and count what I said wrong at work. In the morning I remember none of it."
SEVEN = {name.capitalize(): n for n, name in enumerate(DIMENSIONS[:5], start=1)} | {
    "Helpfulness": 5,
    "Understanding": 4,
}


def row(**changes) -> dict:
    return {
        "context": CONTEXT,
        "response": "That sounds tiring.",
        "GPT-4o": "Many people feel so.",
        **changes,
    }


def rated(**changes) -> dict:
    return {"ConvID": 7, "context": CONTEXT, " human_response_gpt4o": json.dumps(SEVEN), **changes}


@pytest.fixture
def file(tmp_path):
    def written(rows, name="replies.json"):
        path = tmp_path / name
        if path.suffix == ".csv":
            with path.open("w", newline="", encoding="utf-8") as opened:
                writer = csv.DictWriter(opened, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        elif path.suffix == ".xlsx":
            book = Workbook()
            book.active.append(list(rows[0]))
            for one in rows:
                book.active.append(list(one.values()))
            book.save(path)
        else:
            path.write_text(json.dumps(rows), encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_every_reply_of_a_row_becomes_one_of_ours_with_its_ratings(file, db, kind):
    ratings = file([rated()], f"ratings.{kind}")
    found = import_replies([file([row()], f"replies.{kind}")], ratings=[ratings], licence="CC-BY-4.0")
    assert (found.new, found.rated, found.refused) == (2, 1, [])
    by_model = {one.content["published"]["model"]: one for one in Instance.objects.select_related("profile")}
    gpt, person = by_model["GPT-4o"], by_model["response"]
    assert gpt.content["published"]["scores"] == {name.casefold(): score for name, score in SEVEN.items()}
    assert person.content["published"]["scores"] is None
    assert (gpt.content["reply"], gpt.content["ended"], "rating" in gpt.content) == (
        "Many people feel so.", "imported", False,
    )  # fmt: skip
    assert gpt.profile == person.profile and gpt.profile.content["speech"] == CONTEXT
    assert (gpt.profile.kind, gpt.profile.licence, gpt.origin) == ("speech", "CC-BY-4.0", "import")


def test_of_other_columns_those_that_hold_replies_are_named(file, db):
    path = file([row(condition="insomnia")])
    assert import_replies([path], columns=["response", "GPT-4o"]).new == 2
    assert "insomnia" not in str(list(Instance.objects.values_list("content", flat=True)))


def test_the_same_again_stores_nothing(file, db):
    path, ratings = file([row()]), file([rated()], "ratings.json")
    import_replies([path], ratings=[ratings])
    again = import_replies([path], ratings=[ratings])
    assert (again.new, again.unchanged, Instance.objects.count(), Profile.objects.count()) == (0, 2, 2, 1)


BAD_REPLIES = {
    "no message": (row(context=""), "row 2: field context"),
    "no reply but blanks": (row(context="Another one.", response=" "), "row 2, column response: field text"),
    "no text": (row(context="Another one.", response=7), "row 2, column response: field text"),
    "another reply to the same message": (
        row(response="Else."),
        "row 2, column response: another reply of it",
    ),
    "no row": ("a note", "row 2: field context"),
}


@pytest.mark.parametrize("what", BAD_REPLIES)
def test_what_does_not_fit_is_named_and_the_others_are_stored(file, db, what):
    bad, why = BAD_REPLIES[what]
    found = import_replies([file([row(), bad])])
    assert found.new >= 2 and len(found.refused) == 1 and why in found.refused[0], found.refused


BAD_RATINGS = {
    "off the scale": (SEVEN | {"Safety": 6}, "“6” is not on the scale from 1 to 5"),
    "no number": (SEVEN | {"Safety": "4"}, "“4” is not on the scale"),
    "one is missing": ({n: s for n, s in SEVEN.items() if n != "Safety"}, "safety: Field required"),
    "no JSON": ("good", "is no JSON object of seven scores"),
    "a list": ([1, 2, 3], "is no JSON object of seven scores"),
}


@pytest.mark.parametrize("what", BAD_RATINGS)
def test_a_rating_that_does_not_fit_is_named_and_its_reply_is_stored_without(file, db, what):
    given, why = BAD_RATINGS[what]
    ratings = file([{"context": CONTEXT, "human_response_gpt4o": given}], "ratings.json")
    found = import_replies([file([row()])], ratings=[ratings])
    assert (found.new, found.rated) == (2, 0)
    (sentence,) = found.refused
    assert "ratings.json, row 1, column human_response_gpt4o" in sentence and why in sentence


def test_ratings_of_nothing_and_ratings_that_come_twice_are_named(file, db):
    ratings = file([rated(), rated(), rated(context="Nobody's message.")], "ratings.json")
    found = import_replies([file([row()])], ratings=[ratings])
    assert found.rated == 1
    twice, nothing = found.refused
    assert "row 2, column human_response_gpt4o: rated already at" in twice
    assert "row 3, column human_response_gpt4o: rates no reply that is there" in nothing


def test_the_command_asks_whose_words_these_are(file, db, capsys):
    path = str(file([row(), row(context="")]))
    with pytest.raises(CommandError, match="real people") as refusal:
        call_command("import_replies", path)
    assert refusal.value.returncode == 2 and not Instance.objects.exists()
    with pytest.raises(CommandError, match="1 refused") as ended:
        call_command("import_replies", path, "--no-real-person", "--json")
    assert ended.value.returncode == 1
    assert json.loads(capsys.readouterr().out) == {"new": 2, "with_ratings": 0, "unchanged": 0, "refused": 1}


@pytest.mark.parametrize(
    ("name", "bytes_"),
    [("a.json", b"[{]"), ("a.csv", b"context,x\n\xff,y"), ("a.xlsx", b"no workbook"), ("a.csv", b"")],
)
def test_a_file_that_cannot_be_read_stores_nothing(tmp_path, db, name, bytes_):
    path = tmp_path / name
    path.write_bytes(bytes_)
    with pytest.raises(BadProfiles):
        import_replies([path])
    assert not Instance.objects.exists() and not Profile.objects.exists()


def test_messages_that_are_nearly_the_same_are_both_stored_and_no_split_parts_them(file, db):
    found = import_replies([file([row(), row(context=CONTEXT.replace("none of it.", "none of it!"))])])
    assert (found.new, found.refused) == (4, [])
    one, other = Profile.objects.order_by("pk")
    assert one.key != other.key and one.base_case == other.base_case


def test_words_of_risk_raise_the_tier(file, db):
    import_replies([file([row(context="Some nights I think of killing myself.")])])
    assert {mark.tier for mark in Mark.objects.filter(kind="tier")} <= {"ideation", "self-harm-or-suicide"}
    assert Mark.objects.filter(kind="tier").count() == 2


def test_a_lead_reads_who_wrote_it_and_readers_do_not(file, lena, log_in, ben):
    from review.label_studio.sending import send
    from tests.review import invented

    import_replies([file([row()])], ratings=[file([rated()], "ratings.json")], licence="CC-BY-4.0")
    one = Instance.objects.get(content__published__model="GPT-4o")
    page = log_in(lena).get(reverse("instance", args=[one.public_id])).content.decode()
    assert "As published, by GPT-4o" in page and "Many people feel so." in page and "Not recorded" in page
    round = invented.round_of("judged_reply", 1, [ben], lena, overlap=1, instances=[one])
    assert round.items.get().arm == "rated"
    fake = FakeLabelStudio()
    send(round, fake)
    (task,) = fake.tasks.values()
    assert task["data"]["reply"] == "Many people feel so." and "GPT" not in str(task)
