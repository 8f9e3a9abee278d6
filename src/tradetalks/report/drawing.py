"""One Vega-Lite specification into one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tradetalks.errors import BadInput, CannotWrite
from tradetalks.report.theme import Chart, Spec

KINDS = (".png", ".svg", ".html")


def check_drawable(path: Path) -> None:
    """Raise `BadInput` unless the file's ending is one that can be drawn."""
    if path.suffix.casefold() not in KINDS:
        raise BadInput(f"cannot draw a '{path.suffix}' file.", cure="Use .png, .svg or .html.")


def save_folder(folder: Path, texts: Mapping[str, str], charts: Sequence[Chart]) -> Path:
    """Write texts by file name, and charts as SVG and PNG, into a folder; all of it or nothing.

    An older folder with the first of the texts is replaced. Raises `CannotWrite`, and `NoAnswer`
    where a chart cannot be drawn.
    """
    from tradetalks.report.worker import png, svg
    from tradetalks.results.folder import write_folder

    def fill(making: Path) -> None:
        for name, text in texts.items():
            (making / name).write_text(text, encoding="utf-8")
        for chart in charts:
            drawn = svg(chart.spec)
            (making / f"{chart.name}.svg").write_text(drawn, encoding="utf-8")
            (making / f"{chart.name}.png").write_bytes(png(drawn))

    return write_folder(folder, next(iter(texts)), fill)


def save_spec(spec: Spec, path: Path) -> None:
    """Draw into a .png, .svg or .html file; it appears only when it is whole."""
    check_drawable(path)
    kind = path.suffix.casefold()
    if kind == ".html":
        import vl_convert

        content = vl_convert.vegalite_to_html(json.dumps(spec), bundle=True).encode()
    else:
        from tradetalks.report.worker import png, svg

        drawn = svg(spec)
        content = png(drawn) if kind == ".png" else drawn.encode()
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise CannotWrite(f"cannot write ({error.strerror}).", file=path) from None
