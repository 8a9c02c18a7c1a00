"""Order and chaos: where signals settle, over which depth, and the border in the plane of the two variances.

    T(q*) = q*,  ξ_q = 1/|ln|T′(q*)||      variance of one signal, and the depth over which it forgets where it began
    C(c*) = c*,  ξ_c = 1/|ln C′(c*)|       correlation of two signals
    χ₁ = σ_w² E φ′(√q* Z)² = 1             the edge of chaos: below it (order) c* = 1 attracts, above it (chaos) it repels

As m(q) = E φ(√q Z)² knows neither σ_w² nor σ_b², one table of it serves a whole phase diagram; and the edge is a curve
with the parameter q:  σ_w² = 1/E φ′(√q Z)²,  σ_b² = q − σ_w² m(q). On [0, 1] the map C is a power series with
non-negative coefficients, hence convex: besides 1 it has one fixed point at most. Sources: Poole et al. 2016; Schoenholz et al. 2017.

>>> round(edge_of_chaos("tanh", 0.05).points[0].sigma_w2, 4)
1.761
"""

from typing import NamedTuple

import numpy as np

from dlcore.checks import Real, Reals, finite, non_negative, number, positive
from dlcore.gaussian import Values, second_moment
from dlcore.networks.activations import Activation, ActivationLike, resolve
from dlcore.signals.fixed_points import HIGHEST, LOWEST, MARGINAL, ROUNDING, grows_slowly, is_homogeneous, moment_table, roots_between
from dlcore.signals.meanfield import correlation_map, correlation_slope, gradient_factor, variance_map, variance_slope

_EDGE = 1e6 * (1 + 1e-9)


class CriticalPoint(NamedTuple):
    """A point of the edge of chaos, with the variance q* there and the slope T′(q*)."""

    sigma_w2: float
    sigma_b2: float
    q: float
    variance_slope: float


class Edge(NamedTuple):
    """``outcome``: "isolated", "none", or "continuum" (any q; ``points`` then has the one with q = 1)."""

    outcome: str
    points: tuple[CriticalPoint, ...]


class CriticalLine(NamedTuple):
    """(σ_w², σ_b²) with χ₁ = 1 at the fixed point ``q``; where ``sigma_b2`` < 0 there is none."""

    q: Values
    sigma_w2: Values
    sigma_b2: Values


class Phase(NamedTuple):
    """Where two signals settle, for every (σ_w², σ_b²); see :func:`phase`."""

    q: Values
    variance_slope: Values
    chi1: Values
    c: Values
    chi_c: Values
    xi_q: Values
    xi_c: Values


def depth_scale(slope: Reals) -> Values:
    """ξ = 1/|ln|slope||: layers in which a small deviation changes by a factor e; ∞ at slope ±1 (to rounding), 0 at 0."""
    with np.errstate(divide="ignore"):
        rate = np.abs(np.log(np.abs(np.asarray(finite("slope", slope), dtype=float))))
        return (1 / np.where(rate < ROUNDING, 0.0, rate))[()]


def phase(activation: ActivationLike, sigma_w2: Reals, sigma_b2: Reals = 0.0, *, q0: Real = 1.0) -> Phase:
    """Where signals settle that start at variance ``q0``, over all of ``sigma_w2`` and ``sigma_b2`` (they broadcast).

    ``q``: the nearest fixed point in the direction in which q0 moves (the limit, if T increases), 0 or inf included.
    ``variance_slope`` and ``xi_q`` at q, ``chi1`` = χ(q); ``c``, ``chi_c``, ``xi_c`` for the attracting correlation
    in [0, 1]. Where q is 0 or inf the slopes are limits, and the last three belong to the map normalised by T(q).
    """
    activation = resolve(activation)
    sw, sb = np.broadcast_arrays(positive("sigma_w2", sigma_w2), non_negative("sigma_b2", sigma_b2))
    shape, sw, sb = sw.shape, np.ravel(sw).astype(float), np.ravel(sb).astype(float)
    q = _settled(activation, sw, sb, positive("q0", number("q0", q0)))
    at = np.clip(q, 1e-12, HIGHEST)
    slope, chi1 = variance_slope(at, activation, sw), gradient_factor(at, activation, sw)
    c, chi_c = _settled_correlation(activation, sw, sb, at, chi1)
    found = Phase(q, slope, chi1, c, chi_c, depth_scale(slope), depth_scale(chi_c))
    return Phase(*(field.reshape(shape)[()] for field in found))


def critical_line(activation: ActivationLike, q: Reals) -> CriticalLine:
    """The edge of chaos, with the variance ``q`` > 0 at the fixed point as its parameter."""
    activation = resolve(activation)
    sigma_w2 = 1 / second_moment(activation.dphi, positive("q", q), kinks=activation.kinks)
    sigma_b2 = np.asarray(q) - sigma_w2 * second_moment(activation.phi, q, kinks=activation.kinks)
    return CriticalLine(q, sigma_w2, sigma_b2)


def edge_of_chaos(activation: ActivationLike, sigma_b2: Real = 0.0) -> Edge:
    """All σ_w² with χ₁ = 1 at a fixed point q* in [0, 10⁶], for one ``sigma_b2``."""
    activation, sigma_b2 = resolve(activation), non_negative("sigma_b2", number("sigma_b2", sigma_b2))

    def r(q):
        return (critical_line(activation, q).sigma_b2 - sigma_b2) / q

    q, _ = moment_table(activation)
    q = q[q <= _EDGE]  # beyond it E φ′² of a step falls between the nodes
    values = r(q)
    if np.all(np.abs(values) <= ROUNDING):  # only without bias: homogeneous φ
        return Edge("continuum", (_critical(activation, 1.0, sigma_b2),))
    roots = [] if is_homogeneous(activation) else roots_between(r, q, values, lambda a, b: np.sqrt(a * b))
    silent = sigma_b2 == 0 and gradient_factor(1e-12, activation, 1.0) > 0 and abs(r(1e-12)) < 1e-9
    points = tuple(_critical(activation, v, sigma_b2) for v in ([0.0] if silent else []) + list(roots))
    return Edge("isolated" if points else "none", points)


def _critical(activation: Activation, q: float, sigma_b2: float) -> CriticalPoint:
    sigma_w2 = float(critical_line(activation, max(q, 1e-12)).sigma_w2)
    return CriticalPoint(sigma_w2, sigma_b2, float(q), float(variance_slope(q, activation, sigma_w2)))


def _settled(activation: Activation, sw: np.ndarray, sb: np.ndarray, q0: float) -> np.ndarray:
    """The first fixed point above q0 if T(q0) > q0, below it if T(q0) < q0, for each pair of variances."""
    grid, m = moment_table(activation)
    g = sw[:, None] * m + sb[:, None] - grid
    start = variance_map(q0, activation, sw, sb) - q0
    up, still = start > 0, np.abs(start) <= ROUNDING * q0
    turned = np.where(up[:, None], (g < 0) & (grid > q0), (g > 0) & (grid < q0))
    last = len(grid) - 1
    place = np.where(up, turned.argmax(axis=1), last - turned[:, ::-1].argmax(axis=1))
    found = turned.any(axis=1)
    if grows_slowly(activation) and np.any(up & ~still & ~found):
        lost = sw[up & ~still & ~found].min()
        raise ValueError(f"sigma_w2 must leave fixed points below {HIGHEST:g}, got {lost}: signals settle beyond, lower it")
    low = np.where(up, np.maximum(grid[np.maximum(place - 1, 0)], q0), grid[place])
    high = np.where(up, grid[place], np.minimum(grid[np.minimum(place + 1, last)], q0))
    floor = variance_map(0.0, activation, sw, sb)  # nothing found below: q* is 0, or next to it
    near_zero = np.where(floor > 0, np.minimum(floor / np.maximum(1 - variance_slope(0.0, activation, sw), 1e-9), LOWEST), 0.0)
    q = np.where(found, np.sqrt(low * high), np.where(up, np.inf, near_zero))
    if found.any():
        q[found] = _newton(activation, sw[found], sb[found], low[found], high[found])
    return np.where(still, q0, q)


def _newton(activation: Activation, sw: np.ndarray, sb: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """T(q) = q between ``low``, where T(q) > q, and ``high``: Newton's method, bisecting where it would leave."""
    q = np.sqrt(low * high)
    for _ in range(60):
        excess = variance_map(q, activation, sw, sb) - q
        low, high = np.where(excess > 0, q, low), np.where(excess > 0, high, q)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = q - excess / (variance_slope(q, activation, sw) - 1)
        new = np.where((low < step) & (step < high), step, np.where(excess == 0, q, (low + high) / 2))
        if np.all(np.abs(new - q) <= 1e-15 * q):
            break
        q = new
    return q


def _settled_correlation(
    activation: Activation, sw: np.ndarray, sb: np.ndarray, q: np.ndarray, chi1: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """c* in [0, 1] that attracts, and C′(c*): 1 where C′(1) ≤ 1, else the zero of h(c) = (C(c) − c)/(1 − c).

    C is convex with C(1) = 1, so h decreases and is concave, and its zero is simple however close it is to 1.
    """
    c, chi_c = np.ones_like(q), chi1 * q / variance_map(q, activation, sw, sb)
    active = np.flatnonzero(chi_c > 1 + MARGINAL)
    c[active] = 0.5
    for _ in range(60):
        if not len(active):
            break
        x, setting = c[active], (q[active], activation, sw[active], sb[active])
        chi_c[active] = slope = correlation_slope(x, *setting)
        excess = correlation_map(x, *setting) - x
        new = np.clip(x - excess * (1 - x) / ((slope - 1) * (1 - x) + excess), 0, 1 - MARGINAL)
        c[active], active = new, active[np.abs(new - x) > 1e-12]
    return np.where(c < 1e-11, 0.0, c), chi_c
