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
@pytest.mark.parametrize(
    ("search", "what", "target"),
    [
        ("nash_tariffs", "Ossa's Nash tariffs, 7x33", 30.0),
        ("cooperative_tariffs", "Ossa's cooperative tariffs, 7x33", 180.0),
    ],
)
def test_seven_regions(benchmark, measured, raw_data, search, what, target) -> None:
    """Ossa (2014): 7 regions, 33 industries, 1,386 tariffs, from his factual ones."""
    from tradetalks import talks
    from tradetalks.data.readers.replication import read_ossa
    from tradetalks.validation.economies import BALANCED
    from tradetalks.validation.ossa_2014_given_tariffs import baseline

    data = read_ossa()
    base, elasticities = baseline(data)

    def find():
        return getattr(talks, search)(
            base, elasticities, BALANCED, range(7), against="all", tariff=data.tariff
        ).require()

    began = time.perf_counter()
    find()
    first = time.perf_counter() - began
    benchmark.pedantic(find, rounds=2)
    measured(f"{what}, with compilation", first, target, "s")
    measured(f"{what}, compiled", benchmark.stats.stats.min, target, "s")


PACKAGES = """
import resource, sys
from tradetalks.talks.packages import Agenda, negotiate

def tariff(importer, exporter, sectors, points):
    return {"kind": "tariff", "importer": importer, "exporter": exporter, "sectors": sectors,
            "add": f"{points}%"}

def issue(name, by, signed):
    return {"id": name, "by": by, "levels": [{"id": "law", "default": True},
                                             {"id": "signed", **signed}]}

pairs = [("USA", "CHN"), ("CHN", "USA")]
sectors = [["26", "27"], ["13T15", "31T33"], ["29", "28"]]
issues = [issue(f"cut-{n}-{i}", i, {"changes": [tariff(i, e, s, -2)]})
          for n, s in enumerate(sectors) for i, e in pairs]
weight = {"side": "USA", "value": 0.5, "source": "made up"}
issues += [issue(f"weight-{n}", "USA", {"weights": [{**weight, "value": 0.6 - n / 4}]})
           for n in range(6)]
agenda = Agenda.model_validate({"name": "bench", "question": "How fast?", "issues": issues,
                                "base": {"law": "file"}, "sources": ["made up"]})
found = negotiate(agenda, ranges=False)
assert (agenda.count, len(found.worlds.levels)) == (4096, 64) and not found.central.failed
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def test_four_thousand_packages_of_64_worlds(benchmark, measured) -> None:
    """A fresh process on the shipped world, 30x23: imports, compilation, solves, enumeration."""
    memory: list[float] = []

    def cold() -> None:
        done = subprocess.run(
            [sys.executable, "-c", PACKAGES], check=True, capture_output=True, text=True
        )
        memory.append(float(done.stdout))

    benchmark.pedantic(cold, rounds=2)
    measured("4,096 packages, 64 worlds, 30x23, cold", benchmark.stats.stats.min, 10.0, "s")
    measured("the same, peak memory", max(memory), None, "GB")
