"""How the client meets a Label Studio that is down, starting, refusing, or not Label Studio at all."""

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from review.label_studio.client import LabelStudio
from review.label_studio.errors import LabelStudioDown, LabelStudioRefused, TokenRefused
from review.label_studio.signing_in import sign_up


class Answers(BaseHTTPRequestHandler):
    """Gives every request the server's one answer and keeps what was asked."""

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        status, body, kind = self.server.given
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.asked, running.given = [], (200, b"{}", "application/json")
        running.url = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_a_label_studio_that_is_not_there_is_down():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        studio = LabelStudio(f"http://127.0.0.1:{closed.getsockname()[1]}", "t" * 40)
        with pytest.raises(LabelStudioDown) as down:
            studio.ready()
    # The sender may then send again without looking: nothing can have been stored.
    assert isinstance(down.value.__cause__, httpx.ConnectError)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_an_import_that_failed_over_there_is_asked_once_and_may_have_been_stored(server, status):
    server.given = (status, b"<html>Bad gateway</html>", "text/html")
    with pytest.raises(LabelStudioDown):
        LabelStudio(server.url, "t" * 40).import_tasks(1, [{"external_id": "r-1"}])
    assert server.asked == ["POST /api/projects/1/import?return_task_ids=true"]


def test_an_import_that_gives_no_ids_has_to_be_looked_up(server):
    server.given = (201, b'{"import": 7}', "application/json")
    with pytest.raises(LabelStudioDown, match="did not give their ids"):
        LabelStudio(server.url, "t" * 40).import_tasks(1, [{"external_id": "r-1"}])


def test_another_server_at_the_address_is_not_label_studio(server):
    server.given = (200, b"<html>Welcome</html>", "text/html")
    with pytest.raises(LabelStudioDown):
        LabelStudio(server.url, "t" * 40).users()


def test_a_refusal_is_cut_and_never_quotes_the_task(server):
    quoted = b"{\"detail\": \"Error at item 0: key is expected :: {'text': 'SECRET WORDS'}\"}"
    server.given = (400, quoted, "application/json")
    with pytest.raises(LabelStudioRefused) as refused:
        LabelStudio(server.url, "t" * 40).import_tasks(1, [{"external_id": "r-1"}])
    assert "key is expected" in str(refused.value)
    assert "SECRET" not in str(refused.value)

    server.given = (404, b"<html>" + b"x" * 170_000 + b"</html>", "text/html")
    with pytest.raises(LabelStudioRefused) as refused:
        LabelStudio(server.url, "t" * 40).task_ids(1)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("token", ["t" * 40, "a.b.c"])
def test_a_token_that_is_refused_is_said(server, token):
    server.given = (401, b'{"detail": "legacy token authentication has been disabled"}', "application/json")
    with pytest.raises(TokenRefused, match="disabled"):
        LabelStudio(server.url, token).ready()


def test_the_invite_link_is_not_logged(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.given = (403, b"", "text/html")
    with pytest.raises(LabelStudioRefused):
        sign_up(server.url, "INVITE-SECRET", "ana@example.com", "long-password")
    assert len(server.asked) == 2
    assert "INVITE-SECRET" in server.asked[1]
    assert "INVITE-SECRET" not in caplog.text
