"""The five figures of a run, as Vega-Lite specifications (plain data; the page embeds the same)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradetalks.report import theme
from tradetalks.report.marks import (
    WIDTH,
    Rows,
    dot,
    labels,
    numbers_beside_bars,
    panel,
    panel_header,
    party_colour,
    range_line,
    ring,
    room_for_numbers,
    who,
    x,
)
from tradetalks.report.theme import Chart, Spec, figure
from tradetalks.results import PARTIES, RunResult, draws_words, movers, sets_words
from tradetalks.results.labels import country_in_sentence, country_name, number, sector_name
from tradetalks.results.sentence import reference_words, world_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

_COUNTRIES_SHOWN, _PARTNERS_SHOWN = 30, 12
_ROW = 17


def charts(result: RunResult) -> tuple[Chart, ...]:
    """Return the figures that this run can fill.

    Without the United States or China among the countries their own figures are left out.
    """
    drawn = [real_income(result)]
    shown = [c for c in PARTIES if c in result.countries]
    if shown:
        drawn.append(decomposition(result, shown))
        if "USA" in shown:
            drawn.append(diversion(result))
        drawn.append(sector_output(result, shown))
        drawn.append(bilateral_balance(result, shown))
    return tuple(drawn)


def real_income(result: RunResult) -> Chart:
    """Draw real income by country: centre, range over the sets or over draws, sorted."""
    shown = movers(result, _COUNTRIES_SHOWN - len(PARTIES))
    rows = income_rows(result, shown)
    body: Spec = {
        "width": WIDTH,
        "height": _ROW * len(rows),
        "encoding": {
            "y": labels("country", rows),
            "color": party_colour(),
        },
        "layer": [
            range_line("low", "high", "Change of real income, percent"),
            dot("central", "Change of real income, percent"),
        ],
    }
    top, bottom = rows[0], rows[-1]
    left_out = len(result.countries) - len(rows)
    caption = (
        f"Real income changes between {number(bottom['central'], 'percent')}% "
        f"({bottom['country']}) and {number(top['central'], 'percent')}% ({top['country']})."
    )
    if left_out:
        caption += f" The {left_out} countries that change least are not drawn."
    return _chart(
        result,
        "real_income",
        "Real income by country",
        caption,
        [
            "Percent; dot: central elasticities,",
            "line: " + (draws_words(result) if result.draws else sets_words(result)),
        ],
        body,
        rows,
    )


def income_rows(result: RunResult, shown: Sequence[str]) -> Rows:
    """Return the change of real income of these countries with its range, the largest first."""
    rows: Rows = []
    for code in shown:
        change = result.spread("real_income", country=code)
        rows.append(
            {
                "country": country_name(code),
                "central": change.central,
                "low": change.low,
                "high": change.high,
                "who": who(code),
            }
        )
    return sorted(rows, key=lambda row: -row["central"])


def decomposition(result: RunResult, shown: list[str]) -> Chart:
    """Draw the contributions to real income of the parties."""
    parts = {
        "terms_of_trade": "Terms of trade",
        "volume_of_trade": "Volume of trade",
        "trade_costs": "Trade costs",
        "export_taxes_and_rents": "Export taxes and rents",
        "production_wedges": "Subsidised production",
        "productivity": "Productivity",
        "employment_effect": "Employment",
        "remainder": "Imposed deficit and rest",
        "real_income": "Real income",
    }
    rows: Rows = []
    for code in shown:
        for variable, label in parts.items():
            if variable not in result.data:
                continue
            change = result.spread(variable, country=code)
            rows.append(
                {
                    "country": country_name(code),
                    "part": label,
                    "value": change.central,
                    "text": thousandths(change.central),
                    "total": variable == "real_income",
                }
            )
    if all(row["value"] == 0 for row in rows if row["part"] == "Trade costs"):
        rows = [row for row in rows if row["part"] != "Trade costs"]
    order = list(dict.fromkeys(row["part"] for row in rows))
    span = room_for_numbers(rows)
    panels: list[Spec] = [
        {
            **panel(country_name(code), 24 * len(order)),
            "encoding": {
                "y": labels("part", rows, order),
                "x": x("value", "Percentage points of real income", domain=span),
            },
            "layer": [
                {
                    "mark": {"type": "bar", "height": 15, "color": theme.COUNTRY_COLOUR[code]},
                    "encoding": {
                        "opacity": {"condition": {"test": "datum.total", "value": 1}, "value": 0.45}
                    },
                },
                *numbers_beside_bars(),
            ],
        }
        for code in shown
    ]
    names = " and ".join(country_in_sentence(c) for c in shown)
    return _chart(
        result,
        "decomposition",
        "Where the change of real income comes from",
        f"The contributions sum to the change of real income in {names}: terms of trade are "
        "prices of exports over prices of imports, volume is what taxed imports are worth to "
        "their buyers above their cost.",
        ["Percentage points of real income, central elasticities"],
        {"vconcat": panels, "spacing": 14},
        rows,
    )


def diversion(result: RunResult) -> Chart:
    """Draw what the United States buys less of from China, and more of from whom."""
    trade = result.at_central("trade").sel(importer="USA").sum("sector")
    change = {str(c): float(v) for c, v in zip(trade["exporter"].values, trade.values, strict=True)}
    del change["USA"]
    ranked = sorted(change, key=lambda c: -abs(change[c]))[:_PARTNERS_SHOWN]
    rows: Rows = [{"exporter": country_name(c), "value": change[c], "who": who(c)} for c in ranked]
    rows.sort(key=lambda row: row["value"])
    others = sum(v for c, v in change.items() if c not in ranked)
    if len(change) > len(ranked):
        rows.append({"exporter": "All others", "value": others, "who": "other"})
    rows.append({"exporter": "All imports", "value": sum(change.values()), "who": "total"})
    for row in rows:
        row["text"] = number(row["value"], "usd_bn")
    body: Spec = {
        "width": WIDTH,
        "height": 22 * len(rows),
        "encoding": {
            "y": labels("exporter", rows),
            "x": x(
                "value",
                f"Change, billion US dollars of {result.world['year']}",
                domain=room_for_numbers(rows),
            ),
        },
        "layer": [
            {"mark": {"type": "bar", "height": 15}, "encoding": {"color": party_colour()}},
            *numbers_beside_bars(),
        ],
    }
    gains = sum(v for v in change.values() if v > 0)
    lost = change.get("CHN", 0.0)
    caption = f"US imports from China change by {number(lost, 'usd_bn')} billion dollars"
    if lost < 0 < gains:
        caption += (
            f"; suppliers elsewhere gain {number(gains, 'usd_bn', signed=False)} billion, "
            f"{round(100 * gains / -lost)}% of that"
        )
    return _chart(
        result,
        "diversion",
        "US imports: who loses and who replaces it",
        caption + ".",
        ["Billion US dollars before duty, goods and services,", "central elasticities"],
        body,
        rows,
    )


def sector_output(result: RunResult, shown: list[str]) -> Chart:
    """Draw output volumes by sector of the parties."""
    sets = list(result.converged_sets)
    volume = result.data["output_percent"].sel(set=sets)
    rows: Rows = []
    for code in shown:
        of_country = volume.sel(country=code)
        low, high = of_country.min("set").values, of_country.max("set").values
        centre = result.at_central("output_percent").sel(country=code).values
        for position, sector in enumerate(result.sectors):
            rows.append(
                {
                    "country": country_name(code),
                    "sector": sector_name(sector),
                    "central": float(centre[position]),
                    "low": float(low[position]),
                    "high": float(high[position]),
                    "who": code,
                }
            )
    first = [row for row in rows if row["who"] == shown[-1]]
    order = [row["sector"] for row in sorted(first, key=lambda row: -row["central"])]
    panel: Spec = {
        "width": WIDTH // 2 - 10,
        "height": _ROW * len(order),
        "encoding": {"y": labels("sector", rows, order), "color": party_colour()},
        "layer": [
            range_line("low", "high", "Percent", ticks=4),
            dot("central", "Percent", ticks=4),
        ],
    }
    biggest = max(rows, key=lambda row: abs(row["central"]))
    return _chart(
        result,
        "sector_output",
        "Output by sector",
        f"The largest change is in {country_in_sentence(biggest['who'])}: "
        f"{biggest['sector'].lower()}, {number(biggest['central'], 'percent')}%; sectors are "
        f"sorted by the change in {country_in_sentence(shown[-1])}.",
        [
            "Change of the volume of output, percent; dot: central elasticities,",
            "line: " + sets_words(result),
        ],
        {
            "facet": {"column": panel_header([country_name(c) for c in shown])},
            "spec": panel,
        },
        rows,
    )


def bilateral_balance(result: RunResult, shown: list[str]) -> Chart:
    """Draw the parties' balances with their partners, before and after."""
    rows: Rows = []
    for code in shown:
        before = result.at_central("bilateral_balance_reference").sel(country=code)
        change = result.at_central("bilateral_balance").sel(country=code)
        for partner in _largest(change, code)[: _PARTNERS_SHOWN - 4]:
            start = float(before.sel(partner=partner))
            end = start + float(change.sel(partner=partner))
            rows.append(
                {
                    "country": country_name(code),
                    "partner": country_name(partner),
                    "before": start,
                    "after": end,
                    "who": code,
                }
            )
    panels = [_balance_panel(result, code, rows) for code in shown]
    caption = (
        "Goods balances move between partners, while the aggregate balance of each country is "
        f"imposed by an assumption; drawn are the {_PARTNERS_SHOWN - 4} partners whose balance "
        "moves most."
    )
    return _chart(
        result,
        "bilateral_balance",
        "Bilateral goods balances before and after",
        caption,
        [
            f"Billion US dollars, goods; ring: {reference_words(result)},",
            "dot: this scenario, central elasticities; a surplus is positive",
        ],
        {"vconcat": panels, "spacing": 14},
        rows,
    )


def _balance_panel(result: RunResult, code: str, rows: Rows) -> Spec:
    name = country_name(code)
    own = [row for row in rows if row["country"] == name]
    unit = f"Goods balance, billion US dollars of {result.world['year']}"
    return {
        **panel(name, 20 * len(own)),
        "encoding": {"y": labels("partner", own), "color": party_colour()},
        "layer": [
            range_line("before", "after", unit),
            ring("before", unit),
            dot("after", unit),
        ],
    }


def _largest(change: xr.DataArray, code: str) -> list[str]:
    size = {
        str(p): abs(float(v)) for p, v in zip(change["partner"].values, change.values, strict=True)
    }
    del size[code]
    return sorted(size, key=lambda p: -size[p])


def _chart(
    result: RunResult,
    name: str,
    title: str,
    caption: str,
    subtitle: list[str],
    body: Spec,
    rows: Rows,
) -> Chart:
    subtitle = [f"{result.name}, compared with {reference_words(result)}", *subtitle]
    source = [
        f"Source: tradetalks {result.versions['tradetalks']}, {world_label(result)},",
        f"{result.horizon} horizon" + (f", computed {result.created}" if result.created else ""),
    ]
    spec = figure(body, title=title, subtitle=subtitle, source=source, data=rows)
    return Chart(name, title, caption, spec)


def thousandths(value: float) -> str:
    """Return percentage points with their sign, to three digits."""
    return f"{value:+.3f}" if round(value, 3) else "0.000"
