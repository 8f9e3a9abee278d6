"""Build the United States line table that ships with the package.

    TRADETALKS_DATA=<raw data> python scripts/build_lines.py

Reads `us_tariff_lines/` of the raw data (Census 2024 imports, USITC rates and lists as compiled
by the Budget Lab at Yale and Trade War Redux) and `policy/lists.yaml` (hand-written lists),
writes `src/tradetalks/policy/compiled/us_lines.npz`. The output depends on the inputs only.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from line_tables import (
    FOREVER,
    START,
    Membership,
    day,
    hand_lists,
    match,
    memberships_to_arrays,
    write_npz,
)

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src/tradetalks/policy/compiled/us_lines.npz"
LISTS = ROOT / "src/tradetalks/policy/lists.yaml"
# Lists of the four-year review, by the start of their names.
REVIEW = ("s301_review", "s301_ev_batteries", "s301_respirators", "s301_facemasks", "s301_medical")
# The MFN part of the duty of 2024 is what is left after these list rates of mid-2024.
S301_2024 = {"s301_list_1": 0.25, "s301_list_2": 0.25, "s301_list_3": 0.25, "s301_list_4a": 0.075}


def read(raw: Path, name: str, **kwargs: object) -> pd.DataFrame:
    """Read a raw table with every column as text."""
    return pd.read_csv(raw / "us_tariff_lines" / name, dtype=str, **kwargs)


def universe(raw: Path) -> pd.DataFrame:
    """One row per ten-digit line: code, 2024 value and duty, metal share, MFN text and rate."""
    mfn = read(raw, "budgetlab_mfn_rates_2025_hts8.csv").set_index("hs8")
    mfn = mfn[~mfn.index.str[:2].isin(["98", "99"])]
    census = read(raw, "us_imports_from_china_2024_hs10_census.csv.gz").set_index("HS10")
    metal = read(raw, "budgetlab_metal_content_shares_bea_hs10.csv.gz").set_index("hs10")
    listed = [c for c in _ten_digit_codes_of_lists(raw) if c[:8] in mfn.index]
    codes = sorted(
        {c for c in metal.index if c[:8] in mfn.index}
        | {c for c in census.index if c[:2] not in ("98", "99")}
        | set(listed)
    )
    have8 = {c[:8] for c in codes}
    padded = {c for c in listed if c.endswith("00")}
    # A padded eight-digit code beside real ten-digit lines is the heading of those, not a line.
    siblings = pd.Series(codes).str[:8].value_counts()
    known = set(metal.index) | set(census.index)
    codes = [c for c in codes if not (c in padded - known and siblings[c[:8]] > 1)]
    codes = sorted([*codes, *(c + "00" for c in mfn.index if c not in have8)])
    table = pd.DataFrame({"code": codes})
    table["value"] = table.code.map(census.imports_usd_2024).astype(float).fillna(0.0)
    table["duty"] = table.code.map(census.calc_duty_usd_2024).astype(float).fillna(0.0)
    table["metal"] = table.code.map(metal.metal_share).astype(float).clip(0, 1)
    table["desc"] = table.code.map(census.desc).fillna("").str.strip()
    first = read(raw, "hs6_to_gtap_sector.csv").drop_duplicates("hs6").set_index("hs6")
    spare = table.code.str[:6].map(first.description_of_first_line).fillna("")
    table["desc"] = table.desc.where(table.desc != "", spare)
    eight = table.code.str[:8]
    table["mfn"] = eight.map(mfn.mfn_rate).astype(float)
    table["mfn_type"] = eight.map(mfn.rate_type).fillna("unknown")
    table["mfn_text"] = eight.map(mfn.rate_raw).fillna("")
    for digits in (6, 4):  # a line without a share of its own takes the mean of its HS6, then HS4
        near = table.groupby(table.code.str[:digits]).metal.transform("mean")
        table["metal"] = table.metal.fillna(near)
    # Articles of the metal itself are assessed on their whole value.
    own = table.code.str[:2].isin(["72", "73", "74", "76"])
    table["metal"] = table.metal.fillna(0.0).where(~own, 1.0)
    return table


def outside_schedule(raw: Path) -> float:
    """2024 imports without a line (chapter 98 returns, low-value estimates), USD."""
    census = read(raw, "us_imports_from_china_2024_hs10_census.csv.gz")
    out = census[census.HS10.str[:2].isin(["98", "99"])]
    return float(out.imports_usd_2024.astype(float).sum())


def _ten_digit_codes_of_lists(raw: Path) -> list[str]:
    files = {
        "budgetlab_ieepa_exempt_products.csv": "hts10",
        "budgetlab_s232_annex_products.csv": "hts_prefix",
        "budgetlab_s301_exclusion_lines.csv": "hts10",
        "budgetlab_s232_semi_products.csv": "hts10",
    }
    found = [c for f, col in files.items() for c in read(raw, f)[col] if len(c) == 10]
    for item in YAML(typ="safe").load(LISTS.read_text("utf-8")):
        found += [c for c in item.get("prefixes", []) if len(c) == 10 and item["importer"] == "USA"]
    return sorted(set(found))


def raw_lists(raw: Path, codes: np.ndarray) -> list[Membership]:
    """Every list that comes from a raw file, as (name, line indices, from, to, announced)."""
    out: list[Membership] = []

    def add(
        name: str, prefixes: list[str], start: int = START, end: int = FOREVER, known: int = START
    ) -> None:
        index = np.unique(np.concatenate([match(codes, p) for p in prefixes] or [[]])).astype(int)
        out.append(Membership(name, index, start, end, known))

    s301 = read(raw, "budgetlab_s301_product_lists_hts8.csv")
    headings = {
        "9903.88.01": "s301_list_1",
        "9903.88.02": "s301_list_2",
        "9903.88.03": "s301_list_3",
        "9903.88.04": "s301_list_3_additional",
        "9903.88.15": "s301_list_4a",
        "9903.88.16": "s301_list_4b",
        "9903.91.01": "s301_review_25_2024",
        "9903.91.02": "s301_review_solar_cells",
        "9903.91.03": "s301_review_100_2024",
        "9903.91.05": "s301_review_semiconductors",
        "9903.91.06": "s301_review_25_2026",
        "9903.91.11": "s301_review_tungsten",
        "9903.91.12": "s301_chassis",
        "9903.91.14": "s301_cranes_100",
        "9903.92.10": "s301_cranes_25",
    }
    for heading, name in headings.items():
        add(name, s301[s301.ch99_code == heading].hts8.tolist())
    exempt = read(raw, "budgetlab_ieepa_exempt_products.csv")
    # Announcement days: EO 14257 (Annex II), memorandum of 2025-04-11, EO 14346, EO 14360.
    known = {"2025-04-05": "2025-04-11", "2025-09-08": "2025-09-05", "2025-11-13": "2025-11-14"}
    for (start, last), rows in exempt.fillna("").groupby(
        ["effective_date_start", "effective_date_end"]
    ):
        leaves = list(rows.hts10.str[:10])
        named = [c for c in leaves if len(match(codes, c))]
        parents = [c[:8] for c in leaves if c not in set(named) and c.endswith("00")]
        add(
            "ieepa_annex_2",
            named + parents,
            day(start) if start else START,
            day(last) + 1 if last else FOREVER,  # the file's end is the last day, ours exclusive
            day(known.get(start, "2025-04-02")),
        )
    add("s122_exempt", read(raw, "budgetlab_s122_exempt_products.csv").hts8.tolist())
    more = read(raw, "redux_list_section122-product-exemptions.csv").hts_code.tolist()
    add("s122_exempt", more)
    add(
        "s301_forced_labour_exempt",
        read(raw, "budgetlab_s301fl_exempt_products_PROPOSAL.csv").hts8.tolist(),
    )
    out += _exclusions(raw, add, out)
    _metals(raw, add)
    out += _annexes(raw, codes)
    return out


def moved_by_review(raw: Path, codes: np.ndarray, lists: list[Membership]) -> list[Membership]:
    """Where the lines of the four-year review stood before it.

    The list file is of 2025: a line that the review moved to its own heading is no longer under
    Lists 1 to 4A there, though it paid them until the review took effect. M. Waugh's HS6 steps of
    2018-20 tell which list it was on. (From the review on the higher rate applies anyway.)
    """
    steps = read(raw, "waugh_us_s301_tariffs_2018_2020_hs6.csv")
    wide = steps.assign(t=steps.tariff.astype(float)).pivot_table(
        index="hs6", columns="time_of_tariff", values="t", aggfunc="first"
    )
    rise = wide.diff(axis=1)
    first = {
        "s301_list_1": rise["2018-07-06"] > 1,
        "s301_list_2": rise["2018-08-23"] > 1,
        "s301_list_3": rise["2018-09-24"] > 1,
        "s301_list_4a": rise["2019-09-01"] > 1,
    }
    old = {i for m in lists if m.name in S301_2024 for i in m.index}
    review = {i for m in lists if m.name.startswith(REVIEW) for i in m.index} - old
    text = codes.astype(str)
    out, placed = [], set()
    for name, rose in first.items():
        listed = set(rose.index[rose])
        found = sorted(i for i in review - placed if text[i][:6] in listed)
        placed |= set(found)
        out.append(Membership(name, np.array(found, int)))
    print(
        {m.name: len(m.index) for m in out},
        "review lines on no earlier list:",
        len(review - placed),
    )
    return out


def _exclusions(raw: Path, add: object, out: list[Membership]) -> list[Membership]:
    lines = read(raw, "budgetlab_s301_exclusion_lines.csv")
    for heading, name in (
        ("9903.88.69", "s301_exclusions_164"),
        ("9903.88.70", "s301_exclusions_14"),
    ):
        add(name, lines[lines.ch99_code == heading].hts10.tolist())  # type: ignore[operator]
    return []


def annex_codes(raw: Path) -> list[str]:
    """All codes that the metals annexes of 2026 name, the removed ones included."""
    files = ("IA", "IB", "II-removed", "III-temporary")
    return sorted({c for f in files for c in read(raw, f"redux_list_metals-annex-{f}.csv").HTSUS})


def _metals(raw: Path, add: object) -> None:
    derivative = read(raw, "budgetlab_s232_derivative_products.csv").fillna("")
    names = {
        ("9903.81.91", "2025-08-18"): "s232_steel_content_aug_2025",
        ("9903.85.04", ""): "s232_aluminium_derivative_full",
        ("9903.85.07", ""): "s232_aluminium_derivative_full",
        ("9903.85.08", ""): "s232_aluminium_content_mar_2025",
        ("9903.85.08", "2025-08-18"): "s232_aluminium_content_aug_2025",
    }
    beer_and_cans = ["22030000", "76129010"]  # added by the notice of 2025-04-02, a list of its own
    annexes = annex_codes(raw)

    def narrowed(prefix: str) -> list[str]:
        """The compilation cuts codes to eight digits: where the annexes name ten, take those."""
        named = [c for c in annexes if c.startswith(prefix)]
        return named if named and prefix not in named else [prefix]

    for (heading, start), rows in derivative.groupby(["ch99_code", "effective_date"]):
        prefixes = [q for p in rows.hts_prefix if p not in beer_and_cans for q in narrowed(p)]
        add(names[heading, start], prefixes)  # type: ignore[operator]
    # The Redux list of March 2025 holds misprints (73269000, 71229000): the annexes that replaced
    # it complete it. Both name the derivatives of chapter 73 assessed on their whole value.
    march = read(raw, "redux_list_steel-tariffs.csv").HTSUS.tolist() + annexes
    add("s232_steel_derivative_73", [c for c in march if c.startswith("73")])  # type: ignore[operator]
    add("s232_copper", read(raw, "budgetlab_s232_copper_products.csv").hts10.tolist())  # type: ignore[operator]
    add("s232_semiconductors", read(raw, "budgetlab_s232_semi_products.csv").hts10.tolist())  # type: ignore[operator]
    for name in ("auto", "mhd"):
        text = (raw / f"us_tariff_lines/budgetlab_s232_{name}_parts.txt").read_text("utf-8").split()
        # 8471 (computers) is on the list for vehicle computers only: a list of its own.
        add(f"s232_{name}_parts", [p for p in text if p != "8471"])  # type: ignore[operator]


def _annexes(raw: Path, codes: np.ndarray) -> list[Membership]:
    """Metals annexes of Proclamation 11021, then as changed by 11032: one annex per line and day.

    The annexes of April come from the Redux lists: the other compilation adds four- and six-digit
    prefixes cut from longer codes (8471, 8703 ...) that the annexes do not hold.
    """
    files = {"1a": "IA", "1b": "IB", "2": "II-removed", "3": "III-temporary"}
    april = [
        ("2026-04-06", code, annex)
        for annex, f in files.items()
        for code in read(raw, f"redux_list_metals-annex-{f}.csv").HTSUS
    ]
    later = read(raw, "budgetlab_s232_annex_products.csv")
    june = later[later.effective_date == "2026-06-08"][["effective_date", "hts_prefix", "annex"]]
    rows = sorted(
        [*april, *june.itertuples(index=False, name=None)], key=lambda r: (r[0], len(r[1]))
    )
    epochs = [day("2026-04-06"), day("2026-06-08"), FOREVER]
    out = []
    for start, end in pairwise(epochs):
        held = np.full(len(codes), "", dtype="U3")
        for effective, prefix, annex in rows:
            if day(effective) <= start:
                held[match(codes, prefix)] = annex
        known = day("2026-04-02") if start == epochs[0] else day("2026-06-01")
        for name in ("1a", "1b", "1c", "3"):
            index = np.flatnonzero(held == name)
            if len(index):
                out.append(Membership(f"s232_metals_annex_{name}", index, start, end, known))
    return out


def ad_valorem_equivalents(table: pd.DataFrame, lists: list[Membership]) -> pd.DataFrame:
    """Fill `mfn` of specific and compound duties with the 2024 duty left after Section 301 and 232.

    Adds `mfn_basis`: 0 as in the schedule, 1 equivalent from the line's own 2024 duty,
    2 from its HS8 or HS6 neighbours, 3 none (the ad valorem part only, a lower bound).
    """
    s301 = np.zeros(len(table))
    for m in lists:
        if m.name in S301_2024:
            s301[m.index] = np.maximum(s301[m.index], S301_2024[m.name])
    for prefix, rate in (("72", 0.25), ("76", 0.10)):
        s301 += np.where(table.code.str.startswith(prefix), rate, 0.0)
    left = np.clip(table.duty - s301 * table.value, 0, None)
    needs = ~table.mfn_type.isin(["free", "ad_valorem"])
    floor = pd.Series(_ad_valorem_part(table.mfn_text), index=table.index)
    basis = np.where(needs, 3, 0)
    rate = table.mfn.where(~needs, floor)
    for digits, mark in ((6, 2), (8, 2), (10, 1)):
        key = table.code.str[:digits]
        traded = (table.value > 0) & needs
        value = table.value.where(traded, 0).groupby(key).transform("sum")
        own = (
            pd.Series(left).where(traded, 0).groupby(key).transform("sum") / value.where(value > 0)
        ).round(4)
        fill = needs & own.notna()
        rate = rate.where(~fill, np.maximum(own, floor))
        basis = np.where(fill, mark, basis)
    return table.assign(mfn=rate.fillna(0.0), mfn_basis=basis.astype(np.int8))


def _ad_valorem_part(text: pd.Series) -> np.ndarray:
    part = text.str.extract(r"([\d.]+)%", expand=False).astype(float) / 100
    return part.fillna(0.0).to_numpy()


def main() -> None:
    """Read, derive, check and write."""
    raw = Path(os.environ.get("TRADETALKS_DATA") or sys.exit("set TRADETALKS_DATA"))
    table = universe(raw)
    codes = table.code.to_numpy().astype("S10")
    lists = raw_lists(raw, codes) + hand_lists(LISTS, "USA", codes)
    lists += moved_by_review(raw, codes, lists)
    table = ad_valorem_equivalents(table, lists)
    blob = "\n".join(table.desc.str.replace("\n", " ")).encode()
    texts = table.mfn_text.where(table.mfn_basis > 0, "")
    arrays = {
        "code": codes,
        "value": table.value.to_numpy(np.float64),
        "rate_us_mfn": table.mfn.to_numpy(np.float32),
        "mfn_basis": table.mfn_basis.to_numpy(),
        "value_outside": np.array(outside_schedule(raw)),
        "share_metal": table.metal.to_numpy(np.float32),
        "descriptions": np.frombuffer(blob, np.uint8),
        "mfn_texts": np.frombuffer("\n".join(texts).encode(), np.uint8),
        **memberships_to_arrays(lists),
    }
    write_npz(OUT, arrays)
    size = OUT.stat().st_size / 1e6
    print(f"{len(codes)} lines, {table.value.sum() / 1e9:.2f} bn USD, {size:.2f} MB")
    print("MFN basis:", table.mfn_basis.value_counts().to_dict())


if __name__ == "__main__":
    main()
