"""Translations through the API: read with what is stale in them, written on the words that were read, approved."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import TrailEvent
from guidelines.finding import PAGE
from guidelines.models import Translation, TranslationScratch
from guidelines.publishing import import_version
from guidelines.translating.saving import newest
from tests.guidelines.api_client import MISTAKES, Program
from tests.guidelines.conftest import change, content, many, revision_in
from tests.guidelines.translators import FA, approved, in_persian, speaks, translate

pytestmark = pytest.mark.django_db

OF_VERSION = MISTAKES + "versions/1/translations/"
FORCING = MISTAKES + "translations/fa/forcing-change/1/"


@pytest.fixture(autouse=True)
def translators(ana, amir):
    return speaks(ana), speaks(amir)


@pytest.fixture
def forcing(mistakes):
    return revision_in(mistakes, "forcing-change")


@pytest.fixture
def anas(ana):
    return Program(ana)


@pytest.fixture
def amirs(amir):
    return Program(amir)


def test_a_pair_is_translated_submitted_and_approved_by_a_colleague(anas, amirs, ana, ben, forcing, replayed):
    read = anas("GET", FORCING)
    assert read.status_code == 200 and "ETag" not in read
    assert (read.json()["state"], read.json()["start"]) == ("missing", None)
    assert ["corrections", "1"] in read.json()["left"]
    sent = {"texts": in_persian("pairs", forcing.texts), "reason": "For Tehran."}
    saved = anas("PUT", FORCING, sent, If_None_Match="*")
    assert saved.status_code == 200 and saved["ETag"] == '"1.1"'
    assert saved.json()["state"] == "draft" and saved.json()["left"] == []
    assert newest(forcing, FA).texts == sent["texts"] == saved.json()["start"]["texts"]
    told = TrailEvent.objects.order_by("id").last()
    assert (told.verb, told.from_where, told.by) == ("guidelines.save_translation", "api", ana)

    submitted = anas("POST", FORCING + "submit/", {"n": 1}).json()
    assert submitted["state"] == "in_review"
    assert "a colleague has to approve it" in submitted["you_may"]["approve"]["reason"]
    own = anas("POST", FORCING + "approve/", {"n": 1})
    assert own.status_code == 403 and own.json()["detail"] == submitted["you_may"]["approve"]["reason"]
    assert amirs("POST", FORCING + "send-back/", {"n": 1}).json()["state"] == "draft"
    assert amirs("POST", FORCING + "submit/", {"n": 1}).json()["you_may"]["approve"]["yes"]
    done = amirs("POST", FORCING + "approve/", {"n": 1}).json()
    assert done["state"] == "approved" and done["read"]["language"] == FA
    steps = [(step["state"], step["by"]["name"]) for step in done["history"][0]["steps"]]
    assert steps == [("in_review", "Ana"), ("draft", "Amir"), ("in_review", "Amir"), ("approved", "Amir")]
    verbs = set(TrailEvent.objects.filter(from_where="api").values_list("verb", flat=True))
    acts = ("save", "submit", "send_back", "approve")
    assert verbs >= {f"guidelines.{act}_translation" for act in acts}

    bens = Program(ben)("GET", FORCING).json()
    assert bens["read"]["texts"]["name"].startswith("ترجمهٔ") and not bens["you_may"]["translate"]["yes"]


def test_a_save_that_names_no_words_is_refused_and_changes_nothing(anas, ana, forcing):
    translate(forcing, ana)
    sent = {"texts": in_persian("pairs", forcing.texts, "۲ ")}
    for tag in ({}, {"If_Match": "*"}):
        refused = anas("PUT", FORCING, sent, **tag)
        assert refused.status_code == 428 and "If-Match" in refused.json()["detail"]
    for tag in ('"1"', '"1.2"', '"2.1"', "nonsense", '"1.1", "1.2"'):
        assert anas("PUT", FORCING, sent, If_Match=tag).status_code == 412
    assert anas("PATCH", FORCING, sent, If_None_Match="*").status_code == 428
    assert newest(forcing, FA).n == 1
    assert anas("PUT", FORCING, sent, If_Match='W/"1.1"')["ETag"] == '"1.2"'


def test_a_stale_save_gets_both_texts_with_their_words_and_loses_nothing(anas, ana, amir, forcing):
    translate(forcing, ana)
    translate(forcing, amir, name="نام امیر")
    refused = anas("PATCH", FORCING, {"texts": {"name": "نام آنا"}}, If_Match='"1.1"')
    body = refused.json()
    assert refused.status_code == 412 and refused["ETag"] == '"1.2"'
    assert body["type"] == "urn:one-way-mirror:stale-translation"
    assert body["current"]["by"]["name"] == "Amir" and body["current"]["texts"]["name"] == "نام امیر"
    [name] = body["differences"]
    assert (name["place"], name["before"], name["after"]) == (["name"], "نام امیر", "نام آنا")
    assert {"kind": "added", "text": "آنا"} in [
        word | {"text": word["text"].strip()} for word in name["words"]
    ]
    assert TranslationScratch.objects.get(user=ana).texts["name"] == "نام آنا"
    merged = anas("PUT", FORCING, {"texts": body["yours"]}, If_Match=refused["ETag"])
    assert merged.status_code == 200 and merged["ETag"] == '"1.3"'
    begun = anas("PUT", FORCING, {"texts": in_persian("pairs", forcing.texts, "۹ ")}, If_None_Match="*")
    assert begun.status_code == 412 and begun.json()["current"]["n"] == 3


def test_when_the_source_changes_it_says_what_is_stale_and_starts_from_the_earlier_words(
    anas, amirs, ana, amir, forcing, draft
):
    approved(forcing, ana, amir)
    now = change(draft, ana, shows="Argues and urges.", corrections=["Ask what she wants herself."])
    at = MISTAKES + f"translations/fa/forcing-change/{now.n}/"
    read = anas("GET", at)
    told = read.json()
    assert (told["state"], read["ETag"]) == ("behind", '"1.1"')
    assert told["start"]["revision"] == 1
    [shows] = told["stale"]
    assert (shows["place"], shows["before"]) == (["shows"], "Argues, urges and overrides.")
    assert shows["after"] == now.shows and told["gone"] == ["Work with the ambivalence."]
    assert told["read"]["behind"] and told["read"]["language"] == "en"
    assert anas("GET", FORCING).json()["elsewhere"] == [{"version": "draft", "revision": now.n}]
    # Only what is stale is sent; the rest is carried over from the words that If-Match names.
    saved = amirs("PATCH", at, {"texts": {"shows": "بحث می‌کند."}}, If_Match=read["ETag"])
    assert saved.status_code == 200 and saved["ETag"] == f'"{now.n}.1"'
    made = newest(now, FA)
    assert made.base.revision == forcing and made.texts["shows"] == "بحث می‌کند."
    assert made.texts["corrections"] == ["ترجمهٔ Ask what she wants herself."]
    assert anas("GET", FORCING).json()["state"] == "approved"


def test_what_is_no_translation_of_the_source_is_refused_by_its_place(anas, forcing, rubric):
    wrong = in_persian("pairs", forcing.texts) | {"corrections": ["یکی"], "tags": ["x"], "shows": "b\x07"}
    refused = anas("PUT", FORCING, {"texts": wrong}, If_None_Match="*")
    assert refused.status_code == 400
    assert {error["path"][0] for error in refused.json()["errors"]} == {"corrections", "tags"}
    control = in_persian("pairs", forcing.texts) | {"shows": "b\x07"}
    assert anas("PUT", FORCING, {"texts": control}, If_None_Match="*").json()["errors"][0]["path"] == [
        "shows"
    ]
    for odd in ({}, {"corrections": [1, {}]}, {"examples": "x"}, {"name": ["a"]}, {"\ud800": "x"}):
        assert anas("PUT", FORCING, {"texts": odd}, If_None_Match="*").status_code == 400
    assert anas("PUT", FORCING, {"texts": [], "language": "fa"}, If_None_Match="*").status_code == 400
    levels = [{"value": 2, "anchor": "یک"}, {"value": 1, "anchor": "دو"}]
    clarity = MISTAKES.replace("novice-mistakes", "feedback-quality") + "translations/fa/clarity/1/"
    assert anas("PUT", clarity, {"texts": {"levels": levels}}, If_None_Match="*").status_code == 400
    assert not Translation.objects.exists()
    rating = {"name": "روشنی", "levels": [{"value": 1, "anchor": "یک"}, {"value": 2, "anchor": ""}]}
    begun = anas("PUT", clarity, {"texts": rating}, If_None_Match="*").json()
    assert begun["left"] == [["definition"], ["levels", "1", "anchor"]]
    assert anas("POST", clarity + "submit/", {"n": 1}).status_code == 409


def test_only_a_clinician_of_the_language_translates_as_on_the_pages(anas, ana, ben, eve, lena, forcing):
    sent = {"texts": in_persian("pairs", forcing.texts)}
    for person in (ben, lena, eve):
        assert Program(person)("PUT", FORCING, sent, If_None_Match="*").status_code == 403
        assert Program(person)("GET", FORCING).status_code == (403 if person is eve else 200)
    german = MISTAKES + "translations/de/forcing-change/1/"
    refused = anas("PUT", german, sent, If_None_Match="*")
    assert (
        refused.status_code == 403 and "You have not said that you work in German" in refused.json()["detail"]
    )
    assert anas("PUT", german.replace("forcing-change", "nothing"), sent).status_code == 403
    assert anas("GET", german).json()["you_may"]["translate"]["reason"] == refused.json()["detail"]
    for nowhere in ("en/forcing-change/1/", "xx/forcing-change/1/", "fa/nothing/1/", "fa/forcing-change/9/"):
        assert anas("GET", MISTAKES + "translations/" + nowhere).status_code == 404
    translate(forcing, ana)
    assert Program(ben)("POST", FORCING + "submit/", {"n": 1}).status_code == 403
    assert anas("POST", FORCING + "submit/", {"n": 2}).status_code == 404
    assert named_fields(anas("POST", FORCING + "submit/", {})) == {"n"}


def named_fields(answer) -> set[str]:
    assert answer.status_code == 400
    return {error["path"][0] for error in answer.json()["errors"]}


def test_words_that_a_colleague_wrote_after_one_read_are_not_moved_on(anas, amirs, ana, amir, forcing):
    translate(forcing, ana)
    translate(forcing, amir, mark="۲ ")
    refused = anas("POST", FORCING + "submit/", {"n": 1})
    assert refused.status_code == 409 and "Amir saved other words" in refused.json()["detail"]
    assert anas("POST", FORCING + "approve/", {"n": 2}).status_code == 409


def test_how_far_a_version_is_translated_is_counted_by_language(anas, ana, amir, ben, forcing, mistakes):
    approved(forcing, ana, amir)
    translate(revision_in(mistakes, "poor-listening"), ana)
    told = anas("GET", OF_VERSION).json()
    [row] = told["languages"]
    assert (row["language"]["code"], row["language"]["direction"], row["shown"]) == ("fa", "rtl", 1)
    assert row["counts"] == {"missing": 1, "behind": 0, "draft": 1, "in_review": 0, "approved": 1}
    assert told["total"] == 3 and told["source"]["code"] == "en"
    assert [one["code"] for one in told["yours"]] == ["fa"]
    assert Program(ben)("GET", OF_VERSION).json()["yours"] == []
    assert anas("GET", OF_VERSION.replace("/1/", "/9/")).status_code == 404


def test_a_version_in_one_language_comes_a_page_at_a_time_with_what_readers_see(anas, ana, amir):
    version, _made = import_version(content=many(PAGE + 5))
    approved(revision_in(version, "mistake-0"), ana, amir)
    translate(revision_in(version, "mistake-1"), ana)
    first = anas("GET", OF_VERSION + "fa/").json()
    assert (first["found"], first["total"], len(first["entries"])) == (PAGE + 5, PAGE + 5, PAGE)
    assert [row["state"] for row in first["entries"][:3]] == ["approved", "draft", "missing"]
    assert [row["read"]["language"] for row in first["entries"][:3]] == ["fa", "en", "en"]
    assert first["entries"][0]["read"]["texts"]["name"] == "ترجمهٔ Mistake 0"
    second = anas("GET", first["next"]).json()
    assert len(second["entries"]) == 5 and second["previous"] == OF_VERSION + "fa/?start=mistake-0"
    missing = anas("GET", OF_VERSION + "fa/?state=missing&words=mistake").json()
    assert missing["found"] == PAGE + 3 and "state=missing" in missing["next"]
    assert missing["counts"]["approved"] == 1 and missing["you_may"]["translate"]["yes"]
    assert anas("GET", OF_VERSION + "fa/?state=nonsense&start=%00&words=%00").json() == first
    assert anas("GET", OF_VERSION + "xx/").status_code == 404


@pytest.mark.parametrize("path", ["versions/1/translations/", "versions/1/translations/fa/",
                                  "translations/fa/mistake-1/1/"])  # fmt: skip
def test_reading_takes_the_same_number_of_queries_however_many_are_translated(path, anas, ana, amir):
    counts = []
    anas("GET", "/api/guidelines/")
    for slug, n in (("small", 3), ("large", 40)):
        told = content(*((e.key, e.texts) for e in many(n).entries), slug=slug)
        version, _made = import_version(content=told)
        for i in range(1, n, 2):
            approved(revision_in(version, f"mistake-{i}"), ana, amir)
            translate(revision_in(version, f"mistake-{i}"), amir, mark="۲ ")
        with CaptureQueriesContext(connection) as caught:
            assert anas("GET", f"/api/guidelines/{slug}/{path}").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] and counts[0] <= 24, counts


def test_a_long_history_of_a_text_takes_no_more_queries(anas, ana, amir, forcing):
    counts = []
    anas("GET", FORCING)
    for n in (1, 6):
        for i in range(n):
            approved(forcing, ana if i % 2 else amir, amir if i % 2 else ana, mark=f"{n}{i} ")
        with CaptureQueriesContext(connection) as caught:
            assert anas("GET", FORCING).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1], counts


def uploads(program, data: bytes, name: str):
    return program.client.post(MISTAKES + "translations/fa/import/", {"file": SimpleUploadedFile(name, data)})


def test_a_file_of_translations_goes_out_and_is_taken_whole(anas, amirs, ana, ben, forcing, replayed):
    translate(forcing, ana)
    out = anas("GET", OF_VERSION + "fa/download/csv/")
    assert out.status_code == 200 and "novice-mistakes-v1-fa.csv" in out["Content-Disposition"]
    assert anas("GET", OF_VERSION + "fa/download/exe/").status_code == 404
    data = anas("GET", OF_VERSION + "fa/download/yaml/").content
    made = uploads(anas, data.replace("ترجمهٔ Forcing change".encode(), "وادار کردن".encode()), "fa.yaml")
    assert made.status_code == 201 and made.json()["counts"]["changed"] == 1, made.content
    at = MISTAKES + f"translations/fa/import/{made.json()['token']}/"
    [row] = anas("GET", at + "?state=changed").json()["rows"]
    assert row["texts"]["name"] == "وادار کردن"
    assert amirs("GET", at).status_code == 404 and amirs("POST", at).status_code == 404
    assert anas("POST", at).json() == {"taken": 1} and newest(forcing, FA).texts["name"] == "وادار کردن"
    assert anas("POST", at).status_code == 404
    assert uploads(anas, b"x", "notes.txt").status_code == 400
    assert uploads(Program(ben), data, "fa.yaml").status_code == 403
    again = uploads(anas, data.replace(b"language: fa", b"language: de"), "fa.yaml")
    assert again.status_code == 400 and again.json()["errors"][0]["path"][-1] == "language"
