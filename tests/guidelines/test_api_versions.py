"""From a draft to a published version through the API: the same guards as the pages, each with its reason."""

import pytest

from accounts.models import TrailEvent
from guidelines.models import Version
from tests.guidelines.api_client import DRAFT, MISTAKES, Program
from tests.guidelines.conftest import change

pytestmark = pytest.mark.django_db

ACT = MISTAKES + "draft/"


@pytest.fixture
def anas(ana):
    return Program(ana)


@pytest.fixture
def amirs(amir):
    return Program(amir)


def test_two_clinicians_lead_a_draft_to_publication(anas, amirs, mistakes, replayed):
    opened = anas("POST", ACT + "open/")
    assert opened.status_code == 201 and opened.json()["state"] == "draft"
    entry = DRAFT + "entries/forcing-change/"
    assert anas("PATCH", entry, {"texts": {"harms": "She digs in."}}, If_Match='"1"').status_code == 200
    submitted = anas("POST", ACT + "submit/")
    assert submitted.json()["state"] == "in_review"
    you_may = submitted.json()["you_may"]
    assert not you_may["approve"]["yes"] and "You wrote part" in you_may["approve"]["reason"]
    own = anas("POST", ACT + "approve/", {"digest": submitted.json()["digest"]})
    assert own.status_code == 403 and own.json()["detail"] == you_may["approve"]["reason"]
    read = amirs("GET", DRAFT)
    assert read["ETag"] == f'"{read.json()["digest"]}"'
    approved = amirs("POST", ACT + "approve/", {"digest": read.json()["digest"]})
    assert approved.status_code == 200 and approved.json()["approvals"][0]["stands"]
    published = anas("POST", ACT + "publish/", {"meaning": "editorial", "note": "Says the harm."})
    assert published.status_code == 200 and published.json()["name"] == "2"
    assert published.json()["digest"] == read.json()["digest"]
    verbs = TrailEvent.objects.filter(from_where="api", kind="guideline").values_list("verb", flat=True)
    said = {verb.removeprefix("guidelines.") for verb in verbs}
    assert said >= {"open_draft", "save_pair", "submit", "approve", "publish"}


def test_an_approval_of_other_words_than_those_that_stand_is_refused(anas, amirs, ana, draft):
    change(draft, ana)
    digest = anas("POST", ACT + "submit/").json()["digest"]
    change(draft, ana, harms="Later words.")
    refused = amirs("POST", ACT + "approve/", {"digest": digest})
    assert refused.status_code == 409 and "changed after" in refused.json()["detail"]
    assert amirs("POST", ACT + "approve/", {"digest": "short"}).status_code == 400


def test_without_four_eyes_a_draft_is_not_published(anas, edited):
    anas("POST", ACT + "submit/")
    refused = anas("POST", ACT + "publish/", {"meaning": "semantic", "note": "x"})
    assert refused.status_code == 403 and "Nobody has approved" in refused.json()["detail"]
    wrong = anas("POST", ACT + "publish/", {"meaning": "none", "note": ""})
    assert {error["path"][0] for error in wrong.json()["errors"]} == {"meaning", "note"}


def test_an_act_that_does_not_fit_the_state_says_which_state_that_is(anas, draft):
    assert anas("POST", ACT + "open/").status_code == 409
    assert "nothing to publish" in anas("POST", ACT + "submit/").json()["detail"]
    assert anas("POST", ACT + "send-back/").status_code == 409
    assert anas("POST", ACT + "discard/").status_code == 204
    assert not Version.objects.unpublished().exists()
    gone = anas("POST", ACT + "submit/")
    assert gone.status_code == 409 and "No draft is open" in gone.json()["detail"]


def test_a_lead_retires_a_version_and_an_annotator_does_not(lena, ben, mistakes):
    retire = MISTAKES + "versions/1/retire/"
    assert Program(ben)("POST", retire).status_code == 403
    assert Program(lena)("POST", retire).json()["state"] == "retired"
    assert Program(lena)("POST", retire).status_code == 409
    assert Program(lena)("POST", MISTAKES + "versions/7/retire/").status_code == 404


def test_a_guideline_says_what_is_in_force_what_is_written_and_what_one_may(anas, ben, edited):
    [row] = anas("GET", "/api/guidelines/").json()["guidelines"]
    assert (row["in_force"]["name"], row["draft"]["name"]) == ("1", "draft")
    assert row["draft"]["opened_by"]["name"] == "Ana"
    told = Program(ben)("GET", MISTAKES).json()
    assert not told["you_may"]["write"]["yes"] and told["you_may"]["write"]["reason"]
    versions = anas("GET", MISTAKES + "versions/").json()
    assert [v["number"] for v in versions["versions"]] == [1] and versions["draft"]["state"] == "draft"
    assert anas("GET", MISTAKES + "versions/9/").status_code == 404


def test_a_method_that_is_not_there_is_refused_after_the_role_is_asked(anas, ben, draft):
    assert Program(ben)("GET", ACT + "submit/").status_code == 403
    refused = anas("GET", ACT + "submit/")
    assert refused.status_code == 405 and refused["Content-Type"] == "application/problem+json"
    assert "POST" in refused["Allow"]
