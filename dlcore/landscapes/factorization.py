"""Symmetric rank-one factorisation and the two-layer linear network: everything known in closed form.

    F(u) = ‖M − u uᵀ‖_F²,   ∇F = 4(‖u‖² u − M u),   ∇²F = 4(2 u uᵀ + ‖u‖² I − M)

Stationary are 0 and, for each eigenpair (λ, v) of M with λ > 0, the points ±√λ v. Batches are leading axes of u.
Sources: Baldi & Hornik 1989 (two linear layers); the lecture notes CIE6128, Proposition 5.1, here corrected.

>>> [point.value for point in rank_one_stationary(np.diag([2.0, 1.0]))]
[5.0, 1.0, 4.0]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, finite, positive_int, symmetric

Matrix = Float[np.ndarray, "d d"]
Vectors = Float[np.ndarray, "*batch d"]
Losses = Float[np.ndarray, "*batch"] | np.floating


class StationaryPoint(NamedTuple):
    """A point u (and −u), the eigenvalue λ of M that it comes from (0 for u = 0), F(u), and the spectrum of ∇²F(u), ascending."""

    u: Float[np.ndarray, " d"]
    eigenvalue: float
    value: float
    spectrum: Float[np.ndarray, " d"]


def rank_one_loss(M: Matrix, u: Vectors) -> Losses:
    """F = ‖M − u uᵀ‖_F²."""
    return np.sum((M - u[..., :, None] * u[..., None, :]) ** 2, axis=(-2, -1))


def rank_one_gradient(M: Matrix, u: Vectors) -> Vectors:
    """∇F = 4(‖u‖² u − M u) for symmetric M."""
    return 4 * ((u**2).sum(axis=-1, keepdims=True) * u - u @ symmetric("M", M))


def rank_one_hessian(M: Matrix, u: Vectors) -> Float[np.ndarray, "*batch d d"]:
    """∇²F = 4(2 u uᵀ + ‖u‖² I − M)."""
    square = np.sum(u**2, axis=-1)[..., None, None]
    return 4 * (2 * u[..., :, None] * u[..., None, :] + square * np.eye(len(M)) - symmetric("M", M))


def rank_one_stationary(M: Matrix) -> list[StationaryPoint]:
    """u = 0 and one of each pair ±√λ_i v_i with λ_i > 0, by descending λ_i.

    At √λ_i v_i: F = ‖M‖² − λ_i², and ∇²F has the eigenvalues 8λ_i (along v_i) and 4(λ_i − λ_j), j ≠ i. A multiple λ_i
    stands for a whole sphere of such points; one for each v_i that the eigendecomposition happens to choose is returned.
    Eigenvalues that are 0 up to rounding count as 0.
    """
    eigenvalues, vectors = np.linalg.eigh(symmetric("M", M))
    total = float(np.sum(eigenvalues**2))
    found = [StationaryPoint(np.zeros(len(M)), 0.0, total, np.sort(-4 * eigenvalues))]
    rounding = len(M) * np.finfo(float).eps * np.abs(eigenvalues).max(initial=0.0)
    for i in np.flatnonzero(eigenvalues > rounding)[::-1]:
        spectrum = 4 * (eigenvalues[i] - eigenvalues)
        spectrum[i] = 8 * eigenvalues[i]
        point = np.sqrt(eigenvalues[i]) * vectors[:, i]
        found.append(StationaryPoint(point, float(eigenvalues[i]), float(total - eigenvalues[i] ** 2), np.sort(spectrum)))
    return found


def two_layer_loss(
    W2: Float[np.ndarray, "*batch m r"], W1: Float[np.ndarray, "*batch r d"], X: Float[np.ndarray, "d n"], Y: Float[np.ndarray, "m n"]
) -> Losses:
    """‖Y − W₂ W₁ X‖_F²."""
    return np.sum((Y - W2 @ W1 @ X) ** 2, axis=(-2, -1))


def two_layer_gradient(
    W2: Float[np.ndarray, "*batch m r"], W1: Float[np.ndarray, "*batch r d"], X: Float[np.ndarray, "d n"], Y: Float[np.ndarray, "m n"]
) -> tuple[Float[np.ndarray, "*batch m r"], Float[np.ndarray, "*batch r d"]]:
    """−2 E (W₁X)ᵀ and −2 W₂ᵀ E Xᵀ with E = Y − W₂ W₁ X."""
    error = Y - W2 @ W1 @ X
    return -2 * error @ np.swapaxes(W1 @ X, -1, -2), -2 * np.swapaxes(W2, -1, -2) @ error @ X.T


def reduced_rank_minimum(X: Float[np.ndarray, "d n"], Y: Float[np.ndarray, "m n"], rank: Integer) -> float:
    """min ‖Y − W X‖_F² over W of at most this rank: ‖Y − Y P‖² + Σ_{i > r} σ_i(Y P)², P the projection on the rows of X."""
    finite("X", X), finite("Y", Y)
    _, sigma, right = np.linalg.svd(X, full_matrices=False)
    rows = right[sigma > sigma[0] * max(X.shape) * np.finfo(float).eps] if np.any(X) else right[:0]
    fitted = Y @ rows.T
    outside = np.sum((Y - fitted @ rows) ** 2)
    return float(outside + np.sum(np.linalg.svd(fitted, compute_uv=False)[positive_int("rank", rank) :] ** 2))
