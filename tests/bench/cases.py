"""The economies that are timed: published tables, the shipped world, a made-up large one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jax
import numpy as np
from numpy.typing import NDArray

from tables import balanced
from tradetalks.data.balance import ras
from tradetalks.model import Economy, Elasticities, Quotas, Shock, economy_of_flows, shock_of

Array = NDArray[np.float64]
# The shipped medium horizon where a table brings no elasticities of its own.
SIGMA, SIGMA_DOMESTIC, MATERIALS, VALUE_ADDED, FINAL = 2.53, 1.19, 0.2, 0.5, 0.9


@dataclass(frozen=True)
class Case:
    """One economy `[i, n, j]`, its elasticities, the pair that fights and the taxed goods."""

    economy: Economy
    elasticities: Elasticities
    tariff: Array
    trade: Array
    pair: tuple[int, int]
    goods: NDArray[np.bool_]

    def shock(self, tariff: Array, quotas: Quotas | None = None) -> Shock:
        with jax.enable_x64(True):
            return shock_of(tariff, quotas=quotas)

    def bilateral(self, points: float = 1.0) -> Shock:
        """Duties of `points` more on every good between the two of the pair."""
        new, (a, b) = self.tariff.copy(), self.pair
        new[a, b, self.goods] += points
        new[b, a, self.goods] += points
        return self.shock(new)

    def world_wide(self, points: float = 0.5) -> Shock:
        """Duties of `points` more on every good between any two countries."""
        abroad = ~np.eye(self.tariff.shape[0], dtype=bool)
        return self.shock(self.tariff + points * abroad[:, :, None] * self.goods)

    def limited(self, number: int = 20, share: float = 0.5) -> Shock:
        """Quotas at `share` of baseline trade on `number` flows of the pair, one group each."""
        (a, b), goods = self.pair, np.flatnonzero(self.goods)
        flows = [(a, b, j) for j in goods] + [(b, a, j) for j in goods]
        i, n, j = (np.array(x) for x in zip(*flows[:number], strict=True))
        half = np.full(number, 0.5)
        quotas = Quotas(
            good=j,
            importer=n,
            exporter=i,
            group=np.arange(number),
            limit=share * self.trade[i, n, j],
            floor=np.zeros(number),
            burnt=np.zeros(number),
            to_exporter=half,
            to_importer=half,
            to_controller=np.zeros((number, self.trade.shape[0])),
        )
        return self.shock(self.tariff, quotas)


def _elasticities(sigma: Array, domestic: Array, inner: tuple[float, float, float]) -> Elasticities:
    return Elasticities(sigma, domestic, *(np.asarray(x) for x in inner))


def _case(
    trade: Array,
    tariff: Array,
    flows: tuple[Array, Array, Array],
    elasticities: Elasticities,
    pair: tuple[int, int],
    goods: NDArray[np.bool_] | None = None,
) -> Case:
    with jax.enable_x64(True):
        economy = jax.block_until_ready(economy_of_flows(trade, tariff, *flows))
    taxed = np.ones(trade.shape[2], dtype=bool) if goods is None else goods
    return Case(economy, elasticities, np.array(tariff), np.array(trade), pair, taxed)


def balanced_flows(
    trade: Array, tariff: Array, use: Array, value_added: Array, final: Array
) -> tuple[Array, Array, Array]:
    """Return intermediate use, final demand and value added nearest to the given ones.

    Output and absorption follow from trade; each country's table of uses is scaled to them.
    """
    output, absorption = trade.sum(1), (trade * (1.0 + tariff)).sum(0)
    n, s = output.shape
    share = np.clip(value_added.sum(1) / output.sum(1), 0.25, 0.65)
    income = share * output.sum(1)
    prior = np.zeros((n, s + 1, s + 1))
    prior[:, :s, :s], prior[:, :s, s], prior[:, s, :s] = use, final, value_added
    prior[:, :s, :] += 1e-9 * absorption[:, :, None]
    prior[:, s, :s] += 1e-9 * output
    rows = np.concatenate([absorption, income[:, None]], 1)
    spending = rows.sum(1) - output.sum(1)
    table = ras(prior, rows, np.concatenate([output, spending[:, None]], 1), tolerance=1e-10).table
    # what is left of the scaling's error goes where it is smallest: final demand, value added
    inputs = table[:, :s, :s]
    return inputs, absorption - inputs.sum(2), output - inputs.sum(1)


@cache
def shipped(regions: str) -> Case:
    """The shipped world: `default` is 30 x 23, `all` is 81 x 23."""
    from tradetalks.data import elasticity_sets, load_world
    from tradetalks.engine.economy import elasticities_of

    world = load_world("world-2022", regions)
    central = next(s for s in elasticity_sets("medium", world.sectors) if s.central)
    pair = world.index("CHN"), world.index("USA")
    flows = world.intermediate, world.final, world.value_added
    tables = np.array(world.trade), np.array(world.tariff)
    return _case(*tables, flows, elasticities_of(central), pair, np.array(world.goods))


@cache
def synthetic(countries: int, sectors: int) -> Case:
    """A random balanced world, the shipped medium elasticities."""
    table = balanced(3, n=countries, s=sectors)
    flows = table.intermediate, table.final, table.value_added
    sigma = np.full(sectors, SIGMA), np.full(sectors, SIGMA_DOMESTIC)
    elasticities = _elasticities(*sigma, (MATERIALS, VALUE_ADDED, FINAL))
    return _case(table.trade, table.tariff, flows, elasticities, (0, 1))


@cache
def ju_et_al(data: Path) -> Case:
    """Seven regions, 44 sectors, 2017 (Ju, Ma, Wang & Zhu 2024), their trade elasticities."""
    folder = data / "jmwz2017"
    codes = ("BRA", "CHN", "EU", "IND", "JPN", "USA", "ROW")
    place = {c: k for k, c in enumerate(codes)}

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as f:
            return list(csv.DictReader(f))

    n, s = 7, 44
    trade, tariff = np.zeros((n, n, s)), np.zeros((n, n, s))
    for r in rows("TradeFlow2017"):
        trade[place[r["iso_o"]], place[r["iso_d"]], int(r["indcode"]) - 1] = float(r["tradevalue"])
    for r in rows("tariff_prewar2017"):
        cell = place[r["iso_o"]], place[r["iso_d"]], int(r["indcode"]) - 1
        tariff[cell] = float(r["AHS_simple"])
    use, final, added = np.zeros((n, s, s)), np.zeros((n, s)), np.zeros((n, s))
    for r in rows("IOshare"):
        cell = place[r["iso_o"]], int(r["input_ind"]) - 1, int(r["output_ind"]) - 1
        use[cell] = float(r["valueshare"])
    for r in rows("finalshare"):
        final[place[r["iso_o"]], int(r["input_ind"]) - 1] = float(r["finalshare"])
    for r in rows("vashare"):
        added[place[r["iso_o"]], int(r["indcode"]) - 1] = float(r["vashare"])
    theta = np.array([float(r["\\theta"]) for r in rows("cal_elasticities")])
    output = trade.sum(1)
    use *= ((1.0 - added) * output / np.maximum(use.sum(1), 1e-12))[:, None, :]
    added = added * output
    flows = balanced_flows(trade, tariff, use, added, final * added.sum(1, keepdims=True))
    elasticities = _elasticities(1.0 + theta, 1.0 + theta, (1.0, 1.0, 1.0))
    return _case(trade, tariff, flows, elasticities, (1, 5), np.arange(s) < 22)


@cache
def caliendo_parro(data: Path) -> tuple[Case, Shock]:
    """Caliendo & Parro (2015): 31 x 40, 1993, and the duties of NAFTA."""
    folder = data / "cp2015"
    n, s, traded = 31, 40, 20

    def blocks(name: str) -> Array:
        raw = np.loadtxt(folder / f"{name}.txt")
        return raw.reshape(traded, n, n).transpose(2, 1, 0)

    exports, output = 1000.0 * blocks("xbilat1993"), np.loadtxt(folder / "GO.txt").T
    trade, tariff, later = (np.zeros((n, n, s)) for _ in range(3))
    trade[:, :, :traded] = exports
    sold = trade.sum(1)
    trade[np.arange(n), np.arange(n)] = np.maximum(output, sold) - sold
    tariff[:, :, :traded] = blocks("tariffs1993") / 100.0
    later[:, :, :traded] = blocks("tariffs2005") / 100.0
    share, theta = np.loadtxt(folder / "B.txt").T, np.full(s, 8.22)
    theta[:traded] = np.loadtxt(folder / "T.txt")
    made = trade.sum(1)
    use = np.loadtxt(folder / "IO.txt").reshape(n, s, s) * ((1.0 - share) * made)[:, None, :]
    final = np.maximum((trade * (1.0 + tariff)).sum(0) - use.sum(2), 0.0)
    flows = balanced_flows(trade, tariff, use, share * made, final)
    elasticities = _elasticities(1.0 + theta, 1.0 + theta, (1.0, 1.0, 1.0))
    mexico, canada, usa = 19, 4, 29
    case = _case(trade, tariff, flows, elasticities, (mexico, usa), np.arange(s) < traded)
    members = np.ix_((mexico, canada, usa), (mexico, canada, usa))
    new = tariff.copy()
    new[members] = later[members]
    return case, case.shock(new)


@cache
def wiod(data: Path) -> Case:
    """WIOD 2011, 41 x 35, inputs pooled over origins, medium elasticities, no duties."""
    with np.load(data / "wiod2013" / "wiot_2011.npz") as stored:
        between = np.maximum(stored["inter"], 0.0)
        final = np.maximum(stored["final"], 0.0)
        places = [str(c) for c in stored["countries"]]
    n, s = len(places), between.shape[0] // len(places)
    by_user = between.reshape(n, s, n, s)
    by_buyer = final.reshape(n, s, n, -1).sum(3)
    trade = (by_user.sum(3) + by_buyer).transpose(0, 2, 1)
    use, bought = by_user.sum(0).transpose(1, 0, 2), by_buyer.sum(0).T
    added = np.maximum(trade.sum(1) - use.sum(1), 0.0)
    tariff = np.zeros_like(trade)
    flows = balanced_flows(trade, tariff, use, added, bought)
    sigma = np.full(s, SIGMA), np.full(s, SIGMA_DOMESTIC)
    elasticities = _elasticities(*sigma, (MATERIALS, VALUE_ADDED, FINAL))
    pair = places.index("CHN"), places.index("USA")
    return _case(trade, tariff, flows, elasticities, pair, np.arange(s) < 16)
