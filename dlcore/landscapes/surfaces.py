"""Functions of two variables on which methods are raced: value, gradient, minima, and the part of the plane to look at.

    valley      (x² − 1)² + (x²y − x − 1)²                    two minima and no other critical point (Rosenholtz 1987)
    rosenbrock  (1 − x)² + 100 (y − x²)²                      one curved, flat valley
    himmelblau  (x² + y − 11)² + (x + y² − 7)²                four minima
    beale       Σ_k (c_k − x + x yᵏ)², c = 1.5, 2.25, 2.625   plateaus and steep corners
    booth       (x + 2y − 7)² + (2x + y − 5)²                 a quadratic of condition 9
    bowl        ½ (x² + κ y²), κ = 25, or bowl(κ)             a quadratic of any condition

A point is the last axis, of length 2; all other axes are free. Overflow to inf is a legitimate value.

>>> f = surface("valley")
>>> f.value(f.minima).tolist(), f.gradient(np.array([0.0, 0.0])).tolist()
([0.0, 0.0], [2.0, 0.0])
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, Reals, finite, one_of, positive

Points = Float[np.ndarray, "*batch 2"]
Domain = tuple[tuple[Real, Real], tuple[Real, Real]]

def _of_points(f: Callable) -> Callable:
    """``f`` for points (…, 2) alone, and silent where it overflows."""

    @functools.wraps(f)
    def checked(w: Reals) -> Reals:
        w = np.asarray(w, dtype=float)
        if w.shape[-1:] != (2,):
            raise ValueError(f"points must have a last axis of length 2, got shape {w.shape}: pass (x, y)")
        with np.errstate(over="ignore", invalid="ignore"):
            return f(w)

    return checked


class Surface(NamedTuple):
    """A function; all its minima with value 0; ``domain`` = ((x from, to), (y from, to)), where its minima lie."""

    name: str
    value: Callable[[Points], Reals]
    gradient: Callable[[Points], Points]
    minima: Float[np.ndarray, "minima 2"]
    domain: Domain

    def inside(self, w: Points) -> np.ndarray | np.bool_:
        """Whether points lie in the domain; not those at infinity."""
        low, high = np.transpose(self.domain)
        return np.all((w >= low) & (w <= high), axis=-1)

    def check_start(self, start: Reals) -> np.ndarray:
        """``start`` as an array of points, all of them in the domain."""
        w = np.asarray(finite("start", start), dtype=float)
        if w.shape[-1:] != (2,):
            raise ValueError(f"start must have a last axis of length 2, got shape {w.shape}: pass points (x, y)")
        if not np.all(self.inside(w)):
            (left, right), (low, high) = self.domain
            outside = w[~self.inside(w)].reshape(-1, 2)[0].tolist()
            raise ValueError(f"start must lie in [{left}, {right}] × [{low}, {high}], the domain of {self.name}, got {outside}: move it")
        return w

    def grid(self, points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, y and the values (y, x) on a grid over the domain, for a contour plot."""
        x, y = (np.linspace(*side, points) for side in self.domain)
        return x, y, self.value(np.stack(np.meshgrid(x, y), axis=-1))


def surface(name: str) -> Surface:
    """One of ``NAMES``; ValueError with the names otherwise."""
    return _SURFACES[one_of("name", name, NAMES)]


def bowl(condition: Real) -> Surface:
    """½ (x² + κ y²): curvatures 1 and κ > 0."""
    curvature = np.array([1.0, float(positive("condition", condition))])
    value, gradient = _of_points(lambda w: (curvature * w**2).sum(-1) / 2), _of_points(lambda w: curvature * w)
    return Surface("bowl", value, gradient, np.zeros((1, 2)), ((-2, 2), (-2, 2)))


def _sum_of_squares(name: str, residuals: Callable, slopes: Callable, minima: list, domain: Domain) -> Surface:
    """Σ r_k² from its residuals r(x, y), and their derivatives by x and by y."""

    @_of_points
    def value(w: Points) -> Reals:
        total = sum(r**2 for r in residuals(w[..., 0], w[..., 1]))
        return np.where(np.isnan(total), np.inf, total)[()]  # inf − inf in a residual: a point too far away for it

    @_of_points
    def gradient(w: Points) -> Points:
        x, y = w[..., 0], w[..., 1]
        pairs = [(2 * r, s) for r, s in zip(residuals(x, y), slopes(x, y), strict=True)]
        found = np.empty(w.shape)
        for k in range(2):
            found[..., k] = sum(r * s[k] for r, s in pairs)
        return found

    return Surface(name, value, gradient, np.array(minima), domain)


def _beale_residuals(x: np.ndarray, y: np.ndarray) -> list:
    return [c - x + x * y**k for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))]


_SURFACES = {
    f.name: f
    for f in (
        _sum_of_squares(
            "valley",
            lambda x, y: [x**2 - 1, x**2 * y - x - 1],
            lambda x, y: [(2 * x, 0.0), (2 * x * y - 1, x**2)],
            [[1.0, 2.0], [-1.0, 0.0]],
            ((-2, 2), (-2, 4)),
        ),
        _sum_of_squares(
            "rosenbrock",
            lambda x, y: [1 - x, 10 * (y - x**2)],
            lambda x, y: [(-1.0, 0.0), (-20 * x, 10.0)],
            [[1.0, 1.0]],
            ((-2, 2), (-1, 3)),
        ),
        _sum_of_squares(
            "himmelblau",
            lambda x, y: [x**2 + y - 11, x + y**2 - 7],
            lambda x, y: [(2 * x, 1.0), (1.0, 2 * y)],
            [[3.0, 2.0], [-2.805118086953, 3.131312518251], [-3.779310253378, -3.283185991286], [3.584428340330, -1.848126526964]],
            ((-5, 5), (-5, 5)),
        ),
        _sum_of_squares(
            "beale",
            _beale_residuals,
            lambda x, y: [(y**k - 1, k * x * y ** (k - 1)) for k in (1, 2, 3)],
            [[3.0, 0.5]],
            ((-4.5, 4.5), (-4.5, 4.5)),
        ),
        _sum_of_squares(
            "booth",
            lambda x, y: [x + 2 * y - 7, 2 * x + y - 5],
            lambda x, y: [(1.0, 2.0), (2.0, 1.0)],
            [[1.0, 3.0]],
            ((-10, 10), (-10, 10)),
        ),
        bowl(25.0),
    )
}

NAMES = tuple(_SURFACES)
