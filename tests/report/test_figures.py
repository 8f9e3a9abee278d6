from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import pytest

from synthetic_run import COUNTRIES, SETS, synthetic_run
from tradetalks.errors import NoAnswer
from tradetalks.report import Chart, Painter, charts, png, svg
from tradetalks.report.theme import BLUE, COUNTRY_COLOUR, VERMILLION
from tradetalks.results import RunResult

NAMES = ["real_income", "decomposition", "diversion", "sector_output", "bilateral_balance"]


@pytest.fixture(scope="module")
def run() -> RunResult:
    return synthetic_run()


@pytest.fixture(scope="module")
def drawn(run: RunResult) -> dict[str, tuple[Chart, str]]:
    return {c.name: (c, svg(c.spec)) for c in charts(run)}


def rows(chart: Chart) -> list[dict[str, object]]:
    return chart.spec["vconcat"][0]["data"]["values"]


def test_the_five_figures_are_valid_vega_lite(run: RunResult) -> None:
    found = charts(run)
    assert [c.name for c in found] == NAMES
    for chart in found:
        alt.Chart.from_dict(json.loads(json.dumps(chart.spec)), validate=True)


def test_every_figure_says_its_unit_year_reference_and_source(
    drawn: dict[str, tuple[Chart, str]],
) -> None:
    for _, text in drawn.values():
        words = " ".join(ElementTree.fromstring(text).itertext())
        assert "Source: tradetalks 0.1.0, world-2022 (OECD ICIO 2022)" in words
        assert "medium horizon, computed 2025-11-21" in words
        assert "compared with the scenario truce-holds" in words
        assert re.search(r"[Pp]ercent|[Bb]illion US dollars", words)


def test_figures_need_no_other_file(drawn: dict[str, tuple[Chart, str]]) -> None:
    for _, text in drawn.values():
        assert not re.findall(r'(?:href|src)="(?!#)', text)
        assert "<script" not in text


def test_no_label_is_cut(drawn: dict[str, tuple[Chart, str]]) -> None:
    for _, text in drawn.values():
        assert "…" not in text


def test_real_income_shows_the_numbers_of_the_run_in_order(
    run: RunResult, drawn: dict[str, tuple[Chart, str]]
) -> None:
    shown = rows(drawn["real_income"][0])
    assert len(shown) == len(COUNTRIES)
    centres = [row["central"] for row in shown]
    assert centres == sorted(centres, reverse=True)
    china = next(row for row in shown if row["country"] == "China")
    cell = run.spread("real_income", country="CHN")
    assert (china["central"], china["low"], china["high"]) == (cell.central, cell.low, cell.high)
    assert f"over {len(SETS)} elasticity sets" in drawn["real_income"][1]
    assert COUNTRY_COLOUR == {"USA": BLUE, "CHN": VERMILLION}


def test_many_countries_are_cut_to_the_largest_movers(
    run: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradetalks.report.figures._COUNTRIES_SHOWN", 10)
    chart = charts(run)[0]
    assert len(rows(chart)) == 10
    assert {"United States", "China"} <= {row["country"] for row in rows(chart)}
    assert chart.caption.endswith("The 20 countries that change least are not drawn.")


def test_contributions_sum_to_the_whole(drawn: dict[str, tuple[Chart, str]]) -> None:
    shown = rows(drawn["decomposition"][0])
    for country in ("United States", "China"):
        own = [row for row in shown if row["country"] == country]
        total = next(row["value"] for row in own if row["total"])
        assert sum(row["value"] for row in own if not row["total"]) == pytest.approx(total)
    assert "Trade costs" not in {row["part"] for row in shown}


def test_diversion_adds_up_to_all_imports(
    run: RunResult, drawn: dict[str, tuple[Chart, str]]
) -> None:
    chart, _ = drawn["diversion"]
    shown = {row["exporter"]: row["value"] for row in rows(chart)}
    total = shown.pop("All imports")
    assert sum(shown.values()) == pytest.approx(total)
    flows = run.data["trade"].sel(importer="USA").sum("sector")
    assert total == pytest.approx(float(flows.sum() - flows.sel(exporter="USA")))
    assert "60% of that" in chart.caption


def test_balances_move_by_their_change(run: RunResult, drawn: dict[str, tuple[Chart, str]]) -> None:
    row = rows(drawn["bilateral_balance"][0])[0]
    before = run.at_central("bilateral_balance_reference").sel(country="USA", partner="ROW")
    change = run.at_central("bilateral_balance").sel(country="USA", partner="ROW")
    assert row["partner"] == "Rest of the world"
    assert row["before"] == float(before) and row["after"] == float(before + change)


def test_a_failed_set_is_named_in_the_range() -> None:
    chart = charts(synthetic_run(failed=("ossa",)))[0]
    assert "7 elasticity sets, 1 failed" in json.dumps(chart.spec)


def test_worlds_without_the_parties_get_what_can_be_drawn(run: RunResult) -> None:
    import dataclasses

    swap = {"USA": "NORTH", "CHN": "SOUTH"}
    renamed = [swap.get(c, c) for c in COUNTRIES]
    dims = ("country", "partner", "exporter", "importer")
    data = run.data.assign_coords(dict.fromkeys(dims, renamed))
    assert [c.name for c in charts(dataclasses.replace(run, data=data))] == ["real_income"]


def test_a_png_is_drawn_from_the_svg(drawn: dict[str, tuple[Chart, str]]) -> None:
    image = png(drawn["diversion"][1])
    assert image.startswith(b"\x89PNG\r\n\x1a\n") and len(image) > 20_000
    width = int.from_bytes(image[16:20], "big")
    assert 600 < width < 1200


def test_the_painter_draws_in_order_and_says_what_failed(run: RunResult, tmp_path: Path) -> None:
    chart = charts(run)[1]
    first, second = tmp_path / "a.svg", tmp_path / "a.png"
    with Painter() as painter:
        jobs = [{"spec": chart.spec, "svg": str(first)}, {"of": str(first), "png": str(second)}]
        done = painter.paint(jobs)
        next(done)
        assert first.read_text("utf-8") == svg(chart.spec)
        assert list(done) == [None]
        assert second.read_bytes() == png(first.read_text("utf-8"))
        with pytest.raises(NoAnswer, match=r"the charts could not be drawn: FileNotFoundError"):
            list(painter.paint([{"of": str(tmp_path / "none"), "png": str(second)}]))


def test_a_painter_that_died_is_an_error_for_people(tmp_path: Path) -> None:
    painter = Painter()
    painter._process.kill()
    painter._process.wait()
    with pytest.raises(NoAnswer, match="it ended early"):
        list(painter.paint([{"spec": {}, "svg": str(tmp_path / "a")}]))
    painter.close()
