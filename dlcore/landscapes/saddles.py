"""How long it takes to leave a saddle, and a chain of saddles in which every one takes a multiple of the time of the last.

One saddle, F = ½(x² − y²) with step size η: y is multiplied by 1 + η, and |y| ≥ 1 after ⌈ln(1/|y_0|)/ln(1 + η)⌉ steps.

The chain, after Du et al. 2017 (Gradient Descent Can Take Exponential Time to Escape Saddle Points), has one coordinate for
each saddle. Coordinate i is *asleep*, held at 0 by the curvature λ, until its predecessor has gone far; then it *wakes*, and
falls from the curvature −γ into a well at ±3:

    F(x) = Σ_i (1 − s(x_{i−1})) ½ λ x_i² + s(x_{i−1}) V(x_i),   s(x_0) = 1,

    V(x) = −½ γ x² for |x| ≤ 2,  γ (|x| − 3)² − 3γ beyond,

with a gate s that is 0 for |x| ≤ 1, 1 for |x| ≥ 2, and the quintic of second order in between. F is even in every coordinate,
has a Lipschitz gradient on bounded sets, and the minima (±3, …, ±3). The saddles on the way are (±3, …, ±3, 0, …, 0), all of
them strict. Their construction has tubes that turn corners, joined by splines, and a Lipschitz Hessian; here the
corners are wells, and the gradient has kinks at |x_i| = 2.

>>> escape_steps(1e-2, 0.1), escape_steps(1e-16, 0.1)
(49, 387)
>>> chain_gradient(np.array([0.5, 0.5]), awake=1.0, asleep=2.0).tolist()
[-0.5, 1.0]
>>> from dlcore.optimizers.methods import gradient_descent
>>> passages(gradient_descent(0.1), np.array([[1e-2]]), awake=1.0, asleep=1.0, limit=99).tolist()
[[49.0]]
"""

import math

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, number, positive, positive_int
from dlcore.gaussian import Values
from dlcore.optimizers.methods import Method

WELL = 3.0  # where V is least
Points = Float[np.ndarray, "*batch saddles"]


def escape_steps(start: Real, rate: Real) -> int:
    """The first k with start · (1 + rate)^k ≥ 1, for 0 < start: ⌈ln(1/start)/ln(1 + rate)⌉, and 0 from 1 upwards."""
    growth = math.log1p(positive("rate", number("rate", rate)))
    return max(0, math.ceil(-math.log(positive("start", number("start", start))) / growth))


def chain_value(x: Reals, *, awake: Real, asleep: Real) -> Values:
    """F(x) for γ = ``awake`` and λ = ``asleep``."""
    x = _points(x, awake, asleep)
    open_, _ = _gates(x)
    return np.sum((1 - open_) * asleep * x**2 / 2 + open_ * _well(x, awake), axis=-1)


def chain_gradient(x: Reals, *, awake: Real, asleep: Real) -> Points:
    """∇F(x) for γ = ``awake`` and λ = ``asleep``."""
    x = _points(x, awake, asleep)
    open_, slope = _gates(x)
    falling = np.where(np.abs(x) <= 2, -awake * x, 2 * awake * (x - WELL * np.sign(x)))
    gradient = (1 - open_) * asleep * x + open_ * falling
    gradient[..., :-1] += slope * (_well(x, awake) - asleep * x**2 / 2)[..., 1:]
    return gradient


def passages(method: Method, start: Points, *, awake: Real, asleep: Real, limit: Integer) -> Points:
    """For every run (rows of ``start``) and every coordinate the first step at which |x_i| > 1; inf if not within ``limit``."""
    state, left = method.init(start), np.full(np.shape(start), np.inf)
    for step in range(positive_int("limit", limit) + 1):
        left[(np.abs(state.parameters) > 1) & np.isinf(left)] = step
        if np.isfinite(left).all():
            break
        state = method.step(state, chain_gradient(state.parameters, awake=awake, asleep=asleep))
    return left


def passage_bound(start: Points, rate: Real, *, awake: Real, asleep: Real) -> Points:
    """What gradient descent needs at least: S_1 ≥ ln(1/|x_1|)/b, S_{i+1} ≥ S_i (1 + a/b) + ln(1/|x_{i+1}|)/b.

    Here a = −ln(1 − ηλ), b = ln(1 + ηγ), with ηλ < 1, and the start lies in the cube 0 < |x_i| ≤ 1.
    """
    size = np.abs(_points(start, awake, asleep))
    if not np.all((size > 0) & (size <= 1)):
        raise ValueError(f"start must lie in the cube 0 < |x_i| <= 1, got {start}: scale it")
    if not positive("rate", rate) * asleep < 1:
        raise ValueError(f"rate · asleep must be below 1, got {rate * asleep}: a longer step kills what sleeps at once")
    a, b = -math.log1p(-rate * asleep), math.log1p(rate * awake)
    waits, total = -np.log(size) / b, np.zeros(size.shape[:-1])
    bounds = []
    for i in range(size.shape[-1]):
        total = total * (1 + a / b) + waits[..., i] if i else waits[..., 0]
        bounds.append(total)
    return np.stack(bounds, axis=-1)


def _points(x: Reals, awake: Real, asleep: Real) -> Points:
    positive("awake", number("awake", awake)), positive("asleep", number("asleep", asleep))
    x = np.asarray(finite("x", x), dtype=float)
    if x.ndim == 0:
        raise ValueError(f"x must have a last axis of coordinates, got {x}: pass one number for each saddle")
    return x


def _well(x: Points, awake: Real) -> Points:
    return awake * np.where(np.abs(x) <= 2, -(x**2) / 2, (np.abs(x) - WELL) ** 2 - 3)


def _gates(x: Points) -> tuple[Points, Float[np.ndarray, "*batch successors"]]:
    """How far every coordinate is awake, and s′ of those that have a successor."""
    z = np.clip(np.abs(x[..., :-1]) - 1, 0, 1)
    first = np.ones_like(x[..., :1])
    return np.concatenate([first, z**3 * (10 - 15 * z + 6 * z**2)], axis=-1), np.sign(x[..., :-1]) * 30 * z**2 * (1 - z) ** 2
