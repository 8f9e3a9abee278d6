"""What other partners of the United States pay: acts, deals, weights, published averages."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tradetalks.codes import region_set
from tradetalks.errors import BadFile, BadInput
from tradetalks.policy import overlays
from tradetalks.policy.compiler import PARTNERS, dumps_partners
from tradetalks.policy.elsewhere import chapters, partner_rates
from tradetalks.policy.intervals import build_table
from tradetalks.policy.ledger import day_number, load_ledger
from tradetalks.policy.lines import load_lines
from tradetalks.policy.partners import expand, load_partners, partner_ledger, partners
from tradetalks.policy.stacking import stack


@pytest.fixture(scope="module")
def table():
    return build_table(partner_ledger())


def paid(table, day: str, partner: str, code: str):
    """Duties on the first line of a code."""
    lines = load_lines("USA")
    index = lines.starting_with(code)[:1]
    return stack(table, lines, day_number(day), exporter=partner, importer="USA", index=index)


def added(table, day: str, partner: str, code: str) -> float:
    """Duty on the first line of a code, MFN left out, percent."""
    found = paid(table, day, partner, code)
    return 100 * float((found.total - found.by_family()["mfn"])[0])


def total(table, day: str, partner: str, code: str) -> float:
    """Duty on the first line of a code, MFN included, percent."""
    return 100 * float(paid(table, day, partner, code).total[0])


SHIRTS, CARS, STEEL, PHONES, CABINETS = "610910", "87032301", "720827", "851713", "9403409060"


@pytest.mark.parametrize(
    ("day", "partner", "code", "percent"),
    [
        ("2025-04-06", "VNM", SHIRTS, 10),
        ("2025-04-09", "VNM", SHIRTS, 46),
        ("2025-04-10", "VNM", SHIRTS, 10),
        ("2025-08-07", "VNM", SHIRTS, 20),
        ("2026-01-01", "VNM", SHIRTS, 20),
        ("2026-03-01", "VNM", SHIRTS, 10),  # Section 122
        ("2026-08-01", "VNM", SHIRTS, 12.5),  # Section 301 forced labour
        ("2026-08-01", "IDN", SHIRTS, 10),
        ("2026-08-01", "UKR", SHIRTS, 0),  # not among the sixty
        ("2026-08-01", "BRA", SHIRTS, 37.5),  # and Section 301 on Brazil
        ("2025-09-01", "IND", SHIRTS, 50),  # reciprocal and Russian oil
        ("2026-02-10", "IND", SHIRTS, 25),
        ("2025-06-01", "VNM", PHONES, 0),  # Annex II
        ("2025-05-01", "JPN", CARS, 25),
        ("2022-07-01", "KOR", STEEL, 0),  # quota
        ("2022-07-01", "TWN", STEEL, 25),
        ("2019-01-01", "CAN", STEEL, 25),
        ("2019-06-01", "CAN", STEEL, 0),
        ("2025-03-12", "KOR", STEEL, 25),
        ("2025-06-05", "KOR", STEEL, 50),
        ("2025-06-05", "GBR", STEEL, 25),
        ("2026-05-01", "GBR", STEEL, 25),
        ("2026-05-01", "KOR", STEEL, 50),
    ],
)
def test_what_a_partner_pays_over_mfn(table, day, partner, code, percent):
    assert added(table, day, partner, code) == pytest.approx(percent, abs=1e-6)


@pytest.mark.parametrize(
    ("day", "partner", "code", "percent"),
    [
        ("2025-08-02", "DEU", CARS, 15),
        ("2025-09-16", "JPN", CARS, 15),
        ("2025-09-15", "JPN", CARS, 27.5),
        ("2025-11-01", "KOR", CARS, 15),
        ("2025-08-01", "GBR", CARS, 10),
        ("2025-12-01", "CHE", SHIRTS, 16.5),  # MFN above the 15% in total: nothing on top
        ("2025-11-01", "CHE", SHIRTS, 55.5),
        ("2025-12-01", "GBR", CABINETS, 10),
        ("2025-12-01", "DEU", CABINETS, 15),
    ],
)
def test_what_a_partner_pays_in_total(table, day, partner, code, percent):
    assert total(table, day, partner, code) == pytest.approx(percent, abs=1e-6)


def test_china_pays_what_the_ledger_says(table):
    """The variants for others leave the pair's own law as it is, line by line."""
    lines = load_lines("USA")
    for day in ("2019-07-01", "2022-07-01", "2025-04-09", "2025-08-12", "2026-10-05"):
        pair = [
            stack(t, lines, day_number(day), exporter="CHN", importer="USA").total
            for t in (build_table(), table)
        ]
        np.testing.assert_array_equal(*pair)


def test_striking_a_measure_strikes_it_for_everyone(table):
    struck = overlays.strike("us-301-forced-labour", "2026-09-01")(table)
    assert added(struck, "2026-09-01", "VNM", SHIRTS) == 0
    assert added(struck, "2026-08-31", "VNM", SHIRTS) == pytest.approx(12.5)


def test_a_change_for_one_exporter_leaves_the_others(table):
    day = "2026-09-01"
    for change in (
        overlays.strike("us-301-forced-labour", day, "CHN"),
        overlays.set_rate("us-301-forced-labour", 0, day, (), "CHN"),
        overlays.scale("us-301-forced-labour", 0, day, (), "CHN"),
    ):
        changed = change(table)
        assert added(changed, day, "VNM", SHIRTS) == pytest.approx(12.5)
        gone = added(table, day, "CHN", SHIRTS) - added(changed, day, "CHN", SHIRTS)
        assert gone == pytest.approx(12.5)
    with pytest.raises(BadInput, match="'us-122' has no rate for CHN alone") as refused:
        overlays.strike("us-122", "2026-03-01", "CHN")(table)
    assert "so that it changes for everybody" in str(refused.value)


def test_a_lapse_and_an_extension_reach_each_variant(table):
    lapsed = overlays.lapse("us-ieepa-reciprocal", "2025-06-01")(table)
    assert added(lapsed, "2025-06-01", "VNM", SHIRTS) == pytest.approx(46)
    assert added(lapsed, "2025-06-01", "GBR", SHIRTS) == pytest.approx(10)
    longer = overlays.extend("us-122", "2026-09-01")(table)
    assert added(longer, "2026-08-01", "VNM", SHIRTS) == pytest.approx(22.5)


def test_as_known_in_june_2025_the_country_rates_return_in_july():
    known = build_table(partner_ledger(), as_known_on=day_number("2025-06-01"))
    assert added(known, "2025-07-09", "VNM", SHIRTS) == pytest.approx(46)


def test_claims_of_the_usmca_lower_the_average(table):
    day = day_number("2025-08-15")
    rates = partner_rates(table, day, 2.53)
    without = partner_rates(
        table.with_rows(r for r in table.rows if r.measure.authority != "usmca"), day, 2.53
    )
    for partner in ("CAN", "MEX"):
        assert sum(without.statutory(partner).values()) > 2 * sum(rates.statutory(partner).values())
    assert sum(without.statutory("JPN").values()) == sum(rates.statutory("JPN").values())


class TestWeights:
    def test_chapters_add_up_to_us_imports_of_2019(self):
        names, data = chapters()
        assert len(names) == 98
        assert sum(v.sum() for v in data["imports"].values()) / 1e9 == pytest.approx(2.50, abs=0.01)

    def test_a_uniform_duty_is_the_rate_of_every_sector(self, table):
        """An oracle without weights: 7% on every line of Norway over its MFN."""
        day = day_number("2018-01-01")
        more = overlays.add(
            0.07, "2018-01-01", importer="USA", exporter="NOR", authority="section_122"
        )(table)
        old, new = (partner_rates(t, day, 2.53) for t in (table, more))
        row = old.partners.index("NOR")
        gap = (new.price - old.price)[row]
        assert np.nanmax(np.abs(gap - 0.07)) < 0.005
        assert new.statutory("NOR")["s122"] == pytest.approx(0.07)
        others = [r for r in range(len(old.partners)) if r != row]
        np.testing.assert_array_equal(new.price[others], old.price[others])

    def test_metals_in_2019_exempt_and_taxed_as_customs_collected(self, table):
        """Iron and steel, chapter 72: who paid 25% by our law paid, who was exempt did not."""
        names, data = chapters()
        place, lines = names.index("72"), load_lines("USA")
        index = lines.starting_with("72")
        for code in ("JPN", "TWN", "DEU", "FRA", "ITA", "IND", "GBR", "KOR", "BRA"):
            law = stack(
                table, lines, day_number("2019-07-01"), exporter=code, importer="USA", index=index
            )
            by_law = float(law.by_family().get("s232", np.zeros(len(index))).max())
            paid = data["duty"][code][place] / data["imports"][code][place]
            assert (paid > 0.04) == (by_law > 0), (code, paid)
            assert paid < 0.27


# Effective rates in percent, published by Capital Economics on 2025-08-07 ("US tariffs: where we
# stand": India with the 25% due on 27 August; Mexico, Canada and the United Kingdom "all just under
# 10%"), https://www.capitaleconomics.com/publications/global-economics-rapid-response/us-tariffs-where-we-stand
PUBLISHED = {"BRA": 35, "CHE": 25, "IND": 36, "MEX": 10, "CAN": 10, "GBR": 10}
# Duty collected over imports, June 2025 (US Department of Commerce),
# https://www.opportimes.com/en/tariffs-charged-at-us-customs-top-10-exporters
COLLECTED = {"MEX": 4.0, "CAN": 2.4, "TWN": 3.4, "VNM": 9.3, "JPN": 15.9, "KOR": 12.4, "DEU": 11.8,
             "IND": 8.5, "THA": 7.4}  # fmt: skip


class TestPublished:
    def test_effective_rates_of_august_2025(self, table):
        rates = partner_rates(table, day_number("2025-08-27"), 2.53)
        for code, percent in PUBLISHED.items():
            assert 100 * sum(rates.statutory(code).values()) == pytest.approx(percent, abs=5.0), (
                code
            )

    def test_statutory_rates_of_june_2025_lie_above_those_collected(self, table):
        """By 0 to 11 points: goods on the water, and more exempt goods than in the weights."""
        rates = partner_rates(table, day_number("2025-06-15"), 2.53)
        gap = {c: 100 * sum(rates.statutory(c).values()) - p for c, p in COLLECTED.items()}
        assert min(gap.values()) > -1.0
        assert max(gap.values()) < 11.0
        assert float(np.mean(list(gap.values()))) < 6.0
        assert sorted(gap, key=lambda c: gap[c])[:2] == ["JPN", "DEU"]


class TestFile:
    def test_compiled_as_written(self):
        assert PARTNERS.read_text("utf-8") == dumps_partners()

    def test_partners_are_those_of_the_world(self):
        assert set(partners()) == set(region_set("all")) - {"USA", "CHN"}
        assert len(partners()) == 79

    def test_every_act_has_citation_source_and_evidence(self):
        for name, act in load_partners()["acts"].items():
            assert act["citation"], name
            assert act["source"].startswith("https://"), name
            assert act["evidence"] in ("V", "U"), name

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"like": "us-ieepa"}, "no measure 'us-ieepa'"),
            ({"like": "us-122", "steps": [{"act": "eo1", "effective": "2025-01-01",
              "rates": {10: ["others"]}}]}, "no act 'eo1'"),
            ({"like": "us-122", "steps": [{"act": "eo14257", "effective": "2025-01-01",
              "rates": {10: ["JAP"]}}]}, "no partner or set 'JAP'"),
        ],
    )  # fmt: skip
    def test_what_does_not_exist_is_named(self, change, said):
        data = json.loads(json.dumps(load_partners()))
        data["measures"].append(change)
        with pytest.raises(BadFile, match=said):
            expand(load_ledger(), data)
