"""The linear pieces of a ReLU network on a line or on a segment, all of them, without a grid.

On a line t ↦ point + t direction every layer is piecewise affine in t. One holds, piece by piece, the slope and the offset of each
neuron. A layer makes new pieces where one of its neurons crosses 0 inside an old piece: at −offset/slope, no search is needed.

>>> W, b = [np.ones((2, 1)), np.array([[2.0, -4.0]])], [np.array([0.0, -0.5]), np.zeros(1)]
>>> on_line(W, b)[-1].breaks.tolist()
[0.0, 0.5]

With arrays of fractions (dtype object) everything is exact; with floats, up to kinks that rounding brings together.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from dlcore.checks import Real

End = Real | Fraction
_SAME = 1e-12  # relative difference below which two slopes in floats are one


class Pieces(NamedTuple):
    """A piecewise affine map of t: ``breaks`` (p − 1,), and on each of the p pieces ``slopes`` t + ``offsets``, both (p, n)."""

    breaks: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray

    @property
    def count(self) -> int:
        """The number of pieces."""
        return len(self.slopes)


def on_line(
    weights: Sequence,
    biases: Sequence,
    low: End = -math.inf,
    high: End = math.inf,
    point: Sequence | np.ndarray | None = None,
    direction: Sequence | np.ndarray | None = None,
) -> list[Pieces]:
    """z¹ … z^{L−1} and the output h^L of the ReLU network on the line point + t direction, low < t < high.

    ``weights`` are [W¹ … W^L] with W^ℓ of shape (fan_out, fan_in), ``biases`` [b¹ … b^L]. The line is by default the first axis
    through 0. ValueError: no layer, shapes that do not fit, low ≥ high.
    """
    if len(weights) == 0 or len(weights) != len(biases):
        raise ValueError(f"weights and biases must be as many, at least one, got {len(weights)} and {len(biases)}: pass one a layer")
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}: exchange them")
    weights = [np.asarray(w) for w in weights]
    if any(w.dtype == object for w in weights):
        low, high = (end if math.isinf(end) else Fraction(end) for end in (low, high))
    inputs = weights[0].shape[1]
    start = np.zeros(inputs, dtype=int) if point is None else np.asarray(point)
    along = (np.arange(inputs) == 0).astype(int) if direction is None else np.asarray(direction)
    now, seen = Pieces(np.array([], dtype=weights[0].dtype), along[None, :], start[None, :]), []
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        if w.shape[1] != now.slopes.shape[1] or np.shape(b) != w.shape[:1]:
            raise ValueError(f"layer {layer} must have W of shape (n, {now.slopes.shape[1]}) and b of n, got {w.shape} and {np.shape(b)}")
        now = Pieces(now.breaks, now.slopes @ w.T, now.offsets @ w.T + np.asarray(b))
        now = _merged(now if layer == len(weights) else _rectified(now, low, high))
        seen.append(now)
    return seen


def count(weights: Sequence, biases: Sequence, low: End = -math.inf, high: End = math.inf) -> int:
    """How many pieces the output of a network of one input has for low < t < high."""
    return on_line(weights, biases, low, high)[-1].count


def _rectified(h: Pieces, low: End, high: End) -> Pieces:
    """max(h, 0): each piece is cut where one of its neurons crosses 0, and a neuron below 0 becomes 0."""
    crossing = h.slopes != 0
    roots = -h.offsets[crossing] / h.slopes[crossing] + 0  # no −0
    ends = np.array([low, *h.breaks, high], dtype=object if h.slopes.dtype == object else float)
    piece = np.nonzero(crossing)[0]
    breaks = np.unique(np.concatenate([h.breaks, roots[(ends[piece] < roots) & (roots < ends[piece + 1])]]))
    middle = inside(breaks, low, high)
    old = np.searchsorted(h.breaks, middle)
    on = h.slopes[old] * middle[:, None] + h.offsets[old] > 0
    return Pieces(breaks, np.where(on, h.slopes[old], 0), np.where(on, h.offsets[old], 0))


def inside(breaks: np.ndarray, low: End = -math.inf, high: End = math.inf) -> np.ndarray:
    """A point inside each of the intervals into which breaks cut ]low, high[."""
    if len(breaks) == 0:
        finite = [end for end in (low, high) if not math.isinf(end)]
        middle = (low + high) / 2 if len(finite) == 2 else finite[0] + (1 if low in finite else -1) if finite else 0
        return np.array([middle], dtype=breaks.dtype)
    first = breaks[0] - 1 if math.isinf(low) else (low + breaks[0]) / 2
    last = breaks[-1] + 1 if math.isinf(high) else (breaks[-1] + high) / 2
    return np.concatenate([[first], (breaks[:-1] + breaks[1:]) / 2, [last]])


def _merged(f: Pieces) -> Pieces:
    """The same map without breaks at which no slope changes; it is continuous, so that the slopes decide."""
    step = np.abs(f.slopes[1:] - f.slopes[:-1])
    size = 0 if f.slopes.dtype == object else _SAME * np.maximum(np.abs(f.slopes[1:]), np.abs(f.slopes[:-1]))
    kept = (step > size).any(axis=1)
    where = np.concatenate([[True], kept])
    return Pieces(f.breaks[kept], f.slopes[where], f.offsets[where])
