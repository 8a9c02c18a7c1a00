"""Mean-field theory of a random network: what its layers do as the width goes to infinity.

    q^ℓ = σ_w² E φ(√q^{ℓ−1} Z)² + σ_b²       variance of a pre-activation
    χ(q) = σ_w² E φ′(√q Z)²                   factor of the mean-square gradient per layer, going back

with Var(w) = σ_w²/fan_in. Source: Poole et al. 2016, eq. (3); Schoenholz et al. 2017 for χ.

>>> variance_trajectory(1.0, "relu", sigma_w2=2.0, depth=3).round(12).tolist()
[1.0, 2.0, 2.0, 2.0]
"""

import numpy as np
from jaxtyping import Float

from dlcore.activations import Activation, resolve
from dlcore.checks import Integer, Real, Reals, non_negative, per_layer, positive
from dlcore.gaussian import Values, second_moment


def variance_map(q: Reals, activation: str | Activation, sigma_w2: Reals, sigma_b2: Reals = 0.0) -> Values:
    """σ_w² E φ(√q Z)² + σ_b²: the pre-activation variance of a layer from that of the layer before."""
    activation = resolve(activation)
    positive("sigma_w2", sigma_w2), non_negative("sigma_b2", sigma_b2)
    return np.asarray(sigma_w2) * second_moment(activation.phi, q, kinks=activation.kinks) + np.asarray(sigma_b2)


def energy_trajectory(
    q0: Real, activation: str | Activation, sigma_w2: Reals, depth: Integer, sigma_b2: Reals = 0.0
) -> Float[np.ndarray, " {depth}+1"]:
    """Mean squares of the signals: entry 0 is ``q0``, that of the input x; entry ℓ is E φ(√q^ℓ Z)², that of z^ℓ.

    ``sigma_w2`` and ``sigma_b2``: one number, or one for each of the ``depth`` layers.
    """
    activation = resolve(activation)
    gains = per_layer("sigma_w2", positive("sigma_w2", sigma_w2), depth)
    offsets = per_layer("sigma_b2", sigma_b2, depth)
    energy = [non_negative("q0", q0)]
    for gain, offset in zip(gains, offsets, strict=True):
        energy.append(second_moment(activation.phi, gain * energy[-1] + offset, kinks=activation.kinks))
    return np.array(energy, dtype=float)


def variance_trajectory(
    q0: Real, activation: str | Activation, sigma_w2: Reals, depth: Integer, sigma_b2: Reals = 0.0
) -> Float[np.ndarray, " {depth}+1"]:
    """Pre-activation variances: entry 0 is ``q0``, the mean square of the input x; entry ℓ is q^ℓ, the variance of h^ℓ.

    q¹ = σ_w² q0 + σ_b² (the input meets no activation), then the variance map.
    """
    energy = energy_trajectory(q0, activation, sigma_w2, depth, sigma_b2)
    return np.concatenate([energy[:1], np.asarray(sigma_w2) * energy[:-1] + np.asarray(sigma_b2)])


def gradient_factor(q: Reals, activation: str | Activation, sigma_w2: Reals) -> Values:
    """χ(q) = σ_w² E φ′(√q Z)²: growth of the mean-square gradient through one layer (equal widths)."""
    activation = resolve(activation)
    positive("sigma_w2", sigma_w2)
    return np.asarray(sigma_w2) * second_moment(activation.dphi, q, kinks=activation.kinks)


def gradient_trajectory(
    q0: Real, activation: str | Activation, sigma_w2: Reals, depth: Integer, sigma_b2: Reals = 0.0
) -> Float[np.ndarray, " {depth}+1"]:
    """Mean squares of ∂F/∂z^ℓ, ℓ = 0 … depth, relative to the last: ∏_{k>ℓ} χ(q^k).

    For unequal widths multiply entry ℓ by n_L/n_ℓ. The weights going back are taken to be independent of those going
    forward (exact in the limit of infinite width).
    """
    q = variance_trajectory(q0, activation, sigma_w2, depth, sigma_b2)
    chi = gradient_factor(q[1:], activation, sigma_w2)
    return np.concatenate([np.cumprod(chi[::-1])[::-1], [1.0]])
