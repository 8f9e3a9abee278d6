"""`tradetalks talks groups`: who gains and loses at home, and what that makes of a government."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tradetalks.cli.options import ELASTICITIES, HORIZON
from tradetalks.cli.output import FORMAT, Format, emit, paragraph, progress, table_text

if TYPE_CHECKING:
    from tradetalks.results import Answer
    from tradetalks.talks.groups import GroupPayoffs

_WIDE = 4
"""Options that fit beside one another on a line."""


def register(group: typer.Typer) -> None:
    """Add the command to `talks`."""
    group.command("groups")(groups)


def groups(
    scenarios: list[str] = typer.Argument(None, help="Options to compare: scenarios or files."),
    against: str = typer.Option(None, help="The reference of all options; default theirs."),
    weight: list[str] = typer.Option(None, "--weight", help="As usa.agriculture=2; repeatable."),
    weights: str = typer.Option(None, "--weights", help="A YAML file of weights."),
    goods: str = typer.Option(None, help="Critical goods as sectors: none, default or all."),
    horizon: str = HORIZON,
    elasticities: str = ELASTICITIES,
    format: Format = FORMAT,
) -> None:
    """Who at home gains and loses from each option, and which would their government choose?"""
    from tradetalks.cli.home import use_compilation_cache
    from tradetalks.talks.grouping import merged, parse_weight, read_weights, weights_of

    given = merged(
        [read_weights(weights) if weights else {}, dict(parse_weight(w) for w in weight or ())]
    )
    weights_of(given, file=weights)  # before anything is computed
    use_compilation_cache()
    from tradetalks.talks.groups import DEFAULT_AGAINST, DEFAULT_OPTIONS, group_payoffs

    with progress("Solving") as step:
        found = group_payoffs(
            scenarios or DEFAULT_OPTIONS,
            weights=given,
            against=against if scenarios else against or DEFAULT_AGAINST,
            goods=goods,
            horizon=horizon,
            elasticities=elasticities.split(","),
            progress=step,
        )
    emit(_envelope(found), format, found.payoffs(), lambda: _text(found))


def _envelope(found: GroupPayoffs) -> Answer:
    from tradetalks.results import Answer

    first = found.ends[0].scenario
    sources: list[Any] = []
    for ends in found.ends:
        sources += [s for s in ends.sources() if s not in sources]
    body: dict[str, Any] = {
        "options": found.options,
        "against": first.against,
        "world": found.ends[0].table.name,
        "horizon": first.horizon,
        "grouping": found.grouping.version,
        "elasticities": {"central": found.central, "sets": found.sets},
        "units": {"payoff": "billion US dollars a year", "weighted_sum": "the same, weighted"},
        "payoffs": found.payoffs(),
        "coherence": found.coherence(),
        "choices": found.choices(),
        "balances": found.balances(),
    }
    return Answer(
        "talks groups",
        found.created,
        body,
        sources,
        (*_assumed(found), *found.ends[0].assumptions()),
        found.warnings(),
        {"converged": not any(e.failed for e in found.ends)},
    )


def _assumed(found: GroupPayoffs) -> tuple[str, ...]:
    given = [name for name, w in found.weights.items() if w.given]
    theirs = f" Given with the question: {', '.join(given)}." if given else ""
    return (
        "Weights of groups are assumed: a dollar to a group counts for one dollar of household "
        "income on top of what it is part of, with a range of 0.01 to 4.5; households are the "
        f"unit.{theirs}",
        "Payoffs overlap and do not add up to real income: each is what a group looks at. The "
        f"grouping is frozen (version {found.grouping.version}); the index depends on it.",
        "What security and self-sufficiency are worth in dollars is assumed, with wide ranges: "
        "`tradetalks talks assumptions groups`.",
    )


def _text(found: GroupPayoffs) -> str:
    first = found.ends[0].scenario
    parts = [paragraph(_headline(found)), paragraph(_legend(found))]
    for country in found.grouping.countries:
        parts += [_payoff_table(found, country), _choice_table(found, country)]
        parts.append(paragraph(_turning(found, country)))
    parts += [
        _balance_table(found),
        paragraph(
            f"Changes from '{first.against}', {first.horizon} horizon, USD billions a year at the "
            f"reference's prices. Brackets: minimum and maximum over {len(found.sets)} elasticity "
            "sets, not a confidence interval. Best: the option a group likes best (? not under "
            "every set). Assumed: the part of the difference that rests on assumed figures "
            "(groups) and weights (sums); with figures at the ends of their ranges: --format json "
            "(wide_low, wide_high)."
        ),
        *(paragraph(f"Note: {text}") for text in found.warnings()),
        paragraph("Assumed: " + " ".join(_assumed(found))),
        paragraph(
            f"Sources: {found.ends[0].table.name} and those of the scenarios; --format json."
        ),
    ]
    return "".join(parts)


def _headline(found: GroupPayoffs) -> str:
    from tradetalks.results.labels import country_in_sentence

    def how_sure(row: dict[str, Any]) -> str:
        if row["stands"]:
            return " (for all weights within their ranges, under every elasticity set)"
        if set(row["by_set"].values()) == {row["choice"]}:
            return " (under every elasticity set, but not for all weights within their ranges)"
        return " (not under every elasticity set)"

    said = [
        f"{country_in_sentence(r['country'])} would choose '{r['choice']}'{how_sure(r)}"
        for r in found.choices()
    ]
    return f"With these weights {' and '.join(said)}."


def _letters(found: GroupPayoffs) -> dict[str, str]:
    """Return a short sign for each option: 0 for no change, then A, B, C ..."""
    return {o: chr(ord("A") + n - 1) if n else "0" for n, o in enumerate(found.options)}


def _legend(found: GroupPayoffs) -> str:
    said = [f"{letter} {option}" for option, letter in _letters(found).items()]
    return f"Options: {'; '.join(said)}."


def _cell(row: dict[str, Any], name: str, unit: str = "usd_bn") -> str:
    from tradetalks.results.labels import ranged_in

    return ranged_in(row, name, unit)


def _payoff_table(found: GroupPayoffs, country: str) -> str:
    from tradetalks.results.labels import country_name

    rows = [r for r in found.payoffs() if r["country"] == country]
    at = {(r["group"], r["option"]): r for r in rows}
    groups = list(dict.fromkeys(r["group"] for r in rows))
    letters = _letters(found)
    out: list[str] = []
    for start in range(1, len(found.options), _WIDE):
        some = found.options[start : start + _WIDE]
        cells = [
            (
                at[group, some[0]]["name"],
                letters.get(at[group, some[0]]["preferred"], "")
                + ("" if at[group, some[0]]["preferred_everywhere"] else "?"),
                *(_cell(at[group, o], "payoff") for o in some),
                f"{100 * max(at[group, o]['assumed_share'] for o in found.options):.0f}%",
            )
            for group in groups
        ]
        header = ("Group", "Best", *(letters[o] for o in some), "Assumed")
        title = f"{country_name(country)}: gains and losses, USD bn"
        out.append(table_text(header, cells, title=title))
    return "".join(out)


def _choice_table(found: GroupPayoffs, country: str) -> str:
    letters = _letters(found)

    def index(row: dict[str, Any], name: str) -> str:
        return _cell(row, name, "percent").replace("+", "")

    rows = [
        (
            letters[r["option"]],
            _cell(r, "weighted_sum"),
            index(r, "incoherence"),
            index(r, "organised"),
            f"{100 * r['assumed_share']:.0f}%",
        )
        for r in found.coherence()
        if r["country"] == country
    ]
    header = ("Option", "Weighted sum", "Incoherence", "without households", "Assumed")
    return table_text(header, rows)


def _turning(found: GroupPayoffs, country: str) -> str:
    (row,) = (r for r in found.choices() if r["country"] == country)
    if row["flip_to"] is None:
        return f"No change of weights turns this choice ('{row['choice']}')."
    moves = ", ".join(f"{m['group']} {m['weight']:g} to {m['needed']:.3g}" for m in row["flip"])
    text = (
        f"What turns '{row['choice']}' into '{row['flip_to']}': {moves} (the least change, "
        f"{row['flip_size']:.3g} in all)."
    )
    alone = [m for m in row["alone"] if m["needed"] is not None]
    if alone:
        said = ", ".join(f"{m['group']} at {m['needed']:.3g} ('{m['to']}')" for m in alone)
        text += f" One group alone: {said}."
    else:
        text += " No group turns it alone."
    return text


def _balance_table(found: GroupPayoffs) -> str:
    letters = _letters(found)
    columns = {
        "balance_with_china": "Goods balance\nwith China",
        "goods_balance": "Goods balance\nwith all",
        "goods_exports": "Goods exports\nto all",
        "electronics_to_china": "Electronics\nto China",
        "tariff_revenue": "Tariff\nrevenue",
    }
    rows = [(letters[r["option"]], *(_cell(r, name) for name in columns)) for r in found.balances()]
    title = "United States: trade, USD bn (with China at customs value)"
    said = (
        "The balance of goods and services together does not move: it is imposed by the closure. "
        "What is narrowed with one partner comes back with others."
    )
    return table_text(("Option", *columns.values()), rows, title=title) + paragraph(said)
