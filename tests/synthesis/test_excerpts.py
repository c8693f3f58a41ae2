"""Excerpts of real sessions from the file to the reader: stored apart, looked through, confirmed by a person, and until
then kept on this machine and from readers.
"""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import TrailEvent
from accounts.roles import Refused
from review.held import held_among
from synthesis import excerpts, leaving, loading, planning
from synthesis.excerpts import NotConfirmed
from synthesis.importing_excerpts import import_excerpts
from synthesis.leaving import MustNotLeave
from synthesis.models import Call, Endpoint, ExcerptCheck, Instance, Profile, SourceText
from synthesis.reading import BadProfiles
from synthesis.replaying import replay
from tests.synthesis.excerpts_of_sessions import ABOUT, TURNS, confirmed, record, stored
from tests.synthesis.replies_to_resistance import ANSWER, Agents

AWAY = Endpoint(name="away", base_url="https://models.example/v1")
HERE = Endpoint(name="here", base_url="http://127.0.0.1:8000/v1")


@pytest.fixture
def file(tmp_path):
    def written(profiles, name="excerpts.json", **about):
        path = tmp_path / name
        path.write_text(json.dumps({**ABOUT, **about, "profiles": profiles}), encoding="utf-8")
        return path

    return written


def test_its_words_stand_in_a_table_of_their_own_and_nowhere_else(file, db):
    (one,) = import_excerpts([file([record()])]).new
    one = Profile.objects.select_related("source_text").get(pk=one.pk)
    assert (one.kind, one.content, one.may_leave_machine) == ("excerpt", {}, False)
    assert (one.consent, one.licence, one.language) == (ABOUT["consent"], "CC0-1.0", "en")
    assert TURNS[1]["text"] in one.source_text.text
    assert "brother" not in str(Profile.objects.values_list()) + str(ExcerptCheck.objects.values_list())
    assert "brother" not in str(TrailEvent.objects.values_list("before", "after"))


def test_the_same_file_again_stores_nothing_and_a_mended_text_is_the_next_revision(file, db):
    path = file([record()])
    import_excerpts([path])
    again = import_excerpts([path])
    assert (len(again.new), len(again.revised), again.unchanged, SourceText.objects.count()) == (0, 0, 1, 1)
    mended = [{**TURNS[0], "text": "What would it be like to ring him?"}, TURNS[1]]
    (one,) = import_excerpts([file([record(turns=mended)])]).revised
    assert (one.n, SourceText.objects.count()) == (2, 2)


BAD = {
    "ends with the counsellor": (record(turns=TURNS[:1]), "the last turn is not the client's"),
    "too long": (
        record(turns=[TURNS[0]] * 38 + [{"speaker": "client", "text": "x" * 1_900}] * 2 * 3),
        "turns",
    ),
    "nobody speaks": (record(turns=[]), "turns"),
    "no language": ({k: v for k, v in record().items() if k != "language"}, "language"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_with_a_record_that_does_not_fit_is_refused_and_named(file, db, what):
    bad, why = BAD[what]
    with pytest.raises(BadProfiles, match=why):
        import_excerpts([file([record("clinic-0"), bad])])
    assert not Profile.objects.exists()


def test_without_consent_nothing_is_taken(file, db):
    with pytest.raises(BadProfiles, match="consent"):
        import_excerpts([file([record()], consent="")])


def test_one_in_a_language_that_cannot_be_looked_through_is_refused_and_the_others_are_stored(
    file, db, capsys
):
    path = file([record(), record("clinic-2", language="ja")])
    with pytest.raises(CommandError, match="1 refused") as ended:
        call_command("import_excerpts", str(path))
    assert ended.value.returncode == 1
    assert "“clinic-2”: Nothing here looks for names in “ja”" in capsys.readouterr().err
    assert list(Profile.objects.values_list("key", flat=True)) == ["clinic-1"]


def test_the_command_for_clients_takes_no_excerpts(file, db):
    with pytest.raises(BadProfiles, match="import_excerpts"):
        loading.load(file([record()]))
    assert not Profile.objects.exists() and not SourceText.objects.exists()


def test_words_of_risk_raise_its_tier(db):
    said = [TURNS[0], {"speaker": "client", "text": "Some nights I think of killing myself."}]
    assert stored(turns=said).tier in ("ideation", "self-harm-or-suicide")


# Until a person has confirmed it.


def test_unconfirmed_it_goes_to_no_other_machine_whatever_else_is_allowed(db, lena):
    one = stored(may_leave=True)
    with pytest.raises(MustNotLeave, match="nobody has read and confirmed it yet"):
        leaving.refuse([one], [HERE, AWAY])
    leaving.refuse([one], [HERE])
    excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=lena)
    leaving.refuse([one], [HERE, AWAY])


def test_confirmed_it_still_stays_where_it_must(db, lena):
    one = confirmed(lena)
    with pytest.raises(MustNotLeave, match="must not be sent"):
        leaving.refuse([one], [AWAY])


def test_a_mended_one_leaves_when_it_is_confirmed_whatever_became_of_the_first(file, db, lena):
    stored(may_leave=True)
    mended = [{**TURNS[0], "text": "What would it be like to ring him?"}, TURNS[1]]
    (one,) = import_excerpts([file([record(turns=mended)])], may_leave=True).revised
    excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=lena)
    leaving.refuse([one], [AWAY])


def test_a_run_that_would_send_one_away_is_not_planned(db, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "https://models.example/v1", "away"
    with pytest.raises(planning.NotPlanned, match="nobody has read and confirmed it yet"):
        planning.plan(recipe="excerpt_reply", profiles=[stored(may_leave=True)])


def made_of(profile, endpoint, drive, script=None):
    server = endpoint(script or Agents())
    run = planning.plan(recipe="excerpt_reply", profiles=[profile], parameters={"way": "meeting"})
    drive(run)
    return run.instances.get(), server


def test_what_is_made_of_it_here_reaches_no_reader_until_it_is_confirmed(endpoint, drive, lena):
    one = stored()
    instance, _server = made_of(one, endpoint, drive, Agents())
    assert instance.state == "made" and held_among([instance]) == {instance.pk}
    excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=lena)
    assert held_among([instance]) == set()


# The recipe on an excerpt.


def test_an_excerpt_is_labelled_answered_and_rated(endpoint, drive, db):
    instance, server = made_of(stored(), endpoint, drive)
    content = instance.content
    assert [one["text"] for one in content["utterances"]] == [one["text"] for one in TURNS]
    assert content["client_name"] == "" and "clinic-1" not in str(content), "where it is from"
    assert (content["reply"], content["meant"], content["way"], content["outcome"]) == (
        ANSWER,
        "",
        "meeting",
        "rated",
    )
    assert {call.role for call in Call.objects.all()} == {"detector", "counsellor", "assessor", "exemplar"}
    assert len(server.requests) == 7
    assert {found.why for found in replay(Instance.objects.all())} == {""}


def test_the_reply_that_was_given_is_judged_and_nobody_is_asked_for_another(endpoint, drive, db):
    real = "You would rather leave it, and that is yours to say."
    instance, server = made_of(stored(reply=real), endpoint, drive)
    assert (instance.content["reply"], instance.content["way"]) == (real, "") and len(server.requests) == 6


def test_an_excerpt_without_resistance_costs_one_call_and_a_person_looks_first(endpoint, drive, db):
    instance, server = made_of(stored(reply="Yes."), endpoint, drive, Agents("collaborating"))
    assert len(server.requests) == 1 and instance.content["outcome"] == "no_resistance"
    assert instance.content["manual_check"] == [
        "No resistance was found in the client’s last turn: nothing was rated."
    ]


def test_an_excerpt_in_another_language_is_answered_in_it(endpoint, drive, db):
    said = [
        {"speaker": "counsellor", "text": "Wie wäre es, ihn anzurufen?"},
        {"speaker": "client", "text": "Nein. I do not want to, das habe ich gesagt."},
    ]
    instance, _server = made_of(stored(turns=said, language="de"), endpoint, drive)
    assert instance.content["language"] == "de"
    asked = str(Call.objects.get(step="reply").messages)
    assert "Write every text of your answer in $language" not in asked and "in German" in asked
    assert {found.why for found in replay(Instance.objects.all())} == {""}


# A person.


def test_a_lead_reads_it_sees_what_looked_and_what_was_found_and_confirms_it(db, lena, log_in):
    said = [TURNS[0], {"speaker": "client", "text": "Jennifer rings him on 020 7946 0958, not I."}]
    one = stored(turns=said)
    page, lenas = reverse("excerpt", args=[one.public_id]), log_in(lena)
    text = lenas.get(page).content.decode()
    assert "<mark>Jennifer</mark>" in text and "<mark>020 7946 0958</mark>" in text
    assert "Names may be missed" in text and "names: lists of them" in text and "a blank tokenizer" in text
    assert "Waits to be read" in text and ABOUT["consent"] in text
    act, check = reverse("excerpt_act", args=[one.public_id]), one.source_text.checks.last()
    answer = lenas.post(act, {"act": "confirm", "check": check.pk}, follow=True).content.decode()
    assert "Say that you have read it" in answer and not excerpts.is_confirmed(one)
    answer = lenas.post(
        act, {"act": "confirm", "check": check.pk, "read": "yes"}, follow=True
    ).content.decode()
    assert "confirmed that it tells of nobody" in answer and excerpts.is_confirmed(one)
    event = TrailEvent.objects.get(verb="synthesis.confirm")
    assert (event.by, event.after) == (lena, {"found": 2})
    assert "clinic-1" in lenas.get(reverse("excerpts")).content.decode()


def test_what_was_looked_through_again_since_she_opened_it_is_not_confirmed(db, lena):
    one = stored()
    first = one.source_text.checks.last()
    excerpts.look_again(profile=one, by=lena)
    with pytest.raises(NotConfirmed, match="looked through again"):
        excerpts.confirm(profile=one, check=first, by=lena)
    excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=lena)
    with pytest.raises(NotConfirmed, match="already"):
        excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=lena)


def test_only_a_lead_confirms(db, ben):
    one = stored()
    with pytest.raises(Refused):
        excerpts.confirm(profile=one, check=one.source_text.checks.last(), by=ben)


def test_script_in_an_excerpt_is_shown_as_words(db, lena, log_in):
    said = [TURNS[0], {"speaker": "client", "text": "<script>x</script> Jennifer"}]
    text = log_in(lena).get(reverse("excerpt", args=[stored(turns=said).public_id])).content.decode()
    assert "&lt;script&gt;" in text and "<script>x" not in text
