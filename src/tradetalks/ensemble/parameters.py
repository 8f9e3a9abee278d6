"""What an ensemble draws: parameters with distributions, from `distributions.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from tradetalks.errors import BadInput, unknown_name
from tradetalks.results.draws import Level, Parameter

if TYPE_CHECKING:
    from tradetalks.data import ElasticitySet, World
    from tradetalks.scenario import Scenario

WORLD = "trade_data"
"""The one parameter that is a whole table of numbers: noise on bilateral flows."""


_LABELS = {
    "sigma": "elasticity among origins",
    "sigma_set": "published set of elasticities among origins",
    "sigma_factor": "factor on (elasticity among origins - 1)",
    "sigma_domestic": "elasticity of imports against the domestic good",
    "materials": "elasticity among materials",
    "value_added": "elasticity of factors against materials",
    "final": "elasticity among final goods",
    "critical": "elasticity of critical inputs against everything else",
    "licence_approval": "shift of approval rates, in log-odds",
    "trade_data": "error of bilateral trade data (standard deviation of the log)",
    "capital_share": "capital's share of value added, from low (-1) to high (1)",
    "goods_supply": "factor on supply elasticities of critical goods",
    "deficit": "rule for deficits",
}


def space_of(
    scenario: Scenario,
    table: World,
    sets: Sequence[ElasticitySet],
    fixed: Sequence[str] = (),
) -> tuple[Parameter, ...]:
    """Return the parameters that matter for `scenario` on `table`, those in `fixed` left out.

    `fixed` names parameters, or `world` for all that differ by world. Raises `UnknownName` for a
    name that is no parameter of this scenario.
    """
    found = (*_elasticities(scenario, table, sets), *_licences(scenario), *_world(scenario, table))
    names = [p.name for p in found]
    for name in fixed:
        if name not in (*names, "world"):
            raise unknown_name("parameter", name, [*names, "world"])
    kept = tuple(
        p for p in found if p.name not in fixed and not (p.level == "world" and "world" in fixed)
    )
    if not any(p.level == "draw" for p in kept):
        raise BadInput(
            "nothing is left to draw.", cure="Fix fewer parameters, or use `tradetalks run`."
        )
    return kept


def _elasticities(
    scenario: Scenario, table: World, sets: Sequence[ElasticitySet]
) -> tuple[Parameter, ...]:
    from tradetalks.data import critical_elasticity

    book = _book()
    entries: dict[str, Mapping[str, Any]] = dict(book[scenario.horizon])
    out: list[Parameter] = []
    if table.sigma is not None:
        entries = {k: v for k, v in entries.items() if k not in ("sigma", "sigma_domestic")}
        entries["sigma_factor"] = book["own_sigma_factor"]
    elif "sigma_factor" in entries:
        names = base_sets(sets)
        if len(names) > 1:
            out.append(_choice("sigma_set", names, "draw", book["sources"]["sets"], "S"))
    if scenario.nests == "one":
        entries.pop("sigma_domestic", None)
    out.extend(_parameter(name, _LABELS[name], "draw", row) for name, row in entries.items())
    if table.carved:
        eps = critical_elasticity(scenario.horizon)
        out.append(
            Parameter(
                "critical", _LABELS["critical"], "draw", eps.central, eps.low, eps.high,
                eps.source, eps.evidence, ("median", "low", "high"),
            )
        )  # fmt: skip
    return tuple(out)


def base_sets(sets: Sequence[ElasticitySet]) -> tuple[str, ...]:
    """Return the names of the sets that differ in more than the elasticity of critical inputs."""
    return tuple(s.name for s in sets if "-critical-" not in s.name)


def _licences(scenario: Scenario) -> tuple[Parameter, ...]:
    rates = [getattr(change, "approval", None) for change in scenario.changes]
    if not any(rate is not None and 0.0 < rate < 1.0 for rate in rates):
        return ()
    row = _book()["licence_approval"] | {"median": 0.0}
    return (_parameter("licence_approval", _LABELS["licence_approval"], "draw", row, "linear"),)


def _world(scenario: Scenario, table: World) -> tuple[Parameter, ...]:
    book = _book()["world"]
    noise = book["trade_data"]
    out = [
        Parameter(
            WORLD, _LABELS[WORLD], "world", noise["sd"], noise["sd"], noise["sd"],
            _sources(noise), noise["evidence"], tuple(noise["assumed"]),
        )
    ]  # fmt: skip
    if scenario.closures.factors(scenario.horizon)[1] == "specific":
        row = book["capital_share"] | {"median": 0.0}
        out.append(_parameter("capital_share", _LABELS["capital_share"], "world", row, "linear"))
    for good in table.carved:
        kind = "assumed" if "market" in good.assumed else "sourced"
        row = book["goods_market"][kind] | {"median": 1.0} | {
            "sources": book["goods_market"]["sources"], "assumed": ("low", "high"),
            "evidence": book["goods_market"]["evidence"],
        }  # fmt: skip
        label = f"factor on the world market of {good.name}"
        out.append(_parameter(f"market_{good.code}", label, "world", row))
    if table.carved:
        row = book["goods_supply"] | {"median": 1.0}
        out.append(_parameter("goods_supply", _LABELS["goods_supply"], "world", row))
    rule = book["deficit"]
    if scenario.closures.deficit in rule["options"]:
        own = scenario.closures.deficit
        options = (own, *(x for x in rule["options"] if x != own))
        out.append(_choice("deficit", options, "world", _sources(rule), rule["evidence"]))
    return tuple(out)


def _parameter(
    name: str,
    label: str,
    level: Level,
    row: Mapping[str, Any],
    scale: Literal["log", "linear"] = "log",
) -> Parameter:
    return Parameter(
        name, label, level, float(row["median"]), float(row["low"]), float(row["high"]),
        _sources(row), row["evidence"], tuple(row["assumed"]), scale,
    )  # fmt: skip


def _choice(
    name: str, options: Sequence[str], level: Level, source: str, evidence: str
) -> Parameter:
    return Parameter(
        name, _LABELS[name], level, 0.0, 0.0, len(options) - 1.0, source, evidence,
        ("equal chances",), options=tuple(options),
    )  # fmt: skip


def _sources(row: Mapping[str, Any]) -> str:
    known = _book()["sources"]
    return "; ".join(known[key] for key in row["sources"])


@cache
def _book() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = files("tradetalks.ensemble").joinpath("distributions.yaml").read_text("utf-8")
    return YAML(typ="safe").load(text)
