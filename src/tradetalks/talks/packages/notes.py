"""What a reader must know of an answer about packages: assumptions, warnings, sources."""

from __future__ import annotations

from typing import Any

import numpy as np

from tradetalks.talks.packages.bargain import Bargain
from tradetalks.talks.packages.definition import Agenda
from tradetalks.talks.packages.payoffs import all_weights
from tradetalks.talks.packages.trades import default_levels


def assumptions(bargain: Bargain) -> tuple[str, ...]:
    """Return what is assumed: sizes of changes, weights, and the model's own assumptions."""
    from tradetalks.engine.report import assumptions_of

    agenda = bargain.agenda
    sizes = [
        f"{issue.id}, {level.assumed}"
        for issue in agenda.issues
        for level in issue.levels
        if level.assumed
    ]
    weights = []
    for (k, m, _), weight in all_weights(agenda).items():
        issue = agenda.issues[k]
        unit = "USD bn" if weight.unit == "usd_bn" else "% of real income"
        ends = f", range {weight.range[0]:g} to {weight.range[1]:g}" if weight.range else ""
        weights.append(
            f"Weight: {issue.id} at {issue.levels[m].id} is worth {weight.value:+g} {unit} a year "
            f"to {weight.side} ({weight.source}{ends})."
        )
    first = (
        "A side gains its real income, computed, plus the weights declared below; nothing else. "
        "Breach, delay and mistrust are not priced here (assumed).",
    )
    scenario = agenda.scenario(default_levels(bargain.payoffs))
    model = assumptions_of(scenario, bargain.worlds.sets, bargain.worlds.table)
    return (*first, *sizes, *weights, *model)


def warnings(bargain: Bargain) -> tuple[str, ...]:
    """Return what a reader must know before quoting a number."""
    out = list(bargain.worlds.shocks[bargain.worlds.default].warnings)
    if bargain.central.failed:
        lost = np.isnan(bargain.payoffs.flat).any(1).sum()
        out.append(
            f"{len(bargain.central.failed)} worlds have no equilibrium: {lost:,} packages are "
            "left out of every count."
        )
    missing = [
        s.name for s in bargain.worlds.sets if bargain.by_set and s.name not in bargain.by_set
    ]
    if missing:
        out.append("No equilibrium of the law for " + ", ".join(missing) + ": ranges lack them.")
    return tuple(out)


def sources(bargain: Bargain) -> list[Any]:
    """Return the sources of the agenda, of the table and of the concepts."""
    from tradetalks.engine.critical import critical_sources
    from tradetalks.engine.report import described

    table = bargain.worlds.table
    theory = [
        {"title": "Nash (1950), The bargaining problem, Econometrica 18(2)",
         "url": "https://doi.org/10.2307/1907266", "evidence": "U"},
        {"title": "Kalai & Smorodinsky (1975), Other solutions to Nash's bargaining problem, "
         "Econometrica 43(3)", "url": "https://doi.org/10.2307/1914280", "evidence": "U"},
        {"title": "Putnam (1988), Diplomacy and domestic politics: the logic of two-level games, "
         "International Organization 42(3)", "url": "https://doi.org/10.1017/S0020818300027697",
         "evidence": "U"},
    ]  # fmt: skip
    plain = [s.model_dump(mode="json", exclude_none=True) for s in bargain.agenda.sources]
    return [*plain, *theory, *map(described, table.sources), *critical_sources(table)]


def approval_assumption(agenda: Agenda) -> str:
    """Say that thresholds and noise are assumed, with their ranges."""
    said = "; ".join(
        f"{r.id} {r.threshold.value:g} ({r.threshold.ends[0]:g} to {r.threshold.ends[1]:g}), noise "
        f"{r.noise.value:g} ({r.noise.ends[0]:g} to {r.noise.ends[1]:g})"
        for r in agenda.approvers
    )
    unit = "percent of real income" if agenda.unit == "percent" else "USD bn a year"
    return (
        f"Approval: thresholds and noise in {unit}, range in brackets, assumed unless the agenda "
        f"gives a source: {said}. Approvers decide independently, given the payoffs (assumed)."
    )
