"""What theory says of residual chains at initialisation: how strong their signals and gradients are.

    z^{ℓ+1} = α (s z^ℓ + β f(z^ℓ)),   f(z) = W φ(z),   W with independent entries of variance σ_w²/d

in the limit of infinite width (``*_trajectory``), sampled at finite width (``energies``), and in exact laws for linear
branches (``product_moments``). The chains themselves: ``dlcore.networks.residual``. Sources: Balduzzi et al. 2017,
Hanin & Rolnick 2018.

>>> energy_trajectory(Block("relu"), 3, sigma_w2=2.0).tolist()  # each block adds to a signal its own strength
[1.0, 2.0, 4.0, 8.0]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import digamma, pdtr, polygamma

from dlcore.checks import Integer, Real, generator, positive, positive_int
from dlcore.gaussian import expectation, second_moment
from dlcore.networks.residual import Block
from dlcore.statistics import mean_square


def energies(
    rng: np.random.Generator, block: Block, *, width: Integer, depth: Integer, networks: Integer, sigma_w2: Real, q0: Real = 1.0
) -> Float[np.ndarray, "networks depth_plus_1"]:
    """Mean squares of z⁰ … z^L for f(z) = W φ(z), W Gaussian of variance σ_w²/d, x ~ N(0, q0 I), without a matrix:
    W φ(z) | z ~ N(0, σ_w² ‖φ(z)‖²/d I), exact at every width."""
    check_fresh_matrix(block, normalized=False)
    shape = (positive_int("networks", networks), positive_int("width", width))
    z = generator("rng", rng).standard_normal(shape) * np.sqrt(positive("q0", q0))
    energy = [mean_square(z)]
    for _ in range(positive_int("depth", depth)):
        size = np.sqrt(positive("sigma_w2", sigma_w2) * mean_square(block.activation.phi(z)))
        z = block.alpha * (block.skip * z + block.beta * size[:, None] * rng.standard_normal(shape))
        energy.append(mean_square(z))
    return np.stack(energy, axis=1)


def energy_trajectory(block: Block, depth: Integer, *, sigma_w2: Real, q0: Real = 1.0) -> Float[np.ndarray, " {depth}+1"]:
    """Second moments q_ℓ of a neuron as the width goes to infinity, for f(z) = W φ(z):

        q' = α² (s² q + β² σ_w² E φ(√q Z)²),   with E φ(Z)² if the branch sees normalised signals
    """
    return _trajectory(block, depth, sigma_w2, q0, mean=False)


def batch_variance_trajectory(block: Block, depth: Integer, *, sigma_w2: Real, q0: Real = 1.0) -> Float[np.ndarray, " {depth}+1"]:
    """Variances v_ℓ of a neuron over the inputs of a batch, for normalised branches: v' = α² (s² v + β² σ_w² Var φ(Z)).

    They are smaller than the second moments unless E φ(Z) = 0: W E φ(Z) is the same for all inputs.
    """
    check_fresh_matrix(block, normalized=True)
    return _trajectory(block, depth, sigma_w2, q0, mean=True)


def gradient_trajectory(block: Block, depth: Integer, *, sigma_w2: Real, q0: Real = 1.0) -> Float[np.ndarray, " {depth}+1"]:
    """Mean squares of ∂F/∂z^ℓ relative to that of ∂F/∂z^L: ∏_{k≥ℓ} α² (s² + β² σ_w² E φ′(√q_k Z)²).

    Normalised branches: E φ′(Z)²/v_k instead. The weights going back are taken to be independent of those going forward.
    """
    dphi, kinks = block.activation.dphi, block.activation.kinks
    if block.normalized:
        v = batch_variance_trajectory(block, depth, sigma_w2=sigma_w2, q0=q0)[:-1]
        chi = second_moment(dphi, 1.0, kinks=kinks) / v
    else:
        chi = second_moment(dphi, energy_trajectory(block, depth, sigma_w2=sigma_w2, q0=q0)[:-1], kinks=kinks)
    factors = block.alpha**2 * (block.skip**2 + block.beta**2 * sigma_w2 * chi)
    return np.concatenate([np.cumprod(factors[::-1])[::-1], [1.0]])


class ProductMoments(NamedTuple):
    """Of ‖y‖²/‖x‖²: mean, relative variance Var/mean², and mean and variance of its logarithm."""

    mean: float
    relative_variance: float
    log_mean: float
    log_variance: float


def product_moments(depth: Integer, width: Integer, variance: Real) -> ProductMoments:
    """Exact moments for y = (I + W^L) … (I + W¹) x, W Gaussian with entries of variance s/d (s = ``variance`` > 0):

        ‖(I + W) z‖²/‖z‖² ~ (s/d) χ′²_d(d/s),   independent over layers
        mean (1 + s)^L,   second moment [(1 + s)² + (2s² + 4s)/d]^L

    The logarithm's moments are those of a Poisson mixture of ln χ²_{d+2K}, K ~ Poisson(d/2s).
    """
    depth, d, s = positive_int("depth", depth), positive_int("width", width), positive("variance", variance)
    k, probability = _poisson(d / s / 2)
    psi = digamma(d / 2 + k)
    centre = probability @ psi
    spread = probability @ (polygamma(1, d / 2 + k) + (psi - centre) ** 2)
    with np.errstate(over="ignore"):
        relative = np.expm1(depth * np.log1p((2 * s**2 + 4 * s) / (d * (1 + s) ** 2)))
        mean = np.exp(depth * np.log1p(s))
    return ProductMoments(float(mean), float(relative), float(depth * (centre + np.log(2 * s / d))), float(depth * spread))


def _poisson(rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Numbers K and weights that sum smooth functions of K ~ Poisson(``rate``) to rounding.

    A bell of width √λ is summed as well by every h-th number, h ≤ √λ/8: by Poisson's summation formula the error is
    e^{−2π²·64}. The weights are e^{−λ D}/√K, D = x ln x − x + 1 at x = K/λ, Stirling's series to 1/K; they are normalised.
    """
    reach, stride = 12 * np.sqrt(rate) + 30, max(1.0, np.floor(np.sqrt(rate) / 8))
    if stride == 1:
        k = np.arange(max(0, np.floor(rate - reach)), rate + reach)
        weight = np.diff(pdtr(np.concatenate([[k[0] - 1], k]), rate)) if k[0] > 0 else np.diff(pdtr(k, rate), prepend=0.0)
        return k, weight
    k = np.floor(rate) + stride * np.arange(-np.ceil(reach / stride), np.ceil(reach / stride) + 1)
    away = (k - rate) / rate
    weight = np.exp(-rate * ((1 + away) * np.log1p(away) - away) - 1 / (12 * k)) / np.sqrt(k)
    return k, weight / weight.sum()


def product_ratios(
    rng: np.random.Generator, size: int | tuple[int, ...], *, width: Integer, variance: Real
) -> Float[np.ndarray, "..."]:
    """Draws of ‖(I + W) z‖²/‖z‖² for one layer from its law, see :func:`product_moments`; a chain is their product."""
    d, s = positive_int("width", width), positive("variance", variance)
    return s / d * generator("rng", rng).noncentral_chisquare(d, d / s, size)


def _trajectory(block: Block, depth: Integer, sigma_w2: Real, q0: Real, *, mean: bool) -> np.ndarray:
    """Second moments; with ``mean``, what the mean of φ contributes is left out."""
    check_fresh_matrix(block, normalized=None)
    phi, kinks = block.activation.phi, block.activation.kinks
    gain, q = block.beta**2 * positive("sigma_w2", sigma_w2), [float(positive("q0", q0))]

    def moment(at: float) -> float:
        return second_moment(phi, at, kinks=kinks) - (expectation(phi, at, kinks=kinks) ** 2 if mean else 0.0)

    same = moment(1.0) if block.normalized else None
    with np.errstate(over="ignore"):
        for _ in range(positive_int("depth", depth)):
            added = moment(q[-1]) if same is None else same
            q.append(float(block.alpha**2 * (block.skip**2 * q[-1] + gain * added)))
    return np.array(q)


def check_fresh_matrix(block: Block, *, normalized: bool | None) -> None:
    """Raise ValueError unless a branch ends in a matrix, as theory needs it, and (unless None) is ``normalized`` as said."""
    if block.order != "pre":
        raise ValueError(f"order must be 'pre' for this theory, got {block.order!r}: the last thing a branch does must be W")
    if normalized is not None and block.normalized != normalized:
        raise ValueError(f"normalized must be {normalized} here, got {block.normalized}: see the docstring for what depends on it")
