"""What the client promises: the same tests against the fake and against a real Label Studio, on SQLite and on
PostgreSQL.
"""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from review.label_studio.client import LabelStudio, config_hash
from review.label_studio.errors import LabelStudioRefused, TokenRefused
from review.label_studio.screens.build import build, task_data
from tests.fakes.label_studio import FakeLabelStudio

from .sample import DIALOGUE, DIMENSIONS, FEEDBACK, PAIRS

AIDED = build("aided", pairs=PAIRS, dimensions=DIMENSIONS)
UNAIDED = build("unaided", pairs=PAIRS, dimensions=DIMENSIONS)
PASSWORD = "a-long-password-9"


class RealLabelStudio(LabelStudio):
    """The client, and what a member can do by hand in Label Studio (the fake has the same)."""

    def __init__(self, part):
        super().__init__(part.url, part.token)
        self._owner = self.log_in(part.username, part.password)

    def delete_task(self, task_id):
        self._owner._ask("DELETE", f"/api/tasks/{task_id}/")

    def change_screen(self, project_id, config):
        self._owner._ask("PATCH", f"/api/projects/{project_id}/", json={"label_config": config})

    def delete_user(self, user_id):
        self._owner._ask("DELETE", f"/api/users/{user_id}/")


REAL = [
    pytest.param(part, marks=pytest.mark.labelstudio) for part in ("label_studio", "label_studio_on_postgres")
]


@pytest.fixture(params=["fake", *REAL], scope="module")
def studio(request):
    if request.param == "fake":
        return FakeLabelStudio()
    return RealLabelStudio(request.getfixturevalue(request.param))


@pytest.fixture
def project(studio):
    made = studio.create_project(title="Reading round", config=AIDED)
    yield made
    studio.delete_project(made)


def email_of(name):
    return f"{name}-{uuid.uuid4().hex[:8]}@example.com"


@pytest.fixture(scope="module")
def ben(studio):
    email = email_of("ben")
    studio.sign_up(email, PASSWORD)
    return studio.log_in(email, PASSWORD)


@pytest.fixture(scope="module")
def chloe(studio):
    email = email_of("chloe")
    studio.sign_up(email, PASSWORD)
    return studio.log_in(email, PASSWORD)


def data_of(*external_ids, feedback=FEEDBACK):
    return [
        task_data(external_id=external_id, content_hash="0" * 64, dialogue=DIALOGUE, feedback=feedback)
        for external_id in external_ids
    ]


def result(text):
    value = {"text": [text], "note": None, "share": 0.5}
    entry = {"from_name": "comment", "to_name": "dialogue", "type": "textarea", "id": "a", "value": value}
    return [entry]


def test_it_says_its_version_when_it_is_ready(studio):
    assert studio.ready() == "1.23.2"


def test_the_hash_of_a_screen_changes_when_somebody_edits_it_by_hand(studio, project):
    assert studio.project(project)["config_hash"] == config_hash(AIDED)
    studio.change_screen(project, UNAIDED)
    assert studio.project(project)["config_hash"] == config_hash(UNAIDED)


def test_a_project_is_told_by_the_mark_that_it_was_made_with(studio):
    made = studio.create_project(title="Marked", config=AIDED, mark="f00dcafe12345678")
    assert studio.project(made) == {"mark": "f00dcafe12345678", "config_hash": config_hash(AIDED)}
    studio.delete_project(made)
    assert studio.project(made) is None


def test_what_a_deleted_user_judged_stays_without_an_author_and_as_old_as_it_was(studio, project):
    email = email_of("noor")
    user = studio.sign_up(email, PASSWORD)
    [task] = studio.import_tasks(project, data_of("r-1"))
    studio.log_in(email, PASSWORD).submit(task, result("Hers."), 3.0)
    [before] = next(studio.changed_tasks(project))["annotations"]
    studio.delete_user(user)
    [after] = next(studio.changed_tasks(project))["annotations"]
    assert after == before | {"completed_by": None}
    assert user not in {known["id"] for known in studio.users()}
    with pytest.raises(TokenRefused):
        studio.log_in(email, PASSWORD)
    assert studio.sign_up(email, PASSWORD) != user


def test_a_project_that_is_gone_is_refused(studio):
    made = studio.create_project(title="Soon gone", config=UNAIDED)
    studio.delete_project(made)
    with pytest.raises(LabelStudioRefused) as refused:
        next(studio.changed_tasks(made))
    assert refused.value.status == 404


def test_ids_come_in_the_order_of_the_tasks(studio, project):
    ids = studio.import_tasks(project, data_of("r-3", "r-1", "r-2"))
    assert studio.find_tasks(project, ["r-1", "r-2", "r-3"]) == {
        "r-3": ids[:1],
        "r-1": ids[1:2],
        "r-2": ids[2:],
    }
    assert studio.import_tasks(project, []) == []


@pytest.mark.parametrize("names", [[], ["r-1", "r-2"]])
def test_the_caller_goes_on_while_tasks_are_stored(studio, project, names):
    done = []
    ids = studio.import_tasks(project, data_of(*names), lambda: done.append("meanwhile"))
    assert len(ids) == len(names) and done == ["meanwhile"]


def test_an_import_never_looks_for_duplicates(studio, project):
    first = studio.import_tasks(project, data_of("r-1"))
    again = studio.import_tasks(project, data_of("r-1"))
    assert studio.find_tasks(project, ["r-1", "r-9"]) == {"r-1": first + again}


def test_many_ids_are_looked_up_in_batches_and_only_in_their_project(studio, project):
    names = [f"r-{n}" for n in range(120)]
    ids = studio.import_tasks(project, data_of(*names))
    other = studio.create_project(title="Other round", config=AIDED)
    studio.import_tasks(other, data_of("r-1"))
    assert studio.find_tasks(project, names) == {name: [id] for name, id in zip(names, ids, strict=True)}
    studio.delete_project(other)


def test_a_batch_with_one_task_without_its_feedback_is_refused_whole_and_not_quoted(studio, project):
    tasks = data_of("r-1") + data_of("r-2", feedback=None)
    with pytest.raises(LabelStudioRefused) as refused:
        studio.import_tasks(project, tasks)
    assert refused.value.status == 400
    assert "feedback" in refused.value.text
    assert "sister" not in str(refused.value)
    assert studio.task_ids(project) == []


def test_a_deleted_task_is_missing_from_the_ids(studio, project):
    ids = studio.import_tasks(project, data_of("r-1", "r-2", "r-3"))
    studio.delete_task(ids[1])
    assert sorted(studio.task_ids(project)) == [ids[0], ids[2]]


def test_a_task_that_nobody_judged_leaves_its_queue_and_what_was_judged_stays(studio, project, ben):
    untouched, skipped, judged, gone = studio.import_tasks(project, data_of("r-1", "r-2", "r-3", "r-4"))
    ben.skip(skipped)
    ben.submit(judged, result("kept"), 3.0)
    studio.delete_task(gone)
    assert [studio.remove_unjudged(task) for task in (untouched, skipped, judged, gone)] == [
        True,
        True,
        False,
        True,
    ]
    assert studio.task_ids(project) == [judged]
    (task,) = studio.changed_tasks(project)
    assert len(task["annotations"]) == 1


def test_a_task_is_told_by_its_number_and_deleted_with_what_was_said_of_it(studio, project, ben):
    (task_id,) = studio.import_tasks(project, data_of("r-1"))
    ben.submit(task_id, result("kept"), 3.0)
    assert studio.task(task_id) == {"project": project, "data": data_of("r-1")[0]}
    studio.erase_task(task_id)
    assert studio.task(task_id) is None and studio.task_ids(project) == []
    studio.erase_task(task_id)  # gone already


def test_a_submitted_reading_comes_with_its_author_and_its_words(studio, project, ben):
    before = datetime.now(UTC) - timedelta(minutes=1)
    (task_id,) = studio.import_tasks(project, data_of("r-1"))
    annotation_id = ben.submit(task_id, result('说教 & "more"'), 12.5)
    (task,) = studio.changed_tasks(project)
    (annotation,) = task["annotations"]
    assert task["id"] == task_id
    assert task["data"] == data_of("r-1")[0]
    assert annotation.pop("created_at") > before
    assert before < annotation.pop("updated_at") <= task["updated_at"]
    assert annotation == {
        "id": annotation_id,
        "completed_by": ben.user_id,
        "was_cancelled": False,
        "lead_time": 12.5,
        "result": result('说教 & "more"'),
    }


def test_a_skipped_task_is_an_annotation_that_was_cancelled(studio, project, ben):
    (task_id,) = studio.import_tasks(project, data_of("r-1"))
    ben.skip(task_id)
    (task,) = studio.changed_tasks(project)
    assert [one["was_cancelled"] for one in task["annotations"]] == [True]


def test_skipped_tasks_come_back_at_the_end_of_the_queue_until_they_are_judged(studio, project, ben):
    first, second, third = studio.import_tasks(project, data_of("r-1", "r-2", "r-3"))
    for served in (first, second):
        assert ben.next_task(project) == served
        ben.skip(served)
    assert ben.next_task(project) == third
    ben.submit(third, result("judged"), 1)
    assert ben.next_task(project) == first
    ben.skip(first)
    # Its first skip counts: the one left twice stays before the one left once.
    assert ben.next_task(project) == first
    for served, following in ((first, second), (second, None)):
        ben.submit(served, result("judged after all"), 1)
        assert ben.next_task(project) == following
    skipped = {task["id"]: [one["was_cancelled"] for one in task["annotations"]]
               for task in studio.changed_tasks(project)}  # fmt: skip
    assert {id: sorted(states) for id, states in skipped.items()} == {
        first: [False, True, True], second: [False, True], third: [False]
    }  # fmt: skip


def test_submit_change_and_deletion_each_move_a_task_past_the_watermark(studio, project, ben):
    ids = studio.import_tasks(project, data_of(*(f"r-{n}" for n in range(7))))
    every = list(studio.changed_tasks(project, page_size=3))
    assert sorted(task["id"] for task in every) == ids
    assert [task["updated_at"] for task in every] == sorted(task["updated_at"] for task in every)

    watermark = every[-1]["updated_at"]
    assert watermark.tzinfo is not None
    annotation_id = ben.submit(ids[2], result("first"), 1)
    for change, expected in (
        (lambda: None, [result("first")]),
        (lambda: ben.update(annotation_id, result("second")), [result("second")]),
        (lambda: ben.delete(annotation_id), []),
    ):
        change()
        changed = [task for task in studio.changed_tasks(project, since=watermark) if task["id"] == ids[2]]
        assert [one["result"] for one in changed[-1]["annotations"]] == expected
        assert changed[-1]["updated_at"] > watermark
        watermark = changed[-1]["updated_at"]


def test_a_task_changed_while_we_read_hides_no_other(studio, project, ben):
    ids = studio.import_tasks(project, data_of(*(f"r-{n}" for n in range(8))))
    reading = studio.changed_tasks(project, page_size=2)
    seen = [next(reading)["id"]]
    ben.submit(seen[0], result("meanwhile"), 1)
    seen += [task["id"] for task in reading]
    assert set(seen) == set(ids)


def test_nothing_has_changed_in_an_empty_project(studio, project):
    assert list(studio.changed_tasks(project)) == []
    assert studio.task_ids(project) == []


def test_the_same_submit_twice_is_stored_once(studio, project, ben):
    (task_id,) = studio.import_tasks(project, data_of("r-1"))
    key = str(uuid.uuid4())
    ben.submit(task_id, result("once"), 1, unique_id=key)
    with pytest.raises(LabelStudioRefused) as refused:
        ben.submit(task_id, result("once"), 1, unique_id=key)
    assert refused.value.status == 409
    (task,) = studio.changed_tasks(project)
    assert len(task["annotations"]) == 1


def test_label_studio_lets_one_reviewer_change_anothers_words_under_her_name(studio, project, ben, chloe):
    """Why a seat has its own project, and why what we pulled stays in our own tables."""
    (task_id,) = studio.import_tasks(project, data_of("r-1"))
    annotation_id = ben.submit(task_id, result("Ben's"), 1)
    chloe.update(annotation_id, result("Chloe's"))
    (task,) = studio.changed_tasks(project)
    (annotation,) = task["annotations"]
    assert (annotation["completed_by"], annotation["result"]) == (ben.user_id, result("Chloe's"))


def test_a_reviewer_sees_all_pages_of_her_tasks(studio, project, ben):
    ids = studio.import_tasks(project, data_of(*(f"r-{n}" for n in range(5))))
    seen = ben.tasks(project, page_size=2)
    assert [task["id"] for task in seen] == ids
    assert seen[0]["data"] == data_of("r-0")[0]


def test_signing_up_twice_is_one_account_whatever_the_case(studio):
    email = email_of("Ana")
    user_id = studio.sign_up(email.upper(), PASSWORD)
    assert studio.sign_up(email, PASSWORD) == user_id
    assert studio.log_in(email.upper(), PASSWORD).user_id == user_id
    assert [user["id"] for user in studio.users() if user["email"] == email.lower()] == [user_id]


def test_an_account_with_another_password_is_refused(studio):
    email = email_of("eve")
    studio.sign_up(email, PASSWORD)
    with pytest.raises(TokenRefused):
        studio.sign_up(email, PASSWORD + "x")
    with pytest.raises(TokenRefused):
        studio.log_in(email, PASSWORD + "x")


def test_a_webhook_registered_again_is_the_same_webhook(studio, project):
    url = "http://127.0.0.1:9/hint"
    hook = studio.register_webhook(project, url, {"X-Secret": "one"})
    assert studio.register_webhook(project, url, {"X-Secret": "two"}) == hook


def test_names_with_any_sign_make_a_screen_that_takes_tasks(studio):
    names = ['Too "clever" & <b>loud</b>', "costs 5 $", "{{idx}}", "说教\tأمر", "it's \\ ok %s"]
    pairs = [{"key": f"p{n}", "name": name} for n, name in enumerate(names)]
    dimensions = [{**DIMENSIONS[0], "key": f"d{n}", "name": name} for n, name in enumerate(names)]
    config = build("aided", pairs=pairs, dimensions=dimensions)
    made = studio.create_project(title="Signs", config=config)
    assert studio.project(made)["config_hash"] == config_hash(config)
    assert len(studio.import_tasks(made, data_of("r-1"))) == 1
    studio.delete_project(made)
