"""What stands before the page: who may ask, how much, how often; headers on every answer."""

from __future__ import annotations

import hmac
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradetalks.results import to_json

LARGEST_BODY = 100_000
"""Bytes of a request's body."""
LARGEST_ADDRESS = 16_000
"""Characters of a request's query."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
COOKIE = "tradetalks"
_SOLVING = (
    "/answer",
    "/number",
    "/data.csv",
    "/report",
    "/brief",
    "/upload",
    "/api/run",
    "/api/jobs",
)


@dataclass
class _Bucket:
    level: float
    at: float


class Rates:
    """Token buckets by client: `rate` requests a second on average, `burst` at once."""

    def __init__(self, rate: float, burst: float, clients: int = 2000) -> None:
        self._rate, self._burst, self._most = rate, burst, clients
        self._buckets, self._lock = OrderedDict[str, _Bucket](), threading.Lock()

    def take(self, client: str) -> float:
        """Take one; return 0, or the seconds to wait where there is none left."""
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.pop(client, None) or _Bucket(self._burst, now)
            bucket.level = min(self._burst, bucket.level + (now - bucket.at) * self._rate)
            bucket.at = now
            self._buckets[client] = bucket
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            if bucket.level < 1.0:
                return (1.0 - bucket.level) / self._rate
            bucket.level -= 1.0
            return 0.0


class Guard:
    """Refuses, before anything is read, what has no business here."""

    def __init__(self, app: ASGIApp, *, hosts: tuple[str, ...], token: str = "") -> None:
        self._app, self._hosts, self._token = app, hosts, token
        self._pages, self._solves = Rates(200.0, 400.0), Rates(30.0, 90.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refusal = self._refusal(scope, headers)
        cookie = self._entrance(scope) if not refusal and self._token else ""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message.get("headers", [])}  # the report has its own
                extra = [
                    (k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in own
                ]
                if cookie:
                    extra.append((b"set-cookie", cookie.encode()))
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        if refusal:
            await _refuse(guarded, *refusal)
            return
        await self._app(scope, _bounded(receive), guarded)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self._hosts and name.lower() not in self._hosts:
            return 421, "this host name is not served here.", "Open the address that was printed."
        origin = headers.get("origin")
        if scope["method"] not in ("GET", "HEAD") and origin and urlsplit(origin).netloc != host:
            return 403, "the request comes from another site.", "Ask from the page itself."
        if len(scope["query_string"]) > LARGEST_ADDRESS:
            return 414, "the address is too long.", "Upload the scenario file instead."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return 413, "the request is too large.", f"{LARGEST_BODY // 1000} kB is the most."
        if self._token and not self._known(scope, headers):
            return 401, "a token is needed.", "Open the address with the token that was printed."
        client = (scope.get("client") or ("?", 0))[0]
        path = scope["path"]
        wait = self._pages.take(client)
        if not wait and path.startswith(_SOLVING):
            wait = self._solves.take(client)
        if wait:
            return 429, "too many questions in a short time.", f"Wait {max(1, round(wait))} s."
        return None

    def _known(self, scope: Scope, headers: dict[str, str]) -> bool:
        given = [headers.get("authorization", "").removeprefix("Bearer "), _asked_token(scope)]
        try:
            jar = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            jar = SimpleCookie()
        if COOKIE in jar:
            given.append(jar[COOKIE].value)
        return any(hmac.compare_digest(g.encode(), self._token.encode()) for g in given)

    def _entrance(self, scope: Scope) -> str:
        """Return the cookie for who came with the token in the address."""
        if not _asked_token(scope):
            return ""
        return f"{COOKIE}={self._token}; HttpOnly; SameSite=Strict; Path=/"


def _asked_token(scope: Scope) -> str:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("token", [""])[0]


def _bounded(receive: Receive) -> Receive:
    """Let no more than the largest body through: what follows looks like a lost connection."""
    seen = 0

    async def read() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > LARGEST_BODY:
                return {"type": "http.disconnect"}
        return message

    return read


async def _refuse(send: Send, status: int, message: str, cure: str) -> None:
    body: dict[str, Any] = {"message": message, "cure": cure, "field": None}
    content = to_json(body).encode()
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    if status == 429:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
