"""The text of a PDF that Typst made (tests only): enough of a reader to compare every number.

Typst writes plain objects, Identity-H fonts with a ToUnicode table, text lines as one operator
each, and the letters of a drawing one by one; running heads and feet are marked as artifacts.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj(.*?)\nendobj", re.S)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.S)
# A literal may hold parentheses in pairs, one inside the other.
_LITERAL = rb"\((?:\\.|[^\\()])*\)"
for _ in range(6):
    _LITERAL = rb"\((?:\\.|[^\\()]|" + _LITERAL + rb")*\)"
_TOKEN = re.compile(
    rb"(?P<begin>/(?P<tag>\w+)\s*(?:<<.*?>>\s*|/\w+\s+)?(?:BDC|BMC))|(?P<end>\bEMC\b)"
    rb"|(?P<matrix>(?:-?[\d.]+\s+){6})cm|/(?P<form>\w+)\s+Do|/(?P<font>\w+)\s+[\d.]+\s+Tf"
    rb"|(?P<save>\bq\b)|(?P<restore>\bQ\b)|(?P<string>" + _LITERAL + rb")|(?P<close>\bET\b)",
    re.S,
)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_GAP = 8.0  # points: a letter of a drawing this far from the one before begins a new word


class Document:
    """The objects of a PDF."""

    def __init__(self, pdf: bytes) -> None:
        self._objects = {int(m[1]): m[2] for m in _OBJECT.finditer(pdf)}

    @property
    def pages(self) -> list[int]:
        """Numbers of the page objects, in order."""
        root = next(
            o for o in self._objects.values() if b"/Type/Pages" in o and b"/Parent" not in o
        )
        return self._kids(root)

    def text(self) -> str:
        """Return the text without running heads and feet, a line per line of text."""
        return "\n".join(
            _said(self._content(page), self._fonts(page), self._forms(page)) for page in self.pages
        )

    def _kids(self, node: bytes) -> list[int]:
        found: list[int] = []
        for number in map(int, re.findall(rb"(\d+) 0 R", _value(node, b"/Kids["))):
            below = self._objects[number]
            found += self._kids(below) if b"/Type/Pages" in below else [number]
        return found

    def _content(self, page: int) -> bytes:
        return self._stream(_reference(self._objects[page], b"/Contents"))

    def _stream(self, number: int) -> bytes:
        found = _STREAM.search(self._objects[number])
        assert found
        head = self._objects[number][: found.start()]
        return zlib.decompress(found[1]) if b"FlateDecode" in head else found[1]

    def _resources(self, number: int) -> bytes:
        head = self._objects[number].split(b"stream")[0]
        if b"/Resources<<" in head:
            return head
        return self._objects[_reference(head, b"/Resources")]

    def _fonts(self, number: int) -> dict[bytes, dict[int, str]]:
        inside = re.search(rb"/Font<<(.*?)>>", self._resources(number), re.S)
        named = re.findall(rb"/(\w+) (\d+) 0 R", inside[1]) if inside else []
        return {name: self._letters(int(font)) for name, font in named}

    def _forms(self, number: int) -> dict[bytes, str]:
        inside = re.search(rb"/XObject<<(.*?)>>", self._resources(number), re.S)
        named = re.findall(rb"/(\w+) (\d+) 0 R", inside[1]) if inside else []
        return {
            name: _said(self._stream(int(n)), self._fonts(int(n)), self._forms(int(n)))
            for name, n in named
            if b"/Subtype/Form" in self._objects[int(n)]
        }

    def _letters(self, font: int) -> dict[int, str]:
        table = self._stream(_reference(self._objects[font], b"/ToUnicode"))
        pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", table)
        return {int(a, 16): bytes.fromhex(b.decode()).decode("utf-16-be") for a, b in pairs}


def _value(node: bytes, key: bytes) -> bytes:
    return node.split(key, 1)[1].split(b"]", 1)[0]


def _reference(node: bytes, key: bytes) -> int:
    found = re.search(re.escape(key) + rb"\s+(\d+) 0 R", node)
    assert found, key
    return int(found[1])


def _bytes(literal: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        if found[1][:1].isdigit():
            return bytes([int(found[1], 8)])
        return _ESCAPES.get(found[1], found[1])

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, literal[1:-1], flags=re.S)


def _said(content: bytes, fonts: dict[bytes, dict[int, str]], forms: dict[bytes, str]) -> str:
    """Follow the operators; a running head or foot says nothing."""
    out: list[str] = []
    tags: list[bytes] = []
    place, saved = (0.0, 0.0), []
    before: tuple[float, float] | None = None
    line, letters = "", {}
    for found in _TOKEN.finditer(content):
        kind = found.lastgroup if found["begin"] is None else "begin"
        if kind == "begin":
            tags.append(found["tag"])
        elif kind == "end":
            tags.pop()
        elif kind == "save":
            saved.append(place)
        elif kind == "restore":
            place = saved.pop()
        elif kind == "matrix":
            x, y = (float(v) for v in found["matrix"].split()[4:])
            place = (place[0] + x, place[1] + y)
        elif kind == "form":
            out.append("\n" + forms.get(found["form"], "") + "\n")
        elif kind == "font":
            letters = fonts[found["font"]]
        elif kind == "string":
            codes = _bytes(found["string"])
            pairs = zip(codes[::2], codes[1::2], strict=True)
            line += "".join(letters.get(256 * a + b, "") for a, b in pairs)
        elif kind == "close":
            if b"Artifact" not in tags:
                near = (
                    before and abs(place[1] - before[1]) < 0.1 and 0 < place[0] - before[0] < _GAP
                )
                out.append(line if near and len(line) == 1 else "\n" + line)
                before = place
            line = ""
    return "".join(out)
