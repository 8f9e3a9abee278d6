"""Replications as text: a verdict per paper, every number beside the published one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tradetalks.validation.cells import Cell, Replication

_LONG = 100
_WORST = 5


def outcome(replication: Replication) -> str:
    """Return how many cells were reproduced, in words."""
    good = sum(cell.passed for cell in replication.cells)
    if replication.paper.targets:
        missed = [c for c in replication.cells if not c.passed]
        said = f"{good} of {len(replication.cells)} targets met"
        for c in missed:
            said += f"; MISSED: {c.table}, {c.row}, {c.column}: {c.computed:.2f}, "
            said += f"target {c.rule.replace('_', ' ')} {c.published:g}"
        return said
    return (
        f"{good} of {len(replication.cells)} numbers reproduced; largest deviation "
        f"{replication.max_abs_deviation:.1g}, each within {_allowed(replication.cells)}"
        if replication.passed
        else f"NOT reproduced: {len(replication.cells) - good} of {len(replication.cells)} "
        f"numbers miss their tolerance; largest deviation {replication.max_abs_deviation:.1g}"
    )


def tables(replication: Replication) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Yield (caption, header, rows) of every table: ours, with the published in brackets.

    Of a table with more than 100 cells the five farthest are shown.
    """
    about = replication.paper.tables
    for name, table in about.items():
        cells = [c for c in (*replication.cells, *replication.also) if c.table == name]
        columns = table.columns or tuple(dict.fromkeys(c.column for c in cells))
        shown = " (shown only)" if table.beside and table.rule != "shown" else ""
        caption = f"{name}: {table.title}{shown}"
        if table.rule == "shown":
            yield caption, *_pivot(cells, columns, 0)
        elif table.rule != "equal":
            yield f"{caption}. Ours, the target in brackets", *_pivot(cells, columns, 0)
        elif len(cells) > _LONG:
            worst = sorted(cells, key=lambda c: -c.deviation)[:_WORST]
            rows = [[c.row, c.column, _ours(c, 7), f"{c.published:.7f}"] for c in worst]
            caption += (
                f". Tolerance {table.tolerance:g}, {len(cells)} numbers; the {_WORST} farthest"
            )
            yield caption, ["row", "column", "ours", "published"], rows
        else:
            digits = max(0, math.ceil(-math.log10(2.0 * table.tolerance)))
            caption += f". Tolerance {table.tolerance:g}. Ours, the published number in brackets"
            yield caption, *_pivot(cells, columns, digits)


def describe_validation(replications: Sequence[Replication]) -> str:
    """Return `docs/validation.md`."""
    parts = [
        "# Validation: published numbers, recomputed",
        "Written by `scripts/write_validation_report.py`; do not edit. The same comes from "
        "`tradetalks replicate all`. Every number below is an equilibrium of the one model that "
        "answers all other questions, on the authors' own data: there is no side model per paper. "
        "Published numbers stand in `src/tradetalks/validation/published.yaml`.",
        "What this shows: the equations and the solver are right where the papers' assumptions "
        "are made. What it does not show: that these assumptions hold in the world of today. "
        "The elasticities of the product and its forecasts are a different matter: they are tested "
        "at the end of this page, on what happened after 2017.",
        _summary(replications),
        *(_section(r) for r in replications),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(replications: Sequence[Replication]) -> str:
    lines = [
        "| replication | data | numbers | largest deviation | result |",
        "|---|---|---|---|---|",
    ]
    for r in replications:
        result = verdict(r.paper.targets, r.passed)
        result = result if r.passed else f"**{result}**"
        lines.append(
            f"| [`{r.paper.name}`](#{r.paper.name}) | {r.paper.size} | {len(r.cells)} | "
            f"{r.max_abs_deviation:.1g} | {result} |"
        )
    return "\n".join(lines)


def verdict(targets: bool, passed: bool) -> str:
    """Return the result in two words."""
    done = "targets met" if targets else "reproduced"
    return done if passed else f"not all {done}" if targets else f"not {done}"


def _section(r: Replication) -> str:
    parts = [
        f'<a id="{r.paper.name}"></a>\n\n## {r.paper.title}',
        f"**Verdict.** {r.paper.verdict} ({outcome(r)}.)",
        f"**Model.** {r.paper.model} Data: {r.paper.size}"
        + (f", {_sources(r)} of `tradetalks data list`." if r.paper.data else "."),
        f"**Source.** {r.paper.citation}. <{r.paper.url}>",
        "**What is known not to match, and what to keep in mind.**\n\n"
        + "\n".join(f"- {limit}" for limit in r.paper.limits),
    ]
    for caption, header, rows in tables(r):
        parts.append(f"{caption}:\n\n{_md(header, rows)}")
    if r.paper.figure:
        parts.append(f"![{r.paper.title}]({r.paper.figure})")
    if r.beside:
        parts.append(
            "Beside it, what no table of the paper prints:\n\n"
            + _md(
                ["number", "ours", "unit"], [[b.what, f"{b.value:.3g}", b.unit] for b in r.beside]
            )
        )
    return "\n\n".join(parts)


def _sources(r: Replication) -> str:
    word = "source" if len(r.paper.data) == 1 else "sources"
    return f"{word} " + ", ".join(f"`{name}`" for name in r.paper.data)


def _md(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _pivot(
    cells: Sequence[Cell], columns: Sequence[str], digits: int
) -> tuple[list[str], list[list[str]]]:
    at = {(c.row, c.column): c for c in cells}

    def shown(row: str, column: str) -> str:
        cell = at.get((row, column))
        if cell is None:
            return ""
        if cell.rule == "shown":
            return f"{cell.computed:.2f}"
        published = max(f"{cell.published:.{digits}f}", f"{cell.published:.10g}", key=len)
        return f"{_ours(cell, digits + 2)} ({published})"

    rows = [[row, *(shown(row, c) for c in columns)] for row in dict.fromkeys(c.row for c in cells)]
    return ["", *columns], rows


def _ours(cell: Cell, digits: int) -> str:
    mark = "" if cell.passed else " MISSED"
    return f"{cell.computed:.{digits}f}{mark}"


def _allowed(cells: Sequence[Cell]) -> str:
    return " or ".join(f"{t:g}" for t in sorted({c.tolerance for c in cells}))
