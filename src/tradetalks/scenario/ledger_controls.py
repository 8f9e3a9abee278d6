"""Control measures of the law ledger as changes to critical goods.

Which measure means what stands in `ledger_controls.yaml`, in the grammar of scenarios.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tradetalks.scenario.changes import Change, ExportControl, LiftControl, Quota
from tradetalks.scenario.law import law_table, reading_day

if TYPE_CHECKING:
    from tradetalks.data import Good
    from tradetalks.policy import IntervalTable
    from tradetalks.scenario.definition import Scenario


@dataclass(frozen=True)
class Meaning:
    """What one control measure means: changes, whose changes they replace, source and range."""

    measure: str
    changes: tuple[Change, ...]
    instead_of: tuple[str, ...]
    source: str
    range: str


@dataclass(frozen=True)
class LedgerControls:
    """The controls of a law that bear on the critical goods of a world, tightest first.

    `changes` are pairs of a measure's id and a change; `warnings` say what is assumed and what
    stays out.
    """

    changes: tuple[tuple[str, Change], ...]
    warnings: tuple[str, ...]


def ledger_controls(scenario: Scenario, carved: tuple[Good, ...]) -> LedgerControls:
    """Return the controls in force on the day of the scenario's law, for the goods carved out.

    Controls that the goods' own figures hold (`Good.controls`) change nothing while they are in
    force, and are lifted where none of their measures is any more.
    """
    if not carved:
        return LedgerControls((), ())
    table, day = law_table(scenario), reading_day(scenario)
    active = _in_force(table, day)
    known, silent = _book()
    here = {good.code for good in carved}
    replaced = {old for m in active & known.keys() for old in known[m].instead_of}
    changes = [
        (m, cut)
        for m in sorted(active & known.keys() - replaced)
        for change in known[m].changes
        if (cut := _for_goods(change, here)) is not None
    ]
    changes += _ended(table, day, active, carved)
    used = {m for m, _ in changes}
    return LedgerControls(
        tuple(sorted(changes, key=_tightness)),
        tuple(_warnings(known, silent & active, used, active & known.keys() - replaced - used)),
    )


def _in_force(table: IntervalTable, day: int) -> set[str]:
    return {r.measure.id for r in table.active(day) if r.state == "in_force"}


def _ended(
    table: IntervalTable, day: int, active: set[str], carved: tuple[Good, ...]
) -> Iterator[tuple[str, Change]]:
    """Yield a lifting for each control in a good's figures that began and is not in force."""
    for good in carved:
        for control in good.controls:
            begun = [m for m in control.measures if any(r.start <= day for r in table.of(m))]
            if begun and not active & set(begun):
                yield (
                    begun[0],
                    LiftControl(
                        controller=(control.controller,),
                        exporter=(control.exporter,),
                        destinations=(control.destination,),
                        sectors=(good.code,),
                    ),
                )


def _for_goods(change: Change, here: set[str]) -> Change | None:
    """Return the change on those of its goods that are carved out, None where none is."""
    sectors = tuple(code for code in getattr(change, "sectors", ()) if code in here)
    return change.model_copy(update={"sectors": sectors}) if sectors else None


def _tightness(pair: tuple[str, Change]) -> tuple[float, str]:
    change = pair[1]
    cap = change.cap if isinstance(change, (Quota, ExportControl)) else 2.0
    return cap, pair[0]


def _warnings(
    known: Mapping[str, Meaning], silent: set[str], used: set[str], elsewhere: set[str]
) -> Iterator[str]:
    sizes = [
        f"{m}: {known[m].source}" + (f" (range {known[m].range})" if known[m].range else "")
        for m in sorted(used & known.keys())
    ]
    if sizes:
        yield f"Controls of the law that limit critical goods, and their size. {'; '.join(sizes)}."
    if silent:
        yield (
            "Controls in force on critical goods that have no number here and change nothing: "
            f"{', '.join(sorted(silent))}."
        )
    if elsewhere:
        yield (
            f"Controls in force on goods that are not carved out: {', '.join(sorted(elsewhere))}; "
            "`goods: all` has them."
        )


@cache
def _book() -> tuple[dict[str, Meaning], set[str]]:
    from pydantic import TypeAdapter
    from ruamel.yaml import YAML

    text = files("tradetalks.scenario").joinpath("ledger_controls.yaml").read_text("utf-8")
    book: dict[str, Any] = YAML(typ="safe").load(text)
    read: TypeAdapter[Change] = TypeAdapter(Change)
    found = {
        measure: Meaning(
            measure,
            tuple(read.validate_python(change) for change in row["changes"]),
            tuple(row.get("instead_of", ())),
            row["source"],
            row.get("range", ""),
        )
        for measure, row in book["measures"].items()
    }
    return found, set(book["silent"])
