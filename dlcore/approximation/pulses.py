"""Functions on a line by threshold and sigmoid neurons: pulses, and the staircases that they add up to.

    φ(t) = 1{t ≥ 0}        ψ(t) = φ(t) − φ(t − 1) = 1{0 ≤ t < 1}        Σ_i v_i φ(x − b_i)

A staircase on [0, 1] holds in each of K cells the value of f at the cell's left end. Its error is at most ω_f(1/K), where
ω_f(δ) = max{|f(x) − f(y)| : |x − y| ≤ δ} is the modulus of continuity of f (Sun, Hong and Wang 2019, §7.2.1, corrected there:
the cells are those from 0 to K − 1, and x = 1 needs a neuron of its own).

>>> steps = staircase(np.square, 2)
>>> steps.places.tolist(), steps.jumps.tolist()
([0.0, 0.5, 1.0], [0.0, 0.25, 0.75])
>>> respond(steps, np.array([0.0, 0.4, 0.5, 1.0])).tolist()
[0.0, 0.0, 0.25, 1.0]
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from scipy.special import expit

from dlcore.checks import Integer, Real, Reals, finite, positive, positive_int

Function = Callable[[np.ndarray], np.ndarray]
POINTS = 2400  # of [0, 1] at least, on which maxima are taken


class Steps(NamedTuple):
    """One hidden layer on a line, Σ_i jumps_i φ(x − places_i)."""

    places: Float[np.ndarray, " neurons"]
    jumps: Float[np.ndarray, " neurons"]


def threshold(t: Reals) -> Float[np.ndarray, "..."] | np.floating:
    """φ(t) = 1 where t ≥ 0, else 0."""
    return (np.asarray(finite("t", t)) >= 0).astype(float)


def pulse(t: Reals) -> Float[np.ndarray, "..."] | np.floating:
    """ψ(t) = φ(t) − φ(t − 1): 1 for 0 ≤ t < 1, else 0."""
    return threshold(t) - threshold(np.asarray(t) - 1.0)


def staircase(f: Function, cells: Integer) -> Steps:
    """The K + 1 threshold neurons of Σ_{i<K} f(i/K) ψ(Kx − i) + f(1) φ(x − 1), K = ``cells``.

    Neighbouring pulses share a neuron: the jump at i/K is f(i/K) − f((i − 1)/K), and at 0 it is f(0).
    """
    places = np.arange(positive_int("cells", cells) + 1) / cells
    return Steps(places, np.diff(_values(f, places), prepend=0.0))


def respond(steps: Steps, x: Float[np.ndarray, "*points"], steepness: Real = math.inf) -> Float[np.ndarray, "*points"]:
    """The network's output at ``x``, with thresholds or, at a finite ``steepness`` k, with the logistic σ(k(x − b_i))."""
    if steepness == math.inf:
        return threshold(x[..., None] - steps.places) @ steps.jumps
    return expit(positive("steepness", steepness) * (x[..., None] - steps.places)) @ steps.jumps


def staircase_error(f: Function, cells: Integer) -> float:
    """sup |f − staircase| over [0, 1], f continuous: the largest |f(x) − f(i/K)| in a cell, its right end's limit included.

    The maximum is taken over at least ``POINTS`` points, the same as in :func:`modulus`; so it never exceeds that.

    >>> staircase_error(lambda x: 3 * x, 4)
    0.75
    """
    values, width = _fine(f, cells)
    inside = values[np.arange(cells)[:, None] * width + np.arange(width + 1)]
    return float(np.abs(inside - inside[:, :1]).max())


def modulus(f: Function, cells: Integer) -> float:
    """ω_f(1/K) on [0, 1], K = ``cells``, for a continuous f: the largest difference over points at most 1/K apart.

    Over points h apart, h ≤ 1/POINTS, so from below: moving both ends to the nearest point costs 2 ω_f(h/2) at most.

    >>> round(modulus(lambda x: 3 * x, 4), 12)
    0.75
    """
    values, width = _fine(f, cells)
    return float((maximum_filter1d(values, width + 1, mode="nearest") - minimum_filter1d(values, width + 1, mode="nearest")).max())


def fine_grid(cells: Integer) -> Float[np.ndarray, " points"]:
    """At least ``POINTS`` steps from 0 to 1, the ends of ``cells`` equal cells among them."""
    steps = cells * -(-POINTS // positive_int("cells", cells))
    return np.arange(steps + 1) / steps


def _fine(f: Function, cells: Integer) -> tuple[np.ndarray, int]:
    """Values of f on a grid of [0, 1] to which the cells' ends belong, and how many steps of it a cell has."""
    x = fine_grid(cells)
    return _values(f, x), (len(x) - 1) // int(cells)


def _values(f: Function, x: np.ndarray) -> np.ndarray:
    values = np.asarray(finite("f(x)", f(x)), dtype=float)
    if values.shape != x.shape:
        raise ValueError(f"f must return one value for each of the {x.size} points, got shape {values.shape}: write it elementwise")
    return values
