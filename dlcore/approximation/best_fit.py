"""The best that given neurons can do on [−1, 1]: polynomials, whose errors never fall with the width, and all others.

A neuron whose activation is a polynomial of degree q computes a polynomial of degree q of x, and so does every sum of such
neurons. The distance of f from those polynomials is therefore a floor for the error at every width. For f(x) = |x| and q = 2
(or 3) the floor is 1/8 in the uniform norm, reached by x² + 1/8, and 1/√96 in the norm of L²(−1, 1), reached by
15x²/16 + 3/16.

>>> _, error = uniform_polynomial(np.abs, 2)
>>> round(error, 6)
0.125
>>> polynomial, error = mean_square_polynomial(np.abs, 2)
>>> polynomial.coef[[0, 2]].round(6).tolist(), round(error * 96**0.5, 6)
([0.1875, 0.9375], 1.0)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy.polynomial import Chebyshev, Legendre, Polynomial
from scipy.optimize import linprog

from dlcore.checks import Integer, finite, positive_int

Function = Callable[[np.ndarray], np.ndarray]
_NODES = 64  # of Gauss's rule in each half
_CUT = 1e-9  # singular values below so much of the largest count as 0


class Fit(NamedTuple):
    """A network's values at the points, and its distance from the target in L²(−1, 1)."""

    values: Float[np.ndarray, " points"]
    error: float


def midpoints(count: Integer) -> Float[np.ndarray, " points"]:
    """The middles of ``count`` equal cells of [−1, 1]; a mean over them is a mean over the interval up to O(count⁻²)."""
    return (2 * np.arange(positive_int("count", count)) + 1) / count - 1


def features(
    phi: Function, x: Float[np.ndarray, " points"], weights: Float[np.ndarray, " width"], biases: Float[np.ndarray, " width"]
) -> Float[np.ndarray, "points width"]:
    """φ(w_j x_i + b_j), one column for each hidden neuron."""
    return np.asarray(phi(x[:, None] * weights + biases), dtype=float)


def best_outputs(neurons: Float[np.ndarray, "points width"], target: Float[np.ndarray, " points"]) -> Fit:
    """The best output weights for given hidden neurons: least squares over points spread evenly over [−1, 1].

    The error is (∫ (f − g)² dx)^½, as the mean over the points gives it. Columns are scaled to length 1 first.
    """
    if neurons.shape[0] != target.shape[0]:
        raise ValueError(f"neurons must have a row for each of the {target.size} points, got shape {neurons.shape}")
    length = np.linalg.norm(finite("neurons", neurons), axis=0)
    scaled = neurons / np.where(length > 0, length, 1.0)
    values = scaled @ np.linalg.lstsq(scaled, target, rcond=_CUT)[0]
    return Fit(values, float(np.sqrt(2 * np.mean((values - target) ** 2))))


def mean_square_polynomial(f: Function, degree: Integer) -> tuple[Polynomial, float]:
    """The polynomial of at most this degree that is nearest to f in L²(−1, 1), and its distance from f.

    Its coefficient at Legendre's P_k is (k + ½) ∫ f P_k dx. The integrals are taken over both halves by themselves (64 points
    of Gauss's rule each), so that f may have a corner at 0.
    """
    degree = _degree(degree)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    x, w = np.concatenate([nodes - 1, nodes + 1]) / 2, np.concatenate([weights, weights]) / 2
    values = np.asarray(finite("f(x)", f(x)), dtype=float)
    legendre = np.polynomial.legendre.legvander(x, degree)
    series = Legendre((np.arange(degree + 1) + 0.5) * ((w * values) @ legendre))
    return series.convert(kind=Polynomial), float(np.sqrt(w @ (values - series(x)) ** 2))


def uniform_polynomial(f: Function, degree: Integer, points: Integer = 601) -> tuple[Polynomial, float]:
    """The polynomial of at most this degree that is nearest to f in the uniform norm on [−1, 1], and its distance from f.

    A linear program over ``points`` points, minimise e subject to −e ≤ f − p ≤ e. The points are the extrema of a Chebyshev
    polynomial, so that the maximum of |f − p| between them is hardly larger; 0 and ±1 are among them if ``points`` is odd.
    """
    degree, points = _degree(degree), positive_int("points", points)
    if points < degree + 2:
        raise ValueError(f"points must be at least degree + 2 = {degree + 2}, got {points}: with fewer the polynomial interpolates")
    x = np.sin(np.pi * (np.arange(points) / (points - 1) - 0.5))
    values = np.asarray(finite("f(x)", f(x)), dtype=float)
    basis, one = np.polynomial.chebyshev.chebvander(x, degree), np.ones((points, 1))
    found = linprog(
        np.append(np.zeros(degree + 1), 1.0), A_ub=np.block([[basis, -one], [-basis, -one]]), b_ub=np.append(values, -values),
        bounds=(None, None), method="highs",
    )  # fmt: skip
    if not found.success:
        raise ValueError(f"the linear program found no best polynomial of degree {degree}: {found.message}; pass a bounded f")
    return Chebyshev(found.x[:-1]).convert(kind=Polynomial), float(found.x[-1])


def _degree(degree: Integer) -> int:
    if degree == 0:
        return 0
    return positive_int("degree", degree)
