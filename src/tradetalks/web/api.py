"""The same functions for programs: JSON in, the envelopes of the command line out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from tradetalks.errors import BadInput
from tradetalks.results import Answer, change_text, run_answer, to_json
from tradetalks.web import question as asking
from tradetalks.web import registry
from tradetalks.web.jobs import Job, Jobs
from tradetalks.web.question import FieldError, Question

router = APIRouter(tags=["tradetalks"])

Day = Annotated[str | None, Query(description="YYYY-MM-DD; today if left out", max_length=10)]
Reading = Literal["enacted", "announced"]
_TICK = 0.25  # seconds between looks at a job


class Run(BaseModel):
    """What to run: exactly one of a shipped scenario, a scenario file, the sliders of the page."""

    model_config = ConfigDict(extra="forbid")

    scenario: str | None = Field(None, max_length=80, description="the name of a shipped scenario")
    yaml: str | None = Field(
        None, max_length=asking.LARGEST_FILE, description="a scenario file as text"
    )
    sliders: dict[str, str | int] | None = Field(
        None, description="as in the page's address: {'s301': 150, 'lapse': 1}", max_length=60
    )
    elasticities: Literal["all", "central"] = "all"


class LongQuestion(BaseModel):
    """A command of the registry with the fields of its form."""

    model_config = ConfigDict(extra="forbid")

    command: str = Field(max_length=40)
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)


@router.post("/run", summary="Solve a scenario")
def run(request: Request, asked: Run) -> Response:
    """The envelope of `tradetalks run`: headline with ranges, sources, assumptions, status."""
    given = {k: v for k in ("scenario", "yaml", "sliders") if (v := getattr(asked, k)) is not None}
    if len(given) != 1:
        cure = "Give exactly one of scenario, yaml and sliders."
        raise FieldError("scenario", BadInput("there is not one question.", cure=cure))
    if asked.yaml is not None:
        scenario = asking.uploaded(asked.yaml)
    else:
        address = {k: str(v) for k, v in (asked.sliders or {}).items()}
        scenario = Question.read(
            {"scenario": asked.scenario} if asked.scenario else address
        ).scenario()
    if asked.elasticities == "central":
        scenario = scenario.replace(elasticities="central")
    desk = request.app.state.desk
    return _json(run_answer(desk.whole(desk.asked(scenario))))


@router.get("/scenarios", summary="List the shipped scenarios")
def scenarios() -> Response:
    """The envelope of `tradetalks scenarios`."""
    from tradetalks.scenario import load_scenario, scenario_names

    rows: list[dict[str, Any]] = []
    for name in scenario_names():
        plain = load_scenario(name).to_plain()
        kept = {key: plain.get(key) for key in ("title", "question", "base", "against")}
        changes = [change_text(c) for c in plain.get("changes", ())]
        rows.append({"name": name, **kept, "changes": changes})
    return _json(Answer("scenarios", date.today().isoformat(), {"rows": rows}))


@router.get("/status", summary="The law on a date")
def status(on: Day = None, law: Reading = "enacted", as_known_on: Day = None) -> Response:
    """The envelope of `tradetalks status`."""
    from tradetalks import policy

    return _json(policy.status(on, law, as_known_on))


@router.get("/timeline", summary="The average tariffs over time")
def timeline(
    start: Annotated[str | None, Query(alias="from", max_length=10)] = None,
    end: Annotated[str | None, Query(alias="to", max_length=10)] = None,
    law: Reading = "enacted",
) -> Response:
    """The list of `tradetalks timeline`."""
    from tradetalks import policy

    return _json(policy.timeline(start, end, law=law))


@router.get("/duty", summary="What a product pays on a date")
def duty(
    code: Annotated[str, Query(max_length=16, description="HS or HTS code, 4 to 10 digits")],
    on: Day = None,
    importer: Annotated[str, Query(max_length=3)] = "USA",
    exporter: Annotated[str | None, Query(max_length=3)] = None,
    law: Reading = "enacted",
) -> Response:
    """The envelope of `tradetalks duty`."""
    from tradetalks import policy

    origin = exporter or ("CHN" if importer.strip().upper() != "CHN" else "USA")
    return _json(policy.duty(code, on, origin, importer, None, law))


@router.post("/jobs", summary="Ask a long question", status_code=202)
def start_job(request: Request, asked: LongQuestion) -> Response:
    """Start a command of the registry in a process of its own; watch it under /api/jobs/ID."""
    command = registry.command(asked.command)
    jobs: Jobs = request.app.state.jobs
    job = jobs.start(command.name, command.arguments(asked.fields))
    return _json({"id": job.id, "state": job.state}, 202)


@router.get("/jobs/{name}", summary="The state and the answer of a long question")
def job(request: Request, name: str) -> Response:
    """State, the last event and, when it is done, the envelope of the command."""
    found: Job = request.app.state.jobs.get(name)
    last = found.events[-1] if found.events else None
    body = {"id": found.id, "state": found.state, "last": last, "answer": found.answer}
    if found.answer is not None:
        body |= {
            "tables": registry.tables(found.answer),
            "facts": registry.facts(found.answer),
            "chart": _chart(found),
        }
    return _json(body)


@router.delete("/jobs/{name}", summary="Stop a long question")
def cancel_job(request: Request, name: str) -> Response:
    """Stop it; what is over stays as it is."""
    jobs: Jobs = request.app.state.jobs
    found = jobs.get(name)
    jobs.cancel(found)
    return _json({"id": found.id, "state": found.state})


@router.get("/jobs/{name}/events", summary="Progress of a long question, as server-sent events")
async def events(request: Request, name: str) -> StreamingResponse:
    """Events until it is over; the last one has `over: true`."""
    found: Job = request.app.state.jobs.get(name)
    return StreamingResponse(_told(request, found), media_type="text/event-stream",
                             headers={"cache-control": "no-store"})  # fmt: skip


async def _told(request: Request, job: Job) -> AsyncGenerator[str]:
    told = 0
    while True:
        over = job.over
        for event in job.events[told:]:
            yield f"data: {json.dumps(event)}\n\n"
        told = len(job.events)
        if over:
            yield f"data: {json.dumps({'state': job.state, 'over': True})}\n\n"
            return
        if await request.is_disconnected():
            return
        await asyncio.sleep(_TICK)


def _chart(job: Job) -> dict[str, Any] | None:
    chart = registry.command(job.command).chart
    return chart(job.answer) if chart is not None and job.answer is not None else None


def _json(value: Any, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")
