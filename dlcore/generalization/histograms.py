"""Boxes in many dimensions: how many hold an example, and how well a histogram shows a density.

A histogram with m bins an axis divides the cube [0, 1]^d into m^d boxes; in each the estimate is (share of the examples) × m^d. Its
mean integrated squared error (MISE) is E∫(f̂ − f)².

>>> uniform_mise(100, 1000)
0.099
>>> round(occupied(100, 1000), 3)
99.996
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, finite, positive, positive_int


def occupied(boxes: Real, n: Integer) -> float:
    """Expected number B(1 − (1 − 1/B)ⁿ) of the B equally likely boxes that hold at least one of n examples.

    ``boxes`` may be far too large to count, 100.0**100 say: nothing is subtracted from 1.
    """
    boxes, n = float(positive("boxes", boxes)), positive_int("n", n)
    if boxes < 1:
        raise ValueError(f"boxes must be at least 1, got {boxes}: count them")
    return 1.0 if boxes == 1 else float(-boxes * np.expm1(n * np.log1p(-1 / boxes)))


def uniform_mise(boxes: Real, n: Integer) -> float:
    """MISE (B − 1)/n of a histogram with B boxes, of n examples of the uniform density on the cube, in any dimension."""
    return (float(positive("boxes", boxes)) - 1) / positive_int("n", n)


def bin_shares(cdf: Callable, bins: Integer) -> Float[np.ndarray, " bins"]:
    """Probability of each of ``bins`` equal bins of [0, 1]."""
    return np.diff(cdf(np.linspace(0, 1, positive_int("bins", bins) + 1)))


def mise(shares: Float[np.ndarray, " bins"], square: Real, n: Integer, dimension: Integer = 1) -> float:
    """∫f² − B ΣP² + (B/n)(1 − ΣP²) with B = m^d boxes: first what boxes cannot show, then the error of chance.

    The density is a product of ``dimension`` = d equal factors on [0, 1], each with the ``shares`` P of its m bins and
    ∫f² = ``square``; ∫f² and ΣP² of the product are the d-th powers.

    >>> mise(np.full(100, 0.01), 1.0, 1000)
    0.099
    """
    shares, d = np.asarray(finite("shares", shares), dtype=float), positive_int("dimension", dimension)
    if shares.ndim != 1 or shares.min() < 0 or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"shares must be probabilities with the sum 1, got the sum {shares.sum()}: divide by it")
    boxes, squares = float(len(shares)) ** d, float(np.sum(shares**2)) ** d
    return float(positive("square", square)) ** d - boxes * squares + boxes / positive_int("n", n) * (1 - squares)


def best_width(roughness: Real, n: Integer) -> float:
    """The bin width h = (6/(n∫f′²))^(1/3) at which 1/(nh) + h²∫f′²/12 is least; ``roughness`` is ∫f′² (Scott 1979).

    >>> round(best_width(12.0, 1000), 4)
    0.0794
    """
    return float((6 / (positive_int("n", n) * float(positive("roughness", roughness)))) ** (1 / 3))


def heights(sample: Float[np.ndarray, " n"], bins: Integer) -> Float[np.ndarray, " bins"]:
    """The histogram of numbers in [0, 1] as a density."""
    sample = np.asarray(finite("sample", sample), dtype=float)
    if sample.min() < 0 or sample.max() > 1:
        raise ValueError(f"sample must lie in [0, 1], got {sample.min()} to {sample.max()}: rescale it")
    return np.histogram(sample, positive_int("bins", bins), (0, 1), density=True)[0]
