"""How far samples are from their law: W_1 of empirical laws, its bounds n^(−1/d) from both sides, and the distance of means n^(−1/2).

Let μ_n be the empirical law of n independent draws from μ on R^d.

    lower   μ has a density ≤ M, any law on n points: W_1 ≥ d/(d + 1) · (M n v_d)^(−1/d), v_d the volume of the unit ball
    upper   μ on [0, 1)^d: E W_1(μ, μ_n) ≤ √d [2^−K + ½ n^(−1/2) Σ_{k≤K} 2^(k(d/2 − 1))] for every K (Dudley 1969, with cubes)

and two independent samples lie as far from each other, up to a factor of 2: E W_1(μ, μ_n) ≤ E W_1(μ_n, μ'_n) ≤ 2 E W_1(μ, μ_n).

>>> round(single_distance(1), 4)
1.1284
>>> lower_bound(1000, 3) < upper_bound(1000, 3)
True
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import integrate, special, stats

from dlcore.checks import Integer, Real, generator, one_of, positive, positive_int, samples

from .transport import matching

_LEVELS = 60  # of cubes, the finest as wide as the rounding of 1


class Distances(NamedTuple):
    """Of pairs of independent samples: W_1 between them, and the distance of their means."""

    transport: Float[np.ndarray, " repeats"]
    means: Float[np.ndarray, " repeats"]


def between_samples(n: Integer, d: Integer, repeats: Integer, rng: np.random.Generator, law: str = "normal") -> Distances:
    """W_1 and the distance of means between two independent samples of n points of N(0, I) or, law="uniform", of the unit cube."""
    draw = generator("rng", rng).standard_normal if one_of("law", law, ("normal", "uniform")) == "normal" else rng.random
    pairs = draw((positive_int("repeats", repeats), 2, positive_int("n", n), positive_int("d", d)))
    if d == 1:
        first, second = np.sort(pairs[..., 0], axis=-1).transpose(1, 0, 2)  # partners are of equal rank
        far = np.abs(first - second).mean(axis=-1)
    else:
        far = np.array([matching(x, y)[1] for x, y in pairs])
    return Distances(far, np.linalg.norm(pairs[:, 0].mean(axis=1) - pairs[:, 1].mean(axis=1), axis=-1))


def single_distance(d: Integer) -> float:
    """E‖X − X'‖ = 2 Γ((d + 1)/2)/Γ(d/2) of two independent points of N(0, I) in R^d."""
    return 2 * math.exp(special.gammaln((positive_int("d", d) + 1) / 2) - special.gammaln(d / 2))


def normal_on_line(n: Integer) -> float:
    """E W_1(μ_n, μ'_n) for N(0, 1): the integral of E|K − K'|/n, K and K' independent and binomial with n trials of Φ(x)."""
    n = positive_int("n", n)
    k = np.arange(n)

    def gap(x: float) -> float:
        upto = stats.binom.cdf(k, n, special.ndtr(x))
        return float(2 * np.sum(upto * (1 - upto)) / n)  # E|K − K'| = 2 Σ P(K ≤ k) P(K > k)

    return 2 * integrate.quad(gap, 0, 12, epsabs=1e-10)[0]


def lower_bound(n: Integer, d: Integer, density: Real = 1.0) -> float:
    """d/(d + 1) · (M n v_d)^(−1/d): no law on n points is nearer in W_1 to a law of density at most M on R^d."""
    d, volume = positive_int("d", d), (d / 2) * math.log(math.pi) - special.gammaln(d / 2 + 1)
    return d / (d + 1) * math.exp(-(math.log(float(positive("density", density))) + math.log(positive_int("n", n)) + volume) / d)


def upper_bound(n: Integer, d: Integer) -> float:
    """The least over K of √d [2^−K + ½ n^(−1/2) Σ_{k=1}^K 2^(k(d/2 − 1))], a bound of E W_1(μ, μ_n) for every law on [0, 1)^d."""
    k = np.arange(1, min(_LEVELS, 2 + int(math.log2(positive_int("n", n)))) + 1)
    sums = np.concatenate([[0.0], np.cumsum(2.0 ** (k * (positive_int("d", d) / 2 - 1)))])
    return float(math.sqrt(d) * np.min(2.0 ** -np.arange(len(sums)) + sums / (2 * math.sqrt(n))))


def cube_bound(x: Float[np.ndarray, "m d"], y: Float[np.ndarray, "n d"], levels: Integer) -> float:
    """√d [2^−K + ½ Σ_k 2^−k Σ_Q |μ(Q) − ν(Q)|] ≥ W_1(μ, ν) for equal masses at x and at y in [0, 1)^d, Q the cubes of side 2^−k."""
    x, y = samples("x", x), samples("y", y)
    if not all(np.all((z >= 0) & (z < 1)) for z in (x, y)):
        raise ValueError(f"points must lie in [0, 1)^d, got {min(x.min(), y.min())} to {max(x.max(), y.max())}: shift and scale them")
    masses, total = np.concatenate([np.full(len(x), 1 / len(x)), np.full(len(y), -1 / len(y))]), 0.0
    for k in range(1, positive_int("levels", levels) + 1):
        _, cube = np.unique(np.floor(2.0**k * np.vstack([x, y])), axis=0, return_inverse=True)
        total += 2.0**-k * np.abs(np.bincount(cube.ravel(), weights=masses)).sum()
    return math.sqrt(x.shape[1]) * (2.0**-levels + total / 2)
