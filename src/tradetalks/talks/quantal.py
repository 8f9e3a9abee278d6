"""Logit (quantal response) equilibria of many small two-player games at once.

McKelvey and Palfrey (1995): each player's odds between two actions are exp of the difference of
expected payoffs over the scale. For a large scale there is one equilibrium; as it falls to zero its
limits are Nash equilibria. Followed from even odds as the scale falls, the branch is unique for
almost every game; that branch is what is returned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradetalks.errors import BadNumber, NotConverged

Numbers = NDArray[np.float64]
TOLERANCE = 1e-9
_STEP = 0.4  # the scale falls by at most this factor between two corrections
_FINE = 0.93
_DRAWS, _DAMPED = 30, 20
_CORRECTIONS, _LAST = 1, 60


def softmax(x: Numbers) -> Numbers:
    """Return exp(x) over its sum along the last axis."""
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def logit_equilibrium(A: Numbers, B: Numbers, scale: float) -> tuple[Numbers, Numbers]:
    """Return the odds `P` `[s, a]` and `Q` `[s, b]` of the two players in games `s`.

    `A` and `B` `[s, a, b]` are the payoffs of the row and of the column player; `scale` is in their
    unit. Raises `BadNumber` for a scale that is not positive, `NotConverged` if a game is not
    solved to 1e-8.
    """
    if not (np.isfinite(scale) and scale > 0):
        raise BadNumber(
            f"a logit scale of {scale:g} is none.", cure="Give a number above 0, such as 5."
        )
    spread = max(float(np.ptp(A, axis=1).max()), float(np.ptp(B, axis=2).max()), 1e-12)
    a, b = A / scale, B / scale
    try:
        u = _followed(a, b, spread / scale, _STEP)
        lost = np.flatnonzero(_gap(u, _reply(u, a, b)[0]) > TOLERANCE)
        if lost.size:
            u[lost] = _rescued(a[lost], b[lost], spread / scale)
    except np.linalg.LinAlgError:  # exactly on a fold
        u = np.full(A.shape[:2], np.nan)
    reply, P, Q = _reply(u, a, b)
    gap = np.abs(P - softmax(reply)).max(initial=0.0)
    if not gap < 10 * TOLERANCE:
        raise NotConverged(
            f"no logit equilibrium was found at scale {scale:g} (gap {gap:.1e}).",
            cure="Use a larger scale: --set sigma=5.",
        )
    return P, Q


def _followed(A: Numbers, B: Numbers, span: float, step: float) -> Numbers:
    """Return expected payoffs over the scale, followed from even odds as the scale falls."""
    levels = int(np.ceil(np.log(max(span, 1.0)) / -np.log(step)))
    u = np.zeros(A.shape[:2])
    for level in range(levels, -1, -1):
        softer = step**level
        u = _corrected(u, softer * A, softer * B, _LAST if level == 0 else _CORRECTIONS)
        if level:
            u = u - np.log(step) * _drift(u, softer * A, softer * B)
    return u


def _drift(u: Numbers, a: Numbers, b: Numbers) -> Numbers:
    """Return how the equilibrium `u` moves with minus the log of the scale (tangent of the path).

    A pure choice's log odds grow with the payoffs, a mixed one's stay: both are in the derivative
    of u = A q(B' p(u)).
    """
    reply, p, q = _reply(u, a, b)
    answer = np.einsum("sa,sab->sb", p, b)
    rise = reply + np.einsum("sab,sbc,sc->sa", a, _bend(q), answer)
    return np.linalg.solve(_jacobian(p, q, a, b), rise[..., None])[..., 0].astype(np.float64)


def _rescued(A: Numbers, B: Numbers, span: float) -> Numbers:
    """Return equilibria of games whose branch turns back: smaller steps, then from other starts.

    Where the branch folds there are several equilibria; the first that is found is taken, from
    pure choices first, then from drawn ones (always the same draws).
    """
    u = _followed(A, B, span, _FINE)
    n = A.shape[1]
    rng = np.random.default_rng(0)
    starts = [*np.eye(n) * span, *rng.normal(size=(_DRAWS, n)) * rng.uniform(0, 3, (_DRAWS, 1))]
    for start in starts:
        lost = np.flatnonzero(_gap(u, _reply(u, A, B)[0]) > TOLERANCE)
        if not lost.size:
            break
        a, b = A[lost], B[lost]
        v = np.broadcast_to(start, (lost.size, n)).copy()
        for _ in range(_DAMPED):
            v = v + 0.2 * (_reply(v, a, b)[0] - v)
        u[lost] = _corrected(v, a, b, _LAST)
    return u


def _corrected(u: Numbers, A: Numbers, B: Numbers, rounds: int) -> Numbers:
    """Return `u` `[s, a]` after Newton steps on u = A q(B' p(u)), p and q being softmax.

    `u` are expected payoffs over the scale: log odds, so no step leaves the simplex. A step that
    does not reduce the gap is shortened; where none helps, a damped best reply is taken.
    """
    active = np.arange(len(u))
    u = u.copy()
    for _ in range(rounds):
        a, b, v = A[active], B[active], u[active]
        reply, p, q = _reply(v, a, b)
        gap = _gap(v, reply)
        wide = gap > 1e-3 * TOLERANCE
        if not wide.any():
            break
        active = active[wide]
        a, b, v, p, q, reply, gap = (x[wide] for x in (a, b, v, p, q, reply, gap))
        step = np.linalg.solve(_jacobian(p, q, a, b), (v - reply)[..., None])[..., 0]
        u[active] = _searched(v, step.astype(np.float64), reply, gap, a, b)
    return u


def _searched(
    v: Numbers, step: Numbers, reply: Numbers, gap: Numbers, a: Numbers, b: Numbers
) -> Numbers:
    """Return the Newton point where it reduces the gap, else a shorter one or a damped reply."""
    best = v + 0.3 * (reply - v)
    todo = np.ones(len(v), dtype=bool)
    for length in (1.0, 0.5, 0.2, 0.05):
        trial = v - length * step
        new = _gap(trial, _reply(trial, a, b)[0])
        good = todo & (new < (1 - 0.1 * length) * gap)
        best[good] = trial[good]
        todo &= ~good
        if not todo.any():
            break
    return best


def _reply(u: Numbers, a: Numbers, b: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the row player's expected payoffs given the answer to `u`, and both sides' odds."""
    p = softmax(u)
    q = softmax(np.einsum("sa,sab->sb", p, b))
    return np.einsum("sb,sab->sa", q, a), p, q


def _jacobian(p: Numbers, q: Numbers, a: Numbers, b: Numbers) -> Numbers:
    """Return the derivative `[s, a, a']` of u - A q(B' p(u)) in u."""
    return np.eye(p.shape[-1]) - a @ _bend(q) @ b.swapaxes(-1, -2) @ _bend(p)


def _gap(u: Numbers, reply: Numbers) -> Numbers:
    """Return the largest difference of log odds `[s]`; a constant added to payoffs is none."""
    d = u - reply
    return np.abs(d - d.mean(-1, keepdims=True)).max(-1)


def _bend(p: Numbers) -> Numbers:
    """Return the derivative of softmax at `p`: diag(p) - p p'."""
    return p[..., None] * np.eye(p.shape[-1]) - p[..., :, None] * p[..., None, :]
