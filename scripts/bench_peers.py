"""Time `gegravity` and `puremacro` beside this package, on problems both can state.

Each peer runs in an environment of its own (`pip install gegravity==0.3`, `puremacro==5.7.1`);
this script calls their public interface there and compares answers here. To run it on one core:

    taskset -c 0 .venv/bin/python scripts/bench_peers.py \
        --gegravity GE/bin/python --gegravity-data sample_data_set.dlm \
        --puremacro PM/bin/python

`sample_data_set.dlm` is in the folder `examples` of gegravity's repository on GitHub.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIGMA = 5.0
# gegravity holds every country's nominal income at its baseline (its equations use the
# baseline's output shares), so wages do not feed back. Here that is the limit of a large
# elasticity: the same shock to trade, d^(1 - sigma), with ever smaller changes of wages.
LIMIT = 3e3
COEFFICIENTS = {
    "lndist": -0.3898623,
    "contiguity": 0.891577,
    "common_language": 0.0326249,
    "pta": 0.4711383,
    "international": -3.412584,
    "constant": 16.32434,
}
COUNTRIES = SECTORS = 20
# Two problems, each the richest that its solver and our equations both state: puremacro's block
# Newton has three tiers but buys final goods in fixed proportions of origins; its flexible model
# has one elasticity over all inputs of all origins, and an elasticity of origins in final demand.
PROBLEMS = {
    "block_newton": {"origins": 0.0, "materials": 0.2, "value_added": 0.5},
    "flexible": {"origins": 2.0, "materials": 2.0, "value_added": 0.5},
}


def fastest(call, repeat: int) -> float:
    """Return the least wall-clock time of `repeat` calls, in seconds."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def run_gegravity(data: str, out: str) -> None:
    """In gegravity's environment: its own example, Canada and Japan sign an agreement."""
    import gegravity as ge
    import pandas as pd

    rows = pd.read_csv(data)
    rows["constant"] = 1
    columns = {"imp_var_name": "importer", "exp_var_name": "exporter", "year_var_name": "year"}
    columns |= {"trade_var_name": "trade", "expend_var_name": "E", "output_var_name": "Y"}
    baseline = ge.BaselineData(rows, **columns)
    table = pd.DataFrame(
        [(k, v, 0.1) for k, v in COEFFICIENTS.items()], columns=["var", "beta", "se"]
    )
    costs = ge.CostCoeffs(table, identifier_col="var", coeff_col="beta", stderr_col="se")
    build, simulate = [], []
    for _ in range(3):  # a model can be simulated once
        model = ge.OneSectorGE(
            baseline=baseline,
            cost_coeff_values=costs,
            cost_variables=list(COEFFICIENTS),
            year="2006",
            reference_importer="DEU",
            sigma=SIGMA,
            quiet=True,
        )
        build.append(fastest(lambda m=model: m.build_baseline(omr_rescale=1), 1))
        new = model.baseline_data.copy()
        signed = {"CAN", "JPN"}
        pair = new.importer.isin(signed) & new.exporter.isin(signed)
        new.loc[pair & (new.importer != new.exporter), "pta"] = 1
        model.define_experiment(new)
        simulate.append(fastest(model.simulate, 1))
    prices = model.factory_gate_prices.iloc[:, 0]
    codes = sorted(prices.index)
    cost = model.bilateral_costs.sort_index()
    square = {c: cost[c].unstack().loc[codes, codes].to_numpy() for c in cost.columns[:2]}
    before, after = square.values()
    terms = model.country_mr_terms.loc[codes]
    value = rows.drop_duplicates("exporter").set_index("exporter").loc[codes, "Y"].to_numpy()
    spent = rows.drop_duplicates("importer").set_index("importer").loc[codes, "E"].to_numpy()
    np.savez(
        out,
        codes=codes,
        before=before,
        after=after,
        imr=terms["baseline imr"],
        omr=terms["baseline omr"],
        imr_new=terms["experiment imr"],
        price=prices.loc[codes],
        output=value,
        spending=spent,
        seconds=[min(build), min(simulate)],
    )


def run_puremacro(solver: str, given: str, out: str, repeat: int) -> None:
    """In puremacro's environment: one of its nested CES solvers on the table it is handed."""
    from puremacro import trade

    with np.load(given) as stored:
        table, tau, tau_final = stored["table"], stored["tau"], stored["tau_final"]
    calibration = trade.calibrate_trade_model(table, nfd=1)
    chosen = PROBLEMS[solver]
    if solver == "block_newton":
        technology = trade.NestedCESTechnology.validated(
            sigma_va_materials=chosen["value_added"],
            sigma_sectors=chosen["materials"],
            sigma_origins=chosen["origins"],
        )

        def solve():
            return trade.solve_ces_block_newton(
                calibration, tau, tau_final, technology=technology, tol=1e-9
            ).equilibrium
    else:

        def solve():
            return trade.solve_flexible_trade_equilibrium(
                calibration,
                tau=tau,
                tau_fd=tau_final,
                sigma_y=chosen["value_added"],
                sigma_inter=chosen["materials"],
                sigma_trade=chosen["origins"],
                method="quasi_condensed",
                tol=1e-9,
            )

    found = solve()
    seconds = fastest(solve, repeat)
    np.savez(out, seconds=seconds, wage=np.ravel(found.w_sol), price=np.squeeze(found.p_sol).T)


def ours(trade, tariff, flows, elasticities, shock, closure, repeat: int):
    """Solve with this package; return the equilibrium, seconds warm, seconds of the first call."""
    import jax

    from tradetalks.model import economy_of_flows
    from tradetalks.solve import solve

    with jax.enable_x64(True):
        economy = economy_of_flows(trade, tariff, *flows)
    call = lambda: solve(economy, elasticities, shock, closure)  # noqa: E731
    first = fastest(call, 1)
    call().require()
    return call().require(), fastest(call, repeat), first


def compare_gegravity(python: str, data: str, repeat: int) -> None:
    """Print times and the largest difference of prices."""
    import jax

    from tradetalks.model import Closure, Elasticities, shock_of

    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "gegravity.npz")
        subprocess.run([python, __file__, "gegravity", data, out], check=True)
        with np.load(out) as stored:
            it = {k: stored[k] for k in stored.files}
    world = it["output"].sum()
    weight = (it["omr"] ** (SIGMA - 1))[:, None] * it["imr"] ** (SIGMA - 1)
    trade = it["before"] * weight * it["output"][:, None] * it["spending"] / world
    one = trade[:, :, None]
    final, added = one.sum(0), one.sum(1)
    nothing = np.zeros((len(trade), 1, 1)), final, added
    tariff = np.zeros_like(one)
    for name, sigma in (("nominal incomes held", LIMIT), ("incomes follow wages", SIGMA)):
        iceberg = (it["after"] / it["before"])[:, :, None] ** (1.0 / (1.0 - sigma))
        own = np.array([sigma])
        elasticities = Elasticities(own, own, *(np.asarray(1.0) for _ in range(3)))
        with jax.enable_x64(True):
            shock = shock_of(tariff, iceberg)
        found, warm, first = ours(
            one, tariff, nothing, elasticities, shock, Closure("gni_share"), repeat
        )
        stretch = (1.0 - sigma) / (1.0 - SIGMA)
        price, index = found.wage**stretch, found.price[:, 0] ** stretch
        here = list(it["codes"]).index("DEU")
        price, index = price / index[here], index / index[here]
        gap = np.abs(np.log(price / it["price"])).max()
        gap_index = np.abs(np.log(index / (it["imr_new"] / it["imr"]))).max()
        build, simulate = it["seconds"]
        print(
            f"gegravity 0.3, {len(trade)} countries, {name}: theirs {simulate * 1e3:.0f} ms "
            f"(baseline {build * 1e3:.0f} ms), ours {warm * 1e3:.3f} ms "
            f"(first call {first:.1f} s), ratio {simulate / warm:,.0f}; largest difference of "
            f"log prices {gap:.1e}, of price indices {gap_index:.1e}, largest change "
            f"{np.abs(np.log(price)).max():.4f}"
        )


def twin_table(seed: int = 3):
    """Return a balanced table without duties or deficits, inputs pooled over origins."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from tables import balanced

    table = balanced(seed, n=COUNTRIES, s=SECTORS)
    trade = table.trade.copy()
    total = trade.sum(2)
    trade *= (0.5 * (total + total.T) / total)[:, :, None]  # every pair trades in balance
    output, absorption = trade.sum(1), trade.sum(0)
    use = 0.35 * output[:, None, :] * table.intermediate / table.intermediate.sum(1, keepdims=True)
    use *= np.minimum(1.0, 0.7 * absorption / use.sum(2))[:, :, None]
    return trade, use, absorption - use.sum(2), output - use.sum(1)


def compare_puremacro(python: str, solver: str, repeat: int) -> None:
    """Print times and the largest difference of prices."""
    import jax

    from tradetalks.model import Elasticities, shock_of

    n, s = COUNTRIES, SECTORS
    trade, use, final, added = twin_table()
    share = trade / trade.sum(0)
    cells = np.einsum("inj,njk->ijnk", share, use).reshape(n * s, n * s)
    bought = np.einsum("inj,nj->ijn", share, final).reshape(n * s, n)
    rows = np.zeros((n * s + 3, n * s + n))
    rows[: n * s, : n * s], rows[: n * s, n * s :] = cells, bought
    rows[n * s + 1, : n * s] = (2.0 / 3.0) * added.ravel()
    rows[n * s + 2, : n * s] = (1.0 / 3.0) * added.ravel()
    tariff = np.zeros_like(trade)
    tariff[1:, 0] = 0.25
    gross = 1.0 + tariff.transpose(0, 2, 1).reshape(n * s, 1, n)
    with tempfile.TemporaryDirectory() as folder:
        given, out = (str(Path(folder) / name) for name in ("given.npz", "out.npz"))
        tau = np.broadcast_to(gross, (n * s, s, n))
        np.savez(given, table=rows, tau=tau, tau_final=gross)
        command = [python, __file__, "puremacro", solver, given, out, str(repeat)]
        subprocess.run(command, check=True)
        with np.load(out) as stored:
            seconds, wage, price = float(stored["seconds"]), stored["wage"], stored["price"]
    chosen = PROBLEMS[solver]
    same = np.full(s, chosen["origins"])
    inner = (np.asarray(x) for x in (chosen["materials"], chosen["value_added"], 0.0))
    with jax.enable_x64(True):
        shock = shock_of(tariff)
    flows = use, final, added
    found, warm, first = ours(
        trade,
        np.zeros_like(trade),
        flows,
        Elasticities(same, same, *inner),
        shock,
        None,
        10 * repeat,
    )
    gap = np.abs(np.log(found.wage / found.wage[0]) - np.log(wage / wage[0])).max()
    cost = np.abs(np.log(found.cost / found.cost[0, 0]) - np.log(price / price[0, 0])).max()
    print(
        f"puremacro 5.7.1 {solver}, nested CES {n}x{s}: theirs {seconds * 1e3:.0f} ms, ours "
        f"{warm * 1e3:.3f} ms (first call {first:.1f} s), ratio {seconds / warm:,.0f}; largest "
        f"difference of log wages {gap:.1e}, of log prices {cost:.1e}, largest change "
        f"{np.abs(np.log(wage / wage[0])).max():.4f}"
    )


def main() -> None:
    """Run the peers that were named."""
    if sys.argv[1:2] == ["gegravity"]:
        return run_gegravity(*sys.argv[2:4])
    if sys.argv[1:2] == ["puremacro"]:
        return run_puremacro(*sys.argv[2:5], int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gegravity", help="Python of the environment with gegravity 0.3")
    parser.add_argument("--gegravity-data", help="sample_data_set.dlm of its repository")
    parser.add_argument("--puremacro", help="Python of the environment with puremacro 5.7.1")
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    if asked.gegravity:
        if not asked.gegravity_data:
            parser.error("--gegravity needs --gegravity-data")
        compare_gegravity(asked.gegravity, asked.gegravity_data, 10 * asked.repeat)
    if asked.puremacro:
        for solver in PROBLEMS:
            compare_puremacro(asked.puremacro, solver, asked.repeat)
    return None


if __name__ == "__main__":
    main()
