"""Labelled outcomes: the run, its headline, the answer envelope, comparison, run folders."""

from __future__ import annotations

from tradetalks.codes import PARTIES
from tradetalks.results.answer import Answer, plain, to_json
from tradetalks.results.compare import Comparison, compare
from tradetalks.results.concentration import concentration
from tradetalks.results.envelope import run_answer
from tradetalks.results.explain import explain, explainable
from tradetalks.results.explanation import Explanation, Part
from tradetalks.results.folder import check_writable, is_run_folder, load_run, save_run
from tradetalks.results.headline import (
    draws_words,
    headline,
    movers,
    range_note,
    sets_words,
)
from tradetalks.results.labels import change_text
from tradetalks.results.run import RunResult, Spread
from tradetalks.results.sentence import finding, reference_words, sentence, source_line, world_label
from tradetalks.results.sources import EVIDENCE, Source, sources_of
from tradetalks.results.tables import tidy
from tradetalks.results.variables import UNIT_TEXT, Variable, headline_variables, variables

__all__ = [
    "EVIDENCE",
    "PARTIES",
    "UNIT_TEXT",
    "Answer",
    "Comparison",
    "Explanation",
    "Part",
    "RunResult",
    "Source",
    "Spread",
    "Variable",
    "change_text",
    "check_writable",
    "compare",
    "concentration",
    "draws_words",
    "explain",
    "explainable",
    "finding",
    "headline",
    "headline_variables",
    "is_run_folder",
    "load_run",
    "movers",
    "plain",
    "range_note",
    "reference_words",
    "run_answer",
    "save_run",
    "sentence",
    "sets_words",
    "source_line",
    "sources_of",
    "tidy",
    "to_json",
    "variables",
    "world_label",
]
