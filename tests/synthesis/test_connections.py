"""What is on the wire: what ends a connection is told apart from what only takes long, every call of a run may be out
at once, and the machine's proxy and certificates are used.
"""

import asyncio
import datetime
import ipaddress
import json
import os
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from synthesis.faults import EndpointDenied
from synthesis.llm import Caller, ModelEndpoint
from synthesis.patience import Patience
from synthesis.recognising import Hitched
from synthesis.steering import MOST_AT_ONCE
from tests.faults.wire import LOOPBACK, Message, Server, response

ONCE = Patience(budget=0.0, first_wait=0.01, timeout=5.0, least_tries=1)
REPLY = {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}


class Answering(Server):
    """Answers with these bytes each time, and then ends the connection unless it `keeps` it."""

    def __init__(self, given: bytes = b"", *, keeps: bool = False, tls: ssl.SSLContext | None = None):
        self.given, self.keeps, self.tls = given, keeps, tls
        self.asked: list[Message] = []

    async def answer(self, request: Message, reader, writer) -> bool:
        self.asked.append(request)
        writer.write(self.given)
        return self.keeps


class Together(Server):
    """Answers nobody until so many ask at once."""

    def __init__(self, most: int):
        self.most, self.out, self.all_here = most, 0, asyncio.Event()

    async def answer(self, request: Message, reader, writer) -> bool:
        self.out += 1
        if self.out == self.most:
            self.all_here.set()
        await self.all_here.wait()
        writer.write(response(REPLY))
        return True


class Noting(Caller):
    def __init__(self):
        self.hitches: list[Hitched] = []

    def hitched(self, hitch: Hitched, *, waited_ms: int) -> None:
        self.hitches.append(hitch)


def ask(url: str, *, times: int = 1, at_once: int = 1, **more):
    """(the texts or faults, the hitches)."""
    noting = Noting()

    async def one(endpoint):
        return await endpoint.complete(
            model="m", messages=[{"role": "user", "content": "Grüße"}], sampling={}, seed=1, caller=noting
        )

    async def all_of_them():
        async with ModelEndpoint(name="e", base_url=url, patience=ONCE, **more) as endpoint:
            said = []
            for _ in range(times):
                said += await asyncio.gather(*(one(endpoint) for _ in range(at_once)), return_exceptions=True)
            return said

    said = asyncio.run(all_of_them())
    return [getattr(one, "text", one) for one in said], noting.hitches


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BROKEN = {
    "closed without a word": (b"", "Server disconnected"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9\r\n\r\n", "no HTTP"),
    "shorter than it says": (response(b"{", length=100), "broke off"),
    "a piece is missing": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", "broke off"),
    "not what it is packed as": (
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        "broke off",
    ),
    "an error that breaks off": (response(b"{", status=500, length=100), "broke off"),
}


@pytest.mark.parametrize(("given", "why"), BROKEN.values(), ids=BROKEN)
def test_a_connection_that_ends_is_cut_and_no_hang(given, why):
    with Answering(given) as server:
        _said, hitches = ask(server.url)
    assert [hitch.kind for hitch in hitches] == ["cut"] and why in hitches[0].why


def test_nobody_there_is_cut_and_says_why():
    with Answering() as server:
        url = server.url
    _said, hitches = ask(url)
    assert hitches[0].kind == "cut" and "Connect call failed" in hitches[0].why


def test_as_many_as_a_process_may_have_are_out_at_once():
    with Together(MOST_AT_ONCE) as server:
        said, hitches = ask(server.url, at_once=MOST_AT_ONCE)
    assert said == ["hello"] * MOST_AT_ONCE and not hitches


def test_a_connection_is_used_again():
    class Counting(Answering):
        connections = 0

        async def _connected(self, reader, writer):
            self.connections += 1
            await super()._connected(reader, writer)

    with Counting(response(REPLY), keeps=True) as server:
        said, _hitches = ask(server.url, times=5)
    assert said == ["hello"] * 5 and server.connections == 1


# -- the key


def authorization(server: Answering) -> str:
    return server.asked[0].headers["authorization"]


def test_the_key_goes_out_without_the_end_of_its_line_and_no_other_does(monkeypatch):
    monkeypatch.setenv("WARD_API_KEY", "sk-ward\n")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    with Answering(response(REPLY)) as server:
        assert ask(server.url, key_env="WARD_API_KEY")[0] == ["hello"]
    assert authorization(server) == "Bearer sk-ward"


@pytest.mark.parametrize("key", ["sk-ä", "sk-\u2603", "sk\n-1"])
def test_what_cannot_be_sent_as_a_key_is_told_at_once(monkeypatch, key):
    monkeypatch.setenv("WARD_API_KEY", key)
    with Answering(response(REPLY)) as server:
        (fault,), hitches = ask(server.url, key_env="WARD_API_KEY")
    assert isinstance(fault, EndpointDenied) and key not in str(fault) and not server.asked
    assert [hitch.kind for hitch in hitches] == ["refused"]


def test_a_name_and_password_in_the_address_are_sent():
    with Answering(response(REPLY)) as server:
        assert ask(server.url.replace("//", "//ward:p%40ss@"))[0] == ["hello"]
    assert authorization(server) == "Basic d2FyZDpwQHNz"


def test_a_request_goes_out_as_it_is():
    with Answering(response(REPLY)) as server:
        ask(server.url)
    body = {"model": "m", "messages": [{"role": "user", "content": "Grüße"}], "seed": 1}
    assert json.loads(server.asked[0].body) == body
    assert server.asked[0].headers["content-type"] == "application/json"


# -- the machine's own settings


@pytest.fixture(autouse=True)
def a_machine_without_a_proxy(monkeypatch):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_machine_is_asked_with_its_password(monkeypatch, name):
    with Answering(response(REPLY)) as proxy:
        monkeypatch.setenv(name, f"http://ward:p%40ss@{LOOPBACK}:{proxy.port}")
        assert ask("http://model.example.org/v1")[0] == ["hello"]
    assert proxy.asked[0].first.startswith("POST http://model.example.org/v1/chat/completions")
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic d2FyZDpwQHNz"


def test_an_address_that_the_machine_excepts_is_asked_without_its_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://{LOOPBACK}:9")
    monkeypatch.setenv("NO_PROXY", LOOPBACK)
    with Answering(response(REPLY)) as server:
        assert ask(server.url)[0] == ["hello"]


@pytest.fixture
def certificate(tmp_path):
    """(the file of an authority that nobody knows, how a server on loopback speaks under it)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ward")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file, private = tmp_path / "authority.pem", tmp_path / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, private)
    return file, context


@pytest.mark.parametrize("is_known", [True, False])
def test_an_authority_that_the_machine_knows_is_trusted_and_no_other(monkeypatch, certificate, is_known):
    file, context = certificate
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with Answering(response(REPLY), tls=context) as server:
        said, hitches = ask(server.url.replace("http://", "https://"))
    if is_known:
        assert said == ["hello"]
    else:
        assert hitches[0].kind == "cut" and "certificate verify failed" in hitches[0].why
