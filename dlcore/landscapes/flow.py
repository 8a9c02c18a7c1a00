"""Gradient flow on the chain F(w) = ½ (1 − w_1 ⋯ w_L)², as an integral instead of a sequence of steps.

The flow ẇ_i = (1 − P) ∏_{j≠i} w_j keeps all differences w_i² − w_j². So the smallest weight tells where all others are:
with s = w_k sgn ∏_{j≠k} w_j, |w_k| smallest, and a_j = w_j² − w_k² ≥ 0,

    P = s Q,   Q = ∏_{j≠k} √(s² + a_j),   t(s) = ∫ ds / ((1 − P) Q)

From P < 0 the flow passes through s = 0 and reaches P = 1, unless another weight is as small (some a_j = 0): then Q
vanishes at s = 0, the integral diverges, and the flow ends at a saddle.

>>> time, loss = chain_flow(np.array([0.1, 0.1]))  # equal weights, L = 2: Ṗ = 2P (1 − P), a logistic curve
>>> round(float(np.interp(2.0, time, loss)), 3), round(float(1 - 1 / (1 + 99 * np.exp(-4.0))) ** 2 / 2, 3)
(0.208, 0.208)
"""

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq

from dlcore.checks import Reals, finite
from dlcore.gaussian import Values

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_PLACES = 150  # of s: towards the end, and again along the plateau
_NEAR = 1e-9  # of the whole way is left where the record ends


def chain_flow(start: Float[np.ndarray, " depth"]) -> tuple[Float[np.ndarray, " places"], Float[np.ndarray, " places"]]:
    """Times and losses ½ (1 − P)² along gradient flow from ``start``; the last place is next to where it ends.

    At most one weight may be 0: with two, the start is a stationary point.
    """
    w = np.asarray(finite("start", start), dtype=float)
    k = int(np.argmin(np.abs(w)))
    others = np.delete(w, k)
    if w.ndim != 1 or len(w) < 2 or not np.all(others):
        raise ValueError(f"start must hold at least 2 weights of which at most one is 0, got {start}: elsewhere nothing flows")
    rest = others**2 - w[k] ** 2
    s = _places(float(w[k] * np.prod(np.sign(others))), rest)
    half = np.diff(s) / 2
    inside = (s[:-1] + half)[:, None] + half[:, None] * _NODES
    speed = (1 - inside * _outer(inside, rest)) * _outer(inside, rest)
    time = np.concatenate([[0.0], np.cumsum((_WEIGHTS / speed).sum(axis=1) * half)])
    return time, (1 - s * _outer(s, rest)) ** 2 / 2


def _outer(s: Reals, rest: np.ndarray) -> Values:
    """Q(s), the product of the sizes of all weights but the smallest."""
    return np.prod(np.sqrt(np.asarray(s)[..., None] ** 2 + rest), axis=-1)


def _places(first: float, rest: np.ndarray) -> np.ndarray:
    """Values of s from ``first`` to where the flow ends: dense near the end and where Q is small, the end itself left out."""
    stuck = first < 0 and not np.all(rest)
    last = 0.0 if stuck else brentq(lambda s: s * _outer(s, rest) - 1, 0, 1 + abs(first), xtol=1e-15)
    places = [last + (first - last) * np.geomspace(1, _NEAR, _PLACES)]
    if first > 0:
        places.append(np.geomspace(first, places[0][-1], _PLACES))
    elif not stuck:
        width = np.sqrt(rest.min()) / 20
        places.append(width * np.sinh(np.linspace(*np.arcsinh([first / width, places[0][-1] / width]), _PLACES)))
    low, high = sorted((first, float(places[0][-1])))
    s = np.unique(np.clip(np.concatenate([[first], *places]), low, high))
    return s if last > first else s[::-1]
