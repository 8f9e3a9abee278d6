"""The words and tables of `talks packages` and `talks approval`."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from tradetalks.cli.output import paragraph, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer

_POINTS = ("nash", "kalai_smorodinsky", "egalitarian")
_MOST = 6


def packages(answer: Answer) -> str:
    """Return the answer of `talks packages` for people."""
    body = answer.body
    parts = [paragraph(body["question"]), paragraph(_headline(body))]
    parts.append(table_text(*_points(body)))
    if body["agreement"]:
        parts.append(table_text(*_levels(body), left=5))
        parts.append(table_text(*_issues(body), left=2))
    parts.append(table_text(*_concessions(body), left=3))
    parts += [paragraph(text) for text in _findings(body)]
    if "swap" in body:
        parts += _swap(body)
    if "front_loading" in body:
        parts += _run_up(body["front_loading"])
    if "approval" in body:
        parts += _approval(body)
    return "".join(parts) + _foot(answer)


def approval(answer: Answer) -> str:
    """Return the answer of `talks approval` for people."""
    body = answer.body
    parts = [paragraph(body["question"]), paragraph(_headline(body)), *_approval(body)]
    return "".join(parts) + _foot(answer)


def _headline(body: Any) -> str:
    day = body["deadline"]
    law = f"the law of {day:%-d %B %Y}" if day else "the law of the table"
    if not body["agreement"]:
        return (
            f"No agreement zone: none of the {body['packages']:,} packages leaves a side better "
            f"off and none worse off than {law}. That is the answer, not an error."
        )
    share = f"{body['zone_share']:.0%}"
    return (
        f"Of {body['packages']:,} packages, {body['zone']:,} ({share}) leave no side worse off "
        f"than {law}, which is what happens without agreement; {body['efficient']} of them are "
        f"efficient. {body['worlds']:,} different worlds were solved."
    )


def _unit(body: Any) -> str:
    return "%" if body["unit"] == "percent" else "USD bn"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 3 if unit == "%" else 1
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else text


def _points(body: Any) -> tuple[list[str], list[list[str]]]:
    unit = _unit(body)
    header = ["Package"]
    for side in body["sides"]:
        header += [f"{side}, {unit}", "USD bn", "assumed"]
    rows: list[list[str]] = []
    for point in body["points"]:
        row = [point["title"]]
        for side in body["sides"]:
            own = point[side]
            total = _number(own["total"], unit)
            if "real_income_low" in own and point["point"] != "law":
                low = own["real_income_low"] + own["weights"]
                high = own["real_income_high"] + own["weights"]
                total += f"\n({_number(low, unit)} to {_number(high, unit)})"
            share = own["assumed_share"]
            row += [total, _number(own["real_income_usd_bn"], "bn"), f"{share:.0%}"]
        rows.append(row)
    return header, rows


def _levels(body: Any) -> tuple[list[str], list[list[str]]]:
    by_key = {p["point"]: p for p in body["points"]}
    shown = [by_key[k] for k in ("law", *_POINTS) if k in by_key]
    header = ["Issue (=: as by law)", "By law", *(p["title"] for p in shown[1:])]
    rows = []
    for issue, law in shown[0]["levels"].items():
        chosen = [p["levels"][issue] for p in shown[1:]]
        rows.append([issue, law, *("=" if level == law else level for level in chosen)])
    return header, rows


def _issues(body: Any) -> tuple[list[str], list[list[str]]]:
    unit = _unit(body)
    header = ["Who gets what (Nash)", "settled at"]
    for side in body["sides"]:
        header += [f"{side}, {unit}", "of it weights"]
    rows = []
    for row in body["by_issue"]:
        if not row["moves"]:
            continue
        line = [f"{row['title']} ({row['by']})", row["to"]]
        for side in body["sides"]:
            line += [_number(row[side]["total"], unit), _number(row[side]["weights"], unit)]
        rows.append(line)
    return header, rows


def _concessions(body: Any) -> tuple[list[str], list[list[str]]]:
    unit = _unit(body)
    header = ["First concessions", "Issue", "settled at", f"own cost, {unit}",
              f"other gains, {unit}", "price"]  # fmt: skip
    rows = []
    for row in body["concessions"]:
        price = "both gain" if row["both_gain"] else f"{row['price']:.2f}"
        rows.append(
            [row["side"], row["issue"], row["level"], _number(row["cost"], unit),
             _number(row["worth_to_other"], unit), price]
        )  # fmt: skip
    return header, rows


def _findings(body: Any) -> list[str]:
    unit, sides = _unit(body), body["sides"]
    out: list[str] = []
    frozen = body["freeze"]
    if frozen:
        named = ", ".join(f"{k} = {v}" for k, v in frozen["frozen"].items())
        costs = "; ".join(
            f"{s} {_number(frozen[s]['nash_before'], unit)} before, "
            f"{_number(frozen[s]['nash_after'], unit)} after"
            for s in sides
        )
        out.append(
            f"Frozen ({named}): the zone has {frozen['zone_after']:,} of "
            f"{frozen['packages_after']:,} packages ({frozen['share_after']:.0%}) instead of "
            f"{frozen['zone_before']:,} of {frozen['packages_before']:,} "
            f"({frozen['share_before']:.0%}). Gain at the Nash point, {unit}: {costs}."
        )
    link = body["linkage"]
    if link:
        gains = ", ".join(f"{s} {_number(link[s], unit)}" for s in sides)
        out.append(
            f"Linkage: all issues together instead of each on its own changes the gain by "
            f"{gains} ({unit}). Where nobody loses at any table the sum of separate deals is safe "
            "but poorer."
        )
    for row in body["enforcement"]:
        out.append(_enforcement(row, unit))
    out.append(_sensitivity(body["sensitivity"], body["agreement"]))
    if "draws" in body:
        out.append(_draws(body["draws"]))
    return [text for text in out if text]


def _enforcement(row: Any, unit: str) -> str:
    if not row["breach"]:
        return f"Breach: {row['side']} would gain nothing by breaching the Nash package."
    moved = "; ".join(row["breach"])
    bar = (
        "no patience bars it"
        if not row["enforceable"]
        else f"kept if the next period is worth at least {row['critical_discount']:.2f} of this one"
    )
    return (
        f"Breach: {row['side']} would gain {_number(row['gain'], unit)} {unit} a year by {moved}, "
        f"until the other side notices and the law returns: {bar}."
    )


def _sensitivity(rows: Any, agreement: bool) -> str:
    if not agreement:
        return ""
    model, *ends = rows
    changed = [r for r in ends if not r["nash_same"]]
    named = "; ".join(
        f"{r['issue']}={r['level']} for {r['side']} at {r['value']:g}" for r in changed[:_MOST]
    )
    more = f" and {len(changed) - _MOST} more" if len(changed) > _MOST else ""
    said = f" It changes at: {named}{more}." if changed else ""
    without = "the same" if model["nash_same"] else "another one"
    shares = [r["share"] for r in (model, *ends)]
    return (
        f"Assumed weights: the Nash package stays at {len(ends) - len(changed)} of {len(ends)} "
        f"ends of their ranges.{said} With every weight at zero it is {without}. The zone has "
        f"{min(shares):.0%} to {max(shares):.0%} of the packages over all of these."
    )


def _draws(found: Any) -> str:
    zone = "; ".join(f"{r['title']} {r['in_zone']:.0%}" for r in found["points"])
    if found["nash_stays"] is None:
        stays = ""
    else:
        stays = f" The Nash package stays the same in {found['nash_stays']:.0%}."
    return (
        f"Over {found['draws']:,} draws of {found['weights']} declared weights in their ranges "
        f"(seed {found['seed']}; evenly on each side of the value, assumed; what the model "
        f"says stays as it is) somebody can gain in {found['agreement']:.0%}.{stays} In the zone: "
        f"{zone}. A share of draws is not a probability of the world."
    )


def _swap(body: Any) -> list[str]:
    rows, sides = body["swap"], body["sides"]
    giver = rows[0]["giver"]
    other = next(s for s in sides if s != giver)
    header = ["Set", f"1st: {other}", giver, f"2nd: {giver}", other, "rate", "fair part",
              "break-even"]  # fmt: skip
    lines = []
    for row in rows:
        fair = _fair(row["low"], row["high"])
        rate = "" if row["rate"] == inf else f"{row['rate']:.2f}"
        lines.append(
            [
                row["elasticities"].removeprefix(f"{body['horizon']}-"),
                *(f"{row['given'][s]:+.1f}" for s in (other, giver)),
                *(f"{row['taken'][s]:+.1f}" for s in (giver, other)),
                rate,
                fair,
                f"{row['break_even_cost']:+.1f}",
            ]
        )
    text = (
        f"Swap, in USD billions a year: the first move is by {giver}, the second by {other}. Rate: "
        f"what the first is worth to {other} per dollar that the second is worth to {giver}. "
        f"Fair part: how much of the second pays for the first. Break-even: a further "
        f"yearly cost to {other}, such as security, at which the whole swap is worth nothing to it."
    )
    return [table_text(header, lines), paragraph(text)]


def _fair(low: float, high: float) -> str:
    if low == inf or low > high:
        return "none"
    return f"{low:.2f} to " + ("any" if high == inf else f"{high:.2f}")


def _run_up(rows: Any) -> list[str]:
    header = ["Goods imports", "today, USD bn a year", "before, %", "ahead, USD bn a month",
              "after a lapse, %"]  # fmt: skip
    lines = [
        [f"{r['importer']} from {r['exporter']}", f"{r['imports_today']:.1f}",
         f"{r['before']:+.1f}\n({r['before_low']:+.1f} to {r['before_high']:+.1f})",
         f"{r['ahead_per_month']:+.1f}",
         f"{r['after']:+.1f}\n({r['after_low']:+.1f} to {r['after_high']:+.1f})"]
        for r in rows
    ]  # fmt: skip
    text = (
        f"Front-loading: buyers give a lapse {rows[0]['lapse_probability']:.0%} and compare what "
        f"they would save with the cost of holding stocks, {rows[0]['holding_cost']:.0%} of the "
        "value (both assumed; 1% to 4% for the cost). What is bought ahead is missing afterwards, "
        "on top of what a lapse itself does."
    )
    return [table_text(header, lines), paragraph(text)]


def _approval(body: Any) -> list[str]:
    header = ["Package", "passes", "range", "weakest"]
    rows = [
        [r["title"], f"{r['probability']:.0%}",
         f"{r['probability_low']:.0%} to {r['probability_high']:.0%}", r["weakest"]]
        for r in body["approval"]
    ]  # fmt: skip
    named = {r["point"]: r for r in body["approval"]}
    shown = named.get("nash") or body["approval"][0]
    chain = [
        [str(c["order"]), c["side"], c["approver"], c["role"], f"{c['probability']:.0%}",
         f"{c['so_far']:.0%}"]
        for c in shown["chain"]
    ]  # fmt: skip
    vetoes = [
        [v["approver"], v["side"], f"{v['blocks']:.0%}", f"{v['blocks_alone']:.0%}",
         f"{v['win_set']:.0%}"]
        for v in body["vetoes"]
    ]  # fmt: skip
    return [
        table_text(header, rows),
        table_text(("Order", "Side", f"Chain ({shown['title']})", "Role", "approves", "so far"),
                   chain, left=4),
        table_text(("Veto chart", "Side", "blocks of the zone", "alone", "its win-set"), vetoes,
                   left=2),
    ]  # fmt: skip


def _foot(answer: Answer) -> str:
    body = answer.body
    unit = (
        "Gains in percent of each side's real income a year, weights included, from the law at the "
        "deadline"
        if body["unit"] == "percent"
        else "Gains in USD billions a year, weights included, from the law at the deadline"
    )
    reading = (
        f"{unit}; {body['horizon']} horizon. Brackets: range over elasticity sets, not a "
        "confidence interval. USD bn: the real income in it. assumed: the part of the difference "
        "that rests on assumed numbers, that is weights and sizes of changes, listed below."
    )
    notes = [f"Note: {text}" for text in answer.warnings]
    shown = [
        f"Assumed: {text}"
        for text in answer.assumptions
        if "assumed" in text.lower() and not text.startswith("Weight:")
    ]
    closing = "Sources: all with --format json. A model, not a prediction."
    weights = table_text(*_weights(body), left=2) if body.get("weights") else ""
    return (
        "".join(paragraph(text) for text in (reading, *notes))
        + weights
        + "".join(paragraph(text) for text in (*shown, closing))
    )


def _weights(body: Any) -> tuple[list[str], list[list[str]]]:
    rows = [
        [f"{w['issue']}: {w['level']}", w["source"], w["side"], f"{w['value']:+g}",
         "" if w["range"] is None else f"{w['range'][0]:g} to {w['range'][1]:g}",
         "USD bn" if w["unit"] == "usd_bn" else "% of income"]
        for w in body["weights"]
    ]  # fmt: skip
    return ["Declared weights, a year", "why", "to", "value", "range", "unit"], rows
