"""What the page shows of an answer: numbers with their ranges, as text ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.codes import sectors
from tradetalks.report.markup import minus
from tradetalks.results import PARTIES, sources_of, variables
from tradetalks.results.labels import country_heading, country_name, number, sector_name

if TYPE_CHECKING:
    from tradetalks.engine import FirstAnswer
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario

Array = NDArray[np.float64]

COLUMNS = {
    "real_income": ("Real income", "%"),
    "equivalent_variation": ("Welfare", "USD bn"),
    "exports": ("Exports", "USD bn"),
    "imports": ("Imports", "USD bn"),
    "tariff_revenue": ("Tariff revenue", "USD bn"),
    "consumer_prices": ("Consumer prices", "%"),
}
_NEEDED = (*COLUMNS, "output_percent", "bilateral_balance")
_MOVERS = 5

# A country's tile (column, row): neighbours near one another, every region of the default set.
TILES = {
    "CAN": (0, 0), "USA": (0, 1), "MEX": (0, 2), "BRA": (1, 3), "CHL": (0, 4),
    "IRL": (3, 0), "GBR": (4, 0), "NLD": (5, 0), "FRA": (3, 1), "DEU": (4, 1), "REU": (5, 1),
    "CHE": (3, 2), "ITA": (4, 2), "TUR": (5, 2), "RUS": (7, 0), "SAU": (6, 3), "ZAF": (4, 4),
    "IND": (7, 3), "CHN": (8, 1), "KOR": (9, 1), "JPN": (10, 1), "TWN": (9, 2), "THA": (8, 3),
    "VNM": (9, 3), "PHL": (10, 3), "MYS": (8, 4), "SGP": (9, 4), "IDN": (10, 4), "AUS": (10, 5),
    "ROW": (6, 5),
}  # fmt: skip
SHORT = {"REU": "EU*", "ROW": "Rest"}


@dataclass(frozen=True)
class Numbers:
    """Central values by variable, and their least and greatest where the whole range is known."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    central: Mapping[str, Array]
    low: Mapping[str, Array]
    high: Mapping[str, Array]
    sets: int

    @classmethod
    def of_first(cls, found: FirstAnswer) -> Numbers:
        """Take the numbers of a first answer: no range yet."""
        kept = {name: np.asarray(found.values[name]) for name in _NEEDED}
        return cls(found.countries, found.sectors, kept, {}, {}, 1)

    @classmethod
    def of_run(cls, run: RunResult) -> Numbers:
        """Take the numbers of a run."""
        sets = list(run.converged_sets)
        central = {name: run.at_central(name).values for name in _NEEDED}
        chosen = {name: run.data[name].sel(set=sets).values for name in _NEEDED}
        low = {name: values.min(0) for name, values in chosen.items()}
        high = {name: values.max(0) for name, values in chosen.items()}
        return cls(run.countries, run.sectors, central, low, high, len(sets))

    def cell(self, variable: str, *where: int) -> dict[str, Any]:
        """Return one number as text: centre, and range (empty where there is none)."""
        unit = variables()[variable].unit
        centre = float(self.central[variable][where])
        return {
            "variable": variable,
            "text": minus(number(centre, unit)),
            "range": self._range(variable, unit, where),
            "unit": "%" if unit == "percent" else "bn",
        }

    def _range(self, variable: str, unit: str, where: tuple[int, ...]) -> str:
        if not self.low or self.sets < 2:
            return ""
        low, high = float(self.low[variable][where]), float(self.high[variable][where])
        return f"{minus(number(low, unit))} to {minus(number(high, unit))}"

    def movers(self) -> list[str]:
        """Return the parties, then those whose real income moves most."""
        change = self.central["real_income"]
        order = sorted(range(len(self.countries)), key=lambda i: -abs(float(change[i])))
        parties = [c for c in PARTIES if c in self.countries]
        others = [self.countries[i] for i in order if self.countries[i] not in parties]
        return parties + others[:_MOVERS]


def answer_context(
    scenario: Scenario, found: FirstAnswer | RunResult, numbers: Numbers
) -> dict[str, Any]:
    """Return what the template of an answer shows."""
    from tradetalks.engine import FirstAnswer

    first = isinstance(found, FirstAnswer)
    law = found.law
    return {
        "first": first,
        "question": scenario.question,
        "title": scenario.title or "",
        "against": reference(scenario),
        "cards": [_card(numbers, code) for code in numbers.movers()[:3]],
        "balance": _balance(numbers),
        "rows": [_row(numbers, code) for code in numbers.movers()],
        "columns": COLUMNS,
        "law": law_averages(law),
        "on_top": any(c.kind == "tariff" for c in scenario.changes),
        "law_words": law.get("words") or (),
        "warnings": found.warnings,
        "assumptions": () if first else found.assumptions,
        "sources": () if first else sources_of(found),
        "horizon": scenario.horizon,
        "status": "" if first else found.status["message"],
        "world": "" if first else f"{found.world['name']} ({found.world['label']})",
        "created": "" if first else found.created,
        "year": "2022" if first else found.world["year"],
    }


def details(numbers: Numbers) -> dict[str, Any]:
    """Return what stands below the answer: every country, the map, output by sector."""
    return {
        "all_rows": [_row(numbers, code) for code in numbers.countries],
        "tiles": tiles(numbers),
        "heat": heat(numbers),
    }


def summary(numbers: Numbers) -> list[dict[str, Any]]:
    """Return real income by country for a comparison; `main` marks the cards' countries."""
    main = numbers.movers()[:3]
    return [
        {
            "name": country_heading(code),
            "main": code in main,
            "value": round(float(numbers.central["real_income"][i]), 6),
            **numbers.cell("real_income", i),
        }
        for i, code in enumerate(numbers.countries)
    ]


def reference(scenario: Scenario) -> str:
    """Return what the answer is measured against, in words."""
    from tradetalks.scenario import BASELINE, load_scenario

    if scenario.against == BASELINE:
        return "the world of 2022 under the law of mid-2022"
    title = load_scenario(scenario.against).title or scenario.against
    return title[0].lower() + title[1:] if title.startswith(("The ", "A ")) else title


def _card(numbers: Numbers, code: str) -> dict[str, Any]:
    i = numbers.countries.index(code)
    return {
        "code": code,
        "name": country_heading(code),
        "income": numbers.cell("real_income", i),
        "dollars": numbers.cell("equivalent_variation", i),
        "prices": numbers.cell("consumer_prices", i),
        "exports": numbers.cell("exports", i),
        "other": code not in PARTIES,
    }


def _row(numbers: Numbers, code: str) -> dict[str, Any]:
    i = numbers.countries.index(code)
    cells = [numbers.cell(name, i) for name in COLUMNS]
    return {"code": code, "name": country_name(code), "cells": cells}


def _balance(numbers: Numbers) -> dict[str, Any] | None:
    if not all(c in numbers.countries for c in PARTIES):
        return None
    where = (numbers.countries.index("USA"), numbers.countries.index("CHN"))
    return numbers.cell("bilateral_balance", *where)


def step(value: float, top: float) -> int:
    """Return the shade of a value, -4 to 4, on a scale that ends at `top`.

    >>> [step(x, 1.0) for x in (-1.0, -0.4, -0.001, 0.0, 0.3, 2.0)]
    [-4, -2, -1, 0, 2, 4]
    """
    if top <= 0 or abs(value) < 1e-9:
        return 0
    size = int(min(4, np.ceil(4 * abs(value) / top)))
    return size if value > 0 else -size


def _nice(value: float) -> float:
    """Return the next of 1, 2, 5, 10 ... at or above `value`: the end of a colour scale."""
    if value <= 0:
        return 0.01
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= value * 0.999))


def tiles(numbers: Numbers) -> dict[str, Any]:
    """Return the world as tiles: real income by country, and the end of the colour scale."""
    change = numbers.central["real_income"]
    top = _nice(float(np.quantile(np.abs(change), 0.9)))
    found = [
        {
            "code": code,
            "label": SHORT.get(code, code),
            "name": country_name(code),
            "x": TILES[code][0],
            "y": TILES[code][1],
            "step": step(float(change[i]), top),
            "cell": numbers.cell("real_income", i),
        }
        for i, code in enumerate(numbers.countries)
        if code in TILES
    ]
    complete = len(found) == len(numbers.countries) > 5
    return {"tiles": found if complete else [], "top": f"{top:g}"}


def heat(numbers: Numbers) -> dict[str, Any]:
    """Return output by country and sector, in percent, with shades."""
    change = numbers.central["output_percent"]
    top = _nice(float(np.quantile(np.abs(change), 0.97)))
    known = sectors()
    rows = [
        {
            "code": code,
            "name": country_name(code),
            "cells": [
                {
                    "text": _short(float(value)),
                    "step": step(float(value), top),
                    "sector": numbers.sectors[j],
                }
                for j, value in enumerate(change[i])
            ],
        }
        for i, code in enumerate(numbers.countries)
    ]
    heads = [
        {"code": s, "name": sector_name(s), "short": s if s in known else sector_name(s)}
        for s in numbers.sectors
    ]
    return {"rows": rows, "heads": heads, "top": f"{top:g}"}


def _short(value: float) -> str:
    if abs(value) < 0.005:
        return "0"
    return minus(f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}" if abs(value) >= 1
                 else f"{value:.2f}")  # fmt: skip


def law_averages(law: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the average duties that the scenario's law means, before and after."""
    if not law.get("scenario"):
        return []
    out = []
    for side, words in (("USA_on_CHN", "US on Chinese goods"), ("CHN_on_USA", "China on US goods")):
        after = law["scenario"]["statutory_percent"][side]["total"]
        before = law.get("reference") or law["scenario"].get("year") or {}
        found = before.get("statutory_percent", {}).get(side, {}).get("total")
        out.append({"words": words, "after": f"{after:.1f}",
                    "before": None if found is None else f"{found:.1f}"})  # fmt: skip
    return out


def chart_rows(numbers: Numbers) -> list[dict[str, Any]]:
    """Return real income by country for the chart, sorted; low and high None without a range."""
    change = numbers.central["real_income"]
    ranged = bool(numbers.low) and numbers.sets > 1
    rows = [
        {
            "country": country_name(code),
            "central": round(float(change[i]), 5),
            "low": round(float(numbers.low["real_income"][i]), 5) if ranged else None,
            "high": round(float(numbers.high["real_income"][i]), 5) if ranged else None,
            "who": code if code in PARTIES else "other",
        }
        for i, code in enumerate(numbers.countries)
    ]
    return sorted(rows, key=lambda row: -row["central"])


def sector_rows(numbers: Numbers) -> list[dict[str, Any]]:
    """Return output by sector of the parties for the chart."""
    shown: Sequence[str] = [c for c in PARTIES if c in numbers.countries]
    out: list[dict[str, Any]] = []
    for code in shown:
        i = numbers.countries.index(code)
        for j, sector in enumerate(numbers.sectors):
            row: dict[str, Any] = {
                "country": country_name(code),
                "sector": sector_name(sector),
                "who": code,
                "central": round(float(numbers.central["output_percent"][i, j]), 4),
            }
            for end, found in (("low", numbers.low), ("high", numbers.high)):
                row[end] = round(float(found["output_percent"][i, j]), 4) if found else None
            out.append(row)
    return out
