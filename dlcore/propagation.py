"""How the strength of a signal spreads through random networks of finite width.

M_ℓ = ‖z^ℓ‖²/n_ℓ is the mean square ("energy") of the signal after layer ℓ; every layer applies φ, W^ℓ has independent
entries of variance σ_w²/n_{ℓ−1}. With Gaussian weights a layer sees of its input the norm alone:

    h^ℓ | z^{ℓ−1} ~ N(0, σ_w² M_{ℓ−1} I)                                          (any φ)
    M_ℓ / M_{ℓ−1} = (σ_w²/n_ℓ) χ²_K,   K = n_ℓ (linear) or Bin(n_ℓ, ½) (ReLU)      independent over layers

so a forward pass costs O(L·n) normals and no matrix, and the laws below are exact at every width. Sources: Hanin &
Rolnick 2018 (ReLU, finite width), Hanin & Nica 2019 (log-normal limit), Dasgupta & Gupta 2003 (Chernoff bound).
Widths are given as in :func:`dlcore.checks.layer_widths`, σ_w² (``sigma_w2``) as one number or one a layer.

>>> fourth_moment(10, 50, "relu").round(3)[[0, 1, 10]].tolist()
[1.0, 1.1, 2.594]
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import chdtr, digamma, gammaln, polygamma

from dlcore import backprop, checks
from dlcore import networks as nets
from dlcore.activations import ActivationLike, resolve
from dlcore.checks import Integer, Real, Reals, Width, layer_widths, positive, positive_int
from dlcore.gaussian import Values, second_moment
from dlcore.initialization import draw

_BLOCK = 2**24  # matrix entries (128 MiB) held at once when matrices are drawn

Energies = Float[np.ndarray, "networks depth_plus_1"]


class Strengths(NamedTuple):
    """Mean squares: ``forward`` of z^ℓ and ``backward`` of ∂F/∂z^ℓ, ℓ = 0 … L; ``weights`` of ∂F/∂W^ℓ, ℓ = 1 … L."""

    forward: Energies
    backward: Energies
    weights: Float[np.ndarray, "networks depth"]


class LogMoments(NamedTuple):
    """Mean and variance of ln(M_L/M_0)."""

    mean: float
    variance: float


def energies(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    activation: ActivationLike,
    q0: Real = 1.0,
) -> Energies:
    """M_0 = q0, M_1, …, M_L of ``networks`` networks with Gaussian weights, drawn from the law above, no matrices."""
    checks.generator("rng", rng), positive("q0", q0)
    widths, phi = layer_widths(width, depth), resolve(activation).phi
    energy = np.empty((positive_int("networks", networks), len(widths)))
    energy[:, 0] = q0
    with np.errstate(over="ignore"):  # a signal that explodes past the largest double is reported as inf
        for layer, (n, gain) in enumerate(zip(widths[1:], _gains(sigma_w2, widths), strict=True), start=1):
            h = rng.standard_normal((networks, n))
            h *= np.sqrt(gain * energy[:, layer - 1, None])
            energy[:, layer] = _mean_square(phi(h))
    return energy


def energies_from_matrices(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    activation: ActivationLike,
    family: str = "gaussian",
    q0: Real = 1.0,
) -> Energies:
    """The same by drawing every matrix, of any ``family``, and multiplying: O(L·n²) a network.

    Inputs are uniform on the sphere of mean square ``q0``, one for each network.
    """
    widths = layer_widths(width, depth)
    gains, phi = _gains(sigma_w2, widths), resolve(activation).phi
    blocks = []
    for count in _blocks(positive_int("networks", networks), max(a * b for a, b in pairwise(widths))):
        z = _on_sphere(rng, (count, widths[0]), q0)
        energy = [_mean_square(z)]
        with np.errstate(over="ignore", invalid="ignore"):  # as in energies; and inf − inf inside a product
            for (fan_in, fan_out), gain in zip(pairwise(widths), gains, strict=True):
                w = draw(rng, (count, fan_out, fan_in), family=family, variance=gain / fan_in)
                z = phi(nets.product(w, z))
                energy.append(_mean_square(z))
        blocks.append(np.stack(energy, axis=1))
    return np.concatenate(blocks)


def gradient_strengths(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    activation: ActivationLike,
    family: str = "gaussian",
    q0: Real = 1.0,
) -> Strengths:
    """Forward and backward strengths by real matrices: a random gradient ∂F/∂z^L is sent back through each network.

    Inputs and ∂F/∂z^L are uniform on spheres of mean square ``q0`` and 1. E of entry ℓ: ``meanfield.energy_trajectory``
    and ``meanfield.gradient_trajectory`` for large widths.
    """
    widths = layer_widths(width, depth)
    gains, activation = _gains(sigma_w2, widths), resolve(activation)
    blocks = []
    for count in _blocks(positive_int("networks", networks), sum(a * b for a, b in pairwise(widths))):
        weights = [
            draw(rng, (count, fan_out, fan_in), family=family, variance=gain / fan_in)
            for (fan_in, fan_out), gain in zip(pairwise(widths), gains, strict=True)
        ]
        with np.errstate(over="ignore", invalid="ignore"):  # explosion is a result, see energies
            hidden = nets.forward(weights, _on_sphere(rng, (count, widths[0]), q0), activation)
            g = _on_sphere(rng, (count, widths[-1]), 1.0)
            back = backprop.errors(weights, hidden, activation.dphi(hidden.output) * g, activation)
            forward, e = _by_layer(hidden.post), _by_layer(back.pre)
            blocks.append((forward, _by_layer([*back.post, g]), e * forward[:, :-1]))  # ∂F/∂W = e zᵀ has rank one
    return Strengths(*map(np.concatenate, zip(*blocks, strict=True)))


def layer_ratios(rng: np.random.Generator, n: Integer, size: int | tuple[int, ...], activation: str) -> Float[np.ndarray, "..."]:
    """Draws of M_ℓ/(σ_w² M_{ℓ−1}) from its law χ²_K/n: "linear" or "relu", O(1) each whatever the width ``n``.

    A whole ensemble is ``np.cumprod(sigma_w2 * layer_ratios(rng, n, (networks, depth), "relu"), axis=1)``.
    """
    linear = checks.one_of("activation", activation, ("linear", "relu")) == "linear"
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
    gains = _gains((1.0 if activation == "linear" else 2.0) if sigma_w2 is None else sigma_w2, widths)
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
    gains = _gains(1 / a if sigma_w2 is None else sigma_w2, widths)
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


def chernoff_bound(d: Reals, epsilon: Reals) -> Values:
    """1 − ((1 − ε)e^ε)^{d/2} − ((1 + ε)e^{−ε})^{d/2} ≤ P(|χ²_d/d − 1| ≤ ε), 0 < ε < 1; says nothing where negative."""
    d, eps = np.asarray(positive("d", d)), np.asarray(positive("epsilon", epsilon))
    if np.any(eps >= 1):
        raise ValueError(f"epsilon must lie in (0, 1), got {epsilon}: beyond 1 the lower tail is empty")
    return 1 - np.exp(d / 2 * (np.log1p(-eps) + eps)) - np.exp(d / 2 * (np.log1p(eps) - eps))


def _gains(sigma_w2: Reals, widths: tuple[int, ...]) -> Float[np.ndarray, " depth"]:
    return checks.per_layer("sigma_w2", positive("sigma_w2", sigma_w2), len(widths) - 1)


def _kept(n: int, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """Possible numbers K of neurons that let the signal through, with their probabilities."""
    if checks.one_of("activation", activation, ("linear", "relu")) == "linear":
        return np.array([n]), np.ones(1)
    k = np.arange(n + 1)
    return k, np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * np.log(2))


def _blocks(networks: Integer, entries: int) -> list[int]:
    """``networks`` cut into blocks whose matrices (``entries`` a network) fit into the memory allowed."""
    size = max(1, _BLOCK // entries)
    return [min(size, networks - first) for first in range(0, networks, size)]


def _on_sphere(rng: np.random.Generator, shape: tuple[int, int], mean_square: float) -> np.ndarray:
    x = checks.generator("rng", rng).standard_normal(shape)
    return x * np.sqrt(positive("q0", mean_square) / _mean_square(x))[:, None]


def _mean_square(z: Float[np.ndarray, "*batch n"]) -> Float[np.ndarray, "*batch"]:
    return np.einsum("...i,...i->...", z, z) / z.shape[-1]


def _by_layer(signals: list[np.ndarray]) -> np.ndarray:
    return np.stack([_mean_square(s) for s in signals], axis=1)
