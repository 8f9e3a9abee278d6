"""Where agendas come from: the shipped ones by name, a user's own by path."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from tradetalks.errors import unknown_name
from tradetalks.scenario import yaml_text
from tradetalks.scenario.definition import is_path
from tradetalks.talks.packages.definition import Agenda

_SHIPPED = "tradetalks.talks.packages.shipped"


@cache
def agenda_names() -> tuple[str, ...]:
    """Return the names of the shipped agendas."""
    return tuple(sorted(f.name[:-5] for f in files(_SHIPPED).iterdir() if f.name.endswith(".yaml")))


def load_agenda(name_or_path: str | Path) -> Agenda:
    """Return a shipped agenda by name, or one from a YAML file.

    Raises `UnknownName` with a suggestion, `BadFile` and `BadInput` with file and line.
    """
    name = str(name_or_path)
    if name in agenda_names():
        text = files(_SHIPPED).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
        return Agenda.from_yaml(text, file=f"{name}.yaml")
    path = Path(name_or_path).expanduser()
    if isinstance(name_or_path, Path) or is_path(name) or path.is_file():
        return Agenda.from_yaml(yaml_text.read_text(path), file=path)
    raise unknown_name(
        "package file", name, agenda_names(), see="For a file of your own give its path."
    )
