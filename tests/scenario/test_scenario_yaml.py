from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_worlds import GAMES

from tradetalks.errors import BadFile, BadInput, BadNumber, TradeTalksError, UnknownName
from tradetalks.scenario import (
    Closures,
    Elasticity,
    Expected,
    Scenario,
    Source,
    Tariff,
    TradeCost,
    load_scenario,
    scenario_names,
)

GOOD = """\
# a comment
name: lapse
question: "What if the truce lapses?"
base: {law: file}
against: truce-holds
world: world-2022
horizon: long
elasticities: [central, high]
nests: one
valuation: table
closures: {deficit: balanced}
changes:
  - kind: tariff
    importer: USA
    exporter: [CHN, MEX]
    sectors: [03, 26]
    add: 24%
  - {kind: tariff, importer: NOR, exporter: all, sectors: 01T02, set: 0.5}
  - {kind: tariff, importer: USA, exporter: CHN, both_ways: true, remove: true}
  - {kind: trade_cost, importer: USA, exporter: EU, factor: 1.1}
  - {kind: elasticity, sigma: 3, sectors: 26}
  - {kind: elasticity, final: 0.5}
expected:
  - {importer: NOR, exporter: MEX, sectors: 01T02, set: 50%}
sources:
  - {title: An order, citation: EO 14298, date: 2025-05-12, evidence: V}
  - https://example.org/law
  - assumed
notes: >
  Two lines
  of notes.
"""


def test_yaml_and_python_spell_the_same_scenario():
    python = Scenario(
        name="lapse",
        question="What if the truce lapses?",
        against="truce-holds",
        horizon="long",
        elasticities=["central", "high"],
        nests="one",
        valuation="table",
        closures=Closures(deficit="balanced"),
        changes=[
            Tariff(importer="USA", exporter=["CHN", "MEX"], sectors=["03", "26"], add=0.24),
            Tariff(importer="NOR", exporter="all", sectors="01T02", set="50%"),
            Tariff(importer="USA", exporter="CHN", both_ways=True, remove=True),
            TradeCost(importer="USA", exporter="EU", factor=1.1),
            Elasticity(sigma=3, sectors=26),
            {"kind": "elasticity", "final": 0.5},
        ],
        expected=[Expected(importer="NOR", exporter="MEX", sectors="01T02", set="50%")],
        sources=[
            Source(
                title="An order",
                citation="EO 14298",
                date=datetime.date(2025, 5, 12),
                evidence="V",
            ),
            Source(title="https://example.org/law", url="https://example.org/law"),
            "assumed",
        ],
        notes="Two lines of notes.",
    )
    yaml = Scenario.from_yaml(GOOD, file="lapse.yaml")
    assert yaml == python
    assert yaml.content_hash() == python.content_hash()
    assert hash(yaml) == hash(python)


@pytest.mark.parametrize("name", [*(n for n in scenario_names() if n not in GAMES), "baseline"])
def test_shipped_scenarios_survive_the_round_trip(name):
    scenario = load_scenario(name)
    text = scenario.to_yaml()
    again = Scenario.from_yaml(text)
    assert again == scenario
    assert again.to_yaml() == text
    assert again.content_hash() == scenario.content_hash()


def test_a_file_survives_the_round_trip():
    scenario = Scenario.from_yaml(GOOD)
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario
    assert "add: 24%" in scenario.to_yaml()


text = st.text(min_size=1, max_size=60).filter(lambda t: t.strip() == t and "\0" not in t)
words = st.text(st.sampled_from("ab:#-'\"%{}[]&*!|>?,é中"), min_size=1, max_size=120)
sentence = st.lists(words, min_size=1, max_size=40).map(" ".join)


@given(
    question=text | sentence,
    title=text | sentence,
    add=st.floats(-1, 100),
    factor=st.floats(1e-3, 1000),
    sigma=st.floats(0.01, 100),
    date=st.dates(),
)
def test_any_scenario_survives_the_round_trip(question, title, add, factor, sigma, date):
    from tradetalks.scenario.rates import format_rate

    scenario = Scenario(
        name="x",
        question=question,
        changes=[
            Tariff(importer="USA", exporter="CHN", add=format_rate(add)),
            TradeCost(importer="USA", exporter="CHN", factor=factor),
            Elasticity(sigma=sigma),
        ],
        sources=[Source(title=title, date=date)],
    )
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario


def test_long_texts_are_folded_and_links_are_not():
    written = load_scenario("truce-holds").to_yaml()
    assert max(len(line) for line in written.splitlines() if "https:" not in line) <= 100
    assert "    url: https://www.whitehouse.gov/" in written
    assert "    date: 2025-05-12\n" in written


def test_no_is_a_word_and_a_date_is_a_date():
    scenario = Scenario.from_yaml(
        "name: x\nquestion: NO\ntitle: yes\nsources: {title: off, date: 2025-05-12}\n"
    )
    assert scenario.question == "NO"
    assert scenario.title == "yes"
    assert scenario.sources[0] == Source(title="off", date=datetime.date(2025, 5, 12))
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario


HEAD = "name: x\nquestion: q\nsources: [assumed]\n"
CHANGE = HEAD + "changes:\n  - kind: tariff\n    importer: USA\n    exporter: CHN\n    add: 10%\n"


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", BadFile, "s.yaml: the file is empty."),
        ("# only a comment\n", BadFile, "s.yaml: the file is empty."),
        ("---\n", BadFile, "s.yaml: the file is empty."),
        ("- a\n- b\n", BadFile, "s.yaml:1: found a list where a scenario belongs."),
        ("just words", BadFile, "s.yaml:1: found a single value where a scenario belongs."),
        ("name: x\nname: y\n", BadFile, "s.yaml:2: the key 'name' stands twice (first in line 1)."),
        ("name: x\nquestion: [a\n", BadFile, "s.yaml:3: this is not valid YAML"),
        ("name: x\n\tquestion: q\n", BadFile, "s.yaml:2: this is not valid YAML"),
        ("name: x\n---\nname: y\n", BadFile, "s.yaml:2: this is not valid YAML"),
        ("name: !!python/name:os.system x\n", BadFile, "s.yaml:1: 'x' cannot be read as"),
        ("name: &a [*a]\nquestion: q\n", BadFile, "the aliases (*name) of this file do not end."),
        ("{[a]: b}", BadFile, "s.yaml:1: a key is not a word."),
        ("name: x\x07\n", BadFile, "s.yaml: this is not valid YAML"),
        (
            HEAD + "horizn: short\n",
            UnknownName,
            "s.yaml:4: unknown key 'horizn'. Did you mean 'horizon'?",
        ),
        (
            HEAD + "horizon: shrt\n",
            UnknownName,
            "s.yaml:4: horizon: unknown value 'shrt'. Did you mean 'short'?",
        ),
        (
            HEAD + "closures:\n  deficit: balanced\n  labor: mobile\n",
            UnknownName,
            "s.yaml:6: closures: unknown key 'labor'. Did you mean 'labour'?",
        ),
        (
            CHANGE.replace("kind: tariff", "kind: tarif"),
            UnknownName,
            "s.yaml:5: changes[0]: unknown kind 'tarif'. Did you mean 'tariff'?",
        ),
        (
            CHANGE.replace("kind: tariff", "knd: tariff"),
            BadInput,
            "s.yaml:5: changes[0]: this change has no kind.",
        ),
        (
            CHANGE.replace("exporter:", "exprter:"),
            UnknownName,
            "changes[0]: unknown key 'exprter'. Did you mean 'exporter'",
        ),
        (
            CHANGE.replace("    exporter: CHN\n", ""),
            BadInput,
            "s.yaml:5: 'changes[0].exporter' is missing. Add `exporter:` (who sells",
        ),
        (
            CHANGE.replace("USA", "USB"),
            UnknownName,
            "s.yaml:6: changes[0].importer: unknown country 'USB'. Did you mean 'USA'?",
        ),
        (
            CHANGE.replace("CHN", "China"),
            UnknownName,
            "s.yaml:7: changes[0].exporter: unknown country 'China'. Did you mean 'CHN'?",
        ),
        (
            CHANGE + "    sectors: [03, 27]\n",
            UnknownName,
            "s.yaml:9: changes[0].sectors: unknown sector '27'.",
        ),
        (
            CHANGE + "    sectors: electronics and optical\n",
            UnknownName,
            "unknown sector 'electronics and optical'. Did you mean '26'?",
        ),
        (
            CHANGE.replace("10%", "25"),
            BadNumber,
            "s.yaml:8: changes[0].add: 25 could mean 25% or 2500%.",
        ),
        (CHANGE.replace("10%", "-101%"), BadNumber, "s.yaml:8: changes[0].add: the rate -101%"),
        (CHANGE.replace("10%", "20000%"), BadNumber, "s.yaml:8: changes[0].add: the rate 20000%"),
        (CHANGE.replace("    add: 10%\n", ""), BadInput, "s.yaml:5: changes[0]: says nothing"),
        (CHANGE + "    set: 10%\n", BadInput, "s.yaml:9: changes[0].set: gives add and set"),
        (
            CHANGE.replace("sources: [assumed]\n", ""),
            BadInput,
            "s.yaml:3: changes: the changes have no source. Add `sources:`",
        ),
        (
            HEAD + "against: truce-hold\n",
            UnknownName,
            "s.yaml:4: against: unknown scenario 'truce-hold'. Did you mean 'truce-holds'?",
        ),
        (HEAD + "against: x\n", BadInput, "s.yaml:4: against: a scenario cannot be measured"),
        (
            HEAD + "base: {law: enacted}\n",
            BadInput,
            "s.yaml:4: base: the enacted law needs a day. Write {law: enacted, as_of:",
        ),
        (HEAD.replace("q\n", "2025-01-01\n"), BadInput, "s.yaml:2: question: found '2025-01-01'"),
        (HEAD.replace("question: q", "question:"), BadInput, "s.yaml:2: question: is empty."),
        ("question: q\n", BadInput, "s.yaml:1: 'name' is missing."),
        (HEAD.replace("x", "a/b", 1), BadInput, "s.yaml:1: name: 'a/b' cannot be a name"),
        (HEAD + "changes: {kind: tariff}\n", BadInput, "s.yaml:4: changes: found `key: value`"),
        (HEAD + "elasticities: [all, central]\n", BadInput, "'all' stands beside other names"),
        (
            HEAD + "changes: [{kind: elasticity, final: 2, sectors: 26}]\n",
            BadInput,
            "changes[0].final: final is one number for the whole economy",
        ),
        (
            HEAD + "changes: [{kind: trade_cost, importer: USA, exporter: CHN, shut: false}]\n",
            BadInput,
            "changes[0].shut: found false; only true has a meaning here",
        ),
    ],
)
def test_bad_files_are_answered_with_line_and_cure(text, kind, says):
    with pytest.raises(kind) as caught:
        Scenario.from_yaml(text, file="s.yaml")
    message = str(caught.value)
    assert says in message
    assert message.startswith("s.yaml:")
    assert caught.value.exit_status == 2


def test_all_mistakes_are_told_the_first_in_front():
    with pytest.raises(UnknownName) as caught:
        Scenario.from_yaml(HEAD + "horizn: short\nnests: three\n", file="s.yaml")
    first, second = str(caught.value).splitlines()
    assert first.startswith("s.yaml:4: unknown key 'horizn'.")
    assert second.startswith("s.yaml:5: nests: unknown value 'three'. Known: two, one.")


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text):
    """Whatever is in the file, the answer is a scenario or one of our errors."""
    try:
        Scenario.from_yaml(text, file="s.yaml")
    except TradeTalksError as error:
        assert str(error).startswith("s.yaml")


@given(st.lists(st.sampled_from(GOOD.splitlines()), max_size=25))
def test_no_shuffled_file_breaks_the_reader(lines):
    try:
        Scenario.from_yaml("\n".join(lines), file="s.yaml")
    except TradeTalksError as error:
        assert str(error).startswith("s.yaml")


class TestFiles:
    def test_a_binary_file(self, tmp_path):
        path = tmp_path / "s.yaml"
        for content in (b"\x89PNG\r\n\x1a\n\x00\xff", b"name: \xff\xfe", b"name: \x00"):
            path.write_bytes(content)
            with pytest.raises(BadFile, match=r"s\.yaml: this is not a text file in UTF-8"):
                load_scenario(path)

    def test_a_folder_a_missing_file_and_a_large_one(self, tmp_path):
        with pytest.raises(BadFile, match="this is a folder"):
            load_scenario(tmp_path)
        with pytest.raises(BadFile, match="there is no such file"):
            load_scenario(tmp_path / "none.yaml")
        large = tmp_path / "large.yaml"
        large.write_text("#" * 1_000_001)
        with pytest.raises(BadFile, match="too large"):
            load_scenario(large)

    def test_a_byte_order_mark_and_windows_line_ends(self, tmp_path):
        path = tmp_path / "s.yaml"
        path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
        assert load_scenario(str(path)).name == "x"

    def test_an_unknown_name(self):
        with pytest.raises(UnknownName, match=r"scenario 'truce'\. .*'truce-holds'|\./mine\.yaml"):
            load_scenario("truce")
        with pytest.raises(UnknownName, match="Did you mean 'full-decoupling'"):
            load_scenario("full-decopling")

    def test_a_file_error_names_the_file(self, tmp_path):
        path = tmp_path / "s.yaml"
        path.write_text(HEAD + "horizon: eternal\n")
        with pytest.raises(UnknownName) as caught:
            load_scenario(path)
        assert str(caught.value).startswith(f"{path}:4: horizon: unknown value 'eternal'. Known:")


class TestReference:
    def test_a_path_starts_at_the_file(self, tmp_path, monkeypatch):
        (tmp_path / "in").mkdir()
        (tmp_path / "other.yaml").write_text(CHANGE.replace("name: x", "name: other"))
        (tmp_path / "in" / "s.yaml").write_text(HEAD + "against: ../other.yaml\nhorizon: long\n")
        reference = load_scenario(tmp_path / "in" / "s.yaml").reference()
        assert reference.name == "other"
        assert reference.horizon == "long"  # answered in the way of the one who asks

    def test_a_path_that_leads_nowhere(self, tmp_path):
        (tmp_path / "s.yaml").write_text(HEAD + "against: other.yaml\n")
        with pytest.raises(BadFile) as caught:
            load_scenario(tmp_path / "s.yaml").reference()
        assert "s.yaml:4: against: there is no file" in str(caught.value)

    def test_the_truce_family_is_measured_against_the_truce(self):
        for name in set(scenario_names()) - GAMES:
            scenario = load_scenario(name)
            if name.startswith("truce-lapses"):
                flat = "truce-holds" if scenario.base.law == "file" else "truce-as-"
                assert scenario.reference().name.startswith(flat)
        assert load_scenario("green-channel-eu").reference().name == "rare-earth-licences"


class TestHash:
    def test_words_do_not_count_numbers_do(self):
        one = Scenario.from_yaml(CHANGE)
        assert one.content_hash() == one.replace(name="y", notes="n").content_hash()
        for other in (
            one.replace(horizon="short"),
            one.replace(nests="one"),
            one.replace(against="truce-holds"),
            one.replace(valuation="table"),
            one.replace(closures={"deficit": "balanced"}),
            Scenario.from_yaml(CHANGE.replace("10%", "11%")),
            Scenario.from_yaml(CHANGE.replace("add", "set")),
        ):
            assert other.content_hash() != one.content_hash()

    def test_the_reference_counts_by_what_it_says(self, tmp_path):
        truce = load_scenario("truce-holds").replace(name="mine")
        (tmp_path / "mine.yaml").write_text(truce.to_yaml())
        by_path = Scenario.from_yaml(CHANGE + "against: ./mine.yaml\n", folder=tmp_path)
        by_name = Scenario.from_yaml(CHANGE + "against: truce-holds\n")
        assert by_path.content_hash() == by_name.content_hash()

    def test_the_hash_is_the_same_on_every_day_and_machine(self):
        """A stored run is found by this hash: a change of it is a change of the format."""
        assert Scenario.from_yaml(CHANGE).content_hash()[:8] == "7e65dd26"


def test_replace_is_checked():
    scenario = Scenario.from_yaml(CHANGE, file="s.yaml")
    assert scenario.replace(horizon="long").horizon == "long"
    assert scenario.replace(horizon="long").changes == scenario.changes
    with pytest.raises(UnknownName, match="horizon: unknown value 'eternal'"):
        scenario.replace(horizon="eternal")


def test_scenarios_are_frozen():
    from pydantic import ValidationError

    with pytest.raises(ValidationError, match="frozen"):
        load_scenario("truce-holds").name = "other"
