"""The baseline of an economy, what may be done to it, and the rules that close it."""

from __future__ import annotations

from typing import Literal

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

Deficit = Literal["fixed_world_share", "gni_share", "balanced"]
LabourSupply = Literal["fixed", "elastic", "rigid"]
Revenue = Literal["lump_sum", "income_tax_cut"]


class Economy(eqx.Module):
    """The baseline of a world table (flows in one currency unit), as totals and shares.

    Every share is of a total at users' prices. `spending[n, j]` is what n pays for good j
    from all origins, duty included; `import_share[n, j]` the foreign part of it;
    `origin_share[j, n, i]` the share of exporter i in that part (zero for i = n);
    `trade[j, n, i]` values before duty; `log_duty[j, n, i]` the log of one plus the baseline
    duty. Arrays over pairs of countries are stored `[sector, importer, exporter]`, the order
    in which the solver reads memory.

    `cost[n, k]` is what sector k spends on factors and inputs, `value_added[n, k]` the part
    paid to factors, `profit_share[n, k]` the part 1 - 1/markup of sales that is neither.
    `material_share[n, j, k]` are shares in the bundle of ordinary materials,
    `critical_share[n, j, k]` (or None) cost shares of critical inputs, which stand at the top
    of the cost function. `leontief[n, j, k]` is the domestic price inverse: how much good j
    rises in n when k's price does and imports' do not. Build it with `economy_of_flows`,
    which takes arrays in the usual order.
    """

    log_duty: Float[Array, "j n i"]
    trade: Float[Array, "j n i"]
    spending: Float[Array, "n j"]
    import_share: Float[Array, "n j"]
    origin_share: Float[Array, "j n i"]
    home_share: Float[Array, "n j"]
    sales: Float[Array, "n k"]
    cost: Float[Array, "n k"]
    profit_share: Float[Array, "n k"] | None
    value_added: Float[Array, "n k"]
    value_added_share: Float[Array, "n k"]
    material_share: Float[Array, "n j k"]
    critical_share: Float[Array, "n j k"] | None
    leontief: Float[Array, "n j k"]
    final_share: Float[Array, "n j"]
    expenditure: Float[Array, " n"]
    factor_income: Float[Array, " n"]
    income: Float[Array, " n"]
    deficit: Float[Array, " n"]

    @property
    def n_countries(self) -> int:
        """Number of countries N."""
        return self.spending.shape[0]

    @property
    def n_sectors(self) -> int:
        """Number of sectors S."""
        return self.spending.shape[1]


class Elasticities(eqx.Module):
    """Elasticities of substitution, none of them a trade elasticity (sigma = 1 + theta).

    `sigma[j]` among foreign origins, `sigma_domestic[j]` between the domestic good and the
    import composite, `materials` among materials, `value_added` between value added and
    materials, `final` among goods in final demand, `critical` between critical inputs and
    everything else (used only where an economy has critical inputs). All may be 1.
    """

    sigma: Float[Array, " j"]
    sigma_domestic: Float[Array, " j"]
    materials: Float[Array, ""]
    value_added: Float[Array, ""]
    final: Float[Array, ""]
    critical: Float[Array, ""] | None = None


class Factors(eqx.Module):
    """How factors move. Without it, all factors are mobile between sectors.

    `mobile[n, k]` is the weight of the national wage in the price of value added; the rest
    moves with the sector's own value added. With a share a of value added going to specific
    factors and labour sorting across sectors with elasticity kappa (Galle, Rodriguez-Clare &
    Yi 2023), mobile = (1 - a)(1 - 1/kappa): 1 is mobile, 0 wholly specific. `specific[n, k]`
    is a alone. `fixed_cost[n, k]` is the cost share of a factor in fixed supply to the sector,
    1/(1 + e) for a supply elasticity e; it is part of value added and cannot exceed it. None
    where no sector has one: costs then depend on no bill, which is no unknown either.
    Shares a are of the rest of value added. Build it with `factors_of`.
    """

    mobile: Float[Array, "n k"]
    specific: Float[Array, "n k"]
    fixed_cost: Float[Array, "n k"] | None = None


class Selection(eqx.Module):
    """Market access costs and scale economies of a one-sector world (Ignatenko et al. 2025).

    `local[n]` (nu) is the share of every sale in n that is paid to n's own factors,
    `duty_exponent[n]` (phi) how much more than the trade elasticity a duty bites, `scale`
    (psi) the elasticity of productivity in employment.
    """

    local: Float[Array, " n"]
    duty_exponent: Float[Array, " n"]
    scale: Float[Array, ""]


class Closure(eqx.Module):
    """The rules that the equations leave open. Each is named, none is silent.

    `deficit`: `fixed_world_share` keeps each country's nominal deficit a fixed share of
    world factor income; `gni_share` sets E_n = lambda (1 + d_n) GNI_n with lambda clearing
    the world (the rule of `ge_gravity`); `balanced` sets every deficit to zero.

    `labour`: employment `fixed`; `elastic` with elasticity `labour_elasticity` in the real
    wage (preferences of Greenwood, Hercowitz & Huffman); or `rigid`: the own-currency wage
    does not fall below `wage_floor` times its baseline while the central bank holds nominal
    income, and employment is the complement.

    `revenue`: returned as a `lump_sum`, or as an `income_tax_cut` (it matters only where
    labour is elastic).
    """

    deficit: Deficit = eqx.field(static=True, default="fixed_world_share")
    labour: LabourSupply = eqx.field(static=True, default="fixed")
    revenue: Revenue = eqx.field(static=True, default="lump_sum")
    labour_elasticity: Float[Array, ""] | None = None
    wage_floor: Float[Array, ""] | None = None
    factors: Factors | None = None
    selection: Selection | None = None


class Quotas(eqx.Module):
    """Quantity limits on groups of flows, each with its own premium.

    Member m is the flow of good `good[m]` from `exporter[m]` to `importer[m]` and belongs to
    group `group[m]`. `limit[g]` is the cap on (or floor under) the group's volume, in baseline
    value; `floor[g]` is True for a purchase floor, whose premium is a subsidy that the
    importer pays. Of a group's rent the share `burnt[g]` is used up, `to_exporter[g]` and
    `to_importer[g]` go to the two ends of each flow and `to_controller[g, n]` to named others.
    `ceiling[g]` is the highest log premium of a cap: there more comes than the limit says.
    """

    good: Int[Array, " m"]
    importer: Int[Array, " m"]
    exporter: Int[Array, " m"]
    group: Int[Array, " m"]
    limit: Float[Array, " g"]
    floor: Float[Array, " g"]
    burnt: Float[Array, " g"]
    to_exporter: Float[Array, " g"]
    to_importer: Float[Array, " g"]
    to_controller: Float[Array, "g n"]
    ceiling: Float[Array, " g"] | None = None


class Shock(eqx.Module):
    """What differs from the baseline; pairs of countries `[sector, importer, exporter]`.

    `tariff` is the new duty (a fraction, not a change); `log_iceberg` the log of the trade
    cost relative to the baseline, infinite where a flow is shut. What is None stays as it
    was: `export_tax` a fraction of the producer's price, paid to the exporter's budget;
    `subsidy[n, k]` the share of the producer's price that the budget pays; `productivity`
    and `endowment` (of specific factors) `[n, k]` ratios to the baseline; `quotas`.
    Build it with `shock_of`.
    """

    tariff: Float[Array, "j n i"]
    log_iceberg: Float[Array, "j n i"]
    export_tax: Float[Array, "j n i"] | None = None
    subsidy: Float[Array, "n k"] | None = None
    productivity: Float[Array, "n k"] | None = None
    endowment: Float[Array, "n k"] | None = None
    quotas: Quotas | None = None


def by_sector(flow: Float[Array, "i n j"]) -> Float[Array, "j n i"]:
    """Reorder `[exporter, importer, sector]` to `[sector, importer, exporter]` (and back)."""
    return jnp.transpose(flow, (2, 1, 0))


def _divide(a: Array, b: Array, empty: float) -> Array:
    return jnp.where(b > 0, jnp.asarray(a) / jnp.where(b > 0, b, 1.0), empty)


@jax.jit
def economy_of_flows(
    trade: Float[Array, "i n j"],
    tariff: Float[Array, "i n j"],
    intermediate: Float[Array, "n j k"],
    final: Float[Array, "n j"],
    value_added: Float[Array, "n k"],
    *,
    markup: Float[Array, "n k"] | None = None,
    critical: Float[Array, " j"] | None = None,
    local: Float[Array, " n"] | None = None,
) -> Economy:
    """Turn a balanced table of flows into an `Economy`.

    `value_added` includes profits, which are the share 1 - 1/markup of sales. `critical[j]`
    is one for goods that stand at the top of the cost function. `local[n]` is the share of
    sales in n paid to n's factors (see `Selection`). Where a sector produces nothing its
    value-added share is one; where a good is not used its cell is inert.
    """
    trade, tariff, value_added = map(jnp.asarray, (trade, tariff, value_added))
    use = jnp.asarray(intermediate)
    gross = trade * (1.0 + tariff)
    spending = gross.sum(0)
    home = jnp.eye(trade.shape[0], dtype=bool)[:, :, None]
    imports = jnp.where(home, 0.0, gross)
    import_spending = imports.sum(0)
    sales = trade.sum(1)
    if local is not None:
        paid = jnp.asarray(local)[None, :, None] * trade
        sales = sales - paid.sum(1) + paid.sum(0)
    profit_share = None if markup is None else 1.0 - 1.0 / jnp.asarray(markup)
    profit = jnp.zeros_like(sales) if profit_share is None else profit_share * sales
    factors = value_added - profit
    critical_use = None
    if critical is not None:
        critical_use = use * jnp.asarray(critical)[None, :, None]
        use = use - critical_use
    materials = use.sum(1)
    expenditure = jnp.asarray(final).sum(1)
    income = value_added.sum(1) + (trade * tariff).sum((0, 2))
    cost = sales - profit
    at_home = jnp.where(home, trade, 0.0).sum(0)
    import_share = _divide(import_spending, spending, 0.0)
    value_added_share = _divide(factors, factors + materials, 1.0)
    material_share = _divide(use, materials[:, None, :], 0.0)
    return Economy(
        log_duty=by_sector(jnp.log1p(tariff)),
        trade=by_sector(trade),
        spending=spending,
        import_share=import_share,
        origin_share=by_sector(_divide(imports, import_spending, 0.0)),
        home_share=_divide(at_home, trade.sum(1), 1.0),
        sales=sales,
        cost=cost,
        profit_share=profit_share,
        value_added=factors,
        value_added_share=value_added_share,
        material_share=material_share,
        critical_share=None
        if critical_use is None
        else _divide(critical_use, cost[:, None, :], 0.0),
        leontief=_leontief(1.0 - import_share, 1.0 - value_added_share, material_share),
        final_share=_divide(jnp.asarray(final), expenditure[:, None], 0.0),
        expenditure=expenditure,
        factor_income=factors.sum(1),
        income=income,
        deficit=expenditure - income,
    )


def _leontief(
    home: Float[Array, "n j"], materials: Float[Array, "n k"], share: Float[Array, "n j k"]
) -> Float[Array, "n j k"]:
    """Return (1 - A)^-1 = (1 + A)(1 + A^2)(1 + A^4)..., the first 32 rounds of inputs."""
    power = home[:, :, None] * (materials[:, None, :] * share).transpose(0, 2, 1)
    total = jnp.eye(home.shape[1]) + power
    for _ in range(4):
        power = power @ power
        total = total + total @ power
    return total


def factors_of(
    specific: Float[Array, "n k"],
    *,
    sorting: float | None = None,
    fixed_cost: Float[Array, "n k"] | None = None,
) -> Factors:
    """Return `Factors` from the specific share of value added and labour's sorting elasticity.

    `sorting` is kappa: None for labour that moves freely, 1 for labour that stays.
    """
    share = jnp.asarray(specific, dtype=float)
    labour = 1.0 if sorting is None else 1.0 - 1.0 / sorting
    fixed = None if fixed_cost is None else jnp.asarray(fixed_cost)
    return Factors(mobile=(1.0 - share) * labour, specific=share, fixed_cost=fixed)


def shock_of(
    tariff: Float[Array, "i n j"],
    iceberg: Float[Array, "i n j"] | None = None,
    *,
    export_tax: Float[Array, "i n j"] | None = None,
    subsidy: Float[Array, "n k"] | None = None,
    productivity: Float[Array, "n k"] | None = None,
    endowment: Float[Array, "n k"] | None = None,
    quotas: Quotas | None = None,
) -> Shock:
    """Build a `Shock` from arrays in the usual order `[exporter, importer, sector]`."""
    duty = by_sector(jnp.asarray(tariff))
    cost = jnp.zeros_like(duty) if iceberg is None else jnp.log(by_sector(jnp.asarray(iceberg)))
    return Shock(
        tariff=duty,
        log_iceberg=cost,
        export_tax=None if export_tax is None else by_sector(jnp.asarray(export_tax)),
        subsidy=None if subsidy is None else jnp.asarray(subsidy),
        productivity=None if productivity is None else jnp.asarray(productivity),
        endowment=None if endowment is None else jnp.asarray(endowment),
        quotas=quotas,
    )


def no_shock(economy: Economy) -> Shock:
    """Return the shock that changes nothing."""
    return Shock(jnp.expm1(economy.log_duty), jnp.zeros_like(economy.log_duty))
