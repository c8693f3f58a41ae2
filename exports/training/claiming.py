"""What the node says to the app, and nothing else: claim, heartbeat, files, artifact, finish.

Every request carries the node's token. Plain http is spoken to loopback only, redirects are not followed:
the token never leaves over an unencrypted line.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx


class UnsafeAddress(ValueError):
    """The app's address would send the node's token in the clear, or somewhere else than to the app."""


class Unreachable(Exception):
    """The app did not answer, or answered that it is in trouble: worth another try later."""


class Refused(Exception):
    """The app understood and said no (a wrong token, a wrong request): the same request will be refused
    again.
    """


class LeaseLost(Exception):
    """The run is no longer this worker's: stop, report nothing."""


@dataclass(frozen=True)
class Job:
    """One claimed run. `dataset` is {"sha256": of manifest.json, "files": [{"name", "sha256", "bytes",
    "url"}]}.
    """

    run: str
    claim: str
    lease_seconds: float
    config: dict
    dataset: dict


def safe_origin(address):
    """The address without a trailing slash; `UnsafeAddress` unless it is https, or http to loopback."""
    parts = urlsplit(address)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise UnsafeAddress(f"APP_URL must be an https address, not {address!r}")
    if parts.username or parts.query or parts.fragment:
        raise UnsafeAddress("APP_URL must be a plain address: no user name, query or fragment")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UnsafeAddress(f"plain http is spoken to loopback only; use https for {parts.hostname}")
    return address.rstrip("/")


def is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def told(answer, *fields):
    """The JSON object of an answer. `Unreachable` for anything else: then not the app answered but somebody
    between, a proxy with a page of its own for example.
    """
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or set(fields) - set(body):
        raise Unreachable(f"{answer.request.method} {answer.request.url.path}: the answer is not the app's")
    return body


def reason_of(answer):
    """What the app says to a request that it refuses, as ": words"; empty where it says nothing."""
    try:
        said = answer.json()["detail"] if answer.is_client_error else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    said = " ".join(map(str, said)) if isinstance(said, list) else str(said)
    return f": {said[:300]}" if said else ""


class App:
    """The app as the node sees it. `transport` stands in for the network in tests."""

    def __init__(self, *, url, token, timeout=30.0, transport=None):
        self.url = safe_origin(url)
        parts = urlsplit(self.url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.http = httpx.Client(
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
            follow_redirects=False,
            trust_env=not is_loopback(parts.hostname),
        )

    def claim(self, *, run, worker):
        """The job, or None when there is nothing to do or somebody else has it. `run` None means any queued
        run.
        """
        answer = self.post("claim/", {"run": run, "worker": worker}, quiet=(409,))
        if answer.status_code in (204, 409):
            return None
        body = told(answer, *Job.__dataclass_fields__)
        return Job(**{field: body[field] for field in Job.__dataclass_fields__})

    def heartbeat(self, job, *, step, total, metrics):
        """{"cancel": bool, "lease_seconds": n}; `LeaseLost` when the run is no longer ours."""
        body = {"claim": job.claim, "step": step, "total": total, "metrics": metrics}
        return told(self.post(f"runs/{job.run}/heartbeat/", body), "cancel")

    def finish(self, job, *, status, metrics, artifact_sha256=None, error=None):
        """Report the end; sending it twice for the same claim does no harm."""
        body = {
            "claim": job.claim,
            "status": status,
            "metrics": metrics,
            "dataset_sha256": job.dataset["sha256"],
            "artifact_sha256": artifact_sha256,
            "error": error,
        }
        told(self.post(f"runs/{job.run}/finish/", body))

    def upload(self, job, *, path, sha256):
        """Send the packed adapter; returns the digest that the app computed."""
        with open(path, "rb") as file:
            answer = self.send(
                "PUT",
                f"{self.url}/api/node/runs/{job.run}/artifact/",
                content=file,
                params={"claim": job.claim, "sha256": sha256},
                headers={"Content-Type": "application/gzip"},
            )
        return told(answer, "sha256")["sha256"]

    def stream(self, path):
        """The bytes behind an absolute path on the app's own host, in pieces."""
        if not path.startswith("/") or path.startswith("//"):
            raise UnsafeAddress(f"a file must lie under the app's own address, not at {path!r}")
        try:
            with self.http.stream("GET", self.origin + path) as answer:
                self.check(answer)
                yield from answer.iter_bytes(1 << 20)
        except httpx.TransportError as error:
            raise Unreachable(f"{path}: {type(error).__name__}: {error}") from error

    def post(self, path, body, *, quiet=()):
        return self.send("POST", f"{self.url}/api/node/{path}", quiet=quiet, json=body)

    def send(self, method, url, *, quiet=(), **options):
        try:
            answer = self.http.request(method, url, **options)
        except httpx.TransportError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        if answer.status_code not in quiet:
            self.check(answer, reason=reason_of(answer))
        return answer

    @staticmethod
    def check(answer, *, reason=""):
        """Pass 2xx on; name the rest: 409 lease lost, 429 and 5xx worth another try, everything else a
        refusal.
        """
        if answer.is_success:
            return
        what = f"{answer.request.method} {answer.request.url.path}: HTTP {answer.status_code}{reason}"
        if answer.status_code == 409:
            raise LeaseLost(what)
        if answer.status_code == 429 or answer.is_server_error:
            raise Unreachable(what)
        raise Refused(what)
