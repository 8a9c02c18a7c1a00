"""The exact worst case of a small ReLU network over a box: a mixed-integer programme, and in the plane all its linear regions.

Each hidden neuron with bounds l < 0 < u gets a binary variable a, and z = max(h, 0) becomes

    z ≥ 0,  z ≥ h,  z ≤ u a,  z ≤ h − l (1 − a)

(Tjeng, Xiao and Tedrake 2019). With 0 ≤ a ≤ 1 instead it is the triangle relaxation (Ehlers 2017). scipy.optimize.milp solves
both. In the plane a box is cut along the line on which each neuron switches: on each polygon the network is affine, so its
extremes are at corners.

>>> net = [np.array([[1.0], [-1.0]]), np.array([[1.0, 1.0]])], [np.array([0.0, 1.0]), np.zeros(1)]  # max(x, 0) + max(1 − x, 0)
>>> worst(*net, np.array([-1.0]), np.array([2.0])).value
1.0
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.optimize import Bounds, LinearConstraint, milp

from dlcore.robustness import bounds

Vector = Float[np.ndarray, " n"]
Polygon = Float[np.ndarray, "corners 2"]


class Worst(NamedTuple):
    """``bound`` ≤ the smallest output, proved by the solver; ``value`` = f(x), the output at the point ``x`` that it found."""

    bound: float
    value: float
    x: Vector


class Region(NamedTuple):
    """A polygon of inputs, its corners in order, and the outputs at these corners; in between the network is affine."""

    corners: Polygon
    outputs: Float[np.ndarray, "corners n"]


def worst(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], low: Vector, high: Vector, *, relaxed: bool = False,
    inner: Sequence[bounds.Bounds] | None = None,
) -> Worst:  # fmt: skip
    """The smallest output of a network with one output on one box, or with ``relaxed`` a lower bound: each ReLU a triangle.

    ``inner`` are bounds of the hidden layers, as `bounds.linear` returns them for this box; they are found if not given.
    """
    if weights[-1].shape[-2] != 1:
        raise ValueError(f"the network must have one output, got {weights[-1].shape[-2]}: make it a margin, one row of weights")
    weights, biases = [w.reshape(w.shape[-2:]) for w in weights], [np.reshape(b, -1) for b in biases]
    found = bounds.linear(weights, biases, low[None], high[None]) if inner is None else inner
    sizes = [len(low), *(len(b) for b in biases[:-1])]
    total, start = 2 * sum(sizes) - sizes[0], np.cumsum([0, *sizes]).tolist()
    switches = start[-1] - sizes[0]  # from a neuron's z to its switch a
    least, most, whole = np.zeros(total), np.ones(total), np.zeros(total)
    least[: sizes[0]], most[: sizes[0]] = low, high
    rows, ceilings = [], []
    for k, (w, b) in enumerate(zip(weights[:-1], biases[:-1], strict=True)):
        before, z = slice(start[k], start[k + 1]), start[k + 1]
        for i, (least_h, most_h) in enumerate(zip(found[k].low[0], found[k].high[0], strict=True)):
            most[z + i] = max(most_h, 0)
            if most_h > 0:
                rows.append(_row(total, before, w[i], {z + i: -1}))  # h ≤ z
                ceilings.append(-b[i])
                above = {z + i: 1, z + i + switches: -least_h} if least_h < 0 else {z + i: 1}
                rows.append(_row(total, before, -w[i], above))  # z ≤ h − l (1 − a)
                ceilings.append(b[i] - min(least_h, 0))
            if least_h < 0 < most_h:
                rows.append(_row(total, before, 0 * w[i], {z + i: 1, z + i + switches: -most_h}))  # z ≤ u a
                ceilings.append(0.0)
                whole[z + i + switches] = 0 if relaxed else 1
    goal = _row(total, slice(start[-2], start[-1]), weights[-1][0], {})
    limits = LinearConstraint(np.array(rows), -np.inf, ceilings) if rows else None
    solved = milp(goal, integrality=whole, bounds=Bounds(least, most), constraints=limits, options={"mip_rel_gap": 0.0})
    if solved.x is None:
        raise ValueError(f"the solver found no point, {solved.message}: bounds of the hidden layers must hold on the whole box")
    x = np.clip(solved.x[: sizes[0]], low, high)
    proved = solved.fun if solved.mip_dual_bound is None else solved.mip_dual_bound
    return Worst(float(proved + biases[-1][0]), float(bounds.scores(weights, biases, x[None])[0, 0]), x)


def regions(weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], low: Vector, high: Vector) -> list[Region]:
    """The polygons into which the switches of all hidden neurons cut a box in the plane."""
    if len(low) != 2 or len(high) != 2 or not np.all(low < high):
        raise ValueError(f"the box must lie in the plane and have an inside, got {low} to {high}: pass two coordinates each")
    square = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    pieces = [Region(square, square)]
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        pieces = [Region(corners, z @ w.T + b) for corners, z in pieces]
        if k == len(weights) - 1:
            return pieces
        for i in range(len(b)):
            pieces = [part for piece in pieces for part in _cut(piece, i)]
        pieces = [Region(corners, np.maximum(h, 0)) for corners, h in pieces]
    return pieces


def clipped(polygon: Polygon, normal: Vector, offset: float) -> Float[np.ndarray, "left 2"]:
    """The part of a convex polygon where normal · x ≤ offset."""
    return _half(Region(polygon, np.zeros((len(polygon), 0))), polygon @ normal - offset).corners


def hull(points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "corners 2"]:
    """Corners of the convex hull, anticlockwise, by Andrew's monotone chain; points on a line leave its two ends."""
    ordered = np.unique(np.round(points, 12), axis=0)
    chains = []
    for side in (ordered, ordered[::-1]):
        chain: list[np.ndarray] = []
        for p in side:
            while len(chain) > 1 and _turn(*chain[-2:], p) <= 1e-12:
                chain.pop()
            chain.append(p)
        chains += chain[:-1]
    return np.array(chains if chains else ordered)


def _turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    """Twice the area of a triangle, positive if its corners stand anticlockwise."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _cut(piece: Region, i: int) -> list[Region]:
    """A polygon, or the two into which the line h_i = 0 cuts it."""
    h = piece.outputs[:, i]
    parts = [_half(piece, side) for side in (h, -h)] if h.min() < 0 < h.max() else [piece]
    return [part for part in parts if len(part.corners) > 2]


def _half(piece: Region, side: Vector) -> Region:
    """What is left of a polygon where an affine function, given at the corners, is at most 0."""
    kept = []
    both = np.concatenate([piece.corners, piece.outputs], axis=1)
    for a, b, at_a, at_b in zip(both, np.roll(both, -1, axis=0), side, np.roll(side, -1), strict=True):
        if at_a <= 0:
            kept.append(a)
        if at_a * at_b < 0:
            kept.append(a + (b - a) * at_a / (at_a - at_b))
    kept = np.array(kept).reshape(-1, both.shape[1])
    return Region(kept[:, :2], kept[:, 2:])


def _row(total: int, before: slice, w: np.ndarray, entries: dict) -> np.ndarray:
    row = np.zeros(total)
    row[before] = w
    for place, value in entries.items():
        row[place] += value
    return row
