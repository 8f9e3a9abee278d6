"""Errors that others made and ours must not make: each has its test."""

from __future__ import annotations

from typing import Any

import pytest

from tradetalks import policy
from tradetalks.policy.timelines import steps


def parts(line: str, on: str, **options: Any) -> dict[str, float]:
    """Percent by authority; a line whose lines differ is refused."""
    answer = policy.duty(line, on, **options)
    assert not isinstance(answer["total_percent"], dict), answer["total_percent"]
    out: dict[str, float] = {}
    for c in answer["contributions"]:
        out[c["authority"]] = out.get(c["authority"], 0.0) + c["rate_percent"]
    assert sum(out.values()) == pytest.approx(answer["total_percent"], abs=1e-3)
    return out


def reasons(line: str, on: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for row in policy.duty(line, on)["not_applied"]:
        out[row["measure"]] = f"{out.get(row['measure'], '')}|{row['reason']}"
    return out


def test_dated_by_the_legal_date_not_by_the_printed_schedule() -> None:
    # The schedule that printed 34% came out in early April; the duty was 10, then 84, then 125.
    found = [parts("6109.10.00", d)["ieepa_reciprocal"]
             for d in ("2025-04-05", "2025-04-08", "2025-04-09", "2025-04-10")]  # fmt: skip
    assert found == [10.0, 10.0, 84.0, 125.0]
    assert "ieepa_reciprocal" not in parts("6109.10.00", "2025-04-04")


@pytest.mark.parametrize("line", ["7208.10.15", "7601.10.30", "8703.23.01", "4407.11.00"])
def test_no_reciprocal_tariff_on_232_goods(line: str) -> None:
    assert "ieepa_reciprocal" not in parts(line, "2025-12-01")
    assert "displaced by Section 232" in reasons(line, "2025-12-01")["us-ieepa-reciprocal"]


def test_fentanyl_adds_to_232_too() -> None:
    assert parts("7208.10.15", "2025-12-01")["ieepa_fentanyl"] == 10.0


def test_no_generic_mask_of_any_232_programme() -> None:
    # Polysilicon is not among the programmes of note 52(f): the forced-labour duty stays.
    found = parts("8541.43.00.10", "2026-12-05")
    assert found["section_232_polysilicon"] == 15.0
    assert found["section_301_forced_labour"] == 12.5
    # A conditional 232 (advanced AI chips) displaces nothing on the goods that do not pay it.
    chips = policy.duty("8471.50.01.50", "2026-02-01")
    assert "ieepa_fentanyl" in {c["authority"] for c in chips["contributions"]}
    assert any(r["reason"].startswith("conditional") for r in chips["not_applied"])


def test_derivatives_pay_the_reciprocal_tariff_on_the_rest_of_their_value() -> None:
    answer = policy.duty("8450.11.00", "2025-09-01")
    found = {c["authority"]: c for c in answer["contributions"]}
    # On the steel and on the aluminium list: one metal content, counted once.
    assert len(found.keys() & {"section_232_steel", "section_232_aluminium"}) == 1
    metal = found.get("section_232_steel") or found["section_232_aluminium"]
    content = metal["assessed_on_percent_of_value"]
    rest = found["ieepa_reciprocal"]["assessed_on_percent_of_value"]
    assert 0 < content < 100
    assert content + rest == pytest.approx(100, abs=0.01)
    assert any("metal content only" in w and "assumed" in w for w in answer["warnings"])


def test_whole_value_from_april_2026() -> None:
    before, after = (policy.duty("8450.11.00", d) for d in ("2026-04-05", "2026-04-06"))
    assert "section_122" in {c["authority"] for c in before["contributions"]}
    assert {c["authority"] for c in after["contributions"]} >= {"section_232_metals"}
    assert "section_122" not in {c["authority"] for c in after["contributions"]}


def test_overlapping_301_headings_are_a_maximum_not_a_sum() -> None:
    found = parts("8541.10.00", "2025-06-01")  # List 3 at 25 and the review at 50
    assert found["section_301_four_year_review"] == 50.0
    assert "section_301_list_3" not in found
    assert "superseded" in reasons("8541.10.00", "2025-06-01")["us-301-list-3"]


def test_the_new_301_is_a_family_of_its_own() -> None:
    step = [s for s in steps("2026-07-23", "2026-07-24") if s.direction == "USA_on_CHN"]
    assert step[0].by_family["mfn"] == step[1].by_family["mfn"]
    assert step[1].by_family["s301_forced_labour"] > 0.05
    assert step[0].by_family["s301"] == step[1].by_family["s301"]


def test_specific_duties_are_not_zero() -> None:
    answer = policy.duty("9608.10.00", "2024-12-01")  # ball point pens: 0.8 cents each + 5.4%
    mfn = next(c for c in answer["contributions"] if c["authority"] == "mfn")
    assert mfn["rate_percent"] > 5.4
    assert any("ad valorem equivalent" in w and "0.8¢ each" in w for w in answer["warnings"])
    # Never traded with China, so no equivalent: a lower bound, and said so.
    cattle = policy.duty("0102.29.40", "2024-12-01")
    assert any("lower bound" in w for w in cattle["warnings"])


def test_solar_201_ends_on_2026_02_06() -> None:
    line = "8541.43.00.10"
    assert parts(line, "2026-02-06")["section_201_solar"] == 14.0
    assert "section_201_solar" not in parts(line, "2026-02-07")
    assert reasons(line, "2026-02-07")["us-201-solar"] == "|ended 2026-02-07"


def test_fentanyl_is_20_from_march_not_february() -> None:
    found = {d: parts("6109.10.00", d).get("ieepa_fentanyl", 0.0) for d in (
        "2025-02-03", "2025-02-04", "2025-03-03", "2025-03-04", "2025-11-09", "2025-11-10",
        "2026-02-23", "2026-02-24",
    )}  # fmt: skip
    assert list(found.values()) == [0.0, 10.0, 10.0, 20.0, 20.0, 10.0, 10.0, 0.0]


def test_geneva_takes_effect_on_the_14th() -> None:
    assert parts("6109.10.00", "2025-05-13")["ieepa_reciprocal"] == 125.0
    assert parts("6109.10.00", "2025-05-14")["ieepa_reciprocal"] == 10.0
    china = {"importer": "CHN", "exporter": "USA"}
    assert parts("8802.40", "2025-05-13", **china)["cn_retaliation_2025"] == 125.0
    assert parts("8802.40", "2025-05-14", **china)["cn_retaliation_2025"] == 10.0


def test_suspended_is_34_not_125() -> None:
    answer = policy.duty("6109.10.00", "2025-06-01")
    lapse = answer["if_suspensions_lapse_percent"]
    assert lapse == pytest.approx(answer["total_percent"] + 24)
    assert (
        "24 points until 2025-08-12" in reasons("6109.10.00", "2025-06-01")["us-ieepa-reciprocal"]
    )


def test_void_then_collection_ended() -> None:
    for day in ("2026-02-20", "2026-02-23"):
        answer = policy.duty("6109.10.00", day)
        assert parts("6109.10.00", day)["ieepa_reciprocal"] == 10.0
        assert any("may be refunded" in w for w in answer["warnings"])
        assert answer["if_suspensions_lapse_percent"] == answer["total_percent"]
    assert "|void, collection ended 2026-02-24" in reasons("6109.10.00", "2026-02-24").values()


def test_section_122_until_its_limit_and_forced_labour_after_it() -> None:
    assert parts("6109.10.00", "2026-07-23")["section_122"] == 10.0
    last = parts("6109.10.00", "2026-07-24")
    assert "section_122" not in last
    assert last["section_301_forced_labour"] == 12.5


def test_auto_parts_were_outside_the_reciprocal_tariff_from_its_first_day() -> None:
    assert "ieepa_reciprocal" not in parts("8708.30.50", "2025-04-20")
    assert parts("8708.30.50", "2025-05-03")["section_232_auto_parts"] == 25.0


def test_a_duty_that_hangs_on_the_use_says_what_other_goods_pay() -> None:
    said = policy.duty("8507.60.00.20", "2026-08-01")
    assert said["total_percent"] == pytest.approx(53.4)
    assert any("other goods pay 28.4%" in w for w in said["warnings"])


def test_list_4b_was_never_in_force() -> None:
    assert set(parts("9503.00.00", "2020-01-01")) == {"mfn"}


def test_exclusions_remove_one_authority_for_their_time_if_claimed() -> None:
    line = "7009.10.00.00"
    plain = parts(line, "2025-01-15")
    claimed = parts(line, "2025-01-15", claim_exclusions=True)
    assert "section_301_list_3" in plain
    assert set(plain) - set(claimed) == {"section_301_list_3"}
    assert parts(line, "2026-11-10", claim_exclusions=True) == parts(line, "2026-11-10")
    assert any("not claimed" in r for r in reasons(line, "2025-01-15").values())


def test_annex_iii_tops_up_to_15_percent_in_total() -> None:
    answer = policy.duty("8455.30.00", "2026-05-01")
    mfn = next(c for c in answer["contributions"] if c["authority"] == "mfn")["rate_percent"]
    metals = [c for c in answer["contributions"] if c["authority"] == "section_232_metals"]
    assert metals and mfn + metals[0]["rate_percent"] == pytest.approx(15.0)
