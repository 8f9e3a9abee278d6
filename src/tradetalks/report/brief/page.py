"""The brief as one HTML page that needs nothing else and prints well."""

from __future__ import annotations

from tradetalks.report.brief.contents import Brief
from tradetalks.report.html import embedded, template


def html(brief: Brief) -> str:
    """Return the brief as one HTML page."""
    drawn = {figure.name: embedded(figure.svg, figure.name) for figure in brief.figures}
    return template("brief.html").render(b=brief, drawn=drawn)
