"""What a reviewer's browser may ask for, before anything is looked up."""

import pytest

from review.label_studio.gateway.rules import ALL, RULES, Denied, wanted

JUDGED = {
    "result": [], "lead_time": 3.5, "was_cancelled": True, "draft_id": 0, "started_at": "2026-11-22T10:00:00Z",
    "unique_id": "u", "parent_prediction": None, "parent_annotation": None, "project": "7",
}  # fmt: skip
# What the editor of Label Studio 1.23.2 asked for while somebody judged: (method, path, query, body).
ASKED = [
    ("GET", "/projects/7/data", "labeling=1", None),
    ("GET", "/projects/7/data", "labeling=1&tab=1&task=3", None),
    ("GET", "/api/version", "", None),
    ("GET", "/api/current-user/whoami", "", None),
    ("GET", "/api/users", "project=7", None),
    ("GET", "/api/projects/7", "", None),
    ("GET", "/api/projects/7/label-stream-history", "project=7", None),
    ("GET", "/api/dm/project", "project=7", None),
    ("GET", "/api/dm/project", "interaction=timer&include=task_count,queue_total&project=7", None),
    ("GET", "/api/dm/columns", "project=7", None),
    ("GET", "/api/dm/views", "project=7", None),
    ("GET", "/api/ml", "project=7", None),
    ("GET", "/api/label_links", "project=7&expand=label", None),
    ("GET", "/api/tasks", "page=1&page_size=30&view=1&project=7", None),
    ("GET", "/api/tasks/3", "interaction=labelstream&project=7", None),
    ("POST", "/api/dm/actions", "id=next_task&tabID=1&project=7", {**ALL, "project": "7"}),
    ("POST", "/api/tasks/3/annotations", "project=7", JUDGED),
    ("POST", "/api/tasks/3/drafts", "project=7", JUDGED),
    ("POST", "/api/tasks/3/annotations/4/drafts", "project=7", JUDGED),
    ("PATCH", "/api/drafts/5", "project=7", {**JUDGED, "draft_id": 5}),
    ("DELETE", "/api/drafts/5", "project=7", None),
    ("PATCH", "/api/annotations/4", "taskID=3&project=7", JUDGED),
    ("DELETE", "/api/annotations/4", "taskID=3&project=7", None),
]  # fmt: skip
DENIED = {
    "deletes tasks": ("POST", "/api/dm/actions", "id=delete_tasks&project=7", {"project": "7"}),
    "two actions": ("POST", "/api/dm/actions", "id=next_task&id=delete_tasks&project=7", None),
    "no action": ("POST", "/api/dm/actions", "project=7", None),
    "chooses tasks": ("POST", "/api/dm/actions", "id=next_task&project=7", {"project": "7", "view": 3}),
    "project 1 by default": ("GET", "/api/tasks", "page=1", None),
    "lists of projects": ("GET", "/api/projects", "", None),
    "another path of it": ("GET", "/api/projects/7/export", "exportType=JSON", None),
    "the list of tasks": ("GET", "/projects/7/data", "", None),
    "settings": ("GET", "/projects/7/settings", "", None),
    "deletes a project": ("DELETE", "/api/projects/7", "", None),
    "changes a project": ("PATCH", "/api/projects/7", "", {"title": "x"}),
    "deletes a task": ("DELETE", "/api/tasks/3", "", None),
    "changes a task": ("PATCH", "/api/tasks/3", "", {"data": {}}),
    "makes a draft of what was judged": ("POST", "/api/annotations/4/convert-to-draft", "project=7", {}),
    "lists annotations": ("GET", "/api/tasks/3/annotations", "", None),
    "makes people": ("POST", "/api/users", "", {"email": "eve@example.org"}),
    "other people": ("GET", "/api/users/2", "", None),
    "tokens": ("GET", "/api/current-user/token", "", None),
    "hooks": ("GET", "/api/webhooks/", "project=7", None),
    "invitations": ("GET", "/api/invite", "", None),
    "logs out": ("GET", "/logout/", "", None),
    "two projects": ("GET", "/api/projects/7/label-stream-history", "project=8", None),
    "a project of the body": ("POST", "/api/tasks/3/annotations", "project=7", {**JUDGED, "project": 8}),
    "two tasks": ("POST", "/api/tasks/3/annotations", "taskID=4", JUDGED),
    "says who": ("POST", "/api/tasks/3/annotations", "project=7", {**JUDGED, "completed_by": 1}),
    "calls it gold": ("PATCH", "/api/annotations/4", "", {**JUDGED, "ground_truth": True}),
    "another's work": ("POST", "/api/tasks/3/annotations", "", {**JUDGED, "parent_annotation": 9}),
    "two drafts": ("PATCH", "/api/drafts/5", "", {**JUDGED, "draft_id": 6}),
    "a list": ("POST", "/api/tasks/3/annotations", "project=7", [JUDGED]),
    "no number": ("GET", "/api/dm/project", "project=7;drop", None),
    "a longer number": ("GET", "/api/tasks/9999999999999999999", "", None),
    "letters that are digits": ("GET", "/api/tasks/٣", "", None),
    "a line beside": ("GET", "/api/tasks/3\n", "", None),
    "a way up": ("GET", "/api/tasks/3/../../projects", "", None),
    "more in a query": ("GET", "/api/tasks/3", "resolve_uri=1", None),
    "odd words": ("GET", "/api/dm/project", "project=7&include=a<b", None),
    "a body where none is": ("GET", "/api/version", "", {}),
    "its head": ("HEAD", "/api/tasks/3", "", None),
}  # fmt: skip


def ask(method, path, query, body):
    return wanted(method, path, [tuple(part.split("=", 1)) for part in query.split("&") if part], body)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked[0]} {asked[1]}?{asked[2]}")
def test_what_the_editor_asks_for_while_somebody_judges_goes_on(asked):
    found = ask(*asked)
    assert found.path == asked[1]
    assert found.ids.get("project", 7) == 7
    assert not {"view", "tabID", "tab", "task"} & found.query.keys()
    assert found.body is None or "project" not in found.body


def test_every_rule_is_there_for_something_that_the_editor_asked():
    used = {ask(*asked).rule.name for asked in ASKED}
    # These the editor asks for where it opens an older piece of work.
    assert {rule.name for rule in RULES} - used == {"drafts", "annotation"}


@pytest.mark.parametrize("asked", DENIED.values(), ids=DENIED)
def test_anything_else_is_refused(asked):
    with pytest.raises(Denied):
        ask(*asked)


def test_what_goes_on_names_its_project_even_where_only_the_body_did():
    found = ask("POST", "/api/dm/actions", "id=next_task", {**ALL, "project": 7})
    assert found.query == {"id": "next_task", "project": "7"} and found.body == ALL


def test_the_next_task_is_chosen_by_nobody():
    filtered = {
        **ALL,
        "filters": {"conjunction": "and", "items": [{"filter": "filter:tasks:id"}]},
        "project": 7,
    }
    assert ask("POST", "/api/dm/actions", "id=next_task&project=7", filtered).body == ALL
