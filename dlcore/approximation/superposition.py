"""Kolmogorov and Arnold's superpositions: an inner function that gives every point of a grid a number of its own.

Köppen's inner function ψ (2002; continuous and increasing by Braun and Griebel 2009) is fixed on the numbers with k digits
to the base γ, i_1 … i_k, by β(k) = 1 + d + … + d^{k−1} and

    ψ(0.i_1) = 0.i_1,
    ψ(0.i_1 … i_k) = ψ(0.i_1 … i_{k−1}) + i_k γ^{−β(k)}                          if i_k < γ − 1,
    ψ(0.i_1 … i_k) = ½ [ψ(0.i_1 … i_k − γ^{−k}) + ψ(0.i_1 … i_k + γ^{−k})]       if i_k = γ − 1.

With λ = Σ_r γ^{−β(r)} the sum ψ(x) + λ ψ(y) takes different values at different points of the grid of k digits, for d = 2.

>>> [str(v) for v in inner(1)[:3]], str(inner(2)[1])
(['0', '1/10', '1/5'], '1/1000')
"""

from fractions import Fraction

import numpy as np

from dlcore.checks import Integer, positive_int


def exponent(k: Integer, d: Integer = 2) -> int:
    """β(k) = 1 + d + … + d^{k−1}: digit k moves the inner function by γ^{−β(k)}."""
    return sum(positive_int("d", d) ** j for j in range(positive_int("k", k)))


def inner(digits: Integer, base: Integer = 10, d: Integer = 2) -> np.ndarray:
    """ψ at 0, γ^{−k}, 2γ^{−k}, …, 1 for k = ``digits``, exactly: an array of γ^k + 1 `Fraction`s. ``base`` is at least 2d + 2."""
    digits, base, d = positive_int("digits", digits), positive_int("base", base), positive_int("d", d)
    if base < 2 * d + 2:
        raise ValueError(f"base must be at least 2d + 2 = {2 * d + 2}, got {base}: take a larger base")
    values = np.array([Fraction(j, base) for j in range(base + 1)], dtype=object)
    for k in range(2, digits + 1):
        step = Fraction(1, base ** exponent(k, d))
        finer = values[:-1, None] + step * np.arange(base).astype(object)
        finer[:, -1] = (finer[:, -2] + values[1:]) / 2
        values = np.append(finer.ravel(), values[-1])
    return values


def weight(terms: Integer, base: Integer = 10, d: Integer = 2) -> Fraction:
    """λ cut after ``terms`` terms: Σ γ^{−β(r)}, r = 1 … terms."""
    base = positive_int("base", base)
    return sum((Fraction(1, base ** exponent(r, d)) for r in range(1, positive_int("terms", terms) + 1)), Fraction(0))


def addresses(digits: Integer, base: Integer = 10) -> np.ndarray:
    """ψ(x) + λψ(y) on the grid of γ^k × γ^k points of [0, 1)², k = ``digits``, exactly; λ with k + 2 terms."""
    psi = inner(digits, base)[:-1]
    return psi[:, None] + weight(digits + 2, base) * psi
