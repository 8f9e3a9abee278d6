from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tradetalks.codes import region_set_names, regions, sectors
from tradetalks.data import (
    check_world,
    describe_world,
    load_world,
    shipped,
    world_names,
    world_report,
)
from tradetalks.data.checks import TOLERANCE
from tradetalks.data.toy import toy_world
from tradetalks.errors import BadFile, CannotWrite, UnknownName

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def world():
    return load_world("world-2022", regions="all")


def test_us_china_goods_trade_is_that_of_the_icio_table(world):
    usa, chn = world.index("USA"), world.index("CHN")
    assert world.trade[chn, usa, world.goods].sum() == pytest.approx(453_407.2, rel=1e-3)
    assert world.trade[usa, chn, world.goods].sum() == pytest.approx(127_829.1, rel=1e-3)


def test_customs_totals_of_2022(world):
    """US customs value of imports from China and exports to it, as the United States reports."""
    usa, chn = world.index("USA"), world.index("CHN")
    customs = world.trade[:, :, world.goods].sum(2) * world.customs_ratio
    assert customs[chn, usa] == pytest.approx(536_732, rel=1e-3)
    assert customs[usa, chn] == pytest.approx(153_837, rel=1e-3)
    others = np.ones_like(customs, bool)
    others[[chn, usa], [usa, chn]] = False
    assert (world.customs_ratio[others] == 1).all()


def test_income_matches_national_accounts(world):
    report = world_report()["balance"]["countries"]
    earned = world.value_added.sum(1) + world.duties
    pinned = [c for c, r in report.items() if r["value_added_from"] == "WDI GDP less duties"]
    assert len(pinned) >= 74
    for code in pinned:
        gdp = report[code]["gdp_wdi_musd"]
        assert earned[world.index(code)] == pytest.approx(gdp, rel=0.01), code
    assert world.value_added[world.index("USA")].sum() / 1e6 == pytest.approx(25.7, abs=0.1)
    assert world.value_added[world.index("CHN")].sum() / 1e6 == pytest.approx(17.8, abs=0.1)


def test_shape_labels_and_plausibility(world):
    assert world.trade.shape == (81, 81, 23)
    assert world.sectors == tuple(sectors())
    assert world.goods.sum() == 22
    assert not world.tariff[:, :, ~world.goods].any()
    assert not np.einsum("nnj->nj", world.tariff).any()
    share = world.value_added.sum(1) / world.output.sum(1)
    assert share.min() >= 0.2499 and share.max() <= 0.6501
    assert world.value_added.min() >= 0
    assert ((world.value_added > 0) == (world.output > 0)).all()


@pytest.mark.parametrize(
    ("importer", "exporter", "mean"), [("USA", "CHN", 0.148), ("CHN", "USA", 0.248)]
)
def test_us_china_rates_are_the_law_times_the_customs_ratio(world, importer, exporter, mean):
    i, n = world.index(exporter), world.index(importer)
    law = world.tariff[i, n] / np.where(world.goods, world.customs_ratio[i, n], 1)
    rows = world_report()["us_china_rates"][f"{importer} on {exporter}"]
    np.testing.assert_allclose(law, [rows[s]["total"] for s in world.sectors], atol=2e-6)
    flows = world.trade[i, n] * world.goods
    assert (law @ flows) / flows.sum() == pytest.approx(mean, abs=5e-4)
    for row in rows.values():
        if "added" in row:
            assert row["added"]["revenue"] <= row["added"]["price"] + 2e-4


def test_us_rates_agree_with_an_independent_schedule_and_with_collected_duty():
    """Section 301 from lists by HTS8 against HS6 rates found another way; law against customs."""
    report = world_report()
    rows = report["us_china_rates"]["USA on CHN"]
    for code, check in report["us_schedule_check"].items():
        if check["covered"] > 0.5 and code != "24":  # our rate of basic metals has Section 232
            assert abs(rows[code]["added"]["weighted"] - check["rate"]) < 0.042, code
    for code in ("13T15", "22", "25", "26", "27", "29"):
        law = rows[code]["mfn_of_lines"] + rows[code]["added"]["revenue"]
        assert abs(law - report["us_collected_2024"][code]) < 0.025, code


def test_checks_pass_and_are_tight():
    rows = check_world()
    assert len(rows) == 23  # 12 of the table, 11 of the same with critical goods
    assert all(r.passed for r in rows)
    assert TOLERANCE == 1e-9


@pytest.mark.parametrize("name", region_set_names())
def test_every_region_set_loads_balanced(world, name):
    w = load_world(regions=name)
    if name != "all":
        assert w.countries == regions(name)
    w.check()
    assert w.trade.sum() == pytest.approx(world.trade.sum(), rel=1e-12)
    assert w.duties.sum() == pytest.approx(world.duties.sum(), rel=1e-9)
    usa, chn = w.index("USA"), w.index("CHN")
    full = world.index("CHN"), world.index("USA")
    np.testing.assert_allclose(w.tariff[chn, usa], world.tariff[full], rtol=1e-12)


def test_toy():
    assert world_names() == ("toy", "world-2022")
    w = load_world("toy")
    assert w.countries == ("HOM", "FOR")
    assert w.content_hash() == shipped.storable(toy_world()).content_hash()
    np.testing.assert_allclose(w.final, toy_world().final, rtol=1e-12)


def test_unknown_world():
    with pytest.raises(UnknownName, match="Did you mean 'world-2022'"):
        load_world("world-2023")


def test_same_world_same_bytes_and_path_loads(tmp_path):
    one = shipped.write_world(toy_world(), tmp_path / "a", real=False, report={})
    two = shipped.write_world(toy_world(), tmp_path / "b", real=False, report={})
    for a, b in zip(one, two, strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert load_world(str(one[0])).content_hash() == load_world("toy").content_hash()
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["toy.json", "toy.npz"]


def test_storing_keeps_small_final_demand_non_negative():
    """A good without final demand: rounding its inputs to float32 must not make it negative."""
    toy = toy_world()
    inter = np.array(toy.intermediate)
    inter[0, 0] = [0.1, 1019.9]
    w = type(toy).from_arrays(
        countries=toy.countries, sectors=toy.sectors, goods=toy.goods, trade=toy.trade,
        tariff=toy.tariff, intermediate=inter,
    )  # fmt: skip
    stored = shipped.storable(w)
    assert stored.final.min() >= 0
    np.testing.assert_allclose(stored.intermediate, inter, rtol=1e-6)


def test_damaged_files(tmp_path):
    for p in (ROOT / "src/tradetalks/data/shipped").glob("toy.*"):
        shutil.copy(p, tmp_path)
    npz, about = tmp_path / "toy.npz", tmp_path / "toy.json"
    changed = json.loads(about.read_text())
    changed["sha256"] = "0" * 64
    about.write_text(json.dumps(changed))
    rows = {r.name: r.passed for r in check_world(str(npz))}
    assert rows == {**dict.fromkeys(rows, True), "file hash": False}
    npz.write_bytes(b"not a zip")
    with pytest.raises(BadFile, match="this is not a world file"):
        load_world(str(npz))
    with zipfile.ZipFile(npz, "w"):
        pass
    with pytest.raises(BadFile, match="this is not a world file"):
        load_world(str(npz))
    about.write_text("{")
    with pytest.raises(BadFile, match="description of this world cannot be read"):
        load_world(str(npz))


def test_a_folder_in_the_way(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="cannot write here"):
        shipped.write_world(toy_world(), tmp_path / "file", real=False, report={})


def test_report_in_docs_is_current():
    assert (ROOT / "docs/world-2022.md").read_text("utf-8") == describe_world()
    assert "Invented numbers" in describe_world("toy")


def test_imports_are_light():
    code = (
        "import sys, tradetalks.codes, tradetalks.data;"
        "tradetalks.data.load_world('toy');"
        "heavy = {'pandas','xarray','jax','scipy','ruamel'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.raw_data
def test_rebuilding_gives_the_shipped_world(raw_data, tmp_path, monkeypatch, world):
    from tradetalks.data import build

    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    path, _ = build("world-2022", tmp_path)
    again = load_world(str(path), regions="all")
    for name in ("trade", "intermediate", "tariff", "final", "value_added"):
        ours, theirs = getattr(world, name), getattr(again, name)
        scale = np.abs(ours).sum() / (ours > 0).sum()
        assert np.abs(ours - theirs).max() <= 1e-6 * max(scale, np.abs(ours).max())
    assert again.countries == world.countries
    second, _ = build("world-2022", tmp_path / "again")
    assert second.read_bytes() == path.read_bytes()


@pytest.mark.raw_data
def test_gross_output_and_trade_equal_the_cube(raw_data, monkeypatch, world):
    from tradetalks.data.readers.cubes import read_icio
    from tradetalks.data.registry import find

    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    cube = read_icio(find("icio", "ICIO2022.npz"))
    output = world.output.sum(1)
    np.testing.assert_allclose(output, cube.trade.sum((1, 2)), rtol=1e-6)
    electronics = cube.trade[:, :, cube.sectors.index("C26")]
    np.testing.assert_allclose(world.trade[:, :, world.sector_index("26")], electronics, rtol=1e-6)


@pytest.mark.raw_data
def test_the_world_before_the_war_balances_and_has_no_war_duty(raw_data, tmp_path, monkeypatch):
    from tradetalks.data import build, describe_world

    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    path, _ = build("world-2017", tmp_path)
    before = load_world(str(path), regions="all")
    assert before.year == 2017
    assert all(check.passed for check in before.checks())
    np.testing.assert_array_equal(before.tariff, before.mfn_tariff)
    # World Bank GDP of 2017: USA 19.6 and China 12.3 trillion dollars, less duties
    incomes = [before.value_added[before.index(c)].sum() / 1e6 for c in ("USA", "CHN")]
    np.testing.assert_allclose(incomes, [19.58, 12.24], atol=0.01)
    # Census: imports for consumption from China, 503.7 billion dollars at customs value
    chn, usa = before.index("CHN"), before.index("USA")
    flow = before.trade[chn, usa][before.goods].sum() * before.customs_ratio[chn, usa]
    assert flow / 1e3 == pytest.approx(503.65, abs=0.01)
    assert "mid-2022 by sector" not in describe_world(str(path))
    with pytest.raises(UnknownName, match="world-2017"):
        build("world-2018", tmp_path)
