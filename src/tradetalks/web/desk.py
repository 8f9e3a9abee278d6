"""The desk: answers questions in this process, remembers answers, and never does too much at once.

Solving takes a few hundredths of a second once compiled, so it happens where the request is
answered; what is in front of a question is short or the question is turned away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from tradetalks.errors import NoAnswer, TradeTalksError
from tradetalks.web import executables

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.engine import FirstAnswer, Known
    from tradetalks.results import RunResult
    from tradetalks.scenario import Scenario

_REMEMBERED = 24  # whole answers, a few MB each
_GLIMPSES = 256
_PATIENCE = 20.0  # seconds that a question waits for its turn
_LINE = 24  # questions that may wait
_FIRSTS, _WHOLES = 2, 1  # solved at the same time
_COMPILED = 0.5  # seconds after which an answer may have compiled something

T = TypeVar("T")

_log = logging.getLogger("tradetalks.web")


class Busy(NoAnswer):
    """Too many questions at once."""


class _Turns:
    """At most `count` at a time, at most `_LINE` waiting, nobody longer than `_PATIENCE`."""

    def __init__(self, count: int) -> None:
        self._count, self._free = count, threading.Semaphore(count)
        self._waiting, self._lock = 0, threading.Lock()

    @contextmanager
    def turn(self) -> Generator[None]:
        with self._lock:
            if self._waiting >= _LINE:
                raise Busy("too many questions wait already.", cure="Ask again in a moment.")
            self._waiting += 1
        try:
            got = self._free.acquire(timeout=_PATIENCE)
        finally:
            with self._lock:
                self._waiting -= 1
        if not got:
            raise Busy("the questions before this one take long.", cure="Ask again in a moment.")
        try:
            yield
        finally:
            self._free.release()

    @contextmanager
    def alone(self) -> Generator[None]:
        """Wait until nobody has a turn, and give none meanwhile; for one caller at a time."""
        for _ in range(self._count):
            self._free.acquire()
        try:
            yield
        finally:
            self._free.release(self._count)


class _Memory(Generic[T]):
    """The last answers, by question."""

    def __init__(self, size: int) -> None:
        self._size, self._held, self._lock = size, OrderedDict[str, T](), threading.Lock()

    def get(self, key: str) -> T | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, value: T) -> None:
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._size:
                self._held.popitem(last=False)


@dataclass(frozen=True)
class Asked:
    """A scenario with the table it is asked of."""

    scenario: Scenario
    world: World
    key: str


class Desk:
    """Answers scenarios: at first the central elasticity set, then all of them."""

    def __init__(self) -> None:
        self._first, self._whole = (
            _Memory["FirstAnswer"](_GLIMPSES),
            _Memory["RunResult"](_REMEMBERED),
        )
        self._firsts, self._wholes = _Turns(_FIRSTS), _Turns(_WHOLES)
        self._worlds = _Memory["World"](8)
        self._clearing = threading.Lock()
        self.warm = threading.Event()

    @cached_property
    def _known(self) -> Known:  # not before the first question: it loads JAX
        from tradetalks.engine import Known

        return Known()

    def asked(self, scenario: Scenario) -> Asked:
        """Return the scenario with its table and the key that its answers go by."""
        from tradetalks.data import load_world
        from tradetalks.scenario import identity

        name = f"{scenario.world}/{scenario.regions}/{scenario.goods}"
        world = self._worlds.get(name)
        if world is None:
            world = load_world(scenario.world, scenario.regions, goods=scenario.goods)
            self._worlds.put(name, world)
        found = identity(scenario, world)
        return Asked(scenario, world, "/".join((scenario.name, *found.values())))

    def first(self, asked: Asked) -> FirstAnswer:
        """Return the central answer. Raises what `simulate` raises, and Busy."""
        from tradetalks.engine import first_answer

        return self._answer(
            self._first,
            self._firsts,
            asked,
            lambda: first_answer(asked.scenario, asked.world, self._known),
        )

    def whole(self, asked: Asked) -> RunResult:
        """Return the answer over all elasticity sets. Raises what `simulate` raises, and Busy."""
        from tradetalks.engine import simulate

        return self._answer(
            self._whole, self._wholes, asked, lambda: simulate(asked.scenario, asked.world)
        )

    def whole_if_known(self, asked: Asked) -> RunResult | None:
        """Return the whole answer if it was given before."""
        return self._whole.get(asked.key)

    def _answer(self, memory: _Memory[T], turns: _Turns, asked: Asked, solve: Callable[[], T]) -> T:
        known = memory.get(asked.key)
        if known is not None:
            return known
        began = time.perf_counter()
        with turns.turn():
            known = memory.get(asked.key)  # the one before asked the same
            if known is None:
                known = solve()
                memory.put(asked.key, known)
        if time.perf_counter() - began > _COMPILED:
            self._make_room()
        return known

    def _make_room(self) -> None:
        """Forget what is compiled once it takes too many memory maps, between two questions."""
        if executables.maps() <= executables.allowed() or not self._clearing.acquire(
            blocking=False
        ):
            return
        try:
            with self._firsts.alone(), self._wholes.alone():
                if executables.maps() > executables.allowed():
                    executables.forget()
                    _log.info("compiled programs were forgotten to make room")
        finally:
            self._clearing.release()

    def warm_up(self, questions: list[Callable[[], Scenario]], stop: threading.Event) -> None:
        """Compile what the page's questions need, the likely ones first; a thread does this."""
        began = time.perf_counter()
        for make in questions:
            for solve in (self.first, self.whole):
                if stop.is_set():
                    return
                try:
                    solve(self.asked(make()))
                except TradeTalksError as error:
                    _log.warning("while warming up: %s", error)
            self.warm.set()
        _log.info("everything is compiled after %.1f s", time.perf_counter() - began)
