"""Penalised least squares: ridge, LASSO and its limit, basis pursuit.

The loss is a mean over the n examples, as everywhere in the book: (1/n)‖y − Xβ‖² + λ R(β).

>>> import numpy as np
>>> X, y = np.array([[1.0], [3.0]]), np.array([2.0, 6.0])
>>> beta0, beta = ridge(X, y, 1.0)  # around the means: slope (4/2)/(2/2 + 1), and the intercept is free
>>> float(beta0), beta.tolist()
(2.0, [1.0])
"""

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog, nnls

from dlcore.checks import Real, Reals, finite, non_negative, one_of

INTERCEPTS = ("free", "penalised", "none")


def examples(X: Reals, y: Reals) -> tuple[Float[np.ndarray, "n p"], Float[np.ndarray, " n"]]:
    """X as an array of one row an example, and y with as many entries; ValueError otherwise."""
    X, y = np.asarray(finite("X", X), dtype=float), np.asarray(finite("y", y), dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1] or not X.size:
        raise ValueError(f"X must have one row for each entry of y, got shapes {X.shape} and {y.shape}: transpose or cut one of them")
    return X, y


def ridge(
    X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"], lam: Real, intercept: str = "free"
) -> tuple[float, Float[np.ndarray, " p"]]:
    """Intercept and coefficients that minimise (1/n)‖y − β₀ − Xβ‖² + λ‖β‖², by β = (XᵀX/n + λI)⁻¹Xᵀy/n (Hoerl and Kennard 1970).

    intercept: "free", β₀ costs nothing (X and y are then centred first); "penalised", λβ₀² is added; "none", β₀ = 0.
    At λ = 0 the columns must be independent.
    """
    (X, y), n = examples(X, y), len(X)
    non_negative("lam", lam)
    if one_of("intercept", intercept, INTERCEPTS) == "penalised":
        _, beta = ridge(np.column_stack([np.ones(n), X]), y, lam, "none")
        return float(beta[0]), beta[1:]
    if intercept == "free":
        means = X.mean(axis=0)
        _, beta = ridge(X - means, y - y.mean(), lam, "none")
        return float(y.mean() - means @ beta), beta
    return 0.0, np.linalg.solve(X.T @ X / n + lam * np.eye(X.shape[1]), X.T @ y / n)


def soft_threshold(b: Reals, threshold: Reals) -> Float[np.ndarray, "..."]:
    """sign(b) max(|b| − t, 0): LASSO where XᵀX/n = I, with b = Xᵀy/n and t = λ/2.

    >>> soft_threshold([3.0, -0.4], 1.0).tolist()
    [2.0, -0.0]
    """
    return np.sign(finite("b", b)) * np.maximum(np.abs(b) - non_negative("threshold", threshold), 0)


def zero_from(X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"]) -> float:
    """The λ from which on LASSO sets all coefficients to zero, 2‖Xᵀy/n‖_∞."""
    X, y = examples(X, y)
    return float(2 * np.abs(X.T @ y / len(X)).max())


def lasso_violation(X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"], beta: Float[np.ndarray, " p"], lam: Real) -> float:
    """How far β is from a minimiser of (1/n)‖y − Xβ‖² + λ‖β‖₁: the largest entry by which the condition of optimality is missed.

    It says (2/n) xⱼᵀ(y − Xβ) = λ sign βⱼ where βⱼ ≠ 0, and at most λ in size where βⱼ = 0.
    """
    X, y = examples(X, y)
    pull = 2 * X.T @ (y - X @ beta) / len(X)
    return float(np.where(beta == 0, np.maximum(np.abs(pull) - lam, 0), np.abs(pull - lam * np.sign(beta))).max())


def lasso(X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"], lam: Real) -> Float[np.ndarray, " p"]:
    """The minimiser of (1/n)‖y − Xβ‖² + λ‖β‖₁, to rounding and with exact zeros, by its dual.

    The residual y − Xβ is the point of {θ: |Xᵀθ| ≤ λn/2} that is nearest to y (Osborne, Presnell and Turlach 2000), and β the
    multipliers of its walls; Lawson and Hanson (1974, chapter 23) find both by non-negative least squares.
    At λ = 0 the columns must be independent; `basis_pursuit` is the limit otherwise.

    >>> lasso(np.sqrt(2) * np.eye(2), np.sqrt(2) * np.array([3.0, -0.4]), 2.0).round(12).tolist()
    [2.0, 0.0]
    """
    (X, y), p = examples(X, y), X.shape[1]
    wall, pull = non_negative("lam", lam) * len(X) / 2, X.T @ y
    # With θ = y + z the walls are −xⱼᵀz ≥ xⱼᵀy − λn/2 and xⱼᵀz ≥ −xⱼᵀy − λn/2, and z is to be short.
    walls = np.vstack([np.hstack([-X, X]), np.concatenate([pull - wall, -pull - wall])])
    target = np.append(np.zeros(len(X)), 1.0)
    weights, _ = nnls(walls, target, maxiter=100 * p)
    parts = weights / (target - walls @ weights)[-1]
    return parts[:p] - parts[p:]


def basis_pursuit(X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"]) -> Float[np.ndarray, " p"]:
    """min ‖β‖₁ subject to Xβ = y (Chen, Donoho and Saunders 1998), a linear program in the positive and negative parts of β."""
    X, y = examples(X, y)
    found = linprog(np.ones(2 * X.shape[1]), A_eq=np.hstack([X, -X]), b_eq=y, bounds=(0, None), method="highs")
    if found.status:
        raise ValueError(f"Xβ = y must have a solution, got rank {np.linalg.matrix_rank(X)} for {len(y)} equations: drop what contradicts")
    return found.x[: X.shape[1]] - found.x[X.shape[1] :]
