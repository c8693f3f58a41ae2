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
    if kind == "project":
        return {name: value for name, value in _object(found).items() if name in PROJECT}
    if kind == "task":
        return _task(_object(found), ls_user_id, email)
    if kind == "tasks":
        tasks = [_task(one, ls_user_id, email) for one in _list(_object(found).get("tasks"))]
        return {name: found.get(name) for name in ("total", "total_annotations", "total_predictions")} | {
            "tasks": tasks
        }
    if kind == "drafts":
        return [one for one in _list(found) if _is_by(one.get("user"), ls_user_id, email)]
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
    own = dict(found)
    own["annotations"] = [
        one for one in found.get("annotations") or [] if _is_by(one.get("completed_by"), ls_user_id, email)
    ]
    own["drafts"] = [one for one in found.get("drafts") or [] if _is_by(one.get("user"), ls_user_id, email)]
    own["predictions"] = []
    for name in ("annotators", "updated_by", "comment_authors", "completed_by", "reviewers"):
        if name in own:
            own[name] = []
    for name in (
        "annotations_results",
        "predictions_results",
        "annotations_ids",
        "predictions_model_versions",
    ):
        if name in own:
            own[name] = ""
    return own


def _is_by(author: Any, ls_user_id: int, email: str) -> bool:
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
