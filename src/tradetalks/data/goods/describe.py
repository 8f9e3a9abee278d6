"""The data files of the critical goods as a table to read, each figure with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradetalks.codes import critical_goods

_SHOWN = 4
"""Shares that a cell of the table names; the file has all of them."""


def describe_goods() -> str:
    """Return the figures of all critical goods as Markdown.

    Each figure carries the mark of its source (V, S, P, U, D) or `A` and the factor x/÷ of its
    assumed range.
    """
    head = (
        "| good | from | market, USD bn | makers | users | using sectors | US imports from | "
        "σ s/m/l | supply s/m/l | stock, days |\n" + "|---" * 10 + "|\n"
    )
    return head + "\n".join(_row(code) for code in critical_goods()) + "\n"


def _row(code: str) -> str:
    from ruamel.yaml import YAML

    from tradetalks.data.goods.good import good_file

    book = YAML(typ="safe").load(good_file(code)[1])
    market, use = book["market"], book["use"]
    buyer = book.get("buyers", {}).get("USA")
    cells = (
        f"`{code}` {book['name']}",
        book["parent"] + (" *" if critical_goods()[code].default else ""),
        f"{market['usd_bn']:g} ({market['year']}) {_mark(book, market)}",
        _shares(book, book["supply"]),
        _shares(book, use["countries"]),
        _shares(book, use["sectors"]),
        "as in the parent"
        if buyer is None
        else f"home {buyer['home']:.0%}; {_shares(book, {**buyer, 'shares': buyer['imports']})}",
        _horizons(book["sigma"]),
        _horizons(book["supply_elasticity"]),
        f"{book['stock_days']['value']:g} {_mark(book, book['stock_days'])}",
    )
    return "| " + " | ".join(cells) + " |"


def _shares(book: Mapping[str, Any], figure: Mapping[str, Any]) -> str:
    named = [(k, v) for k, v in figure["shares"].items() if k != "rest"]
    largest = sorted(named, key=lambda kv: -kv[1])[:_SHOWN]
    return ", ".join(f"{k} {100 * v:.3g}" for k, v in largest) + f" {_mark(book, figure)}"


def _horizons(figure: Mapping[str, Any]) -> str:
    values = "/".join(f"{figure[h]:g}" for h in ("short", "medium", "long"))
    return f"{values} A{figure['factor']:g}"


def _mark(book: Mapping[str, Any], figure: Mapping[str, Any]) -> str:
    factor = figure.get("factor")
    if figure["source"] == "assumed":
        return f"A{factor:g}"
    mark = book["sources"][figure["source"]]["evidence"]
    return mark if factor is None else f"{mark} x/÷{factor:g}"
