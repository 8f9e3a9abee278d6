"""`explain`: by which channel, partner and sector a number of a run comes about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import sectors as known_sectors
from tradetalks.errors import BadInput, NoAnswer, unknown_name
from tradetalks.results.explanation import Axis, Explanation, Part, settled
from tradetalks.results.labels import country_in_sentence
from tradetalks.results.variables import variables

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult, Spread

Array = NDArray[np.float64]

BOTH: tuple[Axis, ...] = ("partner", "sector")

_QUADRATURE = 1e-6

_INCOME_PARTS = (
    *("volume_of_trade", "trade_costs", "export_taxes_and_rents", "production_wedges"),
    *("productivity", "employment_effect", "remainder"),
)
_OLD_RUN = (
    "The run was stored by a version that kept no detail by partner and sector; run the scenario "
    "again to see it."
)
_NUMERAIRE = (
    "Border prices are measured against world factor income, the numeraire: the split of the terms "
    "of trade between exports and imports, and by partner, depends on that choice; their sum does "
    "so only as far as trade is not balanced."
)
_NOTES = {
    "real_income": _NUMERAIRE,
    "equivalent_variation": _NUMERAIRE,
    "terms_of_trade": _NUMERAIRE,
    "consumer_prices": (
        "Prices are relative to the country's own wage. Duties and foreign prices count in final "
        "goods and in the inputs of goods made at home, through all rounds of home production; "
        "home factors other than labour are capital and productivity."
    ),
    "tariff_revenue": (
        "The first part is what the new rates would collect if nobody turned to other suppliers, "
        "the second what is lost or gained because they do."
    ),
}
_NOT_ADDITIVE = {
    "employment": "it answers to the real wage and has no parts; explain 'wage' or "
    "'consumer_prices'.",
    "output_percent": "it is a volume, and volumes of different goods have no sum; "
    "explain 'output'.",
    **dict.fromkeys(
        ("export_tax", "subsidy", "rents"),
        "it is kept as a total only; explain 'real_income', which has its effect.",
    ),
    **dict.fromkeys(
        ("export_taxes_and_rents", "production_wedges", "productivity", "employment_effect"),
        "it is itself a part of real_income and is kept no finer; explain 'real_income'.",
    ),
    "remainder": "it is what the other parts leave of real_income; explain 'real_income'.",
    **dict.fromkeys(
        ("quota_premium", "quota_volume"), "it belongs to a limit on volumes, not to a country."
    ),
    **dict.fromkeys(
        ("trade", "tariff", "customs_ratio"),
        "it belongs to single flows: read it in the run's table `trade`; explain 'imports'.",
    ),
}


def explain(run: RunResult, country: str, variable: str, partner: str | None = None) -> Explanation:
    """Return what the change of `variable` in `country` is made of, central elasticity set.

    `partner` picks one partner of a bilateral balance; without it the balance with all of them
    is explained. Raises `UnknownName` for a country or variable that the run does not have,
    `NoAnswer` (saying why) for one that is no sum, `NotConverged` where the run has no answer.
    """
    _check(run, country, variable, partner)
    _ = run.converged_sets  # no number of a run without an answer
    cells = _Cells(run, country, partner)
    about = variables()[variable]
    parts = _EXPLAINED[variable](cells)
    total, spread = _total(run, country, variable, partner)
    rest = {"gdp": "Profits", "output": "Export taxes and premia of limits"}.get(variable)
    label = about.label
    if variable in ("bilateral_balance", "bilateral_balance_customs"):
        whom = country_in_sentence(partner) if partner else "all partners"
        label = f"{about.label} with {whom}"
    elif "sector" in about.dims:
        label = f"{about.label}, all sectors"
    return Explanation(
        country=country,
        variable=variable,
        label=label,
        unit=about.unit,
        total=total,
        parts=settled(parts, total, rest or "Remainder"),
        partners=run.countries,
        sectors=run.sectors,
        partner=partner,
        range=spread,
        notes=(_NOTES[variable],) if variable in _NOTES else (),
        warnings=tuple(cells.warnings),
    )


def explainable() -> tuple[str, ...]:
    """Return the names of the variables that `explain` can take apart."""
    return tuple(_EXPLAINED)


def _check(run: RunResult, country: str, variable: str, partner: str | None) -> None:
    for kind, code in (("country", country), ("partner", partner)):
        if code is not None and code not in run.countries:
            raise unknown_name(kind, code, run.countries)
    if variable not in variables():
        see = "Explained are: " + ", ".join(_EXPLAINED) + "."
        raise unknown_name("variable", variable, variables(), see=see)
    if variable not in _EXPLAINED:
        why = _NOT_ADDITIVE.get(variable)
        if variable.endswith("_reference"):
            why = f"it is a level, not a change; explain '{variable.removesuffix('_reference')}'."
        raise NoAnswer(f"'{variable}' cannot be explained: {why or 'it is detail of another one.'}")
    if variable not in run.data:
        raise NoAnswer(f"'{variable}' cannot be explained: this run does not have it.")
    if partner is not None and not variable.startswith("bilateral_balance"):
        raise BadInput(
            f"'{variable}' has no partner to pick.",
            cure="Leave it out: the answer has a table by partner where there is one.",
        )
    if variable == "bilateral_balance_customs":
        _check_customs(run, country, partner)


def _check_customs(run: RunResult, country: str, partner: str | None) -> None:
    if partner is None:
        raise BadInput(
            "customs values are known for some pairs of countries only.",
            cure="Name one, as in --partner CHN, or explain 'bilateral_balance'.",
        )
    if "customs_ratio" not in run.data:
        raise NoAnswer("'bilateral_balance_customs' cannot be explained: the run has no ratios.")
    where = {"country": country, "partner": partner}
    if not np.isfinite(float(run.at_central("bilateral_balance_customs").sel(where))):
        raise NoAnswer(f"the customs value of trade of {country} with {partner} is not known.")


def _total(
    run: RunResult, country: str, variable: str, partner: str | None
) -> tuple[float, Spread | None]:
    array = run.at_central(variable).sel(country=country)
    if "sector" in array.dims or ("partner" in array.dims and partner is None):
        return float(array.sum()), None
    where = {"country": country} | ({"partner": partner} if partner is not None else {})
    spread = run.set_spread(variable, **where)  # channels are of sets, not of draws
    return spread.central, spread


class _Cells:
    """Arrays of one country, read from a run: `[partner, sector]`, partner first."""

    def __init__(self, run: RunResult, country: str, partner: str | None) -> None:
        self.run, self.country, self.partner = run, country, partner
        self.at = run.countries.index(country)
        self.abroad = np.arange(len(run.countries)) != self.at
        listed = run.world.get("goods")
        goods = (
            listed if listed is not None else [s.code for s in known_sectors().values() if s.goods]
        )
        self.goods = np.array([s in goods for s in run.sectors])
        self.warnings: list[str] = []

    def amount(self, variable: str) -> float:
        return float(self.run.at_central(variable).sel(country=self.country))

    def sector(self, variable: str) -> Array:
        return np.asarray(self.run.at_central(variable).sel(country=self.country), dtype=float)

    def detail(self, name: str) -> Array | None:
        if f"{name}_by_flow" not in self.run.data:
            return None
        return np.array(self.run.data[f"{name}_by_flow"].sel(country=self.country), dtype=float)

    def sold(self, variable: str) -> Array:
        return np.asarray(self.run.data[variable].values[self.at], dtype=float)

    def bought(self, variable: str) -> Array:
        return np.asarray(self.run.data[variable].values[:, self.at], dtype=float)


def _labelled(name: str, cells: Array, axes: tuple[Axis, ...] = ()) -> Part:
    return Part(name, variables()[name].label, cells, axes)


def _one_channel(c: _Cells, name: str) -> list[Part]:
    """Return a part of real income; by flow where the run has that, summing to the account."""
    amount = c.amount(name)
    cells = c.detail(name)
    if cells is None:
        return [_labelled(name, np.array(amount))]
    return list(settled([_labelled(name, cells, BOTH)], amount))


def _terms_of_trade(c: _Cells) -> list[Part]:
    amount = c.amount("terms_of_trade")
    exports, imports = (c.detail(f"terms_of_trade_{side}") for side in ("exports", "imports"))
    if exports is None or imports is None:
        if amount != 0.0:
            c.warnings.append(_OLD_RUN)
        return [_labelled("terms_of_trade", np.array(amount))]
    parts = [
        Part("export_prices", "Terms of trade: prices of exports", exports, BOTH),
        Part("import_prices", "Terms of trade: prices of imports", imports, BOTH),
    ]
    return list(settled(parts, amount))


def _real_income(c: _Cells) -> list[Part]:
    parts = _terms_of_trade(c)
    for name in _INCOME_PARTS:
        if name in c.run.data:
            parts += _one_channel(c, name)
    size = sum(abs(p.amount) for p in parts)
    # what is left by the quadrature alone is rounding, not a channel
    return [p for p in parts if p.name != "remainder" or abs(p.amount) > _QUADRATURE * size]


def _equivalent_variation(c: _Cells) -> list[Part]:
    percent = c.amount("real_income")
    dollars = c.amount("equivalent_variation") / percent if percent else 0.0
    return [Part(p.name, p.label, dollars * p.cells, p.axes) for p in _real_income(c)]


def _consumer_prices(c: _Cells) -> list[Part]:
    suppliers = c.detail("price_suppliers")
    if suppliers is None:
        if (amount := c.amount("consumer_prices")) == 0.0:
            return []
        c.warnings.append(_OLD_RUN)
        return [Part("consumer_prices", "Consumer prices", np.array(amount))]
    abroad = c.abroad[:, None]
    parts = [
        Part("home", "Home factors other than labour", np.where(abroad, 0.0, suppliers), BOTH),
        Part("foreign", "Foreign suppliers, before duty", np.where(abroad, suppliers, 0.0), BOTH),
    ]
    for name, label in (("price_duties", "Duties"), ("price_trade_costs", "Trade costs")):
        cells = c.detail(name)
        if cells is not None:
            parts.append(Part(name.removeprefix("price_"), label, cells, BOTH))
    return parts


def _flows(c: _Cells, cells: Array, *, goods_only: bool = False) -> list[Part]:
    abroad = np.where(c.abroad[:, None], cells, 0.0)
    parts = [Part("goods", "Goods", np.where(c.goods, abroad, 0.0), BOTH)]
    if not goods_only:
        parts.append(Part("services", "Services", np.where(c.goods, 0.0, abroad), BOTH))
    return parts


def _balance(c: _Cells, *, customs: bool = False) -> list[Part]:
    chosen = c.abroad if c.partner is None else np.array(c.run.countries) == c.partner
    keep = chosen[:, None] & c.goods & c.abroad[:, None]
    sold, bought = (np.where(keep, x, 0.0) for x in (c.sold("trade"), c.bought("trade")))
    if customs:
        ratio = c.run.data["customs_ratio"].values
        sold, bought = sold * ratio[c.at][:, None], bought * ratio[:, c.at][:, None]
    return [
        Part("exports", "Goods exports", sold, BOTH),
        Part("imports", "Goods imports (with minus sign)", -bought, BOTH),
    ]


def _tariff_revenue(c: _Cells) -> list[Part]:
    rate, new, was = c.bought("tariff"), c.bought("trade"), c.bought("trade_reference")
    step = rate - c.bought("tariff_reference")
    return [
        Part("rates", "New rates on the trade there was", step * was, BOTH),
        Part("trade", "Change of trade at the new rates", rate * new, BOTH),
    ]


def _gdp(c: _Cells) -> list[Part]:
    parts = [_labelled("value_added", c.sector("value_added"), ("sector",))]
    for name, sign in (
        ("tariff_revenue", 1.0),
        ("export_tax", 1.0),
        ("rents", 1.0),
        ("subsidy", -1.0),
    ):
        if name in c.run.data:
            parts.append(_labelled(name, np.array(sign * c.amount(name))))
    return parts


def _expenditure(c: _Cells) -> list[Part]:
    gdp = c.amount("gdp")
    imposed = c.amount("expenditure") - gdp
    parts = [*settled(_gdp(c), gdp, "Profits")]
    return [*parts, Part("deficit", "Imposed trade deficit", np.array(imposed))]


def _wage(c: _Cells) -> list[Part]:
    if "labour_income" not in c.run.data:
        if (amount := c.amount("wage")) == 0.0:
            return []
        c.warnings.append(_OLD_RUN)
        return [_labelled("wage", np.array(amount))]
    before, change = c.sector("labour_income_reference"), c.sector("labour_income")
    whole = before.sum()
    parts = [_labelled("labour_income", 100.0 * change / whole, ("sector",))]
    if "employment" in c.run.data:
        work = 1.0 + c.amount("employment") / 100.0
        bill = 100.0 * (whole + change.sum()) / whole
        parts.append(Part("employment", "Employment", np.array(bill / work - bill)))
    return parts


def _output(c: _Cells) -> list[Part]:
    sold = c.sold("trade")
    home = ~c.abroad[:, None]
    return [
        Part("home", "Sold at home", np.where(home, sold, 0.0), BOTH),
        Part("abroad", "Sold abroad", np.where(home, 0.0, sold), BOTH),
    ]


_EXPLAINED: dict[str, Callable[[_Cells], list[Part]]] = {
    "real_income": _real_income,
    "equivalent_variation": _equivalent_variation,
    "terms_of_trade": _terms_of_trade,
    "volume_of_trade": lambda c: _one_channel(c, "volume_of_trade"),
    "trade_costs": lambda c: _one_channel(c, "trade_costs"),
    "consumer_prices": _consumer_prices,
    "exports": lambda c: _flows(c, c.sold("trade")),
    "imports": lambda c: _flows(c, c.bought("trade")),
    "goods_exports": lambda c: _flows(c, c.sold("trade"), goods_only=True),
    "goods_imports": lambda c: _flows(c, c.bought("trade"), goods_only=True),
    "bilateral_balance": _balance,
    "bilateral_balance_customs": lambda c: _balance(c, customs=True),
    "tariff_revenue": _tariff_revenue,
    "gdp": _gdp,
    "expenditure": _expenditure,
    "wage": _wage,
    "labour_income": lambda c: [_labelled("labour_income", c.sector("labour_income"), ("sector",))],
    "value_added": lambda c: [_labelled("value_added", c.sector("value_added"), ("sector",))],
    "output": _output,
}
