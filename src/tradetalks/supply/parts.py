"""A company's own bill of parts: on whom it depends, and when its lines would stop."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tradetalks.errors import BadFile, BadInput, BadNumber, TradeTalksError, did_you_mean
from tradetalks.supply.exposures import days_row, figure_row
from tradetalks.supply.goods import country_code, find_good, stock_figures
from tradetalks.supply.shipped import Figure, Regime, regime

COLUMNS = ("good", "supplier", "spend")
STOCK = "stock_days"
_OTHER_NAMES = {
    "code": "good",
    "hs": "good",
    "hs_code": "good",
    "part": "good",
    "country": "supplier",
    "origin": "supplier",
    "annual_spend": "spend",
    "value": "spend",
    "usd": "spend",
    "stock": STOCK,
    "days": STOCK,
}
_NAMED = 5
_MOST_DAYS = 3650.0


@dataclass(frozen=True)
class Part:
    """One line of the file: a good bought in a country for `spend` USD a year; `stock` in days
    of use, None where the file does not say."""

    line: int
    good: str
    supplier: str
    spend: float
    stock: float | None


def read_parts(path: str | Path) -> tuple[Part, ...]:
    """Return the parts of a CSV file with the columns good, supplier, spend and stock_days.

    `good` is a critical good or its customs code of 4 digits or more, `supplier` a country code,
    `spend` USD a year, `stock_days` may be empty or left out. Raises `BadFile` that names the
    lines that cannot be read.
    """
    where = Path(path)
    try:
        text = where.read_text("utf-8-sig")
    except FileNotFoundError:
        raise BadFile("no such file.", cure="Check the path.", file=where) from None
    except (UnicodeDecodeError, OSError) as error:
        raise BadFile(
            f"cannot be read as text ({type(error).__name__}).",
            cure="Save it as CSV, UTF-8.",
            file=where,
        ) from None
    if not text.strip():
        raise BadFile("the file is empty.", cure=_WANTED, file=where)
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(
        text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    names = _columns(reader.fieldnames or (), where)
    parts: list[Part] = []
    errors: list[tuple[int, TradeTalksError]] = []
    for row in reader:
        try:
            parts.append(_part(row, names, reader.line_num))
        except TradeTalksError as error:
            errors.append((reader.line_num, error))
    if errors:
        line, one = errors[0]
        others = "".join(f" Line {n}: {e.cause}" for n, e in errors[1:_NAMED])
        more = f" And {len(errors) - _NAMED} more." if len(errors) > _NAMED else ""
        raise BadFile(one.cause, cure=f"{one.cure}{others}{more}", file=where, line=line)
    if not parts:
        raise BadFile("the file has no lines of parts.", cure=_WANTED, file=where)
    return tuple(parts)


_WANTED = "It needs the columns good, supplier, spend, and may have stock_days."


def _columns(given: Iterable[str], where: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for name in given:
        plain = (name or "").strip().casefold().replace(" ", "_")
        names.setdefault(_OTHER_NAMES.get(plain, plain), name)
    for column in COLUMNS:
        if column not in names:
            hint = did_you_mean(column, [n for n in names if n not in COLUMNS])
            raise BadFile(
                f"column '{column}' is missing.",
                cure=f"{hint} {_WANTED}".strip(),
                file=where,
                line=1,
            )
    return names


def _part(row: Mapping[str, Any], names: Mapping[str, str], line: int) -> Part:
    from tradetalks.codes import countries

    good, supplier, spend = ((row.get(names[c]) or "").strip() for c in COLUMNS)
    if not good:
        raise BadInput("the good is empty.", cure="Name a critical good or its customs code.")
    held = (row.get(names[STOCK]) or "").strip() if STOCK in names else ""
    usd = _number(spend, "spend", 1e15)
    if usd == 0.0:
        raise BadNumber("spend is 0, so the part is not bought.", cure="Remove the line.")
    return Part(
        line,
        find_good(good),
        country_code(supplier, tuple(countries())),
        usd,
        _number(held, "stock_days", _MOST_DAYS) if held else None,
    )


def _number(text: str, name: str, most: float) -> float:
    try:
        value = float(text.replace("_", "").replace("$", "").replace(" ", ""))
    except ValueError:
        raise BadNumber(f"{name} '{text}' is not a number.", cure="Write 125000 or 30.") from None
    if not 0.0 <= value <= most:
        raise BadNumber(f"{name} {value:g} is outside 0 to {most:g}.")
    return value


@dataclass(frozen=True, eq=False)
class Company:
    """A bill of parts by good: `spend` in USD a year, `shares` by good and supplier, `stock`."""

    parts: tuple[Part, ...]
    spend: Mapping[str, float]
    shares: Mapping[tuple[str, str], float]
    stock: Mapping[str, Figure]
    regime: Regime
    supplier: str | None

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per good, the first line to stop first.

        The supplier that stops is the named one, or the largest of the good.
        """
        out: list[dict[str, Any]] = []
        for good, spend in self.spend.items():
            own = {s: x for (g, s), x in self.shares.items() if g == good}
            who = self.supplier or max(own, key=lambda s: own[s])
            row: dict[str, Any] = {
                "good": good,
                "spend_usd": spend,
                "suppliers": {s: 100.0 * x for s, x in sorted(own.items(), key=lambda kv: -kv[1])},
                "hhi": float(sum(x * x for x in own.values())),
                "stock_days": figure_row(self.stock[good]),
                "supplier": who if who in own else None,
            }
            if who in own:
                row["supplier_percent"] = 100.0 * own[who]
                row |= days_row(self.regime, self.stock[good], own[who])
            out.append(row)
        return sorted(out, key=_when)


def _when(row: dict[str, Any]) -> float:
    day = row.get("first_stop_day", {}).get("central")
    return np.inf if day is None else float(day)


def company(
    parts: str | Path | tuple[Part, ...],
    *,
    supplier: str | None = None,
    terms: Regime | str = "stop",
) -> Company:
    """Return a company's dependence on critical goods, from a CSV file or from parts.

    Lines of one good add up; its stock is the mean of its lines, weighted by spending, or that of
    the good's data file (assumed) where no line says. Raises `BadFile` with line numbers.
    """
    from tradetalks.codes import countries

    lines = parts if isinstance(parts, tuple) else read_parts(parts)
    who = None if supplier is None else country_code(supplier, tuple(countries()))
    spend: dict[str, float] = {}
    shares: dict[tuple[str, str], float] = {}
    for p in lines:
        spend[p.good] = spend.get(p.good, 0.0) + p.spend
        shares[p.good, p.supplier] = shares.get((p.good, p.supplier), 0.0) + p.spend
    assumed = stock_figures(tuple(spend))
    return Company(
        lines,
        spend,
        {key: value / spend[key[0]] for key, value in shares.items()},
        {good: _stock(good, lines, assumed[good]) for good in spend},
        regime(terms) if isinstance(terms, str) else terms,
        who,
    )


def _stock(good: str, lines: tuple[Part, ...], assumed: Figure) -> Figure:
    known = [(p.spend, p.stock) for p in lines if p.good == good and p.stock is not None]
    if not known:
        return assumed
    mean = sum(w * s for w, s in known) / sum(w for w, _ in known)
    return Figure(mean, mean, mean, "the file")
