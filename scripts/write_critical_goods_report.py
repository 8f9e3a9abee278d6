"""Write the tables of docs/critical-goods.md: the data files, and what the scenarios answer.

    python scripts/write_critical_goods_report.py

Replaces what stands between the two pairs of markers; the text around them is by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

from tradetalks.data.goods.describe import describe_goods
from tradetalks.engine import simulate
from tradetalks.scenario import Scenario, load_scenario

PAGE = Path(__file__).parents[1] / "docs" / "critical-goods.md"
ENDS = ("-critical-low", "", "-critical-high")


def main() -> None:
    """Rewrite the page in place."""
    text = PAGE.read_text("utf-8")
    text = replaced(text, "goods", describe_goods())
    text = replaced(text, "answers", answers())
    PAGE.write_text(text, "utf-8")


def replaced(text: str, name: str, table: str) -> str:
    """Return `text` with `table` between the markers `<!-- name -->` and `<!-- /name -->`."""
    found = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    assert found.search(text), name
    return found.sub(lambda m: f"{m[1]}\n{table}\n{m[2]}", text)


def answers() -> str:
    """Return real income of the United States by scenario, horizon, leakage and elasticity."""
    rows = ["| scenario | horizon | leakage | US real income, % (low / central / high eps_c) | "
            "USD bn | US output, % |", "|---|---|---|---|---|---|"]  # fmt: skip
    for name, sectors in (("rare-earth-ban", ("29", "27", "28")), ("medicines-cut", ("21",))):
        asked = load_scenario(name)
        for horizon in ("short", "medium", "long"):
            rows.append(row(asked, horizon, "10%", sectors))
        rows.extend(row(asked, "short", leakage, sectors) for leakage in ("5%", "20%"))
    to_all = asked_of_all(load_scenario("rare-earth-ban"), ["REE", "MAGNETS"])
    rows.append(row(to_all, "short", "20%", ("29", "27", "28")))
    gallium = asked_of_all(to_all, ["GALLIUM"])
    rows.append(row(gallium, "short", "10%", ("26",)))
    for highest in ("900%", "3000%"):
        name = f"{gallium.name}, at most {highest}"
        rows.append(row(gallium, "short", "10%", ("26",), highest, name))
    return "\n".join(rows) + "\n"


def asked_of_all(asked: Scenario, sectors: list[str]) -> Scenario:
    """Return the same stop of `sectors`, to every country."""
    (change,) = asked.to_plain()["changes"]
    change |= {"destinations": "all", "sectors": sectors}
    name = f"{'-'.join(sectors)}-to-all"
    return asked.replace(goods="all", changes=[change], name=name)


def row(
    asked: Scenario,
    horizon: str,
    leakage: str,
    sectors: tuple[str, ...],
    highest: str = "10000%",
    name: str = "",
) -> str:
    """Return one line of the table; `highest` is the highest premium."""
    own = {"leakage": leakage, "highest_premium": highest}
    changes = [{**c, **own} for c in asked.to_plain()["changes"]]
    run = simulate(asked.replace(horizon=horizon, elasticities="central", changes=changes))
    usa = run.data.sel(country="USA")
    sets = [f"{horizon}-central{end}" for end in ENDS]
    income, money = (
        " / ".join(f"{float(usa[key].sel(set=s)):+.{digits}f}" for s in sets)
        for key, digits in (("real_income", 3), ("equivalent_variation", 1))
    )
    output = "; ".join(
        f"{j}: "
        + " / ".join(f"{float(usa.output_percent.sel(set=s, sector=j)):+.1f}" for s in sets)
        for j in sectors
    )
    return f"| `{name or asked.name}` | {horizon} | {leakage} | {income} | {money} | {output} |"


if __name__ == "__main__":
    main()
