"""What comes back from Label Studio, rebuilt from named fields where it could name other people or projects. Pure."""

from typing import Any

# Of a project: what the editor reads. The rest names its maker and its organisation, or holds a password.
PROJECT = frozenset(
    {"id", "title", "description", "label_config", "parsed_label_config", "control_weights", "config_has_control_tags",
     "config_suitable_for_bulk_annotation", "expert_instruction", "show_instruction", "show_skip_button",
     "enable_empty_annotation", "show_annotation_history", "show_collab_predictions", "color", "maximum_annotations",
     "is_published", "is_draft", "state", "model_version", "min_annotations_to_start_training",
     "start_training_on_annotation_update", "sampling", "skip_queue", "show_ground_truth_first", "show_overlap_first",
     "overlap_cohort_percentage", "annotator_evaluation_enabled", "evaluate_predictions_automatically",
     "reveal_preannotations_interactively", "pinned_at", "task_count", "task_number", "annotation_count",
     "num_tasks_with_annotations", "useful_annotation_number", "skipped_annotations_number", "finished_task_number",
     "total_annotations_number", "total_predictions_number", "queue_total", "queue_done", "source_syncing",
     "target_syncing"}
)  # fmt: skip
TASK = frozenset(
    {"id", "data", "meta", "created_at", "updated_at", "is_labeled", "overlap", "inner_id", "project", "queue",
     "unique_lock_id", "completed_at", "total_annotations", "cancelled_annotations", "total_predictions", "draft_exists",
     "avg_lead_time", "predictions_score", "file_upload", "storage_filename", "comment_count",
     "unresolved_comment_count", "last_comment_updated_at"}
)  # fmt: skip
ANNOTATION = frozenset(
    {"id", "result", "created_username", "created_ago", "completed_by", "was_cancelled", "ground_truth", "created_at",
     "updated_at", "draft_created_at", "lead_time", "import_id", "last_action", "bulk_created", "task", "project",
     "updated_by", "parent_prediction", "parent_annotation", "last_created_by", "unique_id"}
)  # fmt: skip
DRAFT = frozenset(
    {"id", "user", "created_username", "created_ago", "result", "lead_time", "was_postponed", "import_id", "created_at",
     "updated_at", "task", "annotation"}
)  # fmt: skip
# What the editor may offer her; where it asks for more it is refused all the same.
PERMISSIONS = [
    "projects.view", "tasks.view", "annotations.create", "annotations.view", "annotations.change", "actions.perform",
    "labels.view", "views.view",
]  # fmt: skip
# The one list of tasks that there is. Label Studio's own are shared by all, and each names its maker.
VIEW = {
    "id": 1, "order": 0,
    "data": {"title": "Tasks", "type": "list", "target": "tasks", "ordering": [], "columnsWidth": {},
             "columnsDisplayType": {}, "gridWidth": 4, "filters": {"conjunction": "and", "items": []},
             "hiddenColumns": {"explore": [], "labeling": []}},
}  # fmt: skip


def ours(name: str, ids: dict[str, int]) -> Any:
    """The answers that Label Studio is not asked for."""
    if name == "views":
        return [{**VIEW, "project": ids["project"]}]
    return {"models": [], "labels": {"count": 0, "next": None, "previous": None, "results": []}}[name]


def rebuilt(kind: str, found: Any, *, ls_user_id: int, email: str) -> Any:
    """What she may see of an answer. Raises ValueError where it is not of the shape that we know."""
    if kind == "me":
        return _me(_object(found))
    if kind == "users":
        return [_me(one) for one in _list(found) if one.get("id") == ls_user_id]
    if kind in _KEPT:
        return _named(_object(found), _KEPT[kind])
    if kind == "task":
        return _task(_object(found), ls_user_id, email)
    if kind == "tasks":
        tasks = [_task(one, ls_user_id, email) for one in _list(_object(found).get("tasks"))]
        return {name: found.get(name) for name in ("total", "total_annotations", "total_predictions")} | {
            "tasks": tasks
        }
    if kind == "columns":
        return {"columns": [_column(one) for one in _list(_object(found).get("columns"))]}
    if kind == "drafts":
        return [_named(one, DRAFT) for one in _list(found) if is_by(one.get("user"), ls_user_id, email)]
    return found


def refusal(found: Any) -> dict:
    """Why Label Studio says no, without the paths and traces that it adds."""
    found = found if isinstance(found, dict) else {}
    return {name: found[name] for name in ("detail", "validation_errors") if name in found}


def _me(found: dict) -> dict:
    kept = ("id", "username", "email", "initials", "avatar", "custom_hotkeys", "active_organization")
    return {name: found.get(name) for name in kept} | {
        "first_name": "", "last_name": "", "phone": "", "permissions": PERMISSIONS,
        "active_organization_meta": {"title": "", "email": ""},
    }  # fmt: skip


def _task(found: dict, ls_user_id: int, email: str) -> dict:
    """With her own work on it alone: what a lead or a program left there beside is not for her."""
    annotations = [
        a for a in found.get("annotations") or [] if is_by(a.get("completed_by"), ls_user_id, email)
    ]
    drafts = [d for d in found.get("drafts") or [] if is_by(d.get("user"), ls_user_id, email)]
    return _named(found, TASK) | {
        "annotations": [_named(one, ANNOTATION) for one in annotations],
        "drafts": [_named(one, DRAFT) for one in drafts],
        "predictions": [], "annotators": [], "updated_by": [], "comment_authors": [],
        "annotations_results": "", "predictions_results": "", "annotations_ids": "",
        "predictions_model_versions": "",
    }  # fmt: skip


def _column(found: dict) -> dict:
    """Without the people who could be chosen in it: numbers, where other choices are words."""
    schema = found.get("schema")
    items = schema.get("items") if isinstance(schema, dict) else None
    if isinstance(items, list) and all(isinstance(one, str) for one in items):
        return found
    return {name: value for name, value in found.items() if name != "schema"}


def _named(found: dict, names: frozenset[str]) -> dict:
    return {name: value for name, value in found.items() if name in names}


_KEPT = {"project": PROJECT, "annotation": ANNOTATION, "draft": DRAFT}


def is_by(author: Any, ls_user_id: int, email: str) -> bool:
    """Label Studio names an author by id, by address or as an object, as the path pleases."""
    if isinstance(author, dict):
        author = author.get("id", author.get("email"))
    return author == ls_user_id or (isinstance(author, str) and author.strip().lower() == email)


def _object(found: Any) -> dict:
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _list(found: Any) -> list[dict]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("no list of JSON objects")
    return found
