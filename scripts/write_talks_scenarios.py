"""Write the scenarios `us-optimal` and `bilateral-nash` from the shipped world.

Run it whenever the world or its elasticities change; a test fails until then.
Usage: python scripts/write_talks_scenarios.py
"""

from __future__ import annotations

from pathlib import Path

from tradetalks.talks import play, scenario_of

OUT = Path(__file__).parents[1] / "src/tradetalks/scenario/shipped"


def scenarios():
    """Return the two scenarios."""
    alone = play("optimal", ("USA",), partners=("CHN",))
    war = play("nash", ("USA", "CHN"))
    return (
        scenario_of(
            alone,
            "us-optimal",
            title="The US tariffs on China that serve the US best",
            question="What if the United States set the tariffs on Chinese goods that serve it "
            "best, and China kept those of the truce?",
            notes="Found by `tradetalks talks optimal USA --partners CHN` at the central "
            "elasticities of the medium horizon; an answer of the model, not a proposal of "
            "anybody. Real income is all that counts in it (assumed).",
        ),
        scenario_of(
            war,
            "bilateral-nash",
            title="The US-China tariff war to its end",
            question="What if the United States and China each set the tariffs on the other that "
            "serve it best, given those of the other?",
            notes="Found by `tradetalks talks nash USA CHN` at the central elasticities of the "
            "medium horizon; an answer of the model, not a forecast. Real income is all that "
            "counts in it (assumed); it lies below the tariffs of the truce.",
        ),
    )


if __name__ == "__main__":
    for scenario in scenarios():
        (OUT / f"{scenario.name}.yaml").write_text(scenario.to_yaml(), "utf-8")
        print(f"wrote {scenario.name}.yaml")
