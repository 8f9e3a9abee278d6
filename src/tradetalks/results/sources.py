"""The sources of a run as short texts with an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult

EVIDENCE = MappingProxyType(
    {
        "V": "source read",
        "O": "source read",
        "S": "second-hand",
        "P": "partly documented",
        "U": "unverified",
        "D": "derived",
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A source of the `scenario` or of the `world`.

    `text` names it, `url` is its address, `evidence` says in words how well it is documented;
    `url` and `evidence` may be empty.
    """

    of: str
    text: str
    url: str = ""
    evidence: str = ""


def sources_of(result: RunResult) -> tuple[Source, ...]:
    """Return the sources of the scenario's rates and laws, then of the data, each once."""
    found = [_source("scenario", s) for s in result.scenario.get("sources") or ()]
    found += [_source("scenario", s) for s in result.law.get("sources") or ()]
    found += [_source("world", s) for s in result.world.get("sources") or ()]
    return tuple(dict.fromkeys(found))


def _source(of: str, entry: Any) -> Source:
    """Read a source that is a sentence, or a mapping as scenarios have it."""
    if not isinstance(entry, Mapping):
        return Source(of, str(entry))
    parts = [entry.get(key) for key in ("title", "citation", "date", "note")]
    return Source(
        of,
        ". ".join(str(p).rstrip(".") for p in parts if p),
        str(entry.get("url") or ""),
        EVIDENCE.get(str(entry.get("evidence")), ""),
    )
