"""The editor's own files, streamed as they come: ranges, compression and what a browser keeps of them included."""

import re

import aiohttp
import structlog
from aiohttp import web

from review.label_studio.gateway.headers import HEADERS, note_refusal, plain

log = structlog.get_logger(__name__)

_PATH = re.compile(r"/(?:static|react-app)(?:/[A-Za-z0-9_@-][A-Za-z0-9._@-]*)+\Z")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,60}\Z")
# What goes on of a request, and what comes back of the answer.
_ASKED = ("Accept", "Accept-Encoding", "Range", "If-None-Match", "If-Modified-Since", "If-Range")
_TOLD = ("Content-Type", "Content-Encoding", "Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified",
         "Vary")  # fmt: skip


async def stream(request: web.Request, upstream) -> web.StreamResponse:
    path = request.raw_path.partition("?")[0]
    if request.method != "GET":
        note_refusal(request, "a file is only read")
        return plain(405, "")
    if not _PATH.match(path):
        note_refusal(request, "is no file's address")
        return plain(404, "")
    # A new version of the editor asks for it under another address.
    version = request.query.get("v", "")
    lasting = bool(_VERSION.match(version))
    headers = {name: request.headers[name] for name in _ASKED if name in request.headers}
    try:
        async with upstream.file(f"{path}?v={version}" if lasting else path, headers) as found:
            if found.status not in (200, 206, 304):
                return plain(404, "")
            told = {name: found.headers[name] for name in _TOLD if name in found.headers}
            told["Cache-Control"] = f"public, max-age={86_400 if lasting else 3_600}"
            response = web.StreamResponse(status=found.status, headers={**HEADERS, **told})
            await response.prepare(request)
            await _through(found.content.iter_chunked(1 << 16), response, request)
            return response
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("label studio does not answer the gateway", why=type(error).__name__)
        return plain(502, "")


async def _through(pieces, response: web.StreamResponse, request: web.Request) -> None:
    """What is begun is ended, or the connection is: half a file must never pass for a whole one."""
    try:
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        log.info("a file of the editor broke off", why=type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
