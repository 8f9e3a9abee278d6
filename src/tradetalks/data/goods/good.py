"""`Good`: what is known of one critical good, read from its data file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import critical_goods, goods_overlay
from tradetalks.errors import BadFile, unknown_name

REST = "rest"
"""All countries that a list does not name, in the proportions of the parent sector."""
FINAL = "FINAL"
"""Final demand, among using sectors."""


@dataclass(frozen=True)
class ByHorizon:
    """A figure that differs by horizon."""

    short: float
    medium: float
    long: float

    def at(self, horizon: str) -> float:
        """Return the figure for `short`, `medium` or `long`."""
        return {"short": self.short, "medium": self.medium, "long": self.long}[horizon]

    @property
    def least(self) -> float:
        """The smallest of the three."""
        return min(self.short, self.medium, self.long)


@dataclass(frozen=True)
class Buyer:
    """Where one country buys: `home` is the share bought at home, `imports` shares of the rest."""

    home: float
    imports: Mapping[str, float]


@dataclass(frozen=True)
class Control:
    """A control on one flow of a good that is in force in the table's own figures.

    `lost` is the share of the trade without it that it withholds, between `low` and `high`;
    `controller` is who imposes it, `measures` the ids of its acts in the law ledger.
    """

    exporter: str
    destination: str
    controller: str
    lost: float
    low: float
    high: float
    assumed: bool
    measures: tuple[str, ...] = ()

    def premium(self, sigma: float, end: str = "central", lifted: float = 0.0) -> float:
        """Return the premium z0 of buyers with access where the share `lifted` comes back.

        (1 - lost share)^(-1/sigma) - 1: what at elasticity `sigma` among origins keeps demand
        down by the lost share, at given prices of the other origins.

        >>> round(Control("TWN", "CHN", "USA", 0.5, 0.3, 0.7, True).premium(2.0), 3)
        0.414
        """
        lost = {"central": self.lost, "low": self.low, "high": self.high}[end]
        return (1.0 - lost * (1.0 - lifted)) ** (-1.0 / sigma) - 1.0


@dataclass(frozen=True)
class Good:
    """A critical good as a sector to be: shares are fractions that add up to one.

    `market` is the world market in millions of USD, before duty; `supply` shares of makers,
    `users` of buying countries (each may have a `rest`), `using` of using sectors (`FINAL` for
    final demand), `buyers` what is known of single countries' purchases. `sigma` is the
    elasticity of substitution among origins, `supply_elasticity` that of every maker;
    `stock_days` what users hold; `inputs` the least shares of
    other critical goods in its makers' sales; `controls` are those in force in its figures.
    `assumed` names the figures that no source gives.
    """

    code: str
    name: str
    parent: str
    market: float
    year: int
    supply: Mapping[str, float]
    users: Mapping[str, float]
    using: Mapping[str, float]
    buyers: Mapping[str, Buyer]
    sigma: ByHorizon
    supply_elasticity: ByHorizon
    stock_days: float
    inputs: Mapping[str, float] = field(default_factory=lambda: {})
    assumed: tuple[str, ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True)
class CriticalElasticity:
    """The elasticity between critical inputs and everything else, at one horizon."""

    low: float
    central: float
    high: float
    source: str
    evidence: str

    def items(self) -> tuple[tuple[str, float], ...]:
        """Return the three values with their names, `central` first."""
        return ("central", self.central), ("low", self.low), ("high", self.high)


def goods(names: str | Iterable[str] = "all") -> tuple[Good, ...]:
    """Return shipped critical goods: those of an overlay (`none`, `default`, `all`), or by code.

    >>> [good.code for good in goods(["MAGNETS"])]
    ['MAGNETS']
    """
    codes = goods_overlay(names) if isinstance(names, str) else tuple(names)
    for code in codes:
        if code not in critical_goods():
            raise unknown_name("critical good", code, critical_goods())
    return tuple(_shipped(code) for code in codes)


def read_good(path: str | Path) -> Good:
    """Return the critical good that a YAML file of your own describes, checked.

    Raises `BadInput` and its kind with file and line (docs/critical-goods.md has the keys).
    """
    from tradetalks.data.goods.schema import check_text

    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"this file cannot be read ({error}).", cure="Give a YAML file in UTF-8.", file=path
        ) from error
    return good_of(check_text(text, file=str(path)))


def good_file(code: str) -> tuple[str, str]:
    """Return name and text of a shipped good's data file."""
    name = f"{code.lower()}.yaml"
    return name, files("tradetalks.data.goods").joinpath(name).read_text("utf-8")


@cache
def _shipped(code: str) -> Good:
    from ruamel.yaml import YAML

    return good_of(YAML(typ="safe").load(good_file(code)[1]))


def good_of(book: Mapping[str, Any]) -> Good:
    """Return the good that a data file's plain contents describe."""
    market, use = book["market"], book["use"]
    parts = {
        "market": market,
        "supply": book["supply"],
        "use by country": use["countries"],
        "use by sector": use["sectors"],
        **{f"purchases of {n}": row for n, row in book.get("buyers", {}).items()},
        **({"inputs": book["inputs"]} if "inputs" in book else {}),
        "sigma": book["sigma"],
        "supply elasticity": book["supply_elasticity"],
        "stock days": book["stock_days"],
        **{f"control on {row['exporter']}": row for row in book.get("controls", ())},
    }
    return Good(
        code=book["code"],
        name=book["name"],
        parent=str(book["parent"]),
        market=1e3 * market["usd_bn"],
        year=market["year"],
        supply=dict(book["supply"]["shares"]),
        users=dict(use["countries"]["shares"]),
        using={str(k): v for k, v in use["sectors"]["shares"].items()},
        buyers={
            n: Buyer(row["home"], dict(row["imports"])) for n, row in book.get("buyers", {}).items()
        },
        sigma=_by_horizon(book["sigma"]),
        supply_elasticity=_by_horizon(book["supply_elasticity"]),
        stock_days=book["stock_days"]["value"],
        inputs=dict(book.get("inputs", {}).get("shares", {})),
        assumed=tuple(k for k, part in parts.items() if part["source"] == "assumed"),
        sources=tuple(dict(s) for s in book.get("sources", {}).values()),
        controls=tuple(_control(row) for row in book.get("controls", ())),
    )


def _control(row: Mapping[str, Any]) -> Control:
    lost = row["lost"]
    return Control(
        row["exporter"],
        row["destination"],
        row["controller"],
        *(lost[key] for key in ("central", "low", "high")),
        assumed=row["source"] == "assumed",
        measures=tuple(row.get("measures", ())),
    )


def _by_horizon(row: Mapping[str, Any]) -> ByHorizon:
    return ByHorizon(row["short"], row["medium"], row["long"])


def critical_elasticity(horizon: str) -> CriticalElasticity:
    """Return the elasticity eps_c of critical inputs at a horizon, with its range.

    >>> critical_elasticity("short").central
    0.1
    """
    book = _elasticities()
    if horizon not in book["horizons"]:
        raise unknown_name("horizon", horizon, book["horizons"])
    row = book["horizons"][horizon]
    return CriticalElasticity(
        row["low"], row["central"], row["high"], book["source"], book["evidence"]
    )


@cache
def _elasticities() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = files("tradetalks.data.goods").joinpath("_elasticities.yaml").read_text("utf-8")
    return YAML(typ="safe").load(text)


def at_horizon(
    carved: Iterable[Good], sectors: tuple[str, ...], horizon: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sigma and supply elasticity `[S]` of critical goods, NaN for ordinary sectors."""
    sigma, supply = np.full((2, len(sectors)), np.nan)
    for good in carved:
        at = sectors.index(good.code)
        sigma[at], supply[at] = good.sigma.at(horizon), good.supply_elasticity.at(horizon)
    return sigma, supply
