"""Pairs in the layout that PsychoCounsel-Preference is published in; every record here is invented."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from synthesis.importing_preferences import import_preferences
from synthesis.models import Instance, Mark, Profile
from synthesis.preferring import pair_rows
from synthesis.reading import BadProfiles
from synthesis.shapes.preference import PRINCIPLES, ReplyPreference
from tests.fakes.label_studio import FakeLabelStudio

QUESTION = (
    "My brother and I have run the bakery together for nine years and since spring he speaks to me only about flour. "
    "I go over what I might have said, and find nothing, and go over it again."
)


def record(n=1, *, question=QUESTION, chosen=4, rejected=2, **changes) -> dict:
    rated = {
        f"{side}_{p}_rating": most
        for side, most in (("chosen", chosen), ("rejected", rejected))
        for p in PRINCIPLES
    }
    return {
        "ID": f"q{n}", "prefID": n, "question": question, "chosen": "Nine years, and now only flour. What do you miss?",
        "rejected": "You should simply talk to him.", "chosen_model": "model-a", "rejected_model": "model-b",
        **rated, **changes,
    }  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def written(*records, name="train.jsonl"):
        path = tmp_path / name
        lines = [one if isinstance(one, str) else json.dumps(one) for one in records]
        path.write_text("\n".join(lines) if name.endswith("jsonl") else json.dumps(list(records), indent=1))
        return path

    return written


def test_a_published_pair_becomes_one_of_ours_with_every_score(file, db):
    found = import_preferences([file(record(chosen_safety_rating=5))], licence="CC-BY-NC-4.0")
    assert (found.new, found.unchanged, found.refused, found.inverted) == (1, 0, [], 0)
    one = Instance.objects.select_related("profile").get()
    assert (one.origin, one.recipe, one.state, one.run) == ("import", "reply_preference", "made", None)
    content = ReplyPreference.model_validate(one.content)
    [pair] = content.pairs
    by_number = {reply.n: reply for reply in content.replies}
    assert by_number[pair.chosen].model == "model-a" and by_number[pair.chosen].scores["safety"] == 5
    assert by_number[pair.rejected].scores == dict.fromkeys(PRINCIPLES, 2)
    assert (pair.margins["safety"], pair.gap) == (3.0, pytest.approx(15 / 7, abs=1e-4))
    assert (one.profile.kind, one.profile.licence, one.factors) == (
        "speech",
        "CC-BY-NC-4.0",
        {"record": "q1 / 1"},
    )
    [row] = pair_rows(one.content)
    assert row["chosen"][0]["content"].startswith("Nine years") and row["prompt"][0]["content"] == QUESTION


def test_which_of_the_two_stands_first_says_nothing_of_which_is_preferred(file, db):
    import_preferences([file(*(record(n, chosen=3 + n % 3) for n in range(1, 41)))])
    preferred = [one.content["compared"]["preferred"] for one in Instance.objects.all()]
    assert 8 < preferred.count("a") < 32 and set(preferred) == {"a", "b"}


def test_a_pair_whose_chosen_reply_is_less_safe_is_flagged_and_counted(file, db, capsys):
    path = file(record(chosen_safety_rating=1), record(2))
    call_command("import_preferences", str(path), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {"new": 2, "unchanged": 0, "refused": 0, "cleaned": 0, "safety_inversions": 1}
    flagged = [one for one in Instance.objects.all() if one.content["pairs"][0]["safety_inversion"]]
    assert len(flagged) == 1 and flagged[0].content["pairs"][0]["worse_on"] == ["safety"]


def test_the_same_record_again_stores_nothing(file, db):
    path = file(record(), record(2))
    assert import_preferences([path]).new == 2
    again = import_preferences([path])
    assert (again.new, again.unchanged, Instance.objects.count(), Profile.objects.count()) == (0, 2, 2, 1)


def test_speeches_that_are_nearly_the_same_share_their_base_case(file, db):
    near = QUESTION.replace("over it again", "over it anew")
    path = file(
        record(),
        record(2, question=near),
        record(3, question="I have stopped going to the choir on Tuesdays."),
    )
    import_preferences([path])
    bases = dict(Profile.objects.values_list("content__speech", "base_case"))
    assert bases[near] == bases[QUESTION] and len(set(bases.values())) == 2
    # Read again, alone or with others, it stays where it is.
    import_preferences([file(record(2, question=near), name="one.jsonl")])
    assert Profile.objects.count() == 3


def without(name: str) -> dict:
    return {key: value for key, value in record(9).items() if key != name}


BAD = {
    "a score above the scale": (record(9, chosen_safety_rating=6), "field chosen_safety_rating: 6 is outside the scale"),
    "a score that is a word": (record(9, rejected_empathy_rating="4"), "field rejected_empathy_rating: 4 is outside"),
    "no score": (without("rejected_staging_rating"), "field rejected_staging_rating"),
    "no question": (without("question"), "field question"),
    "no reply": (record(9, rejected=""), "field rejected_empathy_rating"),
    "an empty reply": (record(9) | {"rejected": " "}, "field rejected"),
    "nobody's reply": (record(9, chosen_model=""), "field chosen_model"),
    "both say the same": (record(9) | {"rejected": record()["chosen"]}, "both replies say the same words"),
    "the chosen one is rated lower": (record(9, chosen=2, rejected=3), "is not rated higher: 2.00 and 3.00"),
    "both are rated alike": (record(9, chosen=3, rejected=3), "is not rated higher: 3.00 and 3.00"),
    "the same id": (record(1, chosen=5), "ID q1 with prefID 1 is already at"),
    "an address": (record(9, question="Write to mara.k@example.org and she will tell you."), "an e-mail address"),
    "no JSON": ('{"ID": 9, ', "is not JSON"),
    "a field twice": ('{"ID": 9, "ID": 8}', "field ID: is given twice"),
    "no record": ("[1, 2]", "valid dictionary"),
    "a sign that no database takes": ('{"ID": "\\u0000"}', "NUL"),
    "a line without end": ('{"ID": "' + "x" * 100_001 + '"}', "characters long"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_record_that_does_not_fit_is_named_with_its_line_and_the_others_are_stored(file, db, what):
    bad, why = BAD[what]
    path = file(record(), bad, record(3))
    found = import_preferences([path])
    assert found.new == 2 and Instance.objects.count() == 2
    (sentence,) = found.refused
    assert sentence.startswith(f"{path}, line 2: ") and why in sentence


def test_a_list_of_records_is_read_too_and_the_command_says_what_it_refused(file, db, capsys):
    path = file(record(), record(2, chosen=1), name="train.json")
    with pytest.raises(CommandError, match="1 refused") as ended:
        call_command("import_preferences", str(path))
    assert ended.value.returncode == 1
    assert (
        "refused: " in (told := capsys.readouterr().err)
        and ", record 2: the chosen reply" in told
        and "line " in told
    )


def test_a_file_of_which_nothing_fits_stores_nothing(file, db, tmp_path):
    with pytest.raises(BadProfiles, match="is not rated higher"):
        import_preferences([file(record(chosen=1))])
    (tmp_path / "odd.jsonl").write_bytes(b"\xff\xfe")
    for bad in ("odd.jsonl", "missing.jsonl"):
        with pytest.raises(CommandError) as ended:
            call_command("import_preferences", str(tmp_path / bad))
        assert ended.value.returncode == 2
    assert not Instance.objects.exists() and not Profile.objects.exists()


def test_words_of_risk_raise_the_tier_of_the_pair(file, db):
    question = "Some nights I think of killing myself, and in the morning I open the shop as always."
    import_preferences([file(record(question=question))])
    assert Mark.objects.get(kind="tier").tier in ("ideation", "self-harm-or-suicide")


def test_a_lead_reads_an_imported_pair_with_its_scores(file, lena, log_in, db):
    import_preferences([file(record())])
    page = log_in(lena).get(reverse("instance", args=[Instance.objects.get().public_id])).content.decode()
    assert "(model-a):" in page and "What the judges prefer" in page and "stage of change 4" in page


def test_an_imported_pair_is_put_before_readers_like_any_other(file, ben, lena, db):
    from review.label_studio.sending import send
    from tests.review import invented

    import_preferences([file(record())], licence="CC-BY-NC-4.0")
    made = list(Instance.objects.all())
    fake = FakeLabelStudio()
    send(invented.round_of("reply_preference", 1, [ben], lena, overlap=1, instances=made), fake)
    (task,) = fake.tasks.values()
    assert {task["data"]["first"], task["data"]["second"]} == set(made[0].content["texts"].values())
    assert not any(
        word in str(task) for word in ("model-a", "model-b", "PsychoCounsel", "preferred", "q1 / 1")
    )
