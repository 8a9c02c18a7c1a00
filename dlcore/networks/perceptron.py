"""The perceptron (Rosenblatt 1958), its margin, and Novikoff's bound on its mistakes.

    on a mistake, y⟨w, x⟩ ≤ 0:   w ← w + y x;   at most (R/γ)² mistakes, R = max ‖x_i‖, γ the margin (Novikoff 1962)

A bias is the weight of a constant input: `with_constant`.

>>> x, y = np.array([[2.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]), np.array([1.0, 1.0, -1.0])
>>> train(x, y).weights.tolist(), round(bound(x, y), 3)
([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0]], 5.0)
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import nnls

from dlcore.checks import Integer, finite, positive_int

Points = Float[np.ndarray, "_ _"]  # (points, d)
Labels = Float[np.ndarray, "_"]
_ROUNDING = 1e-12  # of a residual that is 0 for data without a margin


class Run(NamedTuple):
    """Weights before and after every update, the example that caused each, the passes that were begun, and whether the last was clean."""

    weights: Float[np.ndarray, "updates+1 d"]
    example: Int[np.ndarray, " updates"]
    passes: int
    done: bool


def with_constant(x: Points) -> Points:
    """x̃ = (1, x): the bias becomes the first weight."""
    return np.concatenate([np.ones((len(x), 1)), np.asarray(x, dtype=float)], axis=1)


def train(x: Points, y: Labels, *, most: Integer = 10_000) -> Run:
    """Pass through the examples in their order, from w = 0, until a pass without a mistake or ``most`` updates."""
    x, y = _checked(x, y)
    weights, example, passes, done = [np.zeros(x.shape[1])], [], 0, False
    most = positive_int("most", most)
    while not done and len(example) < most:
        passes, done = passes + 1, True
        for i, (features, label) in enumerate(zip(x, y)):
            if label * (features @ weights[-1]) <= 0 and len(example) < most:
                done = False
                weights.append(weights[-1] + label * features)
                example.append(i)
    return Run(np.array(weights), np.array(example, dtype=int), passes, done)


def margin(x: Points, y: Labels) -> float:
    """γ = max over ‖u‖ = 1 of min_i y_i⟨u, x_i⟩; 0 where no u makes all of them positive.

    The shortest u with y_i⟨u, x_i⟩ ≥ 1 has length 1/γ; it comes from non-negative least squares
    (Lawson and Hanson 1974, chapter 23).

    >>> round(margin(np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([1.0, 1.0])), 12)
    1.0
    """
    x, y = _checked(x, y)
    signed = y[:, None] * x
    scale = np.abs(signed).max(initial=0.0) or 1.0
    system = np.vstack([signed.T / scale, np.ones(len(y))])
    target = np.append(np.zeros(x.shape[1]), 1.0)
    share, _ = nnls(system, target)
    rest = target - system @ share
    if np.linalg.norm(rest) < _ROUNDING:
        return 0.0
    return float(scale * rest[-1] / np.linalg.norm(rest[:-1]))


def bound(x: Points, y: Labels) -> float:
    """Novikoff's (R/γ)²; infinite without a margin."""
    gap = margin(x, y)
    return float((np.linalg.norm(x, axis=1).max() / gap) ** 2) if gap > 0 else np.inf


def _checked(x: Points, y: Labels) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(finite("x", x), dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 2 or y.shape != (len(x),) or not len(x):
        raise ValueError(f"x must have the shape (points, d) and y one label for each, got {x.shape} and {y.shape}: reshape them")
    if not np.isin(y, (-1, 1)).all():
        raise ValueError(f"y must hold labels −1 and 1, got {y[~np.isin(y, (-1, 1))][0]}: pass 2 * y − 1 for labels 0 and 1")
    return x, y
