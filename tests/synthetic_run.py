"""A made-up run with the shape, the signs and the identities of a real one (tests only)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from tradetalks.results import RunResult

COUNTRIES = [
    "USA",
    "CHN",
    "MEX",
    "CAN",
    "VNM",
    "IND",
    "JPN",
    "KOR",
    "TWN",
    "DEU",
    "FRA",
    "ITA",
    "NLD",
    "REU",
    "GBR",
    "CHE",
    "AUS",
    "BRA",
    "IDN",
    "MYS",
    "SGP",
    "THA",
    "PHL",
    "TUR",
    "ZAF",
    "SAU",
    "RUS",
    "CHL",
    "NOR",
    "ROW",
]
SECTORS = [
    "01T02",
    "03",
    "05T06",
    "07T08",
    "09",
    "10T12",
    "13T15",
    "16",
    "17T18",
    "19",
    "20",
    "21",
    "22",
    "23",
    "24",
    "25",
    "26",
    "27",
    "28",
    "29",
    "30",
    "31T33",
    "SERV",
]
SETS = ("central", "low", "high", "caliendo_parro", "fontagne", "shapiro", "ossa", "giri")
_SIZE = (
    "25.7 17.8 1.4 2.1 .41 3.3 4.2 1.7 .76 4.1 2.8 2.1 1.0 4.6 3.1 .8 1.7 1.9 1.3 .41 .47 .5 .4 .9 "
    ".4 1.1 2.2 .3 .6 9.0"
)


def synthetic_run(
    *,
    countries: tuple[str, ...] = tuple(COUNTRIES),
    sets: tuple[str, ...] = SETS,
    failed: tuple[str, ...] = (),
    seed: int = 1,
    scale: float = 1.0,
) -> RunResult:
    """Build the run; `scale` multiplies every change, `failed` sets hold NaN."""
    rng = np.random.default_rng(seed)
    gdp = np.array([1000 * float(x) for x in _SIZE.split()])[: len(countries)]
    weight = rng.dirichlet(np.full(len(SECTORS), 3.0), size=len(countries))
    weight[:, -1] += 1.0
    weight /= weight.sum(1, keepdims=True)
    goods = np.array([0.25] * (len(SECTORS) - 1) + [0.02])
    trade_ref = gdp[:, None, None] * (gdp / gdp.sum())[None, :, None] * weight[:, None, :] * goods
    n, home = len(countries), np.eye(len(countries), dtype=bool)
    trade_ref[home] = gdp[:, None] * weight
    us, cn = countries.index("USA"), countries.index("CHN")

    tariff_ref = np.where(home[:, :, None], 0.0, 0.03) * (np.arange(len(SECTORS)) < 22)
    tariff_ref[cn, us, :-1] += 0.10 + 0.10 * rng.random(22)
    tariff_ref[us, cn, :-1] += 0.06
    tariff = tariff_ref.copy()
    tariff[cn, us, :-1] += 0.24 * scale
    tariff[us, cn, :-1] += 0.24 * scale

    trade = np.zeros_like(trade_ref)
    for i, m in ((cn, us), (us, cn)):
        lost = 0.30 * scale * trade_ref[i, m, :-1]
        trade[i, m, :-1] -= lost
        share = trade_ref[:, m, :-1].copy()
        share[[i, m]] = 0.0
        trade[:, m, :-1] += 0.6 * lost * share / share.sum(0)

    factor = np.array([1.0, *np.linspace(0.6, 1.6, len(sets) - 1)])[: len(sets)]

    def over_sets(values: np.ndarray) -> np.ndarray:
        return values[None] * factor.reshape(-1, *[1] * values.ndim)

    def level(values: np.ndarray) -> np.ndarray:
        return np.broadcast_to(values, (len(sets), *values.shape)).copy()

    off = ~home
    flows, flows_ref = trade.sum(2) * off, trade_ref.sum(2) * off
    exports, imports = flows.sum(1), flows.sum(0)
    sales, sales_ref = trade.sum(1), trade_ref.sum(1)
    real = 100 * (exports - 0.3 * imports) / gdp * 0.2 + 0.01 * rng.standard_normal(n)
    real[us], real[cn] = -0.05 * scale, -0.21 * scale
    parts = np.stack([0.7 * real, 0.25 * real, np.zeros(n)])
    revenue_ref = (tariff_ref * trade_ref).sum((0, 2))
    revenue = ((tariff * (trade + trade_ref)).sum((0, 2))) - revenue_ref
    balance, balance_ref = flows - flows.T, flows_ref - flows_ref.T
    customs = np.full((n, n), np.nan)
    customs[us, cn], customs[cn, us] = 1.18 * balance[us, cn], 1.18 * balance[cn, us]
    c, s = ("set", "country"), ("set", "country", "sector")
    b, t = ("set", "country", "partner"), ("exporter", "importer", "sector")
    variables = {
        "real_income": (c, over_sets(real)),
        "equivalent_variation": (c, over_sets(real * gdp / 100)),
        "terms_of_trade": (c, over_sets(parts[0])),
        "volume_of_trade": (c, over_sets(parts[1])),
        "trade_costs": (c, over_sets(parts[2])),
        "remainder": (c, over_sets(real - parts.sum(0))),
        "exports": (c, over_sets(exports)),
        "exports_reference": (c, level(flows_ref.sum(1))),
        "imports": (c, over_sets(imports)),
        "imports_reference": (c, level(flows_ref.sum(0))),
        "goods_exports": (c, over_sets(0.9 * exports)),
        "goods_exports_reference": (c, level(0.9 * flows_ref.sum(1))),
        "goods_imports": (c, over_sets(0.9 * imports)),
        "goods_imports_reference": (c, level(0.9 * flows_ref.sum(0))),
        "tariff_revenue": (c, over_sets(revenue)),
        "tariff_revenue_reference": (c, level(revenue_ref)),
        "bilateral_balance": (b, over_sets(balance)),
        "bilateral_balance_reference": (b, level(balance_ref)),
        "bilateral_balance_customs": (b, over_sets(customs)),
        "bilateral_balance_customs_reference": (
            b,
            level(np.where(np.isnan(customs), np.nan, 1.18 * balance_ref)),
        ),
        "consumer_prices": (c, over_sets(-0.9 * real)),
        "wage": (c, over_sets(0.5 * real)),
        "expenditure": (c, over_sets(real * gdp / 100)),
        "expenditure_reference": (c, level(gdp)),
        "gdp": (c, over_sets(real * gdp / 100)),
        "gdp_reference": (c, level(gdp)),
        "output": (s, over_sets(sales)),
        "output_reference": (s, level(sales_ref)),
        "value_added": (s, over_sets(0.45 * sales)),
        "value_added_reference": (s, level(0.45 * sales_ref)),
        "output_percent": (s, over_sets(100 * sales / sales_ref)),
        "trade": (t, trade),
        "trade_reference": (t, trade_ref),
        "tariff": (t, tariff),
        "tariff_reference": (t, tariff_ref),
    }
    data = xr.Dataset(
        variables,
        coords={
            "set": list(sets),
            "country": list(countries),
            "partner": list(countries),
            "exporter": list(countries),
            "importer": list(countries),
            "sector": list(SECTORS),
        },
        attrs={"central": "central"},
    )
    for name in failed:
        for variable in data.data_vars:
            if "set" in data[variable].dims:
                data[variable].loc[{"set": name}] = np.nan
    by_set = {
        name: {
            "converged": name not in failed,
            "message": "the iteration stalled" if name in failed else "converged",
            "residual": 3e-10,
            "walras": 2e-12,
            "iterations": 21,
        }
        for name in sets
    }
    return RunResult(
        scenario={
            "name": "truce-lapses-by-law",
            "title": "The truce lapses as the orders read",
            "question": "What if the truce lapses on 12 August 2025 as the orders read "
            "(US +54, China +34 points)?",
            "against": "truce-holds",
            "elasticities": "all",
            "closures": {"deficit": "fixed_world_share", "labour": "mobile", "revenue": "lump_sum"},
            "changes": [
                {"kind": "tariff", "importer": "USA", "exporter": "CHN", "add": "54%"},
                {"kind": "tariff", "importer": "CHN", "exporter": "USA", "add": "34%"},
            ],
            "sources": [
                {
                    "title": "Executive Order 14298 of 12 May 2025",
                    "url": "https://www.federalregister.gov/documents/2025/05/21/2025-09297",
                    "evidence": "primary",
                }
            ],
            "notes": "The rates are points added to the law of mid-2022.",
        },
        against="truce-holds",
        world={
            "name": "world-2022",
            "year": 2022,
            "regions": "default",
            "hash": "5f0c9c",
            "label": "OECD ICIO 2022",
            "sources": ["OECD Inter-Country Input-Output tables, 2025 edition, year 2022"],
            "notes": ["Tariffs: law of mid-2022."],
        },
        horizon="medium",
        status={
            "converged": not failed,
            "message": "all elasticity sets converged" if not failed else "some sets failed",
            "residual": 3e-10,
            "walras": 2e-12,
            "by_set": by_set,
            "failed_sets": list(failed),
        },
        data=data,
        assumptions=(
            "The aggregate trade deficit of each country is held at a fixed share of world income "
            "(closure fixed_world_share): bilateral balances move, the aggregate is imposed.",
            "Labour and capital move freely between sectors of a country, not between countries.",
            "Tariff revenue is paid back to households as a lump sum.",
        ),
        warnings=(),
        versions={"tradetalks": "0.1.0", "jax": "0.10.2", "python": "3.11"},
        timing={"solve": 1.2},
        created="2025-11-21",
    )


def renamed(result: RunResult, **scenario: object) -> RunResult:
    """Return the run with other scenario fields."""
    return replace(result, scenario={**result.scenario, **scenario})
