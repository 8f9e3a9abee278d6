"""How fast the tariff game is played."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

COLD = "from tradetalks.talks import play; play('nash', ('USA', 'CHN'))"


def test_war_of_two_on_the_shipped_world(benchmark, measured) -> None:
    """A fresh process: imports, the world, compilation, the search."""

    def cold() -> None:
        subprocess.run([sys.executable, "-c", COLD], check=True)

    benchmark.pedantic(cold, rounds=2)
    measured("talks nash USA CHN, 30x23, cold", benchmark.stats.stats.min, 10.0, "s")


@pytest.mark.raw_data
def test_war_of_seven(benchmark, measured, raw_data) -> None:
    """Ossa (2014): 7 regions, 33 industries, 1,386 tariffs; compilation included."""
    from tradetalks.data.readers.replication import read_ossa
    from tradetalks.talks import nash_tariffs
    from tradetalks.validation.economies import BALANCED
    from tradetalks.validation.ossa_2014_given_tariffs import baseline

    data = read_ossa()
    base, elasticities = baseline(data)

    def war():
        return nash_tariffs(
            base, elasticities, BALANCED, range(7), against="all", tariff=data.tariff
        ).require()

    began = time.perf_counter()
    war()
    first = time.perf_counter() - began
    benchmark.pedantic(war, rounds=2)
    measured("Ossa's Nash tariffs, 7x33, with compilation", first, 30.0, "s")
    measured("Ossa's Nash tariffs, 7x33, compiled", benchmark.stats.stats.min, 30.0, "s")


@pytest.mark.raw_data
def test_talks_of_seven(benchmark, measured, raw_data) -> None:
    """Ossa (2014): equal gains from his factual tariffs, compilation included."""
    from tradetalks.data.readers.replication import read_ossa
    from tradetalks.talks import cooperative_tariffs
    from tradetalks.validation.economies import BALANCED
    from tradetalks.validation.ossa_2014_given_tariffs import baseline

    data = read_ossa()
    base, elasticities = baseline(data)

    def talks():
        return cooperative_tariffs(
            base, elasticities, BALANCED, range(7), against="all", tariff=data.tariff
        ).require()

    began = time.perf_counter()
    talks()
    first = time.perf_counter() - began
    benchmark.pedantic(talks, rounds=2)
    measured("Ossa's cooperative tariffs, 7x33, with compilation", first, 180.0, "s")
    measured("Ossa's cooperative tariffs, 7x33, compiled", benchmark.stats.stats.min, 180.0, "s")
