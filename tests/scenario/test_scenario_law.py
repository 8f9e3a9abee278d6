"""Scenarios that start from the law of a date: what they mean, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scenario_worlds import GAMES, make_world

from tradetalks import policy
from tradetalks.codes import region_set
from tradetalks.data import load_world
from tradetalks.errors import BadInput, BadNumber, UnknownName
from tradetalks.policy import ledger
from tradetalks.policy.schedules import own_sectors, sector_rate
from tradetalks.policy.stacking import stack
from tradetalks.scenario import Scenario, compile_shock, load_scenario, scenario_names
from tradetalks.scenario.law import law_rates, words

LAW = [n for n in scenario_names() if load_scenario(n).base.law != "file"]
FLAT = [
    n for n in scenario_names()
    if (s := load_scenario(n)).base.law == "file" and (s.world, s.goods) == ("world-2022", "none")
    and n not in GAMES
]  # fmt: skip


def ask(base, *changes, **more) -> Scenario:
    return Scenario(
        name="x", question="q", base=base,
        changes=[{"kind": "law", **c} if "kind" not in c else c for c in changes],
        sources=["assumed"], **more,
    )  # fmt: skip


def on(day: str, law: str = "enacted", **more: str) -> dict[str, str]:
    return {"law": law, "as_of": day, **more}


def averages(scenario: Scenario) -> dict[str, float]:
    found = law_rates(scenario, 2022).averages
    return {f"{n}_on_{i}": sum(v.values()) for (n, i), v in found.items()}


@pytest.fixture(scope="module")
def real():
    return load_world("world-2022")


class TestLevels:
    @pytest.mark.parametrize("regions", ["all", "default", "eu27", "blocs"])
    @pytest.mark.parametrize("law", ["enacted", "announced"])
    def test_the_law_of_the_worlds_year_gives_the_world_back(self, regions, law):
        world = load_world("world-2022", regions)
        shock = compile_shock(ask(on("2022-07-01", law)), world)
        np.testing.assert_allclose(shock.tariff, world.tariff, rtol=0, atol=1e-15)
        assert shock.warnings == ()

    @pytest.mark.parametrize("name", FLAT)
    def test_flat_scenarios_as_law_do_not_move(self, name, real):
        flat = load_scenario(name)
        lawful = compile_shock(flat.replace(base=on("2022-07-01")), real)
        np.testing.assert_allclose(lawful.tariff, compile_shock(flat, real).tariff, atol=1e-14)

    def test_a_duty_on_every_line_moves_every_sector_by_its_points(self, real):
        """24 points on all lines: the averages move by 24, price numbers by nearly as much."""
        before, after = (
            load_scenario(n) for n in ("truce-as-announced", "truce-lapses-2027-01-10")
        )
        assert averages(after)["CHN_on_USA"] - averages(before)["CHN_on_USA"] == pytest.approx(
            0.24, abs=0.001
        )
        usa, chn = real.index("USA"), real.index("CHN")
        low, high = (compile_shock(s, real).tariff[usa, chn] for s in (before, after))
        points = (high - low)[real.goods] / real.customs_ratio[usa, chn]
        made = real.trade[usa, chn, real.goods] > 0
        codes = np.array(real.sectors)[real.goods]
        some = made & (codes != "09")  # no customs line belongs to services of mines
        assert ((points[some] > 0.23) & (points[some] < 0.26)).all()
        assert (points[codes == "09"] == 0).all()

    def test_third_countries_left_out_and_services_keep_their_rates(self, real):
        alone = load_scenario("current-law").replace(
            base=on("2026-10-05") | {"third_countries": False}
        )
        shock = compile_shock(alone, real)
        usa, chn = real.index("USA"), real.index("CHN")
        moved = np.zeros(real.tariff.shape, bool)
        moved[chn, usa] = moved[usa, chn] = real.goods
        assert np.array_equal(shock.tariff[~moved], real.tariff[~moved])
        assert any("Section 232 and Section 301 forced labour" in w for w in shock.warnings)

    def test_third_countries_follow_the_law_and_the_pair_does_not_notice(self, real):
        with_all = compile_shock(load_scenario("current-law"), real)
        alone = compile_shock(
            load_scenario("current-law").replace(
                base=on("2026-10-05") | {"third_countries": False}
            ),
            real,
        )
        usa, chn = real.index("USA"), real.index("CHN")
        moved = with_all.tariff != alone.tariff
        assert not moved[chn, usa].any()
        assert not moved[usa].any()  # nobody else's duties on the United States
        assert not moved[:, [n for n in range(len(real.countries)) if n != usa]].any()
        assert not moved[:, :, ~real.goods].any()
        for code in real.countries:
            if code not in ("USA", "CHN"):
                points = (with_all.tariff - real.tariff)[real.index(code), usa]
                steel = real.sector_index("24")
                assert 0.1 < points[steel] < 0.5, code
                assert points.min() > -0.02, code
        assert any("retaliation (Canada's of 2025) is not in it" in w for w in with_all.warnings)
        assert with_all.law is not None
        averages_ = with_all.law.reading["third_countries"]["average_percent"]
        assert 8 < averages_["VNM"] < 25
        assert averages_["MEX"] < averages_["JPN"]

    def test_a_region_is_the_mean_of_its_members(self):
        small, large = (load_world(regions=name) for name in ("eu27", "all"))
        asked = load_scenario("current-law")
        points = {}
        for world in (small, large):
            shock = compile_shock(asked.replace(regions="all"), world)
            duty = (shock.tariff - world.tariff) * world.trade
            members = [c for c in world.countries if region_set("eu27").get(c, c) == "EUU"]
            rows = [world.index(c) for c in members]
            points[len(world.countries)] = duty[rows, world.index("USA")].sum(0)
        few, many = points.values()
        np.testing.assert_allclose(few[small.goods], many[small.goods], rtol=1e-6, atol=1e-6)

    def test_other_changes_come_on_top(self, real):
        base = on("2026-10-05")
        more = {"kind": "tariff", "importer": "USA", "exporter": "CHN", "add": "10%"}
        usa, chn = real.index("USA"), real.index("CHN")
        plain, both = compile_shock(ask(base), real), compile_shock(ask(base, more), real)
        gap = (both.tariff - plain.tariff)[chn, usa, real.goods]
        np.testing.assert_allclose(gap, 0.1 * real.customs_ratio[chn, usa])

    def test_no_duty_falls_below_zero(self, real):
        every = ["cn_retaliation", "mfn"]
        shock = compile_shock(ask(on("2022-07-01"), {"strike": every, "on": "2022-07-01"}), real)
        usa, chn = real.index("USA"), real.index("CHN")
        left = shock.tariff[usa, chn, real.goods]
        assert (left >= 0).all()
        assert left.max() < 0.05  # what the table's MFN has above that of the lines
        assert any("below zero are zero" in w and "CHN on USA" in w for w in shock.warnings)

    def test_the_revenue_number_lies_below_the_price_number(self, real):
        law = compile_shock(load_scenario("current-law"), real).law
        assert law is not None
        usa, chn = real.index("USA"), real.index("CHN")
        for i, n in ((chn, usa), (usa, chn)):
            assert (law.gap[i, n] >= -1e-12).all()
            assert 0.005 < law.gap[i, n].max() < 0.08
        assert not law.gap[chn, chn].any()

    def test_the_law_of_another_year(self, real):
        older = replace(real, year=2017)
        shock = compile_shock(ask(on("2019-12-01")), older)
        chn, usa = real.index("CHN"), real.index("USA")
        assert (shock.tariff - older.tariff)[chn, usa, real.goods].max() > 0.2
        first = compile_shock(ask(on("2018-01-01")), older)
        assert np.array_equal(first.tariff, older.tariff)


# China: three polymers, whose exclusion of December 2019 the world reads as law; oilcake, whose
# MFN rate fell in January 2019, which the world takes from the retaliation.
EXPLAINED = {("CHN", "20"): 0.0033, ("CHN", "10T12"): 0.0015}


class TestWorld2022:
    """The rates stored in the world against the law engine's: docs/assumptions-policy.md."""

    @pytest.mark.parametrize(("importer", "exporter"), [("USA", "CHN"), ("CHN", "USA")])
    def test_to_a_tenth_of_a_point_or_explained(self, importer, exporter, real):
        lines = policy.load_lines(importer)

        def law(day: str):
            return stack(policy.build_table(), lines, ledger.day_number(day),
                         exporter=exporter, importer=importer)  # fmt: skip

        now = law("2022-07-01")
        mfn = now.by_family()["mfn"]
        # The world's choices: statutory, US weights freed of all duties, Chinese of MFN alone.
        seen = law("2022-07-01").total if importer == "USA" else mfn
        i, n = real.index(exporter), real.index(importer)
        stored = (real.tariff - real.mfn_tariff)[i, n] / real.customs_ratio[i, n]
        for sector, here in own_sectors(importer).items():
            j = real.sector_index(sector)
            if not real.goods[j]:
                continue
            value = lines.value[here]
            total, base = (
                sector_rate(value, rate[here], seen[here], 2.53).price for rate in (now.total, mfn)
            )
            gap = total - base - stored[j]
            assert gap == pytest.approx(EXPLAINED.get((importer, sector), 0.0), abs=0.001), sector


class TestShipped:
    @pytest.mark.parametrize("name", LAW)
    def test_headlines_stand_beside_the_scenario(self, name, real):
        scenario = load_scenario(name)
        sides = {(e.importer[0], e.exporter[0]): e for e in scenario.expected}
        assert set(sides) == {("USA", "CHN"), ("CHN", "USA")}
        for e in sides.values():
            assert e.by_authority
            assert sum(e.by_authority.values()) == pytest.approx(e.statutory, abs=0.002)
        assert scenario.sources
        compile_shock(scenario, real)  # raises unless they come out

    def test_current_law_is_the_last_documented_day(self):
        assert load_scenario("current-law").base.as_of.toordinal() == (
            policy.load_ledger().known_until
        )

    def test_a_headline_that_does_not_come_out(self, real):
        text = load_scenario("current-law").to_yaml()
        wrong = Scenario.from_yaml(text.replace("24.7%", "24.6%"), file="s.yaml")
        with pytest.raises(BadInput, match=r"s\.yaml:\d+: expected\[0\]: the law gives 24\.74% "):
            compile_shock(wrong, real)
        wrong = Scenario.from_yaml(text.replace("s232: 5.1%", "s232: 5.2%"), file="s.yaml")
        with pytest.raises(BadInput, match=r"gives 5\.12% where 5\.2% is expected \(s232, USA on"):
            compile_shock(wrong, real)

    def test_a_lapse_line_by_line_is_smaller_than_the_flat_one(self, real):
        """Exempt goods do not pay the reciprocal tariff: 13.6 points on average, not 24."""
        before, after = (load_scenario(n) for n in ("truce-as-extended", "truce-lapses-as-law"))
        assert averages(after)["USA_on_CHN"] - averages(before)["USA_on_CHN"] == pytest.approx(
            0.136, abs=0.001
        )

    def test_a_family_that_does_not_exist(self, real):
        text = load_scenario("current-law").to_yaml().replace("s232:", "s_232:")
        with pytest.raises(UnknownName, match=r"s\.yaml:\d+: expected\[0\]: .*'s_232'\. Did you"):
            compile_shock(Scenario.from_yaml(text, file="s.yaml"), real)

    def test_enacted_and_announced_law_are_told_apart(self, real):
        said = compile_shock(load_scenario("truce-as-announced"), real).warnings
        (note,) = [
            w for w in said if w.startswith("Enacted and announced law differ on 2027-01-09")
        ]
        assert "(34% enacted, 10% announced)" in note
        assert "This is the announced law." in note
        said = compile_shock(load_scenario("current-law"), real).warnings
        assert not [w for w in said if "announced" in w]

    def test_edge_of_knowledge(self, real):
        shock = compile_shock(load_scenario("truce-lapses-2027-01-10"), real)
        assert shock.warnings[0].startswith("Law known to 2026-10-05")


class TestChanges:
    def test_the_law_is_read_on_the_last_day_that_a_change_names(self, real):
        asked = ask(
            on("2025-08-11"), {"lapse": "us-ieepa-reciprocal", "on": "2025-08-12"},
        )  # fmt: skip
        law = compile_shock(asked, real).law
        assert law is not None
        assert law.reading["read_on"] == "2025-08-12"
        rates = law.reading["statutory_percent"]["USA_on_CHN"]["by_authority"]
        assert rates["ieepa_reciprocal"] == pytest.approx(5.68 / 10 * 34, abs=0.05)
        assert "Enacted law on 2025-08-12 (ledger to 2026-10-05)" in words(law.reading)

    @pytest.mark.parametrize(
        ("change", "side", "points"),
        [
            ({"strike": "s301_forced_labour"}, "USA_on_CHN", -0.0652),
            ({"scale": "us-301-forced-labour", "factor": 2}, "USA_on_CHN", 0.0652),
            ({"set": "us-301-forced-labour", "rate": "0%"}, "USA_on_CHN", -0.0652),
            ({"set": "cn-retaliation-reciprocal", "rate": "34%"}, "CHN_on_USA", 0.24),
            ({"lapse": "cn_retaliation_2025"}, "CHN_on_USA", 0.24),
            ({"lapse": "all"}, "CHN_on_USA", 0.2482),  # and cars, asleep since April 2019
            ({"add": "10%", "importer": "CHN", "exporter": "USA",
              "authority": "cn_retaliation_2025"}, "CHN_on_USA", 0.10),
        ],
    )  # fmt: skip
    def test_each_verb(self, change, side, points):
        start = averages(ask(on("2026-10-05")))
        end = averages(ask(on("2026-10-05"), change))
        assert end[side] - start[side] == pytest.approx(points, abs=2e-4)

    def test_products_restrict_a_change(self):
        def moved(*products: str) -> float:
            more = {"products": list(products)} if products else {}
            change = {"set": "cn-retaliation-reciprocal", "rate": "34%", **more}
            return averages(ask(on("2026-10-05"), change))["CHN_on_USA"]

        start = averages(ask(on("2026-10-05")))["CHN_on_USA"]
        cars, planes, both = moved("87"), moved("88"), moved("87", "88")
        assert 0 < cars - start < moved() - start
        assert both - start == pytest.approx(cars + planes - 2 * start)

    def test_extend_keeps_what_would_return(self):
        base = on("2026-12-01")
        longer = ask(base, {"extend": "cn-retaliation-reciprocal", "until": "2027-11-10"})
        assert averages(ask(base))["CHN_on_USA"] - averages(longer)["CHN_on_USA"] == pytest.approx(
            0.24
        )

    def test_replay_is_what_known_on_says(self, real):
        day = on("2025-09-01")
        replayed = compile_shock(ask(day, {"replay": "2025-07-01"}), real)
        known = compile_shock(ask({**day, "known_on": "2025-07-01"}), real)
        assert np.array_equal(replayed.tariff, known.tariff)
        assert not np.array_equal(known.tariff, compile_shock(ask(day), real).tariff)
        assert replayed.law is not None
        assert replayed.law.reading["known_on"] == "2025-07-01"

    def test_a_change_without_effect_is_said(self, real):
        late = ask(on("2026-10-05"), {"lapse": "us-ieepa-reciprocal"})
        assert (
            "changes[0].lapse: this changes nothing in the law of 2026-10-05."
            in compile_shock(late, real).warnings
        )


HEAD = "name: x\nquestion: q\nsources: [assumed]\n"
BASE = HEAD + "base: {law: enacted, as_of: 2026-10-05}\nchanges:\n"


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        (
            BASE + "  - {kind: law, strike: us-301-forced-labor}\n",
            UnknownName,
            "s.yaml:6: changes[0].strike: unknown measure or authority 'us-301-forced-labor'. "
            "Did you mean 'us-301-forced-labour'",
        ),
        (
            BASE + "  - {kind: law, add: 5%, importer: USA, exporter: CHN, authority: s_122}\n",
            UnknownName,
            "s.yaml:6: changes[0].add: unknown authority 's_122'. Did you mean",
        ),
        (
            BASE + "  - {kind: law, extend: us-122}\n",
            BadInput,
            "s.yaml:6: changes[0]: `extend` needs `until`. Add `until: 2027-01-10`.",
        ),
        (
            BASE + "  - {kind: law, extend: us-122, until: 2027-01-10, on: 2026-11-01}\n",
            BadInput,
            "s.yaml:6: changes[0].on: `extend` has no `on`. It takes until.",
        ),
        (
            BASE + "  - {kind: law, strike: mfn, lapse: all}\n",
            BadInput,
            "s.yaml:6: changes[0].strike: gives lapse and strike together.",
        ),
        (BASE + "  - {kind: law, on: 2026-10-05}\n", BadInput, "changes[0]: says nothing to do."),
        (
            BASE + "  - {kind: law, set: us-122, rate: 25}\n",
            BadNumber,
            "s.yaml:6: changes[0].rate: 25 could mean 25% or 2500%.",
        ),
        (
            BASE + "  - {kind: law, scale: us-mfn, factor: 2}\n",
            BadInput,
            "s.yaml:6: changes[0].scale: 'us-mfn' has a rate by line and cannot be scaled.",
        ),
        (
            BASE + "  - {kind: law, set: us-122, rate: 5%, products: ['9999']}\n",
            UnknownName,
            "s.yaml:6: changes[0].set: no tariff line starts with '9999'.",
        ),
        (
            BASE + "  - {kind: law, set: us-122, rate: 5%, products: [201]}\n",
            BadInput,
            "s.yaml:6: changes[0].products: a tariff code is text.",
        ),
        (
            BASE + "  - {kind: law, strike: mfn}\n  - {kind: law, replay: 2025-01-01}\n",
            BadInput,
            "s.yaml:7: changes[1]: `replay` starts again from the ledger",
        ),
        (
            BASE + "  - {kind: law, strike: mfn, on: 2035-01-01}\n",
            BadNumber,
            "s.yaml:6: changes[0].strike: date 2035-01-01 is after the last day",
        ),
        (
            BASE.replace("as_of: 2026-10-05", "as_of: 2016-01-01") + "  []\n",
            BadNumber,
            "s.yaml:4: base.as_of: as_of 2016-01-01 is before the ledger begins.",
        ),
        (
            HEAD + "base: {law: file, as_of: 2026-10-05}\n",
            BadInput,
            "s.yaml:4: base.as_of: `as_of` belongs to the law ledger",
        ),
        (
            HEAD + "base: {law: enactd, as_of: 2026-10-05}\n",
            UnknownName,
            "s.yaml:4: base.law: unknown value 'enactd'. Did you mean 'enacted'?",
        ),
        (
            HEAD + "changes:\n  - {kind: law, strike: mfn}\n",
            BadInput,
            "s.yaml:5: changes[0]: a change of law needs the law ledger.",
        ),
        (
            HEAD + "expected:\n  - {importer: USA, exporter: CHN, statutory: 20%}\n",
            BadInput,
            "s.yaml:5: expected[0].statutory: `statutory` is an average of the law ledger",
        ),
    ],
)
def test_what_is_refused(text, kind, says):
    with pytest.raises(kind) as caught:
        Scenario.from_yaml(text, file="s.yaml")
    assert says in str(caught.value)


def test_worlds_that_the_law_does_not_fit():
    base = on("2026-10-05")
    with pytest.raises(BadInput, match="this world has no CHN"):
        compile_shock(ask(base), make_world(("USA", "MEX")))
    with pytest.raises(BadInput, match="by the sectors of `world-2022`, not by this world's"):
        compile_shock(ask(base), make_world(("USA", "CHN"), ("wheat", "steel", "SERV")))
    with pytest.raises(BadInput, match="this world has no year"):
        compile_shock(ask(base), replace(make_world(("USA", "CHN")), year=0))


def test_yaml_and_hash(monkeypatch):
    asked = ask(
        on("2026-10-05", known_on="2026-09-01"),
        {"set": ["us-122", "mfn"], "rate": "5%", "on": "2026-11-01", "products": ["0201", "8507"]},
        {"extend": "cn_retaliation_2025", "until": "2027-11-10"},
    )
    text = asked.to_yaml()
    assert "as_of: 2026-10-05" in text
    assert "until: 2027-11-10" in text
    assert Scenario.from_yaml(text) == asked
    before = asked.content_hash()
    assert Scenario.from_yaml(text).content_hash() == before
    assert asked.replace(base=on("2026-10-05")).content_hash() != before
    flat = load_scenario("truce-holds").content_hash()
    monkeypatch.setattr(ledger, "ledger_hash", lambda: "another law")
    assert asked.content_hash() != before
    assert load_scenario("truce-holds").content_hash() == flat
