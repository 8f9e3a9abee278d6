from __future__ import annotations

import numpy as np
import pytest

from tradetalks.data.readers import cubes, lines
from tradetalks.errors import BadFile


def write(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


def test_byte_order_mark_and_leading_zeros(tmp_path):
    path = write(tmp_path / "a.csv", "hs6,imports_usd_2024\n010121,5\n", "utf-8-sig")
    assert lines.read_imports(path) == {"010121": 5.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hs6,value\n010121,5\n", r"a.csv:1: column 'imports_usd_2024' is missing"),
        ("hs6,imports_usd_2024\n10121,5\n", r"a.csv:2: '10121' is not a code of 6 digits"),
        ("hs6,imports_usd_2024\n010121,\n", r"a.csv:2: a cell is empty"),
        ("hs6,imports_usd_2024\n010121,many\n", r"a.csv:2: 'many' is not a number"),
        ("hs6,imports_usd_2024\n010121,inf\n", r"a.csv:2: 'inf' is not a number"),
        ("", r"column 'hs6' is missing"),
    ],
)  # fmt: skip
def test_broken_csv_names_file_and_line(tmp_path, text, message):
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(BadFile, match=message):
        lines.read_imports(path)


def test_binary_and_missing_files(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadFile, match="cannot be read as a CSV"):
        lines.read_imports(path)
    with pytest.raises(BadFile, match="cannot be read as a CSV"):
        lines.read_mfn(tmp_path / "none.csv")
    with pytest.raises(BadFile, match="cannot be read as an npz"):
        cubes.read_icio(path)
    with pytest.raises(BadFile, match="cannot be read as a Census table of trade by chapter"):
        lines.read_exports_by_chapter(path, 2017)


def test_schedule_is_sorted_in_fractions_and_leaves_gaps_out(tmp_path):
    text = "hs6,time_of_tariff,tariff\n010121,2019-01-01,25\n010121,2018-01-01,\n"
    path = write(tmp_path / "a.csv", text)
    assert lines.read_schedule(path) == {"2018-01-01": {}, "2019-01-01": {"010121": 0.25}}
    write(path, text + "010121,2019-01-01,25\n")
    with pytest.raises(BadFile, match=r"a.csv:4: 010121 stands twice"):
        lines.read_schedule(path)


def icio(path, **changes):
    arrays = {
        "X": np.ones((2, 2, 3)), "tariff": np.zeros((2, 2, 3)), "countries": np.array(["A", "B"]),
        "sectors": np.array(["x", "y", "z"]), "sigma_U": np.full(3, 5.0), **changes,
    }  # fmt: skip
    np.savez(path, **arrays)
    return path


def test_icio(tmp_path):
    cube = cubes.read_icio(icio(tmp_path / "a.npz"))
    assert cube.countries == ("A", "B") and cube.sigma["U"].tolist() == [5, 5, 5]
    with pytest.raises(
        BadFile, match=r"`X` has shape \(2, 2, 2\), but the labels need \(2, 2, 3\)"
    ):
        cubes.read_icio(icio(tmp_path / "a.npz", X=np.ones((2, 2, 2))))
    with pytest.raises(BadFile, match="`tariff` has a negative or missing cell"):
        cubes.read_icio(icio(tmp_path / "a.npz", tariff=np.full((2, 2, 3), -0.1)))
    np.savez(tmp_path / "b.npz", X=np.ones(1))
    with pytest.raises(BadFile, match="array 'tariff' is missing"):
        cubes.read_icio(tmp_path / "b.npz")


def coefficient_folder(folder, io="A,1,1,.4\nA,2,1,.6\nA,1,2,1\nA,2,2,0\n"):
    write(folder / "IOshare.csv", "iso_o,input_ind,output_ind,valueshare\n" + io)
    write(folder / "vashare.csv", "iso_o,indcode,vashare\nA,1,.5\nA,2,.25\n")
    write(folder / "finalshare.csv", "iso_o,input_ind,finalshare\nA,1,.3\nA,2,.7\n")
    write(folder / "TradeFlow2017.csv", "iso_o,iso_d,indcode,tradevalue\nA,A,1,10\nA,A,2,20\n")
    return folder


def test_coefficients(tmp_path):
    tables = cubes.read_coefficients(coefficient_folder(tmp_path))
    np.testing.assert_allclose(tables.inputs[0], [[0.2, 0.75], [0.3, 0.0]])
    np.testing.assert_allclose(tables.inputs.sum(1) + tables.value_added, 1)
    assert tables.output.tolist() == [[10.0, 20.0]]


@pytest.mark.parametrize(
    ("io", "message"),
    [
        ("A,1,1,.4\nA,2,1,\nA,1,2,1\nA,2,2,0\n", r"IOshare.csv:3: a cell is empty"),
        ("A,1,1,.4\nA,1,1,.4\nA,1,2,1\nA,2,2,0\n", r"IOshare.csv:3: A, 1, 1 stands twice"),
        ("A,1,1,.4\nA,2,1,.6\nA,1,2,1\n", r"IOshare.csv: 3 rows, but its labels need 4"),
        ("A,1,1,.5\nA,2,1,.6\nA,1,2,1\nA,2,2,0\n", r"input shares do not sum to 1"),
    ],
)
def test_broken_coefficients(tmp_path, io, message):
    with pytest.raises(BadFile, match=message):
        cubes.read_coefficients(coefficient_folder(tmp_path, io))


def test_gdp(tmp_path):
    text = "Country Name,Country Code,Year,Value\nX,XXX,2022,2000000\nY,YYY,2022,\n"
    path = write(tmp_path / "a.csv", text)
    assert cubes.read_gdp(path, 2022) == {"XXX": 2.0}
    with pytest.raises(BadFile, match="no GDP of 1990"):
        cubes.read_gdp(path, 1990)


def test_comtrade_with_a_trailing_comma(tmp_path):
    """Each row of the published file ends in a comma that its header lacks."""
    head = "refYear,reporterISO,partnerISO,flowCode,primaryValue,fobvalue\n"
    path = write(
        tmp_path / "a.csv", head + '"2022","USA","CHN","M","575","536",\n2022,CHN,USA,M,179,,\n'
    )
    totals = lines.read_comtrade(path)
    assert totals[2022, "USA", "CHN", "M"] == lines.CustomsTotal(575.0, 536.0)
    assert totals[2022, "CHN", "USA", "M"].fob == 0.0


def test_mfn_and_lists(tmp_path):
    path = write(
        tmp_path / "a.csv", "hs8,mfn_rate,rate_type\n01012100,0,free\n01012200,,specific\n"
    )
    assert lines.read_mfn(path)["01012200"] == lines.MfnRate(0.0, "specific")
    path = write(tmp_path / "b.csv", "hts8,list\n01012100,3\n01012100,4A\n")
    assert lines.read_lists(path) == {"01012100": frozenset({"3", "4A"})}


@pytest.mark.raw_data
def test_raw_shapes(raw_data, monkeypatch):
    from tradetalks.data.registry import find

    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    for year in (2014, 2022):
        assert cubes.read_icio(find("icio", f"ICIO{year}.npz")).trade.shape == (81, 81, 28)
    wiod = cubes.read_wiod(find("wiod2013", "wiot_2011.npz"))
    assert wiod.inter.shape == (41, 35, 41, 35) and "ROU" in wiod.countries
    tables = cubes.read_coefficients(find("jmwz2017").parent)
    assert tables.inputs.shape == (7, 44, 44)
    assert sum(lines.read_imports(find("census_china_2024")).values()) == pytest.approx(
        429.43e9, rel=1e-4
    )
