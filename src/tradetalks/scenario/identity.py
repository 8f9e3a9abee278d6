"""What a stored answer depends on, as hashes: the question, the data, the law, the code."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.scenario.definition import Scenario

_ROOMS = ("codes", "model", "solve", "data", "policy", "scenario", "engine", "results")
"""Rooms whose code and tables decide the numbers of a run or what it says about them."""


def identity(asked: Scenario, world: World | None = None) -> dict[str, str]:
    """Return the identity of the run that answers `asked`: equal where nothing can differ.

    `scenario` is the content of the question and of its reference, words included; `world` the
    numbers of its table (`world`, or the one that the scenario names); `law` the ledger;
    `package` version and code.
    """
    from tradetalks.data import load_world
    from tradetalks.policy.ledger import ledger_hash

    table = world or load_world(asked.world, asked.regions, goods=asked.goods)
    words = json.dumps(asked.to_plain(), sort_keys=True)
    content = f"{asked.content_hash()}\n{words}"
    return {
        "scenario": hashlib.sha256(content.encode()).hexdigest(),
        "world": table.content_hash(),
        "law": ledger_hash(),
        "package": _package(),
    }


@cache
def _package() -> str:
    return f"{version('tradetalks')}+{code_hash()}"


@cache
def code_hash() -> str:
    """Return the first digits of a hash of the code and tables that numbers come from.

    A working copy changes between versions; its answers are those of its code.
    """
    root = Path(__file__).resolve().parent.parent
    seen = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in (".py", ".yaml", ".csv"):
                seen.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()[:12]
