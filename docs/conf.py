"""The site of the documents: `make docs` builds it into build/docs, without a network."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import isclass, isfunction
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
# Two rooms may use one word, such as Source, for their own; Pygments has no lexer for CSV.
suppress_warnings = ["ref.python", "misc.highlighting_failure"]

ROOT = Path(__file__).resolve().parents[1]
# Pages whose text lies above docs/, where a forge looks for it.
ABOVE = {"start": "README.md", "contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
# Rooms whose public names are documented, from the docstrings, on the page `api`.
PUBLIC = (
    "tradetalks",
    "tradetalks.scenario",
    "tradetalks.results",
    "tradetalks.policy",
    "tradetalks.talks",
    "tradetalks.talks.packages",
    "tradetalks.ensemble",
    "tradetalks.supply",
    "tradetalks.data",
    "tradetalks.validation",
    "tradetalks.codes",
)
# The menu beside the pages. It stands here so that index.md stays plain Markdown on a forge.
MENU = {
    "Start": ("start", "questions"),
    "Examples": (
        "examples/journalist",
        "examples/economist",
        "examples/risk-manager",
        "examples/negotiator",
        "examples/teacher",
    ),
    "Ask": ("scenarios", "explain-and-claims", "own-table"),
    "The law": ("how-time-works", "assumptions-policy"),
    "The model": ("model", "world-2022", "assumptions-data", "assumptions-model"),
    "Controls": ("critical-goods", "export-controls", "supply"),
    "The talks": ("talks", "groups", "packages", "truce-and-forecast"),
    "Ranges": ("ensembles",),
    "Page and brief": ("web", "brief"),
    "Trust": ("assumptions", "validation", "performance"),
    "Reference": ("notation", "api", "how-to-add", "contributing", "changelog"),
    "Decisions": ("decisions/*",),
}
LINK = re.compile(r"\[([^\[\]]*)\]\(((?:\.\./)?)([\w./-]+?)(#[\w-]+)?\)")


def on_source_read(app: Any, page: str, source: list[str]) -> None:
    """Take a page from above docs/, point links at pages, turn HTML anchors into MyST's."""
    text = source[0]
    if page in ABOVE:
        text = (ROOT / ABOVE[page]).read_text(encoding="utf-8")
    names = {file: f"{name}.md" for name, file in ABOVE.items()}

    def point(found: re.Match[str]) -> str:
        words, above, target, anchor = found[1], found[2], found[3], found[4] or ""
        if page in ABOVE:
            target = names.get(target, target.removeprefix("docs/"))
        elif above:
            target = names.get(target, f"../{target}")
        if page in ABOVE and not target.endswith(".md"):
            return words  # LICENSE, CITATION.cff: files of the repository, not pages
        return f"[{words}]({target}{anchor})"

    text = LINK.sub(point, text)
    if page == "index":
        text += menu()
    if page == "api":
        text += reference()
    source[0] = re.sub(r'^<a id="([\w-]+)"></a>$', r"(\1)=", text, flags=re.M)


def menu() -> str:
    """Return the hidden tables of contents; a page that is not there yet is left out."""
    out: list[str] = []
    for caption, pages in MENU.items():
        there = [p for p in pages if "*" in p or (ROOT / "docs" / f"{p}.md").is_file()]
        if there:
            head = f"\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {caption}\n"
            out.append("\n".join([head, *there, "```"]))
    return "\n".join(out)


def reference() -> str:
    """Return the public names of all rooms as autodoc directives, each object once."""
    out: list[str] = []
    seen: set[int] = set()
    for room in PUBLIC:
        module = import_module(room)
        out += [f"\n## {room}\n", (module.__doc__ or "").split("\n\n")[0], "\n```{eval-rst}"]
        for name in module.__all__:
            found = getattr(module, name)
            if id(found) in seen or not (isclass(found) or isfunction(found)):
                continue
            seen.add(id(found))
            out.append(f".. auto{'class' if isclass(found) else 'function'}:: {room}.{name}")
            if isclass(found):
                out += ["   :members:", "   :exclude-members: model_config"]
            out.append("")
        out.append("```")
    return "\n".join(out)


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
