"""Manufacturing jobs: against `run`, against the wage, and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tradetalks import simulate
from tradetalks.cli import main
from tradetalks.errors import BadInput
from tradetalks.scenario import Scenario, compile_shock, load_scenario
from tradetalks.talks.assumed import book
from tradetalks.talks.jobs import ALL, FREE, TODAY, TRAINED, Jobs, _change, _jobs, count_jobs
from tradetalks.talks.measures import sector_mask

REVIVAL = "manufacturing-revival"


@pytest.fixture(scope="module")
def found() -> Jobs:
    return count_jobs(elasticities=("central",))


def test_jobs_of_the_year_add_up_to_the_published_total(found) -> None:
    total = book("jobs").value("jobs.published.manufacturing_total")
    assert _jobs(found.table).sum() == pytest.approx(total, rel=0.02)
    assert {r["sector"] for r in found.sectors()} == {
        s for s, n in zip(found.table.sectors, _jobs(found.table), strict=True) if n > 0
    }


def test_the_scenario_is_taken_apart(found) -> None:
    assert found.instruments == ("tariffs", "subsidies", ALL)
    rows = {(r["instrument"], r["workers"]): r for r in found.rows()}
    assert len(rows) == 9
    by_sector = sum(r["subsidies"] for r in found.sectors())
    assert rows["subsidies", TODAY]["jobs"] == pytest.approx(by_sector)
    # a subsidy to all of manufacturing draws workers in; the budget pays, and buyers gain
    paid = rows["subsidies", TODAY]
    assert paid["jobs"] > 0 and paid["budget"] > 0 > paid["consumers"]
    assert paid["budget_per_job"] == pytest.approx(1e3 * paid["budget"] / paid["jobs"])
    # a duty raises prices and pays the budget
    duty = rows["tariffs", TODAY]
    assert duty["consumers"] > 0 > duty["budget"]
    if duty["jobs"] <= 0:
        assert duty["consumers_per_job"] is None


def test_the_shipped_scenario_is_what_it_says(found) -> None:
    table, made = found.table, sector_mask(("manufacturing",), found.table)
    shock = compile_shock(load_scenario(REVIVAL), table)
    usa = table.index("USA")
    more = shock.tariff[:, usa] - table.tariff[:, usa]
    abroad = np.arange(len(table.countries)) != usa
    ratio = table.customs_ratio[abroad, usa]
    assert more[abroad][:, made] == pytest.approx(np.outer(0.1 * ratio, np.ones(made.sum())))
    assert not more[:, ~made].any() and not more[usa].any()
    assert shock.subsidy is not None
    assert (shock.subsidy[usa, made] == 0.02).all() and shock.subsidy.sum() == pytest.approx(
        0.02 * made.sum()
    )


def test_costs_are_those_of_run(found) -> None:
    run = simulate(load_scenario(REVIVAL).replace(elasticities="central"))
    row = next(r for r in found.rows() if (r["instrument"], r["workers"]) == (ALL, TRAINED))
    assert row["net"] == pytest.approx(-run.spread("equivalent_variation", country="USA").central)
    data = run.data.sel(set=run.central, country="USA")
    consumers = float(data["consumer_prices"] / 100.0 * data["expenditure_reference"])
    assert row["consumers"] == pytest.approx(consumers, rel=1e-6)
    made = data["output_percent"].sel(sector="26").item()
    assert np.sign(row["output_percent"]) == np.sign(made)


def test_where_workers_move_freely_jobs_are_pay_over_the_wage(found) -> None:
    ends = found.ends["subsidies", FREE]
    s, n = ends.central, found.table.index("USA")
    before, after = ends.before[s], ends.after[s]
    # one wage: an industry's workers are its wage bill (a constant share of value added) over it
    bill = after.value_added[n] / before.value_added[n]
    wage = after.wage[n] / before.wage[n]
    assert _change(ends, s) == pytest.approx(_jobs(found.table) * (bill / wage - 1.0), abs=1e-6)


def test_training_and_the_full_stop_are_differences(found) -> None:
    rows = {(r["instrument"], r["workers"]): r for r in found.rows()}
    for row in found.training():
        more = rows[row["instrument"], TRAINED]["jobs"] - rows[row["instrument"], TODAY]["jobs"]
        assert row["jobs"] == pytest.approx(more)
    scale = found.scale()
    assert scale["share_of_decline"] == pytest.approx(
        scale["full_stop"] / scale["decline_since_2000"]
    )


def test_questions_without_jobs_are_refused() -> None:
    with pytest.raises(BadInput, match="at the short horizon nobody changes industry"):
        count_jobs(load_scenario(REVIVAL).replace(horizon="short"))
    with pytest.raises(BadInput, match="'calm' changes nothing"):
        count_jobs(Scenario(name="calm", question="What if nothing changed?"))
    with pytest.raises(BadInput, match="table 'toy' has no US industries"):
        count_jobs("toy-tariff-war")


def test_the_command(monkeypatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    assert main(["talks", "jobs", "--elasticities", "central"]) == 0
    out = capsys.readouterr().out
    for said in ("Cost per job", "815", "900", "Is the decline home-made?", "Assumed:"):
        assert said in out
    assert main(["talks", "jobs", "--elasticities", "central", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {p["evidence"] for p in answer["published"]} == {"O", "S", "V"}
    assert answer["command"] == "talks jobs" and len(answer["rows"]) == 9
    assert list(answer)[-4:] == ["sources", "assumptions", "warnings", "status"]
    assert main(["talks", "jobs", "manufacturing-revivl"]) == 2
    assert "Did you mean 'manufacturing-revival'" in capsys.readouterr().err
