"""A user's own numbers as CSV files: what is read, and what is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradetalks.data import World
from tradetalks.data.toy import toy_world
from tradetalks.errors import BadFile, BadInput, BadNumber, BadTable, UnknownName

TOY = toy_world()
V = "value_usd_mn"
FLOWS = ("trade", "tariff", "intermediate", "final", "value_added")


def table(header: str, array: np.ndarray, *labels: tuple[str, ...]) -> str:
    rows = [header]
    for at in np.ndindex(array.shape):
        if array[at]:
            rows.append(
                ",".join([*(x[p] for x, p in zip(labels, at, strict=True)), repr(float(array[at]))])
            )
    return "\n".join(rows) + "\n"


def texts() -> dict[str, str]:
    c, s = TOY.countries, TOY.sectors
    return {
        "trade": table("exporter,importer,sector,value_usd_mn", TOY.trade, c, c, s),
        "tariff": table("exporter,importer,sector,rate", TOY.tariff, c, c, s),
        "intermediate": table(f"country,input_sector,using_sector,{V}", TOY.intermediate, c, s, s),
        "final": table("country,sector,value_usd_mn", TOY.final, c, s),
        "value_added": table("country,sector,value_usd_mn", TOY.value_added, c, s),
        "deficit": "country,value_usd_mn\nHOM,30\nFOR,-30\n",
        "sectors": "sector,label,goods,theta,sigma_domestic\n"
        "GOODS,Goods,yes,4,2\nSERV,Services,0,3,1\n",
    }  # fmt: skip


def write(folder: Path, **changes: str | None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (texts() | changes).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_reads_as_what_was_written(tmp_path):
    w = World.from_csv(write(tmp_path / "mine"), year=2022, sources=["me"])
    assert (w.name, w.year, w.sources) == ("mine", 2022, ("me",))
    for name in FLOWS:
        np.testing.assert_allclose(getattr(w, name), getattr(TOY, name), rtol=1e-12)
    assert w.countries == TOY.countries and w.sectors == TOY.sectors
    assert w.goods.tolist() == [True, False]
    assert w.sigma.tolist() == [5, 4] and w.sigma_domestic.tolist() == [2, 1]
    assert w.notes[0] == (
        "Read from CSV (rows: trade 8, intermediate 8, final 4, value_added 4, tariff 2, "
        "deficit 2, sectors 2); a cell without a row is zero."
    )


def test_a_mapping_leaves_other_files_alone(tmp_path):
    folder = write(tmp_path)
    (folder / "notes-of-mine.csv").write_text("anything")
    files = {k: folder / f"{k}.csv" for k in ("trade", "intermediate", "tariff")}
    w = World.from_csv(files, name="by-name", theta=4)
    np.testing.assert_allclose(w.final, TOY.final)
    assert w.name == "by-name" and w.sigma.tolist() == [5, 5]
    with pytest.raises(UnknownName, match=r"unknown table 'tarif'. Did you mean 'tariff'"):
        World.from_csv({"tarif": folder / "tariff.csv"})


def test_order_of_sectors_and_spreadsheet_habits(tmp_path):
    sectors = "sector\nSERV\nGOODS\n"
    trade = "\ufeff" + texts()["trade"].replace("\n", "\r\n").replace("HOM,FOR", " HOM , FOR ")
    w = World.from_csv(write(tmp_path, sectors=sectors, trade=trade))
    assert w.sectors == ("SERV", "GOODS") and w.countries == ("HOM", "FOR")
    np.testing.assert_allclose(w.trade, TOY.trade[:, :, ::-1])


def test_percent_mfn_rates_and_markups(tmp_path):
    tariff = "exporter,importer,sector,rate,mfn_rate\nFOR,HOM,GOODS,10%,4%\nHOM,FOR,GOODS,0.1,0\n"
    markup = "country,sector,markup\nHOM,GOODS,1.2\n"
    w = World.from_csv(write(tmp_path, tariff=tariff, markup=markup))
    np.testing.assert_allclose(w.tariff, TOY.tariff)
    assert (
        w.mfn_tariff[1, 0, 0] == pytest.approx(0.04) and w.mfn_tariff.sum() == w.mfn_tariff[1, 0, 0]
    )
    assert w.markup.tolist() == [[1.2, 1], [1, 1]]


def test_tables_by_exporter(tmp_path):
    z = np.random.default_rng(1).uniform(1, 2, (2, 2, 2, 2))
    f = np.full((2, 2, 2), 9.0)
    c, s = TOY.countries, TOY.sectors
    inter = table("exporter,importer,input_sector,using_sector,value_usd_mn", z, c, c, s, s)
    final = table("exporter,importer,sector,value_usd_mn", f, c, c, s)
    gone = dict.fromkeys(("trade", "tariff", "value_added", "deficit"))
    w = World.from_csv(write(tmp_path, intermediate=inter, final=final, **gone))
    np.testing.assert_allclose(w.trade, z.sum(3) + f)
    national = texts()["final"]
    with pytest.raises(BadFile, match="the table 'trade' is missing"):
        World.from_csv(write(tmp_path / "b", intermediate=inter, final=national, **gone))


def test_no_inputs_is_a_header_alone(tmp_path):
    empty = "country,input_sector,using_sector,value_usd_mn\n"
    w = World.from_csv(write(tmp_path, intermediate=empty, final=None, value_added=None))
    assert w.intermediate.sum() == 0
    np.testing.assert_allclose(w.value_added, TOY.output)


def add(name: str, row: str) -> dict[str, str]:
    return {name: texts()[name] + row + "\n"}


BROKEN = [
    (add("trade", "HOM,FOR,GOODS,5"), BadFile,
     r"trade.csv:10: HOM, FOR, GOODS stands twice \(first in line 4\). One row per cell"),
    (add("trade", "HOM,,GOODS,5"), BadFile, r"trade.csv:10: column 'importer' is empty"),
    ({"trade": texts()["trade"].replace("150.0", "many")}, BadFile,
     r"trade.csv:4: 'many' is not a number"),
    ({"trade": texts()["trade"].replace("150.0", "")}, BadFile, r"trade.csv:4: a cell is empty"),
    ({"trade": texts()["trade"].replace("150.0", "inf")}, BadFile, "'inf' is not a number"),
    ({"trade": texts()["trade"].replace("1500.0", "1,500")}, BadFile,
     r"trade.csv:3: more cells than the header has columns. Numbers have no thousands"),
    ({"trade": texts()["trade"].replace(",", ";")}, BadFile,
     r"trade.csv:1: column 'exporter' is missing. Needed: exporter, importer, sector, value_usd"),
    ({"trade": texts()["trade"].replace("value_usd_mn", "value")}, BadFile,
     r"trade.csv:1: column 'value_usd_mn' is missing"),
    ({"trade": texts()["trade"].replace("importer", "exporter")}, BadFile,
     r"trade.csv:1: column 'exporter' stands twice"),
    (add("trade", "hom,FOR,GOODS,5"), BadFile, r"trade.csv: the country is spelt 'HOM' and 'hom'"),
    (add("trade", "HOM,FOR,GOOD,5"), UnknownName,
     r"trade.csv:10: unknown sector 'GOOD'. Did you mean 'GOODS'"),
    (add("tariff", "FOR,HOMM,GOODS,5%"), UnknownName,
     r"tariff.csv:4: unknown country 'HOMM'. Did you mean 'HOM'"),
    (add("tariff", "FOR,HOM,SERV,25"), BadNumber,
     r"tariff.csv:4: a rate of 25 can be read as 25% or as 2500%. Write 25%"),
    (add("tariff", "FOR,HOM,SERV,x%"), BadFile, r"tariff.csv:4: 'x' is not a number"),
    (add("intermediate", "HOM,GOODS,SERVICES,1"), UnknownName,
     r"intermediate.csv:10: unknown sector 'SERVICES'"),
    ({"intermediate": None}, BadFile, "the table 'intermediate' is missing. For an economy w"),
    ({"trade": None}, BadFile, "the table 'trade' is missing. Give trade.csv, or"),
    ({"tarif": "a,b\n"}, UnknownName, "tarif.csv: unknown table 'tarif'. Did you mean 'tariff'"),
    ({"sectors": "sector,elasticity\nGOODS,4\nSERV,4\n"}, BadFile,
     r"sectors.csv:1: unknown column 'elasticity'. Name it 'theta'"),
    ({"sectors": "sector,theta,sigma\nGOODS,4,5\nSERV,4,5\n"}, BadFile,
     r"sectors.csv:1: both 'theta' and 'sigma' are columns"),
    ({"sectors": "sector,colour\nGOODS,red\nSERV,blue\n"}, BadFile, "unknown column 'colour'."),
    ({"sectors": "sector,goods\nGOODS,yes\nSERV,maybe\n"}, BadFile,
     r"sectors.csv:3: 'maybe' does not say whether SERV is a good"),
    ({"sectors": "sector,theta\nGOODS,-4\nSERV,4\n"}, BadNumber, "`theta` of sector GOODS is -4"),
    ({"sectors": "sector\nGOODS\n"}, UnknownName,
     r"trade.csv:3: unknown sector 'SERV'. Known: GOODS"),
    ({"deficit": "country,value_usd_mn\nHOM,31\nFOR,-30\n"}, BadTable,
     r"deficit \[HOM\] is given as 31, but trade says 30"),
    ({"deficit": "country,value_usd_mn\nHOM,30\nFOR,-30\nXXX,1\n"}, UnknownName,
     r"deficit.csv:4: unknown country 'XXX'"),
    ({"final": texts()["final"].replace("600.0", "650")}, BadTable,
     r"World '.*': absorption = intermediate \+ final use fails for \[HOM, GOODS\]"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "kind", "message"), BROKEN, ids=range(len(BROKEN)))
def test_broken_files_say_where_and_what_to_do(tmp_path, changes, kind, message):
    folder = write(tmp_path / "mine", **changes)
    with pytest.raises(kind, match=message) as error:
        World.from_csv(folder)
    assert error.value.cure


def test_elasticities_given_twice(tmp_path):
    with pytest.raises(BadInput, match="`sigma` is given here, and `theta` in the table `sectors`"):
        World.from_csv(write(tmp_path), sigma=5)


def test_no_folder_and_no_text(tmp_path):
    with pytest.raises(BadFile, match=r"this is not a folder. Give a folder with trade.csv"):
        World.from_csv(tmp_path / "none")
    folder = write(tmp_path / "mine")
    (folder / "trade.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="cannot be read as a CSV"):
        World.from_csv(folder)
    (folder / "trade.csv").write_text("")
    with pytest.raises(BadFile, match="column 'exporter' is missing"):
        World.from_csv(folder)
