"""The editor's files come whole or not at all, and nobody who asks for them keeps others from judging."""

import asyncio
import socket
from contextlib import contextmanager
from threading import Thread

import httpx
import pytest
from aiohttp import web

from config.demo.ports import free_port
from review.label_studio.gateway.page import NotThePage, ours
from review.label_studio.gateway.server import Gateway, Where
from review.label_studio.gateway.serving import origin
from review.label_studio.gateway.upstream import Upstream
from tests.review.gateway.conftest import running


@contextmanager
def before(answer: bytes, *, then_stalls: bool):
    """A gateway before a server that says this to whatever it is asked, and then ends or says nothing more."""
    held = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    asked, _ = server.accept()
                except OSError:
                    return
                asked.recv(65536)
                asked.sendall(answer)
                held.append(asked) if then_stalls else asked.close()

        Thread(target=serve, daemon=True).start()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        upstream = Upstream(f"http://127.0.0.1:{server.getsockname()[1]}", None)
        with running(Gateway(upstream, Where(url, "http://mirror.test", 1), None).app(), port):
            yield url
        for asked in held:
            asked.close()


HALF = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: 1000\r\n\r\n" + b"x" * 300


def test_half_a_file_never_passes_for_a_whole_one():
    with before(HALF, then_stalls=False) as url, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/react-app/main.js?v=1", timeout=20)


def test_a_server_that_says_nothing_is_told_as_such():
    with before(b"", then_stalls=False) as url:
        answer = httpx.get(f"{url}/react-app/main.js", timeout=20)
    assert answer.status_code == 502 and answer.headers["Cache-Control"] == "no-store"


def test_what_is_compressed_goes_only_to_those_who_asked_for_it():
    async def seen(request):
        return web.json_response(dict(request.headers))

    async def serve(port, url):
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", seen)
        studio = free_port()
        with running(app, studio):
            upstream = Upstream(f"http://127.0.0.1:{studio}", None)
            with running(Gateway(upstream, Where(url, "http://mirror.test", 1), None).app(), port):
                plain = {"Accept-Encoding": "identity", "Cookie": "a=b", "Authorization": "Token x"}
                async with httpx.AsyncClient() as client:
                    return (await client.get(f"{url}/static/a.js", headers=plain)).json()

    port = free_port()
    told = asyncio.run(serve(port, f"http://127.0.0.1:{port}"))
    assert told["Accept-Encoding"] == "identity" and not {"Cookie", "Authorization"} & told.keys()


@pytest.mark.parametrize(
    "path", ["/static/.env", "/static//etc", "/static/a/../b", "/static/a%2e%2e/b", "/static/"]
)
def test_a_path_that_is_no_file_of_the_editor_is_not_asked_for(path):
    with before(HALF, then_stalls=False) as url:
        with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as raw:
            host = url.removeprefix("http://")
            raw.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            assert raw.recv(4096).split(b" ")[1] in (b"404", b"303", b"401")


@pytest.mark.parametrize(
    ("theirs", "left"), [("http://studio.test:8080", 0), ("https://studio.test/labels", 0), ("", 0)]
)
def test_whatever_label_studio_is_called_its_page_asks_the_gateway(theirs, left):
    html = (
        f'<head></head><body><script src="{theirs}/react-app/main.js"></script>hostname: "{theirs}",</body>'
    )
    bar = dict.fromkeys(("desk", "guideline", "rubric", "title", "name", "raise"), "x")
    bar |= {"project": 7, "contact": None, "notices": {"abuse": "</script>"}}
    found = ours(html, origin="https://judge.test", bar=bar)
    assert 'hostname: "https://judge.test"' in found and "studio.test" not in found
    assert "\\u003c/script>" in found and '"</script>"' not in found
    with pytest.raises(NotThePage):
        ours("<html></html>", origin="https://judge.test", bar=bar)


@pytest.mark.parametrize(
    ("address", "is_"),
    [("https://Judge.Example.org:443/", "https://judge.example.org"), ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
     ("http://[::1]:8001", "http://[::1]:8001")],
)  # fmt: skip
def test_an_origin_is_as_a_browser_writes_it(address, is_):
    assert origin(address) == is_


@pytest.mark.parametrize(
    "address", ["judge.example.org", "https://judge.example.org/studio", "ftp://x", "https://"]
)
def test_an_address_that_is_no_origin_is_refused_at_the_start(address):
    with pytest.raises(ValueError, match="no origin"):
        origin(address)
