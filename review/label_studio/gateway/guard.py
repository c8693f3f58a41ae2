"""Whether what a request names is hers: looked up here for projects and tasks, in Label Studio for what it keeps itself."""

import json

from review.label_studio.gateway import reach
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import Denied, Wanted


class Missing(Exception):
    """There is no such thing in Label Studio, any more."""


class Closed(Exception):
    """The round is closed: nothing in it is opened any more."""


async def check(wanted: Wanted, holder: Holder, *, upstream, in_database) -> None:
    """Raises Denied, Missing, Closed, and what the upstream raises. `in_database(function, *arguments)` runs it in a
    thread.
    """
    ids = dict(wanted.ids)
    for name in ("annotation", "draft"):
        if name in ids:
            await _kept_there(name, ids, wanted, holder, upstream)
    own = None
    if "task" in ids:
        own = await in_database(reach.project_of_task, holder.rater_id, ids["task"])
        if own is None:
            raise Denied(f"task {ids['task']} is not hers")
        if ids.setdefault("project", own.project_id) != own.project_id:
            raise Denied(f"task {ids['task']} is not of project {ids['project']}")
    elif "project" in ids:
        own = await in_database(reach.project, holder.rater_id, ids["project"])
        if own is None:
            raise Denied(f"project {ids['project']} is not hers")
    if own and wanted.rule.opens and not own.is_open:
        raise Closed


async def _kept_there(name: str, ids: dict[str, int], wanted: Wanted, holder: Holder, upstream) -> None:
    """An annotation or a draft: whose it is, and of which task, Label Studio alone knows."""
    answer = await upstream.ask(holder, "GET", f"/api/{name}s/{ids[name]}")
    if answer.status == 404:
        raise Missing
    found = json.loads(answer.content) if answer.status == 200 else {}
    author = found.get("completed_by" if name == "annotation" else "user")
    if isinstance(author, dict):
        author = author.get("id")
    if author not in (holder.ls_user_id, holder.email):
        raise Denied(f"{name} {ids[name]} is not hers")
    if ids.setdefault("task", found.get("task")) != found.get("task"):
        raise Denied(f"{name} {ids[name]} is not of task {ids['task']}")
    if wanted.rule.name == "take a skip back" and not found.get("was_cancelled"):
        raise Denied("what was judged is judged again, not taken away")
