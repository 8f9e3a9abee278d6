"""What it costs when a supplier stops: many cuts of one world, solved as one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadInput, BadNumber, NotConverged

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

ENDS = ("low", "central", "high")
"""The elasticity of critical inputs, from the one with the largest losses on."""
_IDLE = 1e6
_SMALL = 1e-9
_MANY = (False, True)
_CHUNKS = (12, 4)
"""Cases solved at once: cuts of one good, cuts of several. Fixed, so that they compile once."""


@dataclass(frozen=True)
class Cut:
    """Some suppliers stop selling some goods to a buyer.

    Of each good's flow the part `left` still arrives, or the part that `left_by_good` says. Of
    the premium that users pay for it the share `to_buyer` stays in the buyer's country, the rest
    goes to the suppliers.
    """

    suppliers: tuple[str, ...]
    buyer: str
    goods: tuple[str, ...]
    left: float = 0.1
    left_by_good: Mapping[str, float] = field(default_factory=lambda: {})
    to_buyer: float = 0.0

    def share_left(self, good: str) -> float:
        """Return the part of the flow of a good that still arrives."""
        if good not in self.goods:
            return 1.0
        value = self.left_by_good.get(good, self.left)
        if not 0.0 < value <= 1.0:
            raise BadNumber(
                f"{value:g} of {good} cannot be what still arrives.",
                cure="Give a share above 0, at most 1: a total cut-off has no interior solution "
                "where users cannot do without the good.",
            )
        return value


@dataclass(frozen=True, eq=False)
class CutLosses:
    """The outcomes of cuts `c` at the elasticities `e` (`ENDS`), against no cut.

    `quantity` [c,e] is what the buyer still gets of a good from all origins, as a ratio to
    before (NaN for cuts of several goods). `income` [c,e,n] is the change of real income in
    percent, `dollars` [c,e,n] the same in billions of USD of the table's year, `output` [c,e,k]
    that of the buyer's output by sector in percent. NaN where there is no equilibrium; `failed`
    names those cuts.
    """

    cuts: tuple[Cut, ...]
    horizon: str
    elasticities: tuple[float, ...]
    table: World
    income: Array
    dollars: Array
    output: Array
    quantity: Array
    failed: tuple[str, ...]
    residual: float

    def of(self, cut: int, country: str, *, dollars: bool = False) -> dict[str, float | None]:
        """Return a country's change of real income: `central`, `low`, `high` (the range)."""
        values = (self.dollars if dollars else self.income)[cut, :, self.table.index(country)]
        return spread(values)

    def status(self) -> dict[str, Any]:
        """Return whether all of them were solved."""
        return {
            "converged": not self.failed,
            "residual": self.residual,
            "failed": list(self.failed),
        }


def spread(values: Array) -> dict[str, float | None]:
    """Return centre and range of values at the three elasticities; None where not solved."""
    solved = values[np.isfinite(values)]
    centre = float(values[1]) if np.isfinite(values[1]) else None
    if not solved.size:
        return {"central": None, "low": None, "high": None}
    return {"central": centre, "low": float(solved.min()), "high": float(solved.max())}


def world_for(*countries: str) -> World:
    """Return the shipped world with all critical goods and these countries on their own.

    Countries that the default region set keeps apart cost nothing; others are taken out of
    their region.
    """
    from tradetalks.codes import region_set
    from tradetalks.data import load_world

    mapping = dict(region_set("default"))
    for code in countries:
        if code in mapping:
            mapping[code] = code
    return load_world("world-2022", mapping, goods="all")


def critical_sets(table: World, horizon: str) -> tuple[ElasticitySet, ...]:
    """Return the central elasticity set with low, central and high elasticity of critical inputs.

    Raises `BadInput` where the table has no critical goods.
    """
    from tradetalks.data import sets_for

    sets = [s for s in sets_for(table, horizon) if s.central or "-critical-" in s.name]
    if len(sets) != len(ENDS) or any(s.critical is None for s in sets):
        raise BadInput(
            f"table '{table.name}' has no critical goods.",
            cure='Carve them out: load_world(goods="all"), or `carve_out`.',
        )
    return tuple(sorted(sets, key=lambda s: s.critical or 0.0))


def solve_cuts(
    table: World,
    cuts: Sequence[Cut],
    horizon: str = "short",
    *,
    ends: Sequence[str] = ENDS,
) -> CutLosses:
    """Solve all cuts at all elasticities in batches, from the table as it is.

    Cuts of one good are one batch, cuts of several another: there every case has one group of
    flows per good, idle where the good is not cut, so that all have one shape. A case without a
    solution is NaN and named in `failed`; raises `NotConverged` where none has one, `BadInput`
    where the suppliers sell nothing of a good.
    """
    import jax
    import jax.numpy as jnp

    from tradetalks.engine.closures import closure_of
    from tradetalks.engine.economy import economy_of, elasticities_of
    from tradetalks.scenario import Scenario
    from tradetalks.solve import solve_batch

    sets = critical_sets(table, horizon)
    chosen = [sets[ENDS.index(end)] for end in ends]
    parts = [[c for c, cut in enumerate(cuts) if (len(cut.goods) > 1) is many] for many in _MANY]
    found: dict[tuple[int, int], Any] = {}
    with jax.enable_x64(True):
        economy = economy_of(table)
        closure = closure_of(
            Scenario(name="cut", question="What if?").replace(horizon=horizon), table
        )
        own = {ENDS.index(end): elasticities_of(s) for end, s in zip(ends, chosen, strict=True)}
        for size, part in zip(_CHUNKS, parts, strict=True):
            keys = [(ENDS.index(end), c) for end in ends for c in part]
            for at in range(0, len(keys), size):
                some = keys[at : at + size]
                full = some + some[-1:] * (size - len(some))
                many = jax.tree.map(lambda *x: jnp.stack(x), *(own[e] for e, _ in full))
                shocks = _shocks(table, [cuts[c] for _, c in full], _goods(cuts, part))
                solved = solve_batch(economy, many, shocks, closure)
                found |= dict(zip(some, solved, strict=False))
    return _losses(table, tuple(cuts), horizon, sets, found)


def _losses(
    table: World,
    cuts: tuple[Cut, ...],
    horizon: str,
    sets: tuple[ElasticitySet, ...],
    found: Mapping[tuple[int, int], Any],
) -> CutLosses:
    """Return the outcomes of solutions by elasticity and cut."""
    failed = [
        f"{_says(cuts[c])}, elasticity {sets[e].critical:g}"
        for (e, c), s in found.items()
        if not s.status.converged
    ]
    if len(failed) == len(found):
        raise NotConverged(
            f"no cut has an equilibrium: {next(iter(found.values())).status.message}"
        )
    shape = (len(ENDS), len(cuts))
    income = np.full((*shape, len(table.countries)), np.nan)
    dollars, output = income.copy(), np.full((*shape, len(table.sectors)), np.nan)
    quantity = np.full(shape, np.nan)
    before = table.final.sum(1)
    for at, solution in found.items():
        if not solution.status.converged:
            continue
        e = solution.equilibrium
        gain = np.asarray(e.welfare) - before
        income[at], dollars[at] = 100.0 * gain / before, gain * 1e-3
        output[at] = _output(table, e, table.index(cuts[at[1]].buyer))
        quantity[at] = _quantity(table, e, cuts[at[1]])
    return CutLosses(
        cuts,
        horizon,
        tuple(float(s.critical or 0.0) for s in sets),
        table,
        *(np.swapaxes(x, 0, 1) for x in (income, dollars, output, quantity)),
        failed=tuple(failed),
        residual=max(s.status.residual for s in found.values() if s.status.converged),
    )


def _output(table: World, e: Any, n: int) -> Array:
    """Return the change of the quantity of output by sector, in percent."""
    before = table.output[n]
    quantity = np.asarray(e.sales)[n] / np.asarray(e.cost)[n]
    return 100.0 * (np.divide(quantity, before, out=np.ones_like(before), where=before > 0) - 1.0)


def _quantity(table: World, e: Any, cut: Cut) -> float:
    """Return the buyer's quantity of the one good that is cut: its spending over its price."""
    if len(cut.goods) != 1:
        return float("nan")
    n, j = table.index(cut.buyer), table.sector_index(cut.goods[0])
    paid = (np.asarray(e.trade)[:, n, j] + np.asarray(e.duty)[:, n, j]).sum()
    before = (table.trade[:, n, j] * (1.0 + table.tariff[:, n, j])).sum()
    return float(paid / before / np.asarray(e.price)[n, j])


def _goods(cuts: Sequence[Cut], part: Sequence[int]) -> tuple[str, ...]:
    """Return the goods that cuts of several goods have groups for; none for cuts of one good."""
    if all(len(cuts[c].goods) == 1 for c in part):
        return ()
    return tuple(dict.fromkeys(g for c in part for g in cuts[c].goods))


def _shocks(table: World, cuts: Sequence[Cut], goods: tuple[str, ...]) -> Any:
    """Return the model's shocks, one per cut; without `goods` each cut has one of its own."""
    import jax.numpy as jnp

    from tradetalks.model import Quotas, Shock, by_sector

    members = max(len(c.suppliers) for c in cuts)
    shape = (len(cuts), max(len(goods), 1), members)
    exporter, importer, good = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    limit, kept = np.ones(shape[:2]), np.zeros(shape[:2])
    for c, cut in enumerate(cuts):
        n = table.index(cut.buyer)
        who = [table.index(s) for s in cut.suppliers]
        for g, name in enumerate(goods or cut.goods):
            j = table.sector_index(name)
            exporter[c, g], importer[c, g], good[c, g] = who, n, j
            flow = float(table.trade[who, n, j].sum())
            left = cut.share_left(name)
            if len(who) < members or n in who or flow <= 0.0:
                raise BadInput(
                    f"{_says(cut)}: there is no trade in {name} to cut.",
                    cure="Name goods that the suppliers sell to the buyer, and as many suppliers "
                    "in each cut.",
                )
            limit[c, g] = left * flow if left < 1.0 else _IDLE * flow
            kept[c, g] = cut.to_buyer
    cases, groups = shape[:2]
    flat = (cases, groups * members)
    zero = np.zeros((cases, groups))
    group = np.broadcast_to(np.repeat(np.arange(groups), members), flat)
    quotas = Quotas(
        good=jnp.asarray(good.reshape(flat)),
        importer=jnp.asarray(importer.reshape(flat)),
        exporter=jnp.asarray(exporter.reshape(flat)),
        group=jnp.asarray(group),
        limit=jnp.asarray(limit),
        floor=jnp.asarray(zero),
        burnt=jnp.asarray(zero),
        to_exporter=jnp.asarray(1.0 - kept),
        to_importer=jnp.asarray(kept),
        to_controller=jnp.zeros((cases, groups, len(table.countries))),
    )
    duty = by_sector(jnp.asarray(table.tariff))
    same = (cases, *duty.shape)
    return Shock(tariff=jnp.broadcast_to(duty, same), log_iceberg=jnp.zeros(same), quotas=quotas)


def _says(cut: Cut) -> str:
    what = ", ".join(cut.goods) if len(cut.goods) <= 3 else f"{len(cut.goods)} goods"
    return f"{' and '.join(cut.suppliers)} cut {what} to {cut.buyer}"


def sold(table: World, suppliers: Sequence[str], buyer: str, least: float = 0.0) -> list[str]:
    """Return the critical goods that any of the suppliers sells to the buyer, in table order.

    `least` is the smallest share of the buyer's purchases of the good.
    """
    n = table.index(buyer)
    who = [table.index(s) for s in suppliers if s != buyer]
    out: list[str] = []
    for good in table.carved:
        j = table.sector_index(good.code)
        flow, whole = float(table.trade[who, n, j].sum()), float(table.trade[:, n, j].sum())
        if flow > _SMALL and flow >= least * whole:
            out.append(good.code)
    return out
