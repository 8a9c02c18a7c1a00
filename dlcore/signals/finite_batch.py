"""Gradients through batch-normalised chains at a finite batch size B, in the limit of infinite width.

    z' = α (s z + β W φ(ẑ)),    ẑ = (z − mean)/deviation over the B inputs of a batch,    Var(w) = σ_w²/d

A normalised neuron ẑ ∈ R^B is uniform on the sphere ‖ẑ‖² = B, Σ ẑ_i = 0, whatever z is, if the inputs are independent:
any two of its coordinates correlate by −1/(B − 1), and its deviation, √v χ_{B−1}/√B, is independent of it. Means over
that sphere are all that the laws need. What they say of a gradient is two numbers, the square a of its mean over the batch
and its variance b over it: the block maps (a, b) linearly, and maps a to (α s)² a unless statistics are held fixed.
Sources: Yang et al. 2019 (plain chains); the residual chain and the mean over the batch are derived in the chapter on
residual networks. For B → ∞: ``dlcore.signals.skip_connections`` and ``dlcore.signals.shattering``.

>>> one = gradients(Block("relu", skip=0.0, normalized=True), 1, 16, sigma_w2=2.0, equal=True)
>>> round(float(one.correlation[1]), 12) == round(-1 / 15, 12)  # gradients that pass a batch norm sum to zero
True
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh_tridiagonal

from dlcore.checks import Integer, Real, positive, positive_int
from dlcore.networks.activations import Activation
from dlcore.networks.residual import Block
from dlcore.signals.skip_connections import check_fresh_matrix


class Moments(NamedTuple):
    """Means over the sphere, of one coordinate y and of two: φ(y)², φ(y)φ(y′), the same of φ′, and of y φ′(y)."""

    own: float
    pair: float
    slope: float
    slopes: float
    radial: float
    radials: float


class BatchGradients(NamedTuple):
    """At z⁰ for chains of 0 … L blocks: mean square of ∂F/∂z⁰ over that of ∂F/∂z^L, correlation at two inputs of a batch."""

    mean_square: Float[np.ndarray, " depth_plus_1"]
    correlation: Float[np.ndarray, " depth_plus_1"]


def gradients(block: Block, depth: Integer, batch: Integer, *, sigma_w2: Real, equal: bool = False, frozen: bool = False) -> BatchGradients:
    """Strength and resemblance of gradients at the inputs, for chains of 0 … ``depth`` blocks and inputs x ~ N(0, I).

    ``equal``: ∂F/∂z^L is the same at all inputs (else independent). ``frozen``: as in ``residual.backward``.
    """
    start = np.array([1.0, 0.0]) if equal else np.array([1.0, batch - 1.0]) / batch
    parts = [start]
    product = np.eye(2)
    for transfer in transfers(block, depth, batch, sigma_w2=sigma_w2, frozen=frozen):
        product = product @ transfer
        parts.append(product @ start)
    mean, variance = np.array(parts).T
    total = mean + variance
    return BatchGradients(total, (batch * mean / total - 1) / (batch - 1))


def gradient_profile(block: Block, depth: Integer, batch: Integer, *, sigma_w2: Real, frozen: bool = False) -> Float[np.ndarray, "_"]:
    """Mean squares of ∂F/∂z^ℓ, ℓ = 0 … L, over that of ∂F/∂z^L, of independent gradients at the outputs."""
    parts = [np.array([1.0, batch - 1.0]) / batch]
    for transfer in transfers(block, depth, batch, sigma_w2=sigma_w2, frozen=frozen)[::-1]:
        parts.append(transfer @ parts[-1])
    return np.sum(parts[::-1], axis=1)


def transfers(block: Block, depth: Integer, batch: Integer, *, sigma_w2: Real, frozen: bool = False) -> Float[np.ndarray, "{depth} 2 2"]:
    """What block ℓ = 0 … L−1 makes, going back, of the square a of a gradient's mean over the batch and its variance b.

    With k = α² β² σ_w² E[1/deviation²] = α² β² σ_w² B/((B − 3) v_ℓ), and v' = α² (s² v + β² σ_w² (E φ² − E φφ′)), v_0 = 1.
    """
    check_fresh_matrix(block, normalized=True)
    if positive_int("batch", batch) < 4:
        raise ValueError(f"batch must be at least 4, got {batch}: with fewer inputs 1/deviation² has no mean")
    m, gain = sphere_moments(block.activation, batch), block.beta**2 * positive("sigma_w2", sigma_w2)
    carried, v, found = (block.alpha * block.skip) ** 2, 1.0, []
    for _ in range(positive_int("depth", depth)):
        k = block.alpha**2 * gain * batch / ((batch - 3) * v)
        if frozen:  # of D g, D = diag φ′(ẑ): its mean over the batch, and its mean square
            kept = np.array([m.slopes + (m.slope - m.slopes) / batch, (m.slope - m.slopes) / batch])
            found.append(carried * np.eye(2) + k * np.stack([kept, m.slope - kept]))
        else:  # of P D g, P the projection orthogonal to 1 and to ẑ: nothing, and what is left of either part
            whole = ((batch - 1) * m.slope - m.radial) / batch
            common = m.slope - (m.slope + (batch - 1) * m.slopes + m.radial + (batch - 1) * m.radials) / batch
            rest = (whole * batch - common) / (batch - 1)
            found.append(carried * np.eye(2) + k * np.array([[0.0, 0.0], [common, rest]]))
        v = block.alpha**2 * (block.skip**2 * v + gain * (m.own - m.pair))
    return np.array(found)


@lru_cache(maxsize=256)
def sphere_moments(activation: Activation, batch: int) -> Moments:
    """By Gauss quadrature in the plane of two coordinates: radius² ~ Beta(1, (B − 3)/2), the direction uniform."""
    share, radial = _beta_nodes((batch - 3) / 2, 40)
    r = np.sqrt((batch - 1) * share)
    angle = np.arccos(-1 / (batch - 1))  # between the two coordinates; directions are cut where one of them changes its sign
    cuts = np.sort(np.mod([np.pi / 2, 3 * np.pi / 2, angle + np.pi / 2, angle + 3 * np.pi / 2], 2 * np.pi))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    arcs = np.diff(np.append(cuts, cuts[0] + 2 * np.pi))
    turn = (cuts[:, None] + arcs[:, None] * (nodes + 1) / 2).ravel()
    weight = np.outer((arcs[:, None] * weights / 2).ravel() / (2 * np.pi), radial)
    y, other = r * np.cos(turn)[:, None], r * np.cos(turn - angle)[:, None]
    phi, dphi = activation.phi, activation.dphi
    pairs = [(f(y), f(other)) for f in (phi, dphi, lambda h: h * dphi(h))]
    return Moments(*(float(np.sum(weight * value)) for one, two in pairs for value in (one**2, one * two)))


def _beta_nodes(b: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss nodes and weights for Beta(1, b), as eigenvalues of a tridiagonal matrix (Golub and Welsch 1969): Jacobi polynomials."""
    k = np.arange(1, count)
    middle = np.concatenate([[(1 - b) / (1 + b)], -((b - 1) ** 2) / ((2 * k + b - 1) * (2 * k + b + 1))])
    aside = 2 * k * (k + b - 1) / (2 * k + b - 1) / np.sqrt((2 * k + b) * (2 * k + b - 2))
    x, vectors = eigh_tridiagonal(middle, aside)
    return (1 + x) / 2, vectors[0] ** 2
