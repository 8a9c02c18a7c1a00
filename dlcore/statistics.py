"""How far a mean, a share or an empirical law may be from what theory says: the tolerances of the book.

All of them are four standard errors, or the distance that is as improbable: P(|Z| > 4) = 6.3e-5 for a standard normal Z.

>>> round(four_errors_of_share(0.5, 10_000), 6)
0.02
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Shaped
from scipy import special

from dlcore.checks import Real, Reals, finite, positive_int

FOUR_SIGMA = float(2 * special.ndtr(-4))  # P(|Z| > 4) for a standard normal Z


def mean_square(z: Float[np.ndarray, "*batch n"]) -> Float[np.ndarray, "*batch"]:
    """‖z‖²/n over the last axis."""
    return np.einsum("...i,...i->...", z, z) / z.shape[-1]


def four_errors(samples: Shaped[np.ndarray, "samples *rest"]) -> Float[np.ndarray, "*rest"] | np.floating:
    """Four standard errors of the mean of independent numbers or outcomes (first axis): 4 s/√n, s² with n − 1 in the denominator."""
    if len(samples) < 2:
        raise ValueError(f"a standard error needs at least 2 samples, got {len(samples)}: draw more")
    return 4 * np.std(finite("samples", np.asarray(samples, dtype=float)), axis=0, ddof=1) / np.sqrt(len(samples))


def errors_off(samples: Shaped[np.ndarray, "samples *rest"], expected: Reals) -> float:
    """How many standard errors the mean of independent samples (first axis) is from what is expected; the largest of all.

    >>> errors_off(np.array([0.0, 2.0]), 3.0)
    2.0
    """
    return float(np.max(np.abs(np.mean(samples, axis=0) - finite("expected", expected)) / (four_errors(samples) / 4)))


def four_errors_of_share(p: Real, n: int) -> float:
    """Four standard errors 4 √(p(1 − p)/n) of a relative frequency in n independent trials of probability p."""
    if not 0 <= finite("p", p) <= 1:
        raise ValueError(f"p must be a probability in [0, 1], got {p}: pass a share, not a percentage")
    return 4 * float(np.sqrt(p * (1 - p) / positive_int("n", n)))


def ks_bound(n: int) -> float:
    """Distance sup|F̂ − F| that n independent samples of F exceed with a probability of at most ``FOUR_SIGMA``.

    √(ln(2/FOUR_SIGMA)/2n), from P(sup|F̂ − F| > x) ≤ 2 exp(−2 n x²) (Massart 1990).
    """
    return float(np.sqrt(np.log(2 / FOUR_SIGMA) / (2 * positive_int("n", n))))


def ks_distance(sample: Reals, cdf: Callable[[np.ndarray], Reals], slack: Real = 1e-6) -> float:
    """sup |F̂ − F| between a sample's distribution function and ``cdf``, where x may be off by ``slack``·|x|.

    The slack lets values that theory puts into an atom (all singular values 1, say) miss it by rounding; where F has a
    density f it changes the distance by at most slack·|x| f(x).
    """
    x = np.sort(np.ravel(np.asarray(finite("sample", sample), dtype=float)))
    below, upto = np.arange(len(x)) / len(x), np.arange(1, len(x) + 1) / len(x)
    margin = slack * np.abs(x)
    over, under = upto - np.asarray(cdf(x + margin)), np.asarray(cdf(x - margin)) - below
    first = np.concatenate([[True], x[1:] > x[:-1]])  # of equal values only the first sees what lies below
    return float(max(over[np.append(first[1:], True)].max(), under[first & (x != 0)].max(initial=0), 0.0))
