"""Whether what a request names is hers: looked up here for projects and tasks, in Label Studio for what it keeps itself."""

import json

from django.utils.translation import gettext as _

from review.label_studio.gateway import answers, reach
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import Denied, Wanted


class Closed(Exception):
    """The round is closed: nothing in it is opened any more."""


async def check(wanted: Wanted, holder: Holder, *, upstream, in_database) -> dict[str, int]:
    """All ids that belong to it, those too that Label Studio alone knows. Raises Denied, Closed, and what the upstream
    raises. `in_database(function, *arguments)` runs it in a thread.
    A draft that a judgement names and that is gone is taken out of it: the judgement is none the worse.
    """
    ids = dict(wanted.ids)
    for name in ("annotation", "draft"):
        if name in ids:
            await _kept_there(name, ids, wanted, holder, upstream)
    own = None
    if "task" in ids:
        own = await in_database(reach.project_of_task, holder, ids["task"])
        if own is None:
            raise Denied(f"task {ids['task']} is not hers")
        if ids.setdefault("project", own.project_id) != own.project_id:
            raise Denied(f"task {ids['task']} is not of project {ids['project']}")
    elif "project" in ids:
        own = await in_database(reach.project, holder, ids["project"])
        if own is None:
            raise Denied(f"project {ids['project']} is not hers")
    if own and wanted.rule.opens and not own.is_open:
        raise Closed
    if wanted.rule.name == "task" and not await in_database(reach.may_open_task, holder, ids["task"]):
        words = _("This session is no longer yours to read.")
        raise Denied(f"task {ids['task']} carries what she is not to read", words)
    return ids


async def _kept_there(name: str, ids: dict[str, int], wanted: Wanted, holder: Holder, upstream) -> None:
    """An annotation or a draft: whose it is, and of which task, Label Studio alone knows. What is not there and what is
    another's are answered alike.
    """
    answer = await upstream.ask(holder, "GET", f"/api/{name}s/{ids[name]}")
    if answer.status == 404 and f"{{{name}}}" not in wanted.rule.path:
        wanted.body.pop(f"{name}_id", None)
        return
    found = _object(answer.content) if answer.status == 200 else {}
    author = found.get("completed_by" if name == "annotation" else "user")
    if not answers.is_by(author, holder.ls_user_id, holder.email) or not isinstance(found.get("task"), int):
        raise Denied(f"{name} {ids[name]} is not hers, or not there")
    if ids.setdefault("task", found["task"]) != found["task"]:
        raise Denied(f"{name} {ids[name]} is not of task {ids['task']}")
    was_judged = name == "annotation" and not found.get("was_cancelled")
    if was_judged and (wanted.rule.of_a_skip or (wanted.body or {}).get("was_cancelled")):
        words = _("What was judged can be judged again, but not taken away.")
        raise Denied("takes away what was judged", words)


def _object(content: bytes) -> dict:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
