"""Discussion and proposals through the API: what colleagues may, and nobody whom it would sway."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guidelines.models import Mention, Proposal, Remark
from tests.guidelines.api_client import MISTAKES, Program
from tests.guidelines.conftest import change, pair_texts, revision_in

pytestmark = pytest.mark.django_db

TALK = MISTAKES + "discussion/forcing-change/"
PROPOSALS = MISTAKES + "proposals/"


@pytest.fixture
def anas(ana):
    return Program(ana)


@pytest.fixture
def amirs(amir):
    return Program(amir)


def proposed(program, **more) -> dict:
    change = {"kind": "change", "of": [{"key": "forcing-change", "revision": 1}], "reason": "The harm."}
    texts = pair_texts(confused_with=["poor-listening"], harms="She defends staying.")
    answer = program("POST", PROPOSALS, change | {"texts": [texts]} | more)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_ana_asks_amir_answers_and_the_thread_is_settled(anas, amirs, amir, mistakes):
    begun = anas("POST", TALK, {"words": "One mistake or two, @Amir?", "on": 1})
    assert begun.status_code == 201 and begun.json()["remarks"][0]["mentions"][0]["name"] == "Amir"
    assert Mention.objects.waiting_for(amir).count() == 1
    thread = MISTAKES + f"threads/{begun.json()['n']}/"
    assert amirs("GET", thread).json()["entry"] == "forcing-change"
    assert not Mention.objects.waiting_for(amir).exists()
    said = amirs("POST", thread, {"words": "One."}).json()["remarks"][-1]
    assert (said["by"]["name"], said["words"]) == ("Amir", "One.")
    [row] = anas("GET", TALK).json()["threads"]
    assert (row["remarks"], row["opening"]) == (2, "One mistake or two, @Amir?")
    assert anas("POST", thread + "resolve/", {"words": "We keep it."}).json()["state"] == "resolved"
    assert anas("POST", thread, {"words": "More."}).status_code == 409
    assert anas("POST", thread + "resolve/", {}).status_code == 409
    assert [r["n"] for r in anas("GET", TALK + "?state=resolved").json()["threads"]] == [row["n"]]
    assert anas("POST", thread + "reopen/", {}).json()["state"] == "open"


def test_only_her_own_words_are_reworded_or_taken_back(anas, amirs, mistakes):
    n = anas("POST", TALK, {"words": "Draft of a thought."}).json()["n"]
    remark = MISTAKES + f"threads/{n}/1/"
    assert amirs("POST", remark + "reword/", {"words": "Mine."}).status_code == 403
    assert amirs("POST", remark + "take-back/").status_code == 403
    [said] = anas("POST", remark + "reword/", {"words": "A thought."}).json()["remarks"]
    assert said["words"] == "A thought." and said["reworded_at"]
    [gone] = anas("POST", MISTAKES + f"threads/{n}/2/take-back/").json()["remarks"]
    assert gone["taken_back"] and not gone["words"]
    assert Remark.objects.count() == 3


def test_those_who_judge_neither_read_nor_speak(ben, anas, mistakes):
    n = proposed(anas)["n"]
    for path in (TALK, PROPOSALS, PROPOSALS + f"{n}/", MISTAKES + "threads/1/"):
        refused = Program(ben)("GET", path)
        assert refused.status_code == 403 and "sway" in refused.json()["detail"]


def test_a_change_is_proposed_voted_on_and_taken_as_its_proposers_words(anas, amirs, ana, mistakes, replayed):
    told = proposed(anas)
    assert told["title"] == "Change “Forcing change”" and told["you_may"]["vote"]["yes"] is False
    one = PROPOSALS + f"{told['n']}/"
    own = anas("POST", one + "vote/", {"choice": "for", "reason": "Mine."})
    assert own.status_code == 403 and own.json()["detail"] == told["you_may"]["vote"]["reason"]
    voted = amirs("POST", one + "vote/", {"choice": "for", "reason": "Clearer."}).json()
    assert voted["votes"] == {"for": 1, "against": 0, "abstain": 0}
    [row] = amirs("GET", PROPOSALS).json()["proposals"]
    assert row["votes"]["for"] == 1
    unread = amirs("POST", one + "take/", {"seen": {}})
    assert unread.status_code == 409
    taken = amirs("POST", one + "take/", {"seen": {"forcing-change": 1}})
    assert taken.status_code == 200 and taken.json()["name"] == "draft"
    draft = Proposal.objects.get().taken_into
    assert revision_in(draft, "forcing-change").author == ana
    assert anas("GET", PROPOSALS + "?state=closed").json()["proposals"][0]["state"] == "taken"


def test_a_proposal_to_a_text_that_changed_since_is_taken_only_knowingly(anas, amirs, amir, draft):
    n = proposed(anas)["n"]
    change(draft, amir)
    one = PROPOSALS + f"{n}/"
    [target] = amirs("GET", one).json()["of"]
    assert target["stale"] and (target["read"], target["now"]) == (1, 2) and target["changed"]
    stale = amirs("POST", one + "take/", {"seen": {"forcing-change": 2}})
    assert stale.status_code == 409 and stale.json()["type"].endswith("stale-proposal")
    merged = revision_in(draft, "forcing-change").texts | {"harms": "Both."}
    assert amirs("POST", one + "take/", {"seen": {"forcing-change": 2}, "merged": merged}).status_code == 200
    assert revision_in(draft, "forcing-change").harms == "Both."


def test_the_five_kinds_are_proposed_declined_and_withdrawn(anas, amirs, mistakes):
    a, b = ({"key": key, "revision": 1} for key in ("forcing-change", "poor-listening"))
    kinds = {
        "add": {"of": [], "texts": [pair_texts("Advice")]},
        "split": {"of": [a], "texts": [pair_texts("One half"), pair_texts("Other half")]},
        "merge": {"of": [a, b], "texts": [pair_texts("Both")]},
        "retire": {"of": [b], "texts": []},
    }
    for kind, more in kinds.items():
        one = PROPOSALS + f"{proposed(anas, kind=kind, **more)['n']}/"
        assert anas("POST", one + "decline/", {"reason": "x"}).status_code == 403
        assert amirs("POST", one + "withdraw/", {}).status_code == 403
        if kind == "add":
            assert anas("POST", one + "withdraw/", {}).json()["state"] == "withdrawn"
        else:
            assert amirs("POST", one + "decline/", {"reason": "No."}).json()["state"] == "declined"
            assert amirs("POST", one + "decline/", {"reason": "No."}).status_code == 409


def test_what_is_wrong_with_a_proposal_is_named_by_text_and_field(anas, mistakes):
    wrong = {"kind": "add", "texts": [{"name": "", "shows": "x", "corrections": ["y"]}], "reason": "x"}
    refused = anas("POST", PROPOSALS, wrong)
    assert refused.status_code == 400 and refused.json()["errors"][0]["path"] == ["0", "name"]
    nobody = {"kind": "retire", "of": [{"key": "nothing", "revision": 1}], "reason": "x"}
    assert anas("POST", PROPOSALS, nobody).status_code == 404


def test_lists_take_the_same_number_of_queries_for_many(anas, mistakes):
    counts = []
    for n in (2, 20):
        for i in range(n):
            proposed(anas, kind="add", of=[], texts=[pair_texts(f"New {n} {i}")])
            anas("POST", TALK, {"words": f"Question {i}"})
        with CaptureQueriesContext(connection) as caught:
            assert anas("GET", PROPOSALS).status_code == anas("GET", TALK).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1], counts
