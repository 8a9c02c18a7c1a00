"""Wasserstein distances: by a linear programme and its dual, on the line by quantile functions, between Gaussians in closed form.

For laws μ = Σ a_i δ(x_i) and ν = Σ b_j δ(y_j) and a power p ≥ 1,

    W_p(μ, ν)^p = min { Σ γ_ij ‖x_i − y_j‖^p : γ ≥ 0, Σ_j γ_ij = a_i, Σ_i γ_ij = b_j }
                = max { Σ a_i f_i + Σ b_j g_j : f_i + g_j ≤ ‖x_i − y_j‖^p }          (Kantorovich 1942),

on the line W_p^p = ∫_0^1 |F⁻¹(u) − G⁻¹(u)|^p du, and between Gaussians of means m, m' and covariances A, B
W_2² = ‖m − m'‖² + tr A + tr B − 2 tr (A^½ B A^½)^½ (Dowson and Landau 1982).

>>> found = solve(costs(np.array([[0.0], [1.0]]), np.array([[2.0], [4.0]])), np.array([0.5, 0.5]), np.array([0.5, 0.5]))
>>> found.value
2.5
>>> on_line(np.array([0.0, 1.0]), np.array([2.0, 4.0]))
2.5
>>> round(between_gaussians(np.zeros(1), np.eye(1), np.full(1, 2.0), 9 * np.eye(1)) ** 2, 12)
8.0
"""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy import integrate, optimize, sparse, special
from scipy.spatial.distance import cdist

from dlcore.checks import Real, finite, samples, symmetric

_TAIL = 8.0


class Transport(NamedTuple):
    """A cheapest plan γ, potentials f and g that prove it cheapest, and its cost Σ γ_ij c_ij."""

    plan: Float[np.ndarray, "m n"]
    f: Float[np.ndarray, " m"]
    g: Float[np.ndarray, " n"]
    value: float


def costs(x: Float[np.ndarray, "m d"], y: Float[np.ndarray, "n d"], p: Real = 1) -> Float[np.ndarray, "m n"]:
    """‖x_i − y_j‖^p, in the Euclidean norm."""
    return cdist(samples("x", x), samples("y", y)) ** _power(p)


def solve(cost: Float[np.ndarray, "m n"], a: Float[np.ndarray, " m"], b: Float[np.ndarray, " n"]) -> Transport:
    """A cheapest plan from masses a to masses b, and the potentials, by HiGHS: a vertex, so at most m + n − 1 routes."""
    m, n = np.shape(finite("cost", cost))
    a, b = _masses("a", a), _masses("b", b)
    rows = sparse.vstack([sparse.kron(sparse.eye(m), np.ones((1, n))), sparse.kron(np.ones((1, m)), sparse.eye(n))], format="csr")
    found = optimize.linprog(cost.ravel(), A_eq=rows, b_eq=np.concatenate([a, b * (a.sum() / b.sum())]), method="highs-ds")
    if found.status != 0:
        raise ArithmeticError(f"the linear programme must be solved, HiGHS says {found.message!r}: scale the costs to the order of 1")
    duals = found.eqlin.marginals
    return Transport(found.x.reshape(m, n), duals[:m], duals[m:], float(found.fun))


def matching(x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "m d"], p: Real = 1) -> tuple[Int[np.ndarray, " n"], float]:
    """Partners j(i) of equally many points of equal mass that make Σ ‖x_i − y_j(i)‖^p / n least, and W_p."""
    cost = costs(x, y, p)
    if len(cost) != len(cost.T):
        raise ValueError(f"a matching needs equally many points, got {len(cost)} and {len(cost.T)}: call solve with masses")
    i, j = optimize.linear_sum_assignment(cost)
    return j, float(cost[i, j].mean() ** (1 / p))


def potential(z: Float[np.ndarray, "k d"], y: Float[np.ndarray, "n d"], g: Float[np.ndarray, " n"], p: Real = 1) -> Float[np.ndarray, " k"]:
    """φ(z) = min_j ‖z − y_j‖^p − g_j: the largest function with φ(z) + g_j ≤ ‖z − y_j‖^p, at any places z; 1-Lipschitz for p = 1."""
    return (costs(z, y, p) - g).min(axis=1)


# ---- on the line ----------------------------------------------------------------------------


def on_line(
    x: Float[np.ndarray, " m"],
    y: Float[np.ndarray, " n"],
    p: Real = 1,
    a: Float[np.ndarray, " m"] | None = None,
    b: Float[np.ndarray, " n"] | None = None,
) -> float:
    """W_p of masses a at x and b at y (equal masses where they are left out), by their quantile functions."""
    laws = []
    for name, places, masses in (("a", x, a), ("b", y, b)):
        order = np.argsort(finite("places", places), kind="stable")
        upto = np.cumsum(np.full(len(places), 1 / len(places)) if masses is None else _masses(name, masses)[order])
        laws.append((places[order], np.append(upto[:-1], 1.0)))
    levels = np.unique(np.concatenate([[0.0], *(upto for _, upto in laws)]))
    middle = (levels[1:] + levels[:-1]) / 2
    one, two = (places[np.searchsorted(upto, middle)] for places, upto in laws)
    return float((np.diff(levels) @ np.abs(one - two) ** _power(p)) ** (1 / p))


def by_quantiles(f: Callable[[float], float], g: Callable[[float], float], p: Real = 1, kinks: tuple[float, ...] = ()) -> float:
    """(∫_0^1 |f(u) − g(u)|^p du)^(1/p) for quantile functions f and g, by adaptive quadrature; `kinks` are levels where they break.

    The variable is z with u = Φ(z), |z| ≤ 8: quantile functions that are steep at 0 and 1 are tame in z, and only 10⁻¹⁵ of the mass
    is left out.
    """
    power, edges = _power(p), (-_TAIL, *(float(special.ndtri(u)) for u in kinks), _TAIL)

    def cost(z: float) -> float:
        u = float(special.ndtr(z))
        return abs(f(u) - g(u)) ** power * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    pieces = [integrate.quad(cost, *ends, epsabs=1e-9, epsrel=1e-9, limit=200)[0] for ends in itertools.pairwise(edges)]
    return float(sum(pieces) ** (1 / power))


# ---- Gaussians ------------------------------------------------------------------------------


def root(a: Float[np.ndarray, "d d"]) -> Float[np.ndarray, "d d"]:
    """A^½ of a symmetric positive semi-definite matrix."""
    values, vectors = np.linalg.eigh(symmetric("a", a))
    if values[0] < -1e-10 * max(values[-1], 0.0) or values[-1] < 0:
        raise ValueError(f"a covariance must be positive semi-definite, got the eigenvalue {values[0]}: pass X.T @ X / n")
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def between_gaussians(
    mean: Float[np.ndarray, " d"], a: Float[np.ndarray, "d d"], mean_to: Float[np.ndarray, " d"], b: Float[np.ndarray, "d d"]
) -> float:
    """W_2 of N(mean, A) and N(mean', B)."""
    half = root(a)
    shared = np.trace(root(_symmetrised(half @ symmetric("b", b) @ half)))
    square = np.sum((mean - mean_to) ** 2) + np.trace(a) + np.trace(b) - 2 * shared
    return float(np.sqrt(max(square, 0.0)))  # rounding may bring equal laws below 0


def gaussian_map(a: Float[np.ndarray, "d d"], b: Float[np.ndarray, "d d"]) -> Float[np.ndarray, "d d"]:
    """T = A^−½ (A^½ B A^½)^½ A^−½, symmetric: x ↦ Tx carries N(0, A) to N(0, B) at the least cost ‖x − Tx‖²."""
    half = root(a)
    if np.linalg.cond(half) > 1e7:
        raise ValueError(f"the map needs A of full rank, got the condition number {np.linalg.cond(half) ** 2:.3g}: add a little of I")
    inverse = np.linalg.inv(half)
    return _symmetrised(inverse @ root(_symmetrised(half @ symmetric("b", b) @ half)) @ inverse)


def _symmetrised(matrix):
    return (matrix + matrix.T) / 2


def _power(p: object) -> float:
    if not np.isscalar(p) or not finite("p", p) >= 1:
        raise ValueError(f"p must be a number of at least 1, got {p}: below 1 the p-th root is no distance")
    return float(p)


def _masses(name: str, value: np.ndarray) -> np.ndarray:
    if np.any(finite(name, value) < 0) or abs(np.sum(value) - 1) > 1e-9:
        raise ValueError(f"{name} must be masses ≥ 0 of sum 1, got {value}: divide them by their sum")
    return value
