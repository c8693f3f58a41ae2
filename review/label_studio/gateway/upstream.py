"""Label Studio as the gateway asks it: in each reviewer's own session, which never leaves this process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from review.label_studio.errors import LabelStudioDown, TokenRefused
from review.label_studio.gateway.passes import Holder

TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)
# Of a file: as long as its reader's line takes, but no longer than Label Studio is silent.
OF_A_FILE = aiohttp.ClientTimeout(total=None, connect=5, sock_connect=5, sock_read=60)
FILES_AT_ONCE = 50
MOST_BYTES = 64 * 1024 * 1024  # of one answer that is rebuilt
_LOGIN = "/user/login"


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes


class Upstream:
    """Use as an async context manager. `log_in(account id)` gives the cookies of a new session, in a thread."""

    def __init__(self, url: str, log_in: Callable[[int], dict[str, str]]):
        self.url = url.rstrip("/")
        self._log_in = log_in
        self._sessions: dict[int, dict[str, str]] = {}
        self._logging_in: dict[int, asyncio.Lock] = {}

    async def __aenter__(self) -> "Upstream":
        # No jar: it would mix the reviewers' sessions.
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=TIMEOUT)
        # Files in a session of their own: whoever asks for many of them keeps nobody from judging. Compressed ones go
        # through as they are, and only to those who asked for them so.
        self._files = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), timeout=OF_A_FILE, auto_decompress=False,
            connector=aiohttp.TCPConnector(limit=FILES_AT_ONCE), skip_auto_headers=("Accept-Encoding",),
        )  # fmt: skip
        return self

    async def __aexit__(self, *_) -> None:
        await self._http.close()
        await self._files.close()

    async def ask(
        self, holder: Holder, method: str, path: str, *, query: dict[str, str] | None = None, body=None
    ) -> Answer:
        """One request in her session. Where that has ended she is logged in again and it is sent again: a request
        that was turned away at the door did nothing. Raises LabelStudioDown, TokenRefused.
        """
        cookies = await self._session(holder)
        answer = await self._once(cookies, method, path, query, body)
        if answer.status == 401:
            cookies = await self._session(holder, instead_of=cookies)
            answer = await self._once(cookies, method, path, query, body)
            if answer.status == 401:
                raise TokenRefused(answer.status, "her session is not taken")
        return answer

    def file(self, path: str, headers: dict[str, str]):
        """A file of the editor, as a response to be streamed: the same for everybody, so nobody's session is used."""
        return self._files.get(self.url + path, headers=headers, allow_redirects=False)

    async def _session(self, holder: Holder, instead_of: dict | None = None) -> dict[str, str]:
        async with self._logging_in.setdefault(holder.account_id, asyncio.Lock()):
            held = self._sessions.get(holder.account_id)
            if held is None or held is instead_of:
                held = await asyncio.to_thread(self._log_in, holder.account_id)
                self._sessions[holder.account_id] = held
            return held

    async def _once(self, cookies, method, path, query, body) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies.get("csrftoken", ""), "Referer": f"{self.url}/",
            "Accept": "text/html" if path.startswith("/projects/") else "application/json",
            "Accept-Encoding": "identity",
        }  # fmt: skip
        try:
            async with self._http.request(
                method, self.url + path, params=query, json=body, headers=headers, allow_redirects=False
            ) as answer:
                content = bytearray()
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise LabelStudioDown("Its answer is too large.")
                if answer.status in (301, 302) and _LOGIN in answer.headers.get("Location", ""):
                    return Answer(401, b"")
                if answer.status >= 500:
                    raise LabelStudioDown(f"Label Studio could not answer: {answer.status}")
                return Answer(answer.status, bytes(content))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise LabelStudioDown(f"No answer from {self.url}: {type(error).__name__}") from error
