"""The gateway as a web server of its own: an origin that is neither our pages' nor Label Studio's."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _

from review.label_studio.errors import LabelStudioError
from review.label_studio.gateway import answers, page, passes, reach, rules
from review.label_studio.gateway.guard import Closed, Missing, check
from review.label_studio.gateway.upstream import Answer, Upstream

log = structlog.get_logger(__name__)

COOKIE = "one_way_mirror_gateway"
MOST_BYTES = 4 * 1024 * 1024  # of a request
THREADS = 8
SAFE = {"GET", "HEAD"}
OURS = "/_mirror/"
ASSETS = ("/static/", "/react-app/")
# What goes on of a request for a file, and what comes back of the answer.
ASKED = ("Accept", "Accept-Encoding", "Range", "If-None-Match", "If-Modified-Since", "If-Range")
TOLD = (
    "Content-Type",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Last-Modified",
)
HEADERS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Content-Security-Policy": page.POLICY,
}  # fmt: skip


@dataclass(frozen=True)
class Where:
    """Addresses without a slash at the end: the gateway's own origin and that of our pages."""

    gateway: str
    pages: str


class Gateway:
    """`about(holder, project id)` gives what the bar above a task says (page.ours)."""

    def __init__(self, upstream: Upstream, where: Where, about):
        self.upstream, self.where, self.about = upstream, where, about
        self._host = urlsplit(where.gateway).netloc.lower()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")

    def app(self) -> web.Application:
        made = web.Application(client_max_size=MOST_BYTES)
        made.router.add_route("*", "/{anything:.*}", self.handle)
        made.cleanup_ctx.append(self._open)
        return made

    async def _open(self, app):
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
        path = request.path
        if path == "/healthz":
            return web.Response(text="ok")
        if request.host.lower() != self._host:
            return _plain(421, "This host is not served here.")
        if path == "/enter" and request.method == "GET":
            return await self._enter(request)
        if request.method in SAFE and path.startswith(ASSETS):
            return await self._asset(request)
        if request.method in SAFE and path in (f"{OURS}bar.js", f"{OURS}bar.css"):
            return _file(path.removeprefix(OURS))
        if path == "/sw.js":
            return _plain(
                404, ""
            )  # what it would keep in the browser is neither needed nor ours to keep there
        holder = await self.in_database(passes.holder, request.cookies.get(COOKIE, ""))
        if holder is None:
            return self._turned_away(request)
        with translation.override(holder.language):
            try:
                return await self._answered(request, holder)
            except rules.Denied as denied:
                log.warning("gateway refused", rater=holder.rater_id, method=request.method, path=path[:200],
                            why=str(denied))  # fmt: skip
                return self._to_the_desk(request, 403, _("This is not part of judging your sessions."))
            except Missing:
                return _json(404, {"detail": _("It is not there any more.")})
            except Closed:
                return self._to_the_desk(request, 404, _("This round is closed."))
            except LabelStudioError as error:
                log.warning("label studio does not answer the gateway", rater=holder.rater_id, why=str(error))
                words = _(
                    "Label Studio does not answer. What you have submitted is kept; try again in a moment."
                )
                return _json(502, {"detail": words}) if path.startswith("/api/") else _plain(502, words)

    async def _answered(self, request, holder) -> web.StreamResponse:
        if request.path == f"{OURS}progress":
            return await self._progress(request, holder)
        if request.method in SAFE and request.path == "/":
            return self._to_the_desk(request, 404, "")
        self._require_our_page(request)
        body = await _body(request)
        wanted = rules.wanted(request.method, request.path, list(request.query.items()), body)
        await check(wanted, holder, upstream=self.upstream, in_database=self.in_database)
        if wanted.rule.answer == "ours":
            return _json(200, answers.ours(wanted.rule.name, wanted.ids))
        answer = await self.upstream.ask(
            holder, wanted.rule.method, wanted.path, query=wanted.query, body=wanted.body
        )
        if wanted.rule.answer == "page":
            return await self._page(answer, holder, wanted.ids["project"])
        return _rebuilt(wanted.rule.answer, answer, holder)

    def _require_our_page(self, request) -> None:
        """A request that changes something comes from the editor's own page, as the browser itself says."""
        if request.method not in SAFE and request.headers.get("Origin") != self.where.gateway:
            raise rules.Denied(f"comes from {request.headers.get('Origin', 'nowhere')[:80]}")
        is_opened = request.method in SAFE and not request.path.startswith("/api/")
        if request.headers.get("Sec-Fetch-Site") == "cross-site" and not is_opened:
            raise rules.Denied("comes from another site")

    # -- the ways in and out

    async def _enter(self, request) -> web.Response:
        entered = await self.in_database(passes.enter, request.query.get("ticket", ""))
        if entered is None:
            return _see_other(f"{self.where.pages}/desk/")
        session, project_id = entered
        answer = _see_other(f"/projects/{project_id}/data?labeling=1")
        answer.set_cookie(
            COOKIE, session, httponly=True, samesite="Lax", path="/",
            secure=self.where.gateway.startswith("https:"), max_age=int(passes.SESSION.total_seconds()),
        )  # fmt: skip
        return answer

    def _turned_away(self, request) -> web.Response:
        return self._to_the_desk(
            request, 401, _("Your session here has ended. Open the task again from your desk.")
        )

    def _to_the_desk(self, request, status: int, words: str) -> web.Response:
        if request.path.startswith(("/api/", OURS)) or request.method not in SAFE:
            return _json(status, {"detail": words, "desk": f"{self.where.pages}/desk/"})
        return _see_other(f"{self.where.pages}/desk/")

    # -- what is answered

    async def _page(self, answer: Answer, holder, project_id: int) -> web.Response:
        if answer.status != 200:
            return _plain(502, _("Label Studio did not open the task."))
        about = await self.in_database(self.about, holder, project_id)
        try:
            html = page.ours(answer.content.decode(), origin=self.where.gateway, bar=about)
        except (page.NotThePage, UnicodeDecodeError) as problem:
            log.error("the editor's page is not the one we know", why=str(problem))
            return _plain(502, _("Label Studio was changed, and its page is not known here; tell a lead."))
        return web.Response(
            text=html, content_type="text/html", headers={**HEADERS, "Cache-Control": "no-store"}
        )

    async def _progress(self, request, holder) -> web.Response:
        number = request.query.get("project", "")
        own = rules.NUMBER.match(number) and await self.in_database(
            reach.project, holder.rater_id, int(number)
        )
        if not own:
            raise rules.Denied("asks how another gets on")
        return _json(200, await self.in_database(reach.progress, holder.rater_id, own.project_id))

    async def _asset(self, request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if "%" in path or ".." in path or "//" in path:
            return _plain(404, "")
        headers = {name: request.headers[name] for name in ASKED if name in request.headers}
        try:
            async with self.upstream.asset(path, request.query_string, headers) as found:
                if found.status not in (200, 206, 304):
                    return _plain(404, "")
                told = {name: found.headers[name] for name in TOLD if name in found.headers}
                # A new version of the editor asks for it under another address.
                lasting = "v" in request.query
                told["Cache-Control"] = f"public, max-age={86_400 if lasting else 3_600}"
                response = web.StreamResponse(status=found.status, headers={**HEADERS, **told})
                await response.prepare(request)
                async for piece in found.content.iter_chunked(1 << 16):
                    await response.write(piece)
                await response.write_eof()
                return response
        except (OSError, TimeoutError) as error:
            log.warning("label studio does not answer the gateway", why=type(error).__name__)
            return _plain(502, "")


async def _body(request):
    """The JSON of a request that has one; None where there is nothing. Raises rules.Denied."""
    if request.method in SAFE:
        return None
    content = await request.read()
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
        return web.Response(status=204, headers=HEADERS)
    try:
        found = json.loads(answer.content)
        if answer.status < 400:
            found = answers.rebuilt(kind, found, ls_user_id=holder.ls_user_id, email=holder.email)
        else:
            found = answers.refusal(found)
    except ValueError:
        log.error("label studio answers in a shape that is not known", kind=kind, status=answer.status)
        return _json(
            502, {"detail": _("Label Studio answered something that is not known here; tell a lead.")}
        )
    return _json(answer.status, found)


def _json(status: int, found) -> web.Response:
    return web.json_response(found, status=status, headers={**HEADERS, "Cache-Control": "no-store"})


def _see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={**HEADERS, "Cache-Control": "no-store", "Location": address})


def _plain(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words, headers={**HEADERS, "Cache-Control": "no-store"})


def _file(name: str) -> web.Response:
    content = files("review").joinpath("label_studio", "gateway", "assets", name).read_bytes()
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return web.Response(body=content, content_type=kind, charset="utf-8",
                        headers={**HEADERS, "Cache-Control": "public, max-age=300"})  # fmt: skip
