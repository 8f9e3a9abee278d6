"""How fast and how sturdy the page is: start, sliders in a browser, readers, rude requests, kills.

    taskset -c 0,1 .venv/bin/python scripts/bench_web.py [--quick] [--only sliders]

Prints one line per figure; docs/web.md holds them beside their targets. Needs Chromium for the
sliders. Server and browser share the cores that this script is pinned to.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import httpx

from store.test_store import Writers, kill_at_random
from web.serving import server
from web.test_serving import fifty, malformed

# Where each is moved to; not where the law has it, which is no question.
SLIDERS = {
    "Section 301": range(105, 300, 5),
    "New duty of the United States": range(1, 44),
    "Rare earths and magnets from China": range(5, 100, 5),
}
MEASURES = "performance.getEntriesByType('measure').map((m) => [m.name, m.duration])"


def first_page(home: Path) -> float:
    """Return the seconds from the start of the process to the whole first page."""
    began = time.perf_counter()
    with server(home) as served:
        httpx.get(served.address, timeout=60).raise_for_status()
        return time.perf_counter() - began


def sliders(address: str, moves: int) -> dict[str, list[float]]:
    """Move sliders in a browser; return milliseconds from the move to the number shown."""
    from playwright.sync_api import sync_playwright

    chromium = next(p for n in ("chromium", "chromium-browser") if (p := shutil.which(n)))
    out: dict[str, list[float]] = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for label, places in SLIDERS.items():
            page.goto(address)
            slider = page.get_by_label(label, exact=True)
            times: list[float] = []
            for move, value in enumerate(list(places)[: moves + 3]):
                page.evaluate("performance.clearMeasures()")
                slider.fill(str(value))
                found: dict[str, float] = {}
                while "answer-whole" not in found:
                    page.wait_for_timeout(20)
                    found = dict(page.evaluate(MEASURES))
                if move >= 3:  # the first ones read the charts' library
                    times.append(found.get("answer-first", found["answer-whole"]))
                    out.setdefault(f"{label}, range", []).append(found["answer-whole"])
            out[label] = times
        browser.close()
    return out


def compiled(address: str) -> None:
    """Wait until the questions of the sliders are compiled, and what else the page compiles."""
    for question in ("us=10", "s301=105", "magnets=50"):
        for stage in ("first", "whole"):
            while httpx.get(f"{address}answer?{question}&stage={stage}", timeout=300).is_error:
                time.sleep(2)
    time.sleep(20)


def show(name: str, times: list[float]) -> None:
    """Print median and 95th percentile."""
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(f"{name}: p50 {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms (n={len(ordered)})")


def served_figures(home: Path, wanted: list[str], quick: bool) -> None:
    """Measure sliders, readers and rude requests on one server."""
    with server(home) as served:
        if "sliders" in wanted:
            compiled(served.address)
            for name, times in sliders(served.address, 10 if quick else 40).items():
                show(f"slider '{name}'", times)
        if "readers" in wanted:
            began = time.perf_counter()
            print(f"50 readers, 4 pages each: {dict(fifty(served))} "
                  f"in {time.perf_counter() - began:.1f} s")  # fmt: skip
        if "rude" in wanted:
            count = 200 if quick else 1000
            print(f"{count} malformed requests: {dict(sorted(malformed(served, count).items()))}")
        print(f"stops in {served.stop():.1f} s")


PARTS = ("start", "sliders", "readers", "rude", "kills")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer of everything")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; repeat it")
    asked = parser.parse_args()
    quick, wanted = asked.quick, asked.only or list(PARTS)
    place = Path(tempfile.mkdtemp(prefix="tradetalks-bench-"))
    print(f"load of the last minute: {os.getloadavg()[0]:.1f}")
    if "start" in wanted:
        print(f"first page after start, nothing cached: {first_page(place / 'cold'):.2f} s")
        time.sleep(5)  # the first server's helper ends
        print(f"first page after start, cached: {first_page(place / 'cold'):.2f} s")
    if {"sliders", "readers", "rude"} & set(wanted):
        served_figures(place / "warm", wanted, quick)
    if "kills" in wanted:
        kills, began = 20 if quick else 100, time.perf_counter()
        writers = Writers()
        runs = kill_at_random(writers, place / "runs", kills)
        writers.close()
        print(f"{kills} kills: {runs} runs, all whole, {time.perf_counter() - began:.0f} s")
    shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
