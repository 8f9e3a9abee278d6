"""Ensembles: the same draws for the same seed, the centre of a run, failures counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tradetalks as tt
from tradetalks.ensemble import Ensemble, InProcess, Processes, ensemble, sobol_indices
from tradetalks.ensemble.blocks import block_file
from tradetalks.ensemble.design import BATCH, BLOCK
from tradetalks.ensemble.evaluate import Evaluator, case_of, outcome_names, with_approval
from tradetalks.errors import BadInput, BadNumber, NotConverged, UnknownName
from tradetalks.scenario import Scenario, load_scenario

SHUT = Scenario(
    name="shut",
    question="What if the two stopped trading?",
    world="toy",
    horizon="short",
    nests="one",
    closures={"deficit": "balanced"},
    changes=[
        {
            **{"kind": "trade_cost", "importer": "HOM", "exporter": "FOR", "sectors": "all"},
            **{"both_ways": True, "shut": True},
        }
    ],
    sources=["assumed"],
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    folder = tmp_path_factory.mktemp("ensembles")
    return ensemble("toy-tariff-war", draws=600, folder=folder, executor=InProcess())


def test_the_central_point_is_the_central_run() -> None:
    run = tt.simulate("toy-tariff-war")
    case = case_of("toy-tariff-war")
    found = Evaluator(case).central()
    for name, value in zip(outcome_names(case.table.countries), found, strict=True):
        variable, country = name.split("|")[:2]
        central = float(run.at_central(variable).sel(country=country))
        assert value == pytest.approx(central, abs=2e-4), name


def test_a_smaller_ensemble_is_the_beginning_of_a_larger_one(
    drawn: Ensemble, tmp_path: Path
) -> None:
    small = ensemble("toy-tariff-war", draws=40, folder=tmp_path, executor=InProcess())
    assert np.array_equal(small.values("real_income|HOM"), drawn.values("real_income|HOM")[:40])
    assert len(drawn.frame()) == 600


def test_another_seed_draws_other_numbers(drawn: Ensemble, tmp_path: Path) -> None:
    other = ensemble("toy-tariff-war", draws=40, seed=2, folder=tmp_path, executor=InProcess())
    assert other.folder.name != drawn.folder.name
    assert not np.array_equal(other.parameters["sigma"], drawn.parameters["sigma"][:40])


def test_finished_blocks_are_reused_and_broken_ones_are_not(drawn: Ensemble) -> None:
    before = drawn.values("real_income|HOM")
    first, second = drawn.files
    kept = first.stat().st_mtime_ns
    second.write_bytes(second.read_bytes()[:100])
    again = ensemble("toy-tariff-war", draws=600, folder=drawn.folder.parent, executor=InProcess())
    assert again.reused == 1
    assert first.stat().st_mtime_ns == kept
    assert np.array_equal(again.values("real_income|HOM"), before)


def test_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    contents = []
    for workers in (1, 2):
        found = ensemble(
            "toy-tariff-war", draws=BLOCK + 1, folder=tmp_path / str(workers), workers=workers
        )
        contents.append([file.read_bytes() for file in found.files])
    assert contents[0] == contents[1]


def test_quantiles_are_ordered_and_drivers_named(drawn: Ensemble) -> None:
    q = drawn.quantiles("real_income|HOM")
    assert list(q.values) == sorted(q.values)
    assert q.draws == 600
    assert q.values[0] < q.values[-1]
    rows = drawn.drivers("real_income|HOM")
    assert {row["parameter"] for row in rows} == {p.name for p in drawn.case.space}
    assert sum(row["variance_share"] for row in rows) < 1.2
    assert rows[0]["variance_share"] > 0.3  # something drives it


def test_a_draw_without_an_equilibrium_has_no_number_and_says_why() -> None:
    evaluator = Evaluator(case_of(SHUT, fixed=("world",)))
    names = [p.name for p in evaluator.case.parameters("draw")]
    u = np.full((BATCH, len(names)), 0.5)
    u[:, names.index("sigma")] = 0.9
    u[3, names.index("sigma")] = 0.05  # an elasticity below one
    found = evaluator.batch(u, None, None)
    assert np.flatnonzero(~found.converged).tolist() == [3]
    assert np.isnan(found.outcomes[3]).all()
    assert np.isfinite(np.delete(found.outcomes, 3, axis=0)).all()
    assert "elasticity among origins is one or less" in found.messages[3]


def test_no_draw_with_an_equilibrium_is_no_answer(tmp_path: Path) -> None:
    hopeless = SHUT.replace(
        changes=[
            *SHUT.to_plain()["changes"],
            {"kind": "elasticity", "sectors": "all", "sigma": 0.9},
        ]
    )
    with pytest.raises(NotConverged, match="none of 32 draws"):
        ensemble(hopeless, draws=32, folder=tmp_path, executor=InProcess())


def test_what_is_fixed_stays_central(tmp_path: Path) -> None:
    found = ensemble(
        "toy-tariff-war", draws=32, fixed=("world", "final"), folder=tmp_path, executor=InProcess()
    )
    assert "final" not in found.parameters
    assert {p.level for p in found.case.space} == {"draw"}


def test_sobol_indices_add_up(tmp_path: Path) -> None:
    rows = sobol_indices(
        "toy-tariff-war", ["real_income|HOM"], size=64, folder=tmp_path, executor=InProcess()
    )
    assert 0.6 < sum(row["first_order"] for row in rows) < 1.3
    assert all(row["total"] > -0.05 for row in rows)


def test_approval_moves_in_log_odds() -> None:
    licence = load_scenario("rare-earth-licences")
    rates = [c.approval for c in licence.changes if getattr(c, "approval", None)]
    moved = [
        c.approval for c in with_approval(licence, 1.0).changes if getattr(c, "approval", None)
    ]
    for rate, new in zip(rates, moved, strict=True):
        assert np.log(new / (1 - new)) - np.log(rate / (1 - rate)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"draws": 0}, BadNumber, "0 draws are asked for"),
        ({"draws": 2_000_000}, BadNumber, "1 to 1,000,000"),
        ({"seed": -1}, BadNumber, "the seed is -1"),
        ({"workers": 0}, BadNumber, "0 workers cannot work"),
        ({"fixed": ("sigmas",)}, UnknownName, "Did you mean 'sigma'"),
        (
            {"fixed": ("sigma", "sigma_domestic", "materials", "value_added", "final")},
            BadInput,
            "nothing is left to draw",
        ),
    ],
)
def test_bad_input(settings: dict, kind: type, words: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=words):
        ensemble("toy-tariff-war", folder=tmp_path, **{"draws": 10, **settings})


def _die(_number: int) -> None:
    import os

    os._exit(9)


def test_a_dead_worker_is_an_error_that_says_so() -> None:
    from tradetalks.errors import NoAnswer

    with pytest.raises(NoAnswer, match="worker process ended before its work was done"):
        list(Processes(1).run(_die, [0]))


def test_block_names_sort(tmp_path: Path) -> None:
    assert block_file(tmp_path, 2).name < block_file(tmp_path, 10).name
