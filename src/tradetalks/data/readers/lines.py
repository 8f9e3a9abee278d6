"""Readers of tariff lines and of trade by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tradetalks.data.readers.tables import number, rows
from tradetalks.errors import BadFile


def _code(text: str, digits: int, path: Path, line: int) -> str:
    code = text.strip()
    if len(code) != digits or not code.isdigit():
        raise BadFile(
            f"'{code}' is not a code of {digits} digits.",
            cure="Keep leading zeros: codes are text.",
            file=path,
            line=line,
        )
    return code


def read_schedule(path: Path) -> dict[str, dict[str, float]]:
    """Read a Waugh schedule: date -> HS6 -> total rate (a fraction, MFN included).

    Cells without a rate are left out.
    """
    steps: dict[str, dict[str, float]] = {}
    for line, row in rows(path, ("hs6", "time_of_tariff", "tariff")):
        code = _code(row["hs6"], 6, path, line)
        step = steps.setdefault(row["time_of_tariff"].strip(), {})
        if code in step:
            raise BadFile(f"{code} stands twice on one date.", file=path, line=line)
        if row["tariff"].strip():
            step[code] = number(row["tariff"], path, line) / 100
    return dict(sorted(steps.items()))


def read_imports(
    path: Path, digits: int = 6, *, what: str = "imports_usd_2024"
) -> dict[str, float]:
    """Read Census imports for consumption (or `calc_duty_usd_2024`), USD by HS6 or HTS10."""
    column = "hs6" if digits == 6 else "HS10"
    values: dict[str, float] = {}
    for line, row in rows(path, (column, what)):
        code = _code(row[column], digits, path, line)
        values[code] = values.get(code, 0.0) + number(row[what], path, line)
    return values


@dataclass(frozen=True)
class MfnRate:
    """An MFN rate (fraction; ad valorem part only) and its type as published."""

    rate: float
    kind: str


def read_mfn(path: Path) -> dict[str, MfnRate]:
    """Read US MFN rates by HTS8. `kind` is free, ad_valorem, specific, compound or other."""
    rates = {}
    for line, row in rows(path, ("hs8", "mfn_rate", "rate_type")):
        code = _code(row["hs8"], 8, path, line)
        value = number(row["mfn_rate"], path, line, empty=0.0)
        rates[code] = MfnRate(value, row["rate_type"].strip())
    return rates


def read_exports_on_list(path: Path) -> dict[str, float]:
    """Read US exports to China 2024 (USD by HS6) on a Chinese list of March 2025."""
    values: dict[str, float] = {}
    for line, row in rows(path, ("hs-code", "exports")):
        code = _code(row["hs-code"], 6, path, line)
        values[code] = values.get(code, 0.0) + number(row["exports"], path, line)
    return values


@dataclass(frozen=True)
class CustomsTotal:
    """A reported goods total in USD: `value` as used for totals, `fob` where reported (else 0)."""

    value: float
    fob: float


def read_comtrade(path: Path) -> dict[tuple[int, str, str, str], CustomsTotal]:
    """Read Comtrade totals: (year, reporter, partner, flow M or X) -> total."""
    wanted = ("refYear", "reporterISO", "partnerISO", "flowCode", "primaryValue", "fobvalue")
    totals = {}
    for line, row in rows(path, wanted):
        year = int(number(row["refYear"], path, line))
        key = (year, row["reporterISO"], row["partnerISO"], row["flowCode"])
        totals[key] = CustomsTotal(
            number(row["primaryValue"], path, line), number(row["fobvalue"], path, line, empty=0.0)
        )
    return totals


def read_lists(path: Path) -> dict[str, frozenset[str]]:
    """Read Section 301 lists: HTS8 -> names of the lists it stands on."""
    found: dict[str, set[str]] = {}
    for line, row in rows(path, ("hts8", "list")):
        found.setdefault(_code(row["hts8"], 8, path, line), set()).add(row["list"].strip())
    return {code: frozenset(names) for code, names in found.items()}


def read_monthly(path: Path, what: str) -> dict[tuple[str, str], float]:
    """Read Census trade by chapter and month: (YYYY-MM, HS2) -> sum of column `what`.

    Columns of the published tables: `CON_VAL_MO` imports for consumption and `CAL_DUT_MO` duty on
    them, `ALL_VAL_MO` exports, all USD. Parquet; needs pyarrow.
    """
    import pandas as pd

    chapter = "E_COMMODITY" if what == "ALL_VAL_MO" else "I_COMMODITY"
    try:
        table = pd.read_parquet(path, columns=[chapter, what, "time"])
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise BadFile(
            f"cannot be read as a Census table of trade by chapter ({error}).",
            cure="It needs pyarrow (`.venv/bin/pip install pyarrow`) and the file as published.",
            file=path,
        ) from error
    values: dict[tuple[str, str], float] = {}
    for row in zip(table["time"], table[chapter], table[what], strict=True):
        key = str(row[0]), str(row[1])
        values[key] = values.get(key, 0.0) + float(row[2])
    return values


def read_exports_by_chapter(path: Path, year: int) -> dict[str, float]:
    """Read US exports to China of a year, USD by HS chapter (parquet; needs pyarrow)."""
    values: dict[str, float] = {}
    for (month, chapter), value in read_monthly(path, "ALL_VAL_MO").items():
        if month[:4] == str(year):
            values[chapter] = values.get(chapter, 0.0) + value
    if not values:
        raise BadFile(f"no exports of {year}.", file=path)
    return values
