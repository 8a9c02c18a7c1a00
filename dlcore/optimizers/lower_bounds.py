"""Functions that resist every method whose steps are combinations of the gradients seen so far.

A Lipschitz function with kinks, of Lipschitz constant 1 and with the distance 1 from 0 to its minimiser −(1, …, 1)/√K:

    F(θ) = max(θ_1, …, θ_K, ‖θ‖ − 1 − 1/√K),   F* = −1/√K          (Nemirovski & Yudin 1983; Drori & Teboulle 2016)

An answer of the oracle shows one coordinate. As long as one has not been shown, F ≥ 0. Nesterov's chain (Nesterov 2004, §2.1.2),

    F(θ) = M/4 (½θᵀAθ − θ_1),   A tridiagonal with rows (−1, 2, −1),   θ*_i = 1 − i/(n + 1),

is smooth with M. A gradient at a point of span(e_1, …, e_k) lies in span(e_1, …, e_{k+1}).

>>> kink_value([-0.5, -0.5, -0.5, -0.5]).item(), kink_subgradient([-0.1, 0.0, 0.0, 0.0]).tolist()
(-0.5, [0.0, 1.0, 0.0, 0.0])
>>> float(chain_floor(0, 3)), float(smooth_floor(1, 1.0, 1.0))
(0.09375, 0.0234375)
"""

import numpy as np
from jaxtyping import Float
from scipy.sparse.linalg import cg

from dlcore.checks import Integer, Reals, finite, non_negative, positive, positive_int, symmetric
from dlcore.gaussian import Values

Points = Float[np.ndarray, "*batch n"]


def kink_value(theta: Reals) -> Values:
    """max(θ_1, …, θ_K, ‖θ‖ − 1 − 1/√K) over the last axis."""
    theta, far = _kink(theta)
    return np.maximum(theta.max(axis=-1), far)


def kink_subgradient(theta: Reals) -> Points:
    """A subgradient: the unit vector of the first of the largest coordinates, or θ/‖θ‖ where ‖θ‖ − 1 − 1/√K is larger still."""
    theta, far = _kink(theta)
    unit = np.eye(theta.shape[-1])[theta.argmax(axis=-1)]
    outward = theta / np.maximum(np.linalg.norm(theta, axis=-1, keepdims=True), np.finfo(float).tiny)
    return np.where(np.asarray(far > theta.max(axis=-1))[..., None], outward, unit)


def _kink(theta: Reals) -> tuple[np.ndarray, Values]:
    theta = np.atleast_1d(np.asarray(finite("theta", theta), dtype=float))
    return theta, np.linalg.norm(theta, axis=-1) - 1 - 1 / np.sqrt(theta.shape[-1])


def chain_matrix(n: Integer) -> Float[np.ndarray, "n n"]:
    """A, with 2 on the diagonal and −1 beside it; its eigenvalues lie in (0, 4)."""
    size = positive_int("n", n)
    return 2 * np.eye(size) - np.eye(size, k=1) - np.eye(size, k=-1)


def chain_value(theta: Reals, M: Reals = 1.0) -> Values:
    """M/4 (½θᵀAθ − θ_1), as a sum of squares: ½(θ_1² + Σ(θ_i − θ_{i+1})² + θ_n²) − θ_1."""
    theta = np.atleast_1d(np.asarray(finite("theta", theta), dtype=float))
    stretch = theta[..., 0] ** 2 + np.sum(np.diff(theta, axis=-1) ** 2, axis=-1) + theta[..., -1] ** 2
    return np.asarray(positive("M", M)) / 4 * (stretch / 2 - theta[..., 0])


def chain_gradient(theta: Reals, M: Reals = 1.0) -> Points:
    """M/4 (Aθ − e_1)."""
    theta = np.atleast_1d(np.asarray(finite("theta", theta), dtype=float))
    gradient = 2 * theta
    gradient[..., 1:] -= theta[..., :-1]
    gradient[..., :-1] -= theta[..., 1:]
    gradient[..., 0] -= 1
    return np.asarray(positive("M", M)) / 4 * gradient


def chain_minimiser(n: Integer) -> Float[np.ndarray, "n"]:
    """θ*_i = 1 − i/(n + 1); F(θ*) = −M/8 (1 − 1/(n + 1)), and ‖θ*‖² = n(2n + 1)/(6(n + 1))."""
    return 1 - np.arange(1, positive_int("n", n) + 1) / (n + 1)


def chain_floor(k: Reals, n: Integer, M: Reals = 1.0) -> Values:
    """M/8 (1/(k + 1) − 1/(n + 1)): the least gap that k ≤ n gradients from 0 can lead to."""
    k = np.asarray(non_negative("k", k))
    if np.any(k > positive_int("n", n)):
        raise ValueError(f"k must be at most n = {n}, got {np.max(k)}: after n gradients the gap may be 0")
    return np.asarray(positive("M", M)) / 8 * (1 / (k + 1) - 1 / (n + 1))


def smooth_floor(k: Reals, M: Reals, distance: Reals) -> Values:
    """3 M R²/(32 (k + 1)²): below the gap of every such method after k steps on the chain of n = 2k + 1, R the distance at first."""
    R = np.asarray(positive("distance", distance))
    return 3 * np.asarray(positive("M", M)) * R**2 / (32 * (np.asarray(non_negative("k", k)) + 1) ** 2)


def conjugate_gradients(hessian: Reals, b: Reals, steps: Integer) -> Float[np.ndarray, "{steps}+1 n"]:
    """The iterates from 0 of conjugate gradients (Hestenes & Stiefel 1952) on ½θᵀHθ − bᵀθ; SciPy's, which rests when it is done."""
    H = symmetric("hessian", hessian)
    path = [np.zeros(len(H))]
    cg(H, finite("b", b), rtol=1e-14, maxiter=positive_int("steps", steps), callback=lambda theta: path.append(theta.copy()))
    return np.array(path + path[-1:] * (steps + 1 - len(path)))
