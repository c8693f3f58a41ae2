"""Rated replies in the alpaca layout of SCOREval; every row here is invented."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from review.held import held_among
from synthesis import erasing, excerpts
from synthesis.importing_excerpts import import_rated
from synthesis.models import Instance, Profile, SourceText
from synthesis.reading import BadProfiles

TALK = """Rate the counselor's reply.

Client: I lie awake every night.
Counselor: What would it be like to get up when you cannot sleep?
Client: No. I have tried all that,
it never lasts.
Counselor: You are tired of trying. What would be worth it?"""
LABELS = """Respect for Autonomy: 2
Stance Alignment: 1
Emotional Resonance: Weak expression
Conversational Orientation: 2"""
WHY = "The client expects nothing to help. “You are tired of trying” receives that."
SAID = {"language": "en", "consent": "sharing agreement of the authors"}


def row(**changes) -> dict:
    return {"instruction": TALK, "input": "", "output": f"{LABELS}\n\n{WHY}", **changes}


@pytest.fixture
def file(tmp_path):
    def written(rows, name="fold1_exp.json"):
        path = tmp_path / name
        path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        return path

    return written


def test_a_row_becomes_an_excerpt_and_an_instance_with_its_ratings(file, db):
    found = import_rated([file([row()])], **SAID, licence="CC0-1.0")
    (one,) = found.made
    content = Instance.objects.get(pk=one.pk).content
    assert [said["speaker"] for said in content["utterances"]] == ["client", "counsellor", "client"]
    assert content["utterances"][-1]["text"] == "No. I have tried all that,\nit never lasts."
    assert content["reply"] == "You are tired of trying. What would be worth it?"
    assert [rated["level"] for rated in content["ratings"]] == [2, 1, 1, 2]
    assert (content["rationale"], content["exemplar"]) == (WHY, "")
    assert content["detected"] == {"stance": "resist", "behaviour": None, "quote": "", "why": ""}
    profile = Profile.objects.get()
    assert (one.recipe, one.origin, one.profile_id) == ("excerpt_reply", "import", profile.pk)
    assert (profile.consent, profile.licence, profile.content) == (SAID["consent"], "CC0-1.0", {})
    assert held_among([one]) == {one.pk}, "nobody has confirmed it"


def test_the_variant_without_rationale_is_read_as_well(file, db):
    (one,) = import_rated([file([row(output=LABELS)])], **SAID).made
    assert "rationale" not in one.content


@pytest.mark.parametrize(
    "talk", ["来访者：我睡不着。\n咨询师：你很累。", "Seeker: I lie awake.\nTherapist: That is hard."]
)
def test_speakers_are_known_by_their_published_names(file, db, talk):
    (one,) = import_rated([file([row(instruction=talk)])], **SAID).made
    assert [said["speaker"] for said in one.content["utterances"]] == ["client"] and one.content["reply"]


def test_the_same_row_again_stores_nothing(file, db):
    path = file([row(), row()])
    assert len(import_rated([path], **SAID).made) == 1
    assert import_rated([path], **SAID).made == []
    assert (Instance.objects.count(), Profile.objects.count(), SourceText.objects.count()) == (1, 1, 1)


BAD = {
    "no talk": (row(instruction="Rate this."), "holds no talk"),
    "ends with the client": (row(instruction=TALK.rpartition("\n")[0]), "does not end with the counsellor's reply"),
    "no client before the reply": (
        row(instruction="Client: I.\nCounselor: A.\nCounselor: B."), "the last turn is not the client's"
    ),
    "a mechanism is missing": (row(output=LABELS.replace("Stance Alignment: 1", "")), "no level of stance alignment"),
    "outside the scale": (row(output=LABELS.replace("Autonomy: 2", "Autonomy: 5")), "“5” is no level"),
    "no word of the scale": (row(output=LABELS.replace("Autonomy: 2", "Autonomy: superb")), "“superb” is no level"),
    "two levels of one": (row(output=f"{LABELS}\nStance Alignment: 2"), "stance alignment has two levels"),
    "no output": ({"instruction": TALK}, "field output"),
    "no record": ("a string", "valid dictionary"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_row_that_does_not_fit_is_named_and_the_others_are_stored(file, db, what):
    bad, why = BAD[what]
    path = file([row(), bad])
    found = import_rated([path], **SAID)
    assert len(found.made) == 1 and Instance.objects.count() == 1
    (sentence,) = found.refused
    assert sentence.startswith(f"{path}, line ") and "record 2" in sentence and why in sentence


def test_a_row_in_a_language_that_cannot_be_looked_through_is_refused_with_the_reason(file, db):
    found = import_rated([file([row()])], language="ja", consent="c")
    assert found.made == [] and "Nothing here looks for names in “ja”" in found.refused[0]
    assert not Profile.objects.exists()


def test_a_file_of_which_nothing_fits_stores_nothing(file, db):
    with pytest.raises(BadProfiles, match="holds no talk"):
        import_rated([file([row(instruction="Rate this.")])], **SAID)


def test_the_command_asks_for_what_the_rows_do_not_say(file, db):
    path = str(file([row()]))
    with pytest.raises(CommandError, match="--language and --consent") as ended:
        call_command("import_excerpts", path, "--rated")
    assert ended.value.returncode == 2
    call_command("import_excerpts", path, "--rated", "--language", "en", "--consent", "shared")
    assert Instance.objects.count() == 1


def test_a_lead_reads_an_imported_one_with_its_levels_and_their_grounds(file, lena, log_in):
    (one,) = import_rated([file([row()])], **SAID).made
    page = log_in(lena).get(reverse("instance", args=[one.public_id])).content.decode()
    assert "Respect for autonomy: 2" in page and "expects nothing to help" in page
    assert "resists; how was not recorded" in page


def test_an_imported_one_that_is_confirmed_goes_to_readers_and_erased_it_goes_nowhere(file, ben, lena):
    from review.label_studio.sending import send
    from tests.fakes.label_studio import FakeLabelStudio
    from tests.review import invented

    (one,) = import_rated([file([row()])], **SAID, licence="CC0-1.0").made
    profile = Profile.objects.get()
    excerpts.confirm(profile=profile, check=profile.source_text.checks.last(), by=lena)
    round = invented.round_of(
        "resistance_reply", 1, [ben], lena, overlap=1, instances=[one], screen="excerpt_reply"
    )
    fake = FakeLabelStudio()
    send(round, fake)
    (task,) = fake.tasks.values()
    assert task["data"]["exemplar"] == "(No other reply is offered for this moment.)"
    assert "expects nothing to help" not in str(task), "how others rated it"
    erasing.erase(source=profile.source_text, why="withdrew consent", by=lena)
    assert "tired of trying" not in str(Instance.objects.get(pk=one.pk).content)


def test_words_that_were_erased_do_not_come_back_with_their_ratings(file, lena):
    import_rated([file([row()])], **SAID)
    erasing.erase(source=SourceText.objects.get(), why="withdrew consent", by=lena)
    again = import_rated([file([row(output=LABELS)], "fold2.json")], **SAID)
    assert again.made == [] and "its text was erased" in again.refused[0]
    assert not Instance.objects.filter(content__icontains="lie awake").exists()
