"""The policy brief of a run: one frozen `Brief`, set as a self-contained page and as a PDF."""

from __future__ import annotations

from tradetalks.report.brief.compose import brief_of
from tradetalks.report.brief.contents import Brief, Number
from tradetalks.report.brief.page import html
from tradetalks.report.brief.typeset import Pdf, render

__all__ = ["Brief", "Number", "Pdf", "brief_of", "html", "pdf", "render"]


def pdf(brief: Brief) -> bytes:
    """Return the brief as PDF; `render` says as well which characters could not be drawn.

    Raises NoAnswer with Typst's own words when it fails.
    """
    return render(brief).content
