"""Tariff lines that ship with the package: codes, weights, rates by line, list memberships.

Built by scripts/build_lines.py (United States, ten digits, 2024 imports from China) and
scripts/build_cn_lines.py (China: HS6, and eight digits on the lists of 2025).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from tradetalks.errors import BadInput, UnknownName, unknown_name

FILES = {"USA": "us_lines.npz", "CHN": "cn_lines.npz"}
WEIGHTS = {
    "USA": "US imports for consumption from China, 2024, USD (Census)",
    "CHN": (
        "US exports to China by HS2, 2017, USD (Census), split within a chapter by 2024 exports "
        "where published by HS6, else evenly"
    ),
}


@dataclass(frozen=True, eq=False)
class LineTable:
    """Lines of one importer, sorted by code. Arrays are indexed by line.

    `code` bytes; `value` USD (see `WEIGHTS`); `value_outside` USD that has no line (chapter 98,
    low-value estimates), counted duty-free in averages; list memberships are periods over
    `member_lines`.
    """

    importer: str
    code: np.ndarray
    value: np.ndarray
    value_outside: float
    columns: dict[str, np.ndarray]
    list_names: dict[str, int]
    member_list: np.ndarray
    member_start: np.ndarray
    member_end: np.ndarray
    member_known: np.ndarray
    member_stop: np.ndarray
    member_lines: np.ndarray
    _masks: dict[Any, np.ndarray] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.code)

    def code_text(self, index: int) -> str:
        """The code of one line as text."""
        return bytes(self.code[index]).decode()

    def column(self, name: str) -> np.ndarray:
        """A rate by line (fraction) or a metal share, by its name in the measures."""
        return self.columns[name]

    def member(self, name: str, day: int, known: int) -> np.ndarray:
        """Boolean [line]: on list `name` on `day`, as known on `known`."""
        which = self.member_list == self.list_names[name]
        live = which & (self.member_start <= day) & (day < self.member_end)
        live &= self.member_known <= known
        key = (name, live.tobytes())
        if key not in self._masks:
            mask = np.zeros(len(self.code), bool)
            for period in np.flatnonzero(live):
                start = self.member_stop[period - 1] if period else 0
                mask[self.member_lines[start : self.member_stop[period]]] = True
            mask.setflags(write=False)
            self._masks[key] = mask
        return self._masks[key]

    def list_days(self) -> list[int]:
        """Days on which the content of some list changes."""
        found = set(self.member_start.tolist()) | set(self.member_end.tolist())
        return sorted(d for d in found if 0 < d < 2_000_000)

    def alike(self) -> tuple[np.ndarray, np.ndarray]:
        """One line of each kind that the law cannot tell apart, and the value of its kind (USD)."""
        first, kind = self.kinds()
        if "alike_value" not in self._masks:
            self._masks["alike_value"] = np.bincount(kind, weights=self.value)
        return first, self._masks["alike_value"]

    def kinds(self) -> tuple[np.ndarray, np.ndarray]:
        """One line of each kind that the law cannot tell apart; the kind of each line [line]."""
        if "alike" not in self._masks:
            bits = np.zeros((len(self), len(self.member_list)), bool)
            start = 0
            for period, stop in enumerate(self.member_stop):
                bits[self.member_lines[start:stop], period] = True
                start = stop
            numbers = np.stack([v.astype(np.float32) for v in self.columns.values()], axis=1)
            raw = [np.packbits(bits, axis=1), numbers.view(np.uint8).reshape(len(self), -1)]
            key = np.ascontiguousarray(np.concatenate(raw, axis=1))
            kinds = key.view(np.dtype((np.void, key.shape[1]))).ravel()
            _, first, kind = np.unique(kinds, return_index=True, return_inverse=True)
            self._masks["alike"], self._masks["kind"] = first, kind.ravel()
        return self._masks["alike"], self._masks["kind"]

    def find(self, code: str) -> np.ndarray:
        """Indices of the lines of a code of 2 to 10 digits (dots and spaces allowed)."""
        digits = clean_code(code)
        found = self.starting_with(digits)
        if len(found) == 0 and len(digits) == 10 and digits.endswith("00"):
            found = self.starting_with(digits[:8])
        if len(found) == 0 and self.importer == "CHN" and len(digits) > 6:
            found = self.starting_with(digits[:6])[:1]
        if len(found) == 0:
            raise self._no_such_line(digits)
        return found

    def starting_with(self, digits: str) -> np.ndarray:
        """Indices of the lines whose code starts with these digits (none is no error)."""
        low = np.searchsorted(self.code, digits.encode())
        return np.arange(low, np.searchsorted(self.code, digits.encode() + b"\xff"))

    def _no_such_line(self, digits: str) -> UnknownName:
        near: list[str] = []
        for length in range(len(digits) - 1, 1, -1):
            found = self.starting_with(digits[:length])
            if len(found):
                size = min(len(digits), 8) if len(digits) > 6 else 6
                close = sorted(
                    {self.code_text(i)[:size] for i in found},
                    key=lambda c: (abs(int(c.ljust(10, "0")) - int(digits.ljust(10, "0"))), c),
                )
                near = [
                    f"{dotted(c)} ({self.description(self.starting_with(c)[0])})" for c in close[:3]
                ]
                break
        cure = f"Nearest: {'; '.join(near)}." if near else "See the Harmonised System's headings."
        return UnknownName(f"no tariff line {dotted(digits)} of {self.importer}.", cure=cure)

    def description(self, index: int) -> str:
        """Words of the schedule for one line."""
        return _texts(self.importer, "descriptions")[int(index)]

    def mfn_text(self, index: int) -> str:
        """The MFN rate as printed, for lines whose duty is not a plain percentage."""
        return _texts(self.importer, "mfn_texts")[int(index)]


@lru_cache(maxsize=4)
def _texts(importer: str, name: str) -> list[str]:
    data = _arrays(importer)
    return bytes(data[name]).decode().split("\n") if name in data.files else []


def clean_code(code: str, shortest: int = 4) -> str:
    """Digits of a tariff code; anything else is an error that says what a code looks like."""
    digits = code.strip().replace(".", "").replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit():
        raise BadInput(
            f"'{code}' is not a tariff code.",
            cure=f"Give {shortest} to 10 digits, e.g. 8505.11.00.",
        )
    if not shortest <= len(digits) <= 10:
        raise BadInput(
            f"'{code}' has {len(digits)} digits.",
            cure=f"Give {shortest} to 10 digits, e.g. 8505.11.00.",
        )
    return digits


def dotted(code: str) -> str:
    """A code the way people write it.

    >>> dotted("8505110070"), dotted("850511")
    ('8505.11.00.70', '8505.11')
    """
    parts = [code[:4], code[4:6], code[6:8], code[8:]]
    return ".".join(p for p in parts if p)


@lru_cache(maxsize=2)
def _arrays(importer: str) -> Any:
    if importer not in FILES:
        raise unknown_name("importer", importer, FILES, see="The ledger covers these two.")
    raw = files("tradetalks.policy").joinpath(f"compiled/{FILES[importer]}").read_bytes()
    return np.load(io.BytesIO(raw), allow_pickle=False)


@lru_cache(maxsize=2)
def load_lines(importer: str) -> LineTable:
    """The line table of `USA` or `CHN`."""
    data = _arrays(importer)
    columns = {
        k.removeprefix("rate_"): data[k].astype(np.float64)
        for k in data.files
        if k.startswith(("rate_", "share_"))
    }
    if "mfn_basis" in data.files:
        columns["mfn_basis"] = data["mfn_basis"]
    for array in columns.values():
        array.setflags(write=False)
    return LineTable(
        importer=importer,
        code=data["code"],
        value=data["value"],
        value_outside=float(data["value_outside"].sum()) if "value_outside" in data.files else 0.0,
        columns=columns,
        list_names={str(n): i for i, n in enumerate(data["list_names"])},
        member_list=data["member_list"],
        member_start=data["member_start"],
        member_end=data["member_end"],
        member_known=data["member_known"],
        member_stop=data["member_stop"],
        member_lines=data["member_lines"],
    )
