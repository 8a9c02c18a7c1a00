"""Stationary points: what first and second derivatives tell, a small gallery, and a ball that rolls.

    first order (FOSP)     ∇F = 0
    second order (SOSP)    ∇F = 0 and ∇²F ⪰ 0          strict saddle    ∇F = 0 and λ_min(∇²F) < 0
    ∇F = 0 and ∇²F ≻ 0  ⇒  strict local minimum  ⇒  local minimum  ⇒  SOSP  ⇒  FOSP,  and no arrow can be turned round

Points have the shape (*batch, d), gradients too, Hessians (*batch, d, d).

>>> cubic = GALLERY["cubic"]  # x³ + y²
>>> verdict = classify(cubic.gradient([0.0, 0.0]), cubic.hessian([0.0, 0.0]))
>>> bool(verdict.second), bool(verdict.minimum)
(True, False)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from dlcore.checks import Integer, Real, Reals, finite, generator, non_negative, number, positive, positive_int, symmetric
from dlcore.landscapes.surfaces import surface


class Landscape(NamedTuple):
    """A formula for F, and F, ∇F and ∇²F as functions of points (*batch, d)."""

    formula: str
    value: Callable[[Reals], np.ndarray]
    gradient: Callable[[Reals], np.ndarray]
    hessian: Callable[[Reals], np.ndarray]


class Verdict(NamedTuple):
    """What derivatives at a point decide. ``second`` without ``minimum`` is the case that they leave open."""

    first: Bool[np.ndarray, "*batch"]  # ∇F = 0
    second: Bool[np.ndarray, "*batch"]  # and no negative eigenvalue
    minimum: Bool[np.ndarray, "*batch"]  # and all eigenvalues positive: a strict local minimum
    strict_saddle: Bool[np.ndarray, "*batch"]  # stationary, with a direction of negative curvature; maxima are among them
    eigenvalues: Float[np.ndarray, "*batch d"]  # ascending


def classify(gradient: Reals, hessian: Reals, *, tolerance: Real = 1e-9) -> Verdict:
    """First and second order at points with these derivatives.

    A gradient of norm ≤ ``tolerance`` counts as zero, and so does an eigenvalue of at most ``tolerance`` times the largest,
    or what rounding leaves of zero where that is more.
    """
    tolerance = positive("tolerance", number("tolerance", tolerance))
    gradient, hessian = np.asarray(finite("gradient", gradient), dtype=float), symmetric("hessian", hessian)
    if hessian.shape != (*gradient.shape, gradient.shape[-1]):
        raise ValueError(f"hessian must have shape (*batch, d, d) for a gradient of shape {gradient.shape}, got {hessian.shape}")
    eigenvalues = np.linalg.eigvalsh(hessian)
    first = np.asarray(np.linalg.norm(gradient, axis=-1) <= tolerance)
    least, zero = eigenvalues[..., 0], tolerance * np.abs(eigenvalues).max(axis=-1)
    return Verdict(first, first & (least >= -zero), first & (least > zero), first & (least < -zero), eigenvalues)


def curvatures(loss: Callable, point: Reals) -> Float[np.ndarray, " d"]:
    """Eigenvalues of the Hessian of a function of a PyTorch vector at a point (d,), ascending, by automatic differentiation."""
    import torch

    at = torch.tensor(np.asarray(finite("point", point), dtype=float))
    if at.ndim != 1:
        raise ValueError(f"point must have shape (d,), got {tuple(at.shape)}; flatten it")
    return np.linalg.eigvalsh(torch.autograd.functional.hessian(loss, at).numpy())


def deepest_probe(
    rng: np.random.Generator, value: Callable[[np.ndarray], np.ndarray], point: Reals, radius: Real, *, probes: Integer
) -> float:
    """min F(p + r e) − F(p) over random directions e and distances r ≤ ``radius``: negative only if p is not lowest there.

    Distances are log-uniform over three decades, as what happens next to p and what happens far off have different scales.
    """
    point = np.asarray(finite("point", point), dtype=float)
    directions = generator("rng", rng).standard_normal((positive_int("probes", probes), len(point)))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distance = positive("radius", radius) * 10 ** rng.uniform(-3, 0, (probes, 1))
    return float(np.min(value(point + distance * directions) - value(point)))


def roll(
    gradient: Callable[[np.ndarray], np.ndarray], start: Reals, *, friction: Reals, time: Real, steps: Integer
) -> Float[np.ndarray, "{steps}+1 ..."]:
    """A ball let go at rest, ẍ = −∇F(x) − γ ẋ, by semi-implicit Euler steps; the path (steps + 1, *batch, d).

    ``friction`` γ ≥ 0 broadcasts against the start. With time counted in units of γ, γ → ∞ is gradient flow. Without
    friction the method keeps the energy F + ‖ẋ‖²/2 up to O(h), h = ``time``/``steps``, for as long as h² λ_max < 4.
    """
    x = np.asarray(finite("start", start), dtype=float)
    gamma, h = np.asarray(non_negative("friction", friction), dtype=float), positive("time", time) / positive_int("steps", steps)
    x = np.broadcast_to(x, np.broadcast_shapes(x.shape, gamma.shape))
    path, velocity = np.empty((steps + 1, *x.shape)), np.zeros(x.shape)
    path[0] = x
    with np.errstate(over="ignore", invalid="ignore"):  # a ball may fall without end, and then leaves the floats
        for t in range(1, steps + 1):
            velocity = (velocity - h * gradient(path[t - 1])) / (1 + h * gamma)  # implicit in the friction: stable for any γ
            path[t] = path[t - 1] + h * velocity
    return path


def _split(points: Reals) -> tuple[np.ndarray, np.ndarray]:
    points = np.asarray(points, dtype=float)
    return points[..., 0], points[..., 1]


def _symmetric(xx: Reals, xy: Reals, yy: Reals) -> np.ndarray:
    """Matrices [[xx, xy], [xy, yy]] on the last two axes."""
    return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)


def _plane(formula: str, value: Callable, gradient: Callable, hessian: Callable) -> Landscape:
    """A landscape of two variables from formulas in x and y; the Hessian as (F_xx, F_xy, F_yy)."""

    def full_gradient(points: Reals) -> np.ndarray:
        x, y = _split(points)
        found = np.empty((*x.shape, 2))
        found[..., 0], found[..., 1] = gradient(x, y)
        return found

    def full_hessian(points: Reals) -> np.ndarray:
        x, y = _split(points)
        return _symmetric(*(np.broadcast_to(entry, x.shape) for entry in hessian(x, y)))

    return Landscape(formula, lambda points: value(*_split(points)), full_gradient, full_hessian)


def _mountains_hessian(points: Reals) -> np.ndarray:
    x, y = _split(points)
    r, s = x**2 * y - x - 1, 2 * x * y - 1  # r and ∂r/∂x
    return _symmetric(12 * x**2 - 4 + 2 * s**2 + 4 * y * r, 4 * x * r + 2 * x**2 * s, 2 * x**4)


_VALLEY = surface("valley")


# The last one is the "two mountains without a valley": two minima and no other stationary point (Rosenholtz 1987).
GALLERY = {
    "bowl": _plane("x² + y²", lambda x, y: x**2 + y**2, lambda x, y: (2 * x, 2 * y), lambda x, y: (2.0, 0.0, 2.0)),
    "quartic": _plane("x⁴ + y⁴", lambda x, y: x**4 + y**4, lambda x, y: (4 * x**3, 4 * y**3), lambda x, y: (12 * x**2, 0.0, 12 * y**2)),
    "saddle": _plane("x² − y²", lambda x, y: x**2 - y**2, lambda x, y: (2 * x, -2 * y), lambda x, y: (2.0, 0.0, -2.0)),
    "ridge": _plane("x² − y⁴", lambda x, y: x**2 - y**4, lambda x, y: (2 * x, -4 * y**3), lambda x, y: (2.0, 0.0, -12 * y**2)),
    "cubic": _plane("x³ + y²", lambda x, y: x**3 + y**2, lambda x, y: (3 * x**2, 2 * y), lambda x, y: (6 * x, 0.0, 2.0)),
    "product": _plane(
        "(1 − xy)²",
        lambda x, y: (1 - x * y) ** 2,
        lambda x, y: (-2 * y * (1 - x * y), -2 * x * (1 - x * y)),
        lambda x, y: (2 * y**2, 4 * x * y - 2, 2 * x**2),
    ),
    "mountains": Landscape("(x² − 1)² + (x²y − x − 1)²", _VALLEY.value, _VALLEY.gradient, _mountains_hessian),
}
