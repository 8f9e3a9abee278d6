"""The pages, and what their modules ask for."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from tradetalks.errors import BadFile, BadInput, TradeTalksError, unknown_name
from tradetalks.report.markup import environment, minus
from tradetalks.results import headline, to_json, variables
from tradetalks.web import downloads, registry
from tradetalks.web import question as asking
from tradetalks.web.law import day_words, law_steps, law_today
from tradetalks.web.question import FieldError, Question
from tradetalks.web.view import (
    Numbers,
    answer_context,
    chart_rows,
    details,
    sector_rows,
    summary,
)

if TYPE_CHECKING:
    from jinja2 import Template

    from tradetalks.engine import FirstAnswer
    from tradetalks.results import RunResult
    from tradetalks.web.desk import Asked, Desk

router = APIRouter()

# The questions on the first screen, as addresses.
QUICK = (
    ("The truce lapses", {"lapse": "1"}),
    ("The truce lapses and rare earths stop", {"lapse": "1", "magnets": "0", "horizon": "short"}),
    ("The forced-labour duty is struck down", {"forced": "0"}),
    ("Section 301 doubles", {"s301": "200"}),
    ("AI chips are cut off", {"chips": "0", "horizon": "short"}),
    ("All US-China trade stops", {"scenario": "full-decoupling"}),
)
# A report or brief: its styles stand in the page itself, and it runs no script.
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
_BESIDE = ("kind", "stage", "width", "token", "vs")


@router.get("/")
def home(request: Request) -> Response:
    """Show the law of today and ask: what if?"""
    if "token" in request.query_params:  # now in a cookie: out of the address
        rest = {k: v for k, v in request.query_params.items() if k != "token"}
        return RedirectResponse(request.url.replace(query=_query(rest)).path + (
            f"?{_query(rest)}" if rest else ""), 303)  # fmt: skip
    problem = None
    try:
        asked = Question.read(_address(request))
    except FieldError as error:
        asked, problem = Question(), {"field": error.name, "sentence": str(error.error)}
    page = render(
        request,
        "home.html",
        law=law_today(),
        asked=asked,
        problem=problem,
        quick=[(words, _query(address), address) for words, address in QUICK],
        shipped=_shipped(),
        sliders=asking,
    )
    request.app.state.seen.set()
    return HTMLResponse(page, 422 if problem else 200)


@router.get("/answer")
def answer(request: Request) -> Response:
    """Answer the question of an address: `stage=first` the central set, `whole` with the range."""
    stage = request.query_params.get("stage", "whole")
    if stage not in ("first", "whole"):
        raise FieldError("stage", unknown_name("stage", stage[:20], ("first", "whole")))
    asked = Question.read(_address(request))
    desk: Desk = request.app.state.desk
    question = _asked(desk, asked)
    found: FirstAnswer | RunResult | None = desk.whole_if_known(question)
    if found is None:
        found = desk.first(question) if stage == "first" else desk.whole(question)
    from tradetalks.engine import FirstAnswer

    first = isinstance(found, FirstAnswer)
    numbers = Numbers.of_first(found) if first else Numbers.of_run(found)
    context = answer_context(question.scenario, found, numbers)
    query = _query(asked.address())
    body: dict[str, Any] = {
        "stage": "first" if first else "whole",
        "address": asked.address(),
        "question": question.scenario.question,
        "html": _template("answer.html").render(**context, query=query),
        "summary": summary(numbers),
        "law": context["law"],
    }
    if not first:  # what stands further down can wait for the range
        context |= details(numbers)
        copies = _copies(asked, question)
        body["rest"] = _template("rest.html").render(**context, **copies, query=query)
    return Response(to_json(body, indent=None), media_type="application/json")


@router.get("/chart/{name}")
def chart(request: Request, name: str) -> Response:
    """Return a chart of the question as Vega-Lite, in the width the page has for it."""
    from tradetalks.report import page as figures

    width = _width(request)
    if name == "law":
        spec = figures.law_figure(law_steps(), date.today().isoformat(), width)
        return Response(to_json(spec, indent=None), media_type="application/json")
    if name not in ("income", "sectors"):
        raise unknown_name("chart", name[:40], ("income", "sectors", "law"))
    desk: Desk = request.app.state.desk
    question = _asked(desk, Question.read(_address(request)))
    found = desk.whole_if_known(question)
    numbers = Numbers.of_run(found) if found else Numbers.of_first(desk.first(question))
    subtitle, source = downloads.caption(question.scenario, found)
    if name == "income":
        spec = figures.income_figure(chart_rows(numbers), subtitle, source, width)
    else:
        spec = figures.sectors_figure(sector_rows(numbers), subtitle, source, width)
    return Response(to_json(spec, indent=None), media_type="application/json")


@router.get("/number")
def number(request: Request, v: str, c: str) -> Response:
    """Say what one number is, what it is made of and where it comes from."""
    from tradetalks.results import explain, explainable, sources_of
    from tradetalks.results.labels import country_name
    from tradetalks.results.labels import number as text

    given = {k: value for k, value in _address(request).items() if k not in ("v", "c")}
    desk: Desk = request.app.state.desk
    run = desk.whole(_asked(desk, Question.read(given)))
    if v not in variables() or "country" not in variables()[v].dims or v not in run.data:
        raise FieldError("v", unknown_name("variable", v[:40], variables()))
    if c not in run.countries:
        raise FieldError("c", unknown_name("country", c[:40], run.countries))
    about = variables()[v]
    where = {"country": c, **({"partner": "CHN"} if "partner" in about.dims else {})}
    values = run.data[v].sel(where)
    by_set = [
        (s, minus(text(float(values.sel(set=s)), about.unit))) for s in run.converged_sets
    ] if values.dims == ("set",) else []  # fmt: skip
    parts: list[dict[str, Any]] = []
    if v in explainable():
        try:
            found = explain(run, c, v, **({"partner": "CHN"} if "partner" in where else {}))
            parts = [r for r in found.rows(top=5) if r["by"] == "channel"]
        except TradeTalksError:  # this number is no sum: the rest still says what it is
            parts = []
    page = _template("number.html").render(
        about=about,
        country=country_name(c),
        by_set=by_set,
        central=run.central,
        parts=[(p["name"], minus(text(p["value"], about.unit))) for p in parts],
        sources=sources_of(run),
        run=run,
        code=c,
    )
    return HTMLResponse(page)


@router.get("/law")
def law(request: Request) -> Response:
    """Show the law of today in full, every measure with its act."""
    reading = request.query_params.get("law", "announced")
    if reading not in ("announced", "enacted"):
        raise FieldError("law", unknown_name("law", reading[:20], ("announced", "enacted")))
    return HTMLResponse(render(request, "law.html", law=law_today(reading)))


@router.get("/duty")
def duty(request: Request) -> Response:
    """Look up what a product pays on a date, with the acts behind it."""
    from tradetalks import policy

    given = {key: request.query_params.get(key, "")[:40].strip()
             for key in ("code", "on", "exporter", "law")}  # fmt: skip
    exporter = given["exporter"] or "CHN"
    importer = "USA" if exporter != "USA" else "CHN"
    found, problem = None, None
    if given["code"]:
        try:
            law: Any = given["law"] or "enacted"
            found = policy.duty(given["code"], given["on"] or None, exporter, importer, None, law)
        except TradeTalksError as error:
            problem = str(error)
    page = render(request, "duty.html", given=given, found=found, problem=problem,
                  today=date.today().isoformat(), day=day_words)  # fmt: skip
    return HTMLResponse(page, 422 if problem else 200)


@router.get("/answers")
def answers(request: Request) -> Response:
    """List the commands whose answers have a page."""
    return HTMLResponse(render(request, "answers.html", commands=registry.commands().values(),
                               groups=registry.groups()))  # fmt: skip


@router.get("/answers/{name}")
def command(request: Request, name: str) -> Response:
    """Show the form of one command; its module starts the job and shows the answer."""
    return HTMLResponse(render(request, "command.html", command=registry.command(name)))


@router.get("/data.csv")
def data_csv(request: Request) -> Response:
    """Download the headline of the answer, one number per row."""
    question, run = _whole(request)
    return _file(downloads.csv_of(headline(run)), "text/csv; charset=utf-8",
                 f"{question.scenario.name}.csv")  # fmt: skip


@router.get("/scenario.yaml")
def scenario_yaml(request: Request) -> Response:
    """Download the question as a scenario file."""
    question = _asked(request.app.state.desk, Question.read(_address(request)))
    return _file(question.scenario.to_yaml(), "application/yaml; charset=utf-8",
                 f"{question.scenario.name}.yaml")  # fmt: skip


@router.get("/report")
def report(request: Request) -> Response:
    """Show the report of the answer, a page that needs nothing else; the run is stored."""
    question, run = _whole(request)
    page = downloads.report_page(run, question, request.app.state.settings.runs)
    return HTMLResponse(page, headers={"content-security-policy": _ALONE})


@router.get("/brief")
def brief(request: Request) -> Response:
    """Download the brief of the answer as PDF, or read it as a page (`kind=html`)."""
    kind = request.query_params.get("kind", "pdf")
    if kind not in ("pdf", "html"):
        raise FieldError("kind", unknown_name("kind", kind[:20], ("pdf", "html")))
    question, run = _whole(request)
    content = downloads.brief(run, kind)
    if kind == "html":
        return HTMLResponse(content, headers={"content-security-policy": _ALONE})
    headers = {"content-disposition": f'attachment; filename="{question.scenario.name}.pdf"'}
    return Response(content, headers=headers, media_type="application/pdf")


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Take a scenario file (the body is its text) and return the address that asks it."""
    try:
        text = (await request.body()).decode("utf-8-sig")
        if "\0" in text:
            raise ValueError
    except ClientDisconnect:  # cut short, or larger than it may be: nobody reads the answer
        return Response(status_code=400)
    except ValueError:
        cure = "Save the scenario as UTF-8 text."
        raise FieldError("file", BadFile("this is not a text file.", cure=cure)) from None
    scenario = await run_in_threadpool(asking.uploaded, text)
    packed = asking.pack(text)
    if len(packed) > asking.LARGEST_PACKED:
        cure = "Shorten its notes, or run it with `tradetalks run`."
        raise FieldError("file", BadInput("the file is too long for an address.", cure=cure))
    return JSONResponse({"address": {"yaml": packed}, "name": scenario.name})


@router.get("/vega.js")
def vega(request: Request) -> Response:
    """Serve Vega, Vega-Lite and vega-embed as a module."""
    return _asset(request.app.state.assets.bundle(), "text/javascript; charset=utf-8")


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """Serve one of our own files."""
    found = request.app.state.assets.file(name)
    if found is None:
        raise unknown_name("file", name[:40], ())
    return _asset(*found)


def _asset(content: bytes, kind: str) -> Response:
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, headers=headers, media_type=kind)


def _file(content: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=kind)


def _address(request: Request) -> dict[str, str]:
    return {k: v for k, v in request.query_params.items() if k not in _BESIDE}


def _asked(desk: Desk, asked: Question) -> Asked:
    return desk.asked(asked.scenario())


def _whole(request: Request) -> tuple[Asked, RunResult]:
    desk: Desk = request.app.state.desk
    question = _asked(desk, Question.read(_address(request)))
    return question, desk.whole(question)


def _width(request: Request) -> int:
    text = request.query_params.get("width", "420")
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise FieldError("width", BadInput(f"'{text[:20]}' is no width.", cure="Give pixels."))
    return min(900, max(120, int(text)))


def _query(address: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(address)


def _copies(asked: Question, question: Asked) -> dict[str, str]:
    yaml = question.scenario.to_yaml()
    return {
        "command": downloads.command_of(asked, question.scenario.name, yaml),
        "python": downloads.python_of(asked, yaml),
    }


@cache
def _shipped() -> list[dict[str, str]]:
    from tradetalks.scenario import load_scenario, scenario_names

    found = [load_scenario(name) for name in scenario_names()]
    return [{"name": s.name, "title": s.title or s.name, "question": s.question} for s in found]


def render(request: Request, name: str, **context: Any) -> str:
    """Return a whole page."""
    from tradetalks import __version__

    shared = {"assets": request.app.state.assets.version, "version": __version__,
              "path": request.url.path}  # fmt: skip
    return _template(name).render(**shared, **context)


def _template(name: str) -> Template:
    return environment("tradetalks.web").get_template(name)
