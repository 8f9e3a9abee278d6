"""A grid over the fields of a scenario, as a YAML file says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from tradetalks.errors import BadInput, BadNumber, TradeTalksError, unknown_name
from tradetalks.scenario import Scenario, load_scenario
from tradetalks.scenario.origin import Origin
from tradetalks.scenario.yaml_text import parse, read_text

MOST_CELLS = 5000
_KEYS = ("scenario", "grid", "countries")
_STEP = re.compile(r"([a-z_]+)|\[(\d+)\]")
_PERCENT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*%\s*")

Value = str | float | int


@dataclass(frozen=True)
class Axis:
    """One field that varies: its place in the scenario and its values, as the file spells them."""

    path: str
    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Grid:
    """A scenario and the fields that vary; `countries` are those to show."""

    scenario: Scenario
    axes: tuple[Axis, ...]
    countries: tuple[str, ...]
    cells: tuple[Scenario, ...]

    @property
    def points(self) -> tuple[tuple[Value, ...], ...]:
        """The values of each cell, in the order of `cells`."""
        return tuple(product(*(axis.values for axis in self.axes)))


def read_grid(path: Path | str) -> Grid:
    """Return the grid of a YAML file.

    `scenario` names a shipped one or a file beside the grid; `grid` maps fields, such as
    `changes[0].add` or `horizon`, to a list of values or to `{from: 0%, to: 60%, steps: 7}`.
    Raises `BadInput` and its kind with file and line for a field that the scenario does not
    have, a value that it refuses, or more than 5,000 cells.
    """
    place = Path(path).expanduser()
    data, origin = parse(read_text(place), file=str(place), folder=place.parent)
    for key in data:
        if key not in _KEYS:
            raise unknown_name("key", str(key), _KEYS, file=place, line=origin.line((key,)))
    for key in ("scenario", "grid"):
        if key not in data:
            raise BadInput(
                f"the key `{key}` is missing.", cure="See docs/ensembles.md.", file=place
            )
    return grid_of(data, origin)


def grid_of(data: Mapping[str, Any], origin: Origin | None = None) -> Grid:
    """Return the grid of plain data with the keys of a grid file."""
    where = origin or Origin()
    name = str(data["scenario"])
    beside = (where.folder or Path()) / name
    scenario = load_scenario(beside if beside.is_file() else name)
    axes = tuple(
        Axis(str(field), _values(field, spelt, where))
        for field, spelt in dict(data["grid"]).items()
    )
    if not axes:
        raise _bad("nothing varies.", "Name a field and its values.", where, ("grid",))
    count = 1
    for axis in axes:
        count *= len(axis.values)
    if count > MOST_CELLS:
        raise _bad(
            f"the grid has {count:,} cells.", f"Give at most {MOST_CELLS:,}.", where, ("grid",)
        )
    countries = data.get("countries", ("USA", "CHN"))
    chosen = (countries,) if isinstance(countries, str) else tuple(map(str, countries))
    cells = tuple(
        _cell(scenario, axes, values, where) for values in product(*(a.values for a in axes))
    )
    return Grid(scenario, axes, chosen, cells)


def with_value(plain: Mapping[str, Any], path: str, value: Value) -> dict[str, Any]:
    """Return a copy of a scenario's plain data with the field at `path` set.

    >>> with_value({"changes": [{"add": 0.1}]}, "changes[0].add", "20%")
    {'changes': [{'add': '20%'}]}

    Raises `BadInput` for a path that leads nowhere.
    """
    steps = [name or int(number) for name, number in _STEP.findall(path)]
    if not steps or _spelt(steps) != path:
        raise BadInput(f"'{path}' is no field.", cure="Write it as `horizon` or `changes[0].add`.")
    return _set(plain, steps, path, value)


def _set(inside: Any, steps: list[Any], path: str, value: Value) -> Any:
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        if not isinstance(inside, list) or step >= len(inside):
            held = len(inside) if isinstance(inside, list) else 0
            raise BadInput(
                f"'{path}' leads nowhere: the list has {held} entries.", cure="They count from 0."
            )
        copy: Any = list(inside)
    elif isinstance(inside, Mapping) or inside is None:
        copy = dict(inside or {})
    else:
        raise BadInput(f"'{path}' leads nowhere.", cure=f"There is nothing called `{step}` inside.")
    old = copy[step] if isinstance(step, int) else copy.get(step)
    copy[step] = _set(old, rest, path, value) if rest else value
    return copy


def _spelt(steps: Sequence[Any]) -> str:
    text = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
    return text.removeprefix(".")


def _cell(
    scenario: Scenario, axes: Sequence[Axis], values: Sequence[Value], where: Origin
) -> Scenario:
    plain: dict[str, Any] = scenario.to_plain()
    plain.pop("expected", None)  # the headline of the scenario as shipped
    for axis, value in zip(axes, values, strict=True):
        try:
            plain = with_value(plain, axis.path, value)
        except BadInput as error:
            raise _bad(error.cause, error.cure, where, ("grid", axis.path)) from None
    try:
        cell = Scenario.model_validate(plain, context=scenario.origin)
    except TradeTalksError as error:
        shown = ", ".join(f"{a.path} = {v}" for a, v in zip(axes, values, strict=True))
        raise _bad(f"with {shown}: {error.cause}", error.cure, where, ("grid",)) from None
    cell._origin = scenario.origin  # pyright: ignore[reportPrivateUsage]
    return cell


def _values(field: str, spelt: Any, where: Origin) -> tuple[Value, ...]:
    keys = ("grid", field)
    if isinstance(spelt, Mapping):
        if set(spelt) != {"from", "to", "steps"}:
            raise _bad(
                f"'{field}': a range has from, to and steps.",
                "Write {from: 0%, to: 60%, steps: 7}.", where, keys,
            )  # fmt: skip
        return _range(field, spelt["from"], spelt["to"], spelt["steps"], where)
    values = tuple(spelt) if isinstance(spelt, (list, tuple)) else (spelt,)
    if not values:
        raise _bad(f"'{field}' has no values.", "Give a list.", where, keys)
    return values


def _range(field: str, first: Any, last: Any, steps: Any, where: Origin) -> tuple[Value, ...]:
    keys = ("grid", field)
    if not isinstance(steps, int) or not 2 <= steps <= MOST_CELLS:
        raise BadNumber(
            f"'{field}': steps is {steps}.", cure=f"Give a whole number from 2 to {MOST_CELLS}.",
            file=where.file, line=where.line(keys),
        )  # fmt: skip
    ends = [_PERCENT.fullmatch(str(x)) for x in (first, last)]
    try:
        a, b = (float(m[1]) if m else float(x) for m, x in zip(ends, (first, last), strict=True))
    except (TypeError, ValueError):
        raise _bad(
            f"'{field}': '{first}' to '{last}' is no range.", "Give numbers.", where, keys
        ) from None
    if bool(ends[0]) != bool(ends[1]):
        raise _bad(
            f"'{field}': '{first}' and '{last}' are written differently.",
            "Write both with % or both without.", where, keys,
        )  # fmt: skip
    numbers = [a + (b - a) * k / (steps - 1) for k in range(steps)]
    return tuple(f"{n:.10g}%" if ends[0] else round(n, 12) for n in numbers)


def _bad(cause: str, cure: str, where: Origin, keys: tuple[str | int, ...]) -> BadInput:
    return BadInput(cause, cure=cure, file=where.file, line=where.line(keys))
