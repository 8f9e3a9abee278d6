"""How fast an equilibrium is found, on the tables users bring."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import cases
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tradetalks.model import Shock
from tradetalks.solve import TOLERANCE, solve, solve_batch, value_and_gradient

pytestmark = pytest.mark.usefixtures("one_core")

ROUNDS = 30
raw = pytest.mark.raw_data


def _case(name: str, request: pytest.FixtureRequest) -> tuple[cases.Case, dict[str, Shock]]:
    """Return an economy and its shocks by name."""
    extra: dict[str, Shock] = {}
    if name == "31x40":
        case, extra["NAFTA"] = cases.caliendo_parro(request.getfixturevalue("raw_data"))
    elif name in ("7x44", "41x35"):
        build = cases.ju_et_al if name == "7x44" else cases.wiod
        case = build(request.getfixturevalue("raw_data"))
    elif name == "77x45":
        case = cases.synthetic(77, 45)
    else:
        case = cases.shipped("all" if name == "81x23" else "default")
    shocks = {"bilateral": case.bilateral(), "world-wide": case.world_wide()}
    return case, extra | shocks | {"20 quotas": case.limited()}


def _timed(benchmark, call) -> tuple[object, float]:
    """Return the result of `call` and the least of its warm times, in milliseconds.

    The least, because all that a busy machine can do to a timing is to lengthen it.
    """
    found = benchmark.pedantic(call, rounds=ROUNDS, warmup_rounds=2)
    return found, 1e3 * benchmark.stats.stats.min


@pytest.mark.parametrize(
    ("table", "shock", "target"),
    [
        pytest.param("7x44", "bilateral", None, marks=raw),
        pytest.param("7x44", "world-wide", None, marks=raw),
        pytest.param("31x40", "NAFTA", 20.0, marks=raw),
        pytest.param("31x40", "bilateral", None, marks=raw),
        pytest.param("31x40", "world-wide", None, marks=raw),
        pytest.param("31x40", "20 quotas", None, marks=raw),
        pytest.param("41x35", "bilateral", 25.0, marks=raw),
        pytest.param("41x35", "world-wide", 25.0, marks=raw),
        pytest.param("30x23", "bilateral", 4.0),
        pytest.param("30x23", "world-wide", 4.0),
        pytest.param("30x23", "20 quotas", 60.0),
        pytest.param("81x23", "bilateral", 15.0),
        pytest.param("81x23", "world-wide", 15.0),
        pytest.param("81x23", "20 quotas", None),
        pytest.param("77x45", "bilateral", 35.0),
        pytest.param("77x45", "world-wide", 35.0),
    ],
)
def test_warm(benchmark, measured, request, table, shock, target) -> None:
    case, shocks = _case(table, request)
    chosen = shocks[shock]
    found, least = _timed(benchmark, lambda: solve(case.economy, case.elasticities, chosen))
    equilibrium = found.require()
    assert found.status.residual < TOLERANCE
    measured(f"{table} {shock}, {found.status.iterations} iterations", least, target, "ms")
    if chosen.quotas is not None:
        assert (equilibrium.premium > 0).all(), "every quota of this case binds"
        np.testing.assert_allclose(equilibrium.volumes, chosen.quotas.limit, rtol=1e-8)


def test_warm_start(benchmark, measured, request) -> None:
    """A neighbour's solution to begin with, as on a path of tariffs."""
    case, _ = _case("30x23", request)
    near = solve(case.economy, case.elasticities, case.bilateral(0.9)).state
    shock = case.bilateral(1.0)
    found, least = _timed(
        benchmark, lambda: solve(case.economy, case.elasticities, shock, from_state=near)
    )
    found.require()
    what = f"30x23 bilateral from a neighbour, {found.status.iterations} iterations"
    measured(what, least, None, "ms")


def test_path(benchmark, measured, request) -> None:
    """Ten points of one shock at once, as `simulate` solves them."""
    case, _ = _case("30x23", request)
    steps = [case.bilateral(x) for x in np.linspace(0.0, 1.0, 10)]
    shocks = jax.tree.map(lambda *x: np.stack(x), *steps)
    found, least = _timed(benchmark, lambda: solve_batch(case.economy, case.elasticities, shocks))
    assert all(s.status.converged for s in found)
    measured("30x23, ten points at once", least, None, "ms")


def _log_welfare(equilibrium) -> jax.Array:
    return jnp.log(equilibrium.welfare[0])


def test_gradient(benchmark, measured, request) -> None:
    """Every derivative of a country's real income in every duty of the world."""
    case, _ = _case("30x23", request)
    arguments = case.economy, case.elasticities, case.bilateral(0.1)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        expected = solve(*arguments).require().welfare[0]
        times.append(time.perf_counter() - began)
    (value, slope), least = _timed(benchmark, lambda: value_and_gradient(_log_welfare, *arguments))
    assert value == pytest.approx(np.log(expected), rel=1e-8)
    assert np.isfinite(slope.tariff).all()
    measured("30x23 value and gradient", least, None, "ms")
    solves = least / (1e3 * min(times))
    measured("30x23 value and gradient", solves, 3.0, "solves")


@pytest.mark.parametrize(("countries", "sectors"), [(40, 20), (80, 20), (40, 40)])
def test_growth(benchmark, measured, countries, sectors) -> None:
    """Time against countries and against sectors, on made-up worlds."""
    case = cases.synthetic(countries, sectors)
    shock = case.world_wide()
    found, least = _timed(benchmark, lambda: solve(case.economy, case.elasticities, shock))
    found.require()
    measured(f"growth: {countries}x{sectors}", least, None, "ms")


def _alone(benchmark, *arguments: str) -> dict[str, float]:
    script = Path(__file__).parent / "alone.py"
    command = [sys.executable, str(script), *arguments]
    run = benchmark.pedantic(
        subprocess.run, (command,), {"capture_output": True, "text": True}, rounds=1
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("regions", ["default", "all"])
def test_first(benchmark, measured, regions) -> None:
    """A fresh process: import, read the world, compile, solve; and what it keeps in memory."""
    found = _alone(benchmark, "first", regions)
    table = "30x23" if regions == "default" else "81x23"
    measured(f"{table} first solve, with compilation, two cores", found["solve"], None, "s")
    measured(f"{table} peak memory of the process", found["gigabytes"], 0.8, "GB")
    assert found["gigabytes"] < 0.8


def test_draws(benchmark, measured) -> None:
    """A thousand draws of elasticities on two cores, compiled beforehand."""
    number = 1000
    found = _alone(benchmark, "draws", str(number))
    assert found["solved"] == number
    measured("30x23, 1,000 draws on two cores", found["seconds"], 5.0, "s")
