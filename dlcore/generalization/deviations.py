"""How far a share of n trials is from its probability: exact binomial tails, Hoeffding's bound, and M hypotheses at once.

A hypothesis errs with probability p; on n independent examples it errs K ~ Bin(n, p) times, so its *gap* is p − K/n. Hoeffding (1963,
Journal of the American Statistical Association 58): P(gap ≥ t) ≤ exp(−2nt²). By the union bound all of M hypotheses have

    gap ≤ √(ln(M/δ) / 2n)     with probability at least 1 − δ,

and the two-sided |gap| ≤ √(ln(2M/δ) / 2n).

>>> round(gap_exceeds(100, 0.5, 0.0), 4)
0.4602
>>> round(union_bound(100, 1000, 0.05), 3)
0.223
"""

import math

import numpy as np
from jaxtyping import Float
from scipy.stats import binom

from dlcore.checks import Integer, Real, generator, non_negative, number, positive, positive_int

_TIE = 1e-9  # shares nearer to a threshold than this, in trials, lie on it


def hoeffding(n: Integer, t: Real) -> float:
    """exp(−2nt²), the bound of P(p − K/n ≥ t); twice as much bounds both sides."""
    return math.exp(-2 * positive_int("n", n) * float(non_negative("t", t)) ** 2)


def gap_exceeds(n: Integer, p: Real, t: Real, hypotheses: Integer = 1) -> float:
    """P(p − K/n > t for at least one of M independent hypotheses), exact up to the rounding of the binomial law."""
    below = math.ceil(positive_int("n", n) * (_share("p", p) - number("t", t)) - _TIE) - 1  # the largest k with p − k/n > t
    one = float(binom.cdf(below, n, p))
    return float(-np.expm1(positive_int("hypotheses", hypotheses) * np.log1p(-one))) if one < 1 else 1.0


def deviation_exceeds(n: Integer, p: Real, t: Real) -> float:
    """P(|p − K/n| ≥ t), exact up to the rounding of the binomial law."""
    k = np.arange(positive_int("n", n) + 1)
    return float(binom.pmf(k, n, p)[np.abs(n * _share("p", p) - k) >= n * number("t", t) - _TIE].sum())


def union_bound(n: Integer, hypotheses: Integer, delta: Real) -> float:
    """√(ln(M/δ)/2n): with probability at least 1 − δ no gap of M hypotheses is larger."""
    return finite_class_bound(n, math.log(positive_int("hypotheses", hypotheses)), delta)


def finite_class_bound(n: Integer, log_count: Real, delta: Real) -> float:
    """√((ln M + ln(1/δ))/2n) from ln M, for classes whose number M no float holds."""
    return math.sqrt((float(non_negative("log_count", log_count)) - math.log(_confidence(delta))) / (2 * positive_int("n", n)))


def vc_bound(n: Integer, dimension: Integer, delta: Real) -> float:
    """min(1, √(2D ln(en/D)/n)) + √(ln(1/δ)/2n): what no gap exceeds, with probability 1 − δ, in a class of VC dimension D.

    The first term bounds a Rademacher average, which is at most 1; up to n = D the class may realise all labels, and it is 1.
    """
    n, dimension = positive_int("n", n), positive_int("dimension", dimension)
    first = 1.0 if n <= dimension else min(1.0, math.sqrt(2 * dimension * (1 + math.log(n / dimension)) / n))
    return first + math.sqrt(-math.log(_confidence(delta)) / (2 * n))


def worst_gaps(n: Integer, p: Real, hypotheses: Integer, samples: Integer, rng: np.random.Generator) -> Float[np.ndarray, " samples"]:
    """The largest gap p − K/n of M independent hypotheses, in each of so many independent samples of n examples."""
    size = (positive_int("samples", samples), positive_int("hypotheses", hypotheses))
    return _share("p", p) - generator("rng", rng).binomial(positive_int("n", n), p, size=size).min(axis=1) / n


def _share(name: str, value: object) -> float:
    if not 0 <= number(name, value) <= 1:
        raise ValueError(f"{name} must be a probability, got {value}: pass a number from 0 to 1")
    return float(value)


def _confidence(delta: object) -> float:
    if not 0 < positive("delta", delta) <= 1:
        raise ValueError(f"delta must be a probability above 0, got {delta}: pass for example 0.05")
    return float(delta)
