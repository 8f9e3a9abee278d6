from __future__ import annotations

import re
from pathlib import Path

import pytest

from html_page import Page
from synthetic_run import renamed, synthetic_run
from tradetalks.report import charts, report_html, save, svg
from tradetalks.report.html import command
from tradetalks.report.tables import rates_table, sector_rates_table, sets_table
from tradetalks.results import RunResult, finding


@pytest.fixture(scope="module")
def run() -> RunResult:
    return synthetic_run()


@pytest.fixture(scope="module")
def folder(run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(run, tmp_path_factory.mktemp("runs") / "one")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text("utf-8")


def test_the_folder_is_complete(folder: Path) -> None:
    figures = {p.stem for p in (folder / "charts").glob("*.svg")}
    assert figures == {p.stem for p in (folder / "charts").glob("*.png")}
    assert len(figures) == 5
    assert {"report.html", "run.json", "results.nc", "results.xlsx"} <= {
        p.name for p in folder.iterdir()
    }


def test_the_page_needs_nothing_else_and_is_well_formed(page: str) -> None:
    parsed = Page.read(page)
    assert parsed.fetched == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert "@import" not in page and "url(http" not in page
    for used in re.findall(r"url\(#([^)]+)\)", page):
        assert used in parsed.ids


def test_the_page_is_in_the_order_a_stranger_reads(run: RunResult, page: str) -> None:
    text = " ".join(" ".join(Page.read(page).text).split()).replace("\u2212", "-")
    parts = [
        "What if the truce lapses on 12 August 2025",
        finding(run),
        "Source: tradetalks 0.1.0",
        "Change by country: central value, range in brackets",
        "In pictures",
        "What was asked",
        "Average duties",
        "What was assumed",
        "the aggregate is imposed",
        "Sources",
        "Executive Order 14298",
        "How to reproduce",
        "tradetalks run truce-lapses-by-law --against truce-holds",
        "This is a model, not a prediction.",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_numbers_carry_a_true_minus_and_iso_dates_do_not(page: str) -> None:
    assert "\u22120.05" in page and "2025-11-21" in page
    assert "2025\u221211" not in page


def test_a_users_text_is_text(run: RunResult) -> None:
    hostile = "<script>alert(1)</script>"
    bad = renamed(
        run,
        question=f"What if {hostile}?",
        title=hostile,
        notes=hostile,
        sources=[{"title": hostile, "url": "javascript:alert(1)"}],
        changes=[{"kind": "tariff", "importer": hostile}],
    )
    html = report_html(bad, [(c, svg(c.spec)) for c in charts(bad)[:1]])
    assert "<script" not in html and "javascript:" not in html
    assert Page.read(html).fetched == []


def test_rates_are_those_of_the_law(run: RunResult) -> None:
    import dataclasses

    rows = {row[0]: row[1:] for row in rates_table(run).rows}
    assert rows["China on the United States"] == ("9.0", "33.0", "+24.0")
    assert set(rows) == {"China on the United States", "The United States on China"}
    ratio = run.data["trade"].isel(sector=0, drop=True) * 0 + 1.2
    scaled = dataclasses.replace(run, data=run.data.assign(customs_ratio=ratio))
    table = rates_table(scaled)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["China on the United States"] == ("7.5", "27.5", "+20.0")
    assert "those of the law" in table.note and "input-output table" in rates_table(run).note


def test_no_change_of_duties_is_said(run: RunResult) -> None:
    import dataclasses

    same = run.data.assign(tariff=run.data["tariff_reference"])
    table = rates_table(dataclasses.replace(run, data=same))
    assert table.rows == () and "No duty differs" in table.note


def test_sector_rates_leave_services_out(run: RunResult) -> None:
    table = sector_rates_table(run)
    assert table is not None and len(table.rows) == 22
    assert table.rows[16][0] == "Electronics and optical"


def test_failed_sets_show_their_message_and_no_number() -> None:
    rows = {row[0]: row[1:] for row in sets_table(synthetic_run(failed=("ossa",))).rows}
    assert rows["ossa"] == ("no equilibrium", "no equilibrium", "the iteration stalled", "")
    assert rows["central (the headline)"][:2] == ("-0.05", "-0.21")


def test_the_command_repeats_what_was_asked(run: RunResult) -> None:
    assert command(run) == (
        "tradetalks run truce-lapses-by-law --against truce-holds --world world-2022 "
        "--regions default --horizon medium"
    )
    assert command(renamed(run, elasticities="central")).endswith("--elasticities central")
