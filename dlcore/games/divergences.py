"""How an inspector tells two laws apart: the best discriminator, its score, and the divergences that the score measures.

    L(D) = Σ p_d log D + Σ p_g log(1 − D),   D* = p_d/(p_d + p_g),   max_D L = −log 4 + 2 JSD(p_d, p_g)
    JSD = ½ KL(p_d‖m) + ½ KL(p_g‖m) with m = (p_d + p_g)/2,   TV = ½ Σ |p_d − p_g|

``data`` = p_d and ``fake`` = p_g are distributions over the last axis of their arrays; leading axes broadcast. Logarithms are natural,
0·log 0 = 0. The Kullback–Leibler divergence KL is ``networks.losses.divergence``. For two families the distances are known in closed
form: normal laws of one width, and strips that slide apart. Sources: Goodfellow et al. 2014; Lin 1991; Arjovsky & Bottou 2017.

>>> fair = [0.5, 0.5]
>>> float(best_score(fair, fair) + np.log(4)), optimal_discriminator([1.0, 0.0], fair).round(3).tolist()
(0.0, [0.667, 0.0])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy import special

from dlcore import gaussian
from dlcore.checks import Reals, finite, non_negative
from dlcore.networks.losses import distribution

Vector = Float[np.ndarray, "*batch m"]
Numbers = Float[np.ndarray, "*batch"] | np.floating


def optimal_discriminator(data: Reals, fake: Reals) -> Vector:
    """D* = p_d/(p_d + p_g); NaN where both are 0, since any value there is as good as any other."""
    data, fake = _pair(data, fake)
    with np.errstate(invalid="ignore"):
        return data / (data + fake)


def score(data: Reals, fake: Reals, discriminator: Reals) -> Numbers:
    """L(D) = Σ p_d log D + Σ p_g log(1 − D); −inf where D is sure and wrong. Where both laws are 0, D may be NaN."""
    data, fake = _pair(data, fake)
    d = np.asarray(discriminator, dtype=float)
    seen = data + fake > 0
    if d.shape[-1:] != data.shape[-1:] or not np.all((d >= 0) & (d <= 1) | ~seen):
        raise ValueError(f"a discriminator has one value in [0, 1] for each outcome, got {discriminator!r}: clip it")
    d = np.where(seen, d, 0.5)
    return (special.xlogy(data, d) + special.xlog1py(fake, -d)).sum(axis=-1)


def best_score(data: Reals, fake: Reals) -> Numbers:
    """max_D L(D), the score of the optimal discriminator.

    >>> float(best_score([1.0, 0.0], [0.0, 1.0]))
    0.0
    """
    return score(data, fake, optimal_discriminator(data, fake))


def jensen_shannon(data: Reals, fake: Reals) -> Numbers:
    """JSD = ½ KL(p_d‖m) + ½ KL(p_g‖m), between 0 (equal laws) and log 2 (laws without a common outcome)."""
    data, fake = _pair(data, fake)
    middle = (data + fake) / 2
    return (special.rel_entr(data, middle) + special.rel_entr(fake, middle)).sum(axis=-1) / 2


def total_variation(data: Reals, fake: Reals) -> Numbers:
    """TV = ½ Σ |p_d − p_g|: a verdict on one example, from either law by a fair toss, is right with probability (1 + TV)/2 at best."""
    data, fake = _pair(data, fake)
    return np.abs(data - fake).sum(axis=-1) / 2


def _pair(data: Reals, fake: Reals) -> tuple[np.ndarray, np.ndarray]:
    data, fake = distribution("data", data), distribution("fake", fake)
    if data.shape[-1] != fake.shape[-1]:
        raise ValueError(f"data and fake must have the same outcomes, got shapes {data.shape} and {fake.shape}: one entry an outcome")
    return data, fake


class Apart(NamedTuple):
    """N(0, 1) and N(g, 1): JSD, what it lacks of log 2, its derivative by g, and the mean of D* over the fakes."""

    jensen_shannon: Numbers
    missing: Numbers
    slope: Numbers
    fooled: Numbers


def shifted_gaussians(gap: Reals) -> Apart:
    """How far apart N(0, 1) and N(g, 1) are, g = ``gap`` ≥ 0; for a common width s the gap is the distance of the centres over s.

    With p_d p_g = e^{−g²/4} N(x; g/2, 1)² both integrals are over the normal law in the middle, where u = log(p_g/p_d) ~ N(0, g²):

        log 2 − JSD = e^{−g²/8} E k(u),   k(u) = ½ e^{u/2} log(1 + e^{−u}) + ½ e^{−u/2} log(1 + e^u) ≤ 1
        E_{P_g} D* = e^{−g²/8} E 1/(2 cosh(u/2)),   dJSD/dg = (g/2) E_{P_g} D*

    so that nothing is subtracted, and what is missing keeps its digits however small it is.

    >>> [round(float(part), 6) for part in shifted_gaussians(1.0)]
    [0.111421, 0.581726, 0.198986, 0.397973]
    """
    g = np.asarray(non_negative("gap", gap), dtype=float)
    overlap = np.exp(-(g**2) / 8)
    missing = overlap * gaussian.expectation(_common, g**2)
    fooled = overlap * gaussian.expectation(lambda u: np.exp(-np.abs(u) / 2) / (1 + np.exp(-np.abs(u))), g**2)
    return Apart((np.log(2) - missing)[()], missing[()], (g / 2 * fooled)[()], fooled[()])


def _common(u: np.ndarray) -> np.ndarray:
    u = np.abs(u)
    t = np.exp(-u)
    soft = np.log1p(t)
    ratio = np.where(t > 0, soft / np.where(t > 0, t, 1), 1)  # e^{u/2} log(1 + e^{−u}) = e^{−u/2} · ratio
    return np.exp(-u / 2) * (ratio + u + soft) / 2


class Distances(NamedTuple):
    """Four distances, or their derivatives, in the order in which the page speaks of them."""

    kullback_leibler: Numbers
    jensen_shannon: Numbers
    total_variation: Numbers
    wasserstein: Numbers


def shifted_strips(theta: Reals, width: Reals) -> Distances:
    """Distances of the uniform laws on [0, w] × [0, 1] and [θ, θ + w] × [0, 1]; w = 0 is a pair of parallel lines.

    The share of either law that the other does not reach is ρ = min(|θ|/w, 1), and TV = ρ, JSD = ρ log 2, KL = ∞ unless θ = 0, W₁ = |θ|.

    >>> [float(part) for part in shifted_strips(0.5, 0.0)][2:], float(shifted_strips(0.5, 1.0).jensen_shannon / np.log(2))
    ([1.0, 0.5], 0.5)
    """
    far, w, apart = _strips(theta, width)
    alone = np.where(apart, 1.0, far / np.where(w > 0, w, 1))
    return Distances(np.where(far > 0, np.inf, 0.0)[()], (np.log(2) * alone)[()], alone[()], (far + 0 * w)[()])


def strip_slopes(theta: Reals, width: Reals) -> Distances:
    """Derivatives by θ of ``shifted_strips``: NaN where there is none, at the corners θ = 0 and |θ| = w, and wherever KL is ∞."""
    far, w, apart = _strips(theta, width)
    side = np.where(far > 0, np.sign(theta), np.nan) + 0 * w
    slope = np.where(apart, 0 * side, side / np.where(w > 0, w, 1))
    slope = np.where(far == w, np.nan, slope)
    return Distances(np.full_like(slope, np.nan)[()], (np.log(2) * slope)[()], slope[()], side[()])


def _strips(theta: Reals, width: Reals) -> tuple[np.ndarray, np.ndarray, Bool[np.ndarray, "*batch"] | np.bool_]:
    """|θ|, w, and whether the strips have no area in common although θ ≠ 0."""
    far, w = np.asarray(np.abs(finite("theta", theta)), dtype=float), np.asarray(non_negative("width", width), dtype=float)
    return far, w, (far >= w) & (far > 0)
