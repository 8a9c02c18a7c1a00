"""Two landscapes on which every gradient is known in closed form.

    the scalar chain       F(w) = ½ (1 − w_1 w_2 ⋯ w_L)²
    the power landscape    F(w) = (w^L − 1)²

Both are flat near 0 and steep beyond 1, and ever more so as the depth L grows. Overflow to inf is a legitimate result
of both, so none of these functions warns of it.

>>> parallel, orthogonal = balanced_eigenvalues([0.5, 1.0], depth=4)
>>> parallel.tolist(), orthogonal.tolist()
([-0.640625, 4.0], [0.234375, 0.0])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import hyp2f1

from dlcore.checks import Integer, Reals, finite, one_of, positive, positive_int
from dlcore.gaussian import Values
from dlcore.optimizers import methods

_quiet = np.errstate(over="ignore", invalid="ignore")  # steep landscapes overflow; inf is the answer, not an accident


class BalancedEigenvalues(NamedTuple):
    """Eigenvalues of the chain's Hessian at w = c·(1, …, 1): ``parallel`` to w once, ``orthogonal`` L − 1 times."""

    parallel: Values
    orthogonal: Values


@_quiet
def chain_loss(w: Float[np.ndarray, "*batch depth"]) -> Values:
    """F = ½(1 − P)², P = ∏ w_i over the last axis."""
    return (1 - np.prod(w, axis=-1)) ** 2 / 2


@_quiet
def chain_gradient(w: Float[np.ndarray, "*batch depth"]) -> Float[np.ndarray, "*batch depth"]:
    """∂F/∂w_i = −(1 − P) ∏_{j≠i} w_j, computed without dividing by w_i, which may be 0."""
    return -(1 - np.prod(w, axis=-1, keepdims=True)) * _product_without_one(w)


@_quiet
def chain_hessian(w: Float[np.ndarray, "*batch depth"]) -> Float[np.ndarray, "*batch depth depth"]:
    """∂²F/∂w_i∂w_j = Q_i Q_j − (1 − P) Q_ij with Q_i, Q_ij the products without w_i, without w_i and w_j (Q_ii = 0)."""
    one = _product_without_one(w)
    residual = 1 - np.prod(w, axis=-1)[..., None, None]
    return one[..., :, None] * one[..., None, :] - residual * _product_without_two(w)


def balanced_eigenvalues(c: Reals, depth: Integer) -> BalancedEigenvalues:
    """Both eigenvalues at w = c·(1, …, 1), with their signs (P = c^L, L = ``depth`` ≥ 2):

        λ_∥ = c^{L−2} [(2L − 1) P − (L − 1)],   λ_⊥ = c^{L−2} (1 − P)

    1 − P is taken as −expm1(L ln|c|) where P > 0, so that λ_⊥ keeps its digits next to the minima at |c| = 1.
    """
    c = np.asarray(finite("c", c), dtype=float)
    if positive_int("depth", depth) < 2:
        raise ValueError(f"depth must be at least 2 for two eigenvalues, got {depth}: add a factor to the chain")
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # c = 0: ln 0 = −inf, and 1 − P = 1
        power = c**depth
        remainder = np.where(power < 0, 1 - power, 0 - np.expm1(depth * np.log(np.abs(c))))
        outer = c ** (depth - 2)
        return BalancedEigenvalues(outer * ((2 * depth - 1) * power - (depth - 1)), outer * remainder)


@_quiet
def power_loss(w: Reals, depth: Integer) -> Values:
    """F(w) = (w^L − 1)²."""
    return (np.asarray(w, dtype=float) ** positive_int("depth", depth) - 1) ** 2


@_quiet
def power_gradient(w: Reals, depth: Integer) -> Values:
    """F′(w) = 2L w^{L−1} (w^L − 1)."""
    w = np.asarray(w, dtype=float)
    return 2 * positive_int("depth", depth) * w ** (depth - 1) * (w**depth - 1)


@_quiet
def power_curvature(w: Reals, depth: Integer) -> Values:
    """F″(w) = 2L [(2L − 1) w^{2L−2} − (L − 1) w^{L−2}]."""
    w = np.asarray(w, dtype=float)
    low = (positive_int("depth", depth) - 1) * w ** max(depth - 2, 0)  # L = 1 has no such term, and 0·w⁻¹ is not 0 at 0
    return 2 * depth * ((2 * depth - 1) * w ** (2 * depth - 2) - low)


def power_descent(start: Reals, learning_rate: Reals, depth: Integer, steps: Integer) -> Float[np.ndarray, "{steps}+1 ..."]:
    """Gradient descent on the power landscape from every ``start`` with every ``learning_rate`` (they broadcast)."""
    method = methods.gradient_descent(learning_rate)
    return methods.run(method, lambda w: power_gradient(w, depth), start, steps)


def escape_time(start: Reals, end: Reals, depth: Integer, *, landscape: str = "power") -> Values:
    """Time gradient flow takes from ``start`` to ``end``, 0 < start ≤ end < 1.

    Balanced chain: dc/dt = c^{L−1}(1 − c^L); power: 2L times as fast. With 1/(c^{L−1}(1 − c^L)) = c^{1−L} + c/(1 − c^L)

        T = (start^{2−L} − end^{2−L})/(L − 2) + [c²/2 · ₂F₁(1, 2/L; 1 + 2/L; c^L)] from start to end

    (ln(end/start) in place of the first term for L = 2), ≈ start^{2−L}/(L − 2) on a long plateau.
    """
    start, end = (np.asarray(positive(n, v), dtype=float) for n, v in (("start", start), ("end", end)))
    one_of("landscape", landscape, ("power", "chain"))
    if np.any(start > end) or np.any(end >= 1):
        raise ValueError(f"0 < start <= end < 1 must hold, got {start} and {end}: stop short of the minimum at 1")
    speed = 2 * positive_int("depth", depth) if landscape == "power" else 1
    return (_plateau(start, end, depth) + _approach(end, depth) - _approach(start, depth)) / speed


def _plateau(start: np.ndarray, end: np.ndarray, depth: Integer) -> Values:
    """∫ c^{1−L} dc."""
    if depth == 2:
        return np.log(end / start)
    with np.errstate(over="ignore", invalid="ignore"):  # a plateau too long for a float takes the time inf
        long = start ** (2.0 - depth) * -np.expm1((depth - 2) * np.log(start / end)) / (depth - 2)
    return np.where(start == end, 0.0, long)[()]


def _approach(c: np.ndarray, depth: Integer) -> Values:
    """∫₀^c u/(1 − u^L) du."""
    return c**2 / 2 * hyp2f1(1, 2 / depth, 1 + 2 / depth, c**depth)


def _product_without_one(w: np.ndarray) -> np.ndarray:
    """Q_i = ∏_{j≠i} w_j = (product before i) · (product after i)."""
    one = np.ones_like(w[..., :1])
    before = np.cumprod(np.concatenate([one, w[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([one, w[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return before * after


def _product_without_two(w: np.ndarray) -> np.ndarray:
    """Q_ij = ∏_{k≠i,j} w_k off the diagonal, 0 on it: with w_i set to 1 in row i, the product without w_j."""
    diagonal = np.eye(w.shape[-1], dtype=bool)
    return np.where(diagonal, 0.0, _product_without_one(np.where(diagonal, 1.0, w[..., None, :])))
