"""A judgement whose answer was lost on the way is sent again under the same id: it is there, and she learns that it is."""

import json

from review.label_studio.gateway import answers
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import Wanted
from review.label_studio.gateway.upstream import Answer


async def stored_before(wanted: Wanted, holder: Holder, upstream) -> Answer | None:
    """Her own judgement that Label Studio has under this id already, with what she says now; None: it is not hers."""
    found = await upstream.ask(holder, "GET", f"/api/tasks/{wanted.ids['task']}", query=wanted.query)
    if found.status != 200:
        return None
    task = answers.rebuilt(
        "task", json.loads(found.content), ls_user_id=holder.ls_user_id, email=holder.email
    )
    if not task["annotations"]:
        return None
    latest = max(task["annotations"], key=lambda one: one["id"])
    if wanted.body.get("was_cancelled") and not latest.get("was_cancelled"):
        return None  # what was judged is not taken away in this way either
    said = ("result", "was_cancelled")
    if all((latest.get(name) or None) == (wanted.body.get(name) or None) for name in said):
        return Answer(201, json.dumps(latest).encode())
    changed = {name: value for name, value in wanted.body.items() if name not in ("unique_id", "draft_id")}
    answer = await upstream.ask(
        holder, "PATCH", f"/api/annotations/{latest['id']}", query=wanted.query, body=changed
    )
    return Answer(201, answer.content) if answer.status == 200 else answer
