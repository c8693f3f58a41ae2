"""Whatever a browser of hers can be made to ask for: every address that Label Studio answers at, with every method, and
another's numbers in path, query and body.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESSES = (Path(__file__).parent / "addresses_of_label_studio.txt").read_text().splitlines()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# What stands before a number in an address, and whose number it is.
KINDS = {"projects": "project", "tasks": "task", "annotations": "annotation", "drafts": "draft", "users": "user",
         "project": "project", "task": "task", "annotation": "annotation", "user": "user", "webhooks": "webhook",
         "views": "view", "memberships": "user"}  # fmt: skip

# Pages of the server's owner: one try each of every method.
OWNERS = ("/admin/", "/django-rq/")


@dataclass(frozen=True)
class Numbers:
    """Of one reviewer's things in Label Studio."""

    project: int
    task: int
    annotation: int
    draft: int
    user: int
    webhook: int = 1
    view: int = 1

    def at(self, address: str, other: "Numbers | None" = None) -> str:
        """The address with these numbers; `other`: whose the second and later ones are."""
        parts, before, whose = [], "", self
        for part in address.split("/"):
            if part in ("{id}", "{word}"):
                parts.append(str(getattr(whose, KINDS.get(before, ""), 1)))
                whose = other or whose
            else:
                parts.append(part.replace("{word}", "json").replace("{id}", "1"))
            before = part if part not in ("{id}", "{word}") else before
        return "/".join(parts)


@dataclass(frozen=True)
class Try:
    method: str
    path: str
    query: dict
    body: dict | None


def tries(mine: Numbers, other: Numbers) -> Iterator[Try]:
    """Every address with another's numbers in its path; with mine there, and another's in the query or in the body;
    and mine alone, which she may.
    """
    named = {
        "project": other.project,
        "task": other.task,
        "taskID": other.task,
        "annotation": other.annotation,
    }
    said = {"result": [], "lead_time": 1.0}
    for address in ADDRESSES:
        for method in METHODS:
            sends = method in ("POST", "PUT", "PATCH")
            body = said if sends else None
            yield Try(method, other.at(address), {}, body)
            if address.startswith(OWNERS):
                continue
            yield Try(method, other.at(address), {"project": mine.project}, body)
            yield Try(method, mine.at(address), {"project": other.project}, body)
            yield Try(method, mine.at(address), {"project": mine.project}, body)
            if address.count("{") > 1:
                yield Try(method, mine.at(address, other), {"project": mine.project}, body)
            if sends:
                yield Try(method, mine.at(address), {}, said | {"project": other.project})
                yield Try(method, mine.at(address), {}, said | {"draft_id": other.draft})
                yield Try(method, mine.at(address), named, {**said, "completed_by": other.user})
    for action in ("delete_tasks", "delete_tasks_annotations", "retrieve_tasks_predictions", "next_task"):
        chosen = {"selectedItems": {"all": False, "included": [other.task]}, "project": mine.project}
        for query in ({"id": action, "project": mine.project}, {"id": action, "project": other.project}):
            yield Try("POST", "/api/dm/actions", query, chosen)
            yield Try("POST", "/api/dm/actions", query, {"project": other.project})
