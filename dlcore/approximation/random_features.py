"""Random ridge features: the exact mean error of an average of them, and how far a fixed set is from a class of functions.

An average of cosines. With ω ~ N(0, I) the bump e^{−‖x‖²/2} is E cos⟨ω, x⟩; for n frequencies and x ~ N(0, τ² I)

    n · E ∫ (f − f_n)² = ½ + ½ (1 + 4τ²)^{−d/2} − (1 + 2τ²)^{−d/2},        Var f = (1 + 2τ²)^{−d/2} − (1 + τ²)^{−d}.

Drawn from N(0, σ² I) instead, the cosines need the outer weights a(ω) = density of N(0, I) / density of N(0, σ² I), and
E a² = (σ²/√(2σ² − 1))^d, infinite for σ² ≤ ½: what a law that does not match the function costs.

A fixed set. On the cube [0, 1]^d the N = K^d − 1 functions √2 cos 2π⟨k, x⟩, k ∈ {0, …, K − 1}^d \\ {0}, are orthonormal. Whatever n
functions are fixed, the squared distance of those N to their span is on average at least 1 − n/N (cf. Barron 1993, Theorem 6). The
inner products of cosines over the cube are closed formulas, so the distances are exact.

>>> round(n_mise(20, 0.25), 4)
0.4831
>>> waves(2).tolist()
[[0, 1], [1, 0], [1, 1]]
"""

import itertools
import math

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import cholesky, solve_triangular

from dlcore.checks import Integer, Real, generator, non_negative, one_of, positive, positive_int

_JITTER = 1e-9  # added to the diagonal of a Gram matrix: a hardly penalised fit, whose error is an upper bound of the distance

LAWS = ("gaussian", "waves")


def n_mise(d: Integer, tau2: Real) -> float:
    """n · E ∫ (f − f_n)² for the average f_n of n cosines of frequencies N(0, I), data N(0, τ² I): E Var_ω cos⟨ω, x⟩."""
    d, t = positive_int("d", d), float(non_negative("tau2", tau2))
    return 0.5 + 0.5 * (1 + 4 * t) ** (-d / 2) - (1 + 2 * t) ** (-d / 2)


def bump_variance(d: Integer, tau2: Real) -> float:
    """Var e^{−‖x‖²/2} for x ~ N(0, τ² I): the error of the best constant."""
    d, t = positive_int("d", d), float(non_negative("tau2", tau2))
    return float(np.exp(-d / 2 * np.log1p(2 * t)) * -np.expm1(-d * np.log1p(t) + d / 2 * np.log1p(2 * t)))


def mismatch(d: Integer, sigma2: Real) -> float:
    """E a(ω)² for ω ~ N(0, σ² I), a the ratio of the densities of N(0, I) and N(0, σ² I); 1 at σ² = 1, inf for σ² ≤ ½."""
    d, v = positive_int("d", d), float(positive("sigma2", sigma2))
    return math.inf if v <= 0.5 else float((v / np.sqrt(2 * v - 1)) ** d)


def waves(d: Integer, per_axis: Integer = 2) -> Int[np.ndarray, "count d"]:
    """The wave vectors {0, …, K − 1}^d without 0, row by row; K is ``per_axis``."""
    if positive_int("per_axis", per_axis) < 2:
        raise ValueError(f"per_axis must be at least 2, got {per_axis}: with 1 there is only the wave vector 0")
    return np.array(list(itertools.product(range(per_axis), repeat=positive_int("d", d)))[1:])


def cosine_products(
    a: Float[np.ndarray, "m d"], b: Float[np.ndarray, " m"], c: Float[np.ndarray, "n d"], e: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "m n"]:
    """∫ cos(⟨a_i, x⟩ + b_i) cos(⟨c_j, x⟩ + e_j) over the cube [0, 1]^d, by ∫ e^{i⟨w, x⟩} = ∏ e^{i w_j/2} sinc(w_j/2)."""
    middle_a, middle_c = a.sum(axis=1) / 2 + b, c.sum(axis=1) / 2 + e
    minus, plus = np.ones((len(a), len(c))), np.ones((len(a), len(c)))
    for axis in range(a.shape[1]):
        minus *= np.sinc((a[:, None, axis] - c[None, :, axis]) / (2 * np.pi))
        plus *= np.sinc((a[:, None, axis] + c[None, :, axis]) / (2 * np.pi))
    return (np.cos(middle_a[:, None] - middle_c) * minus + np.cos(middle_a[:, None] + middle_c) * plus) / 2


def draw_features(
    rng: np.random.Generator, n: Integer, d: Integer, law: str = "gaussian", spread: Real = 4.0
) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, " n"]]:
    """Frequencies and phases of ``n`` features cos(⟨ω, x⟩ + b): ω ~ N(0, spread² I) with uniform b, or the waves 2πk in random order.

    Where there are fewer waves than features, the sines of the same frequencies follow.
    """
    n, d = positive_int("n", n), positive_int("d", d)
    if one_of("law", law, LAWS) == "gaussian":
        return float(non_negative("spread", spread)) * generator("rng", rng).standard_normal((n, d)), rng.uniform(0, 2 * np.pi, n)
    order = generator("rng", rng).permutation(waves(d))
    if n > 2 * len(order):
        raise ValueError(f"n must be at most {2 * len(order)}, the waves of {d} dimensions and their sines, got {n}: ask for fewer")
    phases = np.repeat([0.0, -np.pi / 2], len(order))
    return 2 * np.pi * np.concatenate([order, order])[:n].astype(float), phases[:n]


def squared_distances(
    frequencies: Float[np.ndarray, "n d"], phases: Float[np.ndarray, " n"], per_axis: Integer = 2
) -> Float[np.ndarray, "n count"]:
    """Row m: squared distance of each wave √2 cos 2π⟨k, x⟩ to the span of the first m + 1 features, in L² of the cube.

    One Cholesky factor serves all m; the features' Gram matrix has 1e-9 on its diagonal, so that a row is never below the distance.
    """
    k = 2 * np.pi * waves(frequencies.shape[1], per_axis).astype(float)
    gram = cosine_products(frequencies, phases, frequencies, phases)
    cross = np.sqrt(2) * cosine_products(frequencies, phases, k, np.zeros(len(k)))
    factor = cholesky(gram + _JITTER * np.eye(len(gram)), lower=True)
    return 1 - np.cumsum(np.square(solve_triangular(factor, cross, lower=True)), axis=0)


def width_bound(d: Integer, per_axis: Integer = 2) -> tuple[int, float]:
    """(n, b): n fixed functions leave some f with C_f ≤ 1 a squared error of at least b = 1/(16π²(K−1)²d), n = ⌊(K^d − 1)/2⌋."""
    d, k = positive_int("d", d), positive_int("per_axis", per_axis)
    if k < 2:
        raise ValueError(f"per_axis must be at least 2, got {per_axis}: with 1 there is only the wave vector 0")
    return (k**d - 1) // 2, 1 / (16 * np.pi**2 * (k - 1) ** 2 * d)
