from __future__ import annotations

import pytest

from tradetalks import codes
from tradetalks.errors import BadInput, UnknownName

DEFAULT = (
    "USA CHN JPN KOR TWN IND IDN MYS PHL SGP THA VNM AUS CAN MEX BRA CHL GBR DEU FRA ITA NLD IRL "
    "REU CHE TUR RUS SAU ZAF ROW"
)


def test_default_regions_in_reading_order():
    assert " ".join(codes.regions("default")) == DEFAULT


def test_region_sets_cover_the_same_81_countries():
    for name in codes.region_set_names():
        assert len(codes.region_set(name)) == 81
    assert len(codes.regions("all")) == 81
    assert codes.regions("blocs") == ("USA", "CHN", "EUU", "ROW")


def test_eu27_set_merges_exactly_the_members():
    members = {c for c, r in codes.region_set("eu27").items() if r == "EUU"}
    assert members == {c.code for c in codes.countries().values() if c.eu27}
    assert len(members) == 27
    rest = {c: r for c, r in codes.region_set("eu27").items() if r != "EUU"}
    assert rest == {c: codes.region_set("default")[c] for c in rest}


def test_every_region_has_a_name():
    for name in codes.region_set_names():
        for region in codes.regions(name):
            assert codes.country(region).name and codes.country(region).name_zh


def test_sectors():
    known = codes.sectors()
    assert len(known) == 23
    assert sum(s.goods for s in known.values()) == 22
    assert list(known)[:3] == ["01T02", "03", "05T06"]
    groups = codes.sector_groups()
    assert groups["all_goods"] == tuple(s for s in known if s != "SERV")
    assert sum(len(groups[g]) for g in ("agriculture", "mining", "manufacturing")) == 22


@pytest.mark.parametrize(
    ("call", "name", "message"),
    [
        (codes.country, "USB", "unknown country 'USB'. Did you mean 'USA'"),
        (codes.country, "china", "Did you mean 'CHN'?"),
        (codes.country, "中国", "Did you mean 'CHN'?"),
        (codes.sector, "Machinery", "Did you mean '28' (Machinery)?"),
        (codes.sector, "Machinry", "Did you mean 'Machinery'?"),
        (codes.sector, "99", "Known: 01T02, 03"),
        (codes.region_set, "defualt", "Did you mean 'default'?"),
        (codes.hs_sector, "851399", "unknown HS6 subheading '851399'."),
    ],
)
def test_unknown_names_suggest(call, name, message):
    with pytest.raises(UnknownName) as error:
        call(name)
    assert message in str(error.value)


@pytest.mark.parametrize("code", ["85", "8507.6", "abcdef", ""])
def test_not_a_customs_code(code):
    with pytest.raises(BadInput, match="not a customs code"):
        codes.hs_sector(code)


@pytest.mark.parametrize(
    ("line", "sector"),
    [
        ("120190", "01T02"),  # soybeans
        ("030363", "10T12"),  # frozen cod is processed fish
        ("270900", "05T06"),  # crude oil
        ("260111", "07T08"),  # iron ore
        ("271019", "19"),
        ("280530", "20"),  # rare-earth metals
        ("300490", "21"),
        ("401110", "22"),
        ("720851", "24"),
        ("850511", "25"),  # permanent magnets: GTAP places them with fabricated metal
        ("8517.13.00", "26"),  # smartphones (HS 2022)
        ("851712", "26"),  # mobile phones (HS 2017)
        ("850760", "27"),
        ("847130", "26"),
        ("848620", "28"),  # chip-making machines
        ("870323", "29"),
        ("870120", "29"),  # road tractors, not farm tractors
        ("880240", "30"),
        ("880330", "30"),  # parts of aircraft (HS 2017)
        ("940360", "31T33"),
        ("950300", "31T33"),
        ("271600", "SERV"),  # electricity
    ],
)
def test_known_lines(line, sector):
    assert codes.hs_sector(line) == sector


def test_concordance_is_complete_and_consistent():
    table = codes.hs6_table()
    assert len(table) > 5700
    known = codes.sectors()
    for row in table.values():
        assert row.sector in known
        assert row.method in {"line", "heading", "chapter", "corrected", "leftover"}
        if row.method != "leftover":
            assert codes.gtap_sectors()[row.gtap] == row.sector
    leftover = sorted(r.code for r in table.values() if r.method == "leftover")
    assert [c[:2] for c in leftover] == ["98"] * 6 + ["99"]
    # Goods sectors without a customs line: only the service to mines.
    assert set(known) - {r.sector for r in table.values()} == {"09"}


@pytest.mark.raw_data
def test_every_raw_line_maps(raw_data):
    import csv
    import runpy
    from pathlib import Path

    script = Path(__file__).parents[2] / "scripts/derive_hs6_to_sector.py"
    lists = runpy.run_path(str(script))["LISTS"]
    names = [*lists, "us_tariff_lines/hs6_to_gtap_sector.csv"]
    for name in names:
        with (raw_data / name).open(encoding="utf-8-sig", newline="") as f:
            lines = {row["hs6"] for row in csv.DictReader(f)}
        assert not lines - set(codes.hs6_table())


@pytest.mark.raw_data
def test_table_is_what_the_script_derives(raw_data, tmp_path, monkeypatch):
    import runpy
    import shutil
    from pathlib import Path

    root = Path(__file__).parents[2]
    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    copy = tmp_path / "scripts/derive_hs6_to_sector.py"
    copy.parent.mkdir()
    shutil.copy(root / "scripts/derive_hs6_to_sector.py", copy)
    tables = "src/tradetalks/codes/tables"
    (tmp_path / tables).mkdir(parents=True)
    shutil.copy(root / tables / "gtap_to_sector.csv", tmp_path / tables)
    runpy.run_path(str(copy), run_name="__main__")
    made = (tmp_path / tables / "hs6_to_sector.csv").read_bytes()
    assert made == (root / tables / "hs6_to_sector.csv").read_bytes()
