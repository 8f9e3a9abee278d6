"""The commands whose answers have a page of their own: one entry each, `/answers/<name>`.

To show another command, add an entry: its words of the command line, the fields a reader may
choose, and how its tables are called. A chart comes from the command itself (`output.aside`), or
from a function of the answer's envelope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tradetalks.errors import unknown_name
from tradetalks.web.fields import Choice, Field, Switch, Whole
from tradetalks.web.question import FieldError

Chart = Callable[[Mapping[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True)
class Command:
    """A command with a page: what it is called, what it asks, what may be chosen.

    `sheets` names the tables that are shown at once, by their place in the envelope; `names` gives
    columns other headings (none: left out).
    """

    name: str
    title: str
    question: str
    words: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    minutes: str = "a few seconds"
    chart: Chart | None = None
    group: str = "talks"
    sheets: Mapping[str, str] = field(default_factory=lambda: {})
    names: Mapping[str, str] = field(default_factory=lambda: {})

    def arguments(self, given: Mapping[str, str]) -> list[str]:
        """Return the words of the command line that a form asks for. Raises FieldError."""
        known = {f.name for f in self.fields}
        for key in given:
            if key not in known:
                raise FieldError(key[:40], unknown_name("field", key[:40], known))
        chosen = [word for f in self.fields for word in f.words(given.get(f.name))]
        return [*self.words, *chosen]


_START = Choice(
    "start",
    "Law elsewhere",
    {
        "truce-holds": "the truce of 2025",
        "truce-as-announced": "the truce as announced, to 10 January 2027",
        "baseline": "mid-2022",
    },
    "--from",
)
_HORIZON = Choice(
    "horizon",
    "Horizon",
    {"medium": "medium: a few years", "short": "short: months", "long": "long: a decade"},
    "--horizon",
)

_OPTION = Choice(
    "option",
    "Option",
    {
        "truce-lapses-2027-01-10": "the truce lapses on 10 January 2027",
        "truce-lapses-to-april-peak": "back to the rates of April 2025",
        "full-decoupling": "all US-China trade stops",
        "free-trade": "no US-China tariffs",
    },
)


_AGENDA = Choice(
    "agenda",
    "Agenda",
    {
        "january-2027": "January 2027: the truce ends",
        "london-2025": "London, June 2025",
    },
)
_LARGE = {"USA": "United States", "CHN": "China", "DEU": "Germany", "JPN": "Japan",
          "KOR": "Korea", "TWN": "Taiwan", "IND": "India", "FRA": "France", "ITA": "Italy",
          "GBR": "United Kingdom", "MEX": "Mexico", "VNM": "Viet Nam"}  # fmt: skip
_GOODS = {
    "rare_earth_magnets": "Rare-earth magnets",
    "REE": "Rare-earth compounds and metals",
    "GRAPHITE": "Graphite for batteries",
    "GALLIUM": "Gallium",
    "GERMANIUM": "Germanium",
    "ANTIMONY": "Antimony",
    "TUNGSTEN": "Tungsten",
    "BATTERY": "Lithium-ion batteries",
    "API": "Active pharmaceutical ingredients",
}
_REGIMES = {
    "licences-2025": "licences as in 2025",
    "stop": "a complete stop",
    "london-2025": "after London, 2025",
    "green-channel": "green channel",
    "general-licences": "general licences",
    "civilian-only": "civilian users only",
    "affiliates-rule": "affiliates rule",
}
_LOSSES = {
    "loss_short_percent": "Loss, short run",
    "loss_short_usd_bn": "",
    "loss_medium_percent": "Loss, medium run",
    "loss_medium_usd_bn": "",
    "supplier_percent": "Its share",
    "home_percent": "Made at home",
    "suppliers": "",
    "supplier": "Who stops",
    "first_stop_day": "Line stops, day",
    "import_hhi": "",
}

GROUPS = {
    "talks": "The talks",
    "war": "Tariffs: wars, deals, interests",
    "controls": "Export controls and supply",
    "trust": "How far to trust it",
}


def _spread(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the quantiles of real income by country."""
    from tradetalks.report.ensemble import spread_chart

    rows = [row for row in answer["rows"] if row["variable"] == "real_income"]
    return spread_chart(
        rows,
        title="How sure is the answer?",
        subtitle=["Percent; pale: 90% of draws, dark: 50%,", "line: median"],
        source=[
            f"Source: tradetalks, {answer['world']}, {answer['scenario']} against",
            f"{answer['against']}; {answer['draws']:,} draws, partly assumed. A model.",
        ],
    ).spec


COMMANDS: dict[str, Command] = {
    c.name: c
    for c in (
        Command(
            "forecast",
            "Will the truce be extended?",
            "How did deadlines like this one end, and what does the record say of this one?",
            ("forecast", "--backtest"),
            (),
            "ten seconds",
            sheets={"outcomes": "How it may end", "alive": "Will the truce still stand?",
                    "readings": "Chance of an extension, by reading of the record",
                    "open_deadlines": "Other open deadlines"},
            names={"count": "Seen so far", "contacts": "With leaders' contact", "id": "",
                   "announced_only": "", "chain": "", "evidence": "", "per_day": "", "note": "",
                   "averted_low": "", "averted_high": "",
                   "decided_before": "Decided before"},
        ),
        Command(
            "truce",
            "Who gains by waiting",
            "Who gains by stalling, what is a month of truce worth, which threats are believable?",
            ("talks", "truce"),
            (Switch("sensitivity", "With maps of where the answer flips (minutes)",
                    "--sensitivity"),),
            "one to several minutes; the first time longer",
            sheets={"players": "What it is worth, USD billions",
                    "enforcement": "What keeps both from cheating",
                    "threats": "Threats: what they cost, and the chances that work",
                    "choices": "What each does in a month"},
            names={"month_against_war": "A month of truce, not war",
                   "another_month": "One more month", "stall": "Extending, not a deal now",
                   "time": "", "time_own_leverage": "", "time_other_leverage": "", "truce": "",
                   "war": "", "deal_flow": "", "deal": "", "critical_forever": "",
                   "gain_a_month": "Gain a month", "answer_a_month": "Answer a month",
                   "critical": "Patience needed", "discount": "Its own",
                   "punishment_months": ""},
        ),
        Command(
            "packages",
            "What both could sign",
            "Which packages leave neither side worse off than the law, and who gets what?",
            ("talks", "packages"),
            (_AGENDA, _HORIZON, Switch("approval", "Also who must approve", "--approval")),
            "one to several minutes",
            sheets={"points": "Packages that stand out: gains over the law",
                    "by_issue": "What each issue is worth, alone",
                    "concessions": "Who gives what", "approval": "Who must approve"},
            names={"levels": "", "point": "", "package": "", "issue": "", "from": "", "to": "",
                   "moves": "", "title": "What", "to_title": "Moves to", "in_zone": "",
                   "level": "", "worth_to_other": "Worth to the other",
                   "price": "Cost per worth", "cost": "Cost to it"},
        ),
        Command(
            "approval",
            "Who must approve it",
            "Who must approve a package, in what order, and with what probability does it pass?",
            ("talks", "approval"),
            (_AGENDA, _HORIZON),
            "one to several minutes",
            sheets={"approval": "Does it pass?", "vetoes": "Who may stop it"},
            names={"levels": "", "point": "", "package": "", "title": "Package", "in_zone": "",
                   "approver": "", "win_set": "Accepts, part of the zone",
                   "probability_nash": "Accepts Nash's package", "blocks_alone": "Blocks alone"},
        ),
        Command(
            "cooperative",
            "What talks could bring",
            "What could talks bring, if all sides gain the same proportion?",
            ("talks", "cooperative", "USA", "CHN"),
            (
                Choice("rule", "Duties", {"bilateral": "one per partner",
                                          "mfn": "one for all"}, "--rule"),
                Choice("start", "Talks begin from", {
                    "truce-holds": "the truce of 2025",
                    "nash": "the end of a tariff war",
                    "free-trade": "no US-China tariffs",
                }, "--from"),
                _HORIZON,
                Switch("cuts", "Cuts only: no duty may rise", "--cuts-only"),
            ),
            "a minute or more",
            sheets={"gains": "Who gains", "averages": "Average tariffs between the parties"},
            names={"player": "At the table", "real_income": "Real income, %",
                   "equivalent_variation": "Welfare, USD bn", "tariff_reference": "Before, %",
                   "tariff": "After, %", "imports_reference": "Imports before, USD bn"},
            group="war",
        ),
        Command(
            "best",
            "The best tariff, and after retaliation",
            "What tariff is best for a country, and what is left of it after retaliation?",
            ("talks", "best"),
            (Choice("country", "Country", {"USA": "United States", "CHN": "China"}), _HORIZON),
            "a minute or more",
            group="war",
        ),
        Command(
            "exposure",
            "On whom a country depends",
            "On whom does a country depend, how long do stocks last, what would a stop cost?",
            ("exposure",),
            (
                Choice("country", "Country", _LARGE),
                Choice("regime", "What the supplier does",
                       {"stop": "a complete stop", **_REGIMES}, "--regime"),
                Switch("lapse", "If suspended controls return on the law's dates", "--if-lapses"),
            ),
            "under a minute",
            group="controls",
            sheets={"rows": "If the largest supplier stops"},
            names=_LOSSES,
        ),
        Command(
            "licences",
            "When the first line stops",
            "What does a licence regime do to the users of a good, and when does a line stop?",
            ("controls", "licences"),
            (
                Choice("good", "Good", _GOODS),
                Choice("buyer", "Buyer", _LARGE, "--buyer"),
                Choice("regime", "Regime", _REGIMES, "--regime"),
            ),
            "under a minute",
            group="controls",
            sheets={"rows": "Stocks and lines", "users": "Who stands still"},
            names={"stock_left_after_30_days": "", "arrives_by_month_percent": "",
                   "over_on_day": "", "at_most_usd_bn": "", "daily_output_usd_bn": "",
                   "share_of_use_percent": "Share of the good's use",
                   "equilibrium_output_percent": "Output once markets adjust"},
        ),
        Command(
            "power",
            "What a stop inflicts",
            "What can one country inflict on another by stopping critical goods, and at what cost?",
            ("controls", "power"),
            (
                Choice("sender", "Who stops selling", {"CHN": "China", "USA": "United States"}),
                Choice("target", "Whom it hurts", _LARGE),
                Choice("horizon", "Horizon", {"short,medium": "short and medium",
                                              "short": "short: months"}, "--horizon"),
            ),
            "a minute",
            group="controls",
            sheets={"rows": "Real income if the goods stop"},
            names={"variety_loss_percent": "", "sender_without_rent_usd_bn": "",
                   "target_without_rent_usd_bn": "", "target_percent": "Target",
                   "target_usd_bn": "Target", "sender_percent": "Sender",
                   "sender_usd_bn": "Sender", "ratio": "Loss per loss of its own"},
        ),
        Command(
            "derisk",
            "Insurance against a stop",
            "Which second sources and stocks bring the loss from a stop under a ceiling, cheapest?",
            ("controls", "derisk"),
            (
                Choice("country", "Country", _LARGE),
                Choice("ceiling", "Ceiling of the loss", {"0.5%": "0.5% of real income",
                       "0.25%": "0.25%", "1%": "1%"}, "--ceiling"),
                Choice("elasticity", "How well users can do without",
                       {"low": "badly (cautious)", "central": "central", "high": "well"},
                       "--elasticity"),
            ),
            "a minute",
            group="controls",
            sheets={"rows": "The cheapest insurance", "second_sources": "Second sources alone"},
            names={"supplier_percent_now": "Supplier's share now, %",
                   "supplier_percent_then": "Then, %", "moved_usd_mn": "Bought elsewhere"},
        ),
        Command(
            "contradiction",
            "Lift controls, or raise duties?",
            "Which shrinks the US deficit with China: lifting controls, or raising duties?",
            ("controls", "contradiction"),
            (_HORIZON,),
            "a minute or two",
            group="controls",
            names={"incomplete": ""},
        ),
        Command(
            "ensemble",
            "How sure is the answer?",
            "What is the spread over many draws of elasticities, closures, licences and the data?",
            ("ensemble", "--workers", "2"),
            (_OPTION, Whole("draws", "Draws", 50, 2000, 200, "--draws"), _HORIZON),
            "a minute or more, by the number of draws",
            _spread,
            group="trust",
        ),
        Command(
            "nash",
            "Where a tariff war ends",
            "Where does a tariff war end, if each side answers the other as serves it best?",
            ("talks", "nash", "USA", "CHN"),
            (_START, _HORIZON),
            "ten seconds to a minute",
            group="war",
        ),
        Command(
            "optimal",
            "Tariffs without an answer",
            "Which goods tariffs would serve one country best, if nobody retaliated?",
            ("talks", "optimal"),
            (
                Choice("country", "Country", {"USA": "United States", "CHN": "China"}),
                Choice("partners", "On goods of", {"CHN": "China", "USA": "the United States",
                                                   "all": "everybody"}, "--partners"),
                _START,
                _HORIZON,
            ),
            "ten seconds to a minute",
            group="war",
        ),
        Command(
            "groups",
            "Who gains at home",
            "Which groups in the United States and China gain or lose from an option?",
            ("talks", "groups"),
            (_OPTION, _HORIZON),
            "ten seconds to a minute",
            group="war",
        ),
        Command(
            "partners",
            "Who gains abroad",
            "What are the partners' offers worth, against what happens without a deal?",
            ("talks", "partners"),
            (_OPTION,),
            "ten seconds to a minute",
            group="talks",
        ),
        Command(
            "jobs",
            "What a job costs",
            "What do tariffs, subsidies and training do to factory jobs, and at what cost per job?",
            ("talks", "jobs"),
            (),
            "ten seconds to a minute",
            group="war",
        ),
        Command(
            "gap",
            "Narrowing the trade gap",
            "What narrows the US gap with China by so many billions, and what does it cost?",
            ("talks", "gap"),
            (Whole("target", "Narrow it by, USD bn", 5, 300, 50, "--target"), _START, _HORIZON),
            "a minute",
            group="war",
        ),
        Command(
            "claims",
            "Claims, checked",
            "Do the figures of five articles on the talks hold?",
            ("claims",),
            (),
            "a minute",
            group="trust",
        ),
        Command(
            "scenarios",
            "The shipped scenarios",
            "Which questions ship with the package, and what do they change?",
            ("scenarios",),
            (),
            "a moment",
            group="trust",
        ),
        Command(
            "replicate",
            "Published results, replicated",
            "Does the engine give the published answers?",
            ("replicate",),
            (Choice("name", "Study", {"all": "all that need no raw data"}),),
            "a minute",
            group="trust",
        ),
    )
}  # fmt: skip


def command(name: str) -> Command:
    """Return an entry. Raises UnknownName with a suggestion."""
    if name not in COMMANDS:
        raise unknown_name("command", name[:40], COMMANDS)
    return COMMANDS[name]
