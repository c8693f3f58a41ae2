"""What comes back to a reviewer names nobody else and no other project."""

import json

import pytest

from review.label_studio.gateway import answers

ME = {"ls_user_id": 2, "email": "reviewer-1@reviewers.example.org"}
PERSON = {"id": 2, "username": "reviewer-1", "email": ME["email"], "initials": "re", "custom_hotkeys": {},
          "active_organization": 1, "permissions": ["projects.delete", "users.token.any"],
          "active_organization_meta": {"title": "Clinic", "email": "owner@example.org"}}  # fmt: skip
OWNER = {"id": 1, "email": "owner@example.org", "username": "owner"}


def test_she_herself_is_told_without_the_owner_and_without_what_she_may_not_do():
    found = answers.rebuilt("me", PERSON, **ME)
    assert "owner" not in json.dumps(found) and "delete" not in json.dumps(found)
    assert found["id"] == 2 and "annotations.create" in found["permissions"]


def test_of_the_people_there_she_sees_herself():
    assert [one["id"] for one in answers.rebuilt("users", [OWNER, PERSON], **ME)] == [2]


def test_a_project_is_told_without_its_maker_its_token_and_whatever_comes_to_it_later():
    found = answers.rebuilt(
        "project",
        {
            "id": 7,
            "title": "Reading",
            "created_by": OWNER,
            "token": "t",
            "organization": 1,
            "members": [OWNER],
        },
        **ME,
    )
    assert found == {"id": 7, "title": "Reading"}


@pytest.mark.parametrize("mine", [2, {"id": 2}, {"id": 2, "email": "owner@example.org"}, ME["email"]])
@pytest.mark.parametrize("others", [1, OWNER, "owner@example.org", None, {"id": None}])
def test_of_a_task_she_sees_her_own_work_alone(mine, others):
    task = {
        "id": 3, "data": {"dialogue": []}, "predictions": [{"id": 9}], "updated_by": [{"user_id": 1}], "annotators": [1],
        "annotations": [{"id": 4, "completed_by": mine, "reviews": [OWNER]}, {"id": 5, "completed_by": others}],
        "drafts": [{"id": 6, "user": mine}, {"id": 7, "user": others}], "annotations_results": "[…]", "assigned": [OWNER],
    }  # fmt: skip
    for found in (
        answers.rebuilt("task", task, **ME),
        answers.rebuilt("tasks", {"total": 1, "tasks": [task], "users": [OWNER]}, **ME)["tasks"][0],
    ):
        assert [one["id"] for one in found["annotations"]] == [4]
        assert [one["id"] for one in found["drafts"]] == [6]
        assert found["predictions"] == found["annotators"] == found["updated_by"] == []
        assert found["annotations_results"] == "" and found["data"] == task["data"]
        assert "assigned" not in found and "reviews" not in found["annotations"][0]


@pytest.mark.parametrize(
    ("kind", "odd"), [("task", []), ("tasks", {"tasks": [3]}), ("users", {}), ("me", None)]
)
def test_an_answer_of_another_shape_is_not_handed_on(kind, odd):
    with pytest.raises(ValueError, match="no "):
        answers.rebuilt(kind, odd, **ME)


def test_a_refusal_goes_on_without_the_servers_own_traces():
    told = {"detail": "no", "exc_info": "/srv/label_studio/…", "display_context": {"project": 8}}
    assert answers.refusal(told) == {"detail": "no"} and answers.refusal("<html>") == {}
