"""What a reviewer's browser may ask of Label Studio: a list by method, path, query and body. Whatever is not in it is
refused. Pure.

Made from what the editor of Label Studio 1.23 asks for while somebody judges; a newer one that asks for more is
refused there, and the contract test says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NUMBER = re.compile(r"[0-9]{1,18}\Z")
WORD = re.compile(r"[A-Za-z0-9_,.-]{0,200}\Z")
# What all tasks are ordered and filtered by: by nothing. The editor sends the same.
ALL = {"ordering": [], "selectedItems": {"all": False, "included": []},
       "filters": {"conjunction": "and", "items": []}}  # fmt: skip


class Denied(Exception):
    """Refused; the message is for the log, and for whoever mends the list. `words`: for her, where there are any."""

    def __init__(self, why: str, words: str = ""):
        super().__init__(why[:200])
        self.words = words


@dataclass(frozen=True)
class Rule:
    """`path`: with {project}, {task}, {annotation}, {draft} for ids. `query`: names with the values allowed, None: any
    word. `dropped`: names that the editor sends and that must not go on. `ids`: names of ids in its query, which do not
    go on but for the project. `body`: fields of a JSON object that go on; None: there is no body. `answer`: how what
    comes back is rebuilt (answers.py); "ours": Label Studio is not asked.
    """

    name: str
    method: str
    path: str
    query: Mapping[str, str | None] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset({"project"})
    body: frozenset[str] | None = None
    answer: str = "whole"
    # Label Studio takes the project 1 where none is named.
    needs_project: bool = False
    # It opens or begins something, which a closed round no longer allows; what is written still arrives.
    opens: bool = False
    # It changes what of hers stands on a task: her page says what it has loaded of it (saving.py).
    saves: bool = False
    # Only of what was skipped: what was judged is judged again, never taken away.
    of_a_skip: bool = False


@dataclass(frozen=True)
class Wanted:
    """A request that the list allows, as it goes on. `ids`: all that it names."""

    rule: Rule
    ids: dict[str, int]
    path: str
    query: dict[str, str]
    body: dict | None


_JUDGED = frozenset(
    {"result", "lead_time", "was_cancelled", "draft_id", "started_at", "unique_id", "parent_prediction",
     "parent_annotation", "project"}
)  # fmt: skip
_DRAFTED = _JUDGED | {"was_postponed", "annotation"}
_SHOWN = {"interaction": None, "include": None}
_OF_ONE = frozenset({"project", "taskID"})

RULES = (
    # When it is loaded again, its address names the list and the task it was at.
    Rule("page", "GET", "/projects/{project}/data", {"labeling": "1"}, frozenset({"tab", "task"}), answer="page",
         opens=True),
    Rule("version", "GET", "/api/version", ids=frozenset()),
    Rule("me", "GET", "/api/current-user/whoami", ids=frozenset(), answer="me"),
    Rule("users", "GET", "/api/users", answer="users"),
    Rule("project", "GET", "/api/projects/{project}", answer="project"),
    Rule("in short", "GET", "/api/dm/project", _SHOWN, answer="project", needs_project=True),
    Rule("history", "GET", "/api/projects/{project}/label-stream-history"),
    Rule("columns", "GET", "/api/dm/columns", answer="columns", needs_project=True),
    Rule("models", "GET", "/api/ml", answer="ours", needs_project=True),
    Rule("labels", "GET", "/api/label_links", {"expand": None}, answer="ours", needs_project=True),
    Rule("views", "GET", "/api/dm/views", answer="ours", needs_project=True),
    # A view brings its own project, whichever is named beside it.
    Rule("tasks", "GET", "/api/tasks", {"page": None, "page_size": None}, frozenset({"view"}), answer="tasks",
         needs_project=True),
    Rule("task", "GET", "/api/tasks/{task}", _SHOWN, answer="task"),
    Rule("drafts", "GET", "/api/tasks/{task}/drafts", answer="drafts"),
    Rule("annotation", "GET", "/api/annotations/{annotation}", ids=_OF_ONE, answer="annotation"),
    # The same path deletes tasks under another `id`. What goes on as a body is ours.
    Rule("next", "POST", "/api/dm/actions", {"id": "next_task"}, frozenset({"tabID", "view"}),
         body=frozenset({*ALL, "project"}), answer="task", opens=True, needs_project=True),
    Rule("judge", "POST", "/api/tasks/{task}/annotations", body=_JUDGED, answer="annotation", saves=True),
    Rule("draft", "POST", "/api/tasks/{task}/drafts", body=_DRAFTED, answer="draft"),
    Rule("draft again", "POST", "/api/tasks/{task}/annotations/{annotation}/drafts", body=_DRAFTED, answer="draft"),
    Rule("redraft", "PATCH", "/api/drafts/{draft}", body=_DRAFTED, answer="draft"),
    Rule("drop draft", "DELETE", "/api/drafts/{draft}", body=frozenset({"project"})),
    Rule("judge again", "PATCH", "/api/annotations/{annotation}", ids=_OF_ONE, body=_JUDGED, answer="annotation",
         saves=True),
    Rule("take a skip back", "DELETE", "/api/annotations/{annotation}", ids=_OF_ONE, body=frozenset({"project"}),
         saves=True, of_a_skip=True),
)  # fmt: skip
_ID = re.compile(r"\{(\w+)\}")
_PATTERNS = [
    (rule, re.compile(_ID.sub(lambda found: f"(?P<{found[1]}>[0-9]{{1,18}})", rule.path) + "/?\\Z"))
    for rule in RULES
]
# Where in query and body an id stands.
_NAMES = {"project": "project", "taskID": "task"}


def wanted(method: str, path: str, query: Sequence[tuple[str, str]], body) -> Wanted:
    """The request as it goes on: put together anew from what the list names. `body`: of a JSON request, or None.
    Raises Denied.
    """
    rule, ids = _rule(method, path)
    for name, value in query:
        if name in rule.ids:
            if not NUMBER.match(value):
                raise Denied(f"{name} is no number")
            _agree(ids, _NAMES[name], int(value))
    told = _query(rule, query)
    kept = _body(rule, body, ids)
    if rule.needs_project and "project" not in ids:
        raise Denied("names no project")
    address = _ID.sub(lambda found: str(ids[found[1]]), rule.path)
    if "project" in ids and "{project}" not in rule.path:
        told["project"] = str(ids["project"])
    return Wanted(rule, ids, address, told, kept)


def _rule(method: str, path: str) -> tuple[Rule, dict[str, int]]:
    for rule, pattern in _PATTERNS:
        if rule.method == method and (found := pattern.match(path)):
            return rule, {name: int(value) for name, value in found.groupdict().items()}
    raise Denied("not in the list")


def _agree(ids: dict[str, int], name: str, value: int) -> None:
    if ids.setdefault(name, value) != value:
        raise Denied(f"names two of {name}: {ids[name]} and {value}")


def _query(rule: Rule, query) -> dict[str, str]:
    told: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in query:
        if name in seen:
            raise Denied(f"names {name} twice")
        seen.add(name)
        if name in rule.dropped or name in rule.ids:
            continue
        if name not in rule.query or not WORD.match(value) or rule.query[name] not in (None, value):
            raise Denied(f"{name[:40]} is not in the list, or not with this value")
        told[name] = value
    if missing := {name for name, value in rule.query.items() if value is not None} - told.keys():
        raise Denied(f"lacks {', '.join(sorted(missing))}")
    return told


def _body(rule: Rule, body, ids: dict[str, int]) -> dict | None:
    if rule.body is None:
        if body is not None:
            raise Denied("has a body")
        return None
    if body is None:
        return dict(ALL) if rule.name == "next" else None
    if not isinstance(body, dict):
        raise Denied("its body is no JSON object")
    if unknown := body.keys() - rule.body:
        raise Denied(f"its body names {', '.join(sorted(map(str, unknown)))[:80]}")
    if (project := body.get("project")) is not None:
        if not _is_number(project):
            raise Denied("its body names no project")
        _agree(ids, "project", int(project))
    if rule.name == "next":
        return dict(ALL)
    for name, value in body.items():
        if not _IS[name](value):
            raise Denied(f"its {name} is of another kind")
    for name in ("parent_prediction", "parent_annotation"):
        if body.get(name):
            raise Denied(f"is made from another's work ({name})")
    for name, named in (("draft_id", "draft"), ("annotation", "annotation")):
        if body.get(name):
            _agree(ids, named, int(body[name]))
    return {name: value for name, value in body.items() if name not in ("project", "annotation")}


def _is_number(value) -> bool:
    """An id as the editor sends it: a number, its digits, or nothing."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value is None or 0 <= value < 10**18
    return isinstance(value, str) and bool(NUMBER.match(value))


def _is_seconds(value) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _is_name(value) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= 100 and value.isprintable())


# Of another kind Label Studio answers some of these with a fault of its own, and others not at all.
_IS = {
    "result": lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value),
    "lead_time": _is_seconds,
    "was_cancelled": lambda value: value is None or isinstance(value, bool),
    "was_postponed": lambda value: value is None or isinstance(value, bool),
    "started_at": _is_name,
    "unique_id": _is_name,
    "project": _is_number,
    "draft_id": _is_number,
    "annotation": _is_number,
    "parent_prediction": lambda value: True,
    "parent_annotation": lambda value: True,
}
