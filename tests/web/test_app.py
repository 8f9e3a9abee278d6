from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

import tradetalks as tt
from pdf_text import Document
from tradetalks.engine import Known, first_answer
from tradetalks.report.markup import minus
from tradetalks.results.labels import number
from tradetalks.web import registry
from tradetalks.web.app import Settings, create_app
from tradetalks.web.guard import LARGEST_BODY, Rates
from tradetalks.web.question import Question
from web.asking import Client

LAPSE = {"lapse": "1"}


def test_the_first_page_says_the_law_of_today(client: Client) -> None:
    page = client.get("/", headers={"accept": "text/html"})
    assert page.status_code == 200 and "unsafe-eval" not in page.headers["content-security-policy"]
    assert "The law today" in page.text and "What if?" in page.text
    assert len(re.findall(r'class="big"><a href="/law#', page.text)) == 2
    assert "not a prediction" in page.text
    assert not re.search(r"<script(?! type=\"module\" src=)", page.text)
    assert " style=" not in page.text and "onclick" not in page.text


def test_the_page_answers_as_the_engine_does(client: Client) -> None:
    first = client.get("/answer", params={**LAPSE, "stage": "first"}).json()
    whole = client.get("/answer", params={**LAPSE, "stage": "whole"}).json()
    again = client.get("/answer", params={**LAPSE, "stage": "first"}).json()
    assert (first["stage"], whole["stage"], again["stage"]) == ("first", "whole", "whole")
    run = tt.simulate(Question.read(LAPSE).scenario())
    for code, card in zip(("USA", "CHN"), whole["summary"], strict=False):
        found = run.spread("real_income", country=code)
        assert float(card["text"].replace("\u2212", "-")) == round(found.central, 2)
        low, high = (minus(number(x, "percent")) for x in (found.low, found.high))
        assert card["range"] == f"{low} to {high}"
    assert [c["text"] for c in first["summary"]] == [c["text"] for c in whole["summary"]]
    assert "33.1% → 57.1%" in whole["html"]


def test_a_first_answer_is_the_central_one() -> None:
    scenario = Question.read({"lapse": "1", "cn-food": "10"}).scenario()
    world = tt.load_world(scenario.world)
    known = Known()
    first_answer(Question.read({"s301": "150"}).scenario(), world, known)
    first = first_answer(scenario, world, known)
    alone = first_answer(scenario, world)
    for name, value in alone.values.items():
        np.testing.assert_array_equal(first.values[name], value, err_msg=name)
    run = tt.simulate(scenario.replace(elasticities="central"), world)
    for name in ("real_income", "exports", "tariff_revenue", "output_percent", "bilateral_balance"):
        assert np.allclose(first.values[name], run.at_central(name).values, atol=1e-8), name
    assert first.law["scenario"] == run.law["scenario"]


def test_the_api_gives_the_envelope_of_the_command(client: Client) -> None:
    for body in (
        {"scenario": "toy-tariff-war"},
        {"yaml": tt.load_scenario("toy-tariff-war").to_yaml()},
    ):
        answer = client.post("/api/run", json=body).json()
        assert answer["command"] == "run" and answer["status"]["converged"]
        run = tt.simulate("toy-tariff-war")
        row = next(r for r in answer["headline"] if r["variable"] == "real_income")
        assert row["central"] == pytest.approx(
            run.spread("real_income", country=row["country"]).central, abs=1e-12
        )
    found = client.get("/api/duty", params={"code": "8505.11.00", "on": "2025-05-20"}).json()
    assert found["total_percent"] == pytest.approx(
        sum(c["rate_percent"] for c in found["contributions"])
    )
    assert client.get("/api/status", params={"on": "2025-05-20"}).json()["on"] == "2025-05-20"
    assert len(client.get("/api/timeline", params={"from": "2025-01-01"}).json()) > 10
    assert len(client.get("/api/scenarios").json()["rows"]) > 15
    paths = client.get("/api/openapi.json").json()["paths"]
    for name in ("run", "duty", "status", "timeline", "scenarios", "jobs"):
        assert f"/api/{name}" in paths


@pytest.mark.parametrize(
    ("path", "status", "field", "words"),
    [
        ("/answer?s301=999", 422, "s301", "999 is out of range."),
        ("/answer?lapse=1&stage=third", 422, "stage", "unknown stage"),
        ("/api/duty?code=85", 422, None, "'85' has 2 digits"),
        ("/api/duty?code=8505.11.00&on=2025-13-40", 422, None, "2025-13-40"),
        ("/api/duty", 422, "code", "field required"),
        ("/api/status?law=rumoured", 422, "law", "enacted"),
        ("/api/jobs/none", 422, None, "unknown job"),
        ("/number?lapse=1&v=happiness&c=USA", 422, "v", "unknown variable"),
        ("/number?lapse=1&v=real_income&c=USB", 422, "c", "Did you mean 'USA'"),
        ("/chart/pie", 422, None, "unknown chart"),
        ("/answers/nsh", 422, None, "Did you mean 'nash'?"),
        ("/static/../app.py", 404, None, "no such page"),
        ("/static/app.py", 422, None, "unknown file"),
        ("/no/such/page", 404, None, "no such page"),
    ],
)
def test_errors_are_sentences_with_a_field(
    client: Client, path: str, status: int, field: str | None, words: str
) -> None:
    reply = client.get(path)
    body = reply.json()
    assert (reply.status_code, body["field"]) == (status, field)
    assert words in body["sentence"] and body["message"]
    page = client.get(path, headers={"accept": "text/html"})
    assert page.status_code == status and "That did not work" in page.text


def test_the_sentence_is_that_of_the_command_line(client: Client) -> None:
    from tradetalks.errors import TradeTalksError

    with pytest.raises(TradeTalksError) as caught:
        tt.load_scenario("truce-hold")
    body = client.post("/api/run", json={"scenario": "truce-hold"}).json()
    assert body["message"] == caught.value.cause and body["field"] == "scenario"


def test_downloads_say_the_same_as_the_answer(client: Client, folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/data.csv", params=LAPSE).text)))
    usa = next(r for r in rows if (r["country"], r["variable"]) == ("USA", "real_income"))
    assert float(usa["low"]) <= float(usa["central"]) <= float(usa["high"]) < 0
    text = client.get("/scenario.yaml", params=LAPSE).text
    assert tt.Scenario.from_yaml(text) == Question.read(LAPSE).scenario()
    report = client.get("/report", params=LAPSE)
    assert "What if the truce lapsed?" in report.text and "<script" not in report.text
    (place,) = (p for p in folder.iterdir() if p.is_dir())
    assert place.name.startswith("what-if-")
    page = client.get("/number", params={**LAPSE, "v": "real_income", "c": "USA"}).text
    assert "Terms of trade" in page and "central" in page and "source" in page.lower()


def test_python_and_command_ask_the_same(client: Client) -> None:
    html = client.get("/answer", params=LAPSE).json()["rest"]
    assert "tradetalks run what-if.yaml" in html and "tt.Scenario.from_yaml" in html
    from tradetalks.web.downloads import python_of

    asked = Question.read(LAPSE)
    code = python_of(asked, asked.scenario().to_yaml()).replace("tt.simulate(scenario)", "scenario")
    names: dict[str, object] = {}
    exec(code.split("print")[0], names)  # what the page tells a reader to run
    assert names["scenario"] == asked.scenario()


def test_the_brief_is_a_pdf_of_the_question(client: Client) -> None:
    assert "/brief?lapse=1" in client.get("/answer", params=LAPSE).json()["html"]
    found = client.get("/brief", params=LAPSE)
    assert found.headers["content-type"] == "application/pdf"
    assert 'filename="what-if.pdf"' in found.headers["content-disposition"]
    document = Document(found.content)
    assert 2 <= len(document.pages) <= 4
    question = client.get("/answer", params=LAPSE).json()["question"]
    assert question in " ".join(document.text().split())


def test_an_upload_becomes_an_address(client: Client) -> None:
    text = tt.load_scenario("toy-tariff-war").to_yaml()
    address = client.post("/upload", content=text.encode()).json()["address"]
    answer = client.get("/answer", params=address).json()
    assert answer["address"] == address and "raise that to 40%" in answer["question"]
    for content, words in (
        (b"\xff\xfe\x00", "not a text file"),
        (b"", "empty"),
        (b"name: x\nquestion: y\nchanges: 3\n", "scenario.yaml:3"),
    ):
        body = client.post("/upload", content=content).json()
        assert body["field"] == "file" and words in body["sentence"]


def test_the_guard_refuses_strangers(tmp_path: Path) -> None:
    app = create_app(Settings(runs=tmp_path, warm_up=False))
    client = Client(app)
    assert client.get("/law", headers={"host": "evil.example"}).status_code == 421
    evil = client.post("/upload", content=b"x", headers={"origin": "http://evil.example"})
    assert evil.status_code == 403
    assert client.post("/upload", content=b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert client.get("/answer", params={"yaml": "x" * 20_000}).status_code == 414
    app = create_app(Settings(runs=tmp_path, hosts=(), token="secret", warm_up=False))
    client = Client(app, base_url="http://example.org")
    assert client.get("/law").status_code == 401
    assert client.get("/law", headers={"cookie": "tradetalks=wrong"}).status_code == 401
    assert client.get("/law", headers={"authorization": "Bearer secret"}).status_code == 200
    entered = client.get("/?token=secret", follow_redirects=False)
    assert entered.status_code == 303 and "secret" not in entered.headers["location"]
    assert client.get("/law").status_code == 200  # the cookie


def test_rates_are_bounded() -> None:
    rates = Rates(1.0, 3.0, clients=2)
    assert [rates.take("a") == 0 for _ in range(5)] == [True, True, True, False, False]
    assert rates.take("b") == 0


def test_a_long_question_runs_apart_and_can_be_stopped(client: Client) -> None:
    body = {"command": "claims", "fields": {"evil": "; rm -rf /"}}
    assert client.post("/api/jobs", json=body).json()["field"] == "evil"
    body = {"command": "nash", "fields": {"start": "/etc/passwd"}}
    assert client.post("/api/jobs", json=body).json()["field"] == "start"
    job = client.post("/api/jobs", json={"command": "nash"}).json()["id"]
    assert client.post("/api/jobs", json={"command": "nash"}).json()["id"] == job
    other = {"command": "nash", "fields": {"horizon": "long"}}
    more = client.post("/api/jobs", json=other).json()["id"]
    full = client.post("/api/jobs", json={"command": "claims"})
    assert full.status_code == 409 and "already" in full.json()["message"]
    for name in (job, more):
        assert client.delete(f"/api/jobs/{name}").json()["state"] == "cancelled"
    events = client.get(f"/api/jobs/{job}/events").text
    last = json.loads(events.strip().split("data: ")[-1])
    assert last == {"state": "cancelled", "over": True}


@pytest.mark.parametrize("name", registry.commands())
def test_every_page_of_a_command_is_a_command_line(client: Client, name: str) -> None:
    import typer

    from tradetalks.cli.app import build

    entry = registry.commands()[name]
    found, words = typer.main.get_command(build()), entry.arguments({})
    while hasattr(found, "commands"):
        found, words = found.commands[words[0]], words[1:]
    found.make_context(name, [*words, "--format", "json"])  # parses, runs nothing
    page = client.get(f"/answers/{name}").text
    assert entry.question.replace("'", "&#39;") in page
    for each in entry.fields:
        assert f'name="{each.name}"' in page


def test_the_chart_of_an_ensemble_is_drawn_from_its_answer() -> None:
    row = {"variable": "real_income", "country": "USA", "p05": -0.3, "p25": -0.2, "p50": -0.1,
           "p75": 0.0, "p95": 0.1}  # fmt: skip
    envelope = {"rows": [row, {**row, "country": "VNM", "p50": 0.4}], "world": "world-2022",
                "scenario": "a", "against": "b", "draws": 200}  # fmt: skip
    chart = registry.commands()["ensemble"].chart
    assert chart is not None
    spec = json.dumps(chart(envelope))
    assert "Viet Nam" in spec and "200 draws" in spec and '"p95": 0.1' in spec


def test_a_killed_worker_is_said(client: Client) -> None:
    import time

    jobs = client.app.state.jobs
    job = jobs.start("broken", ["run", "no-such-scenario"])
    for _ in range(200):
        if job.over:
            break
        time.sleep(0.1)
    assert job.state == "failed" and "unknown scenario" in job.events[-1]["message"]
    job = jobs.start("slow", ["talks", "nash", "USA", "CHN"])
    while job.process is None:
        time.sleep(0.01)
    job.process.kill()
    for _ in range(100):
        if job.over:
            break
        time.sleep(0.1)
    assert job.state == "failed" and "stopped before" in job.events[-1]["message"]
