"""One judgement of hers stands on a task. What she saves goes in its place where her page has loaded it; where it has not,
because she judged in another tab or on another computer meanwhile, nothing is sent on and she is shown both.

Label Studio knows neither: its saves carry no version, and it gives both tabs the same `unique_id`, that of her lock on
the task. So a judgement that is sent again because its answer was lost is known by what it says, never by its id.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from review.label_studio.gateway import answers
from review.label_studio.gateway.passes import Holder
from review.label_studio.gateway.rules import Denied, Wanted
from review.label_studio.gateway.upstream import Answer

# What of hers stood on the task when her page loaded it; what she was shown and saves over deliberately; what stands now.
LOADED, INSTEAD_OF, VERSION = "X-Mirror-Loaded", "X-Mirror-Instead-Of", "X-Mirror-Version"


@dataclass(frozen=True)
class Saved:
    """What Label Studio answers, and the version of her work on the task from now on; "" where that is not known."""

    answer: Answer
    version: str = ""


@dataclass(frozen=True)
class Stale:
    """Not sent on: `stands` is an annotation that her page has not loaded. `version`: names what she is now shown.
    `is_named`: her page said what it had loaded; else it runs without our script, or with one from before an upgrade.
    """

    stands: dict
    version: str
    is_named: bool


def version_of(task_id: int, annotations: list[dict]) -> str:
    """<task>-<digest>: the same where the same words of hers stand on it, whenever they were saved. A skip says nothing
    that could be overwritten, and Label Studio leaves it out where it hands on the next task.
    """
    said = {str(one["id"]): _said(one) for one in annotations if not one.get("was_cancelled")}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return f"{task_id}-{digest[:32]}"


async def save(
    wanted: Wanted, task_id: int, holder: Holder, *, loaded: str, instead_of: str, upstream
) -> Saved | Stale:
    """`loaded`, `instead_of`: versions that her page names, or "". One at a time for a task. Raises Denied."""
    if wanted.body is None and not wanted.rule.of_a_skip:
        raise Denied("judges without a word")
    task = await _task(wanted, task_id, holder, upstream)
    if isinstance(task, Answer):
        return Saved(task)
    stands = _standing(wanted, task)
    # Asked again here, where nobody else saves: what was a skip a moment ago may have been judged since.
    if stands is not None and wanted.rule.of_a_skip:
        _require_a_skip(stands)
    if wanted.rule.of_a_skip or stands is None:
        answer = await _forward(wanted, holder, upstream)
        if answer.status != 409 or wanted.rule.of_a_skip:
            return _saved(answer, wanted, task)
        # Another process of the gateway took one a moment ago.
        task = await _task(wanted, task_id, holder, upstream)
        stands = None if isinstance(task, Answer) else _standing(wanted, task)
        if stands is None:
            return Saved(answer)
    now = version_of(task_id, task["annotations"])
    if instead_of == now or (loaded == now and not _begun_before(stands, wanted, task)):
        return await _replace(stands, wanted, task, holder, upstream)
    if _said(stands) == _said(wanted.body):
        await _drop_draft(wanted, holder, upstream)
        return Saved(Answer(_done(wanted), json.dumps(stands).encode()), now)
    return Stale(stands, now, is_named=bool(loaded))


def told(stale: Stale, wanted: Wanted, rows: list[dict]) -> dict:
    """What her page is answered. `rows`: of telling.compared."""
    words = _(
        "Not saved: this session was saved elsewhere; this page shows an older state. Nothing is overwritten."
    )
    if not stale.is_named:
        words = _("Not saved: this page does not know what you have saved of this session elsewhere. Copy what you "
                  "wrote, and load the page again.")  # fmt: skip
    takes_away = bool(wanted.body.get("was_cancelled")) and not stale.stands.get("was_cancelled")
    return {
        "detail": words,
        "stale": {
            "version": stale.version, "saved_at": stale.stands.get("updated_at"), "stands": _said(stale.stands),
            "rows": rows, "may_replace": not takes_away,
        },
    }  # fmt: skip


async def _replace(stands: dict, wanted: Wanted, task: dict, holder: Holder, upstream) -> Saved:
    if wanted.body.get("was_cancelled"):
        _require_a_skip(stands)
    if "annotation" in wanted.ids:
        return _saved(await _forward(wanted, holder, upstream), wanted, task)
    changed = {name: value for name, value in wanted.body.items() if name not in ("unique_id", "draft_id")}
    changed["was_cancelled"] = bool(wanted.body.get("was_cancelled"))
    path = f"/api/annotations/{stands['id']}"
    answer = await upstream.ask(holder, "PATCH", path, query=wanted.query, body=changed)
    if answer.status != 200:
        return Saved(answer)
    await _drop_draft(wanted, holder, upstream)
    return _saved(Answer(_done(wanted), answer.content), wanted, task)


def _require_a_skip(stands: dict) -> None:
    if not stands.get("was_cancelled"):
        words = _("What was judged can be judged again, but not taken away.")
        raise Denied("takes away what was judged", words)


async def _task(wanted: Wanted, task_id: int, holder: Holder, upstream) -> dict | Answer:
    """As she may see it, or Label Studio's refusal."""
    found = await upstream.ask(holder, "GET", f"/api/tasks/{task_id}", query=wanted.query)
    if found.status != 200:
        return found
    task = json.loads(found.content)
    return answers.rebuilt("task", task, ls_user_id=holder.ls_user_id, email=holder.email)


def _standing(wanted: Wanted, task: dict) -> dict | None:
    """The annotation that she names; where she names none, her latest."""
    named = wanted.ids.get("annotation")
    of_hers = [one for one in task["annotations"] if named in (None, one["id"])]
    return max(of_hers, key=lambda one: one["id"], default=None)


def _begun_before(stands: dict, wanted: Wanted, task: dict) -> bool:
    """Whether what she sends was begun in a draft from before this was saved: her page shows the draft, and hides it."""
    began = [one for one in task["drafts"] if one["id"] == int(wanted.body.get("draft_id") or 0)]
    moments = [datetime.fromisoformat(one["created_at"]) for one in began if one.get("created_at")]
    return any(moment < datetime.fromisoformat(stands["updated_at"]) for moment in moments)


async def _forward(wanted: Wanted, holder: Holder, upstream) -> Answer:
    return await upstream.ask(holder, wanted.rule.method, wanted.path, query=wanted.query, body=wanted.body)


async def _drop_draft(wanted: Wanted, holder: Holder, upstream) -> None:
    """As Label Studio does with the draft of what is submitted: what was sent is not half written any more."""
    if draft := wanted.body.get("draft_id"):
        await upstream.ask(holder, "DELETE", f"/api/drafts/{draft}", query=wanted.query)


def _saved(answer: Answer, wanted: Wanted, task: dict) -> Saved:
    if answer.status >= 300:
        return Saved(answer)
    gone = wanted.ids["annotation"] if wanted.rule.of_a_skip else None
    made = [] if answer.status == 204 else [json.loads(answer.content)]
    kept = [one for one in task["annotations"] if one["id"] not in [gone, *(one["id"] for one in made)]]
    return Saved(answer, version_of(task["id"], kept + made))


def _done(wanted: Wanted) -> int:
    return 201 if wanted.rule.method == "POST" else 200


def _said(one: dict) -> dict:
    return {"was_cancelled": bool(one.get("was_cancelled")), "result": one.get("result") or []}
