"""YAML 1.2 text to plain data with the line of every key, and back.

The text is only composed (scanned into nodes), never constructed: that gives the line of every
key, catches duplicate keys with both lines, and runs no tag.
"""

# ruamel.yaml has no types: what it hands over is checked here by hand.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import FoldedScalarString

from tradetalks.errors import BadFile
from tradetalks.scenario.origin import Keys, Origin

LARGEST_FILE = 1_000_000
"""Bytes; a scenario is a page of text, so a larger file is something else."""
_MOST_NODES = 20_000
_DEEPEST = 50
_NESTED = re.compile(r"(?:[-?:]\s+){50}")

_FOLD = 88
_PLAIN_TEXT = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+(?: [^\s\x00-\x1f\x7f-\x9f]+)+")
"""Words with single blanks between them: what a folded block gives back unchanged."""

_CURE = "A scenario is `key: value` pairs; `tradetalks scenarios` lists examples."


def read_text(path: Path) -> str:
    """Return the text of a scenario file. Raises `BadFile` for what is no text file."""
    try:
        if path.is_dir():
            raise BadFile("this is a folder, not a scenario file.", cure=_CURE, file=path)
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile("the file is too large for a scenario.", cure=_CURE, file=path)
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadFile("there is no such file.", cure="Check the path.", file=path) from None
    except OSError as error:
        raise BadFile(
            f"the file cannot be read ({error.strerror}).", cure="Check its permissions.", file=path
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_text(path) from None
    if "\0" in text:
        raise _not_text(path)
    return text


def _not_text(path: Path) -> BadFile:
    return BadFile(
        "this is not a text file in UTF-8.", cure="Save the scenario as UTF-8 text.", file=path
    )


def parse(text: str, *, file: str | None = None, folder: Path | None = None) -> tuple[Any, Origin]:
    """Return the plain data of a YAML mapping, and where each key stands.

    Raises `BadFile` for an empty text, broken YAML, duplicate keys, several documents, and for
    anything but a mapping at the top.
    """
    _check_depth(text, file)
    yaml = YAML(typ="safe", pure=True)
    try:
        node = cast("Node | None", yaml.compose(text))
    except RecursionError:
        raise _too_deep(file, None) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        cause = f"this is not valid YAML: {error.problem or error.context}."
        raise BadFile(cause, cure=_hint(text, line), file=file, line=line) from None
    except YAMLError as error:
        cause = f"this is not valid YAML: {str(error).splitlines()[0]}."
        raise BadFile(cause, cure="Save it as UTF-8 text.", file=file) from None
    if node is None or (isinstance(node, ScalarNode) and not node.value):
        raise BadFile("the file is empty.", cure=_CURE, file=file)
    if not isinstance(node, MappingNode):
        found = "a list" if isinstance(node, SequenceNode) else "a single value"
        raise BadFile(
            f"found {found} where a scenario belongs.",
            cure=_CURE,
            file=file,
            line=node.start_mark.line + 1,
        )
    reader = _Reader(file)
    data = reader.value(node, (), frozenset())
    return data, Origin(file, folder, reader.lines)


def _check_depth(text: str, file: str | None) -> None:
    """Refuse brackets within brackets without end: the scanner's time grows with their square."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if _NESTED.search(line):
            raise _too_deep(file, number)
        for sign in line:
            depth += (sign in "[{") - (sign in "]}")
            depth = max(depth, 0)
            if depth > _DEEPEST:
                raise _too_deep(file, number)


def _too_deep(file: str | None, line: int | None) -> BadFile:
    return BadFile(
        "this is nested too deeply for a scenario.",
        cure="Close the brackets and quotes; a scenario has lists of names, no lists of lists.",
        file=file,
        line=line,
    )


def _hint(text: str, line: int | None) -> str:
    lines = text.splitlines()
    if line is not None and line <= len(lines) and "\t" in lines[line - 1]:
        return "Indent with spaces: YAML allows no tabs there."
    return "Check the colons, brackets and indentation near it."


class _Reader:
    """Walks composed nodes into dicts, lists and scalars, noting lines on the way."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.lines: dict[Keys, int] = {}
        self._seen = 0

    def value(self, node: Node, keys: Keys, above: frozenset[int]) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(keys, line)
        self._seen += 1
        if id(node) in above or self._seen > _MOST_NODES:
            raise BadFile(
                "the aliases (*name) of this file do not end.",
                cure="Write the values out.",
                file=self.file,
                line=line,
            )
        above |= {id(node)}
        if isinstance(node, MappingNode):
            return self._mapping(node, keys, above)
        if isinstance(node, SequenceNode):
            return [self.value(n, (*keys, i), above) for i, n in enumerate(node.value)]
        return self._scalar(node, line)

    def _mapping(self, node: MappingNode, keys: Keys, above: frozenset[int]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise BadFile("a key is not a word.", cure=_CURE, file=self.file, line=line)
            key = str(key_node.value)
            if key in data:
                first = self.lines[(*keys, key)]
                raise BadFile(
                    f"the key '{key}' stands twice (first in line {first}).",
                    cure="Keep one of them.",
                    file=self.file,
                    line=line,
                )
            self.lines[(*keys, key)] = line
            data[key] = self.value(value_node, (*keys, key), above)
        return data

    def _scalar(self, node: Node, line: int) -> Any:
        text, tag = str(node.value), str(node.tag).rpartition(":")[2]
        try:
            match tag:
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    digits = text.replace("_", "")
                    return int(digits, 0 if digits.lower().startswith(("0x", "0o")) else 10)
                case "float":
                    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
                case "timestamp":
                    return datetime.date.fromisoformat(text)
                case "str":
                    return text
                case _:
                    raise ValueError
        except ValueError:
            if tag == "timestamp":
                return text
            raise BadFile(
                f"'{text}' cannot be read as {node.tag}.",
                cure="Remove the tag, or put the value in quotes.",
                file=self.file,
                line=line,
            ) from None


def write(data: dict[str, Any]) -> str:
    """Return plain data (dicts, lists, scalars) as YAML 1.2 text, keys in their own order."""
    yaml = YAML()
    yaml.width = 4096  # never break a link; long texts are folded by `_folded`
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(_folded(data), stream)
    return stream.getvalue()


def _folded(value: Any) -> Any:
    """Mark long one-line texts to be written as a folded block, a line break every 88 columns."""
    if isinstance(value, dict):
        return {key: _folded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_folded(item) for item in value]
    if not isinstance(value, str) or len(value) <= _FOLD or not _PLAIN_TEXT.fullmatch(value):
        return value
    text = FoldedScalarString(value)
    breaks: list[int] = []
    start = 0
    while len(value) - start > _FOLD:
        at = value.rfind(" ", start, start + _FOLD)
        if at <= start:
            at = value.find(" ", start + _FOLD)
        if at < 0:
            break
        breaks.append(at)
        start = at + 1
    text.fold_pos = breaks  # pyright: ignore[reportAttributeAccessIssue]
    return text
