"""Ask an application without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class Client:
    """One reader of `app`, with cookies; an unforeseen failure arrives as 500."""

    def __init__(self, app: FastAPI, base_url: str = "http://localhost") -> None:
        self.app, self._base, self._cookies = app, base_url, httpx.Cookies()

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self._ask("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self._ask("POST", path, **how)

    def delete(self, path: str, **how: Any) -> httpx.Response:
        return self._ask("DELETE", path, **how)

    def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=self._base, cookies=self._cookies
            ) as client:
                reply = await client.request(method, path, **how)
                self._cookies.update(client.cookies)
                return reply

        return asyncio.run(ask())
