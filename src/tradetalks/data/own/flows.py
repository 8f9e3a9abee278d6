"""From what a user gives (national or bilateral tables) to flows that balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradetalks.data.own.numbers import (
    Array,
    Labels,
    array,
    count,
    divide,
    largest,
    percent,
    show,
)
from tradetalks.data.own.rules import CURE, TINY, Balance, National, settle
from tradetalks.errors import BadTable

SMALL_USER = 1e-4
"""A purchase below this part of a country's inputs does not count for the largest deviation."""


@dataclass(frozen=True, eq=False)
class Given:
    """A user's numbers before any check; orders as in `World.from_arrays`, None if left out."""

    trade: ArrayLike | None
    tariff: ArrayLike | None
    intermediate: ArrayLike
    final: ArrayLike | None
    value_added: ArrayLike | None
    output: ArrayLike | None
    deficit: ArrayLike | None


@dataclass(frozen=True, eq=False)
class Flows:
    """A table that balances (see `World`), and one sentence for every rule that was applied."""

    trade: Array
    tariff: Array
    intermediate: Array
    final: Array
    value_added: Array
    notes: tuple[str, ...]


def assemble(labels: Labels, given: Given, balance: Balance) -> Flows:
    """Return the flows of a world, or raise `BadTable` with place, numbers and a cure."""
    notes: list[str] = []
    tariff = (
        np.zeros(labels.shape("ccs"))
        if given.tariff is None
        else array("tariff", given.tariff, labels.shape("ccs"))
    )
    inputs = array("intermediate", given.intermediate, labels.shape("css"), labels.shape("ccss"))
    final = _optional("final", given.final, labels.shape("cs"), labels.shape("ccs"))
    value_added = _optional("value_added", given.value_added, labels.shape("cs"))
    output = _optional("output", given.output, labels.shape("cs"))
    if final is not None and final.ndim == 3:
        final = _sold_from_stocks(labels, final, balance, notes)
    trade = _trade(labels, given.trade, inputs, final)
    if inputs.ndim == 4:
        notes.append(_origin_mix(labels, inputs, trade))
        inputs = np.einsum("injk,inj->njk", inputs, 1 + tariff)
    if final is not None and final.ndim == 3:
        final = (final * (1 + tariff)).sum(0)
    made = output
    if made is None and value_added is not None:
        made = value_added + inputs.sum(1)
    trade = _domestic_sales(labels, trade, made, balance, notes)
    _signs(labels, trade, tariff)
    _same_output(labels, output, trade, balance, notes)
    if given.deficit is not None:
        _deficits(labels, array("deficit", given.deficit, labels.shape("c")), trade)
    absorption = (trade * (1 + tariff)).sum(0)
    _alive(labels, trade.sum((1, 2)), "makes")
    _alive(labels, absorption.sum(1), "buys")
    done = settle(National(labels, trade.sum(1), absorption, inputs, value_added, final), balance)
    _alive(labels, done.value_added.sum(1), "pays no wages and profits: its value added")
    _alive(labels, done.final.sum(1), "has no final demand: its final use")
    notes += [*done.notes, *_empty(labels, trade)]
    return Flows(trade, tariff, done.intermediate, done.final, done.value_added, tuple(notes))


def _optional(name: str, values: ArrayLike | None, *shapes: tuple[int, ...]) -> Array | None:
    return None if values is None else array(name, values, *shapes)


def _trade(labels: Labels, given: ArrayLike | None, inputs: Array, final: Array | None) -> Array:
    bilateral = final is not None and final.ndim == 3
    if given is None:
        if final is None or not bilateral or inputs.ndim != 4:
            raise BadTable(
                "`trade` is missing.",
                cure="It may be left out where `intermediate` and `final` both name the exporter.",
            )
        return inputs.sum(3) + final
    if bilateral:
        raise BadTable(
            "`trade` and a `final` demand by exporter are both given.",
            cure="Give one: with inputs by exporter, trade is their sum.",
        )
    trade = array("trade", given, labels.shape("ccs"), finite=False)
    home = np.eye(trade.shape[0], dtype=bool)[:, :, None]
    bad = ~np.isfinite(trade) & ~(home & np.isnan(trade))
    if bad.any():
        at = tuple(int(x) for x in np.argwhere(bad)[0])
        raise BadTable(
            f"`trade` is {trade[at]} at position {at}.",
            cure="Every cell must be a number; only domestic sales may be NaN (not known).",
        )
    return trade


def _sold_from_stocks(labels: Labels, final: Array, balance: Balance, notes: list[str]) -> Array:
    """Set negative final demand by exporter to zero: stocks run down count as output."""
    at = largest(-final)
    if final[at] >= 0:
        return final
    negative = np.minimum(final, 0.0)
    if balance == "refuse" and -final[at] > TINY * np.abs(final).sum((0, 2))[at[1]]:
        raise BadTable(
            f"final {labels.cell('ccs', at)} is {show(final[at])}: a stock that was run down?",
            cure="With balance='residual' or 'ras' such cells become zero, and what was sold from "
            "stocks counts as output of the year.",
        )
    notes.append(
        f"Final demand was negative in {count(int((negative < 0).sum()), 'flow')} "
        f"({show(negative.sum())} mUSD, {percent(-negative.sum() / final.sum())} of final demand; "
        f"largest {labels.cell('ccs', at)}): set to zero, so what was sold from stocks counts as "
        "output of the year."
    )
    return final - negative


def _origin_mix(labels: Labels, inputs: Array, trade: Array) -> str:
    """Return what is lost by one origin mix per importer and good, as a sentence."""
    at = largest(-inputs)
    if inputs[at] < 0:
        raise BadTable(
            f"intermediate {labels.cell('ccss', at)} is {show(inputs[at])}, but must be at "
            "least 0.",
            cure="A purchase has no negative value: net returns out before.",
        )
    flows = np.nan_to_num(trade)
    common = divide(flows, np.broadcast_to(flows.sum(0), flows.shape), 0.0)[:, :, :, None]
    bought = inputs.sum(0)
    moved = 0.5 * np.abs(inputs - common * bought).sum(0)
    shares = divide(inputs, np.broadcast_to(bought, inputs.shape), 0.0)
    counts = bought > SMALL_USER * bought.sum((1, 2), keepdims=True)
    gap = np.where(counts, np.abs(shares - common), 0.0)
    at = largest(gap)
    whole = bought.sum()
    return (
        "Input-output by exporter was added up to national use: the model has one origin mix per "
        f"importer and good. That gives {percent(moved.sum() / whole if whole > 0 else 0.0)} of "
        "the value of inputs another origin than in the table; the largest difference of an origin "
        f"share is {percent(gap[at])} ({labels.cell('ccss', at)}, among uses above "
        f"{percent(SMALL_USER)} of a country's inputs)."
    )


def _domestic_sales(
    labels: Labels, trade: Array, made: Array | None, balance: Balance, notes: list[str]
) -> Array:
    """Fill domestic sales that are not known from output less exports."""
    size = trade.shape[0]
    here = np.arange(size)
    home = trade[here, here]
    missing = np.isnan(home) | (np.nan_to_num(home) == 0).all(1, keepdims=True)
    if not missing.any():
        return trade
    n, j = (int(x) for x in np.argwhere(missing)[0])
    if made is None:
        raise BadTable(
            f"{labels.countries[n]} has no domestic sales of {labels.sectors[j]} in `trade`.",
            cure="Give them on the diagonal, or give `output` (or `value_added` beside "
            "`intermediate`): domestic sales are output less exports.",
        )
    trade = trade.copy()
    trade[here, here] = np.where(missing, 0.0, home)
    exports = trade.sum(1)
    sold = made - exports
    short = missing & (sold < -TINY * exports)
    if short.any():
        at = largest(np.where(short, -sold, 0.0))
        if balance == "refuse":
            raise BadTable(
                f"{labels.cell('cs', at)} exports {show(exports[at])} but makes {show(made[at])}.",
                cure="Leave re-exports out of `trade`, or choose balance='residual' or 'ras': "
                "domestic sales become zero, and output what is exported.",
            )
        notes.append(
            f"Exports exceeded output in {count(int(short.sum()), 'sector')} (most in "
            f"{labels.cell('cs', at)}): domestic sales zero, output raised to exports."
        )
    trade[here, here] += np.where(missing, np.maximum(sold, 0.0), 0.0)
    notes.append(
        f"Domestic sales of {count(int(missing.sum()), 'sector')} in "
        f"{', '.join(c for c, m in zip(labels.countries, missing.any(1), strict=True) if m)} "
        "were not in the table: output less exports."
    )
    return trade


def _signs(labels: Labels, trade: Array, tariff: Array) -> None:
    at = largest(-trade)
    if trade[at] < 0:
        raise BadTable(
            f"trade {labels.cell('ccs', at)} is {show(trade[at])}, but must be at least 0.",
            cure="Trade is never changed here: net returns out, or set the flow to zero.",
        )
    at = largest(-tariff)
    if tariff[at] <= -1:
        raise BadTable(
            f"tariff {labels.cell('ccs', at)} is {show(tariff[at])}, but must be above -1.",
            cure="A duty is a fraction of the value: 0.25 is 25%.",
        )


def _same_output(
    labels: Labels, output: Array | None, trade: Array, balance: Balance, notes: list[str]
) -> None:
    if output is None:
        return
    sales = trade.sum(1)
    gap = np.abs(output - sales)
    at = largest(gap - TINY * sales)
    if gap[at] <= TINY * sales[at]:
        return
    text = f"output {labels.cell('cs', at)} is given as {show(output[at])}, but sales add up to "
    if balance == "refuse":
        raise BadTable(
            f"{text}{show(sales[at])}.",
            cure="Trade, with domestic sales on the diagonal, must add up to output. " + CURE,
        )
    notes.append(f"{text}{show(sales[at])} (the largest difference): sales are used.")


def _deficits(labels: Labels, given: Array, trade: Array) -> None:
    flows = trade.sum(2)
    imports, exports = (flows.sum(axis) - np.diagonal(flows) for axis in (0, 1))
    found = imports - exports
    gap = np.abs(given - found)
    at = largest(gap - TINY * np.maximum(imports, exports))[0]
    if gap[at] > TINY * max(imports[at], exports[at], 1e-300):
        raise BadTable(
            f"deficit [{labels.countries[at]}] is given as {show(given[at])}, but trade says "
            f"{show(found[at])} (imports {show(imports[at])}, exports {show(exports[at])}).",
            cure="Deficits follow from trade: leave them out, or complete `trade` (is services "
            "trade in it?).",
        )


def _alive(labels: Labels, totals: Array, what: str) -> None:
    for country, total in zip(labels.countries, totals, strict=True):
        if total <= 0:
            tail = "nothing" if " " not in what else f"is {show(total)}"
            raise BadTable(
                f"{country} {what} {tail}.",
                cure="Leave the country out, merge it with another, or complete the table.",
            )


def _empty(labels: Labels, trade: Array) -> list[str]:
    """Say which rows are empty and which goods do not cross a border."""
    notes: list[str] = []
    idle = int((trade.sum(1) == 0).sum())
    if idle:
        notes.append(
            f"{count(idle, 'sector')} without output (counted by country): they stay without, "
            "whatever the scenario."
        )
    if len(labels.countries) > 1:
        abroad = trade.sum((0, 1)) - np.einsum("nnj->j", trade)
        home = [s for s, value in zip(labels.sectors, abroad, strict=True) if value <= 0]
        if home:
            notes.append(
                f"No trade between countries in {', '.join(home)}: not traded, so deficits are "
                "those of the other sectors."
            )
    return notes
