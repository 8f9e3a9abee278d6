"""The desk: the same answer whatever was asked before, and room for what is compiled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tradetalks.scenario import load_scenario
from tradetalks.web import desk as desks
from tradetalks.web import executables
from tradetalks.web.desk import Desk

QUESTIONS = [
    load_scenario("toy-tariff-war").replace(
        changes=[{"kind": "tariff", "importer": "HOM", "exporter": "FOR", "sectors": "all_goods",
                  "add": f"{points}%"}],
        expected=[],
    )
    for points in (5, 10, 15, 20, 25, 30)
]  # fmt: skip


def values(desk: Desk, number: int) -> dict[str, np.ndarray]:
    return desk.first(desk.asked(QUESTIONS[number])).values


def test_what_was_asked_before_changes_no_answer() -> None:
    forth, back = Desk(), Desk()
    found = {n: values(forth, n) for n in range(len(QUESTIONS))}
    for n in reversed(range(len(QUESTIONS))):
        for name, value in values(back, n).items():
            np.testing.assert_array_equal(value, found[n][name], err_msg=name)


def test_maps_of_compiled_programs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    if not executables.maps():
        pytest.skip("this system does not say how many memory maps a process has")
    found = {n: values(Desk(), n) for n in range(len(QUESTIONS))}
    before = executables.maps()
    executables.forget()
    after = executables.maps()
    assert after < before
    # From here on every answer finds too many of them, and forgets.
    forgotten: list[int] = []
    monkeypatch.setattr(desks, "_COMPILED", -1.0)
    monkeypatch.setattr(executables, "allowed", lambda: 0)
    forget = executables.forget
    monkeypatch.setattr(executables, "forget", lambda: (forgotten.append(1), forget()))
    desk = Desk()
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda n: values(desk, n), range(len(QUESTIONS))))
    assert forgotten and executables.maps() < before
    for n, value in enumerate(again):
        for name in value:
            np.testing.assert_array_equal(value[name], found[n][name], err_msg=name)


def test_what_fits_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "_COMPILED", -1.0)
    monkeypatch.setattr(executables, "forget", lambda: pytest.fail("there was room"))
    values(Desk(), 0)
