"""National accounts of a scenario: what an equilibrium says, in percent and USD billions.

All changes are from the reference equilibrium to the scenario's. Dollars are those of the
world's year with world factor income held constant (the numeraire).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradetalks.codes.units import BN
from tradetalks.engine.decomposition import Decomposition
from tradetalks.model import Closure, Equilibrium

Array = NDArray[np.float64]


def _levels(e: Equilibrium, goods: NDArray[np.bool_]) -> dict[str, Array]:
    """Return the levels of one equilibrium in USD billions (tables are in millions)."""
    trade, revenue = np.asarray(e.trade), np.asarray(e.revenue)
    flow, goods_flow = trade.sum(2), trade @ goods.astype(float)
    for table in (flow, goods_flow):
        np.fill_diagonal(table, 0.0)  # sales at home
    return {
        "exports": flow.sum(1) * BN,
        "imports": flow.sum(0) * BN,
        "goods_exports": goods_flow.sum(1) * BN,
        "goods_imports": goods_flow.sum(0) * BN,
        "tariff_revenue": revenue * BN,
        "expenditure": np.asarray(e.expenditure) * BN,
        "gdp": np.asarray(e.income) * BN,
        "bilateral_balance": (goods_flow - goods_flow.T) * BN,
        "output": np.asarray(e.sales) * BN,
        "value_added": np.asarray(e.value_added) * BN,
        "rents": np.asarray(e.rents) * BN,
        "export_tax": np.asarray(e.export_tax) * BN,
        "subsidy": np.asarray(e.subsidy) * BN,
    }


def _customs_balance(e: Equilibrium, goods: NDArray[np.bool_], ratio: Array) -> Array:
    """Return goods balances `[n, partner]` at customs value, NaN where the ratio is unknown."""
    flow = np.asarray(e.trade) @ goods.astype(float) * ratio
    known = (ratio != 1.0) & (ratio.T != 1.0)
    return np.where(known, flow - flow.T, np.nan) * BN


def percent(new: ArrayLike, old: ArrayLike) -> Array:
    """Return the change from `old` to `new` in percent, zero where there was nothing."""
    new, old = np.asarray(new, dtype=float), np.asarray(old, dtype=float)
    return 100.0 * (np.divide(new, old, out=np.ones_like(new), where=old > 0) - 1.0)


class Welfare(Protocol):
    """What a change of real income is read off."""

    @property
    def expenditure(self) -> Any:
        """Final spending `[..., n]`."""

    @property
    def consumer_price(self) -> Any:
        """Its price index `[..., n]`."""

    @property
    def welfare(self) -> Any:
        """Real income `[..., n]` in the world's currency, less the disutility of work."""


def gain(before: Welfare, after: Welfare) -> tuple[Array, Array]:
    """Return the change of real income, in percent and in the world's currency."""
    # the disutility of work, where it counts, is no part of what a percent is a percent of
    consumed = np.asarray(before.expenditure / before.consumer_price)
    gained = np.asarray(after.welfare - before.welfare)
    share = np.divide(gained, consumed, out=np.zeros_like(gained), where=consumed > 0)
    return 100.0 * share, gained


def _percent_per_log(log_change: Array, percent: Array) -> Array:
    """Return what log contributions are multiplied by to sum to the percentage change."""
    small = np.abs(log_change) < 1e-12
    return np.where(small, 100.0, percent / np.where(small, 1.0, log_change))


def _parts_in_percent(parts: dict[str, Array], percent: Array) -> dict[str, Array]:
    scale = _percent_per_log(np.sum(list(parts.values()), axis=0), percent)
    return {name: scale * value for name, value in parts.items()}


def detail(
    before: Equilibrium,
    after: Equilibrium,
    found: Decomposition,
    values: dict[str, Array],
    closure: Closure,
) -> dict[str, Array]:
    """Return what `explain` shows beside the accounts `values` of the same elasticity set.

    Contributions by flow, `[n, partner, j]` in percentage points (single precision: a reader
    scales them to their total), those that are zero everywhere left out; and the income of
    labour by sector `[n, k]`, in USD billions.
    """
    log_prices = np.log1p(values["consumer_prices"] / 100.0)
    scales = {
        False: _percent_per_log(np.sum(list(found.parts.values()), axis=0), values["real_income"]),
        True: _percent_per_log(log_prices, values["consumer_prices"]),
    }
    out = {
        f"{name}_by_flow": (scales[name.startswith("price_")][:, None, None] * flow).astype("f4")
        for name, flow in found.by_flow.items()
        if np.any(flow)
    }
    labour = 1.0 if closure.factors is None else 1.0 - np.asarray(closure.factors.specific)
    paid = [labour * np.asarray(e.value_added) * BN for e in (before, after)]
    return out | {"labour_income": paid[1] - paid[0], "labour_income_reference": paid[0]}


def accounts(
    before: Equilibrium,
    after: Equilibrium,
    parts: dict[str, Array],
    goods: NDArray[np.bool_],
    customs_ratio: Array,
    aid: tuple[Array | float, Array | float] = (0.0, 0.0),
    absent: frozenset[str] = frozenset(),
) -> dict[str, Array]:
    """Return every variable of one elasticity set, arrays over `[n]`, `[n, partner]` or `[n, k]`.

    `parts` are log contributions from `decompose`; `aid` the production subsidies `[n, k]` of
    the two ends; `absent` names what neither the scenario nor its reference has. Names and
    units are those of the variable registry in `results`; a name ending in `_reference` is the
    level before.
    """
    real_income, gained = gain(before, after)
    old, new = _levels(before, goods), _levels(after, goods)
    out: dict[str, Array] = {
        "real_income": real_income,
        "equivalent_variation": gained * BN,
        "consumer_prices": percent(
            after.consumer_price / after.wage, before.consumer_price / before.wage
        ),
        "wage": percent(after.wage, before.wage),
        "employment": percent(after.employment, before.employment),
        "output_percent": percent(
            np.asarray(after.sales) / (np.asarray(after.cost) * (1.0 - aid[1])),
            np.asarray(before.sales) / (np.asarray(before.cost) * (1.0 - aid[0])),
        ),
        **_parts_in_percent(parts, real_income),
    }
    for name, level in old.items():
        out[name] = new[name] - level
        out[f"{name}_reference"] = level
    balance = _customs_balance(before, goods, customs_ratio)
    out["bilateral_balance_customs"] = _customs_balance(after, goods, customs_ratio) - balance
    out["bilateral_balance_customs_reference"] = balance
    out |= _limits(before, after)
    return {k: v for k, v in out.items() if k.removesuffix("_reference") not in absent}


def _limits(before: Equilibrium, after: Equilibrium) -> dict[str, Array]:
    """Return premia (percent) and volumes (USD billions of the world's year) by group."""
    out: dict[str, Array] = {}
    if before.premium is None or after.premium is None:
        return out
    for suffix, e in (("_reference", before), ("", after)):
        out[f"quota_premium{suffix}"] = 100.0 * np.asarray(e.premium)
        out[f"quota_volume{suffix}"] = np.asarray(e.volumes) * BN
    return out
