"""The site of the documents: `make docs` builds it into build/docs, without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tradetalks

project = "tradetalks"
author = "The tradetalks authors"
copyright = "the tradetalks authors, MIT licence"
release = version = tradetalks.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

# Fonts are those of the reader's system: nothing is fetched, at build time or by the browser.
html_theme = "furo"
html_title = f"tradetalks {release}"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {
        "font-stack": "system-ui, sans-serif",
        "font-stack--monospace": "ui-monospace, monospace",
    },
}

autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 80

ROOT = Path(__file__).resolve().parents[1]
# Pages whose text lies above docs/, where a forge looks for it.
ABOVE = {"start": "README.md", "contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
LINK = re.compile(r"\]\(((?:\.\./)?)([\w./-]+?)(#[\w-]+)?\)")


def on_source_read(app: Any, page: str, source: list[str]) -> None:
    """Take a page from above docs/, point links at pages, turn HTML anchors into MyST's."""
    text = source[0]
    if page in ABOVE:
        text = (ROOT / ABOVE[page]).read_text(encoding="utf-8")
    names = {file: f"{name}.md" for name, file in ABOVE.items()}

    def point(found: re.Match[str]) -> str:
        above, target, anchor = found[1], found[2], found[3] or ""
        if page in ABOVE:
            target = names.get(target, target.removeprefix("docs/"))
        elif above:
            target = names.get(target, f"../{target}")
        return f"]({target}{anchor})"

    text = LINK.sub(point, text)
    source[0] = re.sub(r'^<a id="([\w-]+)"></a>$', r"(\1)=", text, flags=re.M)


def on_docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Our docstrings are plain text: keep paragraphs, and what is indented as it stands."""
    out: list[str] = []
    literal = False
    for line in lines:
        indented = line.startswith("    ") or (literal and line.startswith(" "))
        if indented and not literal:
            out += ["", "::", ""]
        if line.strip():
            literal = indented
        out.append(line if literal else _escaped(line))
    lines[:] = out


def _escaped(line: str) -> str:
    parts = line.split("`")
    for at in range(0, len(parts), 2):
        parts[at] = re.sub(r"([*_|\\])", r"\\\1", parts[at])
    if len(parts) % 2 == 0:  # an unpaired mark
        return re.sub(r"([*_|\\`])", r"\\\1", line)
    return "".join(f"``{p}``" if at % 2 and p else p for at, p in enumerate(parts))


def setup(app: Any) -> None:
    """Connect the two hooks."""
    app.connect("source-read", on_source_read)
    app.connect("autodoc-process-docstring", on_docstring)
