"""One sentence that can be quoted: direction, size, range, reference, date and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradetalks.results.headline import PARTIES, draws_words, movers
from tradetalks.results.labels import country_in_sentence
from tradetalks.results.run import Spread

if TYPE_CHECKING:
    from tradetalks.results.run import RunResult

_DIGITS = 2
_LEAST = "0.01%"
_SAME_DUTY = 1e-9
_OVER_SETS = ("range", "the elasticities")


def sentence(result: RunResult) -> str:
    """Return what the run says about real income, in words that survive being quoted.

    Raises NotConverged when the central elasticity set has no equilibrium.
    """
    return f"{finding(result)} {source_line(result)}"


def finding(result: RunResult) -> str:
    """Return the finding alone: real income of the parties and the largest mover elsewhere."""
    ranged = bool(result.draws) or len(result.converged_sets) > 1
    words = ("90% of draws", "what is drawn") if result.draws else _OVER_SETS
    shown = [c for c in PARTIES if c in result.countries] or list(movers(result, 2))
    clauses = [
        f"{movement(result.spread('real_income', country=c), ranged=ranged, words=words)} "
        f"in {country_in_sentence(c)}"
        for c in shown
    ]
    text = (
        f"{condition(result)}, real income would be {' and '.join(clauses)}, "
        f"compared with {reference_words(result)}"
    )
    if _unanswered(result):
        text += (
            "; the United States' duties on other economies differ as well, and these do not "
            "retaliate"
        )
    others = [c for c in movers(result, 1) if c not in shown]
    if others:
        change = result.spread("real_income", country=others[0])
        text += (
            f"; among other economies it would change most in {country_in_sentence(others[0])}: "
            f"{movement(change, ranged=ranged, words=words)}"
        )
    return text + "."


def _unanswered(result: RunResult) -> bool:
    """Whether US duties on other economies change, and theirs on the United States do not."""
    if not set(PARTIES) <= set(result.countries):
        return False
    change = abs(result.data["tariff"] - result.data["tariff_reference"]) > _SAME_DUTY
    others = [c for c in result.countries if c not in PARTIES]
    laid = change.sel(exporter=others, importer="USA").any()
    return bool(laid) and not bool(change.sel(exporter="USA", importer=others).any())


def condition(result: RunResult) -> str:
    """Return the scenario as a clause: 'What if X?' becomes 'If X'."""
    question = str(result.scenario.get("question") or "").strip()
    if question.casefold().startswith("what if ") and question.endswith("?"):
        return f"If {question[8:-1].strip()}"
    title = str(result.scenario.get("title") or "").strip().rstrip(".")
    return f"In the scenario '{title or result.name}'"


def reference_words(result: RunResult) -> str:
    """Return what the changes are changes from."""
    if result.against == "baseline":
        year = result.world["year"]
        return f"the law of {year}" if year else "the duties of the table"
    return f"the scenario {result.against}"


def source_line(result: RunResult) -> str:
    """Return version, world, horizon, date and the meaning of the range."""
    sets = len(result.converged_sets)
    if result.draws:
        spread = f"{draws_words(result)} (seed {result.draws['seed']}), partly assumed"
    elif result.failed_sets:
        of_all = f"{sets} of {sets + len(result.failed_sets)}"
        spread = f"range incomplete ({of_all} elasticity sets converged)"
    elif sets > 1:
        spread = f"range over {sets} elasticity sets"
    else:
        spread = "central elasticities only, no range"
    caution = ", not a confidence interval" if sets > 1 and not result.draws else ""
    when = f", computed {result.created}" if result.created else ""
    return (
        f"Source: tradetalks {result.versions['tradetalks']}, {world_label(result)}, "
        f"{result.horizon} horizon{when}; {spread}{caution}. A model, not a prediction."
    )


def world_label(result: RunResult) -> str:
    """Return the world's name and where its trade data come from."""
    origin = result.world.get("label") or f"trade of {result.world['year']}"
    return f"{result.world['name']} ({origin})"


def movement(change: Spread, *, ranged: bool = True, words: tuple[str, str] = _OVER_SETS) -> str:
    """Say in words where a percentage change leaves a quantity, with its range.

    `words` name the range, and what the direction depends on where the range holds zero.

    >>> movement(Spread(-0.05, -0.09, -0.03))
    '0.05% lower (range 0.03% to 0.09%)'
    >>> movement(Spread(0.9, 0.002, 1.2))
    '0.90% higher (range less than 0.01% to 1.20%)'
    >>> movement(Spread(-0.05, -0.09, 0.03))
    '0.05% lower (range -0.09% to +0.03%: the direction depends on the elasticities)'
    >>> movement(Spread(0.001, -0.002, 0.003))
    'unchanged to within 0.01% (range likewise)'
    >>> movement(Spread(-0.05, -0.09, 0.03), words=("90% of draws", "what is drawn"))
    '0.05% lower (90% of draws -0.09% to +0.03%: the direction depends on what is drawn)'
    """
    centre, low, high = (round(x, _DIGITS) for x in (change.central, change.low, change.high))
    if centre == 0:
        text = f"unchanged to within {_LEAST}"
    else:
        text = f"{_size(centre)} {'higher' if centre > 0 else 'lower'}"
    return f"{text} ({words[0]} {_range(centre, low, high, words[1])})" if ranged else text


def _range(centre: float, low: float, high: float, reason: str) -> str:
    if low == high == 0:
        return "likewise"
    if low < 0 < high:
        span = f"{low:+.{_DIGITS}f}% to {high:+.{_DIGITS}f}%"
        return f"{span}: the direction depends on {reason}"
    near, far = sorted((abs(low), abs(high)))
    text = f"{_size(near) if near else f'less than {_LEAST}'} to {_size(far)}"
    return text if centre else f"{text} {'higher' if high > 0 else 'lower'}"


def _size(value: float) -> str:
    return f"{abs(value):,.{_DIGITS}f}%"
