"""One process serves the gateways of all servers, told apart by the host that a browser asks for."""

import httpx
from aiohttp import web

from config.demo.ports import free_port
from review.label_studio.gateway.server import Gateway, Where
from review.label_studio.gateway.serving import Gateways
from review.label_studio.gateway.upstream import Upstream
from tests.review.gateway.conftest import running

PAGES = "http://mirror.test"


def studio(name: str) -> web.Application:
    async def answer(request):
        return web.Response(text=name)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    return app


def test_each_host_has_its_own_label_studio_behind_it():
    one, other, port = free_port(), free_port(), free_port()
    found = Gateways(
        [
            Gateway(Upstream(f"http://127.0.0.1:{upstream}", None), Where(f"http://{host}", PAGES, n), None)
            for n, (host, upstream) in enumerate([("judge.test", one), ("ward.test", other)], 1)
        ]
    )
    with running(studio("first"), one), running(studio("ward"), other), running(found.app(), port):

        def asked(host: str, path: str = "/static/a.js") -> httpx.Response:
            return httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": host}, timeout=20)

        assert [asked(host).text for host in ("judge.test", "ward.test", "WARD.test")] == [
            "first",
            "ward",
            "ward",
        ]
        assert asked("elsewhere.test").status_code == 421
        assert asked("elsewhere.test", "/healthz").text == "ok"
