"""A bargain as plain rows, with units, sources and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tradetalks.talks.packages import points
from tradetalks.talks.packages.approval import Ratification
from tradetalks.talks.packages.bargain import Bargain, freezing, model_only, sensitivities
from tradetalks.talks.packages.exchange import Swap
from tradetalks.talks.packages.expectation import RunUp
from tradetalks.talks.packages.payoffs import all_weights, assumed_size, unit_scale
from tradetalks.talks.packages.trades import concessions, default_levels, shapley, temptation

Row = dict[str, Any]
_SIGNED = "nash"
"""The package that issues and enforcement are shown for."""
DRAWN = 4000
"""Packages that a cloud of points shows; beyond, a sample of equal steps."""


def package_row(bargain: Bargain, number: int) -> Row:
    """Return the levels and payoffs of one package.

    By side: `real_income` and `total` in the agenda's unit, `real_income_usd_bn`, `weights`. Of
    the difference from the law, split by issue (Shapley values, absolute),
    `assumed_weights_share` is assumed weights, `assumed_share` these and the real income of
    issues in which the size of a change is assumed.
    """
    agenda, levels = bargain.agenda, bargain.levels(number)
    income = bargain.payoffs.income.reshape(-1, len(agenda.sides))[number]
    weights = bargain.payoffs.weights.reshape(-1, len(agenda.sides))[number]
    assumed = assumed_size(agenda, levels, bargain.central.level)
    parts = np.abs(shapley(bargain.payoffs.income, default_levels(bargain.payoffs), levels))
    sized = parts[[_size_assumed(bargain, k, at) for k, at in enumerate(levels)]].sum(0)
    whole = parts.sum(0) + np.maximum(assumed, np.abs(weights))
    row: Row = {
        "package": number,
        "levels": {i.id: i.levels[at].id for i, at in zip(agenda.issues, levels, strict=True)},
        "in_zone": bool(bargain.zone[number]),
        "efficient": bool(bargain.efficient[number]),
    }
    for s, side in enumerate(agenda.sides):
        row[side] = {
            "real_income": float(income[s]),
            "real_income_usd_bn": float(income[s] / bargain.payoffs.scale[s]),
            "weights": float(weights[s]),
            "total": float(income[s] + weights[s]),
            "assumed_weights_share": float(assumed[s] / whole[s]) if whole[s] > 0 else 0.0,
            "assumed_share": float((assumed[s] + sized[s]) / whole[s]) if whole[s] > 0 else 0.0,
            **_range(bargain, number, s),
        }
    return row


def _size_assumed(bargain: Bargain, issue: int, level: int) -> bool:
    """Whether the size of a change is assumed at the level, or at the law's, which it leaves."""
    one = bargain.agenda.issues[issue]
    return level != one.default and any(
        one.levels[at].assumed is not None for at in (level, one.default)
    )


def _range(bargain: Bargain, number: int, side: int) -> Row:
    """Return the range of real income over elasticity sets, where the package was solved."""
    found = [
        float(v[number][side])
        for v in bargain.by_set.values()
        if number in v and np.isfinite(v[number][side])
    ]
    if not found:
        return {}
    return {"real_income_low": min(found), "real_income_high": max(found)}


def point_rows(bargain: Bargain) -> list[Row]:
    """Return the named packages: the law, today, those of theory, each side's best."""
    return [
        {"point": p.key, "title": p.title, **package_row(bargain, p.number)}
        for p in bargain.points.values()
    ]


def pareto_rows(bargain: Bargain) -> list[Row]:
    """Return the efficient packages of the zone, best for the first side first."""
    numbers = np.flatnonzero(bargain.zone & bargain.efficient)
    order = np.argsort(-bargain.payoffs.flat[numbers, 0], kind="stable")
    return [package_row(bargain, int(n)) for n in numbers[order]]


def issue_rows(bargain: Bargain) -> list[Row]:
    """Return what each issue brings each side in the Nash package: Shapley values, which add up."""
    if _SIGNED not in bargain.points:
        return []
    agenda, number = bargain.agenda, bargain.points[_SIGNED].number
    start, end = default_levels(bargain.payoffs), bargain.levels(number)
    income = shapley(bargain.payoffs.income, start, end)
    weights = shapley(bargain.payoffs.weights, start, end)
    out: list[Row] = []
    for k, issue in enumerate(agenda.issues):
        row: Row = {
            "issue": issue.id,
            "title": issue.title or issue.id,
            "by": issue.by,
            "from": issue.levels[start[k]].id,
            "to": issue.levels[end[k]].id,
            "to_title": issue.levels[end[k]].title or issue.levels[end[k]].id,
            "moves": start[k] != end[k],
        }
        for s, side in enumerate(agenda.sides):
            row[side] = {
                "real_income": float(income[k, s]),
                "weights": float(weights[k, s]),
                "total": float(income[k, s] + weights[k, s]),
            }
        out.append(row)
    return out


def concession_rows(bargain: Bargain) -> list[Row]:
    """Return the ladder: single moves from the law by who concedes, cheapest first."""
    agenda = bargain.agenda
    return [
        {
            "side": agenda.sides[c.side],
            "issue": agenda.issues[c.issue].id,
            "title": agenda.issues[c.issue].title or agenda.issues[c.issue].id,
            "level": agenda.issues[c.issue].levels[c.level].id,
            "cost": c.cost,
            "worth_to_other": c.worth,
            "price": c.price,
            "both_gain": c.cost <= 0.0,
        }
        for c in concessions(bargain.payoffs)
    ]


def enforcement_rows(bargain: Bargain) -> list[Row]:
    """Return each side's temptation to breach the Nash package, and what discount factor bars it.

    A period is the time that the other side needs to notice and to answer.
    """
    if _SIGNED not in bargain.points:
        return []
    agenda, levels = bargain.agenda, bargain.levels(bargain.points[_SIGNED].number)
    out: list[Row] = []
    for s, side in enumerate(agenda.sides):
        found = temptation(bargain.payoffs, levels, s)
        moved = [
            f"{i.id}: {i.levels[b].id}"
            for i, a, b in zip(agenda.issues, levels, found.levels, strict=True)
            if a != b
        ]
        out.append(
            {
                "side": side,
                "breach": moved,
                "gain": found.gain,
                "critical_discount": found.discount if np.isfinite(found.discount) else None,
                "enforceable": bool(found.discount < 1.0),
            }
        )
    return out


def linkage_row(bargain: Bargain) -> Row:
    """Return what negotiating the issues together adds to settling each on its own."""
    if "nash" not in bargain.points or bargain.freeze:
        return {}
    joint, apart = (bargain.points[k].number for k in ("nash", "ring_fenced"))
    row: Row = {"joint": joint, "apart": apart, "apart_in_zone": bool(bargain.zone[apart])}
    for s, side in enumerate(bargain.agenda.sides):
        gain = bargain.payoffs.flat[joint, s] - bargain.payoffs.flat[apart, s]
        row[side] = float(gain)
    return row


def freeze_row(bargain: Bargain) -> Row:
    """Return the zone and the Nash gains with and without the frozen issues."""
    if not bargain.freeze:
        return {}
    before, after, best = freezing(bargain, bargain.freeze)
    flat = bargain.payoffs.flat
    free = points.nash(flat) if points.improving(flat).any() else None
    row: Row = {
        "frozen": dict(bargain.freeze),
        "packages_before": int(flat.shape[0]),
        "packages_after": int(bargain.allowed.sum()),
        "zone_before": int(points.zone(flat).sum()),
        "zone_after": int(bargain.zone.sum()),
        "share_before": before,
        "share_after": after,
    }
    for s, side in enumerate(bargain.agenda.sides):
        row[side] = {
            "nash_before": None if free is None else float(flat[free, s]),
            "nash_after": None if best is None else float(flat[best, s]),
        }
    return row


def sensitivity_rows(bargain: Bargain) -> list[Row]:
    """Return the answer at both ends of each weight with a range, and without any weight."""
    base = bargain.points.get("nash")
    rows: list[Row] = []
    for found in (model_only(bargain), *sensitivities(bargain)):
        rows.append(
            {
                "issue": found.issue or "all",
                "level": found.level or "every weight at zero",
                "side": found.side,
                "value": found.value,
                "share": found.share,
                "nash_same": found.nash == (None if base is None else base.number),
            }
        )
    return rows


def swap_rows(bargain: Bargain, swaps: list[Swap], weighed: Swap) -> list[Row]:
    """Return a swap of two issues by elasticity set, in USD billions a year."""
    sides = bargain.agenda.sides
    return [
        {
            "elasticities": swap.elasticities,
            "giver": sides[swap.giver],
            "given": dict(zip(sides, swap.given, strict=True)),
            "taken": dict(zip(sides, swap.taken, strict=True)),
            "both": dict(zip(sides, swap.both, strict=True)),
            "rate": swap.rate,
            "low": swap.low,
            "high": swap.high,
            "break_even_cost": swap.break_even,
        }
        for swap in (*swaps, weighed)
    ]


def run_up_rows(bargain: Bargain, found: list[RunUp], lapse: float, holding: float) -> list[Row]:
    """Return imports before and after the deadline by direction, with the range over sets."""
    rows: list[Row] = []
    for pair in dict.fromkeys((r.importer, r.exporter) for r in found):
        own = [r for r in found if (r.importer, r.exporter) == pair]
        middle = next(r for r in own if r.elasticities == bargain.worlds.central)
        row: Row = {
            "importer": pair[0],
            "exporter": pair[1],
            "lapse_probability": lapse,
            "holding_cost": holding,
            "imports_today": middle.today,
            "ahead_per_month": middle.ahead,
        }
        for name in ("before", "after"):
            values = [getattr(r, name) for r in own]
            row |= {name: getattr(middle, name), f"{name}_low": min(values),
                    f"{name}_high": max(values)}  # fmt: skip
        rows.append(row)
    return rows


def approval_rows(ratification: Ratification) -> list[Row]:
    """Return the named packages with their chances of approval, and what a leader would table."""
    bargain = ratification.bargain
    listed = [(p.key, p.title, p.number) for p in bargain.points.values() if p.key != "law"]
    for side in bargain.agenda.sides:
        best = ratification.best_proposal(side)
        if best is not None:
            listed.append((f"proposal_{side}", f"{side}'s best proposal", best))
    rows: list[Row] = []
    for key, title, number in listed:
        low, high = ratification.ends(number)
        chain = ratification.chain(number)
        rows.append(
            {
                "point": key,
                "title": title,
                **package_row(bargain, number),
                "probability": float(ratification.total[number]),
                "probability_low": low,
                "probability_high": high,
                "chain": [
                    {
                        "order": who.order,
                        "approver": who.id,
                        "role": who.role,
                        "side": who.side,
                        "probability": own,
                        "so_far": so_far,
                    }
                    for who, own, so_far in chain
                ],
                "weakest": min(chain, key=lambda c: c[1])[0].id,
            }
        )
    return rows


def cloud(bargain: Bargain) -> list[Row]:
    """Return packages as points of payoffs, for a figure: all, or a sample of equal steps."""
    numbers = np.flatnonzero(bargain.allowed & np.isfinite(bargain.payoffs.flat).all(1))
    keep = np.union1d(
        numbers[:: max(1, -(-numbers.size // DRAWN))],
        np.flatnonzero(bargain.zone & bargain.efficient),
    )
    first, second = bargain.agenda.sides
    flat = bargain.payoffs.flat
    return [
        {
            first: float(flat[n, 0]),
            second: float(flat[n, 1]),
            "where": "efficient"
            if bargain.zone[n] and bargain.efficient[n]
            else ("zone" if bargain.zone[n] else "outside"),
        }
        for n in keep
    ]


def weight_rows(bargain: Bargain) -> list[Row]:
    """Return every declared weight: value, range, unit, source."""
    issues = bargain.agenda.issues
    return [
        {
            "issue": issues[k].id,
            "level": issues[k].levels[m].id,
            **weight.model_dump(mode="json", include={"side", "value", "range", "unit", "source"}),
            "evidence": weight.evidence,
            "assumed": weight.assumed,
        }
        for (k, m, _), weight in all_weights(bargain.agenda).items()
    ]


def summary(bargain: Bargain) -> Row:
    """Return the size of the zone and of the problem."""
    agenda, worlds = bargain.agenda, bargain.worlds
    return {
        "packages": int(bargain.allowed.sum()),
        "worlds": len(worlds.levels),
        "zone": int(bargain.zone.sum()),
        "zone_share": bargain.share,
        "agreement": bargain.agreement,
        "efficient": int((bargain.zone & bargain.efficient).sum()),
        "unit": agenda.unit,
        "scale": dict(
            zip(agenda.sides, unit_scale(agenda, bargain.central.level).tolist(), strict=True)
        ),
    }


def body(bargain: Bargain, extra: Mapping[str, Any]) -> Row:
    """Return the body of the answer."""
    agenda = bargain.agenda
    return {
        "agenda": agenda.name,
        "question": agenda.question,
        "sides": agenda.sides,
        "deadline": agenda.deadline,
        "base": agenda.base.model_dump(mode="json", exclude_none=True),
        "world": agenda.world,
        "regions": agenda.regions,
        "horizon": agenda.horizon,
        "units": {
            "payoffs": "percent of real income"
            if agenda.unit == "percent"
            else "billion US dollars",
            "real_income_usd_bn": "billion US dollars a year",
        },
        **summary(bargain),
        "points": point_rows(bargain),
        "by_issue": issue_rows(bargain),
        "concessions": concession_rows(bargain),
        "linkage": linkage_row(bargain),
        "freeze": freeze_row(bargain),
        "enforcement": enforcement_rows(bargain),
        "sensitivity": sensitivity_rows(bargain),
        "weights": weight_rows(bargain),
        "pareto": pareto_rows(bargain),
        **extra,
    }
