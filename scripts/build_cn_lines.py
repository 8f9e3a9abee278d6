"""Build China's line table: HS6 schedule of 2018-19, eight-digit lists of 2025, export weights.

    TRADETALKS_DATA=<raw data> python scripts/build_cn_lines.py

Reads `cn_retaliation/` (M. Waugh's HS6 tariffs on the United States, the lists of March 2025) and
US exports to China by HS2 (`us_trade_monthly`); writes `policy/compiled/cn_lines.npz`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from line_tables import Membership, hand_lists, memberships_to_arrays, write_npz

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src/tradetalks/policy/compiled/cn_lines.npz"
WEIGHT_YEAR = "2017"
# What each step of the schedule is: a cut of the MFN rate, or a retaliation list.
MFN_STEPS = ("2018-05-01", "2018-07-01", "2018-11-01", "2019-01-02")
# The step of 2019-12-26 (three polymers) is a product exclusion, not an MFN cut: left out.
RETALIATION = {
    "2018-04-02": "cn_ret_232",
    "2018-07-06": "cn_ret_301_list_1",
    "2018-08-23": "cn_ret_301_list_2",
    "2018-09-24": "cn_ret_301_list_3",
    "2019-06-01": "cn_ret_301_list_3_rise",
    "2019-09-01": "cn_ret_301_list_4a",
}
AUTO_CUTS = (-25.0, -5.0)  # the car and parts retaliation suspended on 2019-01-01 (25 and 5 points)


def schedule(raw: Path) -> pd.DataFrame:
    """HS6 x step table of China's tariff on US goods, percent."""
    long = pd.read_csv(
        raw / "cn_retaliation/waugh_china_tariffs_on_us_2018_2019_hs6.csv", dtype={"hs6": str}
    )
    wide = long.pivot(index="hs6", columns="time_of_tariff", values="tariff")
    return wide.ffill(axis=1).bfill(axis=1)


def components(wide: pd.DataFrame) -> dict[str, pd.Series]:
    """Split the schedule into MFN levels by date, retaliation lists and the suspended car part."""
    change = wide.diff(axis=1).round(4)
    out: dict[str, pd.Series] = {}
    at_2019 = change["2019-01-02"]
    raised = change["2018-07-06"] + change["2018-08-23"] + change["2018-09-24"]
    cars = at_2019.isin(AUTO_CUTS) & (raised >= -at_2019) & (wide.index.str[:2] == "87")
    mfn = wide["2018-01-01"]
    out["cn_mfn_2018_01_01"] = mfn
    for step in MFN_STEPS:
        mfn = mfn + change[step].where(~(cars & (step == "2019-01-02")), 0.0)
        out[f"cn_mfn_{step.replace('-', '_')}"] = mfn
    for step, name in RETALIATION.items():
        out[name] = change[step].clip(lower=0)
        mfn_cut = change[step].clip(upper=0)
        if (mfn_cut < 0).any():
            raise SystemExit(f"{step}: a retaliation step lowers {int((mfn_cut < 0).sum())} lines")
    off = -at_2019.where(cars, 0.0)
    # The car part is taken out of the lists (newest first), so that it can sleep on its own.
    for name in ("cn_ret_301_list_3", "cn_ret_301_list_2", "cn_ret_301_list_1"):
        part = np.minimum(off, out[name])
        out[f"{name}_autos"] = part
        out[name] = out[name] - part
        off = off - part
    rise, cars = out.pop("cn_ret_301_list_3_rise"), 0.0
    out["cn_ret_301_list_3_2019_06"] = out["cn_ret_301_list_3"] + rise
    out["cn_ret_301_list_4a_halved"] = out["cn_ret_301_list_4a"] / 2
    for number, day in ((1, "2018_07_06"), (2, "2018_08_23"), (3, "2018_09_24")):
        cars = cars + out.pop(f"cn_ret_301_list_{number}_autos")
        out[f"cn_ret_autos_{day}"] = cars
    return out


def lines_2025(raw: Path) -> dict[str, list[str]]:
    """Eight-digit codes of the lists of March 2025 (the files drop leading zeros)."""
    out = {}
    for rate in ("10", "15"):
        path = raw / f"cn_retaliation/china_retaliation_2025_03_list_{rate}pct_hs8.csv"
        out[f"cn_fentanyl_march_{rate}"] = sorted(
            pd.read_csv(path, header=None, dtype=str, encoding="utf-8")[1].str.zfill(8).unique()
        )
    return out


def weights(raw: Path, hs6: pd.Index) -> pd.Series:
    """US exports to China by HS6: HS2 totals of 2017, split by 2024 exports, else evenly."""
    monthly = pd.read_parquet(raw / "us_trade_monthly/hs2_exports_5700.parquet")
    year = monthly[monthly.time.str[:4] == WEIGHT_YEAR]
    total = year.assign(v=year.ALL_VAL_MO.astype(float)).groupby("E_COMMODITY").v.sum()
    known = pd.concat(
        pd.read_csv(
            raw / f"cn_retaliation/us_exports_2024_to_china_on_{r}pct_list_hs6.csv",
            dtype={"hs-code": str},
        ).set_index("hs-code")["exports"]
        for r in ("10", "15")
    )
    split = pd.Series(hs6.map(known.groupby(level=0).max()).astype(float), index=hs6)
    chapter = hs6.str[:2]
    listed = split.groupby(chapter).transform("sum")
    split = split.where(listed > 0, 1.0).fillna(0.0)
    share = split / split.groupby(chapter).transform("sum")
    return share * pd.Series(chapter.map(total).astype(float), index=hs6).fillna(0.0)


def main() -> None:
    """Read, derive, check and write."""
    raw = Path(os.environ.get("TRADETALKS_DATA") or sys.exit("set TRADETALKS_DATA"))
    wide = schedule(raw)
    parts = components(wide)
    lists8 = lines_2025(raw)
    listed = sorted({c for codes in lists8.values() for c in codes})
    new6 = sorted({c[:6] for c in listed} - set(wide.index))
    codes = np.array(sorted([*wide.index, *new6, *listed]), dtype="S8")
    text = codes.astype(str)
    hs6 = pd.Index([c[:6] for c in text])
    # An HS6 of 2022 that the 2018 schedule lacks takes the mean of its heading.
    filled = {}
    for name, column in parts.items():
        full = column.reindex(wide.index.union(new6))
        full = full.fillna(full.groupby(full.index.str[:4]).transform("mean")).fillna(0.0)
        filled[f"rate_{name}"] = (full.reindex(hs6).to_numpy() / 100).astype(np.float32)
    six = weights(raw, wide.index.union(new6)).reindex(hs6).fillna(0).to_numpy()
    has_eight = pd.Series(hs6).isin({c[:6] for c in listed}).to_numpy()
    is_eight = np.array([len(c) == 8 for c in text])
    count = pd.Series(is_eight.astype(float)).groupby(hs6).transform("sum").to_numpy()
    value = np.where(is_eight, six / np.maximum(count, 1), np.where(has_eight, 0.0, six))
    at = {c: i for i, c in enumerate(text)}
    lists = [
        Membership(name, np.array(sorted(at[c] for c in found))) for name, found in lists8.items()
    ]
    lists += hand_lists(ROOT / "src/tradetalks/policy/lists.yaml", "CHN", codes)
    first = pd.read_csv(raw / "us_tariff_lines/hs6_to_gtap_sector.csv", dtype=str)
    name6 = first.drop_duplicates("hs6").set_index("hs6").description_of_first_line
    names = pd.Series(hs6).map(name6).fillna("")
    names = names.where(is_eight | ~has_eight, "Other lines, if any: " + names)
    arrays = {
        "code": codes,
        "value": value.astype(np.float64),
        "descriptions": np.frombuffer("\n".join(names).encode(), np.uint8),
        **filled,
        **memberships_to_arrays(lists),
    }
    write_npz(OUT, arrays)
    print(f"{len(codes)} lines, {value.sum() / 1e9:.2f} bn USD, {OUT.stat().st_size / 1e6:.2f} MB")
    print("2022 codes that the 2018 schedule lacks:", new6)


if __name__ == "__main__":
    main()
