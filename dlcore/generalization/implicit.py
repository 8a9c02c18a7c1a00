"""Regularisers without a penalty: early stopping as a filter beside ridge, dropout as an average over masks.

For least squares, (1/2n)‖y − Xβ‖², let s be the eigenvalues of XᵀX/n and β̂ the least squares solution. Every method below starts from
0 (or ends at 0) and multiplies the part of β̂ along an eigenvector by a factor, its *filter* at s.

>>> round(float(flow_filter(2.0, 0.5)), 4), float(ridge_filter(2.0, 1 / 0.5))
(0.6321, 0.5)
"""

from itertools import product

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq

from dlcore.checks import Integer, Real, Reals, finite, non_negative, positive, positive_int

from .penalties import examples


def descent_filter(s: Reals, steps: Integer, eta: Real) -> Reals:
    """1 − (1 − ηs)^t: gradient descent from 0 after t steps of size η."""
    if isinstance(steps, bool) or steps < 0 or steps != int(steps):
        raise ValueError(f"steps must be a whole number from 0 upwards, got {steps}: count steps")
    return 1 - (1 - positive("eta", eta) * np.asarray(non_negative("s", s), dtype=float)) ** int(steps)


def flow_filter(s: Reals, t: Reals) -> Reals:
    """1 − exp(−ts): gradient flow from 0 at time t."""
    return -np.expm1(-np.asarray(non_negative("t", t), dtype=float) * np.asarray(non_negative("s", s), dtype=float))


def ridge_filter(s: Reals, lam: Reals) -> Reals:
    """s/(s + λ): ridge regression of weight λ > 0."""
    return non_negative("s", s) / (np.asarray(s, dtype=float) + positive("lam", lam))


def stopping_weight(s: Reals, t: Reals) -> Reals:
    """The weight s/(exp(ts) − 1) with which ridge does at s what gradient flow does until time t; 1/t at s = 0."""
    s, t = np.asarray(non_negative("s", s), dtype=float), np.asarray(positive("t", t), dtype=float)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return np.where(s > 0, s / np.expm1(t * s), 1 / t)


def filtered_risk(kept: Reals, s: Float[np.ndarray, " k"], signal: Float[np.ndarray, " k"], noise: Real, n: Integer) -> Reals:
    """E‖β̂ − β‖² over the noise, Σⱼ (1 − fⱼ)²bⱼ² + (σ²/n) Σⱼ fⱼ²/sⱼ, for filters f (last axis) and coefficients b along the eigenvectors."""
    s, signal, kept = positive("s", s), finite("signal", signal), np.asarray(finite("kept", kept), dtype=float)
    return np.sum(((1 - kept) * signal) ** 2 + non_negative("noise", noise) / positive_int("n", n) * kept**2 / s, axis=-1)


def worst_ratio() -> tuple[float, float]:
    """x > 0 with eˣ = 1 + x + x², and the maximum ((1 − e⁻ˣ)(1 + x)/x)² = (1 + x/(1 + x + x²))² that is attained there.

    Gradient flow until t risks at most so many times what ridge with λ = 1/t does (Ali, Kolter and Tibshirani 2019: 1.69).

    >>> tuple(round(value, 4) for value in worst_ratio())
    (1.7933, 1.6859)
    """
    x = float(brentq(lambda x: np.expm1(x) - x - x**2, 1, 3, xtol=1e-15, rtol=1e-15))
    return x, (1 + x / (1 + x + x**2)) ** 2


def masks(p: Integer, drop: Real) -> tuple[Float[np.ndarray, "masks p"], Float[np.ndarray, " masks"]]:
    """All 2^p inverted masks of dropout (entries 0, and 1/(1 − q) for what stays) and their probabilities; q = ``drop``, p ≤ 16."""
    if positive_int("p", p) > 16:
        raise ValueError(f"p must be at most 16, got {p}: there are 2^p masks, so draw some of them")
    q = _share(drop)
    on = np.array(list(product((1.0, 0.0), repeat=p)))
    return on / (1 - q), np.prod(np.where(on > 0, 1 - q, q), axis=1)


def dropout_losses(
    X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"], w: Float[np.ndarray, " p"], drop: Real
) -> tuple[Float[np.ndarray, " masks"], Float[np.ndarray, " masks"]]:
    """The loss (1/n)‖y − X(m∘w)‖² under every mask m, and the masks' probabilities."""
    X, y = examples(X, y)
    kinds, chance = masks(X.shape[1], drop)
    return np.mean((y - (kinds * finite("w", w)) @ X.T) ** 2, axis=1), chance


def dropout_penalty(X: Float[np.ndarray, "n p"], w: Float[np.ndarray, "*batch p"], drop: Real) -> Float[np.ndarray, "*batch"] | np.floating:
    """What dropout adds to the loss on average, q/(1 − q) Σⱼ aⱼwⱼ², aⱼ the mean square of feature j."""
    q = _share(drop)
    return q / (1 - q) * np.asarray(finite("w", w)) ** 2 @ np.mean(np.asarray(finite("X", X)) ** 2, axis=0)


def dropout_solution(X: Float[np.ndarray, "n p"], y: Float[np.ndarray, " n"], drop: Real) -> Float[np.ndarray, " p"]:
    """The minimiser of the expected loss, (XᵀX/n + q/(1 − q) diag(XᵀX/n))⁻¹Xᵀy/n; no column may be 0 where q > 0."""
    (X, y), q = examples(X, y), _share(drop)
    gram = X.T @ X / len(X)
    return np.linalg.solve(gram + q / (1 - q) * np.diag(np.diag(gram)), X.T @ y / len(X))


def _share(drop: Real) -> float:
    if not 0 <= finite("drop", drop) < 1:
        raise ValueError(f"drop must lie in [0, 1), got {drop}: it is the probability with which a feature is silent")
    return float(drop)
