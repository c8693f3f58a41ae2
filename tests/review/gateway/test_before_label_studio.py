"""Two reviewers before a real Label Studio, each with whatever her browser could be made to ask for."""

import uuid

import httpx
import pytest

from review.label_studio.gateway.saving import INSTEAD_OF
from review.label_studio.syncing import sync_all
from review.models import Account, Decision, RawAnnotation, Reading
from review.rounds import close_round
from tests.review.factories import says
from tests.review.gateway.conftest import PAGES
from tests.review.studio import result_of

pytestmark = pytest.mark.labelstudio


def judgement(gate, user, task: int, verdict="accept", **more) -> dict:
    reading = Reading.objects.select_related("item__instance").get(task_id=task)
    dialogue = [
        {"speaker": u["speaker"], "text": u["text"]} for u in reading.item.instance.content["utterances"]
    ]
    found = result_of(reading.item, says(verdict, **more), dialogue)
    return {"result": found, "lead_time": 40.5, "unique_id": str(uuid.uuid4()),
            "project": str(gate.project(user).project_id)}  # fmt: skip


def submit(gate, browser, user, task: int, **more) -> httpx.Response:
    return browser.post(f"/api/tasks/{task}/annotations", json=judgement(gate, user, task, **more))


def test_what_she_submits_changes_and_skips_arrives_as_hers(gate, ben):
    browser, (first, second, third) = gate.enter(ben), gate.tasks(ben)
    project = gate.project(ben).project_id
    served = browser.post(
        "/api/dm/actions", params={"id": "next_task", "project": project}, json={"project": project}
    )
    assert served.json()["id"] == first
    made = submit(gate, browser, ben, first)
    assert made.status_code == 201, made.text
    changed = judgement(gate, ben, first, "reject", comment="On second thoughts.")
    assert browser.patch(f"/api/annotations/{made.json()['id']}", json=changed).status_code == 200
    assert submit(gate, browser, ben, second).status_code == 201
    skip = browser.post(f"/api/tasks/{third}/annotations", json={"result": [], "was_cancelled": True})
    assert skip.status_code == 201
    assert sync_all(gate.studio).decided == 2
    verdicts = Decision.objects.in_force().values_list("reading__task_id", "verdict", "rater__user")
    assert sorted(verdicts) == [(first, "reject", ben.pk), (second, "accept", ben.pk)]
    # A skip is taken back; what was judged is judged again, but never taken away.
    assert browser.delete(f"/api/annotations/{skip.json()['id']}?taskID={third}").status_code == 204
    assert not browser.annotations(third, project)
    assert browser.delete(f"/api/annotations/{made.json()['id']}?taskID={first}").status_code == 403
    assert [one["id"] for one in browser.annotations(first, project)] == [made.json()["id"]]
    told = browser.get("/_mirror/progress", params={"project": project}).json()
    assert told == {"judged": 2, "total": 3}


def test_a_draft_is_kept_for_her_and_dropped_by_her_alone(gate, ben, chloe):
    hers, other = gate.enter(ben), gate.enter(chloe)
    task = gate.tasks(ben)[0]
    begun = hers.post(f"/api/tasks/{task}/drafts", json={"result": [], "lead_time": 1})
    assert begun.status_code == 201
    draft = begun.json()["id"]
    for attempt in (
        other.patch(f"/api/drafts/{draft}", json={"result": [], "lead_time": 2}),
        other.delete(f"/api/drafts/{draft}"),
        other.get(f"/api/tasks/{task}/drafts"),
        # Label Studio drops the draft that a judgement names.
        other.post(f"/api/tasks/{gate.tasks(chloe)[0]}/annotations",
                   json={**judgement(gate, chloe, gate.tasks(chloe)[0]), "draft_id": draft}),
    ):  # fmt: skip
        assert attempt.status_code == 403, attempt.text
    assert hers.patch(f"/api/drafts/{draft}", json={"result": [], "lead_time": 2}).status_code == 200
    assert [one["id"] for one in hers.get(f"/api/tasks/{task}/drafts").json()] == [draft]
    assert hers.delete(f"/api/drafts/{draft}").status_code == 204
    # What is gone is answered as what is another's; a judgement that names it is none the worse.
    assert hers.delete(f"/api/drafts/{draft}").status_code == 403
    judged = {**judgement(gate, ben, task), "draft_id": draft}
    assert hers.post(f"/api/tasks/{task}/annotations", json=judged).status_code == 201


def test_nothing_that_she_asks_for_shows_or_changes_anothers(gate, ben, chloe):
    """Chloe has judged; whatever Ben's browser is made to ask for tells nothing of it and leaves it as it is."""
    other, hers = gate.enter(chloe), gate.enter(ben)
    task, project = gate.tasks(chloe)[0], gate.project(chloe).project_id
    mine, my_task = gate.project(ben).project_id, gate.tasks(ben)[0]
    words = "CHLOE-SAYS-THIS"
    annotation = submit(gate, other, chloe, task, verdict="reject", comment=words).json()["id"]
    account = Account.objects.get(rater__user=chloe)
    body = judgement(gate, ben, my_task)
    tries = [
        ("GET", f"/projects/{project}/data?labeling=1", None),
        ("GET", f"/projects/{project}/data", None),
        ("GET", f"/projects/{mine}/data", None),
        ("GET", "/projects/", None),
        ("GET", f"/projects/{project}/settings", None),
        ("GET", f"/api/tasks/{task}", None),
        ("GET", f"/api/tasks/{task}?project={mine}", None),
        ("GET", f"/api/tasks/{task}/drafts", None),
        ("GET", f"/api/tasks?project={project}", None),
        ("GET", f"/api/tasks?project={mine}&view=1", None),
        ("GET", f"/api/tasks?project={mine}&project={project}", None),
        ("GET", f"/api/annotations/{annotation}", None),
        ("GET", f"/api/annotations/{annotation}?project={mine}&taskID={my_task}", None),
        ("GET", f"/api/projects/{project}", None),
        ("GET", f"/api/projects/{project}/label-stream-history", None),
        ("GET", f"/api/projects/{mine}/export?exportType=JSON", None),
        ("GET", f"/api/dm/project?project={project}", None),
        ("GET", f"/api/users?project={mine}", None),
        ("GET", "/api/users/1", None),
        ("GET", f"/_mirror/progress?project={project}", None),
        ("POST", f"/api/dm/actions?id=next_task&project={project}", {"project": project}),
        ("POST", f"/api/dm/actions?id=next_task&project={mine}", {"project": project}),
        ("POST", f"/api/dm/actions?id=delete_tasks&project={mine}", {"project": mine}),
        ("POST", f"/api/tasks/{task}/annotations", {**body, "project": str(project)}),
        ("POST", f"/api/tasks/{task}/annotations?project={mine}", body),
        ("POST", f"/api/tasks/{task}/drafts", body),
        ("POST", f"/api/tasks/{my_task}/annotations/{annotation}/drafts", body),
        ("POST", f"/api/tasks/{my_task}/annotations", {**body, "completed_by": account.ls_user_id}),
        ("PATCH", f"/api/annotations/{annotation}", body),
        ("PATCH", f"/api/annotations/{annotation}?taskID={my_task}&project={mine}", body),
        ("DELETE", f"/api/annotations/{annotation}", None),
        ("POST", f"/api/annotations/{annotation}/convert-to-draft", {}),
        ("DELETE", f"/api/tasks/{task}", None),
        ("DELETE", f"/api/projects/{project}", None),
        ("PATCH", f"/api/projects/{project}", {"title": "mine"}),
        ("DELETE", f"/api/users/{account.ls_user_id}", None),
        ("POST", "/api/users", {"email": "eve@example.org"}),
        ("GET", "/api/invite", None),
        ("GET", "/api/webhooks/", None),
        ("GET", "/api/current-user/token", None),
        ("GET", "/user/login/", None),
        ("GET", "/logout/", None),
        ("GET", "/django-rq/", None),
        ("GET", "/data/upload/1/x", None),
        ("GET", "/static/../api/invite", None),
        ("GET", "/static/%2e%2e/api/invite", None),
        ("HEAD", "/react-app/main.js", None),
        ("HEAD", f"/api/tasks/{task}", None),
    ]  # fmt: skip
    allowed = {f"/api/tasks?project={mine}&view=1", f"/api/users?project={mine}"}
    for method, path, sent in tries:
        answer = hers.request(method, path, json=sent) if sent is not None else hers.request(method, path)
        told = f"{answer.text} {answer.headers}"
        assert (answer.status_code == 200) == (path in allowed), f"{method} {path}: {answer.status_code}"
        assert (
            words not in told
            and account.email not in told
            and "sessionid" not in told
            and gate.studio.url not in told
        )
        assert gate.studio._token not in told
    found = gate.studio.changed_tasks(project)
    (kept,) = [a for t in found for a in t["annotations"]]
    assert kept["id"] == annotation and kept["completed_by"] == account.ls_user_id
    assert not RawAnnotation.objects.exists() and sync_all(gate.studio).decided == 1
    assert {user["email"] for user in gate.studio.users()} >= {account.email}
    assert len(gate.studio.task_ids(project)) == 3


@pytest.mark.parametrize("from_where", [None, "https://evil.example.org", "null"])
def test_another_page_cannot_make_her_browser_judge(gate, ben, from_where):
    browser, task = gate.enter(ben), gate.tasks(ben)[0]
    del browser.headers["Origin"]
    headers = {"Origin": from_where} if from_where else {}
    body = judgement(gate, ben, task)
    assert browser.post(f"/api/tasks/{task}/annotations", json=body, headers=headers).status_code == 403
    plain = browser.post(f"/api/tasks/{task}/annotations", data=body, headers={"Origin": gate.url})
    assert plain.status_code == 403
    assert not list(gate.studio.changed_tasks(gate.project(ben).project_id))[0]["annotations"]


def test_without_a_session_there_is_only_the_way_to_the_desk(gate, ben):
    stranger, project = gate.stranger(), gate.project(ben).project_id
    for path in ("/", f"/projects/{project}/data?labeling=1", "/enter?ticket=x", "/enter"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGES}/desk/")
    for path in ("/api/version", f"/api/projects/{project}", "/_mirror/progress?project=1"):
        assert stranger.get(path).status_code == 401
    assert stranger.get("/healthz", headers={"Host": "elsewhere.example.org"}).status_code == 200
    assert stranger.get("/", headers={"Host": "elsewhere.example.org"}).status_code == 421


def test_the_page_is_the_editors_with_our_bar_and_sends_nothing_elsewhere(gate, ben):
    browser, project = gate.enter(ben), gate.project(ben).project_id
    page = browser.get(f"/projects/{project}/data?labeling=1&tab=1")
    assert page.status_code == 200 and "set-cookie" not in page.headers
    assert 'id="mirror-bar"' in page.text and "November" in page.text
    assert gate.studio.url not in page.text and f'hostname: "{gate.url}"' in page.text
    assert "connect-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "csrftoken" not in browser.cookies and "sessionid" not in browser.cookies
    script = browser.get("/react-app/main.js?v=1", headers={"Range": "bytes=0-99"})
    assert script.status_code in (200, 206) and "max-age" in script.headers["Cache-Control"]
    again = browser.get("/react-app/main.js", headers={"If-Modified-Since": script.headers["Last-Modified"]})
    assert again.status_code == 304 and not again.content
    assert browser.get("/static/nothing-there.js").status_code == 404


def test_in_a_closed_round_nothing_is_opened_and_what_is_sent_still_arrives(gate, ben, lena):
    browser, (task, *_) = gate.enter(ben), gate.tasks(ben)
    project = gate.project(ben).project_id
    close_round(round=gate.round, by=lena)
    opened = browser.get(f"/projects/{project}/data?labeling=1")
    assert (opened.status_code, opened.headers["Location"]) == (303, f"{PAGES}/desk/")
    asked = browser.post(
        "/api/dm/actions", params={"id": "next_task", "project": project}, json={"project": project}
    )
    assert asked.status_code == 404
    assert submit(gate, browser, ben, task).status_code == 201
    sync_all(gate.studio)
    assert RawAnnotation.objects.get().uncounted == "Judged after the round was closed."


def test_when_her_session_in_label_studio_ends_she_does_not_notice(gate, ben):
    browser, (first, second, *_) = gate.enter(ben), gate.tasks(ben)
    assert submit(gate, browser, ben, first).status_code == 201
    (held,) = gate.upstream._sessions.values()
    held["sessionid"] = "x" * 32
    assert submit(gate, browser, ben, second).status_code == 201
    assert gate.upstream._sessions and held not in gate.upstream._sessions.values()
    assert sync_all(gate.studio).decided == 2


def test_where_label_studio_does_not_answer_she_is_told_so(gate, ben):
    browser, (task, *_) = gate.enter(ben), gate.tasks(ben)
    gate.upstream.url = "http://127.0.0.1:1"
    answer = submit(gate, browser, ben, task)
    assert answer.status_code == 502 and "did not confirm this" in answer.json()["detail"]
    assert browser.get(f"/projects/{gate.project(ben).project_id}/data?labeling=1").status_code == 502


def test_what_was_judged_is_not_taken_away_by_way_of_a_skip(gate, ben):
    browser, (task, *_) = gate.enter(ben), gate.tasks(ben)
    made = submit(gate, browser, ben, task).json()["id"]
    skip = {**judgement(gate, ben, task), "was_cancelled": True}
    refused = browser.patch(f"/api/annotations/{made}", json=skip)
    assert refused.status_code == 403 and "judged again" in refused.json()["detail"]
    assert browser.delete(f"/api/annotations/{made}").status_code == 403
    # Nor by sending it again, as a skip, under the id that it has.
    body = judgement(gate, ben, task)
    assert browser.post(f"/api/tasks/{task}/annotations", json=body).status_code == 201
    again = browser.post(f"/api/tasks/{task}/annotations", json={**body, "was_cancelled": True})
    assert again.status_code == 403
    (kept,) = browser.annotations(task, gate.project(ben).project_id)
    assert kept["id"] == made and not kept["was_cancelled"]
    assert sync_all(gate.studio).decided >= 1


def test_a_judgement_whose_answer_was_lost_is_there_and_can_be_changed(gate, ben):
    browser, (task, *_) = gate.enter(ben), gate.tasks(ben)
    body = judgement(gate, ben, task)
    made = browser.post(f"/api/tasks/{task}/annotations", json=body).json()
    browser.knows = {}
    again = browser.post(f"/api/tasks/{task}/annotations", json=body)
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    changed = {**judgement(gate, ben, task, "reject", comment="No."), "unique_id": body["unique_id"]}
    assert browser.post(f"/api/tasks/{task}/annotations", json=changed).status_code == 201
    assert sync_all(gate.studio).decided == 1
    assert (Decision.objects.get().verdict, RawAnnotation.objects.count()) == ("reject", 1)


def test_of_two_tabs_the_one_that_shows_an_older_state_overwrites_nothing(gate, ben):
    first, second, task = gate.enter(ben), gate.enter(ben), gate.tasks(ben)[0]
    project = gate.project(ben).project_id
    opened = [
        tab.post("/api/dm/actions", params={"id": "next_task", "project": project}, json={"project": project})
        for tab in (first, second)
    ]
    locks = {answer.json()["unique_lock_id"] for answer in opened}
    assert len(locks) == 1 and locks != {None}, "Label Studio tells two tabs of hers apart: so may we"
    sent = {**judgement(gate, ben, task, comment="First tab."), "unique_id": locks.pop()}
    made = first.post(f"/api/tasks/{task}/annotations", json=sent).json()["id"]
    other = {**judgement(gate, ben, task, "reject", comment="Second."), "unique_id": sent["unique_id"]}
    refused = second.post(f"/api/tasks/{task}/annotations", json=other)
    assert refused.status_code == 409
    (kept,) = first.annotations(task, project)
    assert (kept["id"], kept["result"]) == (made, sent["result"])
    shown = {INSTEAD_OF: refused.json()["stale"]["version"]}
    assert second.post(f"/api/tasks/{task}/annotations", json=other, headers=shown).status_code == 201
    # And now it is the first that shows an older state.
    first.knows = {str(task): refused.json()["stale"]["version"]}
    assert first.patch(f"/api/annotations/{made}", json=sent).status_code == 409
    (kept,) = first.annotations(task, project)
    assert (kept["id"], kept["result"]) == (made, other["result"])
    assert sync_all(gate.studio).decided == 1 and Decision.objects.get().verdict == "reject"


def test_a_ticket_is_taken_from_the_desk_alone(gate, ben, chloe):
    hers, ticket = gate.enter(chloe), gate.ticket(ben)
    for answer in (
        hers.get("/enter", params={"ticket": ticket}),
        gate.open(hers, ticket, origin="https://evil.example.org"),
        gate.open(hers, ticket, origin="null"),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGES}/desk/")
        assert "set-cookie" not in answer.headers
    assert gate.open(hers, ticket).headers["Location"].startswith("/projects/")
    assert gate.open(hers, ticket).headers["Location"] == f"{PAGES}/desk/"


@pytest.mark.parametrize(
    "odd",
    [{"result": "x"}, {"result": [1]}, {"draft_id": {}}, {"draft_id": True}, {"unique_id": "x" * 5000},
     {"lead_time": "3"}, {"was_cancelled": "yes"}, {"project": []}],
)  # fmt: skip
def test_a_body_of_another_kind_is_refused_here(gate, ben, odd):
    browser, (task, *_) = gate.enter(ben), gate.tasks(ben)
    body = {**judgement(gate, ben, task), **odd}
    assert browser.post(f"/api/tasks/{task}/annotations", json=body).status_code == 403


def test_an_odd_cookie_or_a_fault_of_ours_is_answered_in_words(gate, ben, monkeypatch):
    odd = httpx.get(f"{gate.url}/api/version", headers={"Cookie": b"one_way_mirror_gateway=\xff\xfe"})
    assert odd.status_code == 401
    browser, (task, *_) = gate.enter(ben), gate.tasks(ben)

    def fails(*_):
        raise ValueError("SECRET")

    monkeypatch.setattr(gate.upstream, "_log_in", fails)
    answer = submit(gate, browser, ben, task)
    assert answer.status_code == 502 and "Submit it again" in answer.json()["detail"]
    assert "SECRET" not in answer.text and "default-src" in answer.headers["Content-Security-Policy"]
