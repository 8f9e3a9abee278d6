"""The envelope of a run: the same from the command line, the page and the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradetalks.results.answer import Answer
from tradetalks.results.headline import headline
from tradetalks.results.sentence import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from tradetalks.results.run import RunResult


def run_answer(
    result: RunResult, place: Path | None = None, *, stored: str | None = None
) -> Answer:
    """Return the envelope of a run; `place` is its folder, `stored` the day it comes from.

    Raises NotConverged when the central set did not converge.
    """
    body: dict[str, Any] = {
        "scenario": result.name,
        "title": result.scenario.get("title"),
        "question": result.scenario.get("question"),
        "against": result.against,
        "world": result.world["name"],
        "regions": result.world.get("regions"),
        "horizon": result.horizon,
        "sentence": sentence(result),
        "headline": headline(result),
        "out": place,
        "stored": stored,
        "versions": result.versions,
    }
    if result.draws:
        body["draws"] = {k: v for k, v in result.draws.items() if k != "ranges"}
    if result.law:
        body["law"] = {key: value for key, value in result.law.items() if key != "sources"}
    holders = (result.scenario, result.law, result.world)
    sources = [source for holder in holders for source in holder.get("sources") or ()]
    return Answer(
        "run", result.created, body, sources, result.assumptions, result.warnings, result.status
    )
