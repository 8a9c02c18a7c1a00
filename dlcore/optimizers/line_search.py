"""How far to go along a ray: to the lowest point of the section h(t) = F(θ + t d), or to the first point that is low enough.

    exact    the first t > 0 with h'(t) = 0;  on ½θᵀHθ along −g it is gᵀg / gᵀHg
    Armijo   the first α of s, βs, β²s, … with h(α) ≤ h(0) + γ α h'(0)     (Armijo 1966)

If all curvatures along −∇F are at most M, Armijo's α is at least min(s, 2β(1 − γ)/M), and on functions with curvatures in [m, M]
the gap is multiplied by 1 − min(2mγs, 4βγ(1 − γ)m/M) at most. Sections are functions of an array of steps, one for each ray.

>>> armijo(lambda t: (1 - t) ** 2 / 2, slope=-1.0, first=4.0, shrink=0.5, fraction=0.25)
Armijo(step=array(1.), trials=array(3))
>>> round(float(exact(lambda t: t - 0.3, first=1.0)), 12)
0.3
>>> steepest_descent([[1.0, 0.0], [0.0, 3.0]], [3.0, 1.0], 1)[1].tolist()
[1.5, -0.5]
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, number, positive, positive_int, symmetric
from dlcore.gaussian import Values

_HALVINGS, _DOUBLINGS, _TRIALS = 60, 200, 2000
Section = Callable[[np.ndarray], Reals]


class Armijo(NamedTuple):
    """The accepted step of every ray, and how many were tried."""

    step: np.ndarray
    trials: np.ndarray


def exact(slope: Section, first: Reals) -> Values:
    """The root of h' on each ray, by bisection; h' is negative at 0, and grows past 0 beyond ``first`` · 2^j for some j."""
    high = np.array(positive("first", first), dtype=float)
    for _ in range(_DOUBLINGS):
        before = np.asarray(slope(high)) < 0
        if not before.any():
            break
        high = np.where(before, 2 * high, high)
    else:
        raise ValueError(f"slope must become positive along every ray, got none up to {high.max()}: F has no minimum there")
    low = np.zeros_like(high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        before = np.asarray(slope(middle)) < 0
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return (low + high) / 2


def armijo(section: Section, slope: Reals, *, first: Reals, shrink: Real, fraction: Real) -> Armijo:
    """Backtracking on all rays at once: h = ``section``, h'(0) = ``slope`` < 0, s = ``first``, β = ``shrink``, γ = ``fraction``."""
    beta, gamma = _inside("shrink", shrink), _inside("fraction", fraction)
    down = np.asarray(finite("slope", slope), dtype=float)
    if np.any(down >= 0):
        raise ValueError(f"slope must be negative, got {np.max(down)}: pass h'(0) of a direction that goes down")
    alpha, down = (a.copy() for a in np.broadcast_arrays(np.asarray(positive("first", first), dtype=float), down))
    start, trials = np.asarray(section(np.zeros_like(alpha))), np.ones(alpha.shape, dtype=int)
    for _ in range(_TRIALS):
        high = ~(np.asarray(section(alpha)) <= start + gamma * alpha * down)  # NaN is not low enough
        if not high.any():
            return Armijo(alpha, np.asarray(trials))
        alpha, trials = np.where(high, beta * alpha, alpha), trials + high
        if np.any(alpha < np.finfo(float).tiny):
            break
    raise ValueError(f"section must fall along its slope, got no acceptable step down to {alpha.min()}: check section against slope")


def armijo_floor(first: Reals, shrink: Real, fraction: Real, M: Reals) -> Values:
    """min(s, 2β(1 − γ)/M), below which Armijo's rule does not go."""
    beta, gamma = _inside("shrink", shrink), _inside("fraction", fraction)
    return np.minimum(np.asarray(positive("first", first)), 2 * beta * (1 - gamma) / np.asarray(positive("M", M)))


def armijo_factor(first: Reals, shrink: Real, fraction: Real, m: Reals, M: Reals) -> Values:
    """1 − 2 m γ min(s, 2β(1 − γ)/M): what a step of Armijo's rule along −∇F leaves of the gap, at most."""
    if np.any(np.asarray(positive("m", m)) > np.asarray(positive("M", M))):
        raise ValueError(f"m must be at most M, got {m} and {M}: exchange them")
    return 1 - 2 * np.asarray(m) * fraction * armijo_floor(first, shrink, fraction, M)


def steepest_descent(hessian: Reals, start: Reals, steps: Integer) -> Float[np.ndarray, "{steps}+1 ..."]:
    """θ_0, …, θ_steps of exact line search on ½θᵀHθ, H positive definite; all axes of ``start`` but the last are free."""
    H = symmetric("hessian", hessian)
    path = np.empty((positive_int("steps", steps) + 1, *np.shape(start)))
    path[0] = finite("start", start)
    for k in range(steps):
        g = path[k] @ H
        bend, length = (np.sum(v * g, axis=-1, keepdims=True) for v in (g @ H, g))
        if np.any((bend <= 0) & (length > 0)):
            raise ValueError(f"hessian must be positive definite, got a ray with the curvature {bend.min():g}: it has no lowest point")
        step = length / np.where(bend > 0, bend, 1)
        path[k + 1] = path[k] - step * g
    return path


def _inside(name: str, value: Real) -> float:
    if not 0 < number(name, value) < 1:
        raise ValueError(f"{name} must lie in (0, 1), got {value}: shrink the step, and ask for a part of the slope")
    return float(value)
