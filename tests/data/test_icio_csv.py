"""The official ICIO csv, on small files in its layout, whole and broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tradetalks.codes import sectors as sector_table
from tradetalks.data import World, load_world, read_oecd_icio, read_wiod_2013
from tradetalks.data.published import icio_sector
from tradetalks.errors import BadFile, BadInput, BadTable, UnknownName

COUNTRIES, INDUSTRIES = ("USA", "CHN", "ROW"), ("A01", "C24A", "K")
CATEGORIES = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")

Table = tuple[list[str], dict[str, list[float]]]


def table(regions=COUNTRIES, industries=INDUSTRIES, *, consumers=COUNTRIES, seed=5) -> Table:
    """Columns and rows as the 2023 and 2025 editions have them: OUT adds up both ways."""
    draw = np.random.default_rng(seed)
    cells = [f"{c}_{k}" for c in regions for k in industries]
    z = draw.uniform(1, 10, (len(cells), len(cells))).round(4)
    f = draw.uniform(10, 30, (len(cells), len(consumers) * len(CATEGORIES))).round(4)
    f[:, 4::6] = draw.uniform(-1, 1, (len(cells), len(consumers))).round(4)
    output = np.concatenate([z, f], axis=1).sum(1)
    tls = draw.uniform(-0.2, 1, z.shape[1]).round(4)
    columns = [*cells, *(f"{c}_{x}" for c in consumers for x in CATEGORIES), "OUT"]
    rows = {label: [*z[k], *f[k], output[k]] for k, label in enumerate(cells)}
    none = [0.0] * f.shape[1]
    rows["TLS"] = [*tls, *draw.uniform(0, 2, f.shape[1]).round(4), 0.0]
    rows["VA"] = [*(output - z.sum(0) - tls), *none, 0.0]
    rows["OUT"] = [*output, *(f.sum(0) + rows["TLS"][len(cells) : -1]), 0.0]
    return columns, rows


def save(folder: Path, made: Table, name: str = "2022_SML.csv", corner: str = "V1") -> Path:
    columns, rows = made
    lines = [",".join([corner, *columns])]
    lines += [",".join([label, *map(repr, map(float, values))]) for label, values in rows.items()]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def block(made: Table) -> np.ndarray:
    rows = made[1]
    return np.array([v for k, v in rows.items() if "_" in k])


def test_a_table_becomes_a_world(tmp_path):
    made = table()
    w = read_oecd_icio(save(tmp_path, made))
    assert (w.name, w.year, w.countries) == ("icio-2022", 2022, COUNTRIES)
    assert w.sectors == ("01T02", "24", "SERV") and w.goods.tolist() == [True, True, False]
    cells = block(made)
    wheat_to_china = cells[0, 3:6].sum() + cells[0, 15:21].sum()
    assert w.trade[0, 1, 0] == pytest.approx(wheat_to_china)
    assert w.intermediate[1, 2, 0] == pytest.approx(cells[2::3, 3].sum())
    np.testing.assert_allclose(w.output.ravel(), cells[:, -1])
    rows = made[1]
    earned = np.array(rows["VA"][:9]) + np.array(rows["TLS"][:9])
    np.testing.assert_allclose(w.value_added.ravel(), earned)
    assert (
        "3 countries, 3 industries in 3 sectors; sums differ from the published totals by at"
        in (w.notes[0])
    )
    assert "No tariffs were given: every duty is zero." in w.notes
    assert w.sources == ("OECD Inter-Country Input-Output tables",)


def test_industries_are_merged_into_the_model_sectors(tmp_path):
    fine = ("A01", "A02", "A03", "C24A", "C24B", "C301", "C302T309", "K", "L")
    path = save(tmp_path, table(industries=fine))
    w = read_oecd_icio(path)
    kept = read_oecd_icio(path, sectors=None)
    assert w.sectors == ("01T02", "03", "24", "30", "SERV")
    assert kept.sectors == fine and kept.goods.tolist() == [True] * 7 + [False] * 2
    np.testing.assert_allclose(w.trade[:, :, 0], kept.trade[:, :, :2].sum(2))
    np.testing.assert_allclose(w.intermediate[:, 4, 2], kept.intermediate[:, 7:, 3:5].sum((1, 2)))
    two = dict.fromkeys(fine[:7], "G") | dict.fromkeys(fine[7:], "S")
    merged = read_oecd_icio(path, sectors=two)
    assert merged.sectors == ("G", "S") and merged.goods.tolist() == [True, False]
    assert merged.trade.sum() == pytest.approx(w.trade.sum())


def test_every_industry_code_of_the_editions_has_its_sector():
    goods = (
        "A01_02,A03,B05_06,B07_08,B09,C10T12,C13T15,C16,C17_18,C19,C20,C21,C22,C23,C24,C25,C26,C27,"
        "C28,C29,C30,C31T33"
    )
    services = "D,E,F,G,H49,H50,H51,H52,H53,I,J58T60,J61,J62_63,K,L,M,N,O,P,Q,R,S,T"
    edition_2023 = f"{goods},{services}".split(",")
    codes = [icio_sector(x) for x in edition_2023]
    assert list(dict.fromkeys(codes)) == list(sector_table())
    assert len(edition_2023) == 45 and codes.count("SERV") == 23
    assert icio_sector("01T03") is None  # 2018: coarser than the model
    assert icio_sector("C01T05AGR") is None  # 2016: ISIC Rev. 3


def test_split_regions_are_added_to_their_country(tmp_path):
    made = table(("USA", "CN1", "CN2", "CHN", "MX1", "MEX"), consumers=("USA", "CHN", "MEX"))
    w = read_oecd_icio(save(tmp_path, made))
    assert w.countries == ("USA", "CHN", "MEX")
    assert "CN1, CN2, MX1 added to their country" in w.notes[0]
    cells = block(made)
    np.testing.assert_allclose(w.output[1], cells[3:12, -1].reshape(3, 3).sum(0))
    np.testing.assert_allclose(w.intermediate[1, 0, 0], cells[0::3, 3:12:3].sum())


def test_older_editions_have_other_totals(tmp_path):
    columns, rows = table()
    rows = {k: v for k, v in rows.items() if k not in ("TLS", "VA", "OUT")}
    made = table()[1]
    rows["USA_TAXSUB"] = made["TLS"]
    rows["VALU"], rows["OUTPUT"] = made["VA"], made["OUT"]
    path = save(tmp_path, ([*columns[:-1], "TOTAL"], rows), "ICIO2021_2018.csv", corner="")
    w = read_oecd_icio(path)
    assert w.year == 2018
    np.testing.assert_allclose(w.trade, read_oecd_icio(save(tmp_path, table())).trade)


def test_blank_cells_are_zero_only_below_the_table(tmp_path):
    path = save(tmp_path, table())
    lines = path.read_text().splitlines()
    va = lines[-2].split(",")
    va[10:] = [""] * len(va[10:])
    path.write_text("\n".join([*lines[:-2], ",".join(va), lines[-1]]))
    assert read_oecd_icio(path).trade.shape == (3, 3, 3)


def test_tariffs_by_label_and_as_an_array(tmp_path):
    path = save(tmp_path, table())
    world = load_world(regions="all")
    w = read_oecd_icio(path, tariff=world)
    at = world.index("CHN"), world.index("USA"), world.sector_index("24")
    assert w.tariff[1, 0, 1] == world.tariff[at] > w.mfn_tariff[1, 0, 1]
    assert w.customs_ratio[1, 0] == world.customs_ratio[at[:2]]
    assert "Tariffs and customs ratios: those of world 'world-2022', by label." in w.notes
    free = read_oecd_icio(path)
    duty_on_inputs = free.value_added.sum() - w.value_added.sum()
    assert 0 < duty_on_inputs < w.duties.sum()
    flat = read_oecd_icio(path, tariff=np.full((3, 3, 3), 0.1))
    np.testing.assert_allclose(flat.absorption, 1.1 * free.absorption)
    with pytest.raises(UnknownName, match="unknown country 'ZZZ'"):
        read_oecd_icio(save(tmp_path, table(("USA", "ZZZ"), consumers=("USA", "ZZZ"))),
                       tariff=world)  # fmt: skip


def test_a_folder_needs_a_year(tmp_path):
    save(tmp_path, table())
    save(tmp_path, table(seed=6), "2021_SML.csv")
    assert read_oecd_icio(tmp_path, 2021).year == 2021
    with pytest.raises(BadInput, match=r"is a folder. Give `year`"):
        read_oecd_icio(tmp_path)
    with pytest.raises(BadFile, match=r"0 csv files of 1999 in this folder \(none\)"):
        read_oecd_icio(tmp_path, 1999)
    save(tmp_path, table(), "ICIO2023_2021.csv")
    with pytest.raises(BadFile, match=r"2 csv files of 2021 in this folder \(2021_SML.csv, ICIO"):
        read_oecd_icio(tmp_path, 2021)
    with pytest.raises(BadInput, match=r"the name icio.csv has no year"):
        read_oecd_icio(save(tmp_path, table(), "icio.csv"))


def cell(row: str, column: str, value) -> Callable[..., None]:
    def change(columns, rows):
        rows[row] = list(rows[row])
        rows[row][columns.index(column)] = value

    return change


def drop(*labels: str) -> Callable[..., None]:
    def change(columns, rows):
        for label in labels:
            del rows[label]

    return change


def rename(old: str, new: str) -> Callable[..., None]:
    def change(columns, rows):
        columns[columns.index(old)] = new

    return change


BROKEN = [
    (drop("VA"), "the row of value added .VA. is missing. The last rows should be TLS, VA and OUT"),
    (cell("TLS", "USA_A01", 30.0), r"2022_SML.csv:13: column 2 .USA_A01. with TLS and VA adds up"),
    (drop("VA", "OUT"), "the row of value added .VA. is missing. The last rows should be TLS, VA"),
    (drop("CHN_K"), "the row 'CHN_K' is missing .1 of 9 in all.. The file seems cut off"),
    (cell("CHN_A01", "USA_K", 400.0), r"2022_SML.csv:5: the row CHN_A01 adds up to .* but the tot"),
    (cell("VA", "CHN_K", 400.0), r"2022_SML.csv:13: column 7 \(CHN_K\) with TLS and VA adds up"),
    (rename("CHN_A01", "USA_A01"), r"2022_SML.csv:1: column 5: 'USA_A01' stands twice .first in"),
    (rename("CHN_A01", "China"), r"2022_SML.csv:1: column 5: 'China' is not COUNTRY_INDUSTRY"),
    (rename("CHN_A01", "CHN_A02"), r"2022_SML.csv:5: the row 'CHN_A01' has no column of that name"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=range(len(BROKEN)))
def test_broken_tables_say_where(tmp_path, change, message):
    made = table()
    change(*made)
    with pytest.raises(BadFile, match=message) as error:
        read_oecd_icio(save(tmp_path, made))
    assert error.value.cure


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CHN_C24A,", "CHN_C24A,x", r"SML.csv:6: column 2 .USA_A01., row CHN_C24A: 'x.* is not"),
        ("CHN_C24A,", "CHN_C24A,,", r"SML.csv:6: 29 cells, but the header names 28 columns"),
        ("\nCHN_C24A", "\nUSA_A01", r"SML.csv:6: the row 'USA_A01' stands twice .first in line 2"),
    ],
)  # fmt: skip
def test_broken_text_says_where(tmp_path, old, new, message):
    path = save(tmp_path, table())
    head, body = path.read_text().split("\n", 1)
    path.write_text(head + "\n" + ("\n" + body).replace(old, new, 1).lstrip("\n"))
    with pytest.raises(BadFile, match=message) as error:
        read_oecd_icio(path)
    assert error.value.cure


def test_an_empty_cell_of_a_flow_is_refused(tmp_path):
    path = save(tmp_path, table())
    lines = path.read_text().splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:4], "", *cells[5:]])
    path.write_text("\n".join(lines))
    with pytest.raises(BadFile, match=r":4: column 5 \(CHN_A01\), row USA_K: the cell is empty"):
        read_oecd_icio(path)


def test_other_files_and_options_are_refused(tmp_path):
    path = save(tmp_path, table())
    with pytest.raises(UnknownName, match=r"unknown sectors 'modle'. Did you mean 'model'"):
        read_oecd_icio(path, sectors="modle")
    with pytest.raises(BadInput, match=r"does not say where industry 'K' of 2022_SML.csv belongs"):
        read_oecd_icio(path, sectors={"A01": "G", "C24A": "G"})
    with pytest.raises(UnknownName, match=r"unknown industry 'C24'. Did you mean 'C24A'"):
        read_oecd_icio(path, sectors=dict.fromkeys((*INDUSTRIES, "C24"), "G"))
    with pytest.raises(BadFile, match="industry '01T03' is not inside one of the model's sectors"):
        read_oecd_icio(save(tmp_path, table(industries=("01T03", "K"))))
    with pytest.raises(BadTable, match="a stock that was run down"):
        made = table()
        cell("USA_K", "CHN_HFCE", -200.0)(*made)
        cell("USA_K", "OUT", sum(made[1]["USA_K"][:-1]))(*made)
        del made[1]["OUT"]
        read_oecd_icio(save(tmp_path, made), balance="refuse")
    for text, message in (
        ("a,b,c\n1,2,3\n", "column 2: 'b' is not COUNTRY_INDUSTRY"),
        ("V1,OUT\nVA,3\n", "there is no column COUNTRY_INDUSTRY"),
        ("V1,USA_A01,OUT\nUSA_A01,3,3\nVA,0,0\n", "there is no column of final demand"),
        ("", "there is no column COUNTRY_INDUSTRY"),
    ):
        path.write_text(text)
        with pytest.raises(BadFile, match=message):
            read_oecd_icio(path)
    archive = tmp_path / "2022_SML.zip"
    archive.write_bytes(b"PK\xff\xfe")
    with pytest.raises(BadFile, match=r"cannot be read as a csv .* Unpack the archive"):
        read_oecd_icio(archive)


# ---- WIOD ----------------------------------------------------------------------------------


def test_wiod_2011_is_a_world(raw_data):
    w = read_wiod_2013(raw_data / "wiod2013" / "wiot_2011.npz")
    assert (w.name, w.year, len(w.countries), len(w.sectors)) == ("wiod-2011", 2011, 41, 35)
    assert w.goods.sum() == 16 and "ROU" in w.countries
    notes = " ".join(w.notes)
    assert "Final demand was negative in 43 flows (-11,248 mUSD" in notes
    assert "Inputs bought by 1 sector exceeded output (up to 112%, [LUX, c24])" in notes
    assert "That gives 5.27% of the value of inputs another origin" in notes
    usa = w.index("USA")
    assert w.value_added[usa].sum() == pytest.approx(15.16e6, rel=0.01)  # US GDP 2011: 15.5 tn
    two = {f"c{k}": "GOODS" if k <= 16 else "SERV" for k in range(1, 36)}
    small = read_wiod_2013(raw_data / "wiod2013" / "wiot_2011.npz", sectors=two, balance="ras")
    assert small.sectors == ("GOODS", "SERV") and small.goods.tolist() == [True, False]
    assert small.trade.sum() == pytest.approx(w.trade.sum(), rel=1e-3)


def test_wiod_layout_on_a_small_table(tmp_path):
    draw = np.random.default_rng(2)
    inter, final = draw.uniform(0, 1, (4, 4)), draw.uniform(2, 3, (4, 10))
    output = inter.sum(1) + final.sum(1)
    path = tmp_path / "wiot_2008.npz"
    np.savez(path, inter=inter, final=final, output=output,
             countries=np.array(["USA", "RoW"]), industries=np.array(["c1", "c17"]))  # fmt: skip
    w = read_wiod_2013(path, name="w")
    assert isinstance(w, World) and w.year == 2008 and w.countries == ("USA", "ROW")
    np.testing.assert_allclose(w.output.ravel(), output)
    assert w.trade[0, 1, 1] == pytest.approx(inter[1, 2:].sum() + final[1, 5:].sum())
    with pytest.raises(BadInput, match="does not say where industry 'c17'"):
        read_wiod_2013(path, sectors={"c1": "G"})
