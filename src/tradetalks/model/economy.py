"""The baseline of an economy: flows of one year and the shares that follow from them."""

from __future__ import annotations

from typing import Literal

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

Deficit = Literal["fixed_world_share", "gni_share", "balanced"]


class Economy(eqx.Module):
    """The baseline of a world table (flows in one currency unit), as totals and shares.

    Every share is of a total at users' prices. `spending[n, j]` is what n pays for good j
    from all origins, duty included; `import_share[n, j]` the foreign part of it;
    `origin_share[j, n, i]` the share of exporter i in that part (zero for i = n);
    `log_duty[j, n, i]` the log of one plus the baseline duty. Arrays over pairs of countries
    are stored `[sector, importer, exporter]`, the order in which the solver reads memory.
    Build it with `economy_of_flows`, which takes arrays in the usual order.
    """

    log_duty: Float[Array, "j n i"]
    spending: Float[Array, "n j"]
    import_share: Float[Array, "n j"]
    origin_share: Float[Array, "j n i"]
    sales: Float[Array, "n k"]
    value_added: Float[Array, "n k"]
    value_added_share: Float[Array, "n k"]
    material_share: Float[Array, "n j k"]
    final_share: Float[Array, "n j"]
    expenditure: Float[Array, " n"]
    factor_income: Float[Array, " n"]
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
    materials, `final` among goods in final demand. All may be 1 (Cobb-Douglas).
    """

    sigma: Float[Array, " j"]
    sigma_domestic: Float[Array, " j"]
    materials: Float[Array, ""]
    value_added: Float[Array, ""]
    final: Float[Array, ""]


class Shock(eqx.Module):
    """What differs from the baseline, stored `[sector, importer, exporter]`.

    `tariff` is the new duty (a fraction, not a change); `log_iceberg` the log of the trade
    cost relative to the baseline, infinite where a flow is shut. Build it with `shock_of`.
    """

    tariff: Float[Array, "j n i"]
    log_iceberg: Float[Array, "j n i"]


class Closure(eqx.Module):
    """The rules that the equations leave open. Each is named, none is silent.

    `deficit`: `fixed_world_share` keeps each country's nominal deficit a fixed share of
    world factor income; `gni_share` sets E_n = lambda (1 + d_n) GNI_n with lambda clearing
    the world (the rule of `ge_gravity`); `balanced` sets every deficit to zero.
    """

    deficit: Deficit = eqx.field(static=True, default="fixed_world_share")


def by_sector(flow: Float[Array, "i n j"]) -> Float[Array, "j n i"]:
    """Reorder `[exporter, importer, sector]` to `[sector, importer, exporter]` (and back)."""
    return jnp.transpose(flow, (2, 1, 0))


def _divide(a: Array, b: Array, empty: float) -> Array:
    return jnp.where(b > 0, jnp.asarray(a) / jnp.where(b > 0, b, 1.0), empty)


def economy_of_flows(
    trade: Float[Array, "i n j"],
    tariff: Float[Array, "i n j"],
    intermediate: Float[Array, "n j k"],
    final: Float[Array, "n j"],
    value_added: Float[Array, "n k"],
) -> Economy:
    """Turn a balanced table of flows into an `Economy`.

    Where a sector produces nothing its value-added share is one; where a good is not
    used its spending is zero and its import share too, so the cell is inert.
    """
    trade, tariff = jnp.asarray(trade), jnp.asarray(tariff)
    gross = trade * (1.0 + tariff)
    spending = gross.sum(0)
    home = jnp.eye(trade.shape[0], dtype=bool)[:, :, None]
    imports = jnp.where(home, 0.0, gross)
    import_spending = imports.sum(0)
    materials = jnp.asarray(intermediate).sum(1)
    sales = trade.sum(1)
    expenditure = jnp.asarray(final).sum(1)
    return Economy(
        log_duty=by_sector(jnp.log1p(tariff)),
        spending=spending,
        import_share=_divide(import_spending, spending, 0.0),
        origin_share=by_sector(_divide(imports, import_spending, 0.0)),
        sales=sales,
        value_added=jnp.asarray(value_added),
        value_added_share=_divide(jnp.asarray(value_added), sales, 1.0),
        material_share=_divide(jnp.asarray(intermediate), materials[:, None, :], 0.0),
        final_share=_divide(jnp.asarray(final), expenditure[:, None], 0.0),
        expenditure=expenditure,
        factor_income=jnp.asarray(value_added).sum(1),
        deficit=trade.sum((0, 2)) - trade.sum((1, 2)),
    )


def shock_of(tariff: Float[Array, "i n j"], iceberg: Float[Array, "i n j"]) -> Shock:
    """Build a `Shock` from new duties and trade cost ratios in the usual order."""
    return Shock(tariff=by_sector(tariff), log_iceberg=jnp.log(by_sector(iceberg)))


def no_shock(economy: Economy) -> Shock:
    """Return the shock that changes nothing."""
    return Shock(jnp.expm1(economy.log_duty), jnp.zeros_like(economy.log_duty))
