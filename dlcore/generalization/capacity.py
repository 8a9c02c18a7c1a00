"""What a class of functions can do on n points: dichotomies counted, one parameter without limits, Rademacher averages.

A *dichotomy* of n points is a row of n labels ±1. Half-spaces {wᵀx + b > 0} in R^d realise on n points in general position

    C(n, d + 1) = 2 Σ_{k ≤ d} binom(n − 1, k)

of the 2ⁿ (Cover 1965, IEEE Transactions on Electronic Computers EC-14). The empirical Rademacher average of a class on a sample is
E sup_f (1/n) Σ σ_i f(x_i) over independent fair signs σ_i.

>>> cover(4, 2), int(plane_dichotomies(np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).possible.sum())
(14, 14)
>>> rademacher_finite(np.array([[1, 1], [-1, -1]]))
0.5
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Num

from dlcore.checks import Integer, Real, finite, generator, positive, positive_int

from .expansions import separable

_MOST = 18  # signs: more than 2¹⁷ rows of them would fill the memory


class Dichotomies(NamedTuple):
    """All rows of labels of n points in the plane; which of them a line parts; and the line wᵀx = c of the widest margin."""

    labels: Int[np.ndarray, "rows n"]
    possible: Bool[np.ndarray, " rows"]
    normal: Float[np.ndarray, "rows 2"]
    offset: Float[np.ndarray, " rows"]


def cover(n: Integer, d: Integer) -> int:
    """2 Σ_{k ≤ d} binom(n − 1, k): dichotomies of n points in general position in R^d by half-spaces."""
    positive_int("n", n)
    positive_int("d", d)
    return 2 * sum(math.comb(int(n) - 1, k) for k in range(int(d) + 1))


def all_labels(n: Integer) -> Int[np.ndarray, "rows n"]:
    """The 2ⁿ rows of n labels ±1; row 2ⁿ − 1 − r is row r with all labels turned."""
    if positive_int("n", n) > _MOST:
        raise ValueError(f"n must be at most {_MOST}, got {n}: draw signs at random instead")
    return 1 - 2 * ((np.arange(2 ** int(n))[:, None] >> np.arange(int(n))) & 1)


def plane_dichotomies(points: Int[np.ndarray, "n 2"]) -> Dichotomies:
    """Which labels of points with whole coordinates a line parts strictly: exact, in whole numbers.

    The two nearest points of the convex hulls of both classes are a corner each, or a corner and a point inside an edge. So the normal
    of the widest margin is a difference of two points, or perpendicular to one, and it is enough to try these. Rows of equal labels are
    possible (all points lie on one side) and have the normal 0.
    """
    points = np.asarray(points)
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "iu" or len(points) < 2:
        raise ValueError(f"points must be at least two rows of two whole numbers, got shape {points.shape} of {points.dtype}: use a grid")
    labels = all_labels(len(points))
    if np.abs(points).max() > 10_000:
        raise ValueError(f"points must lie within ±10000, got {np.abs(points).max()}: products would overflow")
    differences = (points[:, None] - points[None]).reshape(-1, 2)
    differences = differences[differences.any(axis=1)]
    normals = np.concatenate([differences, differences[:, ::-1] * [1, -1], np.zeros((1, 2), dtype=int)])
    height, far = normals @ points.T, np.int64(2) ** 40
    low = np.where(labels[:, None] > 0, height, far).min(axis=2)
    high = np.where(labels[:, None] < 0, height, -far).max(axis=2)
    gap = (low - high) / np.maximum(np.linalg.norm(normals, axis=1), 0.5)
    best, rows = gap.argmax(axis=1), np.arange(len(labels))
    mixed = (labels != labels[:, :1]).any(axis=1)
    possible = ~mixed | ((low - high)[rows, best] > 0)
    shown = possible & mixed
    normal = np.where(shown[:, None], normals[best], 0).astype(float)
    offset = np.where(shown, (low + high)[rows, best] / 2, 0.0)
    return Dichotomies(labels, possible, normal, offset)


def halfspace_dichotomies(points: Num[np.ndarray, "n d"]) -> int:
    """How many dichotomies of the points half-spaces realise, by linear programs: point after point, those possible so far extended."""
    points = np.asarray(finite("points", points), dtype=float)
    features, rows = np.column_stack([np.ones(len(points)), points]), [(1,)]
    for k in range(2, len(points) + 1):
        rows = [(*row, y) for row in rows for y in (1, -1) if separable(features[:k], np.array((*row, y)))]
    return 2 * len(rows)


def sine_label(turns: Fraction, x: Fraction) -> int:
    """The sign of sin(π · turns · x), exact for fractions: +1, −1, or 0 on a zero.

    >>> sine_label(Fraction(5), Fraction(1, 2)), sine_label(Fraction(5), Fraction(1, 4)), sine_label(Fraction(5), Fraction(1))
    (1, -1, 0)
    """
    phase = Fraction(turns) * Fraction(x) % 2
    return 0 if phase in (0, 1) else 1 if phase < 1 else -1


def rademacher_finite(values: Num[np.ndarray, "functions n"]) -> float:
    """E max_f (1/n) Σ σ_i f(x_i) of finitely many functions, given by their values on n points, over all 2ⁿ signs."""
    values = np.asarray(finite("values", values), dtype=float)
    return float((all_labels(values.shape[1]) @ values.T).max(axis=1).mean() / values.shape[1])


def rademacher_ball(points: Num[np.ndarray, "n d"], radius: Real = 1.0) -> float:
    """(B/n) E‖Σ σ_i x_i‖, the Rademacher average of x ↦ wᵀx with ‖w‖ ≤ B, over all signs (one half, for they come in pairs)."""
    points = np.asarray(finite("points", points), dtype=float)
    signs = all_labels(len(points))[: 2 ** (len(points) - 1)]
    return float(positive("radius", radius) * np.linalg.norm(signs @ points, axis=1).mean() / len(points))


def rademacher_ball_draws(
    points: Num[np.ndarray, "n d"], draws: Integer, rng: np.random.Generator, radius: Real = 1.0
) -> Float[np.ndarray, " draws"]:
    """Independent draws of (B/n)‖Σ σ_i x_i‖, whose mean is the Rademacher average of the ball."""
    points = np.asarray(finite("points", points), dtype=float)
    signs = generator("rng", rng).choice([-1.0, 1.0], size=(positive_int("draws", draws), len(points)))
    return positive("radius", radius) * np.linalg.norm(signs @ points, axis=1) / len(points)
