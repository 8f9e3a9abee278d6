"""The rules by which a national table is made to balance: refuse, residual or RAS.

Trade and tariffs, hence gross output Y and absorption A at users' prices, are never changed
here. Inputs, value added and final demand are, and every change is a sentence of the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tradetalks.data.balance import ras
from tradetalks.data.own.numbers import (
    Array,
    Labels,
    count,
    divide,
    largest,
    percent,
    residual,
    show,
)
from tradetalks.errors import BadTable, unknown_name

Balance = Literal["refuse", "residual", "ras"]

TINY = 1e-6
"""A negative rest smaller than this part of the total is a rounding error of the source."""
LEAST_SHARE = 0.01
"""Value added, over output, that a sector keeps whose inputs exceed its output (assumed)."""

CURE = (
    "Correct the table, or choose balance='residual' (inputs are scaled down where they exceed the "
    "total, value added and final demand are what is left) or balance='ras' (the nearest table "
    "that meets output, absorption and each country's value added)."
)


@dataclass(frozen=True, eq=False)
class National:
    """What is known: output [n,k], absorption [n,j], intermediate [n,j,k] at users' prices, and
    value added [n,k] and final demand [n,j] where they were given."""

    labels: Labels
    output: Array
    absorption: Array
    intermediate: Array
    value_added: Array | None
    final: Array | None


@dataclass(frozen=True, eq=False)
class Settled:
    """Intermediate use, value added and final demand that balance, and how they came to."""

    intermediate: Array
    value_added: Array
    final: Array
    notes: tuple[str, ...]


def need_balance(balance: str) -> Balance:
    """Return `balance` if it is a known rule; `UnknownName` otherwise."""
    for known in get_args(Balance):
        if balance == known:
            return known
    raise unknown_name("balance", str(balance), get_args(Balance))


def settle(t: National, balance: Balance) -> Settled:
    """Return a table that balances, or raise `BadTable` with the place, both numbers and a cure."""
    notes: list[str] = []
    _negative_inputs(t)
    inter = t.intermediate
    if balance == "ras":
        inter = _ras(t, notes)
    else:
        inter, cut = _fit(t, inter, balance, notes)
        if balance == "refuse" and not cut:
            return _as_given(t, inter, notes)
    value_added = residual(t.output, inter.sum(1))
    final = residual(t.absorption, inter.sum(2))
    if balance == "refuse":  # rounding was shaved off: so must be what it made of the totals
        value_added = _unless_far(t.value_added, value_added, t.output)
        final = _unless_far(t.final, final, t.absorption)
    if balance == "residual":
        _put_aside(t, "value_added", t.value_added, value_added, t.output, notes)
        _put_aside(t, "final", t.final, final, t.absorption, notes)
    return Settled(inter, value_added, final, tuple(notes))


def _unless_far(given: Array | None, rest: Array, total: Array) -> Array:
    """Return the rest where what was given is near it; `World.check` refuses what is not."""
    return rest if given is None else np.where(np.abs(given - rest) <= TINY * total, rest, given)


def _as_given(t: National, inter: Array, notes: list[str]) -> Settled:
    """Take what was given as it is: `World.check` says whether it balances."""
    value_added = residual(t.output, inter.sum(1)) if t.value_added is None else t.value_added
    final = residual(t.absorption, inter.sum(2)) if t.final is None else t.final
    for name, values in (("value_added", value_added), ("final", final)):
        at = largest(-values)
        if values[at] < 0:
            raise BadTable(
                f"{name} {t.labels.cell('cs', at)} is {show(values[at])}, but must be at least 0.",
                cure=_negative_cure(name),
            )
    return Settled(inter, value_added, final, tuple(notes))


def _negative_cure(name: str) -> str:
    what = "stock changes: net them out" if name == "final" else "operating losses: net them out"
    return f"Negative {name} often stands for {what}. {CURE}"


def _negative_inputs(t: National) -> None:
    at = largest(-t.intermediate)
    if t.intermediate[at] < 0:
        raise BadTable(
            f"intermediate {t.labels.cell('css', at)} is {show(t.intermediate[at])}, but must "
            "be at least 0.",
            cure="A purchase has no negative value: net returns out before.",
        )


def _fit(t: National, inter: Array, balance: Balance, notes: list[str]) -> tuple[Array, bool]:
    """Scale inputs down where they exceed output (columns) or absorption (rows)."""
    inter, columns = _shrink(t, inter, 1, balance, notes)
    inter, rows = _shrink(t, inter, 2, balance, notes)
    return inter, columns or rows


def _shrink(
    t: National, inter: Array, axis: int, balance: Balance, notes: list[str]
) -> tuple[Array, bool]:
    total = t.output if axis == 1 else t.absorption
    used = inter.sum(axis)
    over = used - total > 1e-12 * total
    if not over.any():
        return inter, False
    ratio = divide(used, total, np.inf)
    excess = np.where(over, ratio, 0.0)
    at = largest(excess)
    where, share = t.labels.cell("cs", at), excess[at]
    whole, what = (
        ("output", "inputs bought by") if axis == 1 else ("absorption", "intermediate use of")
    )
    tiny = over & (ratio <= 1 + TINY)
    if balance == "refuse" and (over & ~tiny).any():
        how = f"are {percent(share)} of {whole}"
        if not np.isfinite(share):
            how = f"are positive, but {whole} is zero"
        raise BadTable(
            f"{what} {where} {how}: {show(used[at])} against {show(total[at])}.", cure=CURE
        )
    keep = np.where(tiny | (axis == 2), 1.0, 1.0 - LEAST_SHARE)
    factor = np.where(over, keep * divide(total, used, 0.0), 1.0)
    if (over & ~tiny).any():
        rest = "value added is 1% of output (assumed)" if axis == 1 else "nothing is left negative"
        worst = (
            f"up to {percent(share)}, {where}" if np.isfinite(share) else f"{where} has no {whole}"
        )
        notes.append(
            f"{what.capitalize()} {count(int((over & ~tiny).sum()), 'sector')} exceeded {whole} "
            f"({worst}): scaled down so that {rest}."
        )
    if tiny.any():
        notes.append(
            f"Negative rests below {percent(TINY)} of {whole} in {count(int(tiny.sum()), 'cell')} "
            "were taken for rounding: inputs scaled down to the total."
        )
    return inter * (factor[:, None, :] if axis == 1 else factor[:, :, None]), True


def _put_aside(
    t: National, name: str, given: Array | None, used: Array, total: Array, notes: list[str]
) -> None:
    if given is None:
        return
    gap = np.abs(given - used)
    if (gap <= 1e-9 * total).all():
        return
    at = largest(gap)
    negative = int((given < 0).sum())
    also = f" Negative in {count(negative, 'given cell')}." if negative else ""
    notes.append(
        f"{name} is what is left of the totals, not what was given: {show(gap.sum())} mUSD "
        f"({percent(gap.sum() / total.sum())} of the total) differ, most for "
        f"{t.labels.cell('cs', at)} ({show(given[at])} given, {show(used[at])} used).{also}"
    )


def _ras(t: National, notes: list[str]) -> Array:
    """Return inputs balanced country by country: absorption, output and total value added fixed.

    The prior is the table as given; a negative value added or final demand starts from a least
    share, and a total without any prior cell goes to value added or final demand.
    """
    size = t.output.shape[1]
    inter, moved, clipped = np.zeros_like(t.intermediate), [], 0
    for n, country in enumerate(t.labels.countries):
        made, used, cells = t.output[n], t.absorption[n], t.intermediate[n]
        cells = np.where((made > 0)[None, :] & (used > 0)[:, None], cells, 0.0)
        earned = made - cells.sum(0) if t.value_added is None else t.value_added[n]
        spent = used - cells.sum(1) if t.final is None else t.final[n]
        clipped += int((earned < 0).sum() + (spent < 0).sum())
        total = float(earned.sum())
        rest = float(used.sum() + total - made.sum())
        if total <= 0 or rest <= 0:
            name = "value added" if total <= 0 else "final demand"
            raise BadTable(
                f"The {name} of {country} would be {show(min(total, rest))} in all.",
                cure="Check its output, inputs and value added: RAS keeps their totals.",
            )
        prior = np.zeros((size + 1, size + 1))
        prior[:size, :size] = cells
        prior[size, :size] = _start(earned, made)
        prior[:size, size] = _start(spent, used)
        if not prior[:size, size].any():
            prior[:size, size] = used
        prior[size, :size] = np.where(prior[:, :size].sum(0) > 0, prior[size, :size], made)
        prior[:size, size] = np.where(prior[:size].sum(1) > 0, prior[:size, size], used)
        try:
            done = ras(prior, np.append(used, total), np.append(made, rest))
        except BadTable as error:
            raise BadTable(
                f"RAS finds no table for {country}: {error.cause}",
                cure="Its zeros leave no room for the totals: fill them, or use 'residual'.",
            ) from error
        inter[n] = done.table[:size, :size]
        before = cells.sum()
        moved.append(float(np.abs(inter[n] - cells).sum() / before) if before > 0 else 0.0)
    far = int(np.argmax(moved))
    notes.append(
        "Balanced by RAS (least Kullback-Leibler divergence; output, absorption and each country's "
        f"value added fixed): inputs moved by {percent(float(np.mean(moved)))} of their value on "
        f"average over countries, most in {t.labels.countries[far]} ({percent(moved[far])})."
    )
    if clipped:
        notes.append(
            f"Value added or final demand was negative in {count(clipped, 'cell')}: RAS started "
            "from 1% of output or absorption (assumed) there."
        )
    # RAS meets the totals to 1e-11; what is left is shaved off so that no rest is negative.
    inter *= np.minimum(1.0, divide(t.output, inter.sum(1), 1.0))[:, None, :]
    return inter * np.minimum(1.0, divide(t.absorption, inter.sum(2), 1.0))[:, :, None]


def _start(values: Array, total: Array) -> Array:
    """Return a prior for value added or final demand; a negative one is its least share."""
    return np.where(values > 0, values, np.where(values < 0, LEAST_SHARE, 0.0) * total)


def check_markup(labels: Labels, markup: Array, output: Array, value_added: Array) -> None:
    """Raise unless 1 <= markup and profits leave `LEAST_SHARE` of output to factors.

    `BadTable` with the country, the sector, the profit share and the value-added share.
    """
    at = largest(-markup)
    if markup[at] < 1:
        raise BadTable(
            f"markup {labels.cell('cs', at)} is {show(markup[at])}, but must be at least 1.",
            cure="A markup is price over cost: 1.2 is 20%.",
        )
    share = divide(value_added, output, 1.0)
    profit = 1 - 1 / markup
    gap = np.where(output > 0, profit - (share - LEAST_SHARE), -1.0)
    at = largest(gap)
    if gap[at] > 1e-12:
        raise BadTable(
            f"markup {labels.cell('cs', at)} is {show(markup[at])}: profits would take "
            f"{percent(profit[at])} of output, but value added is {percent(share[at])} of it and "
            f"factors need {percent(LEAST_SHARE)}.",
            cure="Profits are part of value added: choose a lower markup for this sector.",
        )
