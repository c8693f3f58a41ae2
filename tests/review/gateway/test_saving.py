"""One reader, two tabs: what the second saves never replaces what it has not shown her."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from types import SimpleNamespace

import pytest
from django.test import Client

from config.demo.ports import free_port
from review.label_studio.gateway import passes, server
from review.label_studio.gateway.saving import INSTEAD_OF, version_of
from review.label_studio.gateway.server import Gateway, Where
from review.label_studio.gateway.serving import about
from review.label_studio.gateway.upstream import Answer
from review.label_studio.sending import send
from review.models import Account, Flag, Reading, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import says
from tests.review.gateway.conftest import PAGES, Browser, running
from tests.review.studio import result_of

# Label Studio gives it to both tabs: it is her lock's on the task.
LOCK = "7d8f6a52-5a0e-4b67-9d0e-2f3a7a4c6b11"
SECRET = "CHLOE-SAYS-THIS"


class Studio:
    """As review.label_studio.gateway.upstream.Upstream, before one task. `sent`: (method, path, body) that changed
    something. `together`: so many changes are begun before one is compared. `in_between` runs before the next write.
    """

    url = "http://studio.test"

    def __init__(self, user: int, task: int):
        self.user, self.task = user, task
        self.annotations: dict[int, dict] = {}
        self.drafts: dict[int, dict] = {}
        self.sent, self.together, self.in_between = [], 0, None
        self._now, self._begun, self._all_begun = datetime(2026, 11, 23, tzinfo=UTC), 0, None

    async def __aenter__(self):
        self._all_begun = asyncio.Event()
        return self

    async def __aexit__(self, *_):
        return None

    async def ask(self, holder, method, path, *, query=None, body=None) -> Answer:
        kind, number = re.match(r"/api/(task|annotation|draft)s/(\d+)", path).groups()
        if method == "GET":
            return await self._told(kind, int(number))
        if self.in_between:
            meanwhile, self.in_between = self.in_between, None
            meanwhile()
        self.sent.append((method, path, body))
        return self._write(method, kind, path, int(number), body)

    async def _told(self, kind: str, number: int) -> Answer:
        if kind == "task":
            if self.together:
                await asyncio.wait_for(self._all_begun.wait(), 20)
            other = {
                "id": 999,
                "completed_by": 1,
                "result": [{"value": {"text": [SECRET]}}],
                "task": self.task,
            }
            found = {"id": self.task, "annotations": [*self.annotations.values(), other],
                     "drafts": [*self.drafts.values()]}  # fmt: skip
            return self._answer(200, found)
        self._begun += 1
        if self._begun >= self.together and self._all_begun:
            self._all_begun.set()
        found = (self.annotations if kind == "annotation" else self.drafts).get(number)
        return self._answer(200, found) if found else self._answer(404, {})

    def _write(self, method: str, kind: str, path: str, number: int, body: dict | None) -> Answer:
        of = self.drafts if "draft" in path else self.annotations
        if method == "DELETE":
            del of[number]
            return Answer(204, b"")
        if method == "PATCH":
            of[number] |= body | {"updated_at": self._moment()}
            return self._answer(200, of[number])
        taken = {one.get("unique_id") for one in self.annotations.values()} - {None}
        if of is self.annotations and body.get("unique_id") in taken:
            return self._answer(409, {"detail": "Annotation with this unique id already exists"})
        return self._answer(201, self.add(of, body))

    def add(self, of: dict, body: dict) -> dict:
        made = body | {"id": 100 + len(self.annotations) + len(self.drafts), "task": self.task, "user": self.user,
                       "completed_by": self.user, "created_at": self._moment()}  # fmt: skip
        of[made["id"]] = made | {"updated_at": made["created_at"]}
        return of[made["id"]]

    def _moment(self) -> str:
        self._now += timedelta(seconds=1)
        return self._now.isoformat().replace("+00:00", "Z")

    def _answer(self, status: int, found) -> Answer:
        return Answer(status, json.dumps(found).encode())


@pytest.fixture
def desk(transactional_db, round, ben, settings):
    """`tab()`: a tab of Ben's that has loaded his task; `says(…)`: what he sends; `studio`."""
    send(round, FakeLabelStudio())
    settings.BASE_URL = PAGES
    project = SeatProject.objects.get(seat__rater__user=ben)
    reading = Reading.objects.filter(seat=project.seat).first()
    studio = Studio(Account.objects.get(rater__user=ben).ls_user_id, reading.task_id)
    url = f"http://127.0.0.1:{(port := free_port())}"
    turns = [
        {"speaker": u["speaker"], "text": u["text"]} for u in reading.item.instance.content["utterances"]
    ]
    tabs = []

    def tab() -> Browser:
        client = Client()
        client.force_login(ben)
        ticket = passes.issue(project=project, by=ben, app_session=client.session.session_key)
        tabs.append(Browser(url))
        tabs[-1].post("/enter", data={"ticket": ticket}, headers={"Origin": PAGES})
        load(tabs[-1])
        return tabs[-1]

    def load(browser: Browser) -> None:
        assert browser.get(f"/api/tasks/{studio.task}").status_code == 200

    def judged(verdict="accept", text=None, **more) -> dict:
        answers = says(verdict, text, comment=more.pop("comment", ""), unsafe=more.pop("unsafe", False))
        return {"result": result_of(reading.item, answers, turns), **more}

    with running(Gateway(studio, Where(url, PAGES, project.server_id), about).app(), port):
        yield SimpleNamespace(
            tab=tab,
            load=load,
            says=judged,
            studio=studio,
            judge=lambda browser, body, instead_of="", number=LOCK: browser.post(
                f"/api/tasks/{studio.task}/annotations",
                json={"unique_id": number, **body},
                headers={INSTEAD_OF: instead_of},
            ),
        )
        for one in tabs:
            one.close()


def test_a_change_from_a_tab_that_shows_an_older_state_is_refused_with_both_texts(desk):
    first = desk.tab()
    made = desk.judge(first, desk.says()).json()["id"]
    second = desk.tab()
    later = desk.says("edit", "Stay with her hesitation.", comment="From the first tab.")
    assert first.patch(f"/api/annotations/{made}", json=later).status_code == 200
    sent = list(desk.studio.sent)
    refused = second.patch(f"/api/annotations/{made}", json=desk.says("reject", comment="From the second."))
    assert refused.status_code == 409 and "Nothing is overwritten" in refused.json()["detail"]
    told = refused.json()["stale"]
    rows = {row["question"]: (row["sent"], row["stands"]) for row in told["rows"] if not row["same"]}
    assert rows == {
        "Verdict": ("Reject", "Accept after my edit"),
        "Edited text": ("", "Stay with her hesitation."),
        "Why rejected": ("Too vague to act on", ""),
        "Comment": ("From the second.", "From the first tab."),
    }
    assert told["saved_at"] == desk.studio.annotations[made]["updated_at"] and told["may_replace"]
    assert desk.studio.sent == sent and SECRET not in refused.text
    # From the tab that knows, she goes on as ever.
    assert first.patch(f"/api/annotations/{made}", json=desk.says("reject")).status_code == 200


def test_what_a_refused_save_calls_unsafe_is_before_the_leads_once(desk, ben):
    first, second = desk.tab(), desk.tab()
    assert desk.judge(first, desk.says()).status_code == 201 and not Flag.objects.exists()
    hers = desk.says("reject", comment="She speaks of the pills.", unsafe=True)
    for _again in range(2):
        assert desk.judge(second, hers).status_code == 409
    flag = Flag.objects.get()
    assert (flag.kind, flag.rater.user, flag.words) == ("unsafe", ben, "She speaks of the pills.")


def test_she_saves_in_its_place_deliberately_when_she_was_shown_what_stands(desk):
    first, second = desk.tab(), desk.tab()
    assert desk.judge(first, desk.says()).status_code == 201
    hers = desk.says("reject", comment="This one.")
    shown = desk.judge(second, hers).json()["stale"]["version"]
    # It changes once more before she has chosen: that she has not been shown.
    (made,) = desk.studio.annotations
    assert first.patch(f"/api/annotations/{made}", json=desk.says("accept", comment="!")).status_code == 200
    again = desk.judge(second, hers, instead_of=shown)
    assert again.status_code == 409
    saved = desk.judge(second, hers, instead_of=again.json()["stale"]["version"])
    assert (saved.status_code, saved.json()["id"]) == (201, made)
    (stands,) = desk.studio.annotations.values()
    assert stands["result"] == hers["result"], "one judgement, in the place of the other"
    assert second.patch(f"/api/annotations/{made}", json=desk.says()).status_code == 200
    assert first.patch(f"/api/annotations/{made}", json=desk.says("reject")).status_code == 409


@pytest.mark.parametrize("number", [LOCK, "0b0e4f2c-59a4-4ac0-8a53-1c8f38c8a9f4"])
def test_a_second_judgement_from_a_tab_that_knew_of_none_is_refused(desk, number):
    first, second = desk.tab(), desk.tab()
    assert desk.judge(first, desk.says(comment="First.")).status_code == 201
    refused = desk.judge(second, desk.says("reject"), number=number)
    assert refused.status_code == 409 and refused.json()["stale"]["may_replace"]
    assert len(desk.studio.sent) == 1


def test_what_is_sent_again_because_its_answer_was_lost_is_confirmed_and_stored_once(desk):
    tab = desk.tab()
    none_known, body = dict(tab.knows), desk.says()
    made = desk.judge(tab, body).json()["id"]
    tab.knows = dict(none_known)
    again = desk.judge(tab, body | {"lead_time": 55.0})
    assert (again.status_code, again.json()["id"], len(desk.studio.annotations)) == (201, made, 1)
    # So with a change of it.
    known, changed = dict(tab.knows), desk.says("reject")
    assert tab.patch(f"/api/annotations/{made}", json=changed).status_code == 200
    tab.knows = known
    assert tab.patch(f"/api/annotations/{made}", json=changed).status_code == 200
    assert tab.patch(f"/api/annotations/{made}", json=desk.says()).status_code == 200, "it knows what stands"


def test_other_words_after_a_lost_answer_are_told_what_stands_so_that_the_page_knows_its_own(desk):
    tab = desk.tab()
    none_known, body = dict(tab.knows), desk.says()
    assert desk.judge(tab, body).status_code == 201
    tab.knows = none_known
    told = desk.judge(tab, desk.says("reject")).json()["stale"]
    assert told["stands"] == {"was_cancelled": False, "result": body["result"]}


def test_who_names_nothing_saves_where_nothing_stands_and_is_refused_where_something_does(desk):
    first, second = desk.tab(), desk.tab()
    first.knows, second.knows = {}, {}
    made = desk.judge(first, desk.says()).json()["id"]
    first.knows = {}
    for refused in (
        desk.judge(second, desk.says("reject")),
        first.patch(f"/api/annotations/{made}", json=desk.says("reject")),
    ):
        assert refused.status_code == 409 and "load the page again" in refused.json()["detail"]
    assert len(desk.studio.sent) == 1


def test_a_draft_is_never_refused_and_what_was_begun_in_an_older_one_is(desk):
    first, second = desk.tab(), desk.tab()
    task = desk.studio.task
    draft = second.post(f"/api/tasks/{task}/drafts", json=desk.says("reject")).json()["id"]
    made = desk.judge(first, desk.says()).json()["id"]
    assert second.patch(f"/api/drafts/{draft}", json=desk.says("reject")).status_code == 200
    assert second.post(f"/api/tasks/{task}/annotations/{made}/drafts", json=desk.says()).status_code == 201
    # Loaded again, the page knows what stands; but the editor shows her the draft, and not that.
    desk.load(second)
    hers = desk.says("reject", draft_id=draft)
    refused = desk.judge(second, hers)
    assert refused.status_code == 409
    shown = refused.json()["stale"]["version"]
    assert desk.judge(second, hers, instead_of=shown).status_code == 201
    assert draft not in desk.studio.drafts, "it is not half written any more"


def test_a_skip_takes_away_no_judgement_that_it_did_not_know_of(desk):
    first, second = desk.tab(), desk.tab()
    assert desk.judge(first, desk.says()).status_code == 201
    skip = {"result": [], "was_cancelled": True}
    told = desk.judge(second, skip).json()["stale"]
    assert not told["may_replace"] and told["rows"][0]["sent"] == "Skipped"
    assert desk.judge(second, skip, instead_of=told["version"]).status_code == 403
    (stands,) = desk.studio.annotations.values()
    assert not stands.get("was_cancelled")


def test_a_skip_that_was_taken_back_is_judged_and_one_that_was_judged_elsewhere_stays(desk):
    first = desk.tab()
    skipped = desk.judge(first, {"result": [], "was_cancelled": True}).json()["id"]
    second = desk.tab()
    assert first.patch(f"/api/annotations/{skipped}", json=desk.says(was_cancelled=False)).status_code == 200
    assert second.delete(f"/api/annotations/{skipped}").status_code == 403
    desk.studio.annotations[skipped]["was_cancelled"] = True
    assert first.delete(f"/api/annotations/{skipped}").status_code == 204
    assert desk.judge(first, desk.says()).status_code == 201


def test_of_two_saves_at_the_same_moment_one_stands_and_the_other_is_shown_it(desk):
    first = desk.tab()
    made = desk.judge(first, desk.says()).json()["id"]
    second = desk.tab()
    desk.studio.together = 2
    with ThreadPoolExecutor(2) as at_once:
        sent = [
            at_once.submit(tab.patch, f"/api/annotations/{made}", json=desk.says("reject", comment=comment))
            for tab, comment in ((first, "one"), (second, "two"))
        ]
        answers = [one.result() for one in sent]
    assert sorted(one.status_code for one in answers) == [200, 409]
    (stale,) = [one.json()["stale"] for one in answers if one.status_code == 409]
    assert stale["stands"]["result"] == desk.studio.annotations[made]["result"]


@pytest.mark.parametrize(("comment", "status"), [("", 201), ("Elsewhere.", 409)])
def test_what_another_process_of_the_gateway_took_a_moment_ago_is_compared_too(desk, comment, status):
    """Label Studio refuses the number that both tabs have."""
    tab, body = desk.tab(), desk.says()
    same = {"result": body["result"]} if not comment else desk.says(comment=comment)
    desk.studio.in_between = lambda: desk.studio.add(desk.studio.annotations, same | {"unique_id": LOCK})
    assert desk.judge(tab, body).status_code == status
    assert len(desk.studio.annotations) == 1


def test_a_skip_that_is_judged_while_it_is_taken_back_elsewhere_stays(desk, monkeypatch):
    """The judgement comes between the look whether it is a skip and the taking back."""
    first = desk.tab()
    skipped = desk.judge(first, {"result": [], "was_cancelled": True}).json()["id"]
    second = desk.tab()
    looked, judged, check = Event(), Event(), server.check

    async def slowly(wanted, *arguments, **more):
        found = await check(wanted, *arguments, **more)
        if wanted.rule.of_a_skip:
            looked.set()
            await asyncio.to_thread(judged.wait, 20)
        return found

    monkeypatch.setattr(server, "check", slowly)
    with ThreadPoolExecutor(1) as elsewhere:
        gone = elsewhere.submit(second.delete, f"/api/annotations/{skipped}")
        assert looked.wait(20)
        saved = first.patch(f"/api/annotations/{skipped}", json=desk.says(was_cancelled=False))
        judged.set()
        assert (saved.status_code, gone.result().status_code) == (200, 403)
    (stands,) = desk.studio.annotations.values()
    assert not stands["was_cancelled"] and stands["result"]


def test_a_draft_is_known_by_its_number_however_it_is_written(desk):
    first, second = desk.tab(), desk.tab()
    draft = second.post(f"/api/tasks/{desk.studio.task}/drafts", json=desk.says("reject")).json()["id"]
    assert desk.judge(first, desk.says()).status_code == 201
    desk.load(second)
    assert desk.judge(second, desk.says("reject", draft_id=str(draft))).status_code == 409


def test_a_skip_is_no_version_of_its_own():
    """Label Studio hands on a task that was skipped without its skip, and tells of it where the task is asked for."""
    skip = {"id": 1, "was_cancelled": True, "result": []}
    judged = {"id": 2, "was_cancelled": False, "result": [{"type": "choices"}]}
    assert version_of(9, [skip]) == version_of(9, [])
    assert version_of(9, [skip, judged]) == version_of(9, [judged]) != version_of(9, [])
