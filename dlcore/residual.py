"""Residual chains, forward and backward, and what theory says of them at initialisation.

    z^{ℓ+1} = α (s z^ℓ + β f(z^ℓ)),  ℓ = 0 … L−1;    f(z) = W φ(z),  φ(W z)  or longer,  of z or of its batch norm

s = 1 is the residual chain (Balduzzi et al. 2017), s = 0 the plain one. Signals have the shape (*networks, inputs, d), weights
(*networks, fan_out, fan_in): all inputs of a network meet the same matrices. Sources: He et al. 2016; Balduzzi et al. 2017
(scalings); Zhang, Dauphin & Ma 2019 (Fixup). How gradients at different inputs resemble each other: ``dlcore.shattering``.

>>> z = forward(Block("relu", order="post"), [np.array([[1.0]])] * 3, np.array([[1.0]])).signals
>>> [float(signal[0, 0]) for signal in z]
[1.0, 2.0, 4.0, 8.0]
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import digamma, pdtr, polygamma

from dlcore.activations import ActivationLike, resolve
from dlcore.checks import Integer, Real, finite, generator, non_negative, one_of, positive, positive_int
from dlcore.gaussian import expectation, second_moment

ORDERS = ("pre", "post", "inner")

Signal = Float[np.ndarray, "*networks inputs width"]
Weights = Sequence[np.ndarray | Sequence[np.ndarray]]


@dataclass(frozen=True)
class Block:
    """α, β, the strength s of the skip connection, and the branch f.

    ``order`` says where φ stands in a branch of matrices W₁ … W_m: before each ("pre", W φ(z)), after each ("post",
    φ(W z)), or only between two ("inner", W₂ φ(W₁ z); with one matrix the branch is linear). ``normalized``: f sees each
    neuron minus its mean over the inputs, divided by its standard deviation.
    """

    activation: ActivationLike
    alpha: Real = field(default=1.0, kw_only=True)
    beta: Real = field(default=1.0, kw_only=True)
    skip: Real = field(default=1.0, kw_only=True)
    order: str = field(default="pre", kw_only=True)
    normalized: bool = field(default=False, kw_only=True)

    def __post_init__(self):
        object.__setattr__(self, "activation", resolve(self.activation))
        positive("alpha", self.alpha), non_negative("beta", self.beta), finite("skip", self.skip)
        one_of("order", self.order, ORDERS)

    def places(self, layers: int) -> range:
        """The k for which φ acts on a_k, where a_0 is the input of the branch and a_{k+1} = W_{k+1} (φ or 1)(a_k)."""
        return range(0 if self.order == "pre" else 1, layers + (self.order == "post"))


class Trace(NamedTuple):
    """``signals`` = [z⁰ … z^L]; ``branches``: for each block the [a_0 … a_m] of :meth:`Block.places` and the deviations."""

    signals: list[np.ndarray]
    branches: list[tuple[list[np.ndarray], np.ndarray | float]]


class Gradients(NamedTuple):
    """``signals`` = [∂F/∂z⁰ … ∂F/∂z^L] and, block by block, ``weights``: one ∂F/∂W for each matrix, summed over inputs."""

    signals: list[np.ndarray]
    weights: list[list[np.ndarray]]


def forward(block: Block, weights: Weights, x: Signal) -> Trace:
    """All signals of the chain(s): a block's weights are one matrix, or a sequence of them for a longer branch."""
    phi, signals, branches = block.activation.phi, [np.asarray(x, dtype=float)], []
    with np.errstate(over="ignore", invalid="ignore"):  # an explosion past the largest double is a result
        for ws in map(_matrices, weights):
            z = signals[-1]
            a, deviation = _normalize(z) if block.normalized else (z, 1.0)
            chain, active = [a], block.places(len(ws))
            for k, w in enumerate(ws):
                _check_fans(w, chain[-1], len(branches))
                chain.append((phi(chain[k]) if k in active else chain[k]) @ np.swapaxes(w, -1, -2))
            out = phi(chain[-1]) if len(ws) in active else chain[-1]
            if out.shape[-1] != z.shape[-1]:
                raise ValueError(
                    f"a branch must end in the width {z.shape[-1]} that the skip connection carries, got {out.shape[-1]}: "
                    "give its last matrix as many rows"
                )
            signals.append(block.alpha * (block.skip * z + block.beta * out))
            branches.append((chain, deviation))
    return Trace(signals, branches)


def backward(block: Block, weights: Weights, trace: Trace, gradient: Signal) -> Gradients:
    """Gradients from ``gradient`` = ∂F/∂z^L, for F a sum over inputs: exact, means and deviations of a batch held fixed.

    The skip connection carries α s ∂F/∂z^{ℓ+1} back as it is, the branch adds its own (Jacobian)ᵀ times α β ∂F/∂z^{ℓ+1}.
    """
    if gradient.shape != trace.signals[-1].shape:
        raise ValueError(
            f"gradient must have the output's shape {trace.signals[-1].shape}, got {gradient.shape}: pass the derivative by z^L"
        )
    dphi, signals, by_weights = block.activation.dphi, [gradient], []
    with np.errstate(over="ignore", invalid="ignore"):
        for ws, (chain, deviation) in zip(map(_matrices, reversed(weights)), reversed(trace.branches), strict=True):
            active, e, found = block.places(len(ws)), block.alpha * block.beta * signals[-1], []
            if len(ws) in active:
                e = e * dphi(chain[-1])
            for k in range(len(ws) - 1, -1, -1):
                u = block.activation.phi(chain[k]) if k in active else chain[k]
                found.append(np.swapaxes(e, -1, -2) @ u)
                e = e @ ws[k] * (dphi(chain[k]) if k in active else 1.0)
            signals.append(block.alpha * block.skip * signals[-1] + e / deviation)
            by_weights.append(found[::-1])
    return Gradients(signals[::-1], by_weights[::-1])


def energies(
    rng: np.random.Generator, block: Block, *, width: Integer, depth: Integer, networks: Integer, sigma_w2: Real, q0: Real = 1.0
) -> Float[np.ndarray, "networks depth_plus_1"]:
    """Mean squares of z⁰ … z^L for f(z) = W φ(z), W Gaussian of variance σ_w²/d, x ~ N(0, q0 I), without a matrix:
    W φ(z) | z ~ N(0, σ_w² ‖φ(z)‖²/d I), exact at every width."""
    check_fresh_matrix(block, normalized=False)
    shape = (positive_int("networks", networks), positive_int("width", width))
    z = generator("rng", rng).standard_normal(shape) * np.sqrt(positive("q0", q0))
    energy = [_mean_square(z)]
    for _ in range(positive_int("depth", depth)):
        size = np.sqrt(positive("sigma_w2", sigma_w2) * _mean_square(block.activation.phi(z)))
        z = block.alpha * (block.skip * z + block.beta * size[:, None] * rng.standard_normal(shape))
        energy.append(_mean_square(z))
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
    rate = d / s / 2
    reach = 12 * np.sqrt(rate) + 30
    k = np.arange(max(0, np.floor(rate - reach)), rate + reach)
    probability = np.diff(pdtr(np.concatenate([[k[0] - 1], k]), rate)) if k[0] > 0 else np.diff(pdtr(k, rate), prepend=0.0)
    psi = digamma(d / 2 + k)
    centre = probability @ psi
    spread = probability @ (polygamma(1, d / 2 + k) + (psi - centre) ** 2)
    with np.errstate(over="ignore"):
        relative = np.expm1(depth * np.log1p((2 * s**2 + 4 * s) / (d * (1 + s) ** 2)))
        mean = np.exp(depth * np.log1p(s))
    return ProductMoments(float(mean), float(relative), float(depth * (centre + np.log(2 * s / d))), float(depth * spread))


def product_ratios(
    rng: np.random.Generator, size: int | tuple[int, ...], *, width: Integer, variance: Real
) -> Float[np.ndarray, "..."]:
    """Draws of ‖(I + W) z‖²/‖z‖² for one layer from its law, see :func:`product_moments`; a chain is their product."""
    d, s = positive_int("width", width), positive("variance", variance)
    return s / d * generator("rng", rng).noncentral_chisquare(d, d / s, size)


def fixup_scale(blocks: Integer, layers: Integer) -> float:
    """L^{−1/(2m−2)}: factor of all but the last of the m matrices of each of L branches; the last are 0 (Zhang et al. 2019)."""
    if positive_int("layers", layers) < 2:
        raise ValueError("layers must be at least 2, got 1: a branch whose only matrix is 0 has nothing to scale")
    return float(positive_int("blocks", blocks)) ** (-1 / (2 * layers - 2))


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


def _matrices(ws: np.ndarray | Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    return (ws,) if isinstance(ws, np.ndarray) else ws


def _check_fans(w: np.ndarray, u: np.ndarray, block: int) -> None:
    if w.ndim < 2 or w.shape[-1] != u.shape[-1]:
        raise ValueError(f"weights of block {block} must have shape (..., fan_out, {u.shape[-1]}), got {w.shape}: match the fan-in")


def _normalize(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    deviation = np.std(z, axis=-2, keepdims=True)
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (z - z.mean(axis=-2, keepdims=True)) / deviation, deviation


def _mean_square(z: np.ndarray) -> np.ndarray:
    return np.einsum("...i,...i->...", z, z) / z.shape[-1]
