"""What a replication computes, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tradetalks.validation.published import Numbers, Paper, Rule


@dataclass(frozen=True)
class Beside:
    """A number worth knowing beside a replication, which no paper prints."""

    what: str
    value: float
    unit: str = "percent"


@dataclass(frozen=True)
class Computed:
    """Our numbers by (table, row, column); published ones where they stand in the raw file."""

    numbers: Numbers
    published: Numbers = field(default_factory=dict)
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One published number and ours; by `rule` the number is a bound or only shown."""

    table: str
    row: str
    column: str
    published: float
    computed: float
    tolerance: float
    rule: Rule = "equal"

    @property
    def deviation(self) -> float:
        """The absolute difference, or by how much ours breaks the bound (not a number if ours
        is none)."""
        gap = self.computed - self.published
        if self.rule == "at_most":
            return abs(max(gap, 0.0 * gap))
        if self.rule == "at_least":
            return abs(max(-gap, 0.0 * gap))
        return abs(gap)

    @property
    def passed(self) -> bool:
        """Whether ours is near enough; a missing number is not."""
        return self.deviation <= (float("inf") if self.rule == "shown" else self.tolerance)

    def as_dict(self) -> dict[str, Any]:
        """Return the cell as plain data."""
        return {
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "published": self.published,
            "computed": self.computed,
            "tolerance": self.tolerance,
            "rule": self.rule,
        }


@dataclass(frozen=True)
class Replication:
    """The outcome for one paper. `also` are cells that are shown but do not decide."""

    paper: Paper
    cells: tuple[Cell, ...]
    also: tuple[Cell, ...]
    beside: tuple[Beside, ...]

    @property
    def passed(self) -> bool:
        """Whether every cell is within its tolerance (and there is one)."""
        return bool(self.cells) and all(cell.passed for cell in self.cells)

    @property
    def max_abs_deviation(self) -> float:
        """The largest deviation of a cell."""
        return max(cell.deviation for cell in self.cells)

    @property
    def tolerance(self) -> float:
        """The widest tolerance of a cell; each cell is held to its own."""
        return max(cell.tolerance for cell in self.cells)

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as plain data, keys as documented for `tradetalks replicate`."""
        return {
            "name": self.paper.name,
            "passed": self.passed,
            "max_abs_deviation": self.max_abs_deviation,
            "tolerance": self.tolerance,
            "cells": [cell.as_dict() for cell in self.cells],
            "also": [cell.as_dict() for cell in self.also],
            "beside": [vars(b) for b in self.beside],  # what, value, unit
        }


def compare(paper: Paper, computed: Computed) -> Replication:
    """Set our numbers beside the published ones; a number we lack is not a number."""
    cells: list[Cell] = []
    also: list[Cell] = []
    for table in paper.tables.values():
        numbers: Mapping[tuple[str, str], float] = table.numbers
        if table.of_data:
            numbers = {
                (row, column): value
                for (name, row, column), value in computed.published.items()
                if name == table.name
            }
        for (row, column), value in numbers.items():
            ours = computed.numbers.get((table.name, row, column), float("nan"))
            cell = Cell(
                table.name, row, column, float(value), float(ours), table.tolerance, table.rule
            )
            (also if table.beside else cells).append(cell)
    return Replication(paper, tuple(cells), tuple(also), computed.beside)
