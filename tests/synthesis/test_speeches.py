"""Client speeches: cleaned, each once, and told what became of every record; all are invented."""

import json

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.urls import reverse

from synthesis import loading
from synthesis.models import Profile
from synthesis.reading import BadProfiles
from synthesis.speeches import NoSpeech, alike, cleaned, short

LONG = (
    "Since my daughter left for the coast the house makes noises that it never made, and I catch myself answering them. "
    "I have moved her bed twice and moved it back. My neighbour says that I should be glad of the room."
)


def entry(key: str, speech: str = LONG, **changes) -> dict:
    return {
        "key": key,
        "kind": "speech",
        "topic": "empty home",
        "topic_group": "family",
        "speech": speech,
        **changes,
    }


@pytest.fixture
def file(tmp_path):
    def written(*entries, name="speeches.yaml"):
        path = tmp_path / name
        about = {"licence": "Apache-2.0", "origin": "invented", "profiles": list(entries)}
        told = (
            yaml.safe_dump(about, sort_keys=False)
            if name.endswith("yaml")
            else json.dumps(list(entries), indent=1)
        )
        path.write_text(told, encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize(
    ("raw", "clean", "changed"),
    [
        ("<p>I cannot sleep <b>at all</b> these days.</p>", "I cannot sleep at all these days.", ["markup"]),
        ("I can&#39;t sleep at all, &amp; nobody knows.", "I can't sleep at all, & nobody knows.", ["markup"]),
        ("I cannot\u200b sleep at all these days.", "I cannot sleep at all these days.", ["invisible signs"]),
        ("Client: I cannot sleep at all these days.", "I cannot sleep at all these days.",
         ["a label or quotation marks around it"]),
        ("“I cannot sleep at all these days.”", "I cannot sleep at all these days.",
         ["a label or quotation marks around it"]),
        ("I  cannot\nsleep at all.\n\n\nNot since May.", "I cannot sleep at all.\n\nNot since May.", []),
        ("I was < 20 and now I am > 40 and nothing has changed.",
         "I was < 20 and now I am > 40 and nothing has changed.", []),
        ("من نمی‌توانم این روزها بخوابم", "من نمی‌توانم این روزها بخوابم", []),
    ],
)  # fmt: skip
def test_markup_invisible_signs_and_labels_are_taken_out_and_told(raw, clean, changed):
    assert cleaned(raw) == (clean, changed)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("Write to me at mara.k@example.org, I am always awake.", "an e-mail address"),
        ("It all stands on https://example.org/mara, read it.", "a web address"),
        ("Ring me on 0171 555 0199 when you have read it.", "a telephone number"),
        ("I feel sad.", "fewer than 5 words"),
        ("Client: I cannot sleep. Therapist: Since when? Client: Since the flood.", "more than one speaker"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_as_one_clients_words_is_refused_with_the_reason(raw, why):
    with pytest.raises(NoSpeech, match=why):
        cleaned(raw)


def test_years_and_sums_are_no_telephone_numbers():
    text = "In 1998 I owed 12,500 and in 2004 it was 250,000, so I stopped opening letters."
    assert cleaned(text) == (text, [])


def test_the_same_words_and_nearly_the_same_are_found_in_the_file_and_among_others():
    near = LONG.replace("glad of the room", "glad of the space")
    texts = [
        ("a", LONG),
        ("b", LONG.upper().replace(".", "!")),
        ("c", near),
        ("d", "Quite another thing to say."),
    ]
    found = alike(texts)
    assert found["b"] == ("a", 1.0) and found["c"][0] in "ab" and 0.8 <= found["c"][1] < 1
    assert set(found) == {"b", "c"}
    assert alike([("x", near)], [("old", LONG), ("other", "Nothing alike in here at all.")])["x"][0] == "old"


def test_doubles_in_a_file_and_of_what_is_stored_are_named_and_not_stored(file, db):
    path = file(
        entry("first"),
        entry("again", LONG.lower()),
        entry("other", "I count my steps up to the tram and back."),
    )
    found = loading.load(path)
    assert [one.key for one in found.new] == ["first", "other"]
    [double] = found.refused
    assert "line" in double and "“again”" in double and "says the same as “first”" in double
    near = file(entry("near", LONG.replace("glad of the room", "glad of the space")), name="more.yaml")
    [told] = loading.load(near).refused
    assert "says nearly the same as “first”" in told and "% alike" in told
    assert loading.load(path).unchanged == 2 and Profile.objects.count() == 2


def test_a_speech_of_a_file_of_ours_that_cannot_be_taken_is_named_and_the_others_are_stored(file, db, capsys):
    path = file(
        entry("mail", "Write to me at mara.k@example.org, please do it soon."),
        entry("good", "<i>" + LONG + "</i>"),
    )
    with pytest.raises(CommandError, match="1 refused") as ended:
        call_command("load_profiles", str(path))
    told = capsys.readouterr().err
    assert ended.value.returncode == 1 and "“mail”" in told and "an e-mail address" in told
    assert "cleaned:" in told and "“good”: markup taken out" in told
    assert Profile.objects.get().content["speech"] == LONG


def test_a_file_of_which_no_speech_can_be_taken_stores_nothing(file, db):
    with pytest.raises(BadProfiles, match="none of 1 records can be taken. The first: .*fewer than 5 words"):
        loading.load(file(entry("short", "I feel sad.")))
    assert not Profile.objects.exists()


def test_questions_of_the_published_layout_become_speeches_each_once(file, db):
    rows = [{"ID": 1, "prefID": n, "question": LONG} for n in (1, 2)]
    path = file(*rows, {"ID": 2, "prefID": 3, "question": ""}, name="train.json")
    found = loading.load(path, licence="CC-BY-NC-4.0")
    [one] = found.new
    assert (one.kind, one.licence, one.origin) == ("speech", "CC-BY-NC-4.0", "PsychoCounsel layout")
    assert one.key.startswith("speech-") and one.name == short(LONG)
    [refused] = found.refused
    assert "line 12, record 3" in refused and "question" in refused


def test_a_lead_reads_a_speech_with_its_topic(file, db, lena, log_in):
    (one,) = loading.load(file(entry("first"))).new
    page = log_in(lena).get(reverse("profile", args=[one.public_id])).content.decode()
    assert "What the client says" in page and "catch myself answering" in page and "Group of topics" in page
    listed = log_in(lena).get(reverse("profiles")).content.decode()
    assert "one client speech" in listed and "empty home" in listed
