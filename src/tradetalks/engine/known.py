"""What a process that answers many questions keeps: references, compiled and solved once.

Everything is kept by its content, and a solve always begins at the same place, so an answer is
the same, bit for bit, whatever was asked before it.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import jax
import numpy as np
from numpy.typing import NDArray

from tradetalks.solve import Solution, solve

if TYPE_CHECKING:
    from tradetalks.data import World
    from tradetalks.model import Closure, Economy, Elasticities
    from tradetalks.model import Shock as ModelShock
    from tradetalks.scenario import Scenario
    from tradetalks.scenario.shock import Shock

T = TypeVar("T")


class Known:
    """The last `size` references: their shocks, their economies, their equilibria.

    Threads may share it; two that ask for the same at once both work it out.
    """

    def __init__(self, size: int = 24) -> None:
        self._size, self._lock = size, threading.Lock()
        self._held = OrderedDict[tuple[str, ...], Any]()

    def shock(self, reference: Scenario, table: World) -> Shock:
        """Return what `compile_shock` returns."""
        from tradetalks.policy.ledger import ledger_hash
        from tradetalks.scenario import compile_shock

        words = json.dumps(reference.to_plain(), sort_keys=True)
        key = ("shock", words, table.content_hash(), ledger_hash())
        return self._kept(key, lambda: compile_shock(reference, table))

    def economy(
        self, table: World, premium: NDArray[np.float64] | None, make: Callable[[], Economy]
    ) -> Economy:
        """Return the baseline of `table` with `premium` apart, which `make` makes."""
        return self._kept(("economy", table.content_hash(), _digest(premium)), make)

    def solution(
        self, economy: Economy, elasticities: Elasticities, shock: ModelShock, closure: Closure
    ) -> Solution:
        """Return what `solve` returns."""
        key = ("solution", _digest((economy, elasticities, shock, closure)))
        return self._kept(key, lambda: solve(economy, elasticities, shock, closure))

    def _kept(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return cast(T, self._held[key])
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        return made


def _digest(tree: Any) -> str:
    leaves, structure = jax.tree.flatten(tree)
    found = hashlib.blake2b(str(structure).encode(), digest_size=16)
    for leaf in map(np.asarray, leaves):
        found.update(f"{leaf.dtype}{leaf.shape}".encode() + np.ascontiguousarray(leaf).data)
    return found.hexdigest()
