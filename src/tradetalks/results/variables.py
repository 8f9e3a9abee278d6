"""The registry of variables: `variables.yaml` drives labels, units, tables and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Unit = Literal["percent", "percentage_points", "usd_bn", "fraction"]

UNIT_TEXT: Mapping[str, str] = MappingProxyType(
    {
        "percent": "percent",
        "percentage_points": "percentage points",
        "usd_bn": "billion US dollars",
        "fraction": "fraction",
    }
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One output of a run: its name, what people call it, its unit and its dimensions."""

    name: str
    label: str
    unit: Unit
    dims: tuple[str, ...]
    kind: Literal["change", "level"]
    description: str
    headline: bool = False
    optional: bool = False


@cache
def variables() -> Mapping[str, Variable]:
    """Return the registry by name, companions `<name>_reference` included.

    >>> variables()["exports"].unit, variables()["exports_reference"].kind
    ('usd_bn', 'level')
    """
    from ruamel.yaml import YAML

    text = files("tradetalks.results").joinpath("variables.yaml").read_text(encoding="utf-8")
    registry: dict[str, Variable] = {}
    for name, entry in YAML(typ="safe").load(text).items():
        reference = entry.pop("reference", None)
        dims = tuple(entry.pop("dims"))
        variable = Variable(name=name, dims=dims, **entry)
        registry[name] = variable
        if reference is not None:
            registry[f"{name}_reference"] = Variable(
                name=f"{name}_reference",
                label=reference,
                unit=variable.unit,
                dims=dims,
                kind="level",
                description=f"Level in the reference equilibrium. {variable.description}",
                optional=variable.optional,
            )
    return MappingProxyType(registry)


def headline_variables() -> tuple[Variable, ...]:
    """Return the variables of the headline, in the order of the registry."""
    return tuple(v for v in variables().values() if v.headline)
