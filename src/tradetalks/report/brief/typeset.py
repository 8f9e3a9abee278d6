"""The brief on A4, set by Typst: its own fonts, and one of the machine's for Chinese."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from tradetalks.errors import NoAnswer
from tradetalks.report.brief.contents import Brief

FONT_CURE = (
    "Install a font with Chinese characters, such as Noto Sans CJK (on Debian `sudo apt install "
    "fonts-wqy-microhei`; in a clone `sudo make system-deps`), and make the brief again."
)
_SHOWN = 24
_MOST_PAGES = 4
_SCALES = ("1", "0.95", "0.9")
_OWN = "−±·•–—’×÷…"  # drawn by the font that comes with Typst

# A character that no font can draw has the width of the box that stands for it, in two unlike
# fonts at once; U+10FFFD, which belongs to nobody, is such a character everywhere.
_PROBE = """
#let nobody = "\\u{10FFFD}"
#let width(font, c) = measure(text(font: font, c)).width
#let lacks(font, c) = width(font, c) == width(font, nobody)
#let fonts = ("Libertinus Serif", "New Computer Modern")
#context [#metadata(
  sys.inputs.characters.clusters().filter(c => fonts.all(f => lacks(f, c))).join("")
) <missing>]
"""


@dataclass(frozen=True, slots=True)
class Pdf:
    """A brief as PDF, and the characters of it that no font of this machine could draw.

    Of the `missing` those of Chinese names beside English ones are left out; for the `boxed`,
    which stand elsewhere, the reader sees boxes.
    """

    content: bytes
    missing: str = ""
    boxed: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the reader should know, with the cure; nothing where all was drawn."""
        if not self.missing:
            return ()
        if self.boxed:
            said = f"The PDF has boxes for {_some(self.boxed)}, which no font on this machine draws"
        else:
            said = "The PDF leaves the Chinese names out, which no font on this machine draws"
        return (f"{said}. {FONT_CURE} The page (HTML) has all of them.",)


def _some(characters: str) -> str:
    return characters if len(characters) <= _SHOWN else characters[:_SHOWN] + "..."


def render(brief: Brief, *, system_fonts: bool = True) -> Pdf:
    """Set the brief; without `system_fonts` in the fonts that come with Typst alone.

    Raises NoAnswer with Typst's own words when it fails.
    """
    missing = undrawable(brief, system_fonts=system_fonts)
    inputs = {"brief": json.dumps(brief.to_plain(), ensure_ascii=False), "missing": missing}
    inputs["scale"] = _scale(inputs, system_fonts)
    made: bytes = _typst("compile", template(), inputs, system_fonts, format="pdf", **_day(brief))
    return Pdf(made, missing, "".join(c for c in missing if c in _without_names(brief)))


def _scale(inputs: dict[str, str], system_fonts: bool) -> str:
    """Return the size of type: as large as keeps the table on page one and the pages to four."""
    fitting: list[str] = []
    for scale in _SCALES:
        shape = json.loads(
            _typst(
                *("query", template(), {**inputs, "scale": scale}, system_fonts),
                selector="<shape>", field="value", one=True,
            )
        )  # fmt: skip
        if shape["pages"] <= _MOST_PAGES:
            if shape["who"] == 1:
                return scale
            fitting.append(scale)
    return fitting[0] if fitting else _SCALES[-1]


def _without_names(brief: Brief) -> str:
    """Return the text of a brief without the Chinese names that it can do without."""
    rows = tuple(replace(row, name_zh="") for row in brief.countries.rows)
    bare = replace(brief, names=(), countries=replace(brief.countries, rows=rows))
    return json.dumps(bare.to_plain(), ensure_ascii=False)


def undrawable(brief: Brief, *, system_fonts: bool = True) -> str:
    """Return the characters of the brief that no font at hand can draw, each once."""
    text = json.dumps(brief.to_plain(), ensure_ascii=False)
    unusual = {c for c in text if not c.isascii() and c not in _OWN}
    return lacking("".join(sorted(unusual)), system_fonts=system_fonts)


def lacking(characters: str, *, system_fonts: bool = True) -> str:
    """Return those of the characters that no font at hand can draw."""
    if not characters:
        return ""
    inputs = {"characters": characters}
    options = {"selector": "<missing>", "field": "value", "one": True}
    return json.loads(_typst("query", _PROBE, inputs, system_fonts, **options)) or ""


def template() -> str:
    """Return the Typst template; it reads `sys.inputs.brief` and no file."""
    folder = files("tradetalks.report").joinpath("templates")
    return folder.joinpath("brief.typ").read_text(encoding="utf-8")


def _day(brief: Brief) -> dict[str, Any]:
    """Date the file by the run, so that the same brief is the same file."""
    if not brief.created:
        return {}
    day = datetime.datetime.fromisoformat(brief.created)
    return {"timestamp": day.replace(tzinfo=datetime.UTC)}


def _typst(what: str, text: str, inputs: dict[str, str], system_fonts: bool, **options: Any) -> Any:
    try:
        import typst

        return getattr(typst, what)(
            text.encode(), sys_inputs=inputs, ignore_system_fonts=not system_fonts, **options
        )
    except (RuntimeError, ImportError, OSError) as error:  # TypstError is a RuntimeError
        words = " ".join(str(getattr(error, "message", "") or error).split())
        words = words.removeprefix("failed to compile document: ")
        raise NoAnswer(
            f"the PDF could not be set: Typst says '{words}'.",
            cure="`tradetalks brief --only html` needs no Typst; is the package `typst` whole?",
        ) from error
