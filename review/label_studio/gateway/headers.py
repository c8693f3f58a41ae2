"""What every answer of the gateway carries, and the plain ones."""

from aiohttp import web

from review.label_studio.gateway.page import POLICY

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
