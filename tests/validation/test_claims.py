"""Every statement of the articles is answered, and every verdict comes from numbers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tradetalks.cli import main
from tradetalks.errors import NoAnswer
from tradetalks.policy import load_ledger
from tradetalks.scenario import scenario_names
from tradetalks.validation import checks_of_facts, checks_of_model
from tradetalks.validation.claims import (
    STATES,
    Claim,
    articles,
    check,
    checks,
    claims,
    judge,
)

NUMBERS = [c for c in claims() if c.kind == "number"]
MECHANISMS = [c for c in claims() if c.kind == "mechanism"]
OF_THE_MODEL = "deficit_cut"


def facts(raw_data: Path) -> Path:
    folder = raw_data.parent / "facts"
    if not folder.is_dir():
        pytest.skip("needs facts/ beside the raw data")
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def test_every_row_of_the_collected_list_is_answered(raw_data):
    listed = rows(facts(raw_data) / "seed_claims.csv")
    order = list(dict.fromkeys(row["seed_file"] for row in listed))
    article = dict(zip(order, articles(), strict=True))
    for number, row in enumerate(listed, start=1):
        own = [c for c in claims() if c.row == number]
        assert own, row["claim"]
        assert {c.kind for c in own} == {row["type"]}, row["claim"]
        assert {c.article for c in own} == {article[row["seed_file"]]}, row["claim"]
    assert max(c.row for c in claims()) == len(listed)


@pytest.mark.parametrize(
    "claim", [c for c in NUMBERS if c.check != OF_THE_MODEL], ids=lambda c: c.id
)
def test_a_number_decides_its_verdict(claim):
    """What the article states could be anything else: then the verdict is another one."""
    answer = check(claim)
    assert answer.found.why
    assert answer.sources
    assert all(s["evidence"] for s in answer.sources)
    assert answer.verdict in ("agree", "partly", "not")
    for reading in answer.found.readings:
        same = judge(replace(claim, stated=reading.value), (reading,))
        assert same == reading.worth
    other = "1789-07-14" if isinstance(claim.stated, str) else 1e6
    assert check(replace(claim, stated=other)).verdict == "not"


def test_what_we_found():
    found = {c.id: check(c) for c in NUMBERS if c.check != OF_THE_MODEL}
    assert {k for k, v in found.items() if v.verdict == "not"} == {"trade-694"}
    assert {k for k, v in found.items() if v.verdict == "partly"} == {"may-exports", "six-months"}
    assert "is that of 2021" in found["trade-694"].found.why
    # a change of the data changes the answer
    assert [r.value for r in found["may-exports"].found.readings] == [-34.5, -12.7]
    assert found["us-55"].shown.value == sum(
        found[k].shown.value for k in ("us-20", "us-10", "us-25")
    )
    assert found["triple-us"].shown.value == 145
    assert found["deficit-295"].shown.value == pytest.approx(295.4, abs=0.1)
    # and the page says what the command says
    page = (Path(__file__).resolve().parents[2] / "docs/explain-and-claims.md").read_text("utf-8")
    trade = [r.value for r in found["trade-694"].found.readings]
    assert f"${min(trade):.0f}bn to ${max(trade):.0f}bn" in page
    assert "-34.5%" in page and "-12.7%" in page
    assert "42.0%" in found["us-55"].found.why and "42.0%" in page


def test_our_number_can_change_the_verdict(monkeypatch):
    claim = next(c for c in NUMBERS if c.id == "trade-694")
    real = checks_of_facts.table("us_china_goods_trade")
    shifted = tuple({**r, "year": str(int(r["year"]) + 2)} for r in real)
    monkeypatch.setattr(checks_of_facts, "table", lambda _: shifted)
    assert check(claim).verdict == "agree"  # were 2021 called 2023
    claim = next(c for c in NUMBERS if c.id == "processing")
    shares = [{"stage": s, "country": "China", "year": "2024", "share_percent": "50"}
              for s in ("mining", "refining")]  # fmt: skip
    monkeypatch.setattr(checks_of_facts, "table", lambda _: shares)
    assert check(claim).verdict == "not"


def test_no_data_is_no_verdict():
    claim = Claim("a", 1, "cgtn", "number", "x", stated=1.0)
    assert judge(claim, ()) == "cannot tell"


def test_the_cut_of_the_deficit():
    """The tariff and the purchases that are found do cut the deficit by what is asked."""
    claim = next(c for c in NUMBERS if c.check == OF_THE_MODEL)
    answer = check(claim)
    assert answer.verdict == "partly"  # a model's number is no outcome
    alone, answered, bought = answer.found.detail
    for row in answer.found.detail:
        assert row["cut_usd_bn"] == pytest.approx(50.0, abs=0.15)
        assert row["cut_low"] <= row["cut_usd_bn"] <= row["cut_high"]
    assert 1.0 < alone["size"] < answered["size"] < 20.0
    assert answered["usa_real_income_percent"] < alone["usa_real_income_percent"]
    assert bought["chn_real_income_percent"] < 0.0 < bought["usa_real_income_percent"]
    # the deficit with everybody is imposed: little of the cut is one of the whole
    assert abs(alone["us_goods_balance_with_all_usd_bn"]) < 0.25 * alone["cut_usd_bn"]
    assert "imposed" in answer.found.why
    assert judge(replace(claim, stated=400.0), answer.found.readings) == "not"


def test_a_target_out_of_reach_is_no_answer():
    from tradetalks.data import load_world

    change = checks_of_model.POLICIES["US tariff on all Chinese goods, points, not answered"][0]
    world = load_world("world-2022", "default")
    with pytest.raises(NoAnswer, match=r"no policy between 0\.01 and 0\.02"):
        checks_of_model.size_of(change, 500.0, 0.01, 0.02, world)


def test_the_file_holds_together():
    assert len({c.id for c in claims()}) == len(claims())
    used = {c.check for c in NUMBERS}
    assert used == set(checks())
    for claim in MECHANISMS:
        assert claim.state in STATES and claim.note and not claim.check
        assert claim.command or claim.state == "not yet"


@pytest.mark.parametrize("command", sorted({c.command for c in MECHANISMS if c.command}))
def test_what_shows_a_mechanism_exists(command, capsys):
    words = command.split()
    assert words[0] == "tradetalks"
    if words[1] in ("run", "explain", "compare"):
        from tradetalks.results import variables

        named = [w for w in words[2:] if w not in variables() and not w.isupper()]
        assert named and set(named) <= set(scenario_names())
    elif words[1] in ("status", "timeline", "duty"):
        assert main(words[1:]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 5
    else:
        assert_command(words[1:], capsys)


def assert_command(words, capsys):
    """The words name a command: its help is not that of the group above it."""
    assert main([*words, "--help"]) == 0
    usage = capsys.readouterr().out
    assert f"tradetalks {' '.join(words)}" in " ".join(usage.split())


def test_hand_written_tables_are_those_of_the_fact_files(raw_data):
    folder = facts(raw_data)
    known = {(r["start"], r["end"], r["place"]) for r in rows(folder / "meetings.csv")}
    for row in checks_of_facts.table("meetings_2025"):
        place = "call" if row["place"] == "telephone" else row["place"]
        assert (row["start"], row["end"], place) in known
    elements = {r["code"]: r for r in rows(folder / "minerals.csv")}
    for row in checks_of_facts.table("rare_earths"):
        assert row["element"] == elements[row["symbol"]]["name"]
        assert row["control_from"] == elements[row["symbol"]]["control_from"]
    # and the ledger knows the licences that the table speaks of
    licensed = load_ledger().measure("cn-rare-earths-april-2025").scope_text
    in_force = [r["symbol"] for r in checks_of_facts.table("rare_earths")
                if r["status"].startswith("in force")]  # fmt: skip
    assert sorted(licensed.split(", ")) == sorted(in_force)


def test_derived_tables_are_those_of_the_script(raw_data):
    import runpy

    root = Path(__file__).resolve().parents[2]
    script = runpy.run_path(str(root / "scripts" / "derive_claim_tables.py"))
    for name, made in (("us_china_goods_trade", script["trade"]()),
                       ("rare_earth_shares", script["shares"]())):  # fmt: skip
        assert [tuple(r.values()) for r in checks_of_facts.table(name)] == made


def test_the_command_answers_in_three_spellings(monkeypatch, capsys):
    fast = {**checks(), OF_THE_MODEL: lambda _claim: checks_of_facts.rare_earth_elements(_claim)}
    monkeypatch.setattr("tradetalks.validation.claims.checks", lambda: fast)
    assert main(["claims"]) == 0
    text = capsys.readouterr()
    assert text.err == ""
    assert "22 agree" in text.out
    assert "$575bn to $666bn" in text.out
    assert main(["claims", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["rows"]) == len(claims())
    assert sum(answer["verdicts"].values()) == len(NUMBERS)
    assert main(["claims", "--format", "csv"]) == 0
    lines = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(lines) == len(claims())
    assert {"verdict", "stated", "found", "why", "sources", "evidence"} <= set(lines[0])
