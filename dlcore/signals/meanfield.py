"""Mean-field theory of a random network: what its layers do as the width goes to infinity.

    T(q) = σ_w² E φ(√q Z)² + σ_b²              variance of a pre-activation, from that of the layer before
    T′(q) = σ_w² E[h φ(h) φ′(h)]/q             its slope, h = √q Z
    C(c) = (σ_w² E φ(u) φ(v) + σ_b²)/T(q)      correlation of the pre-activations of two inputs, corr(u, v) = c
    C′(c) = σ_w² E φ′(u) φ′(v) · q/T(q)        its slope; at c = 1 and T(q) = q it is
    χ(q) = σ_w² E φ′(√q Z)²                    the factor of the mean-square gradient per layer, going back

with Var(w) = σ_w²/fan_in, Var(b) = σ_b². Variances that overflow are inf, and stay so. Sources: Poole et al. 2016,
eqs. (3) to (5); Schoenholz et al. 2017 for χ. Where these maps settle: ``dlcore.signals.fixed_points``.

>>> variance_trajectory(1.0, "relu", sigma_w2=2.0, depth=3).round(12).tolist()
[1.0, 2.0, 2.0, 2.0]
>>> float(correlation_map(0.0, 1.0, "relu", sigma_w2=2.0).round(6)), float(np.round(1 / np.pi, 6))
(0.31831, 0.31831)
"""

from itertools import pairwise

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, layer_gains, non_negative, per_layer, positive
from dlcore.gaussian import Values, correlated_expectation, expectation, second_moment
from dlcore.networks.activations import ActivationLike, resolve

_SMALL, _LARGE = 1e-12, 1e300  # stand for variances 0 and ∞ where only the limit is meant


def variance_map(q: Reals, activation: ActivationLike, sigma_w2: Reals, sigma_b2: Reals = 0.0) -> Values:
    """σ_w² E φ(√q Z)² + σ_b²: the pre-activation variance of a layer from that of the layer before."""
    activation = resolve(activation)
    positive("sigma_w2", sigma_w2), non_negative("sigma_b2", sigma_b2)
    return np.asarray(sigma_w2) * second_moment(activation.phi, q, kinks=activation.kinks) + np.asarray(sigma_b2)


def energy_trajectory(
    q0: Real, activation: ActivationLike, sigma_w2: Reals, depth: Integer, sigma_b2: Reals = 0.0
) -> Float[np.ndarray, " {depth}+1"]:
    """Mean squares of the signals: entry 0 is ``q0``, that of the input x; entry ℓ is E φ(√q^ℓ Z)², that of z^ℓ.

    ``sigma_w2`` and ``sigma_b2``: one number, or one for each of the ``depth`` layers.
    """
    activation = resolve(activation)
    gains = layer_gains(sigma_w2, depth)
    offsets = per_layer("sigma_b2", sigma_b2, depth)
    energy = [non_negative("q0", q0)]
    for gain, offset in zip(gains, offsets, strict=True):
        with np.errstate(over="ignore"):
            q = gain * energy[-1] + offset
        energy.append(second_moment(activation.phi, q, kinks=activation.kinks) if np.isfinite(q) else np.inf)
    return np.array(energy, dtype=float)


def variance_trajectory(
    q0: Real, activation: ActivationLike, sigma_w2: Reals, depth: Integer, sigma_b2: Reals = 0.0
) -> Float[np.ndarray, " {depth}+1"]:
    """Pre-activation variances: entry 0 is ``q0``, the mean square of the input x; entry ℓ is q^ℓ, the variance of h^ℓ.

    q¹ = σ_w² q0 + σ_b² (the input meets no activation), then the variance map.
    """
    energy = energy_trajectory(q0, activation, sigma_w2, depth, sigma_b2)
    with np.errstate(over="ignore"):
        return np.concatenate([energy[:1], np.asarray(sigma_w2) * energy[:-1] + np.asarray(sigma_b2)])


def variance_slope(q: Reals, activation: ActivationLike, sigma_w2: Reals) -> Values:
    """T′(q) = σ_w² E[h φ(h) φ′(h)]/q with h = √q Z; at q = 0 its limit."""
    activation = resolve(activation)
    positive("sigma_w2", sigma_w2)
    q = np.maximum(non_negative("q", q), _SMALL)
    slope = expectation(lambda h: h * activation.phi(h) * activation.dphi(h), q, kinks=activation.kinks)
    return np.asarray(sigma_w2) * slope / q


def gradient_factor(q: Reals, activation: ActivationLike, sigma_w2: Reals) -> Values:
    """χ(q) = σ_w² E φ′(√q Z)²: growth of the mean-square gradient through one layer (equal widths)."""
    activation = resolve(activation)
    positive("sigma_w2", sigma_w2)
    return np.asarray(sigma_w2) * second_moment(activation.dphi, q, kinks=activation.kinks)


def gradient_trajectory(
    q0: Real, activation: ActivationLike, sigma_w2: Reals, depth: Integer, sigma_b2: Reals = 0.0
) -> Float[np.ndarray, " {depth}+1"]:
    """Mean squares of ∂F/∂z^ℓ, ℓ = 0 … depth, relative to the last: ∏_{k>ℓ} χ(q^k).

    For unequal widths multiply entry ℓ by n_L/n_ℓ. The weights going back are taken to be independent of those going
    forward (exact in the limit of infinite width).
    """
    q = variance_trajectory(q0, activation, sigma_w2, depth, sigma_b2)
    chi = gradient_factor(np.minimum(q[1:], _LARGE), activation, sigma_w2)
    with np.errstate(over="ignore"):
        return np.concatenate([np.cumprod(chi[::-1])[::-1], [1.0]])


def correlation_map(c: Reals, q: Reals, activation: ActivationLike, sigma_w2: Reals, sigma_b2: Reals = 0.0) -> Values:
    """C(c): from the correlation ``c`` of two inputs' pre-activations, both of variance ``q`` > 0, that of the next layer.

    Usually q is the fixed point T(q) = q, and the denominator is q. All numbers may be arrays, which broadcast.
    """
    both, variance = _cross_moment(c, q, activation, "phi"), variance_map(positive("q", q), activation, sigma_w2, sigma_b2)
    return np.clip((np.asarray(sigma_w2) * both + np.asarray(sigma_b2)) / variance, -1.0, 1.0)


def correlation_slope(c: Reals, q: Reals, activation: ActivationLike, sigma_w2: Reals, sigma_b2: Reals = 0.0) -> Values:
    """C′(c) = σ_w² E φ′(u) φ′(v) · q/T(q); where T(q) = q this is χ at c, and C′(1) = χ₁."""
    both, variance = _cross_moment(c, q, activation, "dphi"), variance_map(positive("q", q), activation, sigma_w2, sigma_b2)
    return np.asarray(sigma_w2) * both * np.asarray(q) / variance


def correlation_trajectory(
    c0: Reals, q0: Real, activation: ActivationLike, sigma_w2: Real, depth: Integer, sigma_b2: Real = 0.0
) -> Float[np.ndarray, "{depth}+1 ..."]:
    """Correlations of two inputs of mean square ``q0``: entry 0 is ``c0``, that of the inputs; entry ℓ that of h^ℓ.

    c¹ = (σ_w² q0 c0 + σ_b²)/q¹, then the correlation map along the variances q^ℓ. A signal that has died or overflowed
    keeps its last correlation. ``c0`` may be an array.
    """
    q = variance_trajectory(positive("q0", q0), activation, sigma_w2, depth, sigma_b2)
    c = [np.asarray(c0, dtype=float), (sigma_w2 * q0 * np.asarray(c0) + sigma_b2) / q[1]]
    for before, after in pairwise(q[1:]):
        alive = min(before, after) > 1 / _LARGE and max(before, after) < _LARGE
        c.append(correlation_map(c[-1], before, activation, sigma_w2, sigma_b2) if alive else c[-1])
    return np.stack(c)


def _cross_moment(c: Reals, q: Reals, activation: ActivationLike, name: str) -> Values:
    """E f(u) f(v) for f = φ or φ′, with corr(u, v) = c and both variances q."""
    activation = resolve(activation)
    f = getattr(activation, name)
    return correlated_expectation(f, f, c, q, kinks=activation.kinks)
