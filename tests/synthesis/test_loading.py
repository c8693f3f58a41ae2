"""Profiles come from files; a bad file stores nothing and says where it is bad."""

import json
import time

import pytest
import yaml
from django.core.management import CommandError, call_command

from synthesis.json_lines import record_lines
from synthesis.loading import SHIPPED, load
from synthesis.models import Profile
from synthesis.reading import BadProfiles

pytestmark = pytest.mark.django_db


def entry(**changes) -> dict:
    return {
        "key": "joana",
        "kind": "conceptualisation",
        "name": "Joana",
        "age": 31,
        "gender": "woman",
        "culture": "Portuguese",
        "problem": "worry",
        "history": "Moved often as a child.",
        "core_beliefs": {"helpless": ["I cannot cope."], "unlovable": [], "worthless": []},
        "intermediate_beliefs": "If I plan for everything, nothing can go wrong.",
        "coping_strategies": "Lists.",
        "situation": "A letter from the landlord.",
        "automatic_thought": "We will lose the flat.",
        "emotions": ["anxious"],
        "behaviour": "Leaves the letter closed.",
        "style": "guarded",
        "tier": "none",
        "presenting": "I worry all day.",
        **changes,
    }


def psi(**changes) -> dict:
    return {
        "name": "Kai",
        "id": "1-2",
        "type": ["verbose", "go off on tangents"],
        "history": "Works nights.",
        "helpless_belief": ["I am trapped."],
        "unlovable_belief": [],
        "worthless_belief": [],
        "intermediate_belief": "It is awful to be alone.",
        "intermediate_belief_depression": "If I try, I shall fail.",
        "coping_strategies": "Sleeps.",
        "situation": "His sister rings.",
        "auto_thought": "She only rings out of duty.",
        "emotion": ["sad"],
        "behavior": "Does not answer.",
        "cognitive_model": "all of it again",
        **changes,
    }


@pytest.fixture
def file(tmp_path):
    def write(content, name="clients.yaml"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif name.endswith(".json"):
            path.write_text(json.dumps(content))
        else:
            path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
        return path

    return write


def ours(*entries) -> dict:
    return {"licence": "Apache-2.0", "origin": "invented", "profiles": list(entries)}


def test_the_shipped_clients_load_once():
    assert len(load("shipped").new) == 12
    again = load("shipped")
    assert (again.new, again.revised, again.unchanged) == ([], [], 12)
    assert Profile.objects.values_list("licence", flat=True).distinct().get() == "Apache-2.0"


def test_changed_content_becomes_the_next_revision_and_keeps_the_old_one(file):
    load(file(ours(entry())))
    loaded = load(file(ours(entry(behaviour="Burns the letter."))))
    assert [profile.n for profile in loaded.revised] == [2]
    assert Profile.objects.filter(key="joana").count() == 2
    assert Profile.objects.current().get().content["behaviour"] == "Burns the letter."


def test_json_is_read_like_yaml(file):
    load(file(ours(entry())))
    assert load(file(ours(entry()), "clients.json")).unchanged == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ours(entry(), entry(key="second", stile="plain")), ["line 27", "record 2 “second”", "field stile"]),
        (ours(entry(style="chatty")), ["record 1 “joana”", "field style"]),
        (ours({k: v for k, v in entry().items() if k != "history"}), ["field history", "required"]),
        (ours(entry(), entry()), ["record 2", "field key", "already at"]),
        (ours(entry(key="Not A Key")), ["field key"]),
        ({"profiles": [entry()]}, ["field licence"]),
        (ours(), ["field profiles"]),
        ("only words", ["expected"]),
        (b"licence: \xff\xfe", ["line 1", "not UTF-8"]),
        (b"a: [1, 2\nb: }", ["line 2", "not YAML"]),
        (b"licence: a\nlicence: b\n", ["line 2", "field licence", "twice"]),
        (b"a: &x [1]\nb: [*x, *x]\n", ["references"]),
        (b"\x00\x01\x02" * 100, ["NUL"]),
        (b"\x01\x02" * 100, ["not YAML"]),
        (b"nonsense " * 1_200_000, ["bytes long"]),
        (b"[" * 60_000, ["line 1", "nested"]),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_stores_nothing(file, content, said):
    with pytest.raises(BadProfiles) as refusal:
        load(file(content))
    for words in ["clients.yaml", *said]:
        assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not Profile.objects.exists()


def test_bad_json_names_its_line(file):
    with pytest.raises(BadProfiles, match="line 2"):
        load(file(b'{"licence": "a",\n nonsense}', "clients.json"))


def test_a_key_given_twice_in_json_is_refused(file):
    with pytest.raises(BadProfiles, match="field licence"):
        load(file(b'{"licence": "a", "licence": "b"}', "clients.json"))


def test_patient_psi_records_are_read_and_each_refused_one_is_named(file):
    records = [
        psi(),
        psi(id="1-1"),
        psi(id="2-1", emotion=[]),
        psi(id="3-1", type=["sarcastic"]),
        "nonsense",
        psi(),
    ]
    loaded = load(file(records, "psi.json"), licence="MIT")
    assert {p.key: p.style for p in loaded.new} == {
        "patient-psi-1-2": "verbose",
        "patient-psi-1-1": "tangential",
    }
    assert {p.base_case for p in loaded.new} == {"patient-psi-1"}
    assert Profile.objects.first().licence == "MIT"
    assert (
        Profile.objects.first().content["intermediate_beliefs"]
        == "It is awful to be alone. If I try, I shall fail."
    )
    reasons = "\n".join(loaded.refused)
    assert len(loaded.refused) == 4
    for words in [
        "line 1, record 3 “2-1”, field emotion",
        "record 4 “3-1”, field type",
        "record 5",
        "record 6 “1-2”, field id",
    ]:
        assert words in reasons


@pytest.mark.parametrize("name", ["psi.json", "psi.yaml"])
def test_a_refused_record_is_named_with_its_line_and_the_command_does_not_end_well(tmp_path, capsys, name):
    records = [psi(), psi(id="2-1", emotion=[]), psi(id="3-1")]
    text = (
        json.dumps(records, indent=1) if name.endswith("json") else yaml.safe_dump(records, sort_keys=False)
    )
    (tmp_path / name).write_text(text)
    # The record begins with its name: in YAML beside the dash, in JSON a line below the brace.
    names = [n for n, line in enumerate(text.splitlines(), 1) if "Kai" in line]
    begins = names[1] - 1 if name.endswith("json") else names[1]
    with pytest.raises(CommandError) as refusal:
        call_command("load_profiles", str(tmp_path / name))
    said = capsys.readouterr().err
    assert refusal.value.returncode == 1 and "1 refused, the others are stored." in str(refusal.value)
    assert f"{name}, line {begins}, record 2 “2-1”, field emotion" in said, said
    assert Profile.objects.count() == 2


@pytest.mark.parametrize(("text", "lines"), [
    ('[{"a": [1, 2]},\n\n {}, "],[",\n7]', [1, 3, 3, 4]), ("[]", []), (' "words"', []),
    ('{"about": {"profiles": [0]}, "profiles"\n: [\n{"a": "}"},\n{}]}', [3, 4]), ('{"profiles": {}}', []),
    ('{"other": [1]}', []),
])  # fmt: skip
def test_records_of_json_have_lines(text, lines):
    assert record_lines(text, "profiles") == lines and json.loads(text) is not None


def test_the_command_refuses_with_one_sentence_and_exit_code_2(file, capsys):
    with pytest.raises(CommandError) as refusal:
        call_command("load_profiles", str(file(ours(entry(tier="bad")))))
    assert refusal.value.returncode == 2
    assert "field tier" in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadProfiles, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_the_shipped_file_is_where_the_command_looks():
    assert SHIPPED.exists()


LONG = "9" * 5000
HOSTILE = {
    "a number of 5,000 digits in JSON": ("x.json", f'[{{"id": {LONG}}}]', "number that is too long"),
    "a number of 5,000 digits in YAML": (
        "x.yaml",
        f"profiles: [{LONG}]",
        "line 1: is a number that is too long",
    ),
    "a base-60 number of a megabyte": (
        "x.yaml",
        "a: 1" + ":1" * 500_000,
        "line 1: is a number that is too long",
    ),
    "what looks like a date": ("x.yaml", "profiles: [2024-13-45]", "put it in quotes"),
    "sixty thousand brackets in YAML": ("x.yaml", "[" * 60_000, "nested more than 20 deep"),
    "sixty thousand brackets in JSON": ("x.json", "[" * 60_000, "nested too deeply"),
    "a yes that is none": ("x.yaml", "licence: !!bool perhaps\nprofiles: [{}]", "put it in quotes"),
    "an empty number": ("x.yaml", "licence: !!int ''\nprofiles: [{}]", "put it in quotes"),
    "a million records in JSON": ("x.json", "[" + "1," * 1_000_000 + "1]", "1,000,001 records"),
    "half a million records in YAML": ("x.yaml", "- a: b\n" * 500_000, "more than 400,000 values"),
    "half a character": ("x.json", json.dumps(ours(entry(name="\ud800"))), "field name"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(tmp_path, name):
    called, text, said = HOSTILE[name]
    (tmp_path / called).write_text(text)
    with pytest.raises(BadProfiles) as refusal:
        load(tmp_path / called)
    assert said in str(refusal.value) and not Profile.objects.exists()


def test_many_keys_are_compared_in_time_that_grows_with_their_number(tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({f"k{n}": 1 for n in range(200_000)}))
    began = time.process_time()
    with pytest.raises(BadProfiles):
        load(tmp_path / "keys.json")
    assert time.process_time() - began < 5


def test_no_file_is_stored_when_one_of_them_is_bad(file):
    good, bad = file(ours(entry()), "good.yaml"), file({"profiles": []}, "bad.yaml")
    with pytest.raises(CommandError, match="bad.yaml"):
        call_command("load_profiles", str(good), str(bad))
    assert not Profile.objects.exists()


def test_a_licence_that_nobody_named_is_unknown_and_stays_empty(file):
    # exports.selecting leaves out what was made from a client whose licence is empty.
    assert load(file([psi()], "psi.json")).new[0].licence == ""
    assert load(file([psi()], "psi.json"), licence="CC0-1.0").revised[0].licence == "CC0-1.0"


def test_records_that_may_not_leave_stay_bound_when_they_are_loaded_again(file):
    path = str(file([psi()], "psi.json"))
    call_command("load_profiles", path, "--may-not-leave", "--allowed-endpoint", "clinic")
    call_command("load_profiles", path)
    profile = Profile.objects.get()
    assert (profile.may_leave_machine, profile.allowed_endpoints) == (False, ["clinic"])
    call_command("load_profiles", path, "--licence", "CC0-1.0")
    assert Profile.objects.current().get().may_leave_machine is False
    with pytest.raises(CommandError, match="needs --may-not-leave"):
        call_command("load_profiles", path, "--allowed-endpoint", "clinic")
