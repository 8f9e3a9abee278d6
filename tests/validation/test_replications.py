"""Published tables come out of the model, and a replication that fails says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tradetalks import validation
from tradetalks.cli import main
from tradetalks.data.readers.replication import (
    CP_COUNTRIES,
    read_caliendo_parro,
    read_caliendo_parro_start,
    read_liberation,
)
from tradetalks.errors import BadFile, DataMissing, UnknownName
from tradetalks.validation import cells, replicate, replications
from tradetalks.validation.caliendo_parro_2015 import baseline, trade_shares
from tradetalks.validation.cut_off_closed_forms import exact, loss
from tradetalks.validation.describe import describe_validation, tables
from tradetalks.validation.liberation_day_2025 import local_shares, welfare
from tradetalks.validation.published import paper, papers

ROOT = Path(__file__).resolve().parents[2]
NEED_DATA = [name for name, about in papers().items() if about.data]
PAPERS = [name for name, about in papers().items() if not about.targets]
once = cache(replicate)
"""A replication, computed once for all tests that only read it."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    for name in ("DIR", "MIN_ENTRY_SIZE_BYTES", "MIN_COMPILE_TIME_SECS"):
        prefix = "JAX_COMPILATION_CACHE_" if name == "DIR" else "JAX_PERSISTENT_CACHE_"
        monkeypatch.setenv(prefix + name, "")
        monkeypatch.delenv(prefix + name)


@pytest.mark.raw_data
@pytest.mark.parametrize("name", [name for name in PAPERS if name in NEED_DATA])
def test_the_published_tables_come_out(name: str) -> None:
    found = once(name)
    missed = [c for c in (*found.cells, *found.also) if not c.passed]
    if name == "ossa-2014":  # its median tariffs and Japan's weights have tests of their own
        missed = [c for c in missed if c.column != "median tariff" and c.row != "JPN"]
    assert missed == []
    assert found.passed and found.max_abs_deviation <= found.tolerance


@pytest.mark.raw_data
def test_as_many_cells_as_the_papers_print() -> None:
    count = {name: len(once(name).cells) for name in PAPERS}
    assert count == {
        "caliendo-parro-2015": 12 + 12 + 6 + 31,
        "ge-gravity": 44 + 44 * 44,
        "ossa-2014": 16 + 22 + 6 * 7,
        "ossa-2014-given-tariffs": 14,
        "liberation-day-2025": 18 + 4 * 3 + 4 * 3 + 11 + 3,
        "cut-off-closed-forms": 12 + 3 + 4,
        "nash-closed-form": 6 + 30,
    }


@pytest.mark.raw_data
def test_median_tariffs_miss_where_the_page_says_so() -> None:
    """The conditions hold at our tariffs, hardly at the authors': hence other medians."""
    found = once("ossa-2014")
    medians = (c for c in found.also if c.column == "median tariff")
    missed = {(c.table, c.row): c.deviation for c in medians if not c.passed}
    assert {row for table, row in missed if "3a" in table} == {"EU", "JPN"}
    assert {row for table, row in missed if "4a" in table} == {
        "CHN", "EU", "IND", "JPN", "ROW", "mean",
    }  # fmt: skip
    assert max(missed.values()) < 0.65
    ours, deviation, alone, authors, left, *_ = (b.value for b in found.beside)
    assert ours < 1e-4 and deviation <= 1e-7 and alone > 1.0 and authors > 1.0
    assert 1e-5 < left < 1e-4


@pytest.mark.raw_data
def test_political_weights_are_the_authors_but_for_japan() -> None:
    """Linear first-order conditions against his search; the conditions hold, and nothing gains."""
    found = once("ossa-2014")
    cells = {(c.row, c.column): c for c in (*found.cells, *found.also) if "weights" in c.table}
    assert len(cells) == 49
    assert all(c.passed for (region, _), c in cells.items() if region != "JPN")
    japan = [c.deviation for (region, _), c in cells.items() if region == "JPN"]
    assert 0.1 < max(japan) < 0.5 and cells["JPN", "wheat"].computed > 1.5
    gap, bounded, mean, gain = (b.value for b in found.beside[-4:])
    assert gap < 1e-4 and bounded < 1.0 and mean < 1e-12 and gain <= 1e-9


def test_equation_13_misses_what_the_corrected_formula_meets() -> None:
    """All wages moving, 30 countries: a property of the formula, of one sign and known size."""
    found = once("nash-closed-form")
    assert found.passed and found.max_abs_deviation < 1e-4
    gaps = {
        c.row: c.computed for c in found.also if (c.table, c.column) == ("by country", "eq. 13")
    }
    assert len(gaps) == 30 and max(gaps.values()) < 0.0 and min(gaps, key=gaps.get) == "USA"
    assert 0.05 < np.median(np.abs(list(gaps.values()))) < 0.2 and -1.0 < gaps["USA"] < -0.5
    exact, held, *_ = (b.value for b in found.beside)
    assert exact < 1e-4 and held < 1e-8


@pytest.mark.raw_data
def test_liberation_day_comes_out_digit_by_digit() -> None:
    """Tighter than its tolerance: every number prints as the paper has it."""
    for cell in once("liberation-day-2025").cells:
        digits = len(f"{cell.published:g}".partition(".")[2])
        assert f"{cell.computed:.{digits}f}" == f"{cell.published:.{digits}f}", cell


@pytest.mark.raw_data
def test_consistent_preferences_halve_the_gain_of_liberation_day() -> None:
    beside = {b.what: b.value for b in once("liberation-day-2025").beside}
    (ghh,) = (value for what, value in beside.items() if "GHH" in what)
    assert ghh == pytest.approx(0.63, abs=0.005)


@pytest.mark.raw_data
def test_local_shares_are_the_calibrated_ones() -> None:
    data = read_liberation()
    shares = local_shares(data)
    assert shares[data.countries.index("USA")] == pytest.approx(0.27047, abs=5e-6)
    assert shares[data.countries.index("CHN")] == pytest.approx(0.11434, abs=5e-6)


@pytest.mark.raw_data
def test_the_deficit_free_baseline_is_the_authors() -> None:
    data, start = read_caliendo_parro(), read_caliendo_parro_start()
    economy, _ = baseline(data)
    np.testing.assert_allclose(trade_shares(economy), start.trade_share, atol=1e-6)
    scale = start.value_added.sum() / np.asarray(economy.factor_income).sum()
    np.testing.assert_allclose(scale * economy.factor_income, start.value_added, rtol=1e-6)
    np.testing.assert_allclose(scale * economy.spending, start.spending, rtol=1e-5)
    np.testing.assert_allclose(economy.final_share, start.final_share, atol=1e-6)
    assert np.abs(economy.deficit / economy.factor_income).max() < 1e-8
    assert len(CP_COUNTRIES) == len(set(CP_COUNTRIES)) == 31


@pytest.mark.raw_data
def test_the_page_is_what_the_replications_say() -> None:
    page = (ROOT / "docs/validation.md").read_text("utf-8")
    again = describe_validation([once(name) for name in replications()])
    assert page == again, "python scripts/write_validation_report.py"


@pytest.mark.parametrize("industry", [False, True])
@pytest.mark.parametrize(
    ("share", "lost", "elasticity"),
    [(0.01, 0.3, 0.1), (0.04, 0.1, 0.04), (0.04, 0.3, 0.5), (0.2, 0.5, 0.9), (0.1, 0.2, 1.5)],
)
def test_a_cut_off_is_the_closed_form(
    share: float, lost: float, elasticity: float, industry: bool
) -> None:
    found = loss(share, lost, elasticity, used_by_industry=industry)
    assert found == pytest.approx(exact(share, lost, elasticity), abs=1e-8)


def test_closed_forms_need_no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path))
    found = replicate("cut-off-closed-forms")
    assert found.passed and len(found.cells) == 19


@pytest.mark.parametrize("name", NEED_DATA)
def test_missing_data_name_where_to_get_them(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path))
    with pytest.raises(DataMissing, match=r"is not on this machine\. Get it from https://"):
        replicate(name)


def test_an_unknown_replication_is_suggested() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown replication 'ge-gravty'\. Did you mean 'ge-gravity'"
    ):
        replicate("ge-gravty")
    with pytest.raises(UnknownName, match=r"unknown welfare formula 'gh'\. Did you mean 'ghh'"):
        welfare(None, None, None, "gh")  # type: ignore[arg-type]


def test_a_damaged_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path))
    (tmp_path / "gegravity").mkdir()
    (tmp_path / "gegravity/wiod_one_sector_2000.csv").write_text("exporter,importer\n")
    with pytest.raises(BadFile, match=r"wiod_one_sector_2000\.csv: its checksum"):
        replicate("ge-gravity")


def test_every_paper_has_its_citation_and_its_limits() -> None:
    for about in papers().values():
        assert about.citation and about.url.startswith("https://") and about.limits
        for table in about.tables.values():
            assert table.tolerance > 0
            assert table.of_data != bool(table.numbers)


def _off(cell: cells.Cell, by: float) -> cells.Cell:
    return replace(cell, computed=cell.published + by)


@pytest.mark.parametrize("by", [0.02, float("nan")])
def test_one_wrong_number_fails_a_replication(by: float) -> None:
    found = replicate("cut-off-closed-forms")
    broken = replace(found, cells=(_off(found.cells[0], by), *found.cells[1:]))
    assert not broken.passed
    text = describe_validation([broken])
    assert "**not reproduced**" in text and "NOT reproduced: 1 of 19" in text
    assert any("MISSED" in cell for _, _, rows in tables(broken) for row in rows for cell in row)


def test_a_number_that_is_not_computed_fails() -> None:
    nothing = cells.compare(paper("cut-off-closed-forms"), cells.Computed({}))
    assert not nothing.passed
    no_cells = cells.compare(paper("ge-gravity"), cells.Computed({}))
    assert not no_cells.passed


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["replicate", *arguments])
    text = capsys.readouterr()
    return status, text.out, text.err


def test_command_one_replication(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "cut-off-closed-forms")
    assert (status, err) == (0, "")
    assert "19 of 19 numbers reproduced" in out and "2.3426 (2.34)" in out
    status, out, _ = run(capsys, "cut-off-closed-forms", "--format", "json")
    answer = json.loads(out)
    assert status == 0 and answer["name"] == "cut-off-closed-forms" and answer["passed"] is True
    assert answer["max_abs_deviation"] < answer["tolerance"] == 0.01
    assert {"table", "row", "column", "published", "computed"} <= set(answer["cells"][0])
    assert answer["sources"][0]["url"].startswith("https://")
    status, out, _ = run(capsys, "cut-off-closed-forms", "--format", "csv")
    assert status == 0
    assert out.startswith("name,table,row,column,published,computed,tolerance,rule\n")


def test_command_without_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path))
    status, out, err = run(capsys, "all")
    assert (status, out) == (3, "")
    for name in NEED_DATA:
        assert name in err
    assert "https://doi.org" in err and "TRADETALKS_DATA" in err


def test_command_says_what_failed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = replicate("cut-off-closed-forms")
    broken = replace(found, cells=(_off(found.cells[0], 1.0), *found.cells[1:]))
    answer: Callable[[str], cells.Replication] = lambda _name: broken  # noqa: E731
    monkeypatch.setattr(validation, "replicate", answer)
    status, out, err = run(capsys, "cut-off-closed-forms", "--format", "json")
    assert status == 1 and json.loads(out)["passed"] is False
    assert "not reproduced: cut-off-closed-forms" in err
    assert run(capsys, "osa")[0] == 2


@pytest.mark.raw_data
def test_command_all(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "replicate", once)
    status, out, err = run(capsys, "all")
    # tests of our own miss some of their targets: said, but the papers' numbers decide
    assert status == 0
    assert "18 of 19 targets met; MISSED: error, ICIO 2022" in err
    assert "24 of 27 targets met; MISSED: least, B01 China bans gallium" in err
    assert out.count(" reproduced") == len(PAPERS) and "NOT reproduced" not in out
    # of Ossa: eight median tariffs, four weights and the mean tariff of Japan; said, not hidden
    assert "reproduced; 13 shown beside" in out
    assert out.count("NOT all targets met") == 2
    status, out, _ = run(capsys, "all", "--format", "json")
    answer = json.loads(out)
    assert [r["name"] for r in answer["replications"]] == list(replications())
    assert status == 0 and answer["passed"] is True
    missed = ["export-controls", "trade-war-2018"]
    assert [r["name"] for r in answer["replications"] if not r["passed"]] == missed
    assert run(capsys, "trade-war-2018")[0] == 1
