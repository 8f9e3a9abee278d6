"""The scenarios that come with the package, one YAML file each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

ORDER = (
    "truce-holds",
    "truce-lapses-by-law",
    "truce-lapses-to-april-peak",
    "london-55-10",
    "current-law",
    "truce-as-announced",
    "truce-lapses-2027-01-10",
    "truce-lapses-mirrored",
    "deal-lifts-truce-duties",
    "forced-labour-301-struck-down",
    "truce-as-extended",
    "truce-lapses-as-law",
    "us-optimal",
    "bilateral-nash",
    "full-decoupling",
    "free-trade",
    "free-trade-world",
    "rare-earth-ban",
    "rare-earth-civilian-licence",
    "rare-earth-licences",
    "green-channel-eu",
    "medicines-cut",
    "chip-controls-lifted",
    "chip-controls-and-refusal-lifted",
    "chips-with-a-cut",
    "affiliates-rule-on",
    "derisk-critical-goods",
    "us-allies-against-china-bloc",
    "students-excluded",
    "chip-software-ban",
    "manufacturing-revival",
    "toy-tariff-war",
)
"""The order in which lists show them; a file that is not named here comes last."""


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios."""
    found = sorted(f.name[:-5] for f in files(__name__).iterdir() if f.name.endswith(".yaml"))
    return (*(n for n in ORDER if n in found), *(n for n in found if n not in ORDER))


def shipped_text(name: str) -> str:
    """Return the YAML text of the shipped scenario `name` (one of `shipped_names()`)."""
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
