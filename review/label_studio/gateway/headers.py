"""What every answer of the gateway carries, and the plain ones."""

import structlog
from aiohttp import web

from review.label_studio.gateway.page import POLICY

log = structlog.get_logger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Content-Security-Policy": POLICY,
}  # fmt: skip
_NOT_KEPT = {**HEADERS, "Cache-Control": "no-store"}


def json(status: int, found) -> web.Response:
    return web.json_response(found, status=status, headers=_NOT_KEPT)


def plain(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words, headers=_NOT_KEPT)


def html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers=_NOT_KEPT)


def see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={**_NOT_KEPT, "Location": address})


def note_refusal(request: web.Request, why: str, *, rater: int | None = None) -> None:
    """Whatever is turned away is in the log, whoever asked; nothing of what she sent but the path."""
    log.warning("gateway refused", rater=rater, method=request.method, path=request.path[:200], why=why)
