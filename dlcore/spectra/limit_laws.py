"""Limit laws of the spectra of large random matrices, with their distribution functions in closed form.

    semicircle         eigenvalues of a symmetric W/√N                  √(4 − x²)/(2π) on [−2, 2]
    Marchenko–Pastur   eigenvalues of W Wᵀ, W of shape (cN, N)          edges (1 ± √c)²
    Fuss–Catalan       eigenvalues of J Jᵀ, J a product of L factors    edge (L + 1)^{L+1}/L^L

for independent entries of mean 0 and variance 1 (semicircle) or 1/N (the others: variance = 1/fan-in). Sources: Wigner
1958; Marchenko & Pastur 1967; Biane 1998, Haagerup & Möller 2013 and Neuschel 2014 for the angle in the last.

>>> fuss_catalan_moment(2, factors=3), round(fuss_catalan_edge(3), 3)
(4.0, 9.481)
"""


import numpy as np
from jaxtyping import Float
from scipy.special import binom

from dlcore.checks import Integer, Real, Reals, finite, positive, positive_int
from dlcore.gaussian import Values

Matrices = Float[np.ndarray, "..."]


def symmetric(entries: Matrices) -> Matrices:
    """The symmetric matrices with the upper triangles of ``entries``."""
    if entries.ndim < 2 or entries.shape[-1] != entries.shape[-2]:
        raise ValueError(f"entries must be square matrices (..., n, n), got shape {entries.shape}: only those have a mirror image")
    upper = np.triu(entries)
    return upper + np.swapaxes(np.triu(entries, 1), -1, -2)


def semicircle_density(x: Reals) -> Values:
    """√(4 − x²)/(2π) on [−2, 2], 0 elsewhere."""
    x = np.asarray(finite("x", x), dtype=float)
    return (np.sqrt(np.maximum(4 - x**2, 0)) / (2 * np.pi))[()]


def semicircle_cdf(x: Reals) -> Values:
    """½ + x√(4 − x²)/(4π) + arcsin(x/2)/π between −2 and 2."""
    x = np.clip(np.asarray(finite("x", x), dtype=float), -2, 2)
    return (0.5 + x * np.sqrt(4 - x**2) / (4 * np.pi) + np.arcsin(x / 2) / np.pi)[()]


def marchenko_pastur_edges(ratio: Real, sigma_w2: Real = 1.0) -> tuple[float, float]:
    """σ_w² (1 ∓ √c)², the ends of the continuous part, for ``ratio`` c = rows/columns."""
    root = np.sqrt(positive("ratio", ratio))
    return float(positive("sigma_w2", sigma_w2) * (1 - root) ** 2), float(sigma_w2 * (1 + root) ** 2)


def marchenko_pastur_density(x: Reals, ratio: Real, sigma_w2: Real = 1.0) -> Values:
    """√((b − x)(x − a))/(2π σ_w² c x): the continuous part; for c > 1 an atom 1 − 1/c at 0 is not shown."""
    a, b = marchenko_pastur_edges(ratio, sigma_w2)
    x = np.asarray(finite("x", x), dtype=float)
    inside = np.maximum((b - x) * (x - a), 0)
    return (np.sqrt(inside) / (2 * np.pi * sigma_w2 * ratio * np.where(x > 0, x, np.inf)))[()]


def marchenko_pastur_cdf(x: Reals, ratio: Real, sigma_w2: Real = 1.0) -> Values:
    """P(eigenvalue of W Wᵀ ≤ x), W with rows/columns = ``ratio`` and variance σ_w²/columns; the atom at 0 is included.

    With t = x between the edges a and b:  2π σ_w² c P = √((b − t)(t − a)) + (a + b) ψ − 2√(ab) ψ′,

    tan ψ = √((t − a)/(b − t)),  tan ψ′ = √(b(t − a)/(a(b − t))).
    """
    a, b = marchenko_pastur_edges(ratio, sigma_w2)
    x = np.asarray(finite("x", x), dtype=float)
    t = np.clip(x, a, b)
    left, right = np.sqrt(t - a), np.sqrt(b - t)
    inner = left * right + (a + b) * np.arctan2(left, right) - 2 * np.sqrt(a * b) * np.arctan2(np.sqrt(b) * left, np.sqrt(a) * right)
    mass = inner / (2 * np.pi * sigma_w2 * ratio)
    return np.where(x < 0, 0.0, max(0.0, 1 - 1 / ratio) + mass)[()]


def fuss_catalan_moment(order: Integer, factors: Integer) -> float:
    """Mean of λ^k over the spectrum of J Jᵀ, J a product of L ``factors``: binom((L + 1)k, k)/(Lk + 1)."""
    k, L = positive_int("order", order), positive_int("factors", factors)
    return float(np.rint(binom((L + 1) * k, k)) / (L * k + 1))


def fuss_catalan_edge(factors: Integer) -> float:
    """(L + 1)^{L+1}/L^L, the largest point of the spectrum: about e·(L + ½) for many factors."""
    L = positive_int("factors", factors)
    return float((L + 1) * (1 + 1 / L) ** L)


def fuss_catalan_density(x: Reals, factors: Integer) -> Values:
    """sin²θ sin^{L−1}(Lθ)/(π sin^L((L+1)θ)) at the θ of :func:`fuss_catalan_angle`; 0 outside (0, edge]."""
    L, theta, inside = _angles(x, factors)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        density = np.sin(theta) ** 2 / np.pi * (np.sin(L * theta) / np.sin((L + 1) * theta)) ** L / np.sin(L * theta)
    return np.where(inside, density, 0.0)[()]


def fuss_catalan_cdf(x: Reals, factors: Integer) -> Values:
    """1 − [(L + 1)θ − L sin θ sin((L + 1)θ)/sin(Lθ)]/π: the imaginary part of an elementary integral."""
    L, theta, inside = _angles(x, factors)
    above = ((L + 1) * theta - L * np.sin(theta) * np.sin((L + 1) * theta) / np.sin(L * theta)) / np.pi
    return np.where(inside, 1 - above, np.asarray(x) > 0)[()]


def fuss_catalan_angle(x: Reals, factors: Integer) -> Values:
    """The θ in (0, π/(L + 1)) with x = sin^{L+1}((L + 1)θ)/(sin θ sin^L(Lθ)), by bisection (x falls as θ grows)."""
    L = positive_int("factors", factors)
    target = np.log(np.asarray(positive("x", x), dtype=float))
    low, high = np.zeros_like(target), np.ones_like(target)
    for _ in range(60):
        middle = (low + high) / 2
        theta = np.pi * middle / (L + 1)
        # sin((L + 1)θ) from whichever end of (0, π) is nearer, so that it keeps its digits at both
        value = (L + 1) * np.log(np.sin(np.pi * np.minimum(middle, 1 - middle))) - np.log(np.sin(theta)) - L * np.log(np.sin(L * theta))
        low, high = np.where(value > target, middle, low), np.where(value > target, high, middle)
    return (np.pi * (low + high) / 2 / (L + 1))[()]


def _angles(x: Reals, factors: Integer) -> tuple[int, np.ndarray, np.ndarray]:
    x = np.asarray(finite("x", x), dtype=float)
    inside = np.asarray((x > 0) & (x < fuss_catalan_edge(factors)))
    return int(factors), np.asarray(fuss_catalan_angle(np.where(inside, x, 1.0), factors)), inside
