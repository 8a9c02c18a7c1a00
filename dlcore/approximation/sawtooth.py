"""Piecewise linear functions of a line, exactly: sums, compositions, and how many pieces they have.

    f(x) = s_j x + c_j  for b_j ≤ x ≤ b_{j+1},   continuous, all numbers fractions

    pieces(f + g) ≤ pieces(f) + pieces(g) − 1,   pieces(f ∘ g) ≤ pieces(f) pieces(g)

>>> [f.pieces(0, 1) for f in iterates(tent(), 6)]
[1, 2, 4, 8, 16, 32, 64]

Source: Telgarsky (2015), where these functions are called sawtooths.
"""

import itertools
from bisect import bisect_left, bisect_right
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from dlcore.approximation.pieces import inside
from dlcore.checks import Integer, positive_int

Rational = int | Fraction


class PiecewiseLinear:
    """A continuous piecewise linear function: ``breaks`` b_1 < … < b_r and the ``lines`` (slope, offset) of its r + 1 pieces.

    A break at which the slope does not change is dropped. ValueError: breaks out of order, or lines that do not meet.
    """

    def __init__(self, breaks, lines):
        breaks, lines = [Fraction(b) for b in breaks], [(Fraction(s), Fraction(c)) for s, c in lines]
        if len(lines) != len(breaks) + 1:
            raise ValueError(f"lines must be one more than breaks, got {len(lines)} and {len(breaks)}: give a line for each piece")
        if any(a >= b for a, b in itertools.pairwise(breaks)):
            raise ValueError(f"breaks must increase, got {breaks}: sort them and remove repeats")
        for b, (left, right) in zip(breaks, itertools.pairwise(lines), strict=True):
            if left[0] * b + left[1] != right[0] * b + right[1]:
                raise ValueError(f"lines must meet at each break, got a jump at {b}: change an offset")
        kept = [k for k in range(len(breaks)) if lines[k] != lines[k + 1]]
        self.breaks = tuple(breaks[k] for k in kept)
        self.lines = (lines[0], *(lines[k + 1] for k in kept))

    def __call__(self, x: Rational) -> Fraction:
        slope, offset = self.lines[bisect_left(self.breaks, x)]
        return slope * Fraction(x) + offset

    def __add__(self, other: "PiecewiseLinear") -> "PiecewiseLinear":
        breaks = sorted({*self.breaks, *other.breaks})
        middles = _middles(breaks)
        pairs = [(self.lines[bisect_left(self.breaks, x)], other.lines[bisect_left(other.breaks, x)]) for x in middles]
        return PiecewiseLinear(breaks, [(a[0] + b[0], a[1] + b[1]) for a, b in pairs])

    def after(self, inner: "PiecewiseLinear") -> "PiecewiseLinear":
        """The composition f ∘ g, x ↦ self(inner(x))."""
        ends, breaks = [None, *inner.breaks, None], set(inner.breaks)
        for (slope, offset), low, high in zip(inner.lines, ends, ends[1:], strict=False):
            back = [(b - offset) / slope for b in self.breaks] if slope else []
            breaks.update(x for x in back if (low is None or x > low) and (high is None or x < high))
        breaks, lines = sorted(breaks), []
        for x in _middles(breaks):
            slope, offset = inner.lines[bisect_left(inner.breaks, x)]
            outer = self.lines[bisect_left(self.breaks, slope * x + offset)]
            lines.append((outer[0] * slope, outer[0] * offset + outer[1]))
        return PiecewiseLinear(breaks, lines)

    def pieces(self, low: Rational | None = None, high: Rational | None = None) -> int:
        """How many pieces it has on the line, or between ``low`` and ``high``."""
        first = 0 if low is None else bisect_right(self.breaks, low)
        last = len(self.breaks) if high is None else bisect_left(self.breaks, high)
        return 1 + max(last - first, 0)

    def vertices(self, low: Rational, high: Rational) -> tuple[list[Fraction], list[Fraction]]:
        """Corners of its graph over [low, high], both ends among them."""
        if not low < high:
            raise ValueError(f"low must be below high, got {low} and {high}: exchange them")
        x = [Fraction(low), *(b for b in self.breaks if low < b < high), Fraction(high)]
        return x, [self(a) for a in x]


def _middles(breaks: list) -> np.ndarray:
    return inside(np.array(breaks, dtype=object))


def relu() -> PiecewiseLinear:
    """x ↦ max(x, 0)."""
    return PiecewiseLinear([0], [(0, 0), (1, 0)])


def affine(slope: Rational, offset: Rational = 0) -> PiecewiseLinear:
    """x ↦ slope x + offset."""
    return PiecewiseLinear([], [(slope, offset)])


def tent(peak: Rational = Fraction(1, 2), height: Rational = 1) -> PiecewiseLinear:
    """The tent φ(2φ(x) − 4φ(x − ½)), or one with its peak at (peak, height): 0 outside [0, 1], two pieces inside."""
    if not 0 < peak < 1 or not height > 0:
        raise ValueError(f"a tent needs a peak between 0 and 1 and a positive height, got {peak} and {height}: move the peak")
    up, down = Fraction(height) / Fraction(peak), Fraction(height) / (1 - Fraction(peak))
    return PiecewiseLinear([0, peak, 1], [(0, 0), (up, 0), (-down, down), (0, 0)])


def zigzag(pieces: Integer) -> PiecewiseLinear:
    """Up and down between 0 and 1, 0 at 0, with so many pieces on [0, 1]; the first and the last go on beyond.

    >>> zigzag(3).after(zigzag(5)).pieces()
    15
    """
    p = positive_int("pieces", pieces)
    return PiecewiseLinear([Fraction(j, p) for j in range(1, p)], [(p, -j) if j % 2 == 0 else (-p, j + 1) for j in range(p)])


def iterates(f: PiecewiseLinear, times: Integer) -> list[PiecewiseLinear]:
    """[identity, f, f ∘ f, …], with f applied up to so many times."""
    chain = [affine(1)]
    for _ in range(positive_int("times", times)):
        chain.append(f.after(chain[-1]))
    return chain


class Layers(NamedTuple):
    """Weights [W¹ … W^L] and biases [b¹ … b^L] of a network."""

    weights: list[np.ndarray]
    biases: list[np.ndarray]


def folding_network(depth: Integer, width: Integer = 2) -> Layers:
    """A ReLU network of fractions with ``depth`` hidden layers whose function on [0, 1] is the zigzag of ``width`` pieces, iterated.

    A hidden layer has the neurons φ(x − j/m), j < m, and the zigzag is mφ(x) − 2mφ(x − 1/m) + 2mφ(x − 2/m) − …: two neurons
    make the tent, and the network has m^depth pieces on [0, 1].
    """
    depth, m = positive_int("depth", depth), positive_int("width", width)
    ones = np.array([[Fraction(1)]] * m, dtype=object)
    out = np.array([[Fraction(m if j == 0 else (-1) ** j * 2 * m) for j in range(m)]], dtype=object)
    kinks = np.array([Fraction(-j, m) for j in range(m)], dtype=object)
    return Layers([ones, *[ones @ out] * (depth - 1), out], [*[kinks] * depth, np.array([Fraction(0)], dtype=object)])
