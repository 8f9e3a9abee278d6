"""The application: pages, an API, and errors in the words of the command line."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from tradetalks import __version__
from tradetalks.errors import BadInput, DataMissing, NoAnswer, TradeTalksError
from tradetalks.results import to_json
from tradetalks.web import api, pages
from tradetalks.web.desk import Busy, Desk
from tradetalks.web.guard import LOOPBACK, Guard
from tradetalks.web.jobs import Jobs
from tradetalks.web.question import FieldError, Question
from tradetalks.web.static import Assets


@dataclass(frozen=True)
class Settings:
    """How the page is served: where runs are kept, who may ask, what workers are told."""

    runs: Path
    hosts: tuple[str, ...] = LOOPBACK
    token: str = ""
    environment: dict[str, str] = field(default_factory=lambda: {})
    warm_up: bool = True


_FIRST_READER = 3.0
"""Seconds that the compiling waits for the first page to be asked for."""
# What is compiled first: the sliders, the truce, rare earths, chips.
_LIKELY = (
    {"s301": "105"},
    {"lapse": "1", "magnets": "0", "horizon": "short"},
    {"magnets": "50"},
    {"chips": "50"},
    {"magnets": "50", "chips": "50"},
    {"us": "10", "horizon": "short"},
    {"us": "10", "horizon": "long"},
    {"chips": "0", "horizon": "short"},
)


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its `state` holds desk, jobs and settings."""
    stop = threading.Event()

    def prepare(app: FastAPI) -> None:
        app.state.seen.wait(_FIRST_READER)  # whoever is first should not wait for the others
        with contextlib.suppress(NoAnswer):  # said where a chart is asked for
            app.state.assets.bundle()
        app.state.desk.warm_up([(lambda a=a: Question.read(a).scenario()) for a in _LIKELY], stop)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        if settings.warm_up:
            threading.Thread(target=prepare, args=(app,), daemon=True, name="prepare").start()
        yield
        stop.set()
        app.state.seen.set()
        app.state.jobs.close()

    app = FastAPI(
        title="tradetalks",
        version=__version__,
        summary="The US-China trade conflict and its talks, computed. A model, not a prediction.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.settings, app.state.desk = settings, Desk()
    app.state.seen = threading.Event()
    app.state.jobs, app.state.assets = Jobs(settings.environment), Assets()
    app.include_router(pages.router, include_in_schema=False)
    app.include_router(api.router, prefix="/api")
    app.add_middleware(Guard, hosts=settings.hosts, token=settings.token)
    _say_errors(app)
    return app


def _say_errors(app: FastAPI) -> None:
    """Give every failure the sentence of the command line, beside the field where it has one."""

    @app.exception_handler(FieldError)
    def on_field(request: Request, error: FieldError) -> Response:  # pyright: ignore
        return _failure(request, error.error, error.name)

    @app.exception_handler(TradeTalksError)
    def on_error(request: Request, error: TradeTalksError) -> Response:  # pyright: ignore
        return _failure(request, error, None)

    @app.exception_handler(RequestValidationError)
    def on_request(request: Request, error: RequestValidationError) -> Response:  # pyright: ignore
        first = error.errors()[0]
        place = [str(part) for part in first["loc"] if part not in ("query", "body", "path")]
        name = ".".join(place)[:80] or None
        cause = f"{name or 'the request'}: {first['msg'][0].lower()}{first['msg'][1:]}."
        cure = "See /api/openapi.json for what is taken."
        return _failure(request, BadInput(cause[:300], cure=cure), name)

    @app.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> Response:  # pyright: ignore
        words = {404: "there is no such page.", 405: "this address takes no such request."}
        cause = words.get(error.status_code, "the request cannot be read.")
        return _failure(request, BadInput(cause, cure="Start at /."), None, error.status_code)


def _failure(
    request: Request, error: TradeTalksError, name: str | None, status: int | None = None
) -> Response:
    if status is None:
        kinds = ((Busy, 503), (DataMissing, 503), (BadInput, 422), (NoAnswer, 409))
        status = next((code for kind, code in kinds if isinstance(error, kind)), 409)
    body: dict[str, Any] = {
        "message": error.cause,
        "cure": error.cure,
        "field": name,
        "file": error.file,
        "line": error.line,
        "sentence": str(error),
    }
    headers = {"retry-after": "2"} if status == 503 else {}
    if request.headers.get("accept", "").startswith("text/html"):
        page = pages.render(request, "error.html", status=status, error=body)
        return HTMLResponse(page, status, headers)
    return Response(to_json(body), status, headers, "application/json")
