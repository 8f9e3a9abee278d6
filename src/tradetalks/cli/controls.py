"""`tradetalks controls`: what export controls do, and what lifting them brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli import controls_supply
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.engine.contradiction import Contradiction
    from tradetalks.results import Answer

_HORIZON: Any = typer.Option("medium", help="short, medium or long.")
_REGIONS: Any = typer.Option("default", help="Region set: default, all, eu27 or blocs.")
_ELASTICITIES: Any = typer.Option("all", help="all for a range, or central.")
_IMPOSED = (
    "The closure imposes each country's aggregate trade balance, goods and services together: no "
    "policy here can change it. What moves is the balance with one partner, and the balance of "
    "goods against that of services."
)
_DESIGN = (
    "Much of the value of a chip is design and software. Chips made in Taiwan are Taiwan's exports "
    "here; what US designers earn on them is a payment for services and rights that this table "
    "does not see. Real income of chip users from better chips is not in it either."
)
_SCALE = (
    "The market for AI chips is that of the world's own year (15 USD bn in 2022, assumed, x/÷ 2); "
    "it has grown several times since. Duties are those of truce-holds: +30 points on Chinese "
    "goods, +10 on US goods. Dollars have world factor income as numeraire: a duty that makes US "
    "goods dearer raises US incomes in dollars even where less is sold."
)


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(
        help="Export controls: licences, power over others, second sources, what lifting brings.",
        no_args_is_help=True,
    )
    group.command("contradiction")(show_contradiction)
    controls_supply.register(group)
    app.add_typer(group, name="controls")


def show_contradiction(
    horizon: str = _HORIZON,
    regions: str = _REGIONS,
    elasticities: str = _ELASTICITIES,
    format: Format = FORMAT,
) -> None:
    """Lift the controls or raise the duties: which shrinks the deficit with China?

    One table: lifting the controls on chips and engines (alone, and with China's refusal
    lifted), US duties on China, China's retaliation.
    """
    from tradetalks.cli.home import use_compilation_cache

    use_compilation_cache()
    from tradetalks.engine.contradiction import contradiction

    with progress("Solving") as step:
        found = contradiction(
            horizon=horizon, regions=regions, elasticities=elasticities, progress=step
        )
    emit(_answer(found), format, found.rows, lambda: _text(found, horizon))


def _answer(found: Contradiction) -> Answer:
    from tradetalks.results import Answer

    runs = list(found.runs.values())
    sources = {s["title"]: s for run in runs for s in run.scenario.get("sources", ())}
    return Answer(
        "controls contradiction",
        runs[0].created,
        {"rows": list(found.rows)},
        list(sources.values()),
        [_IMPOSED, _DESIGN, _SCALE, *_once(run.assumptions for run in runs)],
        _once(run.warnings for run in runs),
        {"converged": all(run.status["converged"] for run in runs)},
    )


def _once(lists: Any) -> list[str]:
    return list(dict.fromkeys(text for texts in lists for text in texts))


def _text(found: Contradiction, horizon: str) -> str:
    labels = list(found.runs)
    keys = list(dict.fromkeys((r["variable"], r["country"], r["unit"]) for r in found.rows))
    by_key = {(r["policy"], r["variable"], r["country"]): r for r in found.rows}
    heads = ("Change", *(f"({n})" for n, _ in enumerate(labels, 1)))

    def rows(cell: Any) -> list[tuple[str, ...]]:
        return [
            (_name(*key), *(cell(by_key.get((label, key[0], key[1]))) for label in labels))
            for key in keys
        ]

    return "".join(
        [
            paragraph(_headline(labels, by_key)),
            paragraph("\n".join(f"({n}) {label}." for n, label in enumerate(labels, 1))),
            paragraph(
                f"Changes from the world's own year, {horizon} horizon, central elasticities:"
            ),
            table_text(heads, rows(_central), left=1),
            paragraph("Least and greatest over the elasticity sets (* a set has no equilibrium):"),
            table_text(heads, rows(_range), left=1),
            *(paragraph(text) for text in (_IMPOSED, _DESIGN, _SCALE)),
        ]
    )


def _headline(labels: list[str], by_key: dict[tuple[str, str, str], dict[str, Any]]) -> str:
    def value(policy: int, variable: str) -> str:
        row = by_key[labels[policy], variable, "USA"]
        return _central(row) + ("%" if row["unit"] == "percent" else "")

    balance, sold, income = "bilateral balance", "goods exports", "real income"
    return (
        f"Lifting the controls moves the US goods balance with China by {value(1, balance)} USD bn "
        f"and US goods exports by {value(1, sold)}; 30 points of duty move the balance by "
        f"{value(2, balance)}, US goods exports by {value(2, sold)} (with the retaliation "
        f"{value(4, sold)}) and US real income by {value(2, income)}. With China "
        f"refusing the chips the lifting moves the balance by {value(0, balance)}: the chips come "
        "from Taiwan."
    )


def _name(variable: str, country: str, unit: str) -> str:
    what = "goods balance with CHN" if variable == "bilateral balance" else variable
    return f"{country} {what}, {'%' if unit == 'percent' else 'bn'}"


def _short(value: float) -> str:
    """Return two digits, no exponent."""
    return f"{value:.0f}" if abs(value) >= 9.5 else f"{value:.2g}" if abs(value) > 5e-4 else "0"


def _digits(row: dict[str, Any]) -> int:
    return 3 if row["unit"] == "percent" else 1


def _central(row: dict[str, Any] | None) -> str:
    return "" if row is None else f"{row['central']:+.{_digits(row)}f}"


def _range(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    ends = f"{_short(row['low'])}…{_short(row['high'])}"
    return ends + ("*" if row["incomplete"] else "")
