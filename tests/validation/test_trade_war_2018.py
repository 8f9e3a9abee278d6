"""The back-test: metrics by hand, duties by hand, and what it says of 2018-2022 on raw data."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from tradetalks.cli import main
from tradetalks.codes import sectors
from tradetalks.data import HORIZONS, load_world
from tradetalks.data.readers.lines import read_schedule
from tradetalks.data.registry import find
from tradetalks.errors import DataMissing, UnknownName
from tradetalks.policy import load_lines
from tradetalks.validation import trade_war_2018 as war
from tradetalks.validation.cells import Cell
from tradetalks.validation.outcomes import (
    Imports,
    census_imports,
    change_of_total,
    error,
    icio_imports,
    partial,
    trend,
    uniform,
)
from tradetalks.validation.war_duties import (
    BEFORE,
    DIRECTIONS,
    DUTIES,
    YEARS,
    Duties,
    at_chapters_of_2017,
    duties,
    law_lines,
)

US, CN = DIRECTIONS
GOODS = tuple(code for code, s in sectors().items() if s.goods)


def imports(partner: list[float], whole: list[float]) -> Imports:
    return Imports(np.array(partner), np.array(whole))


def lines(rate: list[float], before: list[float] | None = None) -> Duties:
    """Four lines: two of sector 26 (chapters 84, 85), two of 13T15 (chapter 61)."""
    return Duties(
        sector=np.array(["26", "26", "13T15", "13T15"]),
        chapter=np.array(["84", "85", "61", "61"]),
        weight=np.array([1.0, 3.0, 2.0, 2.0]),
        before=np.array(before or [0.0] * 4),
        rate=MappingProxyType({2019: np.array(rate)}),
    )


# metrics


def test_shares_and_errors_by_hand() -> None:
    base = imports([20.0, 0.0, 30.0], [100.0, 0.0, 50.0])
    np.testing.assert_array_equal(base.share, [20.0, 0.0, 60.0])
    gap = error(base.partner, base.share, np.array([25.0, 99.0, 60.0]))
    assert gap == pytest.approx(np.sqrt(20 * 25 / 50))
    # at the composition of the base year: (100 x -5 + 50 x -6) / 150
    total = change_of_total(base, np.array([15.0, 0.0, 54.0]))
    assert total == pytest.approx(-800 / 150)


def test_the_trend_is_geometric() -> None:
    base, earlier = imports([20.0, 5.0], [100.0, 100.0]), imports([10.0, 0.0], [100.0, 100.0])
    # doubled in three years: doubles again in three; a share that was zero stays as it is
    np.testing.assert_allclose(trend(base, earlier, 3), [40.0, 5.0])
    np.testing.assert_allclose(trend(base, earlier, 0), base.share)


def test_the_uniform_factor_fits_what_it_can() -> None:
    base = imports([20.0, 30.0], [100.0, 50.0])
    np.testing.assert_allclose(uniform(base, base.moved(0.7).share), base.moved(0.7).share, 1e-6)
    # no factor can be nearer than the best one
    actual = np.array([10.0, 62.0])
    best = error(base.partner, uniform(base, actual), actual)
    assert all(
        best <= error(base.partner, base.moved(f).share, actual) + 1e-9
        for f in np.linspace(0.3, 1.5, 121)
    )


def test_partial_equilibrium_by_hand() -> None:
    base = imports([50.0], [100.0])
    found = partial(base, np.array([0.25]), 2.0)
    assert found[0] == pytest.approx(100 * 32 / (32 + 50))  # 50 / 1.25^2 = 32
    both = partial(base, np.array([0.25]), 2.0, np.array([0.25]))
    assert both[0] == pytest.approx(50.0)


# targets


@pytest.mark.parametrize(
    ("rule", "computed", "passed", "deviation"),
    [
        ("at_most", 0.58, True, 0.0),
        ("at_most", 0.6, True, 0.0),
        ("at_most", 0.73, False, 0.13),
        ("at_least", 0.73, True, 0.0),
        ("at_least", 0.5, False, 0.1),
        ("equal", 0.58, False, 0.02),
        ("shown", 9.0, True, 8.4),
    ],
)
def test_a_target_is_a_bound(rule: str, computed: float, passed: bool, deviation: float) -> None:
    cell = Cell("t", "r", "c", 0.6, computed, 1e-9, rule)  # type: ignore[arg-type]
    assert cell.passed is passed
    assert cell.deviation == pytest.approx(deviation)


@pytest.mark.parametrize("rule", ["at_most", "at_least", "equal", "shown"])
def test_a_missing_number_meets_no_target(rule: str) -> None:
    assert not Cell("t", "r", "c", 0.6, float("nan"), 1e-9, rule).passed  # type: ignore[arg-type]


# duties


def test_a_uniform_rise_is_that_rise_everywhere() -> None:
    same = lines([0.375] * 4, [0.1] * 4)
    np.testing.assert_allclose(same.added(2019, ["26", "13T15", "30"]), [0.25, 0.25, 0.0])
    np.testing.assert_allclose(same.added(2019, ["84"], "chapter"), [0.25])
    np.testing.assert_allclose(same.shift(2019), 1.0)


def test_lines_that_pay_more_lose_against_their_sector() -> None:
    found = lines([0.25, 0.0, 0.25, 0.25])
    shift = found.shift(2019)
    assert shift[0] / shift[1] == pytest.approx(1.25**-2.53)
    value = found.value_before()
    for here in (slice(0, 2), slice(2, 4)):
        assert (value * shift)[here].sum() == pytest.approx(value[here].sum())
    # between the rate of the one line and nothing; buyers leave the taxed line
    assert 0 < found.added(2019, ["26"])[0] < 0.25 / 4
    assert found.added(2019, ["13T15"])[0] == pytest.approx(0.25)


def test_unknown_duties_are_named() -> None:
    with pytest.raises(UnknownName, match="collected"):
        duties("colected")


def test_the_law_of_2019_by_line() -> None:
    """List 3 at 10% to 9 May and 25% after; smartphones never; list 4B never."""
    table, found = load_lines("USA"), law_lines(US)

    def added(code: str, year: int) -> float:
        (k,) = table.find(code)
        return float(found.rate[year][k] - found.before[k])

    assert added("8517.13.0000", 2019) == added("8471.30.0100", 2022) == 0.0
    assert added("8517.62.0020", 2019) == pytest.approx((4 * 0.10 + 8 * 0.25) / 12, abs=0.013)
    assert added("8517.62.0020", 2022) == pytest.approx(0.25)
    assert added("8471.41.0150", 2019) == pytest.approx(0.15 * 4 / 12)  # list 4A from September
    assert added("8471.41.0150", 2021) == pytest.approx(0.075)
    assert set(found.rate) == set(YEARS) and BEFORE < "2018-01-22"


def test_factors_move_as_in_every_scenario_of_the_horizon() -> None:
    table = load_world("world-2022")
    short, medium, long = (war.default_closure(h, table) for h in HORIZONS)
    assert short.factors is not None and medium.factors is not None and long.factors is None
    assert float(np.asarray(short.factors.mobile).max()) == 0.0
    np.testing.assert_allclose(medium.factors.mobile + medium.factors.specific, 1.0)


# on raw data


@pytest.fixture(scope="module")
def study(raw_data: Path) -> war.Study:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADETALKS_DATA", str(raw_data))
        return war.study()


@pytest.fixture
def data(raw_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    return raw_data


# measured on the same sources before this code was written
RIVALS = {
    ("ICIO", 2019): {"no change": 4.74, "trend": 5.10, "uniform": 2.47},
    ("ICIO", 2022): {"no change": 8.00, "trend": 9.22, "uniform": 4.14},
    ("Census", 2019): {"no change": 5.90, "trend": 6.16, "uniform": 2.95},
    ("Census", 2020): {"no change": 8.82, "trend": 9.24, "uniform": 5.33},
}


@pytest.mark.raw_data
@pytest.mark.parametrize("key", RIVALS)
def test_rivals_err_as_measured_before(study: war.Study, key: tuple[str, int]) -> None:
    about = study.outcome(*key)
    for name, value in RIVALS[key].items():
        assert about.error(about.rivals[name]) == pytest.approx(value, abs=0.01), name


@pytest.mark.raw_data
@pytest.mark.parametrize(
    ("year", "sigma", "value"),
    [(2019, 2.53, 3.04), (2020, 2.53, 5.86), (2019, 5.0, 3.57), (2020, 5.0, 5.28)],
)
def test_partial_equilibrium_at_collected_duty(
    data: Path, year: int, sigma: float, value: float
) -> None:
    """With the duty that customs took on China and on all others, chapter by chapter."""
    census = census_imports()
    base, now = census[2017], census[year]
    china, others = ((1 + b) / (1 + a) - 1 for a, b in zip(base.rates(), now.rates(), strict=True))
    share = partial(base.imports, china, sigma, others)
    assert error(base.imports.partner, share, now.imports.share) == pytest.approx(value, abs=0.01)
    if (year, sigma) == (2019, 2.53):
        assert change_of_total(base.imports, share) == pytest.approx(-2.33, abs=0.005)
        actual = change_of_total(base.imports, now.imports.share)
        assert actual == pytest.approx(-3.18, abs=0.005)


@pytest.mark.raw_data
def test_no_duty_predicts_no_change(study: war.Study, data: Path) -> None:
    table = war.world_of_2017()
    about = study.outcome("Census", 2019)
    still = replace(law_lines(US), rate=MappingProxyType({2019: law_lines(US).before}))
    goods_trade = table.trade[:, :, table.goods]
    old = war.imports_of(goods_trade, table.countries, "USA", "CHN")
    share = war.by_chapter(GOODS, old, old, still, 2019)
    np.testing.assert_allclose(share, about.base.share, atol=1e-9)


@pytest.mark.raw_data
def test_the_default_set_against_its_targets(study: war.Study) -> None:
    """Meets all but one; the one it misses stays written down until the model changes."""
    ratios = {}
    for (view, year), bound in {
        ("ICIO", 2019): 0.6,
        ("Census", 2019): 0.6,
        ("Census", 2020): 0.7,
        ("ICIO", 2022): 0.7,
    }.items():
        about = study.outcome(view, year)
        share = study.by_set[war.CENTRAL][year].shares[view]
        ratios[view, year] = about.error(share) / about.error(about.base.share) - bound
        assert about.error(share) / about.error(about.rivals["trend"]) <= bound
        assert 0.6 <= about.total(share) / about.total(about.actual) <= 1.6
    assert {key for key, over in ratios.items() if over > 0} == {("ICIO", 2022)}
    assert ratios["ICIO", 2022] == pytest.approx(0.03, abs=0.01)
    for year in (2019, 2020, 2022):
        about = study.outcome("China", year)
        share = study.by_set[war.CENTRAL][year].shares["China"]
        assert about.error(share) < about.error(about.base.share)


@pytest.mark.raw_data
def test_no_source_of_duties_makes_the_central_set_useless(study: war.Study) -> None:
    assert list(study.by_duties) == [*DUTIES, war.CUSTOMS, war.PAIR_ALONE]
    about = study.outcome("Census", 2019)
    for by_year in study.by_duties.values():
        assert about.error(by_year[2019].shares["Census"]) < 0.6 * about.error(about.base.share)


@pytest.mark.raw_data
def test_shares_of_exporters_move_to_zero(study: war.Study) -> None:
    for year in YEARS:
        predicted, actual = study.by_set[war.CENTRAL][year].exporters, study.exporters[year]
        assert set(predicted) == set(actual)
        assert sum(predicted.values()) == pytest.approx(0.0, abs=1e-9)
        assert sum(actual.values()) == pytest.approx(0.0, abs=1e-9)
        assert predicted["CHN"] < 0 < predicted["VNM"]
        assert year == 2018 or predicted["VNM"] < actual["VNM"]


@pytest.mark.raw_data
def test_chapters_of_2017_are_met(data: Path) -> None:
    found, census = at_chapters_of_2017(law_lines(US)), census_imports()[2017]
    for chapter, total in zip(census.chapters, census.imports.partner, strict=True):
        value = found.value_before()[found.chapter == chapter].sum()
        assert value == 0 or value == pytest.approx(total)


INDUSTRIES = {
    "10T12": "311 312", "13T15": "313 314 315 316", "16": "321", "17T18": "322 323",
    "20 21": "325", "22": "326", "23": "327", "24": "331", "25": "332", "26": "334", "27": "335",
    "28": "333", "29 30": "336", "31T33": "337 339",
}  # fmt: skip


@pytest.mark.raw_data
def test_weights_agree_with_averages_at_trade_before_the_war(data: Path) -> None:
    """The same HS6 schedule, averaged by industry at pre-war weights elsewhere and at ours here."""
    mean: dict[tuple[str, str], float] = {}
    trade: dict[str, float] = {}
    with find("us_imports_naics").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            mean[row["naics3"], row["time"]] = float(row["tariff_trd_w_avg"] or 0)
            if row["time"].startswith("2017"):
                value = float(row["china_trade"] or 0)
                trade[row["naics3"]] = trade.get(row["naics3"], 0.0) + value
    steps = read_schedule(find("waugh_us"))
    first, second = list(steps.values())[:2]
    codes = [code[:6].decode() for code in load_lines("USA").code]
    law = law_lines(US)
    gaps, weights = [], []
    for step, month in (("2018-09-24", "2018-12-01"), ("2019-06-01", "2019-08-01"),
                        ("2019-09-01", "2019-12-01"), ("2020-02-14", "2020-03-01")):  # fmt: skip
        rise = np.array(
            [steps[step].get(c, np.nan) - first.get(c, second.get(c, 0.0)) for c in codes]
        )
        for ours, names in INDUSTRIES.items():
            here = np.isin(law.sector, ours.split()) & ~np.isnan(rise)
            theirs = sum(
                (mean[n, month] - mean[n, "2017-12-01"]) * trade[n] for n in names.split()
            ) / sum(trade[n] for n in names.split())
            value = law.value_before()[here]
            gaps.append(100 * (value @ rise[here]) / value.sum() - theirs)
            weights.append(sum(trade[n] for n in names.split()))
    assert error(np.array(weights), np.array(gaps), np.zeros(len(gaps))) < 2.0


@pytest.mark.raw_data
def test_the_outcome_is_the_icio_cube(data: Path) -> None:
    found = icio_imports(2017, "USA", "CHN")
    assert found.partner.sum() == pytest.approx(367_800, rel=1e-4)  # mUSD
    assert dict(zip(GOODS, found.share, strict=True))["26"] == pytest.approx(45.5, abs=0.05)


@pytest.mark.raw_data
def test_command_says_what_is_missed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRADETALKS_HOME", str(tmp_path))
    status = main(["replicate", "trade-war-2018", "--format", "json"])
    text = capsys.readouterr()
    answer = json.loads(text.out)
    assert (status, answer["passed"]) == (1, False)
    assert "18 of 19 targets met" in text.err and "0.73, target at most 0.7" in text.err
    missed = [
        c for c in answer["cells"] if c["rule"] == "at_most" and c["computed"] > c["published"]
    ]
    assert [(c["row"], c["column"]) for c in missed] == [("ICIO 2022", "over no change")]


def test_without_data_the_command_names_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADETALKS_DATA", str(tmp_path))
    with pytest.raises(DataMissing, match="is not on this machine"):
        war.study()
