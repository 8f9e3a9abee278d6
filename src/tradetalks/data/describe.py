"""The balance report of a world as text: what was done to the data and how far it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradetalks.codes import countries, sectors
from tradetalks.data.own.numbers import show
from tradetalks.data.shipped import load_world, world_report
from tradetalks.data.world import World

_NUMBERS = ("price", "revenue", "weighted", "simple")


def describe_world(name: str = "world-2022") -> str:
    """Return the balance report of a shipped world as Markdown."""
    world, report = load_world(name, regions="all"), world_report(name)
    if not report:
        return f"# World `{world.name}`\n\n{' '.join(world.notes)}\n"
    parts = [
        f"# World `{world.name}`: how it was made",
        f"{len(world.countries)} countries, {len(world.sectors)} sectors, {world.year}, millions "
        f"of US dollars. Content hash `{world.content_hash()[:16]}`. Written by "
        "`scripts/write_world_report.py`; the same numbers stand in the `.json` beside the table.",
        "## Notes\n\n" + "\n".join(f"- {note}" for note in world.notes),
        _customs(report["customs"]),
        *([_rates(report, world)] if report["us_china_rates"] else ()),
        _mended(report["tariffs"]),
        _balance(report["balance"]),
    ]
    return "\n\n".join(parts) + "\n"


def describe_table(world: World) -> str:
    """Return totals, identities and applied rules of any world as Markdown (`World.describe`)."""
    flows = world.trade.sum(2)
    exports, imports = (flows.sum(axis) - flows.diagonal() for axis in (1, 0))
    totals = world.value_added.sum(1), world.final.sum(1)
    columns = (*totals, exports, imports, world.deficit, world.duties)
    rows = [
        f"| {c} | " + " | ".join(show(float(column[n])) for column in columns) + " |"
        for n, c in enumerate(world.countries)
    ]
    checks = [
        f"| {c.name} | {c.value:.2g} | {c.tolerance:.0g} | {'yes' if c.passed else 'NO'} |"
        for c in world.checks()
    ]
    parts = [
        f"# World `{world.name}`",
        f"{len(world.countries)} countries, {len(world.sectors)} sectors ({int(world.goods.sum())} "
        f"of goods), {world.year or 'no year'}, millions of US dollars. Content hash "
        f"`{world.content_hash()[:16]}`.",
        "## Rules applied\n\n" + ("\n".join(f"- {n}" for n in world.notes) or "None."),
        "## Totals\n\n| country | value added | final demand | exports | imports | deficit | "
        "duties |\n|---|---|---|---|---|---|---|\n" + "\n".join(rows),
        "## Checks\n\n| condition | largest violation | allowed | holds |\n|---|---|---|---|\n"
        + "\n".join(checks),
    ]
    return "\n\n".join(parts) + "\n"


def _customs(customs: Mapping[str, Any]) -> str:
    ins, outs = customs["usa_from_chn"], customs["chn_from_usa"]
    rows = [
        ("US goods imports from China", ins, ins["as_china_reports_exports_musd"]),
        ("US goods exports to China", outs, outs["as_china_reports_imports_cif_musd"]),
    ]
    lines = [
        f"| {label} | {r['table_musd'] / 1e3:,.1f} | {r['customs_musd'] / 1e3:,.1f} | "
        f"{r['ratio']:.3f} | {china / 1e3:,.1f} |"
        for label, r, china in rows
    ]
    return (
        "## Table and customs, USD billion\n\nGoods flows of the table leave out trade margins. "
        "Rates of these two flows are multiplied by the ratio, so that duty is right in dollars. "
        "The ratio follows the US reports in both directions, so the customs balance is the one "
        "that is published; China reports other totals (last column), and charges its duty on "
        "its own, larger one.\n\n"
        "| flow | table | US customs | ratio | as China reports |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
    )


def _rates(report: Mapping[str, Any], world: World) -> str:
    text = [
        "## US-China rates of mid-2022 by sector, percent (before the customs ratio)",
        "`total` is what ships: MFN of the table plus the added duty as a price number. Added duty "
        "in four numbers: `price` and `revenue` are exact under CES (elasticity among lines 2.53, "
        "assumed), `weighted` is the mean at the weights, `simple` the mean of lines. `lines' MFN` "
        "is what the tariff lines say, beside the table's.",
    ]
    for pair, rows in report["us_china_rates"].items():
        head = "| sector | total | MFN | lines' MFN | price | revenue | weighted | simple |"
        if pair == "USA on CHN":
            head += " HS6 schedule | collected 2024 |"
        body = [f"### {pair}\n", head, "|" + "---|" * (head.count("|") - 1)]
        for code, row in rows.items():
            if code == "SERV":
                continue
            added = row.get("added")
            cells = [row["total"], row["mfn"]]
            cells += [row["mfn_of_lines"], *(added[k] for k in _NUMBERS)] if added else [None] * 5
            if pair == "USA on CHN":
                cells.append(report["us_schedule_check"].get(code, {}).get("rate"))
                cells.append(report["us_collected_2024"].get(code))
            body.append(f"| {code} {sectors()[code].label} | {_percent(cells)} |")
        importer, exporter = pair.split(" on ")
        flows = world.trade[world.index(exporter), world.index(importer)] * world.goods
        means = [
            sum(flows[j] * rows[code][k] for j, code in enumerate(world.sectors)) / flows.sum()
            for k in ("total", "mfn")
        ]
        body.append(
            f"| all goods, at the table's trade | {_percent(means)} |"
            + " |" * (head.count("|") - 4)
        )
        text.append("\n".join(body))
    text.append(
        "No customs line belongs to sector 09 (a service to mines), so it has no added duty. US "
        "rates: Section 301 lists by HTS8, weights US imports from China 2024 by HTS10 with the "
        "war's effect undone, plus Section 232 on steel and aluminium. Two checks stand beside "
        "them: an independent HS6 schedule (Section 301 only; it takes the highest line of each "
        "HS6), and the duty that US customs calculated in 2024, all measures, over import value "
        "(compare it with lines' MFN plus `revenue`; exclusions and exemptions make it lower). "
        "Chinese rates: HS6 schedule to December 2019, the step of September 2019 halved in "
        "February 2020, retaliation to Section 232 included, weights US exports 2017 by chapter. "
        "All are statutory: exclusions, processing trade and safeguards are not in them."
    )
    return "\n\n".join(text)


def _percent(cells: Sequence[float | None]) -> str:
    return " | ".join("" if c is None else f"{100 * c:.1f}" for c in cells)


def _mended(tariffs: Mapping[str, Any]) -> str:
    capped = "; ".join(
        f"{cell} ({row['suppliers']} suppliers, up to {100 * row['highest']:.0f}%)"
        for cell, row in tariffs["capped"].items()
    )
    food = [
        f"- {importer} food, drink and tobacco: {100 * row['rate']:.1f}% on {len(row['was'])} "
        f"suppliers (were up to {100 * max(row['was'].values()):.0f}%), {len(row['kept'])} keep "
        "their own, lower rate."
        for importer, row in tariffs["food"].items()
    ]
    share = tariffs["us_food_value_with_specific_or_compound_duty"]
    return (
        "## Tariffs mended\n\n"
        f"- {tariffs['services_cells_set_to_zero']:,} services cells set to zero.\n"
        + "\n".join(food)
        + f"\n- {100 * share:.0f}% of the US food value used as weights carries specific or "
        "compound duties, whose specific part reads 0 here.\n"
        f"- {tariffs['capped_cells']} cells above 50% capped at 50%: {capped}."
    )


def _balance(balance: Mapping[str, Any]) -> str:
    head = (
        "| country | prior | value added, USD bn | share of output | duties | GDP (WDI) | basis | "
        "inputs moved |\n|---|---|---|---|---|---|---|---|"
    )
    rows = []
    for code, r in balance["countries"].items():
        gdp = "" if r["gdp_wdi_musd"] is None else f"{r['gdp_wdi_musd'] / 1e3:,.1f}"
        rows.append(
            f"| {code} {countries()[code].name} | {r['prior']} | "
            f"{r['value_added_musd'] / 1e3:,.1f} | {100 * r['share_of_output']:.1f}% | "
            f"{r['duties_musd'] / 1e3:,.1f} | {gdp} | {r['value_added_from']} | "
            f"{100 * r['intermediate_moved']:.1f}% |"
        )
    return (
        "## Balance\n\nRAS (least Kullback-Leibler divergence from the prior), country by country: "
        f"{balance['iterations']} sweeps, error {balance['error']:.1g}. "
        f"{100 * balance['mean_intermediate_moved']:.1f}% of the value of inputs moved (sum of "
        "absolute changes over the prior's sum). Priors: `A x B` is a geometric mean; EU 2017 "
        "stands for members of the EU and for the United Kingdom, ROW 2017 for all others without "
        "a table of their own.\n\n" + head + "\n" + "\n".join(rows)
    )
