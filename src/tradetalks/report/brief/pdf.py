"""The brief on A4, set by Typst: its own fonts, and one of the machine's for Chinese."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from tradetalks.errors import NoAnswer
from tradetalks.report.brief.contents import Brief

FONT_CURE = (
    "Install a font with Chinese characters, such as fonts-wqy-microhei or fonts-noto-cjk "
    "(`sudo make system-deps`), and make the brief again."
)
_SHOWN = 24

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
    """A brief as PDF, and the characters of it that no font of this machine could draw."""

    content: bytes
    missing: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the reader should know, with the cure; nothing where all was drawn."""
        if not self.missing:
            return ()
        some = self.missing[:_SHOWN] + ("..." if len(self.missing) > _SHOWN else "")
        count = len(self.missing)
        return (
            f"No font on this machine draws {count} character{'s' if count > 1 else ''} of the "
            f"PDF ({some}): Chinese names are left out, and boxes stand elsewhere. {FONT_CURE} "
            "The HTML brief has them all.",
        )


def render(brief: Brief, *, system_fonts: bool = True) -> Pdf:
    """Set the brief; without `system_fonts` in the fonts that come with Typst alone.

    Raises NoAnswer with Typst's own words when it fails.
    """
    missing = undrawable(brief, system_fonts=system_fonts)
    inputs = {"brief": json.dumps(brief.to_plain(), ensure_ascii=False), "missing": missing}
    made: bytes = _typst("compile", template(), inputs, system_fonts, format="pdf", **_day(brief))
    return Pdf(made, missing)


def undrawable(brief: Brief, *, system_fonts: bool = True) -> str:
    """Return the characters of the brief that no font at hand can draw, each once."""
    text = json.dumps(brief.to_plain(), ensure_ascii=False)
    unusual = "".join(sorted({c for c in text if ord(c) > 0x2E7F or 0x370 <= ord(c) < 0x2000}))
    if not unusual:
        return ""
    found = _typst(
        *("query", _PROBE, {"characters": unusual}, system_fonts),
        selector="<missing>", field="value", one=True,
    )  # fmt: skip
    return json.loads(found) or ""


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
        raise NoAnswer(
            f"the PDF could not be set: Typst says '{words}'.",
            cure="The HTML brief needs no Typst; is the package `typst` whole?",
        ) from error
