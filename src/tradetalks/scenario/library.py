"""Where scenarios come from: the shipped ones by name, a user's own by path."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tradetalks.errors import unknown_name
from tradetalks.scenario import yaml_text
from tradetalks.scenario.definition import BASELINE, Scenario, baseline, is_path
from tradetalks.scenario.shipped import shipped_names, shipped_text


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, in the order in which lists show them."""
    return shipped_names()


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Return a shipped scenario by name, `baseline`, or one from a YAML file.

    A shipped name wins over a file of the same name; write `./name` for the file. Raises
    `UnknownName` with a suggestion, `BadFile` for what is no scenario file, `BadInput` and its
    subclasses for what is wrong inside, with file and line.
    """
    name = str(name_or_path)
    if name == BASELINE:
        return baseline()
    if name in shipped_names():
        return _shipped(name)
    path = Path(name_or_path).expanduser()
    if isinstance(name_or_path, Path) or is_path(name) or path.is_file():
        return Scenario.from_yaml(yaml_text.read_text(path), file=path)
    raise unknown_name(
        "scenario",
        name,
        (BASELINE, *shipped_names()),
        see="For a file of your own give its path, such as ./mine.yaml.",
    )


@cache
def _shipped(name: str) -> Scenario:
    return Scenario.from_yaml(shipped_text(name), file=f"{name}.yaml")
