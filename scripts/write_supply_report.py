"""Write the tables of `docs/supply.md`: the licence regimes, and the answer for US car makers.

Usage: python scripts/write_supply_report.py
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tradetalks.supply import licence_run, regimes

PAGE = Path(__file__).parents[1] / "docs/supply.md"
COLUMNS = ("approval", "processing", "validity", "renewal", "covered", "leakage", "general")
SHARES = ("approval", "renewal", "covered", "leakage", "general")
CARS = "29"


def regime_table() -> str:
    """Return the shipped regimes as Markdown."""
    head = "| regime | what | " + " | ".join(COLUMNS) + " |\n" + "|---" * (len(COLUMNS) + 2) + "|\n"
    rows = []
    for name, found in regimes().items():
        cells = []
        for column in COLUMNS:
            figure = found.figures.get(column)
            if figure is None:
                cells.append("")
                continue
            scale, unit = (100.0, "%") if column in SHARES else (1.0, " d")
            text = f"{scale * figure.central:g}{unit}"
            if figure.low != figure.high:
                low, high = sorted((figure.low, figure.high))
                text += f" ({scale * low:g} to {scale * high:g})"
            cells.append(text + (" a" if figure.assumed else ""))
        rows.append(f"| `{name}` | {found.title} | " + " | ".join(cells) + " |")
    return head + "\n".join(rows) + "\n"


def band(values: Iterable[float | None]) -> str:
    """Return a centre with its range, to two digits or whole numbers."""

    def said(x: float | None) -> str:
        return "none" if x is None else f"{x:.0f}" if abs(x) >= 10 or x == 0 else f"{x:.2g}"

    centre, low, high = map(said, values)
    return centre if low == high else f"{centre} ({low} to {high})"


def answer_table() -> str:
    """Return what regimes on magnets do to US car makers, as Markdown."""
    head = (
        "| regime | stock, days | first line stops, day | days lost in a year | "
        "cars not made, USD bn | at most, USD bn | equilibrium, % of output |\n"
        + "|---" * 7
        + "|\n"
    )
    rows = []
    for name in ("stop", "licences-2025", "general-licences", "civilian-only"):
        run = licence_run("MAGNETS", "USA", name)
        cars = next(r for r in run.user_rows() if r["sector"] == CARS)
        central, short, long = run.rows()[:3]
        lost, share = cars["output_lost_usd_bn"], cars["equilibrium_output_percent"]
        stops = [r["first_stop_day"] for r in (central, short, long)]
        days = [r["output_days_lost"] for r in (central, long, short)]
        most = cars["at_most_usd_bn"]
        rows.append(
            f"| `{name}` | 45 (22 to 90) a | {band(stops)} | {band(days)} | "
            f"{band(lost.values())} | {band(most.values())} | {band(share.values())} |"
        )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    for name, table in (("regimes", regime_table()), ("answers", answer_table())):
        block = f"<!-- {name} -->\n\n{table}\n<!-- /{name} -->"
        text = re.sub(f"<!-- {name} -->.*?<!-- /{name} -->", lambda _: block, text, flags=re.S)  # noqa: B023
    PAGE.write_text(text, "utf-8")
    print(f"wrote {PAGE.name}")
