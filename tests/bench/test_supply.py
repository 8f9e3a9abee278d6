"""How long critical goods take: a year by day, and a country's exposure."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

COLD = "from tradetalks.supply import exposure; exposure('USA')"


def test_a_year_by_day_for_all_goods_and_users(benchmark, measured, one_core) -> None:
    """Queues, deliveries, stocks and production: 14 goods, 30 countries, every using sector."""
    from tradetalks.data import load_world
    from tradetalks.supply import arrivals, dependence, regime, run_stocks
    from tradetalks.supply.goods import stock_figures
    from tradetalks.supply.queue import YEAR
    from tradetalks.supply.users import users

    world = load_world(goods="all")
    codes = tuple(g.code for g in world.carved)
    stock = stock_figures(codes)
    share = np.array([[dependence(world, n, g).of("CHN") for g in codes] for n in world.countries])
    most = max(len(users(world, n, g).sectors) for n in world.countries for g in codes)
    weight = np.zeros((*share.shape, most))
    for a, n in enumerate(world.countries):
        for b, g in enumerate(codes):
            found = users(world, n, g).share
            weight[a, b, : found.size] = found if found.size else 0.0
            weight[a, b, 0] += not found.size
    cover = np.broadcast_to(
        np.array([stock[g].central for g in codes])[None, :, None], weight.shape
    )
    about = regime("licences-2025")

    def year():
        began = time.process_time()
        supply = arrivals(about.terms(), YEAR, about.start, share)
        path = run_stocks(supply, cover, weight=weight)
        seconds.append(time.process_time() - began)
        return path

    seconds: list[float] = []
    path = benchmark(year)
    assert path.made.shape == (*weight.shape, YEAR)
    measured(f"a year by day, {weight.size:,} users of 14 goods", min(seconds), 0.5, "s")


def test_exposure_of_a_country(benchmark, measured) -> None:
    """A fresh process: imports, the world, compilation, 78 equilibria at two horizons."""

    def cold() -> None:
        subprocess.run([sys.executable, "-c", COLD], check=True)

    benchmark.pedantic(cold, rounds=2)
    measured("exposure USA, 30x37, cold", benchmark.stats.stats.min, None, "s")
