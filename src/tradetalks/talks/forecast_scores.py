"""Back-test of the forecasts: rolling origin, clustered by instrument, Brier and log scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadNumber, NoAnswer
from tradetalks.talks.forecast_data import AVERTED, OUTCOMES, Deadline, Record
from tradetalks.talks.forecast_model import MODELS, origin_of, predict
from tradetalks.talks.forecast_rates import LEVEL, rates_of

Numbers = NDArray[np.float64]
RIVAL = "class"
_DRAWS = 4_000
_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_LEAST = 10


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts of decided deadlines from what was known before each.

    `rows` `[r]`, `origins` `[r]`, `probability[model]` `[r, m]`; `outcome` `[r]` are positions in
    `OUTCOMES`.
    """

    rows: tuple[Deadline, ...]
    origins: tuple[date, ...]
    probability: Mapping[str, Numbers]
    outcome: NDArray[np.int64]
    lead: int

    def losses(self, score: str) -> dict[str, Numbers]:
        """Return the loss of each forecast `[r]` by model; `score` is `brier` or `log`."""
        loss = {"brier": brier, "log": log_loss}[score]
        return {name: loss(p, self.outcome) for name, p in self.probability.items()}

    def scores(self) -> list[dict[str, Any]]:
        """Return a row per model: mean Brier and log score, and the gap to the class rate.

        Intervals (90%) come from resampling chains, not deadlines: a chain of extensions is one
        draw. A negative gap is better than the class base rate.
        """
        chains = sorted({r.chain for r in self.rows})
        member = np.array([[r.chain == c for r in self.rows] for c in chains], dtype=float)
        rng = np.random.default_rng(55)
        times = rng.multinomial(len(chains), np.full(len(chains), 1 / len(chains)), size=_DRAWS)
        weight = times @ member
        weight /= weight.sum(1, keepdims=True)
        out: list[dict[str, Any]] = []
        for name, what in MODELS.items():
            line: dict[str, Any] = {"model": name, "what": what}
            for score in ("brier", "log"):
                losses = self.losses(score)
                gap = losses[name] - losses[RIVAL]
                line[score] = float(losses[name].mean())
                low, high = np.quantile(weight @ gap, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
                line |= {
                    f"{score}_gap": float(gap.mean()),
                    f"{score}_gap_low": float(low),
                    f"{score}_gap_high": float(high),
                }
            line["verdict"] = "" if name == RIVAL else _verdict(line)
            out.append(line)
        return out

    def beats_class(self, model: str) -> bool:
        """Whether `model` is better than the class rate on both scores, intervals below zero."""
        (row,) = [r for r in self.scores() if r["model"] == model]
        return row["verdict"] == "better"

    def calibration(self, model: str = RIVAL) -> list[dict[str, Any]]:
        """Return a row per bin of the forecast chance that the default is averted."""
        said = self.probability[model][:, np.isin(OUTCOMES, AVERTED)].sum(1)
        happened = np.isin(self.outcome, [OUTCOMES.index(o) for o in AVERTED])
        out: list[dict[str, Any]] = []
        for low, high in pairwise(_EDGES):
            here = (said >= low) & ((said < high) | (high == _EDGES[-1]))
            if not here.any():
                continue
            inside = rates_of(r for r, h in zip(self.rows, here, strict=True) if h)
            share_low, share_high = inside.interval(AVERTED)
            out.append(
                {
                    "from": low,
                    "to": high,
                    "forecasts": inside.n,
                    "chains": inside.chains,
                    "mean_forecast": float(said[here].mean()),
                    "share_averted": float(happened[here].mean()),
                    "share_low": share_low,
                    "share_high": share_high,
                }
            )
        return out

    def table(self) -> list[dict[str, Any]]:
        """Return a row per forecast: what was said, on which day, and what happened."""
        return [
            {
                "id": r.id,
                "title": r.title,
                "kind": r.kind,
                "chain": r.chain,
                "deadline": r.deadline.isoformat(),
                "forecast_on": day.isoformat(),
                "outcome": r.outcome,
                **{
                    f"{model}_{o}": float(p[at, k])
                    for model, p in self.probability.items()
                    for k, o in enumerate(OUTCOMES)
                },
            }
            for at, (r, day) in enumerate(zip(self.rows, self.origins, strict=True))
        ]


def backtest(record: Record, on: date, *, lead: int = 14) -> Backtest:
    """Forecast each deadline decided by `on` from what was known `lead` days before it.

    Raises `BadNumber` for a lead below one, `NoAnswer` with fewer than ten decided deadlines.
    """
    if lead < 1:
        raise BadNumber(f"a lead of {lead} days is none.", cure="Give 1 day or more.")
    rows = sorted(
        (d for d in record.deadlines if d.decided_by(on)), key=lambda d: (origin_of(d, lead), d.id)
    )
    if len(rows) < _LEAST:
        raise NoAnswer(
            f"only {len(rows)} deadlines were decided by {on}: too few to test a forecast.",
            cure="Ask for a later day.",
        )
    origins = tuple(origin_of(r, lead) for r in rows)
    said = [predict(record, r, day, lead) for r, day in zip(rows, origins, strict=True)]
    return Backtest(
        tuple(rows),
        origins,
        {name: np.array([p[name] for p in said]) for name in MODELS},
        np.array([OUTCOMES.index(r.outcome) for r in rows]),
        lead,
    )


def brier(p: Numbers, outcome: NDArray[np.int64]) -> Numbers:
    """Return the Brier score over all outcomes, sum of squares, zero (right) to two `[r]`."""
    return ((p - np.eye(p.shape[1])[outcome]) ** 2).sum(1)


def log_loss(p: Numbers, outcome: NDArray[np.int64]) -> Numbers:
    """Return minus the log of the probability given to what happened `[r]`."""
    return -np.log(p[np.arange(len(outcome)), outcome])


def _verdict(line: Mapping[str, Any]) -> str:
    gaps: Sequence[tuple[float, float]] = [
        (line[f"{s}_gap_low"], line[f"{s}_gap_high"]) for s in ("brier", "log")
    ]
    if all(high < 0 for _, high in gaps):
        return "better"
    if all(low > 0 for low, _ in gaps):
        return "worse"
    return "cannot be told apart"
