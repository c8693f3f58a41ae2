"""Which task opens next: one that its reader may be given, and none when she has judged enough for a day."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from review.label_studio.gateway import answers, reach
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import NUMBER, Wanted
from review.label_studio.gateway.upstream import Answer
from review.not_counted import Kept

NOTICE, READING = "X-Mirror-Notice", "X-Mirror-Reading"
# Why what she judged of this session does not count, quoted as in an address; and the task that she asks for by its number.
UNCOUNTED, ASKED = "X-Mirror-Uncounted", "X-Mirror-Task"
# Of what she has left, so many are asked for: with each, Label Studio says whether she judged it a moment ago.
TRIED = 8


@dataclass(frozen=True)
class Again:
    """A session that she judged and that does not count: what she said is a draft of hers now, with which she goes on."""

    answer: Answer


@dataclass(frozen=True)
class Nothing:
    """No further task opens. `enough`: because of her daily limit."""

    enough: bool

    @property
    def told(self) -> dict:
        if self.enough:
            title = _("You have judged as much today as was set. Thank you.")
            words = _("Nothing new opens until tomorrow; what you have written is kept.")
        else:
            title = _("Nothing more waits for you here. Thank you.")
            words = _("What you have judged you may look at again, and change until the session is settled.")
        return {"title": title, "detail": words, "enough": self.enough}


async def asked_for(
    number: str, wanted: Wanted, holder: Holder, *, upstream, in_database
) -> Answer | Again | None:
    """The task that she asks for, which her desk named; None where it is not hers to open."""
    if not NUMBER.match(number) or not await in_database(reach.may_open_task, holder, int(number)):
        return None
    own, project = await in_database(reach.project_of_task, holder, int(number)), wanted.ids["project"]
    if own is None or own.project_id != project:
        return None
    for kept in await in_database(reach.uncounted_of, holder, project, int(number)):
        if again := await _again(kept, project, holder, upstream):
            return again
    answer = await upstream.ask(holder, "GET", f"/api/tasks/{number}", query={"project": str(project)})
    return answer if answer.status == 200 else None


async def next_one(
    found: Answer, wanted: Wanted, holder: Holder, *, upstream, in_database
) -> Answer | Again | Nothing:
    """What Label Studio would open, where it is hers to open; else another of hers. What she has begun, which has a
    draft, opens even when she has judged enough. In the end, what she judged and can mend.
    """
    project = wanted.ids["project"]
    if found.status == 404:
        # Its own words name her by the address that her account has there.
        return await _to_mend(project, holder, upstream, in_database) or Nothing(enough=False)
    if found.status != 200:
        return found
    task = _hers(found, holder)
    may_open = await in_database(reach.may_open_task, holder, task["id"])
    if may_open and _begun(task):
        return found
    if await in_database(reach.has_had_enough, holder.rater_id):
        return Nothing(enough=True)
    if may_open:
        return found
    for other in await in_database(reach.left, holder, project, TRIED):
        answer = await upstream.ask(holder, "GET", f"/api/tasks/{other}", query={"project": str(project)})
        if answer.status == 200 and not _judged(_hers(answer, holder)):
            return answer
    return await _to_mend(project, holder, upstream, in_database) or Nothing(enough=False)


async def _to_mend(project: int, holder: Holder, upstream, in_database) -> Again | None:
    for kept in await in_database(reach.uncounted_of, holder, project):
        if kept.is_hers and (again := await _again(kept, project, holder, upstream)):
            return again
    return None


async def _again(kept: Kept, project: int, holder: Holder, upstream) -> Again | None:
    """None where she has sent something newer, which is on its way to us."""
    path, query = f"/api/tasks/{kept.raw.task_id}", {"project": str(project)}
    answer = await upstream.ask(holder, "GET", path, query=query)
    if answer.status != 200:
        return None
    task = _hers(answer, holder)
    stands = [one for one in task["annotations"] if _is(one, kept)]
    if not stands:
        return None
    # What she changed since and did not send is a draft of what stands, which she goes on with too.
    changed = [one for one in task["drafts"] if one.get("annotation")]
    if len(changed) == len(task["drafts"]):
        last = max(changed, key=lambda one: one["id"], default=stands[0])
        said = {"result": last["result"], "lead_time": last.get("lead_time") or 0}
        await upstream.ask(holder, "POST", f"{path}/drafts", query=query, body=said)
        answer = await upstream.ask(holder, "GET", path, query=query)
    return Again(answer) if answer.status == 200 else None


def _is(annotation: dict, kept: Kept) -> bool:
    same = datetime.fromisoformat(annotation["updated_at"]) == kept.raw.ls_updated_at
    return annotation["id"] == kept.raw.ls_id and same


def _hers(answer: Answer, holder: Holder) -> dict:
    """The task, with her own work on it alone. Raises ValueError where it is not of the shape that we know."""
    task = json.loads(answer.content)
    return answers.rebuilt("task", task, ls_user_id=holder.ls_user_id, email=holder.email)


def _begun(task: dict) -> bool:
    return bool(task["drafts"]) or _judged(task)


def _judged(task: dict) -> bool:
    return any(not one.get("was_cancelled") for one in task["annotations"])
