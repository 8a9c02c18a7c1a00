"""Exact laws of the strength of signals in random networks of finite width, with Gaussian weights of variance σ_w²/n_{ℓ−1}.

    M_ℓ / M_{ℓ−1} = (σ_w²/n_ℓ) χ²_K,   K = n_ℓ (linear) or Bin(n_ℓ, ½) (ReLU),   independent over layers

where M_ℓ = ‖z^ℓ‖²/n_ℓ: a layer sees of its input the norm alone. ``dlcore.signals.propagation`` samples what is stated here.
Widths are given as in :func:`dlcore.checks.layer_widths`, σ_w² (``sigma_w2``) as one number or one a layer.
Sources: Hanin & Rolnick 2018 (ReLU), Hanin & Nica 2019 (log-normal limit), Dasgupta & Gupta 2003 (Chernoff bound).

>>> fourth_moment(10, 50, "relu").round(3)[[0, 1, 10]].tolist()
[1.0, 1.1, 2.594]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import chdtr, digamma, gammaln, polygamma, xlog1py, xlogy

from dlcore.checks import Integer, Reals, Width, layer_gains, layer_widths, one_of, positive, positive_int
from dlcore.gaussian import Values, second_moment
from dlcore.networks.activations import ActivationLike, resolve


class LogMoments(NamedTuple):
    """Mean and variance of ln(M_L/M_0)."""

    mean: float
    variance: float


def layer_ratios(rng: np.random.Generator, n: Integer, size: int | tuple[int, ...], activation: str) -> Float[np.ndarray, "..."]:
    """Draws of M_ℓ/(σ_w² M_{ℓ−1}) from its law χ²_K/n: "linear" or "relu", O(1) each whatever the width ``n``.

    A whole ensemble is ``np.cumprod(sigma_w2 * layer_ratios(rng, n, (networks, depth), "relu"), axis=1)``.
    """
    linear = one_of("activation", activation, ("linear", "relu")) == "linear"
    kept = np.full(size, positive_int("n", n)) if linear else rng.binomial(positive_int("n", n), 0.5, size)
    return np.where(kept > 0, rng.chisquare(np.maximum(kept, 1)), 0.0) / n


def layer_ratio_cdf(x: Reals, n: Integer, activation: str) -> Values:
    """P(M_ℓ/(σ_w² M_{ℓ−1}) ≤ x): the law of :func:`layer_ratios`; for "relu" it jumps by 2⁻ⁿ at 0, a dead layer."""
    k, probability = _kept(positive_int("n", n), activation)
    x = np.asarray(x, dtype=float)[..., None]
    below = np.where(k > 0, chdtr(np.maximum(k, 1), np.maximum(n * x, 0)), x >= 0)
    return (below @ probability)[()]


def log_ratio_moments(depth: Integer | None, width: Width, activation: str = "linear", *, sigma_w2: Reals | None = None) -> LogMoments:
    """Exact mean and variance of ln(M_L/M_0), given (ReLU) that no layer is dead.

        linear:  E = Σ_ℓ [ψ(n_ℓ/2) + ln(2σ_w²/n_ℓ)],   Var = Σ_ℓ ψ₁(n_ℓ/2)

    and the same averaged over K ~ Bin(n, ½), K ≥ 1, for ReLU. ``sigma_w2`` is 1 (linear) or 2 (ReLU) if left out:
    then E M_L = M_0 exactly, and what the logarithm loses is the vanishing of a typical network.
    """
    widths = layer_widths(width, depth)
    gains = layer_gains((1.0 if activation == "linear" else 2.0) if sigma_w2 is None else sigma_w2, len(widths) - 1)
    mean = variance = 0.0
    for n, gain in zip(widths[1:], gains, strict=True):
        k, probability = _kept(n, activation)
        k, probability = k[k > 0] / 2, probability[k > 0] / probability[k > 0].sum()
        centre = probability @ digamma(k)
        mean += centre + np.log(2 * gain / n)
        variance += probability @ (polygamma(1, k) + (digamma(k) - centre) ** 2)
    return LogMoments(float(mean), float(variance))


def fourth_moment(
    depth: Integer | None, width: Width, activation: ActivationLike, *, sigma_w2: Reals | None = None
) -> Float[np.ndarray, " depth_plus_1"]:
    """E M_ℓ²/M_0² for ℓ = 0 … L, exact for positively homogeneous φ (linear, ReLU, leaky ReLU):

        ∏_{k≤ℓ} σ_w⁴ [a² + (b − a²)/n_k],   a = E φ(Z)², b = E φ(Z)⁴

    With the critical σ_w² = 1/a, taken if left out: ∏(1 + 2/n) for linear, ∏(1 + 5/n) for ReLU.
    """
    activation = resolve(activation)
    if not activation.homogeneous:
        raise ValueError(f"activation must be positively homogeneous, got {activation.name!r}: sample with energies")
    widths = layer_widths(width, depth)
    a = second_moment(activation.phi, 1.0)
    b = second_moment(lambda h: activation.phi(h) ** 2, 1.0)
    gains = layer_gains(1 / a if sigma_w2 is None else sigma_w2, len(widths) - 1)
    return np.cumprod([1.0, *gains**2 * (a**2 + (b - a**2) / np.array(widths[1:]))])


def expected_spread(depth: Integer | None, width: Width, activation: ActivationLike) -> float:
    """E of the empirical variance of M_1, …, M_L within one network, over M_0², at the critical σ_w².

    M is then a martingale, so E M_i M_j = E M²_{min(i,j)} = S_{min(i,j)}:  Σ_i S_i/L − Σ_{ij} S_{min(i,j)}/L².
    """
    s = fourth_moment(depth, width, activation)[1:]
    layers = np.arange(1, len(s) + 1)
    return float(s.mean() - np.mean(s[np.minimum.outer(layers, layers) - 1]))


def death_probability(depth: Integer | None, width: Width) -> float:
    """P(M_L = 0) for ReLU and Gaussian weights: some layer has only negative pre-activations; 1 − ∏(1 − 2^{−n_ℓ})."""
    dead = 0.5 ** np.array(layer_widths(width, depth)[1:])
    return float(-np.expm1(np.sum(np.log1p(-dead))))


def sparse_death_probability(depth: Integer, width: Integer, activation: str) -> float:
    """P(M_L = 0) with equal widths d, each entry of W^ℓ kept with probability 1/d (family "sparse"), and no x_j = 0.

    The number N of neurons that are not 0 is a Markov chain, and 0 is where it ends:

        N_ℓ | N_{ℓ−1} = k  ~  Bin(d, s (1 − (1 − 1/d)^k)),   N_0 = d,   s = 1 (linear) or ½ (ReLU)
    """
    share = {"linear": 1.0, "relu": 0.5}[one_of("activation", activation, ("linear", "relu"))]
    n = np.arange(positive_int("width", width) + 1)
    reached = share * (1 - (1 - 1 / width) ** n[:, None])  # the chance of a neuron to be among them, by how many there were
    choices = gammaln(width + 1) - gammaln(n + 1) - gammaln(width - n + 1)
    transition = np.exp(choices + xlogy(n, reached) + xlog1py(width - n, -reached))
    return float(np.linalg.matrix_power(transition, positive_int("depth", depth))[-1, 0])


def chernoff_bound(d: Reals, epsilon: Reals) -> Values:
    """1 − ((1 − ε)e^ε)^{d/2} − ((1 + ε)e^{−ε})^{d/2} ≤ P(|χ²_d/d − 1| ≤ ε), 0 < ε < 1; says nothing where negative."""
    d, eps = np.asarray(positive("d", d)), np.asarray(positive("epsilon", epsilon))
    if np.any(eps >= 1):
        raise ValueError(f"epsilon must lie in (0, 1), got {epsilon}: beyond 1 the lower tail is empty")
    return 1 - np.exp(d / 2 * (np.log1p(-eps) + eps)) - np.exp(d / 2 * (np.log1p(eps) - eps))


def _kept(n: int, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """Possible numbers K of neurons that let the signal through, with their probabilities."""
    if one_of("activation", activation, ("linear", "relu")) == "linear":
        return np.array([n]), np.ones(1)
    k = np.arange(n + 1)
    return k, np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * np.log(2))
