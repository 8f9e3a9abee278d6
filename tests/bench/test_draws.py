"""How fast many draws are: whole calls in fresh worker processes."""

from __future__ import annotations

import time

import pytest

from tradetalks.ensemble import ensemble

DRAWS = 10_000


@pytest.mark.parametrize("workers", [1, 2])
def test_ten_thousand_draws(benchmark, measured, tmp_path, workers: int) -> None:
    """A shipped scenario, 30x23, in so many single-threaded workers; start and summary included."""
    if workers == 1:
        draws, target = DRAWS // 4, 20.0
    else:
        draws, target = DRAWS, 40.0
    seconds: list[float] = []

    def once() -> None:
        began = time.perf_counter()
        found = ensemble(
            "truce-lapses-by-law",
            draws=draws,
            workers=workers,
            folder=tmp_path / str(len(seconds)),
        )
        found.quantiles("real_income|USA")
        found.drivers("real_income|USA")
        seconds.append(time.perf_counter() - began)
        assert found.failed == 0

    benchmark.pedantic(once, rounds=1)
    measured(f"ensemble, {draws:,} draws, workers: {workers}", min(seconds), target, "s")
