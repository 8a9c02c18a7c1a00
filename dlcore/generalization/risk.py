"""Error on the examples and off them: a mean and its shrinkage, least squares with p parameters, and interpolants.

Noise has the variance ``noise`` = σ² throughout, and errors are mean squares.

>>> mean_risks(10)
(0.9, 1.1)
>>> least_squares_risks(10, 50)
(0.8, 1.2)
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.interpolate import KroghInterpolator

from dlcore.checks import Integer, Real, Reals, finite, generator, non_negative, number, positive, positive_int


def mean_risks(n: Integer, noise: Real = 1.0) -> tuple[float, float]:
    """Expected training risk σ²(1 − 1/n) and true risk σ²(1 + 1/n) of the mean of n numbers, as a prediction of the next one."""
    n, noise = positive_int("n", n), float(non_negative("noise", noise))
    return noise * (1 - 1 / n), noise * (1 + 1 / n)


def shrunk_risks(penalty: Reals, n: Integer, mean: Real, noise: Real = 1.0) -> tuple[Reals, Reals]:
    """Expected training and true risk of the shrunk mean ȳ/(1 + λ), the minimiser of Σ(yᵢ − θ)²/n + λθ².

    Training: σ²(1 − 1/n) + (λ/(1 + λ))²(μ² + σ²/n). True: σ² + (λ²μ² + σ²/n)/(1 + λ)². One value for each ``penalty`` λ ≥ 0.

    >>> tuple(map(float, shrunk_risks(0.0, 10, 0.5)))
    (0.9, 1.1)
    """
    n, mean = positive_int("n", n), number("mean", mean)
    penalty, noise = np.asarray(non_negative("penalty", penalty), dtype=float), float(non_negative("noise", noise))
    left, moved = 1 / (1 + penalty), penalty / (1 + penalty)
    training = noise * (1 - 1 / n) + moved**2 * (mean**2 + noise / n)
    return training, noise + moved**2 * mean**2 + left**2 * noise / n


def best_penalty(n: Integer, mean: Real, noise: Real = 1.0) -> float:
    """The weight λ* = σ²/(nμ²) at which the shrunk mean's true risk is least; ``mean`` μ must not be 0.

    >>> best_penalty(10, 0.5)
    0.4
    """
    if number("mean", mean) == 0:
        raise ValueError("mean must not be 0, got 0: the larger the penalty the better then, and none is best")
    return float(non_negative("noise", noise)) / (positive_int("n", n) * mean**2)


def least_squares_risks(p: Integer, n: Integer, noise: Real = 1.0, bias: Real = 0.0) -> tuple[float, float]:
    """Expected training error σ²(1 − p/n) + b and error on new values at the same inputs σ²(1 + p/n) + b.

    p linearly independent features of n examples; b is the mean square of what they cannot express of the truth (`biases`).
    """
    p, n = positive_int("p", p), positive_int("n", n)
    if p > n:
        raise ValueError(f"p must be at most n = {n}, got {p}: with more parameters than examples they are not independent")
    noise, bias = float(non_negative("noise", noise)), float(non_negative("bias", bias))
    return noise * (1 - p / n) + bias, noise * (1 + p / n) + bias


def biases(features: Float[np.ndarray, "n k"], truth: Float[np.ndarray, " n"]) -> Float[np.ndarray, " k"]:
    """Mean square of the part of ``truth`` that the first 1, 2, …, k columns of ``features`` cannot express."""
    q, truth = _orthonormal(features), np.asarray(finite("truth", truth), dtype=float)
    return np.maximum(np.mean(truth**2) - np.cumsum((truth @ q) ** 2) / len(truth), 0)


class Errors(NamedTuple):
    """Errors of the fits with 1, 2, …, k features, a row a data set."""

    train: Float[np.ndarray, "runs k"]
    test: Float[np.ndarray, "runs k"]


def nested_errors(
    features: Float[np.ndarray, "n k"],
    truth: Float[np.ndarray, " n"],
    *,
    noise: Real,
    runs: Integer,
    rng: np.random.Generator,
) -> Errors:
    """Training error and error on new noise at the same inputs, of least squares with the first 1 … k features.

    Each of ``runs`` data sets is ``truth`` plus normal noise of variance ``noise``. By the orthonormal columns q_j of the features
    (QR) the fit has the coefficients ⟨q_j, y⟩, and all k fits of a data set come from one product.
    """
    q, truth = _orthonormal(features), np.asarray(finite("truth", truth), dtype=float)
    deviation = np.sqrt(float(positive("noise", noise)))
    seen, new = truth + deviation * generator("rng", rng).standard_normal((2, positive_int("runs", runs), len(truth)))
    fitted, there = seen @ q, new @ q
    unseen = np.sum(new**2, axis=1, keepdims=True) - np.cumsum(there**2, axis=1)  # of the new values, outside the features' span
    missed = np.sum(seen**2, axis=1, keepdims=True) - np.cumsum(fitted**2, axis=1)
    test = unseen + np.cumsum((there - fitted) ** 2, axis=1)
    return Errors(*(np.maximum(square, 0) / len(truth) for square in (missed, test)))  # rounding may leave less than 0


def interpolant(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], at: Reals, *, through: tuple[Real, Real]
) -> tuple[float, Reals, Reals]:
    """c, P and P + c∏(t − x_i) at the points ``at``: the polynomial through all examples and one more point.

    P has the least degree. Where the extra point stands above an example, at another height, there is none: c is infinite or NaN.

    >>> c, _, there = interpolant(np.array([0.0, 1.0]), np.array([0.0, 0.0]), 2.0, through=(3.0, 12.0))
    >>> c, float(there)
    (2.0, 4.0)
    """
    x, y, at = (np.asarray(finite(name, value), dtype=float) for name, value in (("x", x), ("y", y), ("at", at)))
    if x.ndim != 1 or x.shape != y.shape or len(np.unique(x)) < len(x):
        raise ValueError(f"x must be different numbers, one for each of y, got {x} and {y}: merge what repeats")
    where, height = number("through", through[0]), number("through", through[1])
    least = KroghInterpolator(x, y)  # SciPy's barycentric one shuffles the points
    base = least(at)
    with np.errstate(divide="ignore", invalid="ignore"):
        c = (height - float(least(where))) / np.prod(where - x)
        return float(c), base, base + c * np.prod(at[..., None] - x, axis=-1)


def _orthonormal(features: np.ndarray) -> np.ndarray:
    features = np.asarray(finite("features", features), dtype=float)
    if features.ndim != 2 or features.shape[1] > features.shape[0]:
        raise ValueError(f"features must be an array (n, k) with k ≤ n, got shape {features.shape}: use fewer features")
    q, r = np.linalg.qr(features)
    pivots = np.abs(np.diag(r))
    if pivots.min() <= len(features) * np.finfo(float).eps * pivots.max():
        raise ValueError("features must be linearly independent, got a column that the others express: leave it out")
    return q
