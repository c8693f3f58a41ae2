"""The gateway as a web server of its own: an origin that is neither our pages' nor Label Studio's."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files as packaged
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

import structlog
from aiohttp import web
from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _

from review.label_studio.errors import LabelStudioError
from review.label_studio.gateway import (
    answers,
    files,
    headers,
    mending,
    opening,
    page,
    passes,
    reach,
    rules,
    saving,
    telling,
)
from review.label_studio.gateway.guard import Closed, check
from review.label_studio.gateway.upstream import Answer, Upstream

log = structlog.get_logger(__name__)

MOST_BYTES = 4 * 1024 * 1024  # of a request
THREADS = 8
SAFE = {"GET", "HEAD"}
OURS = "/_mirror/"
FILES = ("/static/", "/react-app/")
ASSETS = {f"{OURS}{name}" for name in ("bar.js", "bar.css", "saving.js", "reading.js", "words.js")}


@dataclass(frozen=True)
class Where:
    """Origins as browsers write them: the gateway's own, and that of our pages; and whose Label Studio is behind it."""

    gateway: str
    pages: str
    server_id: int

    @property
    def desk(self) -> str:
        return f"{self.pages}/desk/"

    @property
    def cookie(self) -> str:
        """Under this prefix a browser takes it from this very host alone, and only over TLS. Browsers send a host's
        cookies to all its ports, where another gateway may be.
        """
        prefix = "__Host-" if self.gateway.startswith("https:") else ""
        return f"{prefix}one_way_mirror_gateway_{self.server_id}"


class Gateway:
    """`about(holder, project id)` gives what the bar above a task says (page.ours)."""

    def __init__(self, upstream: Upstream, where: Where, about):
        self.upstream, self.where, self.about = upstream, where, about
        self.host = urlsplit(where.gateway).netloc
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
        # Of each task that somebody saves on right now.
        self._saving: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def app(self) -> web.Application:
        made = web.Application(client_max_size=MOST_BYTES)
        made.router.add_route("*", "/{anything:.*}", self.handle)
        made.cleanup_ctx.append(self.open)
        return made

    async def open(self, app):
        async with self.upstream:
            yield
        self._threads.shutdown()

    async def in_database(self, function, *arguments):
        def run():
            close_old_connections()
            try:
                return function(*arguments)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    # -- one request

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._handled(request)
        except (web.HTTPException, asyncio.CancelledError):
            raise
        except Exception:  # whatever it was: she must hear that nothing was confirmed, and not our traces
            log.exception("the gateway failed", method=request.method, path=request.path[:200])
            return headers.json(502, {"detail": _unconfirmed(request)})

    async def _handled(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path == "/healthz":
            return headers.plain(200, "ok")
        if request.host.lower() != self.host:
            headers.note_refusal(request, "another host")
            return headers.plain(421, "This host is not served here.")
        if path == "/enter":
            return await self._enter(request)
        if path.startswith(FILES):
            return await files.stream(request, self.upstream)
        if request.method == "GET" and path in ASSETS:
            return _ours(path.removeprefix(OURS))
        if path == "/sw.js":
            return headers.plain(
                404, ""
            )  # what it would keep in the browser is neither needed nor ours to keep there
        holder = await self.in_database(
            passes.holder, request.cookies.get(self.where.cookie, ""), self.where.server_id
        )
        if holder is None:
            headers.note_refusal(request, "without a session, or with one that has ended")
            words = _("Your session here has ended. Open the task again from your desk.")
            return self._to_the_desk(request, 401, words)
        with translation.override(holder.language):
            return await self._answered(request, holder)

    async def _answered(self, request, holder) -> web.StreamResponse:
        try:
            if request.path == f"{OURS}progress":
                return await self._progress(request, holder)
            if request.path == "/":
                return headers.see_other(self.where.desk)
            return await self._asked(request, holder)
        except rules.Denied as denied:
            headers.note_refusal(request, str(denied), rater=holder.rater_id)
            return self._to_the_desk(
                request, 403, denied.words or _("This is not part of judging your sessions.")
            )
        except Closed:
            return self._to_the_desk(request, 404, _("This round is closed."))
        except LabelStudioError as error:
            log.warning("label studio does not answer the gateway", rater=holder.rater_id, why=str(error))
            words = _unconfirmed(request)
            if request.path.startswith("/api/"):
                return headers.json(502, {"detail": words})
            return headers.plain(502, words)

    async def _asked(self, request, holder) -> web.StreamResponse:
        # A request that changes something comes from the editor's own page, as the browser itself says.
        if request.method not in SAFE and request.headers.get("Origin") != self.where.gateway:
            raise rules.Denied(f"comes from {request.headers.get('Origin', 'nowhere')[:80]}")
        if request.path.startswith("/api/") and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise rules.Denied("comes from another site")
        wanted = rules.wanted(request.method, request.path, list(request.query.items()), await _body(request))
        ids = await check(wanted, holder, upstream=self.upstream, in_database=self.in_database)
        if wanted.rule.answer == "ours":
            return headers.json(200, answers.ours(wanted.rule.name, wanted.ids))
        if wanted.rule.saves:
            return await self._saved(request, wanted, ids["task"], holder)
        answer = await self.upstream.ask(
            holder, wanted.rule.method, wanted.path, query=wanted.query, body=wanted.body
        )
        if wanted.rule.answer == "page":
            return await self._page(answer, holder, wanted.ids["project"])
        if wanted.rule.name == "next":
            return await self._next(request, answer, wanted, holder, ids)
        return await self._shown(answer, wanted, holder, ids)

    async def _next(self, request, answer: Answer, wanted: rules.Wanted, holder, ids) -> web.Response:
        with_what = {"upstream": self.upstream, "in_database": self.in_database}
        found = None
        if asked := request.headers.get(opening.ASKED):
            found = await opening.asked_for(asked, wanted, holder, **with_what)
        found = found or await opening.next_one(answer, wanted, holder, **with_what)
        if isinstance(found, opening.Nothing):
            return headers.json(404, found.told)
        if not isinstance(found, opening.Again):
            return await self._shown(found, wanted, holder, ids)
        shown = await self._shown(found.answer, wanted, holder, ids)
        # Beside her draft the editor would show what stands as well, and go on with neither.
        task = json.loads(shown.body)
        drafts = [one for one in task["drafts"] if not one.get("annotation")]
        shown.body = json.dumps(task | {"annotations": [], "drafts": drafts}).encode()
        return shown

    async def _shown(self, answer: Answer, wanted: rules.Wanted, holder, ids) -> web.Response:
        rebuilt = _rebuilt(wanted.rule.answer, answer, holder)
        if wanted.rule.answer == "task" and rebuilt.status == 200:
            await self._noted(rebuilt, holder, ids["project"])
        return rebuilt

    async def _noted(self, answer: web.Response, holder, project: int) -> None:
        """With a task goes what the bar says before its text is read, and what of hers stands on it."""
        task = json.loads(answer.body)
        answer.headers[saving.VERSION] = saving.version_of(task["id"], task["annotations"])
        reading, tiers = await self.in_database(reach.about_task, holder, task["id"])
        answer.headers[opening.READING] = reading
        if tiers:
            answer.headers[opening.NOTICE] = ",".join(tiers)
        for kept in await self.in_database(reach.uncounted_of, holder, project, task["id"]):
            answer.headers[opening.UNCOUNTED] = quote(kept.why)

    async def _saved(self, request, wanted: rules.Wanted, task: int, holder) -> web.Response:
        """Compared and written with nothing between, as far as this process goes."""
        said = wanted.body or {}
        if "result" in said and not said.get("was_cancelled"):
            words = await self.in_database(mending.to_mend, holder, task, said["result"])
            if words:
                headers.note_refusal(
                    request, "her answers cannot be counted as they stand", rater=holder.rater_id
                )
                return headers.json(422, {"detail": words})
        loaded, instead_of = (request.headers.get(name, "") for name in (saving.LOADED, saving.INSTEAD_OF))
        async with self._saving.setdefault(task, asyncio.Lock()):
            found = await saving.save(
                wanted, task, holder, loaded=loaded, instead_of=instead_of, upstream=self.upstream
            )
        if isinstance(found, saving.Stale):
            headers.note_refusal(request, "her page has loaded something older", rater=holder.rater_id)
            await self.in_database(mending.tell_leads, holder, task, said.get("result"))
            screen = await self.in_database(reach.screen_of_task, holder, task)
            rows = telling.compared(screen, wanted.body, found.stands)
            return headers.json(409, saving.told(found, wanted, rows))
        answer = _rebuilt(wanted.rule.answer, found.answer, holder)
        if found.version:
            answer.headers[saving.VERSION] = found.version
        return answer

    # -- the ways in and out

    async def _enter(self, request) -> web.Response:
        """From the desk alone: a ticket that came by a link would make its reader somebody else here."""
        if request.method != "POST" or request.headers.get("Origin") != self.where.pages:
            headers.note_refusal(request, "a ticket that does not come from the desk")
            return headers.see_other(self.where.desk)
        said = await request.post()
        ticket, task = said.get("ticket"), said.get("task")
        entered = await self.in_database(
            passes.enter, ticket if isinstance(ticket, str) else "", self.where.server_id
        )
        if entered is None:
            headers.note_refusal(request, "a ticket that is used, too old or unknown")
            return headers.see_other(self.where.desk)
        session, project_id = entered
        # Which of her tasks opens first; the page asks for it by its number, and is answered as anybody is.
        first = f"#mirror-task={task}" if isinstance(task, str) and rules.NUMBER.match(task) else ""
        answer = headers.see_other(f"/projects/{project_id}/data?labeling=1{first}")
        answer.set_cookie(
            self.where.cookie, session, httponly=True, samesite="Lax", path="/",
            secure=self.where.gateway.startswith("https:"), max_age=int(passes.SESSION.total_seconds()),
        )  # fmt: skip
        return answer

    def _to_the_desk(self, request, status: int, words: str) -> web.Response:
        """A page that she opens leads there; what the editor asks for is told why."""
        if request.path.startswith(("/api/", OURS)) or request.method not in SAFE:
            return headers.json(status, {"detail": words, "desk": self.where.desk})
        return headers.see_other(self.where.desk)

    # -- what is answered

    async def _page(self, answer: Answer, holder, project_id: int) -> web.Response:
        if answer.status != 200:
            return headers.plain(502, _("Label Studio did not open the task."))
        about = await self.in_database(self.about, holder, project_id)
        try:
            return headers.html(page.ours(answer.content.decode(), origin=self.where.gateway, bar=about))
        except (page.NotThePage, UnicodeDecodeError) as problem:
            log.error("the editor's page is not the one we know", why=str(problem))
            return headers.plain(
                502, _("Label Studio was changed, and its page is not known here; tell a lead.")
            )

    async def _progress(self, request, holder) -> web.Response:
        number = request.query.get("project", "")
        own = rules.NUMBER.match(number) and await self.in_database(reach.project, holder, int(number))
        if not own:
            raise rules.Denied("asks how another gets on")
        return headers.json(200, await self.in_database(reach.progress, holder, own.project_id))


def _unconfirmed(request) -> str:
    """What a person is told who cannot know whether it arrived."""
    if request.method in SAFE:
        return _("Label Studio does not answer. What was saved before is kept; try again in a moment.")
    return _("Label Studio did not confirm this. Submit it again in a moment; nothing is counted twice.")


async def _body(request):
    """The JSON of a request that has one; None where there is nothing. Raises rules.Denied."""
    if request.method in SAFE:
        return None
    try:
        content = await request.read()
    except web.HTTPRequestEntityTooLarge:
        words = _("Not saved: this is more text than can be sent. Shorten what you wrote, and send it again.")
        raise rules.Denied("is longer than a judgement can be", words) from None
    if not content:
        return None
    if request.content_type != "application/json":
        raise rules.Denied(f"is sent as {request.content_type[:60]}")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise rules.Denied("its body is no JSON") from None


def _rebuilt(kind: str, answer: Answer, holder) -> web.Response:
    if answer.status == 204:
        return web.Response(status=204, headers=headers.HEADERS)
    try:
        found = json.loads(answer.content)
        if answer.status < 400:
            found = answers.rebuilt(kind, found, ls_user_id=holder.ls_user_id, email=holder.email)
        else:
            found = answers.refusal(found)
    except (ValueError, RecursionError):
        log.error("label studio answers in a shape that is not known", kind=kind, status=answer.status)
        words = _("Label Studio answered something that is not known here; tell a lead.")
        return headers.json(502, {"detail": words})
    return headers.json(answer.status, found)


def _ours(name: str) -> web.Response:
    content = packaged("review").joinpath("label_studio", "gateway", "assets", name).read_bytes()
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    kept = {**headers.HEADERS, "Cache-Control": "public, max-age=300"}
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=kept)
