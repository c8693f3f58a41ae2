"""Which task opens next: one that its reader may be given, and none when she has judged enough for a day."""

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from review.label_studio.gateway import answers, reach
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import Wanted
from review.label_studio.gateway.upstream import Answer

NOTICE, READING = "X-Mirror-Notice", "X-Mirror-Reading"
# Of what she has left, so many are asked for: with each, Label Studio says whether she judged it a moment ago.
TRIED = 8


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


async def next_one(
    found: Answer, wanted: Wanted, holder: Holder, *, upstream, in_database
) -> Answer | Nothing:
    """What Label Studio would open, where it is hers to open; else another of hers. What she has begun, which has a
    draft, opens even when she has judged enough.
    """
    if found.status == 404:
        # Its own words name her by the address that her account has there.
        return Nothing(enough=False)
    if found.status != 200:
        return found
    task = _hers(found, holder)
    project = wanted.ids["project"]
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
    return Nothing(enough=False)


def _hers(answer: Answer, holder: Holder) -> dict:
    """The task, with her own work on it alone. Raises ValueError where it is not of the shape that we know."""
    task = json.loads(answer.content)
    return answers.rebuilt("task", task, ls_user_id=holder.ls_user_id, email=holder.email)


def _begun(task: dict) -> bool:
    return bool(task["drafts"]) or _judged(task)


def _judged(task: dict) -> bool:
    return any(not one.get("was_cancelled") for one in task["annotations"])
