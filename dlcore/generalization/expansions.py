"""Features: polynomials on a line and the labels that they separate; kernels, which are inner products of features.

>>> sign_changes([1, 1, -1, -1, 1])
2
>>> separable(monomials([0.0, 1.0, 2.0], 1), [1, -1, 1]), separable(monomials([0.0, 1.0, 2.0], 2), [1, -1, 1])
(False, True)
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from dlcore.checks import Real, Reals, finite, positive

from .penalties import examples

Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]


def monomials(x: Reals, degree: int) -> Float[np.ndarray, "n features"]:
    """1, x, …, x^degree for each number x."""
    if degree < 0:
        raise ValueError(f"degree must be at least 0, got {degree}: the constant has degree 0")
    return np.vander(np.atleast_1d(np.asarray(finite("x", x), dtype=float)), degree + 1, increasing=True)


def sign_changes(labels: Reals) -> int:
    """How often neighbours in a row of labels ±1 differ."""
    labels = np.asarray(labels)
    if not np.isin(labels, (-1, 1)).all():
        raise ValueError(f"labels must be −1 or 1, got {sorted(set(labels.tolist()))}: relabel")
    return int((labels[1:] != labels[:-1]).sum())


def separable(features: Float[np.ndarray, "n features"], labels: Reals) -> bool:
    """Whether yᵢ wᵀφ(xᵢ) ≥ 1 has a solution w, by a linear program; with ≥ 1 for > 0, which only scales w."""
    features, labels = examples(features, labels)
    sign_changes(labels)
    free = features.shape[1]
    found = linprog(np.zeros(free), A_ub=-labels[:, None] * features, b_ub=-np.ones(len(labels)), bounds=(None, None), method="highs")
    if found.status not in (0, 2):
        raise ArithmeticError(f"the linear program must be decided, got status {found.status}: rescale the features")
    return found.status == 0


def best_plane(features: Float[np.ndarray, "n features"], labels: Reals, cost: Real = 1e-3) -> Float[np.ndarray, " features"]:
    """The w that minimises Σᵢ max(0, 1 − yᵢ wᵀφ(xᵢ)) + cost · maxᵢ |wᵀφ(xᵢ)|, by a linear program.

    Where some plane parts the labels with |wᵀφ(xᵢ)| from 1 to m, and cost · m < 1, this one does: no slack can then reach 1.
    """
    features, labels = examples(features, labels)
    sign_changes(labels)
    n, free = features.shape
    zero, one, height = np.zeros((n, n)), np.eye(n), np.ones((n, 1))
    rows = np.block([
        [-labels[:, None] * features, -one, 0 * height], [features, zero, -height], [-features, zero, -height],
    ])  # fmt: skip
    weights, limits = np.concatenate([np.zeros(free), np.ones(n), [positive("cost", cost)]]), np.concatenate([-np.ones(n), np.zeros(2 * n)])
    bounds = [(None, None)] * free + [(0, None)] * (n + 1)
    found = linprog(weights, A_ub=rows, b_ub=limits, bounds=bounds, method="highs")
    return found.x[:free]


def separator(x: Reals, labels: Reals) -> np.polynomial.Polynomial:
    """A polynomial with the sign of the labels at the increasing points x: a simple zero half-way between neighbours that differ.

    >>> separator([0.0, 1.0, 2.0], [-1, -1, 1])(np.array([0.0, 1.0, 2.0])).tolist()
    [-1.5, -0.5, 0.5]
    """
    x, labels = np.asarray(finite("x", x), dtype=float), np.asarray(labels)
    if np.any(np.diff(x) <= 0):
        raise ValueError(f"x must increase, got {x}: sort points and labels together")
    sign_changes(labels)
    turns = labels[1:] != labels[:-1]
    made = np.polynomial.Polynomial.fromroots(((x[1:] + x[:-1]) / 2)[turns]) if turns.any() else np.polynomial.Polynomial([1.0])
    return made * float(labels[-1])


def gaussian_kernel(width: Real) -> Kernel:
    """k(x, z) = exp(−(x − z)²/2s²) of numbers x and z."""
    scale = 2 * positive("width", width) ** 2
    return lambda x, z: np.exp(-(np.subtract(x, z) ** 2) / scale)


def laplace_kernel(width: Real) -> Kernel:
    """k(x, z) = exp(−|x − z|/s) of numbers x and z."""
    positive("width", width)
    return lambda x, z: np.exp(-np.abs(np.subtract(x, z)) / width)


def polynomial_kernel(degree: int, width: Real = 1.0) -> Kernel:
    """k(x, z) = (1 + xz/s²)^degree of numbers x and z: at degree 2 and s = 1 the inner product of (1, √2 x, x²)."""
    positive("width", width)
    return lambda x, z: (1 + np.multiply(x, z) / width**2) ** degree


def gram(kernel: Kernel, x: Float[np.ndarray, " m"], z: Float[np.ndarray, " n"]) -> Float[np.ndarray, "m n"]:
    """k(xᵢ, zⱼ)."""
    return kernel(np.asarray(x)[:, None], np.asarray(z)[None, :])


def kernel_ridge(K: Float[np.ndarray, "n n"], y: Float[np.ndarray, " n"], lam: Real) -> Float[np.ndarray, " n"]:
    """α = (K + nλI)⁻¹y, so that f(x) = Σᵢ αᵢ k(xᵢ, x) minimises (1/n)Σᵢ (yᵢ − f(xᵢ))² + λ‖w‖² over f = wᵀφ."""
    K, y = examples(K, y)
    return np.linalg.solve(K + len(y) * positive("lam", lam) * np.eye(len(y)), y)
