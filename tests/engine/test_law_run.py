"""A run that starts from the law ledger says which law, and keeps it."""

from __future__ import annotations

import numpy as np
import pytest

from tradetalks.cli import run as cli
from tradetalks.engine import simulate
from tradetalks.report import html
from tradetalks.results import load_run, run_answer, save_run, sources_of
from tradetalks.scenario import load_scenario


@pytest.fixture(scope="module")
def run():
    asked = load_scenario("forced-labour-301-struck-down")
    return simulate(asked.replace(regions="blocs", elasticities="central"))


def test_the_laws_of_both_sides_stand_in_the_run(run):
    assert run.law["scenario"]["read_on"] == run.law["reference"]["read_on"] == "2026-10-05"
    gone, there = (
        run.law[side]["statutory_percent"]["USA_on_CHN"] for side in ("scenario", "reference")
    )
    assert there["by_authority"]["s301_forced_labour"] == pytest.approx(6.5, abs=0.1)
    assert "s301_forced_labour" not in gone["by_authority"]
    assert there["total"] - gone["total"] == pytest.approx(
        there["by_authority"]["s301_forced_labour"], abs=1e-6
    )
    law, reference = run.law["words"]
    assert law.startswith("Law: Enacted law on 2026-10-05 (ledger to 2026-10-05), trade-weighted:")
    assert reference.startswith("Reference: ")
    assert any("Section 301: forced labour" in s.text for s in sources_of(run))


def test_revenue_at_the_other_rate_is_told_apart(run):
    """At the price number the note repeats the model's own change."""
    (note,) = [a for a in run.assumptions if a.startswith("Each sector has one rate")]
    for place in ("USA", "CHN"):
        change = float(run.at_central("tariff_revenue").sel(country=place))
        assert f"instead of {change:+.1f} for {place}" in note


def test_less_duty_means_less_revenue_and_more_trade(run):
    assert float(run.at_central("tariff_revenue").sel(country="USA")) < 0
    flow = run.at_central("trade").sel(exporter="CHN", importer="USA")
    assert float(flow.sum()) > 0


def test_the_run_folder_keeps_the_law(run, tmp_path):
    back = load_run(save_run(run, tmp_path / "run"))
    assert back.law == run.law
    assert np.array_equal(back.data["real_income"], run.data["real_income"])


def test_the_report_shows_duties_by_authority(run, tmp_path):
    text = html.report_html(run, [])
    assert "Duties by authority" in text
    assert "Section 301 forced labour" in text
    assert "those of law included above" in text


def test_the_command_line_shows_the_law(run, tmp_path):
    answer = run_answer(run, tmp_path)
    assert answer.body["law"]["scenario"] == run.law["scenario"]
    assert "sources" not in answer.body["law"]
    assert any(s.get("title") == "Section 301: forced labour" for s in answer.sources)
    text = " ".join(cli.text(run, tmp_path, None).split())
    assert "Law: Enacted law on 2026-10-05 (ledger to 2026-10-05)" in text
    assert "Section 301 forced labour 6.5" in text


def test_without_the_ledger_there_is_no_law():
    plain = load_scenario("truce-holds").replace(regions="blocs", elasticities="central")
    run = simulate(plain)
    assert run.law == {}
    assert "Duties by authority" not in html.report_html(run, [])
    assert not [a for a in run.assumptions if a.startswith("Each sector has one rate")]
