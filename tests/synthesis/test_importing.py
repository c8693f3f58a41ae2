"""Sessions and intake forms in the layout that MAGneT is published in; every record here is invented."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from synthesis import loading
from synthesis.importing import import_sessions
from synthesis.models import Instance, Mark, Profile
from synthesis.reading import BadProfiles
from tests.fakes.label_studio import FakeLabelStudio

FORM = """Name:
Odile Marchand
Age:
38
Gender: woman
Occupation: Gardener

2. Presenting Problem
She doubts each decision afterwards and asks three people.

3. Reason for Seeking Counseling
A colleague said that she needs a whole day for a hedge.

4. Past History (including medical history)
The youngest of four, who decided for her.

5. Academic/Occupational Functioning Level
Works every day, slower than before.

6. Social Support System
A brother, and the women of the choir.
"""


def client(form=FORM, attitude="neutral") -> dict:
    return {"intake_form": form, "attitude": attitude, "attitude_instruction": "…"}


def talk(n=6, last="Thank you.") -> list[dict]:
    said = [{"role": ("Counselor", "Client")[i % 2], "message": f"Message {i}."} for i in range(n)]
    return [*said[:-1], {**said[-1], "message": last}]


def session(**changes) -> dict:
    plan = "Counseling plan:\n1. Collect decisions.\n2. Weigh them."
    return {
        "AI_client": client(), "AI_counselor": {}, "cbt_technique": "Evidence-Based Questioning", "cbt_plan": plan,
        "dialogue": talk(), **changes,
    }  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def written(data, name="sessions.json"):
        path = tmp_path / name
        path.write_text(json.dumps(data, indent=1), encoding="utf-8")
        return path

    return written


def test_a_published_session_becomes_one_of_ours_with_its_form_and_its_licence(file, db):
    found = import_sessions([file([session()])], licence="GPL-2.0")
    (one,) = found.new
    one = Instance.objects.select_related("profile").get(pk=one.pk)
    assert (one.origin, one.recipe, one.state, one.run, one.version) == (
        "import", "technique_session", "made", None, None,
    )  # fmt: skip
    assert one.content["plan"]["technique"] == "weighing-evidence" and len(one.content["plan"]["steps"]) == 3
    assert [said["speaker"] for said in one.content["utterances"]][:2] == ["counsellor", "client"]
    assert (one.profile.kind, one.profile.name, one.profile.licence) == ("intake", "Odile", "GPL-2.0")
    assert (
        one.profile.content["age"] == 38
        and one.profile.content["support"] == "A brother, and the women of the choir."
    )
    assert one.factors == {"attitude": "neutral"}


def test_the_same_record_again_stores_nothing(file, db):
    path = file([session(), session()])
    first = import_sessions([path])
    assert (len(first.new), first.unchanged) == (1, 1)
    again = import_sessions([path])
    assert (len(again.new), again.unchanged, Instance.objects.count(), Profile.objects.count()) == (
        0,
        2,
        1,
        1,
    )


def test_what_the_published_program_writes_is_read_by_its_own_names(file, db):
    record = session()
    written = {
        "example": {"AI_client": record["AI_client"]}, "cbt_technique": "Pie Chart Technique", "cbt_plan": "P.",
        "history": record["dialogue"], "cost": 0,
    }  # fmt: skip
    (one,) = import_sessions([file(written)]).new
    assert one.content["plan"]["technique"] == "responsibility-pie"


@pytest.mark.parametrize(
    ("said", "how"),
    [
        (talk(42), "limit"),
        (talk(6), "not_recorded"),
        (talk(6, "That is enough. [/END]"), "enough"),
    ],
)
def test_how_a_session_ended_is_read_from_what_was_said(file, db, said, how):
    (one,) = import_sessions([file([session(dialogue=said)])]).new
    assert one.content["ending"]["how"] == how
    assert "[/END]" not in json.dumps(one.content)


BAD = {
    "an unknown technique": (session(cbt_technique="Hypnosis"), "“Hypnosis” is none of the twelve techniques"),
    "no plan": (session(cbt_plan=""), "field cbt_plan"),
    "somebody else speaks": (
        session(dialogue=[{"role": "Narrator", "message": "It rains."}] * 4), "“Narrator” is neither counselor nor client"
    ),
    "out of turn": (session(dialogue=[*talk()[1:], talk()[0]]), "message 1 is the client's"),
    "an empty message": (session(dialogue=[*talk(), {"role": "Counselor", "message": " "}]), "field dialogue.6.message"),
    "goes on after its end": (
        session(dialogue=[{"role": "Counselor", "message": "Hello. [/END]"}, *talk()[1:]]),
        "ends the session, and it goes on",
    ),
    "a part of the form is missing": (
        session(AI_client=client(FORM.replace("6. Social Support System\n", ""))), "has no part “support”"
    ),
    "nobody's form": (session(AI_client=client(FORM.replace("Name:\nOdile Marchand\n", ""))), "names nobody"),
    "an unknown attitude": (session(AI_client=client(attitude="furious")), "field AI_client.attitude"),
    "no record": ("a checkpoint", "valid dictionary"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_record_that_does_not_fit_is_named_and_the_others_are_stored(file, db, what, capsys):
    bad, why = BAD[what]
    path = file([session(), bad])
    found = import_sessions([path])
    assert len(found.new) == 1 and Instance.objects.count() == 1
    (sentence,) = found.refused
    assert sentence.startswith(f"{path}, line ") and "record 2" in sentence and why in sentence
    with pytest.raises(CommandError, match="1 refused") as ended:
        call_command("import_sessions", str(path))
    assert ended.value.returncode == 1


def test_a_file_of_which_nothing_fits_stores_nothing(file, db):
    with pytest.raises(BadProfiles, match="none of the twelve"):
        import_sessions([file([session(cbt_technique="Hypnosis")])])
    with pytest.raises(CommandError) as ended:
        call_command("import_sessions", str(file({"no": "session"}, "other.json")))
    assert ended.value.returncode == 2
    assert not Instance.objects.exists() and not Profile.objects.exists()


def test_words_of_risk_in_an_imported_session_raise_its_tier(file, db):
    said = talk(6, "Some nights I think of killing myself.")
    (one,) = import_sessions([file([session(dialogue=said)])]).new
    assert Mark.objects.get(instance=one, kind="tier").tier in ("ideation", "self-harm-or-suicide")


def test_seeds_become_intake_forms_each_once_whatever_the_attitude(file, db):
    seeds = [
        {"AI_client": client(attitude=attitude), "AI_counselor": {}}
        for attitude in ("positive", "neutral", "negative")
    ]
    other = {"AI_client": client(FORM.replace("Odile", "Renata").replace("38", "61"))}
    found = loading.load(
        file([*seeds, other, {"AI_client": client("Name: Nobody")}], "data.json"), licence="GPL-2.0"
    )
    assert sorted(one.name for one in found.new) == ["Odile", "Renata"]
    (sentence,) = found.refused
    assert "record 5" in sentence and "has no part" in sentence
    assert {one.kind for one in found.new} == {"intake"}


def test_a_lead_reads_an_imported_session_with_its_plan_and_that_its_ending_is_not_known(file, lena, log_in):
    (one,) = import_sessions([file([session()])]).new
    page = log_in(lena).get(reverse("instance", args=[one.public_id])).content.decode()
    assert "weighing the evidence" in page and "2. Weigh them." in page and "Not recorded" in page
    assert "Behind this turn" not in page and "imported" in page


def test_an_imported_session_is_put_before_readers_like_any_other(file, ben, lena):
    from review.label_studio.sending import send
    from tests.review import invented

    made = import_sessions([file([session()])], licence="GPL-2.0").new
    round = invented.round_of("technique_session", 1, [ben], lena, overlap=1, instances=made)
    fake = FakeLabelStudio()
    send(round, fake)
    (task,) = fake.tasks.values()
    assert [turn["text"] for turn in task["data"]["dialogue"]] == [one["message"] for one in talk()]
    assert "weighing" not in str(task) and "Weigh them" not in str(task) and "MAGneT" not in str(task)
