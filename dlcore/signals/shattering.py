"""Shattered gradients: how alike ∂F/∂x is at two inputs of a random ReLU network, plain or residual.

    corr(g, g′) = ∏_k (s² + γ p_k)/(s² + γ),    p_k = P(both neurons active)/P(one active) = 1 − θ_k/π

θ_k is the angle between the two signals that enter block k. Sources: Balduzzi et al. 2017, Theorems 1 to 3 (with p_k = ½ at
every depth); Cho & Saul 2009 (the angle between two rectified signals).

>>> plain = Block("relu", skip=0.0)
>>> gradient_correlation(plain, 2, independent=True).tolist()
[1.0, 0.5, 0.25]
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, positive, positive_int
from dlcore.networks.residual import Block, Signal
from dlcore.signals.skip_connections import batch_variance_trajectory, check_fresh_matrix, energy_trajectory

_ROUNDING = 1e-12  # by which a computed cosine may leave [−1, 1]


def relu_cosine(cosine: Reals) -> Float[np.ndarray, "..."] | float:
    """Cosine of the angle between W relu(z) and W relu(z′), cos θ = ``cosine``, in a wide layer: [sin θ + (π − θ) cos θ]/π."""
    c = np.asarray(finite("cosine", cosine), dtype=float)
    if np.any(np.abs(c) > 1 + _ROUNDING):
        raise ValueError(f"cosine must lie in [-1, 1], got {c.flat[np.abs(c).argmax()]}: pass cosines of angles")
    theta = np.arccos(np.clip(c, -1, 1))
    return (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / np.pi


def gradient_correlation(
    block: Block, depth: Integer, *, cosine: Reals = 0.0, independent: bool = False, sigma_w2: Real = 2.0
) -> Float[np.ndarray, "*cosines {depth}+1"]:
    """Correlation of ∂F/∂z⁰ at two inputs of the given cosine, after 0 … depth ReLU blocks W relu(z), for the same ∂F/∂z^L:

        ∏_k (s² + g p_k)/(s² + g),   g = β² σ_w²/2 (over v_k if normalised),   p_k = 1 − θ_k/π = P(both active)/P(one active)

    θ_k is the angle between the signals, which shrinks (normalised: stays π/2, inputs being uncorrelated). With
    ``independent``, Balduzzi's assumption p_k = 1/2 at every depth, and v_k the second moments.
    """
    check_fresh_matrix(block, normalized=None)
    if block.activation.name != "relu":
        raise ValueError(f"activation must be 'relu', got {block.activation.name!r}: for others, measure with backward")
    cosine = np.asarray(finite("cosine", cosine), dtype=float)
    if np.any(np.abs(cosine) > 1):
        raise ValueError(f"cosine must lie in [-1, 1], got {np.abs(cosine).max()}: pass cosines of angles")
    gain = np.full(positive_int("depth", depth), block.beta**2 * positive("sigma_w2", sigma_w2) / 2)
    c = np.zeros((depth, *cosine.shape))
    if block.normalized:
        gain /= (energy_trajectory if independent else batch_variance_trajectory)(block, depth, sigma_w2=sigma_w2)[:-1]
    elif not independent:
        for k in range(depth):
            c[k] = cosine
            cosine = (block.skip**2 * cosine + gain[k] * relu_cosine(cosine)) / (block.skip**2 + gain[k])
    both = np.moveaxis(1 - np.arccos(np.clip(c, -1, 1)) / np.pi, 0, -1)
    factors = (block.skip**2 + gain * both) / (block.skip**2 + gain)
    return np.cumprod(np.concatenate([np.ones((*cosine.shape, 1)), factors], axis=-1), axis=-1)


def correlation(a: Signal, b: Signal) -> Float[np.ndarray, "..."]:
    """⟨a, b⟩/(‖a‖ ‖b‖) over the last axis: the cosine of two gradients (0 where one of them vanishes)."""
    sizes = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return np.sum(a * b, axis=-1) / np.where(sizes > 0, sizes, 1.0)


def circular_autocorrelation(g: Float[np.ndarray, "*networks inputs width"]) -> Float[np.ndarray, "*networks inputs"]:
    """Σ_t ⟨g(t), g(t + lag)⟩ / Σ_t ‖g(t)‖² along a closed walk of inputs, for lag = 0, 1, …"""
    spectrum = np.abs(np.fft.fft(g, axis=-2)) ** 2
    r = np.fft.ifft(spectrum.sum(axis=-1), axis=-1).real
    return r / r[..., :1]
