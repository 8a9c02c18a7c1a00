"""Randomised smoothing: a classifier asked with Gaussian noise, and the ball on which its answer cannot change (Cohen et al. 2019).

g(x) is the class that a classifier names most often at x + σξ, ξ ~ N(0, I). If it names one with probability p > ½, g names it
at every x + δ with ‖δ‖₂ < σ Φ⁻¹(p). From k votes in n a lower bound of p holds with probability 1 − α (Clopper and Pearson 1934).

>>> f"{radius(0.9, 0.5):.3f} {radius(share_at_least(100, 100, 0.001), 0.5):.3f}"  # all of 100 votes
'0.641 0.750'
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy import special

from dlcore.checks import Integer, Real, Reals, finite, generator, positive, positive_int

Classify = Callable[[np.ndarray], np.ndarray]


class Certificate(NamedTuple):
    """The class, or None where no majority is proved; the lower bound of its probability; the radius."""

    label: int | None
    share: float
    radius: float


def radius(p: Reals, sigma: Reals) -> Float[np.ndarray, "..."] | np.floating:
    """σ Φ⁻¹(p), and 0 where p ≤ ½."""
    if np.any(np.asarray(finite("p", p)) < 0) or np.any(np.asarray(p) > 1):
        raise ValueError(f"p must be a probability in [0, 1], got {p}: pass a share, not a percentage")
    return np.asarray(positive("sigma", sigma)) * special.ndtri(np.maximum(p, 0.5))


def share_at_least(votes: Reals, n: Reals, alpha: Real) -> Float[np.ndarray, "..."] | np.floating:
    """The p at which ``votes`` or more of ``n`` come with probability α: below the true p with probability 1 − α."""
    k, n = np.asarray(votes), np.asarray(n)
    if np.any(k < 0) or np.any(k > n) or np.any(n < 1):
        raise ValueError(f"votes must lie in 0 … n, got {votes} of {n}: pass counts")
    if not 0 < finite("alpha", alpha) < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}: pass the probability of an error, such as 0.001")
    return np.where(k > 0, special.betaincinv(np.maximum(k, 1), n - k + 1, alpha), 0.0)[()]


def ceiling(n: Reals, alpha: Real, sigma: Reals) -> Float[np.ndarray, "..."] | np.floating:
    """The largest radius that n votes can prove, all for one class: σ Φ⁻¹(α^{1/n})."""
    return radius(share_at_least(n, n, alpha), sigma)


def votes(
    classify: Classify, x: Float[np.ndarray, " d"], sigma: Real, n: Integer, classes: Integer, rng: np.random.Generator
) -> Int[np.ndarray, " classes"]:
    """How often ``classify``, from rows to classes 0, 1, …, names each class at n points x + σξ."""
    noise = generator("rng", rng).standard_normal((positive_int("n", n), len(finite("x", x))))
    return np.bincount(classify(x + positive("sigma", sigma) * noise), minlength=positive_int("classes", classes))


def certify(
    classify: Classify, x: Float[np.ndarray, " d"], sigma: Real, n: Integer, alpha: Real, classes: Integer, rng: np.random.Generator,
    *, first: Integer = 100,
) -> Certificate:  # fmt: skip
    """The class that leads among ``first`` votes, and with n fresh votes a radius; wrong with probability at most α."""
    label = int(votes(classify, x, sigma, first, classes, rng).argmax())
    share = float(share_at_least(votes(classify, x, sigma, n, classes, rng)[label], n, alpha))
    return Certificate(label, share, float(radius(share, sigma))) if share > 0.5 else Certificate(None, share, 0.0)
