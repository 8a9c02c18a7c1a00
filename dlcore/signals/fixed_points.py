"""Fixed points of the mean-field maps: all of them, each with its slope and what the slope says.

    T(q*) = q*      variance of one signal
    C(c*) = c*      correlation of two signals

A signal that starts near a stable fixed point ends there; near an unstable one it leaves. There may be none at all, or
a whole half-line of them (ReLU at σ_w² = 2); each of these is an outcome with a name.

>>> [(round(p.value, 5), p.kind) for p in variance_fixed_points("tanh", 1.5).points]
[(0.0, 'unstable'), (0.28689, 'stable')]
>>> variance_fixed_points("relu", 2.0).outcome, variance_fixed_points("relu", 2.0, 0.1).outcome
('continuum', 'none')
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, non_negative, number, positive
from dlcore.gaussian import second_moment
from dlcore.networks.activations import Activation, ActivationLike, resolve
from dlcore.signals.meanfield import correlation_map, correlation_slope, variance_map, variance_slope

KINDS = ("stable", "unstable", "marginal")
LOWEST, HIGHEST = 1e-10, 1e8  # where fixed points q* > 0 are looked for; quadrature is accurate so far
ROUNDING = 2e-12  # of T(q)/q − 1, with some room
MARGINAL = 1e-7  # a slope this close to ±1 decides nothing


class FixedPoint(NamedTuple):
    """``kind`` is "stable" (|slope| < 1), "unstable" (> 1), or "marginal" (1, where the slope does not decide)."""

    value: float
    slope: float
    kind: str


class FixedPoints(NamedTuple):
    """``outcome``: "isolated" (``points`` lists them, ascending), "none", or "continuum" (every q ≥ 0 is one).

    ``escape``: from variances above it (from it, if there are no points) a signal grows beyond all bounds; inf if none.
    """

    outcome: str
    points: tuple[FixedPoint, ...]
    escape: float


def kind_of(slope: float) -> str:
    """What the slope of a map at a fixed point says about it."""
    return "marginal" if abs(abs(slope) - 1) <= MARGINAL else "stable" if abs(slope) < 1 else "unstable"


def variance_fixed_points(activation: ActivationLike, sigma_w2: Real, sigma_b2: Real = 0.0) -> FixedPoints:
    """All q* = T(q*): 0 if it is one, those in [1e−10, 10⁸], and double ones where T only touches the diagonal.

    T is analytic in q > 0, so it is the identity everywhere (a continuum) or has isolated fixed points. ValueError where one
    lies beyond 10⁸: T still exceeds q there, and grows more slowly than q.
    """
    number("sigma_w2", sigma_w2), number("sigma_b2", sigma_b2)
    activation, r = resolve(activation), lambda q: variance_map(q, activation, sigma_w2, sigma_b2) / q - 1
    q, m = moment_table(activation)
    values = (positive("sigma_w2", sigma_w2) * m + non_negative("sigma_b2", sigma_b2)) / q - 1
    if np.all(np.abs(values) <= ROUNDING):
        return FixedPoints("continuum", (), np.inf)
    if is_homogeneous(activation):  # a straight line, which rounding must not bend
        gain = float(sigma_w2 * second_moment(activation.phi, 1.0))
        roots = [sigma_b2 / (1 - gain)] if sigma_b2 > 0 and gain < 1 - ROUNDING else []
        ends_above = gain > 1 + ROUNDING or (sigma_b2 > 0 and not roots)
    else:
        roots, ends_above = roots_between(r, q, values, lambda a, b: np.sqrt(a * b)), values[-1] > ROUNDING
    if ends_above and grows_slowly(activation):
        raise ValueError(f"sigma_w2 must leave fixed points below {HIGHEST:g}, got {sigma_w2}: T(q) meets q beyond, lower it")
    floor = float(variance_map(0.0, activation, sigma_w2, sigma_b2))
    if floor > 0 and not is_homogeneous(activation) and values[0] < -ROUNDING:  # below the grid T is a straight line
        roots = [floor / (1 - float(variance_slope(0.0, activation, sigma_w2))), *roots]
    zero = [0.0] if floor == 0 else []
    points = tuple(_point(v, float(variance_slope(v, activation, sigma_w2))) for v in (*zero, *roots))
    escape = max((p.value for p in points), default=0.0) if ends_above else np.inf
    return FixedPoints("isolated" if points else "none", points, escape)


def correlation_fixed_points(q: Real, activation: ActivationLike, sigma_w2: Real, sigma_b2: Real = 0.0) -> FixedPoints:
    """All c* = C(c*) in [−1, 1], for signals of variance ``q``; c* = 1 is always among them."""

    number("q", q), number("sigma_w2", sigma_w2), number("sigma_b2", sigma_b2)
    setting = (q, activation, sigma_w2, sigma_b2)

    def r(c):
        return (correlation_map(c, *setting) - c) / (1 - c)

    c = -np.cos(np.linspace(0, np.pi, 98))
    values = np.append(r(c[:-1]), 1 - correlation_slope(1.0, *setting))
    if np.all(np.abs(values) <= 1e2 * ROUNDING):
        return FixedPoints("continuum", (), np.inf)
    roots = roots_between(r, c, values, lambda a, b: (a + b) / 2)
    places = ([-1.0] if abs(values[0]) <= ROUNDING else []) + [*roots, 1.0]
    points = tuple(_point(v, float(correlation_slope(v, *setting))) for v in places)
    return FixedPoints("isolated", points, np.inf)


def _point(value: float, slope: float) -> FixedPoint:
    return FixedPoint(float(value), slope, kind_of(slope))


@lru_cache(maxsize=64)
def moment_table(activation: Activation) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """A logarithmic grid of variances, 40 a decade, and m = E φ(√q Z)² on it; inf where it overflows."""
    q = np.geomspace(LOWEST, HIGHEST, 721)
    with np.errstate(invalid="ignore"):  # inf · 0 inside a φ that overflows
        m = second_moment(activation.phi, q, kinks=activation.kinks)
    return q, np.where(np.isnan(m), np.inf, m)


def grows_slowly(activation: Activation) -> bool:
    """Whether E φ(√q Z)² grows more slowly than q at the end of the table, so that every line of slope 1 is above it in the end."""
    _, m = moment_table(activation)
    return bool(m[-1] < 0.99 * m[-41] * 10)


def is_homogeneous(activation: Activation) -> bool:
    """Whether φ is linear on each half-line: exact powers of 2 leave no rounding."""
    h = np.array([-3.0, -1.0, -0.1, 0.1, 1.0, 3.0])
    return activation.homogeneous or all(np.array_equal(activation.phi(k * h), k * activation.phi(h)) for k in (2.0**-8, 2.0, 2.0**8))


def roots_between(r: Callable, x: np.ndarray, values: np.ndarray, middle: Callable) -> list[float]:
    """Zeros of r between the points x: changes of sign by bisection, and minima of |r| that reach 0."""
    clear = np.flatnonzero(np.abs(values) > ROUNDING)  # a zero on the grid lies between its neighbours
    x, values = x[clear], values[clear]
    sign = np.sign(values)
    change = np.flatnonzero(sign[:-1] != sign[1:])
    low, high, side = x[change], x[change + 1], sign[change]
    if len(change):
        for _ in range(60):
            centre = middle(low, high)
            above = np.sign(r(centre)) == side
            low, high = np.where(above, centre, low), np.where(above, high, centre)
    size = np.abs(values)
    lone = (sign[1:-1] == sign[:-2]) & (sign[1:-1] == sign[2:])
    near = lone & (size[1:-1] < 0.05)  # one that reaches 0 between grid points is small at them
    dips = 1 + np.flatnonzero(near & (size[1:-1] < np.minimum(size[:-2], size[2:])))
    touching = [v for v in (_touch(r, x[k - 1], x[k + 1], sign[k]) for k in dips) if v is not None]
    return sorted([*middle(low, high).tolist(), *touching])


def _touch(r: Callable, low: float, high: float, sign: float) -> float | None:
    """Where |r| is least in (low, high), by ternary search, if it vanishes there."""
    for _ in range(40):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if sign * r(a) < sign * r(b) else (a, high)
    return (low + high) / 2 if abs(r((low + high) / 2)) <= 1e-9 else None
